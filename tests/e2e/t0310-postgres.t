#!/bin/bash
# Two front ends with their memory in one PostgreSQL database: what one has stored the other one knows. Handlers are killed
# and the database is killed while the same events are delivered to both; each event is in memory once. While the database
# is away, phones that ring are answered as from unknown callers, and searches with 503.
#
#     bash tests/e2e/t0310-postgres.t 10000 8       # so many events over so many connections to each front end
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fronts.sh"

events=${1:-80} connections=${2:-3}
callers=$((events / 20 + 1))
# Here a commit is on disk, as it is where nobody sets anything.
start_postgres server
mapfile -t shared < <(database_memory shared server)
for front in a b; do
    new_instance "$front" "${shared[@]}" CALLMEM_AUDIO_DIR= OPENMEMORY_TIMEOUT_MS=500
done
# Both make the tables at once.
for front in a b; do
    use "$front"
    (up) &
    starting+=($!)
done
wait "${starting[@]}"
for front in a b; do
    use "$front" && learn_secrets
    request GET /health
    check "front end $front runs" is "$status $(value '"\(.memory.mode) \(.memory.ok)"')" '200 postgres true'
done

# --- one memory ------------------------------------------------------------------------------------------------

use a
check 'an event is processed at one front end' remember "$data/transcription-sip-outbound.json"
caller=$(sql 'SELECT caller FROM callers')
use b
check 'and the other one knows the caller' has_calls "$caller" 1
search "$caller" 'what was it about'
check 'whose calls it finds' is "$status $(value '.memories | length > 0')" '200 true'
check 'a caller is forgotten there' like "$(program callmem forget "$caller")" '^Forgot'
use a
check 'and unknown here' has_calls "$caller" 0
check 'nothing of the caller is left' is "$(sql 'SELECT (SELECT count(*) FROM callers), (SELECT count(*) FROM memories)')" $'0\t0'

# Another one has never seen the call.
new_instance c "${shared[@]}" CALLMEM_WORKERS=1
up
post_call "$data/transcription-sip-outbound.json"
check 'a third front end knows the call when it comes again' accepted duplicate post_call_transcription
check 'without the caller coming back' has_calls "$caller" 0
down

# --- killed at random ------------------------------------------------------------------------------------------

deliver_while_killing client-data search-data post-call
printf '# %s handlers and %s databases killed\n' "$(cat "$work"/killed-[ab] | wc -l)" "$kills"
for front in a b; do
    use "$front"
    check "front end $front acknowledged each" acknowledged "$front"
    check 'and processes all' inbox_empties
    check 'and nothing failed' field .inbox.failed 0
done
remembered >"$work/remembered"
check 'each event is in memory' is "$(cut -f 2 "$work/remembered" | uniq | sort -u | wc -l)" "$events"
check 'once' is "$(cut -f 2,3,4 "$work/remembered" | sort | uniq -d | head -n 20)" ''
check 'with all of its memories' is "$(cut -f 2 "$work/remembered" | uniq -c | awk '{ print $1 }' | sort -u | wc -l)" 1
for front in a b; do
    use "$front"
    load ask "${url##*:}" "$callers" 2 "$work/asked" >/dev/null
    check "front end $front counts the calls of each caller" is "$(sort "$work/asked")" \
        "$(cut -d ' ' -f 2 "$work/record-a" | sort | uniq -c | awk '{ print $2, $1 }' | sort)"
done
check 'the memory is in order' memory_is_sound

# --- away ------------------------------------------------------------------------------------------------------

tests/postgres kill "${postgres[server]}"
use a
client_data +15550300000
check 'a ringing phone is answered while the database is away' is "$status $(value .dynamic_variables.caller_known)" '200 false'
search +15550300000 parcel
check 'a search says that it cannot' refused 503 memory_unavailable
request GET /health
check 'and so does the health' is "$status $(value .memory.ok)" '503 false'
post_call "$data/transcription-sip-outbound.json"
check 'an event is taken' is "$status" 200
tests/postgres restart "${postgres[server]}"
check 'and processed when the database is back' eventually inbox_is_empty
check 'with everybody known as before' has_calls +15550300000 "$(awk '$2 == "+15550300000"' "$work/record-a" | wc -l)"
check 'no log has the address of the database with its user' not grep -rqF 'callmem@127' "$state/logs"

# --- settings --------------------------------------------------------------------------------------------------

refusal() { # SETTING…
    within "$@" "$build/client-data" --check-config 2>&1
}
check 'a URI that is none is refused, unseen' like "$(refusal CALLMEM_DATABASE_URL=postgresql://u:hidden@h/d?odd=1)" \
    'CALLMEM_DATABASE_URL: .*not a connection URI'
check 'and does not come into the message' unlike "$(refusal CALLMEM_DATABASE_URL=postgresql://u:hidden@h/d?odd=1)" hidden
check 'another kind of URL is refused' like "$(refusal CALLMEM_DATABASE_URL=https://db.example.com)" 'postgresql://'
check 'the memory is in one place only' like "$(refusal OPENMEMORY_MODE=remote OPENMEMORY_URL=http://127.0.0.1:9)" 'one place'
printf '%s\n' "${shared[0]#*=}" >"$work/database-url"
new_instance file "CALLMEM_DATABASE_URL_FILE=$work/database-url"
: >"$env_path"
check 'the URL may be in a file of its own' like "$(program callmem list)" '\+15550300000'
check 'and is not shown' unlike "$(program callmem check)" 'callmem@'
finish
