#!/bin/bash
# Limits, and what comes back into a prompt.
. "$(dirname "$0")/lib.sh"

start_instance CALLMEM_CONTEXT_CHARS=300 CALLMEM_WORKERS=1 CALLMEM_THREADS=1

check 'as many processes as asked for' is "$(pids_of "$state" handler client-data | grep -c .)" 1
for n in {1..12}; do
    post_call "$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_long_$n\"
        | .data.metadata.start_time_unix_secs += 86400 * $n
        | .data.analysis.transcript_summary = \"Call $n was about the delivery of the wall fruit number $n, \" + (\"é\" * 60) + \".\"
        | .data.transcript[3].message = \"Number $n: \\u0007 line one\\nline two\\r\\n\\u2028line three\\u202e \" + (\"wort \" * 300)")"
done
check 'all are remembered' eventually has_calls +15550100200 12
client_data +15550100200
check 'memory_context keeps its length' holds '.dynamic_variables.memory_context | length <= 300'
check 'and is not empty' holds '.dynamic_variables.memory_context | length > 50'
search +15550100200 'delivery of the wall fruit' '.limit = 50'
check 'so does context' holds '.context | length <= 300'
check 'there are more memories than fit' holds '.count > 5'
# Control characters, line and paragraph separators, marks that turn the direction of writing.
plain='map(explode[] | . < 32 or (. >= 127 and . < 160) or (. >= 8232 and . <= 8238)) | any | not'
check 'no memory has a line break or a control character' holds "[.memories[].content] | $plain"
check 'nor has the context' holds "[.context] | $plain"
client_data +15550100200
check 'nor has a variable' holds "[.dynamic_variables[] | strings] | $plain"

# One thread is busy with one request at a time, and idle clients keep nobody waiting.
host=${url#http://}
for _ in {1..50}; do
    exec {idle}<>"/dev/tcp/${host%:*}/${host##*:}"
    printf 'POST /webhook/client-data HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{' >&"$idle"
done
client_data +15550100200
check 'fifty stalled clients do not stop a good request' is "$status" 200
for n in {1..20}; do
    curl -sS --noproxy '*' --max-time 30 -o "$work/at-once-$n" -H "X-Api-Key: $(secret client-data)" \
        -H 'Content-Type: application/json' -d '{"caller_id": "+15550100200"}' "$url/webhook/client-data" &
    crowd+=($!)
done
wait "${crowd[@]}"
check 'twenty at once get the same answer' is "$(cat "$work"/at-once-* | jq -c .dynamic_variables | sort -u | grep -c .)" 1
finish
