#!/bin/bash
# Memory on an OpenMemory server of either kind: two front ends share it, callers who say the same stay apart, and what
# the operator asks for works as it does without a server.
. "$(dirname "$0")/lib.sh"

# Everything the server has, as text.
on_server() { # NAME
    openmemory "$1" GET '/memory/all?l=1000&u=0' && openmemory "$1" GET /standin/memories
}

# Twenty calls of twenty callers with the same words.
same_words() {
    local i event
    for i in {10..29}; do
        event=$(variant "$data/transcription-web.json" ".data.conversation_id = \"conv_same_$i\" |
            .data.metadata.phone_call = {direction: \"inbound\", external_number: \"+155501009$i\"}")
        post_call "$event"
        [ "$status" = 200 ] || return 1
    done
    eventually inbox_is_empty
}

each_has_one() {
    local i
    for i in {10..29}; do
        has_calls "+155501009$i" 1 || return 1
    done
}

for kind in user tenant; do
    start_openmemory "$kind" "$kind"
    mapfile -t shared < <(remote_memory "$kind")
    new_instance "$kind-a" "${shared[@]}"
    new_instance "$kind-b" "${shared[@]}"
    use "$kind-a" && up
    check "$kind server: up" is "$up_status" 0
    request GET /health
    check 'the mode is told' is "$(value .memory.mode) $(value .memory.ok)" 'remote true'
    remember "$data/example-post-call.json"
    use "$kind-b" && up
    check 'what one front end heard the other one knows' has_calls +15550100200 1
    check 'and finds, whole' finds +15550100200 'wedding cake' 'wedding'
    remember "$data/transcription-sip-outbound.json"
    use "$kind-a"
    check 'and the other way round' eventually has_calls +442079460321 1
    client_data +15550100299
    check 'a stranger is unknown' field .dynamic_variables.caller_known false

    check 'twenty callers who say the same' same_words
    use "$kind-b"
    check 'each have their own call' each_has_one
    search +15550100917 'what did I say?'
    check 'and find that one alone' is "$(value '[.memories[].conversation_id] | unique | tojson')" '["conv_same_17"]'

    check 'the operator sees a caller' like "$(program callmem show +15550100200)" 'Calls +1'
    program callmem export +15550100200 >"$work/export-$kind.json"
    check 'exports' is "$(jq -r '.conversations | length' "$work/export-$kind.json")" 1
    check 'forgets' like "$(program callmem forget +15550100200)" '^Forgot .15550100200: [1-9]'
    use "$kind-a"
    check 'on every front end' has_calls +15550100200 0
    check 'and on the server' unlike "$(on_server "$kind")" 'conv_quince_0001|15550100200|wedding'
    check 'but nobody else' like "$(on_server "$kind")" '15550100917'
    check 'what was exported comes back' like "$(program callmem import "$work/export-$kind.json")" '^Imported'
    check 'as it was' is "$(jq -S 'del(.exported_at, .conversations[].memories[].updated_at)' "$work/export-$kind.json")" \
        "$(program callmem export +15550100200 | jq -S 'del(.exported_at, .conversations[].memories[].updated_at)')"
    check 'nothing of anybody stands in a database here' test ! -e "$state/openmemory.sqlite"
    check 'nor in the logs' not grep -rqE '15550100200|wedding' "$state/logs"
done
finish
