#!/bin/bash
# Memory or inbox that cannot be reached: the call does not suffer, nothing is lost, and it mends itself.
. "$(dirname "$0")/lib.sh"

mkdir "$work/memory"
# The programs look at these paths again whenever they have failed, so the folders can be taken away and put back.
start_instance OPENMEMORY_MODE=local "OPENMEMORY_PATH=$work/memory/openmemory.sqlite"
remember "$data/example-post-call.json"

mv "$work/memory" "$work/away"
: >"$work/memory"
for program in client-data search-data post-call; do
    for pid in $(pids_of "$state" handler "$program"); do kill -9 "$pid"; done
done

client_data +15550100200
check 'a ringing phone gets the answer for the unknown' is "$status $(value .dynamic_variables.caller_known)" '200 false'
check 'with every variable' is "$(value '.dynamic_variables | length')" 14
check 'and an error in the log' grep -q '"level":"error"' "$state/logs/client-data.log"
search +15550100200 wedding
check 'a search is told the truth' refused 503 memory_unavailable
check 'and when to come again' like "$(header Retry-After)" '^[0-9]+$'
for program in client-data search-data post-call; do
    request GET "/health/$program"
    check "$program is degraded" is "$status $(value .status) $(value .memory.ok)" '503 degraded false'
done
post_call "$data/transcription-sip-outbound.json"
check 'an event is accepted all the same' accepted accepted post_call_transcription conv_quince_0002
request GET /health
check 'and waits' field .inbox.pending 1

rm "$work/memory"
mv "$work/away" "$work/memory"
check 'memory that is back is used again' eventually has_calls +15550100200 1
check 'what waited is processed by itself' eventually has_calls +442079460321 1
search +15550100200 wedding
check 'a search finds again' is "$status" 200
well() {
    request GET "/health/$1" && is "$status" 200
}
for program in client-data search-data post-call; do check "$program is well again" eventually well "$program"; done

# The same with a database that is none.
down
head -c 100000 /dev/urandom >"$work/garbage"
cp -r "$work/memory" "$work/away"
for file in "$work"/memory/*; do cp "$work/garbage" "$file"; done
up
check 'up does not call that healthy' is "$up_status" 1
check 'and names what is not' like "$up_said" '/health/'
rm -r "$work/memory" && mv "$work/away" "$work/memory"
up
check 'with the database back, it is' is "$up_status" 0
check 'and knows everything' has_calls +442079460321 1

# An inbox that cannot take anything.
inbox=$(find "$state" -type d -name new -printf '%h\n' | head -n 1)
check 'there is an inbox' test -n "$inbox"
mv "$inbox" "$work/inbox"
: >"$inbox"
event=$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_no_room"')
post_call "$event"
check 'an event that cannot be made safe is not acknowledged' refused 503 inbox_unavailable
check 'the sender does not learn where our inbox is' unlike "$(value .error.message)" /
check 'but the log tells' grep -q "\"request_id\":\"$(header X-Request-Id)\".*$state" "$state/logs/post-call.log"
check 'and may come again' like "$(header Retry-After)" '^[0-9]+$'
request GET /health/post-call
check 'post-call is degraded' is "$status $(value .status)" '503 degraded'
client_data +15550100200
check 'the phones do not notice' field .dynamic_variables.caller_known true
rm "$inbox"
mv "$work/inbox" "$inbox"
is_taken_again() {
    post_call "$event" && is "$status" 200
}
check 'with room again it is taken' eventually is_taken_again
check 'and remembered' eventually has_calls +15550100200 2
finish
