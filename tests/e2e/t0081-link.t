#!/bin/bash
# Several numbers of one person: each is answered and searched with the calls of that person on the others, and of nobody
# else; what export, import, migrate, reread and forget make of it.
# shellcheck disable=SC2016 # jq expands it
. "$(dirname "$0")/lib.sh"

# `said` is what it printed, also on standard error, `code` its exit status.
callmem() { # ARGUMENT…
    code=0
    said=$(program callmem "$@" 2>&1 </dev/null) || code=$?
}
call() { # NUMBER CONVERSATION DAY NAME SENTENCE
    remember "$(variant "$data/example-post-call.json" ".data.conversation_id = \"$2\" |
        .data.metadata.phone_call.external_number = \"$1\" | .data.metadata.start_time_unix_secs += 86400 * $3 |
        .data.transcript = [{role: \"user\", message: \"Hello, this is $4. $5\", time_in_call_secs: 1},
            {role: \"agent\", message: \"Thank you.\", time_in_call_secs: 9}] |
        .data.analysis.transcript_summary = \"$4 called.\" | .data.analysis.data_collection_results_list = [] |
        .data.analysis.data_collection_results = {callmem_caller: {value: \"$4 | | \"},
            callmem_notes: {value: \"preference | | $5 | \"}}")"
}
# Who is known, on how many calls, and what of them.
known() { # NUMBER
    client_data "$1"
    value '.dynamic_variables | "\(.caller_people), \(.call_count): \(.caller_preferences)"'
}
found() { # NUMBER QUERY
    search "$1" "$2"
    value '.memories[].content'
}

start_instance OPENMEMORY_MODE=local "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=$work/client-data.jsonl"
mobile=+15550100301 house=+15550100302 office=+15550100303 new=+15550100304
call "$mobile" conv_mobile 0 'Maria Lopez' 'I prefer oolong tea.'
call "$house" conv_maria 1 'Maria Lopez' 'I prefer window seats.'
call "$house" conv_carlos 2 'Carlos Lopez' 'I prefer aisle seats.'

# --- who is meant ----------------------------------------------------------------------------------------------

callmem link "$mobile" "$house"
check 'where a line has several people a name is needed' like "$code $said" '^1 several people use the second line.*Known on \+15550100301: Maria Lopez.*Known on \+15550100302: Maria Lopez; Carlos Lopez'
callmem link "$mobile" "$house" --name 'Peter'
check 'one that somebody there has' like "$code $said" '^1 the name is not that of one person on the first line'
callmem link "$mobile" "$house" --name 'Carlos'
check 'on both lines' like "$code $said" '^1 the name is not that of one person on the first line'
callmem link "$mobile" "$mobile" --name 'Maria'
check 'of two lines' like "$code $said" '^1 both are the same line'
callmem link "$office" "$new"
check 'on one of which somebody has called' like "$code $said" '^1 nobody has called'
callmem link "$mobile"
check 'both are named' is "$code" 2
callmem link "$mobile" "$house" --name 'Maria' --dry-run
check 'a dry run says what would be joined' like "$code $said" '^0 .*one person: Maria Lopez \(nothing was changed\).*1 of \+15550100301, 1 of \+15550100302'
before=$(known "$mobile")
check 'and changes nothing' like "$before" '^Maria Lopez, 1: .*oolong'

# --- linked ----------------------------------------------------------------------------------------------------

program callmem link "$mobile" "$house" --name 'Maria' --by ops --json >"$answer"
check 'it is said for scripts, too' holds '.lines[0].person == "Maria Lopez" and .lines[1].calls == 1 and (.before | not) and (.dry_run | not)'
check 'the mobile knows what she said at home' like "$(known "$mobile")" '^Maria Lopez, 2: .*window'
check 'and what she said on it' like "$(value .dynamic_variables.caller_preferences)" oolong
check 'but not what somebody else said there' unlike "$(cat "$answer")" 'aisle|Carlos'
check 'the house line knows all three calls' like "$(known "$house")" '^Maria Lopez; Carlos Lopez, 3: .*'
check 'with what she said on the mobile' like "$(value .dynamic_variables.memory_context)" 'oolong'
check 'a search on the mobile finds it' like "$(found "$mobile" 'which seats')" window
check 'and nothing of his' unlike "$(found "$mobile" 'aisle seats')" aisle
check 'a search at home finds what she said on the mobile' like "$(found "$house" 'tea')" oolong
search "$mobile" 'what did we talk about last time'
check 'what is told unasked is of both' like "$(value .context)" 'window'
callmem show "$mobile"
check 'show has the link, with who said so' like "$said" 'Linked with +\+15550100302: Maria Lopez \(ops, 20'
check 'and no call that is none' unlike "$said" 'operator-'
callmem link "$house" "$mobile" --name 'Maria Lopez'
check 'linked again it is the same link' like "$code $said" '^0 .*as before'

# --- calls, numbers and links that come later ------------------------------------------------------------------

call "$house" conv_later 3 'Maria Lopez' 'I prefer morning visits.'
check 'a later call on one line is known on the other' like "$(known "$mobile")" '^Maria Lopez, 3: .*morning'
call "$house" conv_his 4 'Carlos Lopez' 'I prefer evening visits.'
check 'one of somebody else is not' unlike "$(known "$mobile")" evening
callmem link "$mobile" "$new"
check 'a number that nobody has called from can be linked' is "$code" 0
check 'and is known when it calls' like "$(known "$new")" '^Maria Lopez, 3: .*oolong'
check 'also by what was said on a third line' like "$(value .dynamic_variables.caller_preferences)" window
call "$new" conv_new 5 'Maria Lopez' 'I prefer silver paint.'
check 'what is said on it reaches all three' like "$(known "$house")" '^Maria Lopez; Carlos Lopez, 6: '
check 'in a search' like "$(found "$house" 'silver paint')" silver
callmem reread
check 'reading the calls again leaves it' like "$code $(known "$mobile")" '^0 Maria Lopez, 4: '

# --- export and import -----------------------------------------------------------------------------------------

program callmem export "$mobile" >"$work/maria.json"
check 'an export has what she said on the other lines' is \
    "$(jq -c '[.linked[] | [.caller, ([.conversations[].conversation_id | select(startswith("operator-") | not)])]] | sort' "$work/maria.json")" \
    '[["+15550100302",["conv_maria","conv_later"]],["+15550100304",["conv_new"]]]'
use_main=$(known "$mobile")
down
new_instance other OPENMEMORY_MODE=local
up
program callmem import "$work/maria.json" >/dev/null
check 'imported elsewhere she is known as before' is "$(known "$mobile")" "$use_main"
check 'on the other lines, too' like "$(known "$house")" '^Maria Lopez, 4: '
program callmem export "$mobile" >"$work/again.json"
clean='del(.exported_at) | del(.. | .id?, .updated_at?)'
check 'and exports the same again' is "$(jq -cS "$clean" "$work/again.json")" "$(jq -cS "$clean" "$work/maria.json")"
down
use main
up

callmem show "$new"
check 'what is known from another number is shown with its sentence' \
    like "$said" 'oolong tea.*turn 0: "[^"]*I prefer oolong tea\.'

# --- taken back ------------------------------------------------------------------------------------------------

callmem unlink "$mobile" "$new"
check 'unlink takes one back' like "$code $said" '^0 .*are not linked any more'
check 'the number knows its own call alone' like "$(known "$new")" '^Maria Lopez, 1: '
check 'and the others nothing of it' unlike "$(known "$house")" silver
callmem unlink "$mobile" "$new"
check 'what is not linked cannot be unlinked' like "$code $said" '^3 .*not linked'

# --- forgotten together ----------------------------------------------------------------------------------------

callmem forget "$mobile" --dry-run
check 'forget says beforehand what would go' like "$code $said" '^0 Linked with \+15550100302, as one person: 2 conversations of that number would go too.*1 conversation of \+15550100301'
check 'and nothing has gone' like "$(known "$mobile")" '^Maria Lopez, 3: '
callmem forget "$mobile"
check 'then it goes, and what went is named' like "$code $said" '^0 Linked with \+15550100302.* 2 conversations .*Forgot .* of 3 conversations'
check 'she is not known on it' is "$(known "$mobile")" ', 0: '
check 'nor on the other line' unlike "$(found "$house" 'oolong window morning')" 'Maria|oolong|window|morning'
check 'he is, on his' like "$(known "$house")" '^Carlos Lopez, 2: '
check 'and nothing names the number any more' is \
    "$(sqlite3 "$state/openmemory.sqlite" .dump | grep -c -e 15550100301 -e oolong -e window)" 0
check 'nor do payload logs' is "$(grep -v "$new" "$work/client-data.jsonl" | grep -c -e oolong -e window)" 0
check 'the memory is in order' memory_is_sound

# --- memory on a server ----------------------------------------------------------------------------------------

down
new_instance remote
start_openmemory remote user
remote_memory remote >>"$work/instance-remote/settings"
use remote
touch "$env_path"
callmem link "$mobile" "$house"
check 'with memory on a server it is refused' like "$code $said" '^1 lines cannot be linked with memory on an OpenMemory server'
finish
