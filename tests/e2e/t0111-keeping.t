#!/bin/bash
# What an operator does with what is kept: export and import, forgetting by age, events that may not be kept.
. "$(dirname "$0")/lib.sh"
start_instance

event=$data/example-post-call.json
caller=+15550100200
remember "$event"
client_data "$caller"
before=$(jq -S . "$answer")

# In remote mode a look at the server counts for a moment, so what another process did shows a little later.
is_unknown() {
    client_data "$caller" && field .dynamic_variables.caller_known false
}
is_as_before() {
    client_data "$caller" && is "$(jq -S . "$answer")" "$before"
}

# What does not depend on when and where it was written.
essence() {
    jq -S 'del(.exported_at, .requests[].id, .conversations[].memories[].id, .conversations[].memories[].updated_at)' "$1"
}

export=$work/export.json
program callmem export "$caller" >"$export"
check 'an export names its format and the caller' \
    is "$(jq -r '"\(.format) \(.version) \(.caller)"' "$export")" "callmem-export 1 $caller"
program callmem forget "$caller" >/dev/null
check 'forgotten' eventually is_unknown
said=$(program callmem import "$export")
check 'an import says what it brought' like "$said" '^Imported [1-9][0-9]* memor(y|ies) of 1 conversation '
check 'the caller is known as before' eventually is_as_before
program callmem export "$caller" >"$work/again.json"
check 'an export of the import is the same' is "$(essence "$work/again.json")" "$(essence "$export")"
check 'what was said is found again' finds "$caller" 'whose wedding are the trees for' 'Tobias'
program callmem import "$export" >/dev/null
program callmem export "$caller" >"$work/again.json"
check 'an import can be repeated' is "$(essence "$work/again.json")" "$(essence "$export")"
check 'standard input is read too' like "$(program callmem import - <"$export")" '^Imported '

said=$(program callmem import "$event" 2>&1)
check 'what is no export is refused' is "$?" 1
check 'and named so' like "$said" 'no export of callmem'
said=$(jq '.conversations[0].memories[0].kind = "rumour"' "$export" | program callmem import - 2>&1)
check 'a kind that nobody knows is refused' like "$said" 'unknown kind'

# Forgetting by age.
check 'nothing is forgotten by default' like "$(program callmem expire)" ': 0$'
young=$(variant "$event" ".data.conversation_id = \"conv_young\" | .data.metadata.phone_call.external_number = \"+15550100201\" |
    .data.conversation_initiation_client_data = {} | .data.metadata.start_time_unix_secs = $(($(date +%s) - 86400))")
remember "$young"
# Where its recording should be lies something that cannot be removed: the call is kept until it can.
conversation=$(jq -r .data.conversation_id "$event")
obstacle=$work/audio/$(printf %s "$conversation" | sha256sum | head -c 32).mp3
mkdir -p "$obstacle"
older=$(variant "$event" '.data.conversation_id = "conv_older" | .data.metadata.phone_call.external_number = "+15550100203" |
    .data.conversation_initiation_client_data = {}')
remember "$older"
said=$(CALLMEM_AUDIO_DIR=$work/audio CALLMEM_RETENTION_DAYS=30 program callmem expire 2>&1)
check 'a recording that cannot be removed is told' is "$?" 1
check 'by its name' like "$said" "${obstacle##*/} cannot be removed"
check 'the call is not forgotten without its recording' is_as_before
client_data +15550100203
check 'the others are forgotten all the same' field .dynamic_variables.caller_known false
rmdir "$obstacle"
said=$(CALLMEM_AUDIO_DIR=$work/audio CALLMEM_RETENTION_DAYS=30 program callmem expire)
check 'what is older than the operator wants is forgotten' like "$said" 'forgot conversations: 1$'
check 'the caller of an old call is unknown' eventually is_unknown
client_data +15550100201
check 'the caller of a young one is not' field .dynamic_variables.call_count 1
check 'no byte of the old caller is left in the database' not grep -aqF "$caller" "$state"/openmemory.sqlite*

# Recordings can go earlier than the rest of their calls.
old=$work/audio/$(printf %s conv_young | sha256sum | head -c 32).mp3
new=$work/audio/$(printf %s conv_new | sha256sum | head -c 32).mp3
touch -d '10 days ago' "$old"
touch "$new"
said=$(CALLMEM_AUDIO_DIR=$work/audio program callmem expire)
check 'a recording stays as long as its call by default' test -e "$old"
said=$(CALLMEM_AUDIO_DIR=$work/audio CALLMEM_RETENTION_DAYS_RECORDINGS=7 program callmem expire)
check 'what was deleted is counted' like "$said" 'deleted recordings: 1'
check 'an old recording is gone' test ! -e "$old"
check 'a new one is there' test -e "$new"
client_data +15550100201
check 'and the call is remembered' field .dynamic_variables.call_count 1

# An event whose transcript and personal data ElevenLabs deletes.
remember "$event"
sealed=$(variant "$event" '.data.conversation_id = "conv_sealed" | .data.metadata.phone_call.external_number = "+15550100202" |
    .data.conversation_initiation_client_data = {} | .data.metadata.deletion_settings.delete_transcript_and_pii = true')
remember "$sealed"
client_data +15550100202
check 'nothing is kept of a call that may not be kept' field .dynamic_variables.caller_known false
check 'not even in the files' not grep -aqF +15550100202 "$state"/openmemory.sqlite*
finish
