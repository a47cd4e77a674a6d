#!/bin/bash
# In production: a bad secret of one endpoint does not stop the others, and a signature that was made for one endpoint is
# none for another, even if an operator gave both the same secret. The programs run as plain CGI.
. "$(dirname "$0")/lib.sh"

mkdir -m 700 "$work/state"
: >"$work/env" && chmod 600 "$work/env"
good=(CALLMEM_ENV=production "CALLMEM_ENV_FILE=$work/env" "CALLMEM_STATE_DIR=$work/state"
    ELEVENLABS_CLIENT_DATA_SECRET=kf83hs-client-data-71 ELEVENLABS_SEARCH_DATA_SECRET=kf83hs-search-data-72
    ELEVENLABS_POST_CALL_SECRET=kf83hs-post-call-73)
# A request to a program; what it says is in $said, its exit status in $code.
ask_program() { # PROGRAM FILE CGI-HEADER SETTING…
    local body=$2
    code=0
    said=$(env "${good[@]}" GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST "SCRIPT_NAME=/webhook/$1" \
        CONTENT_TYPE=application/json "CONTENT_LENGTH=$(wc -c <"$body")" "$3" "${@:4}" "$build/$1" <"$body" 2>&1) || code=$?
}
client=$data/example-client-data.json search=$data/example-search-data.json

for bad in ELEVENLABS_POST_CALL_SECRET=changeme ELEVENLABS_POST_CALL_SECRET= ELEVENLABS_POST_CALL_AUTH=none; do
    ask_program client-data "$client" HTTP_X_API_KEY=kf83hs-client-data-71 "$bad"
    check "client-data serves with $bad" like "$said" 'Status: 200 '
    check 'and warns' like "$said" '"level":"warn".*ELEVENLABS_POST_CALL_'
    ask_program search-data "$search" HTTP_X_API_KEY=kf83hs-search-data-72 "$bad"
    check 'so does search-data' like "$said" 'Status: 200 '
    ask_program post-call "$data/other-type.json" HTTP_X_API_KEY=x "$bad"
    check 'post-call does not start' is "$code" 78
    check 'and says why' like "$said" 'The settings are wrong:.*ELEVENLABS_POST_CALL_'
    said=$(env "${good[@]}" "$bad" "$build/callmem" check --quiet 2>&1) && said=taken
    check 'nor does check accept it' like "$said" 'ELEVENLABS_POST_CALL_'
done
said=$(env "${good[@]}" "$build/callmem" check --quiet 2>&1)
check 'check --quiet says nothing when all is well' is "$? $said" '0 '

signed_with() { # SECRET FILE
    printf 'HTTP_ELEVENLABS_SIGNATURE=%s' "$(signature "$1" "$2")"
}
ask_program client-data "$client" "$(signed_with kf83hs-client-data-71 "$client")"
check 'a signature with the secret of the endpoint is good' like "$said" 'Status: 200 '
shared=ELEVENLABS_SEARCH_DATA_SECRET=kf83hs-client-data-71
for program in client-data search-data; do
    ask_program "$program" "$search" "$(signed_with kf83hs-client-data-71 "$search")" "$shared"
    check "$program: a signature with a secret that two endpoints have is not" like "$said" 'Status: 401 .*"invalid_signature"'
    ask_program "$program" "$search" HTTP_X_API_KEY=kf83hs-client-data-71 "$shared"
    check 'the secret itself is' like "$said" 'Status: 200 '
done
event=$data/example-post-call.json
ask_program search-data "$event" "$(signed_with kf83hs-post-call-73 "$event")" ELEVENLABS_SEARCH_DATA_SECRET=kf83hs-post-call-73
check "ElevenLabs' signature of an event opens no search" like "$said" 'Status: 401 .*"invalid_signature"'
ask_program post-call "$event" "$(signed_with kf83hs-post-call-73 "$event")" ELEVENLABS_SEARCH_DATA_SECRET=kf83hs-post-call-73
check 'and is good where it belongs' like "$said" 'Status: 200 .*"accepted"'
finish
