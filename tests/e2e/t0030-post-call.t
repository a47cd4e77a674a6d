#!/bin/bash
# After a call: every kind of event that ElevenLabs sends.
. "$(dirname "$0")/lib.sh"

start_instance

post_call "$data/example-post-call.json"
check 'a transcription is accepted' accepted accepted post_call_transcription conv_quince_0001
check 'what was accepted is in memory' eventually has_calls +15550100200 1
check 'what the caller said is found' eventually finds +15550100200 'dental technician' technician
check 'what the agent promised, too' finds +15550100200 'when does the new tree leave' 'fifth of May'
check 'what was collected is found' finds +15550100200 'order number' QG-58213
search +15550100200 'replacement request webhook' '.limit = 50'
check 'the inside of tool calls is no memory' unlike "$(value '.memories[].content')" 'req_9'

post_call "$data/example-post-call.json"
check 'the same event again is a duplicate' accepted duplicate post_call_transcription conv_quince_0001
post_call "$(variant "$data/example-post-call.json" '.data.analysis = null | .event_timestamp += 60')"
check 'another version of the same call is accepted' accepted accepted post_call_transcription conv_quince_0001
check 'and is processed' eventually inbox_is_empty
check 'it counts once' has_calls +15550100200 1
check 'one that has less leaves what is there' finds +15550100200 'order number' QG-58213
client_data +15550100200
check 'the summary, too' unlike "$(value .dynamic_variables.last_call_summary)" '^$'
early=$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_early" | .data.analysis = null
    | .data.metadata.phone_call.external_number = "+15550100309"')
post_call "$early"
check 'a call before its analysis' eventually has_calls +15550100309 1
post_call "$early"
check 'the same bytes are a duplicate' accepted duplicate post_call_transcription conv_early
post_call "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_early"
    | .data.metadata.phone_call.external_number = "+15550100309"')"
check 'with its analysis it is accepted' accepted accepted post_call_transcription conv_early
check 'completes the memory' eventually finds +15550100309 'order number' QG-58213
check 'and is one call' has_calls +15550100309 1
check 'with a summary' unlike "$(value .dynamic_variables.last_call_summary)" '^$'

post_call "$data/audio.json"
check 'the audio of the same conversation is not a duplicate of it' accepted accepted post_call_audio conv_quince_0001
post_call "$data/audio.json"
check 'but of itself' accepted duplicate post_call_audio conv_quince_0001
post_call "$(variant "$data/audio.json" '{data: {full_audio: ("QUJD" * 20000), conversation_id: "conv_late", agent_id: "a"},
    event_timestamp, type}')" -H 'Transfer-Encoding: chunked'
check 'audio comes in chunks, with its keys in any order' accepted accepted post_call_audio conv_late

post_call "$data/transcription-sip-outbound.json"
check 'an outbound call is accepted' accepted accepted post_call_transcription conv_quince_0002
check 'it belongs to the one who was called' eventually has_calls +442079460321 1
check 'and not to our own number' has_calls +15550109900 0
client_data +442079460321
check 'who is called by the name that was asked for' field .dynamic_variables.caller_name Folake

post_call "$data/transcription-web.json"
check 'a call from the web without analysis is accepted' accepted accepted post_call_transcription conv_quince_0003
check 'its caller is the user' eventually has_calls member-3307 1
check 'what was said there is found in its own letters' eventually finds member-3307 limoneros 'limoneros 🍋'

post_call "$data/failure-twilio.json"
check 'a failure is accepted' accepted accepted call_initiation_failure conv_quince_0005
post_call "$data/failure-sip.json"
check 'a SIP failure is accepted' accepted accepted call_initiation_failure conv_quince_0006
check 'an attempt is remembered' eventually finds +442079460321 'no answer attempt' '[Nn]o.answer'
check 'but is no call' has_calls +442079460321 1

post_call "$data/other-type.json"
check 'a type that is not about a call is ignored' accepted ignored speech_to_text_transcription
post_call "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_more" | .new = {"deep": [1, 2]}
    | .data.brand_new = null | .data.transcript[1].brand_new = [] | .data.metadata.phone_call.brand_new = 1
    | .data.metadata.start_time_unix_secs += 86400')"
check 'new fields are no trouble' accepted accepted post_call_transcription conv_more
check 'nor is their memory' eventually has_calls +15550100200 2

# Where the caller stands, first found.
call_of() { # CONVERSATION JQ-FILTER
    post_call "$(variant "$data/example-post-call.json" ".data.conversation_id = \"$1\" | .data.user_id = null
        | .data.metadata.phone_call = {direction: \"inbound\"} | .data.conversation_initiation_client_data.user_id = null
        | .data.conversation_initiation_client_data.dynamic_variables = {} | $2")"
}
call_of conv_who_1 '.data.metadata.phone_call = {direction: "inbound", external_number: "+15550100301"}
    | .data.conversation_initiation_client_data.dynamic_variables.system__caller_id = "+15550100302"
    | .data.user_id = "user-303"'
check '1. the number outside' eventually has_calls +15550100301 1
call_of conv_who_2 '.data.conversation_initiation_client_data.dynamic_variables.system__caller_id = "+15550100302"
    | .data.user_id = "user-303"'
check '2. system__caller_id' eventually has_calls +15550100302 1
call_of conv_who_3 '.data.user_id = "user-303" | .data.conversation_initiation_client_data.user_id = "user-304"'
check '3. the user of the event' eventually has_calls user-303 1
call_of conv_who_4 '.data.conversation_initiation_client_data.user_id = "user-304"
    | .data.conversation_initiation_client_data.dynamic_variables.user_id = "user-305"'
check '4. the user of the conversation' eventually has_calls user-304 1
call_of conv_who_5 '.data.conversation_initiation_client_data.dynamic_variables.user_id = "user-305"'
check '5. the user in the variables' eventually has_calls user-305 1
call_of conv_who_6 '.data.metadata.phone_call = {direction: "outbound"}
    | .data.conversation_initiation_client_data.dynamic_variables =
        {system__caller_id: "+15550109900", system__called_number: "+15550100306"}'
check '6. outbound, the one who was called' eventually has_calls +15550100306 1
call_of conv_who_8 '.data.metadata.phone_call = null | .data.user_id = "+15550100301"'
check 'a session that claims a number is not that number' eventually inbox_is_empty
check 'which has its one call' has_calls +15550100301 1
client_data '' '.user_id = "+15550100301" | del(.caller_id)'
check 'and the session is found by what it claims' field .dynamic_variables.call_count 1
call_of conv_who_9 '.data.metadata.phone_call = null
    | .data.metadata.whatsapp = {direction: "outbound", whatsapp_user_id: "15550100307"}'
check 'WhatsApp: the number that the id is' eventually has_calls +15550100307 1
call_of conv_who_10 '.data.metadata.phone_call = null
    | .data.metadata.sms = {direction: "inbound", sms_user_phone_number: "+15550100308"}'
check 'SMS: the number of the person' eventually has_calls +15550100308 1
call_of conv_who_11 '.data.metadata.phone_call = {direction: "outbound", external_number: "+15550100308",
    call_result: "voicemail"}'
