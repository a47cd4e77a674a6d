#!/bin/bash
# The operator's page in a real browser: tests/browser/walk. Its pictures are in build/pictures.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/operator.sh"

start_instance CALLMEM_AUDIO_DIR="$work/audio"
people_call
failed_event
hopeless_event
post_call "$(recording_of conv_pell_1)"
eventually test -n "$(ls "$work/audio" 2>/dev/null)"
operator_secret >"$work/secret"
pictures=$build/pictures
mkdir -p "$pictures"
python3 tests/browser/walk --url "$url" --secret-file "$work/secret" --pictures "$pictures" --work "$work"
