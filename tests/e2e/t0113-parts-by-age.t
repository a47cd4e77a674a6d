#!/bin/bash
# Words, facts and requests that go by age while their calls stay.
. "$(dirname "$0")/lib.sh"
start_instance

caller=+15550100730
call() { # ID DAYS-AGO NOTE SENTENCE
    variant "$data/example-post-call.json" ".data.conversation_id = \"$1\"
        | .data.metadata.phone_call.external_number = \"$caller\" | .data.conversation_initiation_client_data = {}
        | .data.metadata.start_time_unix_secs = $(($(date +%s) - $2 * 86400))
        | .data.analysis.transcript_summary = \"About a pear tree.\"
        | .data.analysis.data_collection_results = {callmem_caller: {value: \"Rhona Abbot\"},
            callmem_notes: {value: \"fact | caller | $3 | \"}, callmem_request: {value: \"${5-none}\"}}
        | .data.transcript = [{role: \"agent\", message: \"Quince Garden Centre, who is calling?\", time_in_call_secs: 0},
            {role: \"user\", message: \"My name is Rhona Abbot. $3. $4\", time_in_call_secs: 2},
            {role: \"agent\", message: \"I see.\", time_in_call_secs: 4}]"
}
told() { # the statements that are shown of the caller
    program callmem show "$caller"
}
in_files() { # TEXT: whether it is in the database, or in its log
    grep -aqF "$1" "$state"/openmemory.sqlite*
}

remember "$(call conv_p1 40 'I play the cello' 'The zeppelin lands at noon.')"
remember "$(call conv_p2 2 'I play the harp' 'The submarine dives at noon.')"
remember "$(call conv_p3 40 'I play the tuba' 'Please delete everything you have stored about me.' erase)"
id=$(program callmem requests --json | jq -r '.requests[0].id')
check 'a request is there' like "$id" '.'

expire() { # MEMBER OPTION…: what one run says of one kind
    program callmem expire --json "${@:2}" | jq ".$1"
}

# --- What would go ---
said=$(CALLMEM_RETENTION_DAYS=90 CALLMEM_RETENTION_DAYS_TURNS=30 CALLMEM_RETENTION_DAYS_FACTS=30 \
    CALLMEM_RETENTION_DAYS_REQUESTS=1 program callmem expire --dry-run --json)
check 'a dry run counts by kind' is "$(jq -c '[.deleted_turns, .deleted_facts > 1, .deleted_requests, .forgotten_conversations]' <<<"$said")" \
    '[6,true,0,0]'
check 'and changes nothing' is "$(CALLMEM_RETENTION_DAYS_TURNS=30 expire deleted_turns --dry-run)" 6
check 'calls are counted, too' like "$(CALLMEM_RETENTION_DAYS=30 program callmem expire --dry-run)" 'conversations to forget: 2$'
check 'and are there' finds "$caller" 'when does the zeppelin land' zeppelin

# --- Words ---
said=$(CALLMEM_RETENTION_DAYS_TURNS=30 program callmem expire)
check 'words that are old go' like "$said" 'deleted turns: 6'
check 'their calls stay' like "$said" 'forgot conversations: 0$'
check 'no byte of them is left' not in_files zeppelin
check 'newer ones stay' finds "$caller" 'when does the submarine dive' submarine
check 'what was learnt stays' like "$(told)" 'I play the cello'
check 'and is found' finds "$caller" 'which instrument does Rhona play, the cello' cello
client_data "$caller"
check 'all calls count' field .dynamic_variables.call_count 3
program callmem reread "$caller" >/dev/null
check 'a reading does not lose what the words said' like "$(told)" 'I play the cello'

# --- Facts ---
check 'facts that are old go' like "$(CALLMEM_RETENTION_DAYS_FACTS=30 expire deleted_facts)" '^[1-9]'
check 'none of them is told' unlike "$(told)" 'cello|tuba'
check 'no byte of them is left, either' not in_files 'I play the cello'
check 'newer ones are told' like "$(told)" 'I play the harp'
client_data "$caller"
check 'the name stays with the calls' like "$(value .dynamic_variables.caller_name)" 'Rhona'

# --- Requests ---
check 'an open request stays' is "$(CALLMEM_RETENTION_DAYS_REQUESTS=1 expire deleted_requests)" 0
program callmem requests --dismiss "$id" >/dev/null
check 'and one that was dismissed today' is "$(CALLMEM_RETENTION_DAYS_REQUESTS=1 expire deleted_requests)" 0

# --- Where it cannot be done ---
said=$(OPENMEMORY_MODE=remote OPENMEMORY_URL=http://127.0.0.1:9 CALLMEM_RETENTION_DAYS_TURNS=30 program callmem check 2>&1)
check 'an OpenMemory server keeps calls whole, which the check says' is "$?" 78
check 'with the setting' like "$said" 'CALLMEM_RETENTION_DAYS_TURNS: is set, and OPENMEMORY_MODE is remote'
finish
