#!/bin/bash
# Who gets in: signatures, secrets, rotation, time.
. "$(dirname "$0")/lib.sh"

now=$(date +%s)
body=$data/example-client-data.json
start_instance ELEVENLABS_CLIENT_DATA_AUTH=either ELEVENLABS_SEARCH_DATA_AUTH=secret ELEVENLABS_POST_CALL_AUTH=hmac \
    'ELEVENLABS_CLIENT_DATA_SECRET=wsec_new_first, wsec_old_second' ELEVENLABS_SEARCH_DATA_SECRET=search_key \
    ELEVENLABS_POST_CALL_SECRET=wsec_post ELEVENLABS_SIGNATURE_TOLERANCE=600

# POSTs the body with headers, each an argument.
knock() { # ENDPOINT HEADER…
    local headers=() header
    for header in "${@:2}"; do headers+=(-H "$header"); done
    post "$1" "@$body" "${headers[@]}"
}
signed() { # SECRET [TIME]
    printf 'ElevenLabs-Signature: %s\n' "$(signature "$1" "$body" "${2:-$now}")"
}
mac() { # SECRET
    signed "$1" | sed 's/.*v0=//'
}
zeros=$(printf '0%.0s' {1..64})

lets_in() { # DESCRIPTION ENDPOINT HEADER…
    knock "${@:2}"
    check "$2 lets in: $1" is "$status" 200
}
turns_away() { # CODE DESCRIPTION ENDPOINT HEADER…
    knock "${@:3}"
    check "$3 turns away: $2" refused 401 "$1"
}

# either: the signature or the secret.
lets_in 'a signature' client-data "$(signed wsec_new_first)"
lets_in 'a signature with the older secret' client-data "$(signed wsec_old_second)"
lets_in 'the secret as a bearer' client-data 'Authorization: Bearer wsec_new_first'
lets_in 'bearer in lower case' client-data 'Authorization: bearer wsec_old_second'
lets_in 'the secret as a key' client-data 'X-Api-Key: wsec_old_second'
lets_in 'v0 before t' client-data "ElevenLabs-Signature: v0=$(mac wsec_new_first),t=$now"
lets_in 'one of several v0' client-data "ElevenLabs-Signature: t=$now,v0=$zeros,v0=$(mac wsec_new_first),v0=$zeros"
lets_in 'blanks between the parts' client-data "ElevenLabs-Signature: t=$now, v0=$(mac wsec_new_first)"
lets_in 'other schemes beside' client-data "ElevenLabs-Signature: t=$now,v1=whatever,v0=$(mac wsec_new_first)"
lets_in 'hexadecimal digits in upper case' client-data "ElevenLabs-Signature: t=$now,v0=$(mac wsec_new_first | tr a-f A-F)"
lets_in 'a wrong signature beside a right secret' client-data "ElevenLabs-Signature: t=$now,v0=$zeros" 'X-Api-Key: wsec_new_first'
lets_in 'a right signature beside a wrong secret' client-data "$(signed wsec_new_first)" 'X-Api-Key: wrong'
lets_in 'an empty key beside a signature' client-data "$(signed wsec_new_first)" 'X-Api-Key;'
turns_away missing_credentials 'nothing at all' client-data
turns_away missing_credentials 'an empty signature' client-data 'ElevenLabs-Signature;'
turns_away missing_credentials 'an empty key' client-data 'X-Api-Key;'
turns_away missing_credentials 'another kind of authorization' client-data 'Authorization: Basic dXNlcjpwYXNz'
turns_away invalid_secret 'a wrong key' client-data 'X-Api-Key: wsec_new_firs'
turns_away invalid_secret 'a wrong bearer' client-data 'Authorization: Bearer wsec_new_first2'
turns_away invalid_secret 'the whole list' client-data 'X-Api-Key: wsec_new_first, wsec_old_second'
turns_away invalid_secret 'the key of another endpoint' client-data 'X-Api-Key: search_key'
turns_away invalid_signature 'a signature with another secret' client-data "$(signed wsec_post)"
turns_away invalid_signature 'a signature of another body' client-data \
    "ElevenLabs-Signature: $(signature wsec_new_first "$data/audio.json" "$now")"
