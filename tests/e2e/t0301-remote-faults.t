#!/bin/bash
# An OpenMemory server that is slow, away, full, limits, talks nonsense or comes back: calls do not suffer, and no event
# is lost or kept twice.
. "$(dirname "$0")/lib.sh"

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

for way in '{"slow_ms": 2000}' '{"cut": "nothing"}' '{"cut": "half"}' '{"garbage": "html"}' '{"garbage": "types"}' \
    '{"status": 500}' '{"rate_limit": 0, "rate_window_s": 2}'; do
    standin openmemory-main "$way"
    unharmed "$way"
    standin openmemory-main '{"reset": true}'
    check "$way is over" eventually has_calls +15550100200 1
done
check 'the log tells of the server' grep -q 'OpenMemory server' "$state/logs/client-data.log"
check 'and never of the key, or of what was said' not grep -rqE "$standin_key|wedding|15550100200" "$state/logs"

# Away in the middle of events.
some_events() { # FROM TO
    local i event
    for ((i = $1; i <= $2; i++)); do
        event=$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_away_$i\" |
            .data.metadata.phone_call.external_number = \"+1555010080$((i % 5))\"")
        post_call "$event"
        [ "$status" = 200 ] || return 1
    done
}
check 'events come in' some_events 1 10
stop_standin openmemory-main
check 'and go on coming in without the server' some_events 11 20
unharmed 'without the server'
breakers() { # STATE
    request GET /metrics && [ "$(sed -n "s/^callmem_memory_breaker{service=\"client-data\",state=\"$1\"} //p" "$answer")" -gt 0 ]
}
is_let_alone() {
    client_data +15550100200 && breakers open
}
check '/metrics tells that it is let alone' eventually is_let_alone
request GET /health
check 'which is told' is "$status $(value .status) $(value .memory.mode) $(value .memory.ok)" '503 degraded remote false'
start_openmemory main
check 'the server is back' eventually well post-call
is_asked_again() {
    client_data +15550100200 && breakers closed
}
check 'and asked again' eventually is_asked_again
check 'all is worked off' eventually inbox_is_empty
request GET /health
check 'nothing failed' field .inbox.failed 0
for i in {0..4}; do check "caller $i has each call once" eventually has_calls "+1555010080$i" 4; done
check 'everything sent again' some_events 1 20
check 'changes nothing' has_calls +15550100803 4

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
check 'the log says what is wrong' eventually grep -q 'behaves like none' "$state/logs/post-call.log"
standin openmemory-main '{"reset": true}'
check 'until the server is one again' eventually inbox_is_empty
finish