check 'every event is processed' eventually inbox_is_empty
check 'voicemail is no call' has_calls +15550100308 1
call_of conv_who_7 .
check '7. nobody: accepted all the same' accepted accepted post_call_transcription conv_who_7
check 'every event is processed' eventually inbox_is_empty
request GET /health
check 'and none has failed' field .inbox.failed 0

# What the carrier heard comes before what was said, or after it.
verdict() { # CONVERSATION WHAT
    printf '{"type":"answering_machine_detection","event_timestamp":1772446021,"data":{"agent_id":"a","conversation_id":"%s",
        "answered_by":"%s"}}' "$1" "$2" >"$work/verdict.json"
    post_call "$work/verdict.json"
}
greeted() { # CONVERSATION NUMBER TURNS
    call_of "$1" ".data.metadata.phone_call = {direction: \"outbound\", external_number: \"$2\"} | .data.analysis = null
        | .data.transcript = [{role: \"agent\", message: \"Hello?\"}, ({role: \"user\", message: $3})]"
}
verdict conv_machine_1 machine_start
check 'what answered is accepted' accepted accepted answering_machine_detection conv_machine_1
check 'and noted' eventually inbox_is_empty
greeted conv_machine_1 +15550100311 '("Hi, Ines here, tell me.", "Thanks!")'
greeted conv_machine_2 +15550100312 '("Hi, Ines here, tell me.", "Thanks!")'
greeted conv_machine_3 +15550100313 '("Hi, Ines here.", "My order number is QG-77123.", "Yes.")'
greeted conv_machine_4 +15550100314 '"Hi, Ines here."'
check 'greetings are processed' eventually inbox_is_empty
check 'one of a machine is no call' has_calls +15550100311 0
check 'one of which nothing is known is' has_calls +15550100312 1
verdict conv_machine_2 machine_end_beep
verdict conv_machine_3 machine_start
verdict conv_machine_4 human
check 'verdicts are processed' eventually inbox_is_empty
if is_remote; then
    check 'on a server it stays one when the carrier says so late' has_calls +15550100312 1
else
    check 'until the carrier says so' has_calls +15550100312 0
fi
client_data +15550100311
check 'nobody is greeted' field .dynamic_variables.caller_known false
check 'the attempt is kept' like "$(program callmem show +15550100311)" 'answered by a machine'
check 'who speaks on is no machine' has_calls +15550100313 1
check 'nor is a person' has_calls +15550100314 1
verdict '' machine_start
check 'what names no conversation is ignored' accepted ignored answering_machine_detection

# What the caller thought of it, and which agents had it.
call_of conv_thought '.data.metadata.phone_call = {direction: "inbound", external_number: "+15550100315"}
    | .data.metadata.feedback = {type: "rating", rating: 1, comment: "The kiosk was slow."} | .data.agent_id = "desk"
    | .data.branch_id = "agtbranch_7" | .data.transcript[0].agent_metadata = {agent_id: "desk", branch_id: "agtbranch_7"}
    | .data.transcript[2].tool_results = [{type: "system", tool_name: "transfer_to_agent", is_error: false, result: {
        result_type: "transfer_to_agent_success", from_agent: "desk", to_agent: "orchard", condition: "Asks for a tree"}}]'
check 'feedback is what they felt' eventually has_calls +15550100315 1
client_data +15550100315
check 'in every answer' field .dynamic_variables.caller_sentiment negative
check 'what they wrote is found' finds +15550100315 'kiosk slow' 'kiosk was slow'
check 'the agents are shown' like "$(program callmem show +15550100315)" \
    '\[agent\] desk, branch agtbranch_7.*\[agent\] orchard, from turn 3: Asks for a tree'
before=$(program callmem show +15550100315)
check 'it is read again' program callmem reread +15550100315
check 'and nothing of that is lost' is "$(program callmem show +15550100315)" "$before"

# What is no event.
refuses() { # FIELD JQ-FILTER
    post_call "$(variant "$data/example-post-call.json" "$2")"
    check "$2 is refused" refused 400 invalid_request
    check 'by name' like "$(value .error.message)" "$1"
}
refuses type 'del(.type)'
refuses type '.type = 5'
refuses data 'del(.data)'
refuses conversation_id 'del(.data.conversation_id)'
refuses conversation_id '.data.conversation_id = ""'
check 'nothing of that waits' inbox_is_empty
finish
