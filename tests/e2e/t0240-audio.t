#!/bin/bash
# Recordings: they stream to disk, so that a process stays small however large they are, and however many come at once;
# what is cut or signed wrongly leaves nothing behind.
#
#     bash tests/e2e/t0240-audio.t              # as in ./tests/run: bodies of 8 MB, held against a bound of 4 MiB
#     bash tests/e2e/t0240-audio.t 100 16384    # of 100 MB, 16 MiB; docs/testing.md tells how that ended
. "$(dirname "$0")/lib.sh"

megabytes=${1:-8} bound=${2:-4096} # of a body; KiB by which a process may grow
[ -z "${SANITIZE:-}" ] || bound=1000000 # the sanitizers keep what was freed
start_instance "CALLMEM_AUDIO_DIR=$work/audio" CALLMEM_WORKERS=1 CALLMEM_THREADS=4
remember "$data/example-post-call.json"

# --- bodies ----------------------------------------------------------------------------------------------------

head -c $((megabytes * 750000)) /dev/urandom >"$work/recording"
base64 -w 0 "$work/recording" >"$work/base64"
# An event with the ids before the recording, or after it.
first_ids() { # CONVERSATION
    printf '{"type":"post_call_audio","event_timestamp":1772446021,"data":{"agent_id":"agent_quince","conversation_id":"%s",' "$1"
    printf '"full_audio":"' && cat "$work/base64" && printf '"}}'
}
last_ids() { # CONVERSATION
    printf '{"data":{"full_audio":"' && cat "$work/base64" && printf '","conversation_id":"%s","agent_id":"agent_quince"},' "$1"
    printf '"event_timestamp":1772446021,"type":"post_call_audio"}'
}
# Sends a file in chunks.
upload() { # FILE SIGNATURE
    request POST /webhook/post-call -H 'Content-Type: application/json' -H "ElevenLabs-Signature: $2" \
        -H 'Transfer-Encoding: chunked' -H 'Expect:' -T "$1"
}
kept() { # CONVERSATION: where its recording is
    printf '%s/audio/%s.mp3\n' "$work" "$(printf '%s' "$1" | sha256sum | head -c 32)"
}
handler=$(pids_of "$state" handler post-call)
# The most that the process ever had in memory, in KiB.
peak() {
    sed -n 's/^VmHWM:[[:blank:]]*\([0-9]*\) kB/\1/p' "/proc/$handler/status"
}
before=$(peak)
stays_small() {
    local grown=$(($(peak) - before))
    printf 'grown by %s KiB\n' "$grown"
    printf '# the process grew by %s KiB\n' "$grown" >&3
    [ "$grown" -le "$bound" ]
}
exec 3>&1
nothing_half() {
    is "$(find "$state/inbox/tmp" -type f)" '' && is "$(find "$work/audio" -type f ! -name '*.mp3')" ''
}

# --- one after the other ---------------------------------------------------------------------------------------

for order in first_ids last_ids; do
    "$order" "conv_$order" >"$work/body"
    upload "$work/body" "$(signature "$(secret post-call)" "$work/body")"
    check "$order: a recording is taken" accepted accepted post_call_audio "conv_$order"
    check 'and kept as it was' cmp "$work/recording" "$(kept "conv_$order")"
done
check 'the process stays small' stays_small

# --- several at once -------------------------------------------------------------------------------------------

for n in 1 2 3 4; do
    order=first_ids
    [ $((n % 2)) = 0 ] || order=last_ids
    "$order" "conv_at_once_$n" >"$work/body-$n"
    signature "$(secret post-call)" "$work/body-$n" >"$work/signature-$n"
done
crowd=()
for n in 1 2 3 4; do
    curl -sS --noproxy '*' --max-time 300 -X POST -o "$work/answer-$n" -H 'Content-Type: application/json' \
        -H "ElevenLabs-Signature: $(cat "$work/signature-$n")" -H 'Transfer-Encoding: chunked' -H 'Expect:' \
        -T "$work/body-$n" "$url/webhook/post-call" &
    crowd+=($!)
done
client_data +15550100200
check 'a phone that rings meanwhile is answered' field .dynamic_variables.caller_known true
wait "${crowd[@]}"
check 'four at once are taken' is "$(cat "$work"/answer-? | jq -r .status | sort | uniq -c | tr -s ' ')" ' 4 accepted'
for n in 1 2 3 4; do
    check 'each kept as it was' cmp "$work/recording" "$(kept "conv_at_once_$n")"
done
check 'the process stays small' stays_small
upload "$work/body-1" "$(cat "$work/signature-1")"
check 'one that comes again is a duplicate' accepted duplicate post_call_audio conv_at_once_1
check 'nothing half is left' nothing_half
check 'they are processed' eventually inbox_is_empty
check 'by the same process' is "$(pids_of "$state" handler post-call)" "$handler"

# --- what is not taken leaves nothing --------------------------------------------------------------------------

first_ids conv_forged >"$work/body"
upload "$work/body" "$(signature wrong "$work/body")"
check 'one that is signed wrongly is refused' refused 401 invalid_signature
sed 's/"full_audio":"..../"full_audio":"*no*/' "$work/body" >"$work/body-1"
upload "$work/body-1" "$(signature "$(secret post-call)" "$work/body-1")"
check 'so is one that is no base64' refused 400 invalid_request
# nginx hands on whole bodies only; another web server may not.
head -c 100000 "$work/body" >"$work/cut"
within env GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST SCRIPT_NAME=/webhook/post-call \
    CONTENT_TYPE=application/json "CONTENT_LENGTH=$(stat -c %s "$work/body")" \
    "HTTP_ELEVENLABS_SIGNATURE=$(signature "$(secret post-call)" "$work/body")" "$build/post-call" \
    <"$work/cut" >"$work/said" 2>/dev/null
check 'and one that breaks off' like "$(head -n 1 "$work/said")" '^Status: 400 '
check 'nothing of them is kept' is "$(find "$work/audio" -type f | wc -l) $(find "$state/inbox/new" -type f)" '6 '
check 'nothing half is left' nothing_half

# --- and without a folder for them -----------------------------------------------------------------------------

start_without() {
    down
    settings=("${settings[@]/#CALLMEM_AUDIO_DIR=*/CALLMEM_AUDIO_DIR=}")
    up
}
check 'it starts without a folder for recordings' start_without
first_ids conv_dropped >"$work/body"
upload "$work/body" "$(signature "$(secret post-call)" "$work/body")"
check 'a recording is acknowledged' accepted accepted post_call_audio conv_dropped
check 'and dropped' is "$(find "$work/audio" -type f | wc -l) $(find "$state/inbox" -type f -size +1M)" '6 '
finish
