#!/bin/bash
# Pages in a browser: only those of the origins that are allowed.
. "$(dirname "$0")/lib.sh"

start_instance 'CALLMEM_CORS_ORIGINS=https://app.quince.example, http://localhost:3000' ELEVENLABS_CLIENT_DATA_AUTH=none

preflight() { # ORIGIN PATH [METHOD]
    request OPTIONS "$2" -H "Origin: $1" -H "Access-Control-Request-Method: ${3:-POST}" \
        -H 'Access-Control-Request-Headers: content-type, x-api-key'
}
for origin in https://app.quince.example http://localhost:3000; do
    preflight "$origin" /webhook/client-data
    check "preflight of $origin" is "$status" 204
    check 'names the origin' is "$(header Access-Control-Allow-Origin)" "$origin"
    check 'the method' like "$(header Access-Control-Allow-Methods)" POST
    check 'the headers' like "$(header Access-Control-Allow-Headers | tr '[:upper:]' '[:lower:]')" 'content-type.*x-api-key|x-api-key.*content-type'
    check 'and that it varies' like "$(header Vary)" '[Oo]rigin'
    post client-data '{"caller_id": ""}' -H "Origin: $origin"
    check "a request of $origin" is "$status" 200
    check 'may be read by it' is "$(header Access-Control-Allow-Origin)" "$origin"
done
post client-data '{' -H 'Origin: http://localhost:3000'
check 'an error may be read, too' is "$status $(header Access-Control-Allow-Origin)" '400 http://localhost:3000'

for origin in https://evil.example https://app.quince.example.evil.example http://app.quince.example null \
    https://app.quince.exampl http://localhost:3001; do
    preflight "$origin" /webhook/client-data
    check "no preflight for $origin" not is "$status" 204
    check 'no permission' is "$(header Access-Control-Allow-Origin)" ''
    post client-data '{"caller_id": ""}' -H "Origin: $origin"
    check 'none on the answer' is "$(header Access-Control-Allow-Origin)" ''
done
request OPTIONS /webhook/client-data
check 'OPTIONS without an origin is no preflight' refused 405 method_not_allowed
down

new_instance closed ELEVENLABS_CLIENT_DATA_AUTH=none
up
preflight https://app.quince.example /webhook/client-data
check 'off unless origins are named' is "$status $(header Access-Control-Allow-Origin)" '405 '
post client-data '{"caller_id": ""}' -H 'Origin: https://app.quince.example'
check 'no header either' is "$(header Access-Control-Allow-Origin)" ''
finish
