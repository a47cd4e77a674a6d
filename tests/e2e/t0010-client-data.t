#!/bin/bash
# A ringing phone: what client-data answers to whom.
. "$(dirname "$0")/lib.sh"

start_instance

variables='["call_count","caller_id","caller_known","caller_languages","caller_name","caller_people","caller_preferences","caller_sentiment","first_call_date","key_topics","last_call_date","last_call_summary","memory_context","suggested_greeting"]'
is_of_the_contract() {
    is "$status" 200 &&
        field .type conversation_initiation_client_data &&
        is "$(jq -c '.dynamic_variables | keys' "$answer")" "$variables" &&
        holds '[.dynamic_variables[] | type | IN("string", "number", "boolean")] | all' &&
        holds '.dynamic_variables.caller_known | type == "boolean"' &&
        holds '.dynamic_variables.call_count | type == "number"' &&
        like "$(header Content-Type)" '^application/json'
}
is_unknown() {
    is_of_the_contract && holds '.dynamic_variables == {caller_known: false, call_count: 0, caller_id: "",
        caller_name: "", first_call_date: "", last_call_date: "", last_call_summary: "", caller_preferences: "",
        key_topics: "", caller_sentiment: "", caller_people: "", suggested_greeting: "", caller_languages: "", memory_context: ""}'
}

client_data +15550100200
check 'an unknown caller' is_unknown
check 'no override that nobody asked for' field 'has("conversation_config_override")' false
check 'nobody may keep the answer' like "$(header Cache-Control)" no-store
post_with_key client-data '{"caller_id": "+15550100200"}'
check 'caller_id is all that has to be there' is_unknown
post_with_key client-data '{"caller_id": "+15550100200", "new_field": [1, {"x": null}], "agent_id": null}'
check 'unknown fields and nulls are no trouble' is_unknown

remember "$data/example-post-call.json"
client_data +15550100200
check 'a caller who called before' is_of_the_contract
check 'is known' field .dynamic_variables.caller_known true
check 'by name' like "$(value .dynamic_variables.caller_name)" '^Nora( Lindqvist)?$'
check 'who is the one person of the line' field .dynamic_variables.caller_people 'Nora Lindqvist'
check 'and can be greeted' field .dynamic_variables.suggested_greeting 'Welcome back, Nora Lindqvist.'
check 'speaks English' field .dynamic_variables.caller_languages en
check 'has called once' field .dynamic_variables.call_count 1
check 'the first time' field .dynamic_variables.first_call_date 2026-04-27
check 'which is the last time' field .dynamic_variables.last_call_date 2026-04-27
check 'about a broken tree' like "$(value .dynamic_variables.last_call_summary)" 'QG-58213'
check 'prefers e-mail' like "$(value .dynamic_variables.caller_preferences)" '[Ee]mail'
check 'the context knows the order' like "$(value .dynamic_variables.memory_context)" 'QG-58213'
check 'the feeling is one of the known' like "$(value .dynamic_variables.caller_sentiment)" '^(positive|negative|neutral|mixed|)$'
check 'still no override' field 'has("conversation_config_override")' false

remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_again"
    | .data.metadata.start_time_unix_secs = 1779875100 | .event_timestamp = 1779875200
    | .data.analysis.transcript_summary = "Nora asked when the second delivery of pear trees comes."')"
client_data +15550100200
check 'after the second call there are two' field .dynamic_variables.call_count 2
check 'the first date stays' field .dynamic_variables.first_call_date 2026-04-27
check 'the last date moves' field .dynamic_variables.last_call_date 2026-05-27
check 'the last summary is the newer one' like "$(value .dynamic_variables.last_call_summary)" 'second delivery'

# One number, however it is written.
for written in 'tel:+15550100200' '0015550100200' '+1 555 010 0200' '+1-555-010-0200' '+1 (555) 010.0200' \
    'sip:+15550100200@example.com' 'SIP:+15550100200@10.0.0.1:5060' ' +15550100200 '; do
    client_data "$written"
    check "'$written' is the same caller" field .dynamic_variables.caller_known true
    check "'$written' is told in E.164" field .dynamic_variables.caller_id +15550100200
done

# What cannot be a caller is said to be none.
post_with_key client-data '{"agent_id": "agent_quince"}'
check 'caller_id must be there' refused 400 invalid_request
check 'the message names it' like "$(value .error.message)" caller_id
for wrong in '12' 'true' '["+15550100200"]' '{"a": 1}'; do
    post_with_key client-data "{\"caller_id\": $wrong}"
    check "caller_id $wrong is refused or nobody, never an accident" like "$status" '^(200|400)$'
    check 'and is not taken for somebody' not field .dynamic_variables.caller_known true
done
client_data 'Robert"); DROP TABLE callers;--'
check 'an identifier with other characters does not cost the call' is_unknown
client_data "$(printf 'x%.0s' {1..129})"
check 'nor does one that is too long' is_unknown
client_data 'member-3307:a.b_c@d+e'
check 'any other identifier is a caller' is_unknown
finish
