#!/bin/bash
# A call that is not to be kept; what a caller is given to read; how right the understanding is.
. "$(dirname "$0")/lib.sh"
start_instance "CALLMEM_PAYLOAD_LOG_POST_CALL=$work/payloads.log"

call() { # CALLER ID NAME DAY NOTE REQUEST
    variant "$data/example-post-call.json" ".data.conversation_id = \"$2\"
        | .data.metadata.phone_call.external_number = \"$1\" | .data.conversation_initiation_client_data = {}
        | .data.metadata.start_time_unix_secs = ($4 * 86400 + 1772445600) | .data.analysis.transcript_summary = \"About a pear tree.\"
        | .data.analysis.data_collection_results = {callmem_caller: {value: \"$3\"},
            callmem_notes: {value: \"fact | caller | $5 | \"}, callmem_request: {value: \"${6:-none}\"}}
        | .data.transcript = [{role: \"agent\", message: \"Quince Garden Centre, who is calling?\", time_in_call_secs: 0},
            {role: \"user\", message: \"My name is $3. $5.\", time_in_call_secs: 2},
            {role: \"agent\", message: \"I see.\", time_in_call_secs: 4}]
        | if \"${6-}\" != \"\" then .data.transcript += [
            {role: \"user\", message: \"Please do not keep a record of this call.\", time_in_call_secs: 6},
            {role: \"agent\", message: \"As you wish.\", time_in_call_secs: 8}] else . end"
}

# --- Not to be kept ---
one=+15550100770
event=$(call "$one" conv_w1 'Rhona Abbot' 1 'I play the cello' do_not_record)
remember "$event"
client_data "$one"
check 'a call that is not to be kept is no conversation' field .dynamic_variables.caller_known false
said=$(program callmem show "$one")
check 'that there was one is known, with the wish' like "$(tr '\n' ' ' <<<"$said")" 'do_not_record, open.*asked that it not be kept'
check 'and nothing that was said' unlike "$said" 'cello|Abbot'
check 'nor in the payload log' unlike "$(cat "$work/payloads.log")" 'cello'
remember "$(variant "$event" '.data.analysis.data_collection_results.callmem_request.value = "none"')"
check 'it is not kept when it comes again either' unlike "$(program callmem show "$one")" 'cello|Abbot'
check 'a request lists it' is "$(program callmem requests --json | jq -r '[.requests[] | .kind + " " + .caller] | join(",")')" "do_not_record $one"
remember "$(call "$one" conv_w2 'Rhona Abbot' 2 'I play the harp')"
client_data "$one"
check 'other calls are' field .dynamic_variables.call_count 1

# --- For the caller ---
two=+15550100771
remember "$(call "$two" conv_w3 'Maria Lopez' 1 'I play the viola')"
remember "$(call "$two" conv_w4 'Carlos Lopez' 2 'I play the tuba')"
program callmem export "$two" --for-caller >/dev/null 2>&1
check 'of a line of two it has to be said for whom' is "$?" 2
said=$(program callmem export "$two" --for-caller --name 'Maria Lopez')
check 'what is stored of one is printed' is "$?" 0
for wanted in 'Name: Maria Lopez' 'I play the viola' 'Call of 2026-03-03' 'You: My name is Maria' 'Left out: 1 call from'; do
    check "it has: $wanted" like "$said" "$wanted"
done
check 'and nothing of the other' unlike "$said" 'Carlos|tuba'
program callmem export "$two" --for-caller --name Nobody >/dev/null 2>&1
check 'nobody has nothing' is "$?" 3
check 'who is alone need not be named' like "$(program callmem export "$one" --for-caller)" 'harp'

# --- How right it is ---
said=$(printf 'y\nperhaps\nn\n' | program callmem evaluate --count 5 --seed 7 --json 2>"$work/asked")
check 'answers are summed up with an interval' is "$(jq -c '[.right, .wrong, .unclear, (.low * 1000 | floor), (.high * 1000 | floor)]' <<<"$said")" '[1,1,0,94,905]'
check 'each was shown beside its turn' like "$(cat "$work/asked")" 'I play the .*> caller: My name is'
# "My name is Rhona Abbot. I play the harp." is a call of two statements.
check 'and so was all that was understood of its call' like "$(tr '\n' ' ' <"$work/asked")" \
    'Call 1, of 2026-03-[0-9]*  *1 of 5  \[[a-z]*\] .*2 of 5  \[[a-z]*\] '
check 'without an answer nothing is claimed' like "$(program callmem evaluate </dev/null 2>/dev/null)" 'Nothing was judged'
program callmem evaluate --count none >/dev/null 2>&1
check 'a number is a number' is "$?" 2
finish
