#!/bin/bash
# How far a number is believed: greetings by name, what is private, lines that many people share.
. "$(dirname "$0")/lib.sh"
start_instance CALLMEM_PRIVATE=need,id CALLMEM_GREET=known-line 'CALLMEM_SHARED_LINES=+1 555 010 0760, +15550100761' \
    'CALLMEM_FIRST_MESSAGE_RETURNING=Welcome back, {{caller_name}}!' 'CALLMEM_FIRST_MESSAGE_NEW=Welcome!'

call() { # CALLER ID NAME DAY
    remember "$(variant "$data/example-post-call.json" ".data.conversation_id = \"$2\"
        | .data.metadata.phone_call.external_number = \"$1\" | .data.conversation_initiation_client_data = {}
        | .data.metadata.start_time_unix_secs = ($4 * 86400 + 1772445600) | .data.analysis.transcript_summary = \"A call.\"
        | .data.analysis.data_collection_results = {callmem_caller: {value: \"$3\"},
            callmem_notes: {value: \"need | caller | Allergic to penicillin | \nfact | caller | Plays the cello | \"}}
        | .data.transcript = [{role: \"agent\", message: \"Quince Garden Centre, who is calling?\", time_in_call_secs: 0},
            {role: \"user\", message: \"My name is $3.\", time_in_call_secs: 2},
            {role: \"agent\", message: \"Hello!\", time_in_call_secs: 4},
            {role: \"user\", message: \"I am allergic to penicillin.\", time_in_call_secs: 6},
            {role: \"agent\", message: \"I see.\", time_in_call_secs: 8},
            {role: \"user\", message: \"I play the cello.\", time_in_call_secs: 10}]")"
}
one=+15550100750
call "$one" conv_t1 'Rhona Abbot' 1
client_data "$one"
check 'one call is not enough for a greeting by name' field .conversation_config_override.agent.first_message 'Welcome!'
check 'nor for a suggested one' field .dynamic_variables.suggested_greeting ''
check 'the agent knows the name' field .dynamic_variables.caller_name 'Rhona Abbot'
call "$one" conv_t2 'Rhona Abbot' 2
client_data "$one"
check 'who called twice is greeted' field .conversation_config_override.agent.first_message 'Welcome back, Rhona Abbot!'
check 'what is private is not told' unlike "$(cat "$answer")" penicillin
check 'the rest is' like "$(jq -r .dynamic_variables.memory_context "$answer")" 'Plays the cello'

search "$one" 'allergic to penicillin'
check 'a search finds nothing private, nor its words' unlike "$(cat "$answer")" penicillin
search "$one" 'anything new' # vague
check 'nor does one that asks for nothing in particular' unlike "$(cat "$answer")" penicillin
search "$one" 'allergic to penicillin' '. + {verified: true}'
check 'until the agent has checked who it is' like "$(cat "$answer")" penicillin
search "$one" 'allergic to penicillin' '. + {verified: "false"}'
check 'false is false' unlike "$(cat "$answer")" penicillin
search "$one" 'allergic to penicillin' '. + {verified: "perhaps"}'
check 'anything else is refused' is "$status $(jq -r .error.code "$answer")" '400 invalid_request'
check 'an operator sees what the webhook finds' unlike "$(program callmem search "$one" allergic to penicillin)" penicillin
check 'or all of it' like "$(program callmem search --verified "$one" allergic to penicillin)" penicillin

shared=+15550100760
call "$shared" conv_t3 'Rhona Abbot' 1
call "$shared" conv_t4 'Ines Pell' 2
client_data "$shared"
check 'a shared line is nobody by its number' is "$(jq -c '[.dynamic_variables | .caller_known, .caller_people, .memory_context]' "$answer")" '[false,"",""]'
search "$shared" 'who plays the cello'
check 'a search without a name finds nothing' is "$status $(jq -c .count "$answer")" '200 0'
search "$shared" 'who plays the cello' '. + {caller_name: "Ines Pell", verified: true}'
check 'with one it finds what that person said' is "$(jq -c '[.count > 0, ([.memories[].conversation_id] | unique), .profile]' "$answer")" \
    '[true,["conv_t4"],{"caller_name":"Ines Pell","call_count":1}]'
search "$shared" 'who plays the cello' '. + {caller_name: "Nobody Else"}'
check 'and nothing for a name that nobody has' field .count 0
# The settings change: what was made before is made again.
down
settings+=("CALLMEM_PRIVATE=fact,turn,summary")
up
renewed() {
    client_data "$one" && ! grep -q cello "$answer"
}
check 'what is private now is not told any more' eventually renewed
client_data "$one"
check 'and what is not is' like "$(cat "$answer")" penicillin
check 'the operator sees the line' like "$(program callmem show "$shared")" 'Ines Pell'
finish
