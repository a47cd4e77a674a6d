#!/bin/bash
# Calls that are made: the answer of client-data from the command line, and lists of people to be called.
. "$(dirname "$0")/lib.sh"

# `said` is what it printed, `complained` what it said on standard error, `code` its exit status.
callmem() { # ARGUMENT…
    code=0
    said=$(program callmem "$@" 2>"$work/complained" </dev/null) || code=$?
    complained=$(cat "$work/complained")
}

start_instance CALLMEM_VARIABLE_SHOP=Quince 'CALLMEM_FIRST_MESSAGE_RETURNING=Hello {{caller_name}}!'
caller=+15550100200
remember "$data/example-post-call.json"

# --- one -------------------------------------------------------------------------------------------------------

client_data "$caller"
callmem answer '+1 (555) 010-0200'
check 'it is what client-data answers' is "$code $(jq -cS . <<<"$said")" "0 $(jq -cS . "$answer")"
callmem answer +15550100299
client_data +15550100299
check 'also for somebody who is not known' is "$code $(jq -cS . <<<"$said")" "0 $(jq -cS . "$answer")"
for wrong in answer "answer $caller --batch /dev/null" 'answer anonymous'; do
    # shellcheck disable=SC2086 # several words
    callmem $wrong
    check "$wrong: refused" like "$code $complained" '^2 .{20}'
done

# --- a table ---------------------------------------------------------------------------------------------------

printf 'phone_number,city\r\n%s,"Paris, TX"\r\n+15550100299,Rome\r\n' "$caller" >"$work/list.csv"
callmem answer --batch "$work/list.csv"
# As rows of objects, read by somebody else's reader.
rows=$(printf '%s\n' "$said" | python3 -c 'import csv, json, sys
print(json.dumps(list(csv.DictReader(sys.stdin, strict=True))))')
client_data "$caller"
check 'a table has the variables as columns' is "$code $(jq -r '.[0] | "\(.caller_known) \(.call_count) \(.caller_name) \(.shop)"' <<<"$rows")" \
    "0 true 1 $(value .dynamic_variables.caller_name) Quince"
check 'in full' is "$(jq -r '.[0].memory_context' <<<"$rows")" "$(value .dynamic_variables.memory_context)"
check 'and the override' is "$(jq -r '.[0].first_message' <<<"$rows")" "Hello $(value .dynamic_variables.caller_name)!"
check 'and what it had' is "$(jq -r '.[] | .phone_number, .city' <<<"$rows" | paste -sd ' ')" "$caller Paris, TX +15550100299 Rome"
check 'those who are not known have them too' is "$(jq -r '.[1] | "\(.caller_known) \(.call_count)"' <<<"$rows")" 'false 0'
check 'and begin with no message of ours' is "$(jq -r '.[1].first_message' <<<"$rows")" ''
check 'as many columns as variables and the override' is "$(jq '.[0] | length' <<<"$rows")" \
    "$(($(jq '.dynamic_variables | length' "$answer") + 3))"

printf 'phone_number,city\n%s,"Paris, TX\n' "$caller" >"$work/list.csv"
callmem answer --batch "$work/list.csv"
check 'a wrong file is refused with its place' is "$code $said$complained" '1 line 2, column 14: this quote is not closed'
printf 'phone_number\n%s\n0\n' "$caller" >"$work/list.csv"
callmem answer --batch "$work/list.csv"
check 'so is a list with nobody in it, and nothing is printed' like "$code $said$complained" '^1 line 3, column 1: phone_number: .*1 recipient '
callmem answer --batch "$work/none"
check 'and a file that is not there' like "$code $complained" '^1 .*none cannot be opened'

# --- recipients ------------------------------------------------------------------------------------------------

jq -n --arg caller "$caller" '{call_name: "Spring", agent_id: "agent_quince", recipients: [{id: "r1", phone_number: $caller},
    {phone_number: "+15550100299", conversation_initiation_client_data: {dynamic_variables: {caller_name: "Zoe"}}}]}' >"$work/list.json"
callmem answer --batch "$work/list.json"
printf '%s\n' "$said" >"$work/filled.json"
check 'recipients get what client-data answers' is \
    "$code $(jq -cS '.recipients[0].conversation_initiation_client_data' "$work/filled.json")" "0 $(jq -cS 'del(.type)' "$answer")"
check 'what the file says itself counts' is "$(jq -r '.recipients[1].conversation_initiation_client_data.dynamic_variables |
    "\(.caller_name) \(.caller_known) \(.shop)"' "$work/filled.json")" 'Zoe false Quince'
check 'and the rest stays' is "$(jq -cS 'del(.recipients[].conversation_initiation_client_data)' "$work/filled.json")" \
    "$(jq -cS 'del(.recipients[].conversation_initiation_client_data)' "$work/list.json")"
said=$(jq -c .recipients "$work/list.json" | program callmem answer --batch -)
check 'the recipients alone come back alone' is "$(jq -cS . <<<"$said")" "$(jq -cS .recipients "$work/filled.json")"

# --- who does not want to be called ----------------------------------------------------------------------------

remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_quince_0009" |
    .data.metadata.start_time_unix_secs += 86400 |
    .data.analysis.data_collection_results.callmem_request = {value: "do not call: do not call me again"} |
    .data.transcript += [{role: "user", message: "Please do not call me again.", time_in_call_secs: 99}]')"
callmem answer --batch "$work/list.json"
check 'who asked not to be called is named' like "$code $complained" "^0 \\$caller asked not to be called \\(request [^ ]+\\)\\.$"
id=${complained##*request }
id=${id%)*}
callmem requests --dismiss "$id"
callmem answer --batch "$work/list.json"
check 'until that is dismissed' is "$code $complained" '0 '

# --- agents apart ----------------------------------------------------------------------------------------------

new_instance apart CALLMEM_SCOPE=agent
touch "$env_path"
callmem answer "$caller"
check 'with CALLMEM_SCOPE=agent an agent is named' like "$code $complained" '^2 .*--agent ID'
callmem answer "$caller" --agent agent_quince
check 'then there is an answer' is "$code $(jq -r .dynamic_variables.caller_known <<<"$said")" '0 false'
finish
