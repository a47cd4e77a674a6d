#!/bin/bash
# docs/backup.md, run as it stands there: a copy while everything runs, restore, a move, repair.
# Not with sanitizers: it is about files and sqlite3, not about our programs.
. "$(dirname "$0")/lib.sh"

start_instance
caller=+15550100200

# The N-th block of commands under a heading of docs/backup.md, with the paths of this test; says what they said.
commands() { # HEADING N
    awk -v heading="## $1" -v wanted="$2" '
        /^## / { here = $0 == heading; block = 0; inside = 0 }
        here && /^    / { if (!inside) block++; inside = 1; if (block == wanted) print substr($0, 5); next }
        { inside = 0 }' docs/backup.md | sed "s|/var/lib/callmem|$state|g; s|/srv/backup|$work/backup|g; s|/srv/new|$work/moved|g"
}
run() { # HEADING N
    local script
    script=$(commands "$1" "$2")
    [ -n "$script" ] || { printf 'docs/backup.md has no such block\n' && return 1; }
    said=$(bash -euo pipefail -c "$script" 2>&1) || { printf '%s\n' "$said" && return 1; }
}
said=''
call() { # N
    variant "$data/example-post-call.json" ".data.conversation_id = \"conv_backup_$1\""
}
lock_memory() {
    sqlite3 "$state/openmemory.sqlite" <<EOF
BEGIN IMMEDIATE;
.shell touch '$work/locked'; while [ -e '$work/locked' ]; do sleep 0.05; done
EOF
}

# --- a backup while everything runs ----------------------------------------------------------------------------

remember "$(call 1)"
remember "$(call 2)"
# One event waits, because somebody is writing.
lock_memory &
locker=$!
eventually test -e "$work/locked"
post_call "$(call 3)"
check 'an event waits' accepted accepted post_call_transcription conv_backup_3
run Backup 1
check 'a backup is made meanwhile' is "$?" 0
check 'and is intact' is "$said" $'ok\nok'
check 'for its owner alone' is "$(stat -c %a "$work/backup")" 700
run Backup 2
check 'so is one without what was deleted' is "$said" ok
check 'with the same calls' is "$(sqlite3 "$work/backup/small.sqlite" 'SELECT count(*) FROM conversations')" 2
rm "$work/locked"
wait "$locker"
check 'what waited is processed' eventually has_calls "$caller" 3
remember "$(call 4)"
run 'Checking the files' 1
check 'the databases are well' is "$said" $'ok\nok'

# --- restore ---------------------------------------------------------------------------------------------------

down
for file in "$state"/openmemory.sqlite*; do head -c 100000 /dev/urandom >"$file"; done
check 'a restore works as it is written' run Restore 1
up
check 'it starts with it' is "$up_status" 0
check 'all is there that was there, and what waited then' eventually has_calls "$caller" 3
post_call "$(call 2)"
check 'what was accepted before the backup is known' accepted duplicate post_call_transcription
post_call "$(call 4)"
check 'what came after it may come again' accepted accepted post_call_transcription
check 'and is remembered' eventually has_calls "$caller" 4
check 'what was put aside can go' run Restore 2
check 'the memory is still for its owner alone' is "$(stat -c %a "$state/openmemory.sqlite")" 600

# --- another machine -------------------------------------------------------------------------------------------

down
check 'the folder is packed' run 'Moving to another machine' 1
check 'and unpacked' run 'Moving to another machine' 2
mv "$state" "$work/old"
mkdir -m 700 "${state%/*}/elsewhere"
mv "$work/moved" "${state%/*}/elsewhere/state"
state=${state%/*}/elsewhere/state
settings=("${settings[@]/#CALLMEM_STATE_DIR=*/CALLMEM_STATE_DIR=$state}")
up
check 'it starts in the new place' is "$up_status" 0
check 'and knows the same' has_calls "$caller" 4
post_call "$(call 1)"
check 'the ledger came along' accepted duplicate post_call_transcription

# --- repair ----------------------------------------------------------------------------------------------------

down
sqlite3 "$state/openmemory.sqlite" 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
# The root of an index is overwritten.
page=$(sqlite3 "$state/openmemory.sqlite" "SELECT rootpage FROM sqlite_schema WHERE name = 'conversations_by_age'")
size=$(sqlite3 "$state/openmemory.sqlite" 'PRAGMA page_size')
head -c "$size" /dev/urandom | dd of="$state/openmemory.sqlite" bs="$size" seek=$((page - 1)) conv=notrunc 2>/dev/null
run 'Checking the files' 1 >"$work/seen"
check 'damage is seen' unlike "$said" '^ok'
run Repair 1
check 'a repair works as it is written' is "$?" 0
check 'and leaves an intact database' is "$said" ok
up
check 'it starts with that' is "$up_status" 0
check 'and knows the calls' has_calls "$caller" 4
search "$caller" wedding
check 'and finds in them' holds '.count > 0'
remember "$(call 5)"
check 'and takes new ones' has_calls "$caller" 5
for file in "$state"/inbox/ledger.sqlite*; do head -c 5000 /dev/urandom >"$file"; done
remember "$(call 6)"
check 'a broken ledger mends itself' has_calls "$caller" 6
check 'and is put aside' test -n "$(find "$state/inbox" -name 'ledger.sqlite.broken-*')"
# In its new place it is not found by who cleans up.
down
finish
