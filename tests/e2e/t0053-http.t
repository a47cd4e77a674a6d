#!/bin/bash
# HTTP as people and proxies send it: packed, with a byte order mark, a slash too many, no content type.
. "$(dirname "$0")/lib.sh"

start_instance
event() { # NUMBER: an event of its own, as a file
    variant "$data/example-post-call.json" ".data.conversation_id = \"conv_http_${1: -1}\"
        | .data.metadata.phone_call.external_number = \"$1\""
}
send() { # FILE SIGNED-FILE PATH [curl arguments]
    ask "$url" POST "$3" --data-binary "@$1" \
        -H "ElevenLabs-Signature: $(signature "${secrets[post-call]}" "$2")" "${@:4}"
    note_exchange POST "${3%/}" # the documents know no slash
}
json='Content-Type: application/json'

file=$(event +15550100401)
gzip -kf "$file"
send "$file.gz" "$file" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'packed, signed before it was packed' accepted accepted post_call_transcription conv_http_1
file=$(event +15550100402)
gzip -kf "$file"
send "$file.gz" "$file.gz" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'packed, signed as it was sent' accepted accepted post_call_transcription conv_http_2
send "$file.gz" "$data/audio.json" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'packed, signed for something else' refused 401 invalid_signature
head -c 300 "$file.gz" > "$file.cut"
send "$file.cut" "$file.cut" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'packed and cut off' refused 400 invalid_request
send "$file" "$file" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'not packed, though it says so' refused 400 invalid_request
send "$file" "$file" /webhook/post-call -H "$json" -H 'Content-Encoding: br'
check 'packed in a way that nobody here knows' refused 415 unsupported_media_type
head -c 60000000 /dev/zero | gzip -9 > "$file.bomb"
send "$file.bomb" "$file.bomb" /webhook/post-call -H "$json" -H 'Content-Encoding: gzip'
check 'far more than was sent' refused 413 body_too_large

file=$(event +15550100403)
{ printf '\xef\xbb\xbf' && cat "$file"; } > "$file.bom"
send "$file.bom" "$file.bom" /webhook/post-call -H "$json"
check 'with a byte order mark' accepted accepted post_call_transcription conv_http_3
file=$(event +15550100404)
send "$file" "$file" /webhook/post-call/ -H "$json"
check 'a slash at the end' accepted accepted post_call_transcription conv_http_4
file=$(event +15550100405)
send "$file" "$file" /webhook/post-call -H 'Content-Type:'
check 'without a content type' accepted accepted post_call_transcription conv_http_5
for i in 1 2 3 4 5; do
    check "call $i is in memory" eventually has_calls "+1555010040$i" 1
done
printf '{"caller_id": "+15550100401"}' | gzip > "$file.question"
ask "$url" POST /webhook/client-data/ --data-binary "@$file.question" -H "X-Api-Key: ${secrets[client-data]}" \
    -H 'Content-Encoding: gzip' -H "$json"
check 'a question may be packed, too' field .dynamic_variables.call_count 1
check 'nothing has failed' eventually inbox_is_empty
finish
