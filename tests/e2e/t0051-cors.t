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
# What nginx refuses itself is as readable, to the same pages.
head -c 5000000 /dev/zero >"$work/large"
from() { # ORIGIN METHOD PATH [curl arguments]
    request "${@:2}" -H "Origin: $1"
}
readable() { # STATUS
    is "$status" "$1" && is "$(header Access-Control-Allow-Origin)" http://localhost:3000 &&
        like "$(header Access-Control-Expose-Headers)" X-Request-Id && is "$(header Vary)" Origin
}
from http://localhost:3000 POST /webhook/client-data --data-binary "@$work/large"
check 'a body so large that nginx refuses it' readable 413
from http://localhost:3000 GET /nowhere
check 'a path that is not there' readable 404
from http://localhost:3000 TRACE /webhook/client-data
check 'a method that nginx refuses' readable 405
allowed=$(header Allow)
from http://localhost:3000 GET /webhook/client-data
check 'is refused as the programs do it' is "$(header Allow)" "$allowed"
check 'which names what is' is "$allowed" 'POST, OPTIONS'
request GET /health -H 'Origin: http://localhost:3000' -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' x)"
check 'a header that is too long' readable 400
request GET "/health?$(head -c 9000 /dev/zero | tr '\0' x)" -H 'Origin: http://localhost:3000'
check 'but where nginx got to no Origin, nobody can' is "$status $(header Access-Control-Allow-Origin)" '400 '
mv "$state/client-data.sock" "$work/sock"
from http://localhost:3000 POST /webhook/client-data -d '{}'
check 'nobody there' readable 503
mv "$work/sock" "$state/client-data.sock"
for origin in https://evil.example https://appXquince.example HTTP://LOCALHOST:3000; do
    from "$origin" POST /webhook/client-data --data-binary "@$work/large"
    check "a page of $origin cannot read that" is "$status $(header Access-Control-Allow-Origin) $(header Vary)" \
        '413  Origin'
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
request TRACE /webhook/client-data -H 'Origin: https://app.quince.example'
check 'nor from nginx' is "$status $(header Access-Control-Allow-Origin)$(header Vary)" '405 '
check 'which knows of no OPTIONS then' is "$(header Allow)" POST
request TRACE /health
check 'of health neither' is "$(header Allow)" 'GET, HEAD'
down

new_instance every 'CALLMEM_CORS_ORIGINS=*'
up
request GET /nowhere -H 'Origin: https://any.example'
check 'every page may read everything' is "$(header Access-Control-Allow-Origin) $(header Vary)" '* '
request GET /nowhere
check 'what comes from no page needs nothing' is "$(header Access-Control-Allow-Origin)" ''
finish
