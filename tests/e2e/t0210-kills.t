#!/bin/bash
# Handlers that are killed while events come in, and a disk that is full for a while: every event that was
# acknowledged is in memory, once, and nothing needs a hand afterwards. As part of ./tests/run a few hundred events;
#
#     bash tests/e2e/t0210-kills.t 10000 8       # so many events over so many connections
#
# docs/testing.md tells how that ended.
. "$(dirname "$0")/lib.sh"

events=${1:-300} connections=${2:-4}
callers=$((events / 20 + 1))
new_instance main
# A disk of its own, small enough to be filled, when we may mount one.
mounted=''
mkdir -m 0700 "$state"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=$((32 + events / 50))m,mode=0700 callmem-test "$state" 2>/dev/null; then
    mounted=yes
    trap 'down >/dev/null 2>&1; umount "$state"; clean_up' EXIT
fi
up || { printf '%s\n' "$up_said" | sed 's/^/# /' && exit 1; }
SECRET_POST_CALL=$(secret post-call)
SECRET_CLIENT_DATA=$(secret client-data)
export SECRET_POST_CALL SECRET_CLIENT_DATA

load() {
    perl tests/e2e/load.pl "$@"
}

# --- killed at random ------------------------------------------------------------------------------------------

touch "$work/killing"
load kill "$state" 0.1 "$work/killing" client-data search-data post-call >"$work/killed" &
killer=$!

# Takes the room that there is, also what a handler that dies or a worker that is done gives back.
fill() {
    cat /dev/zero >>"$state/filler" 2>/dev/null
}
# How many were told that there is no room. nginx' log cannot tell: it is on the same disk.
refusals() { # RECORD
    cat "$1-refused" 2>/dev/null | grep -cx 503 || true
}
# Events FROM to TO; with FULL they meet a disk that is full, and stays so until some were told.
deliver() { # FROM TO [FULL]
    local record=$work/record-$1 delivery tries
    [ -z "${3:-}" ] || fill
    load deliver "${url##*:}" "$1" "$2" "$callers" "$connections" "$record" >/dev/null &
    delivery=$!
    if [ -n "${3:-}" ]; then
        for ((tries = 0; tries < 3000; tries++)); do
            fill
            [ "$(refusals "$record")" -lt 20 ] || break
            sleep 0.01
        done
        printf '# the disk was full: %d requests were told so\n' "$(refusals "$record")"
        check 'a full disk is told to the sender' test "$(refusals "$record")" -ge 20
        rm "$state/filler"
    fi
    wait "$delivery"
    cat "$record" >>"$work/record"
}
deliver 0 $((events / 4))
deliver $((events / 4)) $((events / 2)) ${mounted:+full}
deliver $((events / 2)) $((events * 3 / 4))
deliver $((events * 3 / 4)) "$events" ${mounted:+full}
check 'every event was acknowledged in the end' is "$(cut -d ' ' -f 3 "$work/record" | grep -cxE 'accepted|duplicate')" \
    "$events"
have_died() { # HOW-MANY
    test "$(wc -l <"$work/killed")" -ge "$1"
}
check 'handlers were killed meanwhile' eventually have_died 5
rm "$work/killing"
wait "$killer"
printf '# %s events from %s connections, %s handlers killed; sent %s times\n' "$events" "$connections" "$(wc -l <"$work/killed")" \
    "$(awk '{ n += $4 } END { print n }' "$work/record")"

# --- what is left ----------------------------------------------------------------------------------------------

check 'the inbox empties by itself' inbox_empties
request GET /health
check 'nothing is among the failed' is "$status $(value .inbox.failed)" '200 0'
check 'the disk holds nothing half received' is "$(find "$state/inbox/tmp" "$state/inbox/new" -type f)" ''
remembered >"$work/remembered"
check 'every acknowledged event is in memory' is \
    "$(comm -23 <(cut -d ' ' -f 1 "$work/record" | sort) <(cut -f 2 "$work/remembered" | sort -u) | head -n 20)" ''
check 'and only once' is "$(cut -f 1,2 "$work/remembered" | uniq | wc -l)" "$events"
check 'each with all of its memories' is "$(cut -f 2 "$work/remembered" | uniq -c | awk '{ print $1 }' | uniq)" \
    "$(grep -c "$(sed -n '1s/^\([^\t]*\t[^\t]*\t\).*/\1/p' "$work/remembered")" "$work/remembered")"
check 'of which none is there twice' is "$(cut -f 2,3,5 "$work/remembered" | sort | uniq -d | head -n 20)" ''
# The ledger is where the inbox is. Names that end in zeros are no event's (shared_upload.c).
names() {
    if is_postgres; then
        sql "SELECT count(*) FROM ledger WHERE substr(key, 9) <> '\\x0000000000000000'"
    else
        sqlite3 "$state/inbox/ledger.sqlite" 'SELECT count(*) FROM accepted'
    fi
}
check 'the ledger has each, once' is "$(names)" "$events"
load ask "${url##*:}" "$callers" 4 "$work/asked" >/dev/null
check 'and client-data counts what was acknowledged' is "$(sort "$work/asked")" \
    "$(cut -d ' ' -f 2 "$work/record" | sort | uniq -c | awk '{ print $2, $1 }' | sort)"
check 'the memory is in order' memory_is_sound
check 'so is the ledger' is "$(sqlite3 "$state/inbox/ledger.sqlite" 'PRAGMA integrity_check')" ok
down
check 'it stops as always' is "$down_status" 0
up
check 'and starts without a hand' is "$up_status" 0
check 'knowing the same' has_calls "$(sed -n '1s/.* \(+[0-9]*\) .*/\1/p' "$work/record")" \
    "$(grep -c "$(sed -n '1s/.* \(+[0-9]*\) .*/\1/p' "$work/record")" "$work/record")"
finish
