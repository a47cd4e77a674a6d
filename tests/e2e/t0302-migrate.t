#!/bin/bash
# Moving house: everything goes from the embedded memory to a server and back, as often as one likes.
. "$(dirname "$0")/lib.sh"

start_openmemory main "${E2E_MEMORY:-tenant}"
mapfile -t remote < <(remote_memory main)
new_instance local OPENMEMORY_MODE=local "${remote[@]:1}"
new_instance remote "${remote[@]}"
new_instance back OPENMEMORY_MODE=local "${remote[@]:1}"

exported() { # CALLER
    program callmem export "$1" | jq -S 'del(.exported_at, .conversations[].memories[].id)'
}

use local
up
for event in example-post-call transcription-sip-outbound transcription-web; do remember "$data/$event.json"; done
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_second"')"
check 'there are callers' has_calls +15550100200 2
before=$(exported +15550100200)
down

check 'a mode that is none is refused' not program callmem migrate --from local --to cloud
check 'and the same one twice' not program callmem migrate --from remote --to remote
stop_standin openmemory-main
check 'without the server it fails' not program callmem migrate --from local --to remote
start_openmemory main
standin openmemory-main '{"status": 500, "skip": 12, "times": 1}'
said=$(program callmem migrate --from local --to remote 2>"$work/said")
check 'with it, even one that stumbles, it goes through' is "$?" 0
check 'counts' like "$said" 'There were [0-9]+ memories of 4 conversations of 3 callers'
check 'says what it did' like "$said" 'Moved 4 conversations'
check 'and has no progress bar where there is no terminal' is "$(cat "$work/said")" ''
said=$(program callmem migrate --from local --to remote)
check 'again, it moves nothing' like "$said" 'Moved 0 conversations.* 4 conversations were there already'
script -qec "env $(printf '%q ' "${settings[@]}") $build/callmem migrate --from local --to remote" /dev/null >"$work/tty"
check 'on a terminal it shows how far it is' grep -q '#] 4 of 4 conversations' "$work/tty"

use remote
up
check 'the caller is known there' has_calls +15550100200 2
check 'with everything, and the same profile' is "$(exported +15550100200)" "$before"
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_third"')"
before=$(exported +15550100200)
down

use back
: >"$env_path"
said=$(program callmem migrate --from remote --to local)
check 'back again' like "$said" 'Moved 5 conversations.*3 callers'
check 'everything is there' is "$(exported +15550100200)" "$before"
finish
