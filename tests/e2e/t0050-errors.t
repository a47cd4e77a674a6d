#!/bin/bash
# Every row of the table of errors, from the handlers and from nginx.
. "$(dirname "$0")/lib.sh"

start_instance CALLMEM_MAX_BODY_MB=1

# Sends bytes as they stand and keeps what comes back like an answer of curl's.
raw() { # BYTES, as printf takes them
    local host=${url#http://}
    {
        exec 3<>"/dev/tcp/${host%:*}/${host##*:}"
        # shellcheck disable=SC2059 # escapes are what it is for
        printf "$1" >&3
        timeout 10 cat <&3 | tr -d '\r' >"$work/raw"
    } 2>/dev/null
    status=$(sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$work/raw")
    sed '/^$/q' "$work/raw" >"$head"
    sed '1,/^$/d' "$work/raw" >"$answer"
}

# 400 invalid_json
deep() { # LEVELS
    printf '{"caller_id": "+15550100200", "x": %s%s}' "$(printf '[%.0s' $(seq "$1"))" "$(printf ']%.0s' $(seq "$1"))"
}
for wrong in '' '{' '{"caller_id": "+1555"' '[]' '[{"caller_id": "+15550100200"}]' '"text"' '5' 'null' 'true' \
    '{"caller_id": "+15550100200"} x' "{'caller_id': '1'}" '{"caller_id": NaN}' "$(deep 64)" "$(deep 5000)"; do
    post_with_key client-data "$wrong"
    check "no JSON object: '${wrong:0:30}'" refused 400 invalid_json
done
post_with_key client-data "$(deep 63)"
check 'nested 64 deep is allowed' is "$status" 200
printf '{"caller_id": "\xff\xfe"}' >"$work/latin"
post_with_key client-data "@$work/latin"
check 'a body that is not UTF-8' refused 400 invalid_json
printf '{"caller_id": "+1555\xed\xa0\x80"}' >"$work/latin"
post_with_key search-data "@$work/latin"
check 'a body with half a character' refused 400 invalid_json
post_call "$work/latin"
check 'post-call as well' refused 400 invalid_json

# 400 invalid_request: t0010, t0020 and t0030 have the fields. From nginx:
raw 'nonsense\r\n\r\n'
check 'no request at all' refused 400 invalid_request
raw 'GET /health HTTP/1.1\r\n\r\n'
check 'no Host' refused 400 invalid_request
raw 'POST /webhook/client-data HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'
check 'a negative length' refused 400 invalid_request
request GET /health -H "X-Long: $(printf 'x%.0s' {1..9000})"
check 'a header that is too long' refused 400 invalid_request
request GET "/health?$(printf 'x%.0s' {1..9000})"
check 'a path that is too long' refused 400 invalid_request

# 401: t0040.

# 404
for path in / /webhook /webhook/ /webhook/client-data/ /webhook/unknown /health/ /health/unknown //health /index.php \
    /.error /webhook/post-call/../x '/webhook/client-data%00'; do
    request GET "$path" --path-as-is
    check "nothing at $path" like "$status" '^(404|400)$'
    check 'said in our form' refused "$status" "$([ "$status" = 404 ] && echo not_found || echo invalid_request)"
done
request POST /webhook/unknown -H 'Content-Type: application/json' -d '{}'
check 'a POST to nowhere' refused 404 not_found

# 405
for endpoint in client-data search-data post-call; do
    for method in GET PUT DELETE PATCH HEAD; do
        request "$method" "/webhook/$endpoint"
        if [ "$method" = HEAD ]; then
            check "HEAD $endpoint" is "$status" 405
        else
            check "$method $endpoint" refused 405 method_not_allowed
        fi
        check 'Allow names what is' like "$(header Allow)" POST
    done
done
for path in /health /health/client-data; do
    request POST "$path" -d '{}'
    check "POST $path" refused 405 method_not_allowed
    check 'Allow names what is' like "$(header Allow)" GET
done
request TRACE /webhook/client-data
check 'TRACE, which nginx refuses' refused 405 method_not_allowed
check 'Allow names what is' like "$(header Allow)" POST

# 413
head -c 270000 /dev/zero | tr '\0' ' ' >"$work/large"
for endpoint in client-data search-data; do
    post_with_key "$endpoint" "@$work/large"
    check "$endpoint: more than 256 KiB" refused 413 body_too_large
    post_with_key "$endpoint" "@$work/large" -H 'Transfer-Encoding: chunked'
    check "$endpoint: the same in chunks" refused 413 body_too_large
done
head -c 1200000 /dev/zero | tr '\0' ' ' >"$work/large"
post_call "$work/large"
check 'post-call: more than CALLMEM_MAX_BODY_MB' refused 413 body_too_large
head -c 5000000 /dev/zero | tr '\0' ' ' >"$work/large"
for endpoint in client-data search-data post-call; do
    post_with_key "$endpoint" "@$work/large"
    check "$endpoint: so much that nginx refuses" refused 413 body_too_large
done
{ printf '{"caller_id": "+15550100200", "x": "' && head -c 250000 /dev/zero | tr '\0' x && printf '"}'; } >"$work/large"
post_with_key client-data "@$work/large"
check 'what is just small enough is taken' is "$status" 200

# 415
for type in text/plain application/x-www-form-urlencoded 'multipart/form-data; boundary=x' application/jsonp; do
    for endpoint in client-data search-data; do
        request POST "/webhook/$endpoint" -H "Content-Type: $type" -H "X-Api-Key: $(secret "$endpoint")" -d '{}'
        check "$endpoint: $type" refused 415 unsupported_media_type
    done
    request POST /webhook/post-call -H "Content-Type: $type" --data-binary "@$data/other-type.json" \
        -H "ElevenLabs-Signature: $(signature "$(secret post-call)" "$data/other-type.json")"
    check "post-call: $type" refused 415 unsupported_media_type
done
request POST /webhook/client-data -H 'Content-Type: Application/JSON; charset=UTF-8' -d '{"caller_id": ""}' \
    -H "X-Api-Key: $(secret client-data)"
check 'JSON with a charset is JSON' is "$status" 200

# 429: whoever sets a limit in nginx has it answered in our form.
conf=$state/nginx/callmem.conf
cp "$conf" "$work/conf"
# shellcheck disable=SC2016 # nginx expands it
sed -i -e 's|^http {|&\nlimit_req_zone $server_name zone=t:32k rate=1r/m;\nlimit_req_status 429;|' \
    -e 's|location = /health/client-data {|& limit_req zone=t;|' "$conf"
kill -HUP "$(nginx_master "$state")"
too_many() {
    request GET /health/client-data && refused 429 too_many_requests && like "$(header Retry-After)" '^[0-9]+$'
}
check 'too many requests' eventually too_many
cp "$work/conf" "$conf"
kill -HUP "$(nginx_master "$state")"

# 503: nobody there. t0080 has what the programs cannot do.
gone() { # PROGRAM
    mv "$state/$1.sock" "$work/$1.sock"
}
back() { # PROGRAM
    mv "$work/$1.sock" "$state/$1.sock"
}
unavailable() { # CODE
    refused 503 "$1" && is "$(header Retry-After)" 5
}
degraded() {
    is "$status $(cat "$answer")" '503 {"status":"degraded"}' && is "$(header Retry-After)" 5 &&
        like "$(header X-Request-Id)" . && is "$(header Content-Type)" application/json
}
for program in "${handlers[@]}"; do gone "$program"; done
post_with_key client-data '{"caller_id": ""}'
check 'nobody behind the socket of client-data' unavailable memory_unavailable
post_with_key search-data '{"caller_id": "", "query": "x"}'
check 'of search-data' unavailable memory_unavailable
post_call "$data/example-post-call.json"
check 'of post-call, where nothing is acknowledged' unavailable inbox_unavailable
for path in /health /health/client-data /health/search-data /health/post-call; do
    request GET "$path"
    check "nobody to ask for $path" degraded
done
request GET /metrics
check 'nor for metrics' unavailable memory_unavailable
for program in "${handlers[@]}"; do back "$program"; done
post_with_key client-data '{"caller_id": ""}'
check 'and somebody again' is "$status" 200

# Nor with every process dead: the sockets are there and refuse.
for what in multiwatch handler; do
    for program in "${handlers[@]}" operator; do
        mapfile -t pids < <(pids_of "$state" "$what" "$program")
        signal_all KILL "${pids[@]}"
    done
done
nobody_left() {
    is "$(handler_pids "$state")" ''
}
check 'every process is dead' eventually nobody_left
client_data +15550100200
check 'client-data is not there' unavailable memory_unavailable
search +15550100200 wedding
check 'nor search-data' unavailable memory_unavailable
post_call "$data/example-post-call.json"
check 'nor post-call' unavailable inbox_unavailable
request GET /health
check 'nor health' degraded
up
check 'started again' is "$up_status" 0

# No place for a body on its way in. The folder is away, which is so for root, too.
jq -c --arg fill "$(head -c 100000 /dev/zero | tr '\0' x)" '.data.filler = [range(18) | $fill]' \
    "$data/example-post-call.json" >"$work/large"
mv "$state/nginx/client_body" "$work/client_body"
post_call "$work/large"
check 'an event for which there is no place' unavailable inbox_unavailable
head -c 900000 "$work/large" >"$work/smaller"
post_call "$work/smaller"
check 'a smaller one needs no place' refused 400 invalid_json
client_data +15550100200
check 'what needs no place is answered' is "$status" 200
mv "$work/client_body" "$state/nginx/client_body"
post_call "$work/large"
check 'with a place again, the limit is what it was' refused 413 body_too_large
post_call "$data/example-post-call.json"
check 'what was refused is accepted when it comes again' accepted accepted post_call_transcription
finish
