#!/bin/bash
# The operator on the command line: looking at a caller, at the inbox, and forgetting.
. "$(dirname "$0")/lib.sh"

start_instance
remember "$data/example-post-call.json"
remember "$data/transcription-sip-outbound.json"

said=$(program callmem show +15550100200)
check 'show succeeds' is "$?" 0
for wanted in Nora 2026-04-27 QG-58213 Tobias; do check "it shows $wanted" like "$said" "$wanted"; done
check 'and nothing of others' unlike "$said" 'Folake|greenhouse'
said=$(program callmem show '+1 (555) 010-0200')
check 'a number may be written in any way' like "$said" Nora
program callmem export +15550100200 >"$answer"
check 'export succeeds' is "$?" 0
check 'it is a JSON object' is "$(jq -r type "$answer")" object
check 'with all there is' like "$(cat "$answer")" 'Tobias'
check 'and nothing of others' unlike "$(cat "$answer")" 'Folake|greenhouse'
said=$(program callmem show +15550100999 2>&1)
check 'show of nobody known says so' like "$said" '(nothing|not|no|unknown)'

said=$(program callmem list)
check 'list has the callers with their last call' like "$said" '2026-04-27 09:45 .*\+15550100200 .* Nora'
program callmem list --json >"$answer"
check 'for scripts with the calls' is "$(jq -r '.callers[] | select(.caller == "+15550100200") | "\(.caller_name) \(.call_count) \(.last_call[:10])"' "$answer")" \
    "Nora Lindqvist 1 2026-04-27"
check 'the last call comes first' is "$(jq '[.callers[].last_call] | . == (sort | reverse)' "$answer")" true
check 'by name, in any case' is "$(program callmem list --json --name nORA | jq -c '[.callers[].caller]')" '["+15550100200"]'
check 'by number' is "$(program callmem list --json --name 0100200 | jq -c '[.callers[].caller]')" '["+15550100200"]'
check 'since a day' is "$(program callmem list --json --since 2030-01-01 | jq -c .callers)" '[]'
check 'no more than wanted' is "$(program callmem list --json --limit 1 | jq '.callers | length')" 1
program callmem list --since soon >/dev/null 2>&1
check 'a wrong date is refused' is "$?" 2
program callmem list --limit none >/dev/null 2>&1
check 'and a wrong number' is "$?" 2

check 'digits that begin with a country are its number' like "$(program callmem show 15550100200)" Nora
said=$(program callmem forget 5550100200 2>&1)
check 'digits without a country are no number, as who forgets them is told' like "$said" '^Forgot 5550100200: 0 memories.*begins with \+'
check 'and who looks for them' like "$(program callmem show 5550100200 2>&1)" 'Nothing is known.*begins with \+'
said=$(program callmem status)
check 'status succeeds' is "$?" 0
check 'and nothing of a memory that is well' unlike "$said" memory
check 'status tells what waits, failed and was done' like "$(tr '\n' ' ' <<<"$said")" '0.*0.*2|2.*0.*0'

# An event that waits while nobody works: drain is for cron.
down
event=$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_waiting" | .data.metadata.start_time_unix_secs += 86400')
cgi=(CONTENT_TYPE=application/json "CONTENT_LENGTH=$(wc -c <"$event")" REQUEST_METHOD=POST SCRIPT_NAME=/webhook/post-call
    GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 "HTTP_ELEVENLABS_SIGNATURE=$(signature "$(secret post-call)" "$event")")
env -i "${settings[@]}" "${cgi[@]}" "$build/post-call" <"$event" >"$work/cgi"
check 'an event can come in without a server' like "$(cat "$work/cgi")" '"status": *"accepted"'
program callmem drain >"$work/said" 2>&1
check 'drain works the inbox off' is "$?" 0
said=$(program callmem show +15550100200)
check 'what waited is in memory' like "$said" 2026-04-28
program callmem drain >/dev/null 2>&1
check 'drain of an empty inbox succeeds' is "$?" 0
program callmem retry >/dev/null 2>&1
check 'retry with nothing to retry succeeds' is "$?" 0
settings+=("CALLMEM_PAYLOAD_LOG_POST_CALL=$work") # a folder is no log
program callmem forget +15550100200 >/dev/null 2>&1
check 'an erasure that does not work everywhere says so' not is "$?" 0
unset 'settings[-1]'
said=$(program callmem show +15550100200)
check 'and leaves in memory what tells where to go on' like "$said" 2026-04-28
said=$(program callmem forget +15550100200)
check 'forget works while nothing runs' is "$?" 0
check 'and says what it erased' like "$said" '[1-9]'
up
check 'the forgotten are strangers' has_calls +15550100200 0
search +15550100200 'wedding trees Tobias'
check 'nothing is found' field .count 0
check 'others are not forgotten' has_calls +442079460321 1
down
check 'no trace is left in any file' not grep -raqE 'Tobias|Lindqvist|5550100200|QG-58213' "$state" --exclude='*.log'
check 'nor in any log' not grep -raqE 'Tobias|Lindqvist|5550100200|QG-58213' "$state/logs"
program callmem forget +15550100200 >/dev/null
check 'forgetting again is no error' is "$?" 0
program callmem forget anonymous >"$work/said" 2>&1
check 'nobody cannot be forgotten' not is "$?" 0
for command in show export forget; do
    program callmem "$command" >/dev/null 2>&1 </dev/null
    check "$command without a caller is refused" not is "$?" 0
done
finish
