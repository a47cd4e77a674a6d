#!/bin/bash
# Forgetting leaves no trace: database, journal, inbox, failed events, payload logs also rotated and while they
# are written, recordings. Proven by looking for the caller in the raw bytes of every file.
. "$(dirname "$0")/lib.sh"
mkdir "$work/kept"
# The files are those of local mode.
start_instance OPENMEMORY_MODE=local "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=$work/kept/client-data.jsonl" \
    "CALLMEM_PAYLOAD_LOG_SEARCH_DATA=$work/kept/search-data.jsonl" \
    "CALLMEM_PAYLOAD_LOG_POST_CALL=$work/kept/post-call.jsonl" "CALLMEM_AUDIO_DIR=$work/kept/audio"

caller=+15550100200
other=+442079460321
# What the caller said, is called and has, and the ids by which the caller's calls are known: those the programs
# write into their own logs, too, where they name nobody.
said='15550100200|Lindqvist|Tobias|QG-58213'
calls='conv_quince_0001|conv_waiting|conv_broken'
traced() { # Where a trace is found: names of files, nothing when there is none.
    grep -raliE "$said|$calls" "$state" "$work/kept" --exclude-dir=logs
    grep -raliE "$said" "$state/logs"
}

event=$data/example-post-call.json
remember "$event"
remember "$data/transcription-sip-outbound.json"
post_call "$(variant "$data/audio.json" '.data.conversation_id = "conv_quince_0001" | .data.full_audio = "VG9iaWFz"')"
post_call "$(variant "$data/audio.json" '.data.conversation_id = "conv_of_another" | .data.full_audio = "QUJD"')"
for number in "$caller" "$other"; do
    client_data "$number"
    search "$number" 'whose wedding is it'
done
check 'there are two recordings' is "$(find "$work/kept/audio" -name '*.mp3' | grep -c .)" 2

# Logs that were rotated, by both of logrotate's ways to name them; the programs go on in new ones.
mv "$work/kept/client-data.jsonl" "$work/kept/client-data.jsonl.1"
mv "$work/kept/post-call.jsonl" "$work/kept/post-call.jsonl-20260302"
client_data "$caller"
client_data "$other"

# An event that failed, and one that waits, as a worker that was stopped leaves them.
down
lay() { # CONVERSATION FOLDER
    install -m 600 "$(variant "$event" ".data.conversation_id = \"$1\"")" "$state/inbox/$2/$(openssl rand -hex 16).json"
}
lay conv_broken failed
lay conv_waiting new
for place in openmemory.sqlite inbox/new/ inbox/failed/ client-data.jsonl client-data.jsonl.1 post-call.jsonl-20260302; do
    check "there is something to forget: $place" like "$(traced)" "$place"
done

# While nobody works, what waits is found as well.
reply=$(program callmem forget "$caller")
check 'forget succeeds' is "$?" 0
check 'and says what it erased' like "$reply" '[1-9][0-9]* memories of [1-9].* 2 events .* [1-9][0-9]* lines .* 1 recording'
check 'no byte of the caller is left in any file' is "$(traced)" ''
check 'the recording of another is left' is "$(find "$work/kept/audio" -name '*.mp3' | grep -c .)" 1
check 'and what others said' grep -q "$other" "$work/kept/client-data.jsonl" "$work/kept/client-data.jsonl.1"
up
check 'others are still known' has_calls "$other" 1

# The same while the programs run, and others write to the same logs at the same time.
again=$(variant "$event" '.data.metadata.start_time_unix_secs += 86400 | .data.conversation_id = "conv_quince_0001_again"')
remember "$again"
client_data "$caller"
search "$caller" 'wedding'
crowd() {
    local n
    for n in {1..60}; do
        printf 'url = "%s/webhook/client-data"\nheader = "X-Api-Key: %s"\nheader = "Content-Type: application/json"\n' \
            "$url" "$(secret client-data)"
        printf 'data = "{\\"caller_id\\": \\"crowd-%s\\"}"\noutput = /dev/null\nnext\n' "$n"
    done | sed '$d' >"$work/crowd"
    curl -sS --noproxy '*' -K "$work/crowd"
}
crowd &
writer=$!
program callmem forget "$caller" >/dev/null
check 'forget succeeds beside writers' is "$?" 0
wait "$writer"
check 'again no byte is left' is "$(traced)" ''
check 'no line of others was lost' is "$(grep -cE '"caller_id": ?"crowd-' "$work/kept/client-data.jsonl")" 60
check 'nor torn' is "$(jq -cs 'map(type) | unique' "$work/kept/client-data.jsonl")" '["object"]'

# What was compressed cannot be cleaned, and that is said.
gzip -c "$event" >"$work/kept/post-call.jsonl.2.gz"
reply=$(program callmem forget "$caller" 2>&1)
check 'a compressed log is no success' not is "$?" 0
check 'but named' like "$reply" 'post-call\.jsonl\.2\.gz'
rm "$work/kept/post-call.jsonl.2.gz"

# An event that says that its transcript and personal data are deleted: nothing of the call is kept, not what came
# before it nor what comes after it.
sealed=$(variant "$event" '.data.conversation_id = "conv_broken"')
recording=$(variant "$data/audio.json" '.data.conversation_id = "conv_broken" | .data.full_audio = "VG9iaWFz"')
remember "$sealed"
post_call "$recording"
seal=$(variant "$sealed" '.data.metadata.deletion_settings.delete_transcript_and_pii = true |
    .data.conversation_id = "conv_sealed" | .data.transcript[1].message = "My name is Tobias Lindqvist."')
remember "$seal"
check 'the transcript of a sealed call is in no log' not grep -rq 'Tobias Lindqvist' "$work/kept" "$state" -a
post_call "$(variant "$recording" '.data.conversation_id = "conv_sealed" | .data.full_audio = "VG9iaWFzIHNlYWxlZA=="')"
check 'nor is a recording that comes later kept' not grep -rqa 'Tobias sealed' "$work/kept/audio"
program callmem forget "$caller" >/dev/null
check 'and of the other call nothing is left after forgetting' not grep -raqE 'QG-58213|15550100200' "$state" "$work/kept"
finish
