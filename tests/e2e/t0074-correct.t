#!/bin/bash
# What an operator says: correct, drop, note, split; it stands above what calls say, whatever becomes of them.
. "$(dirname "$0")/lib.sh"
start_instance

caller=+15550100200
# What an LLM says of the call.
with_notes() { # NOTES
    variant "$data/example-post-call.json" ".data.analysis.data_collection_results += {
        callmem_caller: {data_collection_id: \"callmem_caller\", value: \"Nora Lindqvist\"},
        callmem_notes: {data_collection_id: \"callmem_notes\", value: \"$1\"}}"
}
event=$(with_notes 'fact | caller | Is a dental technician |')

as_operator() {
    done=0
    said=$(program callmem "$@" 2>&1) || done=$?
}
shown() {
    program callmem show "$caller"
}
# The id that show prints with a text.
id_of() {
    shown | grep -A 1 -F -- "$1" | sed -n 's/.*, \(f[0-9a-f]\{8\}\.[^, ]*\|operator-[0-9a-f]*\).*/\1/p' | head -n 1
}
told() {
    client_data "$caller"
    jq -r '.dynamic_variables.memory_context' "$answer"
}
found() {
    search "$caller" "$1"
    jq -r '[.memories[].content] | join("\n")' "$answer"
}
remember "$event"

# --- A statement ---
job=$(id_of 'dental technician')
check 'show has an id for a statement' like "$job" '^f[0-9a-f]{8}\.conv_quince_0001$'
as_operator correct "$job" Is a dentist --by anna --dry-run
check 'a dry run prints what would change' like "$(tr '\n' ' ' <<<"$said")" '^\+15550100200 \(nothing was changed\) - .*dental technician.* \+ Is a dentist'
check 'and changes nothing' like "$(told)" 'dental technician'
as_operator correct "$job" Is a dentist --by anna
check 'a statement is corrected' is "$done" 0
check 'agents are told what is right' like "$(told)" 'Is a dentist'
check 'and no more what is wrong' unlike "$(told)" 'dental technician'
check 'a search finds what is right' like "$(found 'what work does she do, dentist')" 'Is a dentist'
check 'and not the words that it rested on' unlike "$(found 'dental technician')" 'dental technician'
check 'show says who and when' like "$(shown)" "corrected by anna on $(date -u +%F) \(operator-"
program callmem reread >/dev/null 2>&1
check 'it stays when the call is understood again' like "$(told)" 'Is a dentist'
event=$(with_notes 'fact | caller | Works as a dental technician |')
remember "$event"
check 'and when it comes again in other words' like "$(told)" 'Is a dentist'
check 'which say nothing else' unlike "$(told)" 'dental technician'
remember "$(variant "$event" ".data.conversation_id = \"conv_again\" | .data.metadata.start_time_unix_secs += 86400")"
check 'a later call that says the wrong thing again does not count' unlike "$(told)" 'dental technician'
check 'nor in a search' unlike "$(found 'dental technician')" 'dental technician'
as_operator correct "$job" Is a dental surgeon --by ben
check 'it is corrected again by the same id' like "$(told)" 'Is a dental surgeon'
check 'and once only' unlike "$(told)" 'Is a dentist'
as_operator drop --undo "$job"
check 'and taken back' is "$done" 0
check 'then it is as the call said' like "$(told)" 'dental technician'
check 'and found' like "$(found 'dental technician')" 'dental technician'

# --- Dropping ---
as_operator drop "$job" --json --by anna
check 'a drop answers as JSON' is "$(jq -r '[.caller, .now, .dry_run] | @json' <<<"$said")" '["+15550100200","",false]'
word=$(jq -r .id <<<"$said")
check 'what is dropped is not told' unlike "$(told)" 'dental technician'
check 'nor found' unlike "$(found 'dental technician')" 'dental technician'
program callmem reread "$caller" >/dev/null 2>&1
check 'not after the call was understood again' unlike "$(told)" 'dental technician'
check 'show still has it, and who dropped it' like "$(shown | tr '\n' ' ')" 'dental technician.*dropped by anna'
as_operator drop --undo "$word"
check 'a drop is undone by its own id' like "$(told)" 'dental technician'
as_operator drop --undo "$word"
check 'what is not there is status 3' is "$done" 3
as_operator drop f00000000.conv_quince_0001
check 'as is an unknown id' is "$done" 3
as_operator drop m4711
check 'of any form' is "$done" 3
memory=$(program callmem export "$caller" | jq -r 'first(.conversations[].memories[] | select(.content | test("dental")) | select(.kind != "turn") | .id)')
as_operator drop "$memory"
check 'the id of a memory will do' is "$done" 0
check 'as in an export' unlike "$(told)" 'dental technician'
as_operator drop --undo "$memory"
turn=$(program callmem export "$caller" | jq -r 'first(.conversations[].memories[] | select(.kind == "turn") | .id)')
as_operator drop "$turn"
check 'what was said cannot be dropped' is "$done: $said" "1: this is the id of a turn: only statements, names and notes can be changed"

# A call that comes again with more in it.
fuller=+15550100742
of_fuller() {
    variant "$1" ".data.conversation_id = \"conv_fuller\" | .data.metadata.phone_call.external_number = \"$fuller\""
}
remember "$(of_fuller "$data/example-post-call.json")"
email=$(program callmem show "$fuller" | sed -n 's/.*, \(f[0-9a-f]*\.conv_fuller\), turn 6.*/\1/p' | head -n 1)
as_operator drop "$email"
check 'what a rule understood is dropped' is "$done" 0
remember "$(of_fuller "$(with_notes 'instruction | caller | Email instead of calls at work |')")"
client_data "$fuller"
check 'an LLM says it once more in vain' unlike "$(jq -r .dynamic_variables.memory_context "$answer" | sed 's/Call of .*//')" '[Ee]mail'

# --- A name ---
name=$(id_of '[name] Nora Lindqvist')
as_operator correct "$name" 'Norah Lindquist, called Nory'
check 'a name is corrected' is "$done" 0
client_data "$caller"
check 'the person is greeted by it' field .dynamic_variables.caller_name Nory
check 'and known by it' field .dynamic_variables.caller_people 'Norah Lindquist'
remember "$(variant "$event" ".data.conversation_id = \"conv_third\" | .data.metadata.start_time_unix_secs += 172800")"
client_data "$caller"
check 'a later call under the wrong name is theirs' field .dynamic_variables.caller_people 'Norah Lindquist'
check 'they are listed by it' is "$(program callmem list --json --name lindquist | jq -r '.callers[0].caller')" "$caller"
as_operator correct "$caller" 'Noora Lindqvist'
client_data "$caller"
check 'the number of one person will do for an id' field .dynamic_variables.caller_name 'Noora Lindqvist'
as_operator drop --undo "$name"
client_data "$caller"
check 'a name is taken back' field .dynamic_variables.caller_name 'Nora Lindqvist'

