#!/bin/bash
# Payload logs: both sides of a request, without secrets, for the owner alone, and cleaned by callmem forget.
. "$(dirname "$0")/lib.sh"

start_instance "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=$work/client-data.jsonl" \
    "CALLMEM_PAYLOAD_LOG_SEARCH_DATA=$work/search-data.jsonl" "CALLMEM_PAYLOAD_LOG_POST_CALL=$work/post-call.jsonl"

remember "$data/example-post-call.json"
client_data +15550100200
id=$(header X-Request-Id)
search +15550100200 wedding
post_call "$(variant "$data/audio.json" '.data.full_audio = ("QUJD" * 5000)')"
for endpoint in client-data search-data post-call; do
    file=$work/$endpoint.jsonl
    check "$endpoint: the file is for its owner alone" is "$(stat -c %a "$file")" 600
    check "$endpoint: every line is a JSON object" is "$(jq -cs 'map(type) | unique' "$file")" '["object"]'
    check "$endpoint: no secret" not grep -q "$(secret "$endpoint")" "$file"
    check "$endpoint: no signature" not grep -qE 'v0=[0-9a-f]' "$file"
done
line() {
    jq -c "select(.request_id == \"$id\")" "$work/client-data.jsonl"
}
check 'one line a request' is "$(line | grep -c .)" 1
check 'what was asked' is "$(line | jq -r '.request.body.caller_id')" +15550100200
check 'what was answered' like "$(line | jq -r '.response.body.dynamic_variables.caller_name')" '^Nora'
check 'the status' is "$(line | jq -r '.response.status')" 200
check 'that there was a key, but not which' is "$(line | jq -r '.request.headers["x-api-key"]')" '[redacted]'
check 'the transcript that came' is "$(jq -r 'select(.request.body.type == "post_call_transcription")
    | .request.body.data.transcript[1].message' "$work/post-call.jsonl" | sort -u)" 'Good morning, my name is Nora Lindqvist.'
check 'audio is cut short' is "$(jq -s 'map(select(.request.body.type == "post_call_audio")
    | .request.body.data.full_audio | tostring | length < 200) | all' "$work/post-call.jsonl")" true

# What did not pass is not kept.
post client-data '{"caller_id": "stranger", "note": "keep-me-not"}' -H 'X-Api-Key: wrong-and-private'
check 'a body without credentials is not kept' not grep -q 'keep-me-not' "$work/client-data.jsonl"
check 'nor what was tried' not grep -q 'wrong-and-private' "$work/client-data.jsonl"
check 'but that it was refused is' is "$(tail -n 1 "$work/client-data.jsonl" | jq .response.status)" 401

# Many at once, from several processes: no line is torn.
key=$(secret client-data)
before=$(wc -l <"$work/client-data.jsonl")
for n in {1..8}; do
    for m in {1..25}; do
        printf 'url = "%s/webhook/client-data"\nheader = "X-Api-Key: %s"\nheader = "Content-Type: application/json"\n' "$url" "$key"
        printf 'data = "{\\"caller_id\\": \\"crowd-%s-%s\\", \\"pad\\": \\"%s\\"}"\noutput = /dev/null\nnext\n' "$n" "$m" \
            "$(printf 'x%.0s' {1..3000})"
    done | sed '$d' >"$work/crowd-$n"
    curl -sS --noproxy '*' -K "$work/crowd-$n" &
    crowd+=($!)
done
wait "${crowd[@]}"
check '200 requests leave 200 lines' is "$(($(wc -l <"$work/client-data.jsonl") - before))" 200
check 'each of them whole' is "$(jq -cs 'map(type) | unique' "$work/client-data.jsonl")" '["object"]'
check 'each once' is "$(grep -oE '"caller_id": ?"crowd-[0-9]+-[0-9]+"' "$work/client-data.jsonl" | sort -u | grep -c .)" 200

# Forgetting cleans them, and them alone.
remember "$data/transcription-sip-outbound.json"
client_data +442079460321
program callmem forget +15550100200 >"$work/said"
check 'forget succeeds' is "$?" 0
for endpoint in client-data search-data post-call; do
    check "$endpoint: nothing is left of the caller" not grep -qE '15550100200|Nora|Tobias|conv_quince_0001' "$work/$endpoint.jsonl"
    check "$endpoint: the file is still for its owner alone" is "$(stat -c %a "$work/$endpoint.jsonl")" 600
done
check 'the others are still there' grep -q '+442079460321' "$work/client-data.jsonl"
client_data +442079460321
check 'and the log goes on' grep -q "$(header X-Request-Id)" "$work/client-data.jsonl"

search +442079460321 'is 4111 1111 1111 1111 my card?'
check 'a card number is masked' eventually grep -qF 'is [card number] my card?' "$work/search-data.jsonl"
remember "$(variant "$data/transcription-sip-outbound.json" '.data.conversation_id = "conv_pin" | .data.transcript = [
    {role: "agent", message: "And your PIN?", time_in_call_secs: 0}, {role: "user", message: "four four seven one", time_in_call_secs: 2}]')"
check 'so is what the agent asked for' is "$(jq -r 'select(.conversation_id == "conv_pin")
    | .request.body.data.transcript[1].message' "$work/post-call.jsonl")" '[password]'
check 'neither is in a log' not grep -qE '1111 1111|seven one' "$work"/*.jsonl
finish
