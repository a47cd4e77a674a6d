#!/bin/bash
# One caller over three calls: a preference changes, a name is corrected, an address is over. What callers ask about their
# data is kept for the operator to decide on, and erases nothing by itself.
. "$(dirname "$0")/lib.sh"
start_instance

caller=+15550100310

# An event of a call on a day, with turns of caller and agent in turn (the agent begins).
call() { # CONVERSATION DAY SUMMARY TURN…
    local conversation=$1 day=$2 summary=$3 file
    shift 3
    file=$(mktemp "$work/call.XXXXXX")
    jq -n --arg id "$conversation" --arg caller "$caller" --arg summary "$summary" \
        --argjson start "$(date -ud "$day 10:00" +%s)" '
        {type: "post_call_transcription", event_timestamp: ($start + 60), data: {
          agent_id: "agent_quince", conversation_id: $id, status: "done", user_id: null,
          transcript: [$ARGS.positional | to_entries[] |
            {role: (if .key % 2 == 0 then "agent" else "user" end), message: .value, time_in_call_secs: (.key * 5)}],
          metadata: {start_time_unix_secs: $start, call_duration_secs: 60, main_language: "en",
            phone_call: {type: "twilio", direction: "inbound", external_number: $caller,
                         agent_number: "+15550109900", call_sid: $id}},
          analysis: {call_successful: "success", transcript_summary: $summary, data_collection_results: {}},
          conversation_initiation_client_data: {dynamic_variables: {system__caller_id: $caller}}}}' \
        --args -- "$@" >"$file"
    printf '%s\n' "$file"
}

first=$(call conv_three_1 2026-03-02 'Jon Parry ordered a lemon tree and wants to be emailed.' \
    'Quince Garden Centre, who is calling?' 'My name is Jon Parry.' \
    'How can I reach you?' 'Please always email me.' \
    'And where does it go?' 'My address is 14 Sandpiper Lane, Bristol.')
remember "$first"
client_data "$caller"
check 'after the first call the name is the one that was heard' field .dynamic_variables.caller_name 'Jon Parry'
check 'and email is preferred' like "$(value .dynamic_variables.caller_preferences)" 'email'
check 'and the address is found' finds "$caller" 'what is the address' '14 Sandpiper Lane'

second=$(call conv_three_2 2026-03-09 'John Parry asked when the lemon tree comes and prefers text messages from now on.' \
    'Hello, is that Jon Parry?' "No, it's John. John with an h." \
    'I am sorry, John. What can I do?' "I'd rather you texted me from now on, I never look at my email." \
    'We will text you.' 'Thanks.')
remember "$second"
client_data "$caller"
check 'the second call corrects the name' like "$(value .dynamic_variables.caller_name)" '^John( Parry)?$'
check 'it is still one person' field .dynamic_variables.caller_people 'John Parry'
check 'who can be greeted' field .dynamic_variables.suggested_greeting 'Welcome back, John Parry.'
check 'the newer preference stands' like "$(value .dynamic_variables.caller_preferences)" 'text'
check 'and the older one does not' unlike "$(value .dynamic_variables.caller_preferences)" 'always email'
check 'nor in the context' unlike "$(value .dynamic_variables.memory_context)" 'always email'
search "$caller" 'how to contact' '.kind = ["preference", "instruction"]'
check 'the older one stays in the history, with its day' \
    holds '[.memories[] | select(.content | test("email"; "i")) | .created_at[:10]] | index("2026-03-02") != null'

third=$(call conv_three_3 2026-03-16 'John asked that his address be forgotten.' \
    'Hello John, how can I help?' 'I have moved out. Please forget my address.' \
    'I will see to it.' 'Thank you.')
remember "$third"
client_data "$caller"
check 'three calls are counted' field .dynamic_variables.call_count 3
check 'the first and the last have their days' \
    holds '.dynamic_variables | .first_call_date == "2026-03-02" and .last_call_date == "2026-03-16"'
check 'the name is not lost on the way' like "$(value .dynamic_variables.caller_name)" '^John( Parry)?$'
check 'the address is none any more, since the caller moved' \
    like "$(value .dynamic_variables.memory_context)" 'No longer: Address: 14 Sandpiper Lane'
check 'and is told nowhere else' \
    unlike "$(value .dynamic_variables.memory_context | sed 's/No longer: Address: 14 Sandpiper Lane//')" 'Sandpiper'
check 'no sentence of a caller erases it' like "$(program callmem export "$caller")" '14 Sandpiper Lane'
check 'what else was said is still there' finds "$caller" 'lemon tree' 'lemon tree'

# The same events again, and in another order for another caller, make no difference.
remember "$first"
check 'an event that comes again is a duplicate' field .inbox.pending 0
caller=+15550100311
for file in "$third" "$first" "$second"; do
    remember "$(variant "$file" '.data.metadata.phone_call.external_number = "+15550100311" |
        .data.conversation_id += "_b" | .data.conversation_initiation_client_data = {}')"
done
client_data +15550100311
others=$(jq -S 'del(.dynamic_variables.caller_id)' "$answer")
client_data +15550100310
check 'calls that arrive out of order leave the same dates, name and preferences' \
    is "$(jq '.dynamic_variables | [.caller_name, .call_count, .first_call_date, .last_call_date, .caller_preferences]' <<<"$others")" \
       "$(value '.dynamic_variables | [.caller_name, .call_count, .first_call_date, .last_call_date, .caller_preferences]')"
check 'and the address is over, though it arrived afterwards' \
    is "$(jq -r .dynamic_variables.memory_context <<<"$others")" "$(value .dynamic_variables.memory_context)"

# Everything about me.
last=$(call conv_three_4 2026-03-20 'The caller asked to be forgotten.' \
    'Hello!' 'Please delete everything you have about me.')
remember "$last"
client_data "$caller"
check 'who asks for everything to be deleted is known until somebody decides' field .dynamic_variables.caller_known true
check 'the request is kept, and open' is "$(program callmem export "$caller" | jq -c '[.requests[] | [.kind, .state]]')" \
    '[["erase","open"]]'
is_unknown() {
    client_data "$1" && field .dynamic_variables.caller_known false
}
program callmem forget "$caller" >/dev/null
# With memory on a server, what was read 200 ms before is good enough.
check 'after the operator has erased the caller nothing is known' eventually is_unknown "$caller"
client_data "$caller"
search "$caller" 'what is the address, Sandpiper Lane in Bristol' '.limit = 50'
check 'the address is gone from what is found' unlike "$(cat "$answer")" 'Sandpiper'
check 'and from the export' unlike "$(program callmem export "$caller")" 'Sandpiper'
program callmem forget +15550100310 >/dev/null
state=$(program callmem setting CALLMEM_STATE_DIR)
check 'and, with the other caller, from the raw files' \
    not grep -raq 'Sandpiper' "$state" --include='*.sqlite*' --include='*.json'
finish
