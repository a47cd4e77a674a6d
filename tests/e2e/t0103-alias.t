#!/bin/bash
# A caller's user_id: learned where ElevenLabs names it beside a number, told to it when the number calls, and believed of
# a session only where the operator says so.
# shellcheck disable=SC2016 # jq expands it
. "$(dirname "$0")/lib.sh"
caller=+15550100200
other=+15550100201
start_instance OPENMEMORY_MODE=local CALLMEM_TRUST_USER_ID=1 "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=$work/client-data.jsonl"

call_with() { # USER-ID NUMBER CONVERSATION DAYS-LATER
    remember "$(variant "$data/example-post-call.json" ".data.user_id = \"$1\" |
        .data.metadata.phone_call.external_number = \"$2\" | .data.conversation_id = \"$3\" |
        .data.metadata.start_time_unix_secs += 86400 * $4")"
}
session() { # USER-ID
    post_with_key client-data "$(jq -nc --arg user "$1" '{user_id: $user}')"
}

call_with account-71 "$caller" conv_1 0
client_data "$caller"
name=$(value .dynamic_variables.caller_name)
check 'the answer for the number carries the user_id' field .user_id account-71
client_data "$caller" '.user_id = "given"'
check 'unless the request names one' field .user_id given
session account-71
check 'a session with that user_id is the caller' is "$(value '"\(.user_id) \(.dynamic_variables.call_count) \(.dynamic_variables.caller_name)"')" \
    "account-71 1 $name"
post_with_key search-data '{"query": "trees", "user_id": "account-71"}'
check 'in a search, too' holds '.count > 0'
remember "$(variant "$data/transcription-web.json" '.data.user_id = "account-71" | .data.conversation_id = "conv_web"')"
check 'and what it says is the caller'"'"'s' has_calls "$caller" 2
session "$other"
check 'a number as a user_id is no alias' is "$(value .dynamic_variables.caller_known)" false

# Of several the last call's counts, whenever it arrives.
call_with account-72 "$caller" conv_3 2
call_with account-70 "$caller" conv_0 -1
client_data "$caller"
check 'a later call with another one changes it' field .user_id account-72
session account-71
check 'the old one is nobody'"'"'s then' field .dynamic_variables.caller_known false
session account-72
check 'and the new one is the caller' field .dynamic_variables.call_count 4

# A user_id of two numbers says nothing of who it is.
call_with account-72 "$other" conv_4 3
session account-72
check 'one that two numbers have is nobody' field .dynamic_variables.caller_known false
client_data "$other"
check 'but each number carries it' field .user_id account-72

program callmem export "$other" >"$work/other.json"
program callmem forget "$other" >/dev/null
session account-72
check 'when one of them is forgotten, it is the other' is "$(value .dynamic_variables.call_count)" 4
program callmem import "$work/other.json" >/dev/null
session account-72
check 'an import brings it back' field .dynamic_variables.caller_known false
client_data "$other"
check 'with its number' field .user_id account-72
program callmem forget "$other" >/dev/null
session account-72
lines() { grep -c account-72 "$work/client-data.jsonl"; }
before=$(lines)
program callmem forget "$caller" >/dev/null
check 'forgetting erases requests by the user_id as well' is "$before $(lines)" '1 0'
check 'and the user_id' is "$(grep -c account-7 "$state/openmemory.sqlite")" 0

# --- where user ids are not trusted ----------------------------------------------------------------------------

down
new_instance apart OPENMEMORY_MODE=local
up
call_with account-71 "$caller" conv_1 0
client_data "$caller"
check 'without trust the number carries it, too' field .user_id account-71
session account-71
check 'but a session with it is not the caller' is "$(value '"\(.dynamic_variables.caller_known) \(.dynamic_variables.caller_name)"')" 'false '
post_with_key search-data '{"query": "trees", "user_id": "account-71"}'
check 'nor in a search' field .count 0
remember "$(variant "$data/transcription-web.json" '.data.user_id = "account-71" | .data.conversation_id = "conv_web"')"
check 'and cannot change what the number knows' has_calls "$caller" 1
finish