turns_away invalid_signature 'a signature of another time' client-data "ElevenLabs-Signature: t=$((now - 1)),v0=$(mac wsec_new_first)"

# The time.
lets_in 'nearly too old' client-data "$(signed wsec_new_first $((now - 560)))"
lets_in 'a clock that is ahead' client-data "$(signed wsec_new_first $((now + 280)))"
turns_away timestamp_out_of_tolerance 'too old' client-data "$(signed wsec_new_first $((now - 700)))"
turns_away timestamp_out_of_tolerance 'too far ahead' client-data "$(signed wsec_new_first $((now + 400)))"
turns_away timestamp_out_of_tolerance 'the year 586524' client-data "$(signed wsec_new_first 18446744073709551615)"

# What is no signature.
for wrong in "t=$now" "v0=$zeros" "t=$now,v0=" "t=$now,v0=xyz" "t=$now,v0=${zeros}0" "t=$now,v0=${zeros%0}" \
    "t=,v0=$zeros" "t=-$now,v0=$zeros" "t=${now}x,v0=$zeros" "t=$now,t=$now,v0=$zeros" 'nonsense' ',,,' \
    "t=$now;v0=$zeros" "t=$(printf '9%.0s' {1..40}),v0=$zeros"; do
    turns_away malformed_signature "'${wrong:0:30}…'" client-data "ElevenLabs-Signature: $wrong"
done

# hmac: a secret is no credential there.
body=$data/other-type.json
lets_in 'a signature' post-call "$(signed wsec_post)"
turns_away missing_credentials 'the secret itself' post-call 'X-Api-Key: wsec_post'
turns_away missing_credentials 'the secret as a bearer' post-call 'Authorization: Bearer wsec_post'
turns_away invalid_signature 'a wrong signature beside the secret' post-call "ElevenLabs-Signature: t=$now,v0=$zeros" 'X-Api-Key: wsec_post'

# secret: a signature is no credential there.
body=$data/example-search-data.json
lets_in 'the secret' search-data 'X-Api-Key: search_key'
lets_in 'the secret as a bearer' search-data 'Authorization: Bearer search_key'
lets_in 'the secret beside a broken signature' search-data 'X-Api-Key: search_key' 'ElevenLabs-Signature: nonsense'
turns_away missing_credentials 'a signature' search-data "$(signed search_key)"

# Credentials come before the body, health needs none.
body=$work/broken
printf '{"caller_id": ' >"$body"
turns_away missing_credentials 'a body that is no JSON, for want of credentials' client-data
knock client-data "$(signed wsec_new_first)"
check 'with credentials the same body is looked at' refused 400 invalid_json
request GET /health
check 'health asks for none' is "$status" 200

# Not by accident: the secret never leaves.
knock client-data 'X-Api-Key: wrong-but-private'
check 'what was tried is not told' unlike "$(cat "$answer")" 'wrong-but-private'
check 'nor what would have been right' unlike "$(cat "$answer")" 'wsec_'
check 'nor logged' not grep -rqE 'wrong-but-private|wsec_(new|old|post)|search_key' "$state/logs"
down

# none, and an endpoint that has no secret.
new_instance open ELEVENLABS_CLIENT_DATA_AUTH=none
touch "$env_path" && chmod 600 "$env_path"
up
check 'an instance without any secret starts in development' is "$up_status" 0
body=$data/example-client-data.json
lets_in 'everybody with none' client-data
lets_in 'whoever shows something needless with none' client-data 'X-Api-Key: anything'
for header in 'X-Api-Key: x' 'Authorization: Bearer x' "$(signed '')"; do
    knock search-data "$header"
    check "nobody gets in where no secret is set (${header%%:*})" is "$status" 401
done
finish
