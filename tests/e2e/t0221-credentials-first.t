#!/bin/bash
# Nobody without credentials has a body received; what those with credentials may send is bounded; and who comes through a
# proxy sees no metrics.
. "$(dirname "$0")/lib.sh"

# The answer to a request whose body never comes: only a server that does not wait for the body has one.
head_only() { # SECONDS PATH LENGTH [HEADER…]
    local host=${url#http://} seconds=$1 path=$2 length=$3 line size=0
    shift 3
    status='' && : >"$answer" && : >"$head"
    exec 3<>"/dev/tcp/${host%:*}/${host##*:}"
    printf 'POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %s\r\n' "$path" "$length" >&3
    [ $# = 0 ] || printf '%s\r\n' "$@" >&3
    printf '\r\n' >&3
    while IFS= read -r -t "$seconds" line <&3 && [ "$line" != $'\r' ]; do
        printf '%s\n' "${line%$'\r'}" >>"$head"
        [[ $line != HTTP/* ]] || { line=${line#* } && status=${line%% *}; }
        [[ $line != Content-Length:* ]] || { line=${line#*: } && size=${line%$'\r'}; }
    done
    [ "$size" = 0 ] || { read -r -N "$size" -t "$seconds" line <&3 && printf '%s' "$line" >"$answer"; }
    exec 3>&-
}

start_instance
for endpoint in client-data search-data post-call; do
    length=200000
    [ "$endpoint" != post-call ] || length=12000000
    head_only 20 "/webhook/$endpoint" "$length"
    check "$endpoint refuses without credentials, before the body" refused 401 missing_credentials
    head_only 20 "/webhook/$endpoint/" "$length" 'X-Api-Key:' 'Authorization: '
    check 'nor with empty ones, or a slash at the end' refused 401 missing_credentials
    head_only 1 "/webhook/$endpoint" "$length" 'X-Api-Key: x'
    check 'with any credential it waits for the body' is "$status" ''
    head_only 20 "/webhook/$endpoint" 300000000 'X-Api-Key: x'
    check 'but not for any' refused 413 body_too_large
done
head -c 3000000 /dev/zero | tr '\0' ' ' >"$work/large"
post post-call "@$work/large" -H 'Transfer-Encoding: chunked' -H 'Expect:'
check 'a body that is sent all the same is passed over' refused 401 missing_credentials
post post-call "@$work/large"
check 'and one that waits to be asked for' refused 401 missing_credentials
client_data +15550100200
check 'those with credentials are answered' is "$status" 200

# Recordings are large, and nothing else is.
check 'without recordings 16 MiB are taken' grep -q 'client_max_body_size 17m;' "$state/nginx/callmem.conf"
head_only 20 /webhook/post-call 20000000 "$(printf 'ElevenLabs-Signature: t=1,v0=%064d' 0)"
check 'more is not waited for' refused 413 body_too_large

# /metrics is for this machine, which a proxy on it is not.
for header in X-Forwarded-For X-Forwarded-Proto Forwarded Via X-Real-IP CF-Connecting-IP True-Client-IP X-Client-IP Fly-Client-IP; do
    request GET /metrics -H "$header: 203.0.113.9"
    check "no metrics through a proxy that says $header" refused 404 not_found
done
down

new_instance recordings "CALLMEM_AUDIO_DIR=$work/audio" ELEVENLABS_CLIENT_DATA_AUTH=none
up
check 'with recordings it is 200 MiB' grep -q 'client_max_body_size 201m;' "$state/nginx/callmem.conf"
request POST /webhook/client-data -H 'Content-Type: application/json' -d '{"caller_id": "+15550100200"}'
check 'where no credentials are asked for, none are needed' is "$status" 200
head_only 20 /webhook/search-data 200000
check 'which is so for that endpoint alone' refused 401 missing_credentials
finish
