#!/bin/bash
# What callers ask about their data: kept, exported, decided on by the operator.
. "$(dirname "$0")/lib.sh"
start_instance

# An event of a call whose LLM filled in callmem_request.
call() { # CALLER CONVERSATION REQUEST DAY TURN… (the agent begins)
    local caller=$1 conversation=$2 request=$3 day=$4 file
    shift 4
    file=$(mktemp "$work/call.XXXXXX")
    jq -n --arg id "$conversation" --arg caller "$caller" --arg request "$request" \
        --argjson start "$(date -ud "$day 10:00" +%s)" '
        {type: "post_call_transcription", event_timestamp: ($start + 60), data: {
          agent_id: "agent_quince", conversation_id: $id, status: "done", user_id: null,
          transcript: [$ARGS.positional | to_entries[] |
            {role: (if .key % 2 == 0 then "agent" else "user" end), message: .value, time_in_call_secs: (.key * 5)}],
          metadata: {start_time_unix_secs: $start, call_duration_secs: 60, main_language: "en",
            phone_call: {type: "twilio", direction: "inbound", external_number: $caller,
                         agent_number: "+15550109900", call_sid: $id}},
          analysis: {call_successful: "success", transcript_summary: "", data_collection_results:
            (if $request == "" then {} else
              {callmem_request: {data_collection_id: "callmem_request", value: $request}} end)}}}' \
        --args -- "$@" >"$file"
    printf '%s\n' "$file"
}

# The requests in the export of a caller.
requests_of() { # CALLER
    program callmem export "$1" | jq -c '[.requests[] | [.kind, .at, .conversation, .state]]'
}

erase=+15550100720
remember "$(call "$erase" conv_erase erase 2026-03-02 'Quince Garden Centre, who is calling?' \
    'My name is Rhona Abbot. Please delete everything you have stored about me.' 'I will pass that on.')"
check 'a request is exported' is "$(requests_of "$erase")" '[["erase","2026-03-02T10:00:00Z","conv_erase","open"]]'
check 'each has an id' like "$(program callmem export "$erase" | jq -r '.requests[0].id')" '.'
client_data "$erase"
check 'a request alone erases nothing' field .dynamic_variables.caller_known true

program callmem export "$erase" >"$work/export.json"
program callmem forget "$erase" >/dev/null
program callmem import "$work/export.json" >/dev/null
check 'an import brings it back' is "$(requests_of "$erase")" '[["erase","2026-03-02T10:00:00Z","conv_erase","open"]]'
finish
