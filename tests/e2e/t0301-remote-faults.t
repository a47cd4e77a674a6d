#!/bin/bash
# An OpenMemory server that is slow, away, full, limits, talks nonsense or comes back: calls do not suffer, and no event
# is lost or kept twice. As part of ./tests/run it is away for a moment in the middle of a few events;
#
#     bash tests/e2e/t0301-remote-faults.t outage 500 60 4     # only that: so many events over so many connections,
#                                                              # away for so many seconds
#
# docs/testing.md tells how that ended.
. "$(dirname "$0")/lib.sh"

only='' events=20 seconds=0 connections=2
if [ "${1:-}" = outage ]; then
    only=yes events=${2:-500} seconds=${3:-60} connections=${4:-4}
fi
start_openmemory main "${E2E_MEMORY:-user}"
mapfile -t remote < <(remote_memory main)
start_instance "${remote[@]}" OPENMEMORY_TIMEOUT_MS=400
remember "$data/example-post-call.json"

unharmed() { # WHAT
    sleep 0.3 # what the server said in the last 0.2 seconds still counts
    client_data +15550100200
    check "$1: a ringing phone gets the answer for the unknown" is "$status $(value .dynamic_variables.caller_known)" '200 false'
    search +15550100200 wedding
    check "$1: a search is told the truth" refused 503 memory_unavailable
}

well() {
    request GET "/health/$1" && is "$status" 200
}

if [ -z "$only" ]; then
    for way in '{"slow_ms": 2000}' '{"cut": "nothing"}' '{"cut": "half"}' '{"garbage": "html"}' '{"garbage": "types"}' \
        '{"status": 500}' '{"rate_limit": 0, "rate_window_s": 2}'; do
        standin openmemory-main "$way"
        unharmed "$way"
        standin openmemory-main '{"reset": true}'
        check "$way is over" eventually has_calls +15550100200 1
    done
    check 'the log tells of the server' grep -q 'OpenMemory server' "$state/logs/client-data.log"
    check 'and never of the key, or of what was said' not grep -rqE "$standin_key|wedding|15550100200" "$state/logs"
fi

# --- away in the middle of events ------------------------------------------------------------------------------

SECRET_POST_CALL=$(secret post-call)
SECRET_CLIENT_DATA=$(secret client-data)
export SECRET_POST_CALL SECRET_CLIENT_DATA
callers=$((events / 20 + 1))
# Events FROM to TO; what was said to each stands in a record.
deliver() { # FROM TO
    perl tests/e2e/load.pl deliver "${url##*:}" "$1" "$2" "$callers" "$connections" "$work/record-$1" >/dev/null
    cat "$work/record-$1" >>"$work/record"
}
# How long a request takes, of twenty the middle one. For the reader: nothing is held against it.
tell_time() { # WHEN ENDPOINT BODY
    local tries
    for ((tries = 0; tries < 20; tries++)); do
        sleep 0.25 # so that the server is asked
        curl -sS --noproxy '*' -o /dev/null -w '%{time_total}\n' -H 'Content-Type: application/json' \
            -H "X-Api-Key: ${secrets[$2]}" -d "$3" "$url/webhook/$2"
    done | sort -n | sed -n 10p | awk -v what="$2" -v when="$1" '{ printf "# %s, %s answers within %.1f ms\n", when, what, $1 * 1000 }'
}
tell_times() { # WHEN
    [ -n "$only" ] || return 0
    tell_time "$1" client-data '{"caller_id": "+15550100200"}'
    tell_time "$1" search-data '{"caller_id": "+15550100200", "query": "wedding"}'
}
some_are_there() {
    server_memories | jq -e --argjson events "$events" '[.[].metadata.callmem | select(.type == "state") | .calls[]] | length > $events / 8'
}