# --- A note ---
as_operator note "$caller" 'Prefers the side entrance; ring twice' --until 2099-03-27 --by anna
check 'a note is taken' is "$done" 0
check 'and told before what calls said' like "$(told)" '^Name: Nora Lindqvist\. Note: Prefers the side entrance; ring twice \(until 2099-03-27\)\.'
check 'and found' like "$(found 'which entrance')" 'side entrance'
check 'it is no call' field .profile.call_count 3
note=$(id_of 'side entrance')
as_operator correct "$note" Prefers the back door
check 'a note is corrected' like "$(told)" 'Prefers the back door'
check 'not told twice' unlike "$(told)" 'side entrance'
as_operator drop "$note"
check 'and dropped' unlike "$(told)" 'side entrance|back door'
as_operator drop --undo "$note"
check 'and brought back' like "$(told)" 'side entrance'
as_operator note "$caller" 'Closed on Monday' --until 2001-01-01
check 'a note whose day has passed is not told' unlike "$(told)" 'Closed on Monday'
as_operator note "$caller" 'x' --until tomorrow
check 'a day is a date' is "$done" 2
as_operator note anonymous 'x'
check 'nobody has no notes' is "$done" 2

# --- Taking it along ---
before=$(told)
program callmem export "$caller" >"$work/caller.json"
program callmem forget "$caller" >/dev/null
check 'forgotten with all that was said of them' like "$(shown 2>&1)" 'Nothing is known'
program callmem import "$work/caller.json" >/dev/null
check 'an import brings it back' is "$(told)" "$before"
program callmem reread "$caller" >/dev/null 2>&1
check 'and it holds when the calls are understood again' is "$(told)" "$before"
rm -f "$work/caller.json"

# --- Two people ---
two=+15550100741
call() { # ID NAME SECONDS
    remember "$(variant "$event" ".data.conversation_id = \"$1\" | .data.metadata.phone_call.external_number = \"$two\"
        | .data.conversation_initiation_client_data = {} | .data.metadata.start_time_unix_secs += $3
        | .data.transcript |= map(if .message then .message |= gsub(\"Nora Lindqvist\"; \"$2\") | .message |= gsub(\"Nora\"; \"$2\" | split(\" \")[0]) else . end)")"
}
call conv_m1 'Margaret Whelan' 0
call conv_m2 'Peggy Whelan' 86400
client_data "$two"
check 'two forms of one name are one person' field '.dynamic_variables.caller_people | test("; ")' false
as_operator split "$two" Peggy Whelan --by anna
check 'they are made two' is "$done" 0
client_data "$two"
check 'who are told apart' is "$(jq -r '.dynamic_variables.caller_people | split("; ") | sort | join("; ")' "$answer")" 'Margaret Whelan; Peggy Whelan'
check 'and not greeted by a name' field .dynamic_variables.caller_name ''
program callmem reread "$two" >/dev/null 2>&1
client_data "$two"
check 'also after the calls were understood again' field '.dynamic_variables.caller_people | test("; ")' true
as_operator split "$two" Somebody Else
check 'a name that nobody said makes nobody' is "$done" 3
as_operator split "$two" Emil Whelan --calls conv_m9
check 'nor does a call that is not there' is "$done" 3
as_operator split "$two" Emil Whelan --calls conv_m1
client_data "$two"
check 'a call can be given to somebody' is "$(jq -r '.dynamic_variables.caller_people | split("; ") | sort | join("; ")' "$answer")" 'Emil Whelan; Peggy Whelan'

memory_is_sound
finish
