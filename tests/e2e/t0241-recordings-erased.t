#!/bin/bash
# Recordings of callers who were erased: one that comes afterwards, one in a folder that is set no more, one at another
# front end, and one whose transcript never comes.
. "$(dirname "$0")/lib.sh"

caller=+15550100200 # of example-post-call.json
conversation=$(jq -r .data.conversation_id "$data/example-post-call.json")
start_instance "CALLMEM_AUDIO_DIR=$work/first"

recording() { # CONVERSATION
    printf '{"type":"post_call_audio","event_timestamp":1772446021,"data":{"agent_id":"agent_quince","conversation_id":"%s","full_audio":"%s"}}' \
        "$1" "$(printf 'ID3 of %s' "$1" | base64 -w 0)" >"$work/recording.json"
    remember "$work/recording.json"
}
kept() { # FOLDER CONVERSATION
    printf '%s/%s.mp3\n' "$1" "$(printf '%s' "$2" | sha256sum | head -c 32)"
}
recordings_in() { # FOLDER
    find "$1" -name '*.mp3' | wc -l
}
keep_in() { # FOLDER
    down
    settings=("${settings[@]/#CALLMEM_AUDIO_DIR=*/CALLMEM_AUDIO_DIR=$1}")
    up
}

# --- one that comes after its caller was erased ------------------------------------------------------------------

remember "$data/example-post-call.json"
recording "$conversation"
check 'show says where a recording is' like "$(program callmem show "$caller")" "\[recording\] $(kept "$work/first" "$conversation")"
check 'a caller is erased with the recording' like "$(program callmem forget "$caller")" ' 1 recording\.'
check 'which is gone' is "$(recordings_in "$work/first")" 0
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_late"')"
check 'a caller is erased whose recording has not come' like "$(program callmem forget "$caller")" ' 0 recordings\.'
recording conv_late
check 'it comes and is not kept' is "$(recordings_in "$work/first")" 0

# --- a folder that is set no more --------------------------------------------------------------------------------

for n in 1 2; do
    remember "$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_$n\"
        | .data.metadata.phone_call.external_number = \"+1555010010$n\"")"
    recording "conv_$n"
done
keep_in "$work/second"
check 'a recording in the old one is shown' like "$(program callmem show +15550100101)" "$work/first/"
check 'and erased with its caller' like "$(program callmem forget +15550100101)" ' 1 recording\.'
keep_in ""
check 'the other one is erased, too' like "$(program callmem forget +15550100102)" ' 1 recording\.'
check 'then there is none' is "$(recordings_in "$work/first")" 0

# --- one whose transcript never comes ----------------------------------------------------------------------------

keep_in "$work/first"
recording conv_alone
recording conv_young
keep_in ""
touch -d '40 days ago' "$(kept "$work/first" conv_alone)"
check 'without an age nothing goes' like "$(program callmem expire)" 'deleted recordings: 0'
check 'what is older than conversations may be goes' like "$(CALLMEM_RETENTION_DAYS=30 program callmem expire)" 'deleted recordings: 1'
check 'the younger one stays' is "$(recordings_in "$work/first")" 1

# --- a folder that is not there ----------------------------------------------------------------------------------

mv "$work/first" "$work/elsewhere"
said=$(program callmem forget "$caller" 2>&1) && code=0 || code=$?
check 'a folder that cannot be looked into is told' like "$code $said" "^1 .*$work/first is not there, where recordings were kept before"
sed -i "\\|^$work/first\$|d" "$state/recording-folders"
said=$(program callmem forget "$caller" 2>&1) && code=0 || code=$?
check 'until its line is taken out' like "$code $said" '^0 '
down

# --- two front ends ----------------------------------------------------------------------------------------------

# Memory on an OpenMemory server has no list of what was erased.
start_postgres server -c fsync=off
mapfile -t shared < <(database_memory shared server)
for front in a b; do
    new_instance "$front" "${shared[@]}" "CALLMEM_AUDIO_DIR=$work/audio-$front"
    up
done
use a
remember "$data/example-post-call.json"
use b
recording "$conversation"
check 'show says that other front ends have their own' like "$(program callmem show "$caller")" 'other front ends have their own'
use a
check 'a caller is erased at the front end that has no recording' like "$(program callmem forget "$caller")" ' 0 recordings\.'
use b
check 'the other one, which has it, erases it' like "$(program callmem expire)" 'deleted recordings: 1'
check 'and has none' is "$(recordings_in "$work/audio-b")" 0
use a
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_late_b"')"
check 'erased again' like "$(program callmem forget "$caller")" '^Forgot'
use b
recording conv_late_b
check 'and what comes to the other one later is not kept' is "$(recordings_in "$work/audio-b")" 0
finish