tell_times before
deliver 0 $((events / 2)) &
delivery=$!
eventually some_are_there
kill_standin openmemory-main
wait "$delivery"
deliver $((events / 2)) "$events"
check 'events are taken with and without the server' is "$(cut -d ' ' -f 3 "$work/record" | sort | uniq -c | tr -s ' ')" " $events accepted"
unharmed 'without the server'
breakers() { # STATE
    request GET /metrics && [ "$(sed -n "s/^callmem_memory_breaker{service=\"client-data\",state=\"$1\"} //p" "$answer")" -gt 0 ]
}
breaker_opens() {
    client_data +15550100200 && breakers open
}
check '/metrics shows the open circuit breaker' eventually breaker_opens
request GET /health
check 'which is told' is "$status $(value .status) $(value .memory.mode) $(value .memory.ok)" '503 degraded remote false'
waiting=$(value .inbox.pending)
check 'and that events wait' test "$waiting" -ge $((events / 2))
sleep "$seconds"
start_openmemory main
check 'the server is back' eventually well post-call
is_asked_again() {
    client_data +15550100200 && breakers closed
}
check 'and asked again' eventually is_asked_again
check 'all is processed' inbox_empties
request GET /health
check 'nothing failed' field .inbox.failed 0
remembered | grep conv_load_ >"$work/remembered"
check 'each event is there' is "$(cut -f 2 "$work/remembered" | sort -u | wc -l)" "$events"
check 'for its caller' is "$(cut -f 1,2 "$work/remembered" | tr '\t' ' ' | sort -u)" "$(awk '{ print $2, $1 }' "$work/record" | sort)"
check 'once' is "$(cut -f 2-5 "$work/remembered" | sort | uniq -d | head -n 20)" ''
check 'with all of its memories' is "$(cut -f 2 "$work/remembered" | uniq -c | awk '{ print $1 }' | sort -u | wc -l)" 1
check 'the memory is in order' memory_is_sound
perl tests/e2e/load.pl ask "${url##*:}" "$callers" "$connections" "$work/asked" >/dev/null
check 'and each caller known by all calls' is "$(sort "$work/asked")" \
    "$(cut -d ' ' -f 2 "$work/record" | sort | uniq -c | awk '{ print $2, $1 }' | sort)"
: >"$work/record"
deliver 0 "$events"
check 'everything sent again' is "$(cut -d ' ' -f 3 "$work/record" | sort | uniq -c | tr -s ' ')" " $events duplicate"
check 'changes nothing' is "$(remembered | grep -c conv_load_)" "$(wc -l <"$work/remembered")"
printf '# %s events from %s connections, the server away for %s seconds, %s events waiting then\n' "$events" "$connections" \
    "$seconds" "$waiting"
tell_times afterwards
[ -z "$only" ] || { finish && exit; }

# The other kind of server takes its place behind our back.
other=tenant
[ "${E2E_MEMORY:-user}" = user ] || other=user
standin openmemory-main "{\"kind\": \"$other\"}"
remember "$data/transcription-sip-outbound.json"
check 'a server of the other kind is used as such' eventually has_calls +442079460321 1
standin openmemory-main '{"kind": "neither"}'
unharmed 'a server of no kind that is known'
post_call "$data/transcription-web.json"
check 'events are taken all the same' is "$status" 200
request GET /health
check 'and wait' is "$(value .memory.ok) $(value .inbox.pending)" 'false 1'
check 'the log says what is wrong' eventually grep -q 'unknown kind of OpenMemory server' "$state/logs/post-call.log"
standin openmemory-main '{"kind": "longmemory"}'
unharmed 'what OpenMemory has become'
request GET /health
check 'is named where one looks' like "$(value .memory.error)" 'LongMemory server.*OpenMemory 1\.3 or PostgreSQL'
check 'in the log, too' eventually grep -q 'LongMemory server' "$state/logs/client-data.log"
check 'and in a check of the settings' like "$? $(program callmem check 2>&1 >/dev/null)" '^0 .*the memory does not work: .*LongMemory'
standin openmemory-main '{"reset": true}'
check 'until the server is one again' eventually inbox_is_empty
check 'of which a check says nothing' unlike "$(program callmem check 2>&1 >/dev/null)" 'memory'
finish
