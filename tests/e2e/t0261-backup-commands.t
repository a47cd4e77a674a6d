#!/bin/bash
# callmem backup and callmem restore: a checked copy while everything runs, and back, with what was acknowledged since.
. "$(dirname "$0")/lib.sh"

start_instance OPENMEMORY_MODE=local
caller=+15550100200
call() { # N
    variant "$data/example-post-call.json" ".data.conversation_id = \"conv_backup_$1\""
}
made=
backup_made() {
    said=$(program callmem backup "$work/backups" 2>&1) || { printf '%s\n' "$said" && return 1; }
    made=$(head -n 1 <<<"$said")
}
lock_memory() {
    sqlite3 "$state/openmemory.sqlite" <<EOF
BEGIN IMMEDIATE;
.shell touch '$work/locked'; while [ -e '$work/locked' ]; do sleep 0.05; done
EOF
}

remember "$(call 1)"
lock_memory &
locker=$!
eventually test -e "$work/locked"
post_call "$(call 2)"
check 'an event waits' accepted accepted post_call_transcription conv_backup_2
backup_made
check 'a backup is made while somebody writes' test -d "$made"
check 'it is for its owner alone' is "$(find "$work/backups" -perm /077)" ''
check 'the databases in it are single files, and intact' is \
    "$(sqlite3 "$made/openmemory.sqlite" 'PRAGMA integrity_check') $(ls "$made")" "ok inbox
openmemory.sqlite"
check 'with the call that is in memory' is "$(sqlite3 "$made/openmemory.sqlite" 'SELECT count(*) FROM conversations')" 1
check 'and the event that waits' is "$(find "$made/inbox/new" -name '*.json' | wc -l)" 1
rm "$work/locked"
wait "$locker"
check 'which is processed here' eventually has_calls "$caller" 2
check 'restore refuses while callmem runs' like "$(program callmem restore "$made" 2>&1)" 'callmem is running'
check 'and changes nothing' has_calls "$caller" 2

# Damage, and an event after the backup that was acknowledged but is not in memory.
lock_memory &
locker=$!
eventually test -e "$work/locked"
post_call "$(call 3)"
check 'another event waits' accepted accepted post_call_transcription conv_backup_3
down
rm "$work/locked"
wait "$locker"
head -c 100000 /dev/urandom >"$state/openmemory.sqlite"
rm -f "$state"/openmemory.sqlite-*
check 'nothing is restored of what is no backup' not program callmem restore "$work"
cp -r "$made" "$work/broken" && head -c 5000 /dev/urandom >"$work/broken/openmemory.sqlite"
check 'nor of a damaged one' not program callmem restore "$work/broken"
rm -rf "$state/restoring" "$state/openmemory.sqlite.restoring"
check 'the backup is restored' program callmem restore "$made"
check 'what was there is still there' test -e "$(compgen -G "$state/openmemory.sqlite.before-*")"
check 'everything is for its owner alone' is "$(find "$state" -perm /077 ! -type s ! -path '*/nginx*' ! -name '*.pid' ! -path '*/logs*')" ''
up
check 'the calls of the backup are there, and what was acknowledged since' eventually has_calls "$caller" 3
post_call "$(call 1)"
check 'the ledger knows them' accepted duplicate post_call_transcription conv_backup_1
check 'the memory is sound' memory_is_sound

# Several in the same second do not get into each other's way.
several_backups() {
    local i running=() before
    before=$(find "$work/backups" -mindepth 1 -maxdepth 1 | wc -l)
    for i in 1 2 3; do
        program callmem backup "$work/backups" >"$work/several-$i" 2>&1 &
        running+=($!)
    done
    for i in "${running[@]}"; do wait "$i" || { cat "$work"/several-* && return 1; }; done
    is "$(($(find "$work/backups" -mindepth 1 -maxdepth 1 ! -name '*.partial' | wc -l) - before))" 3
}
check 'three backups at once are three' several_backups
down
restore_twice() {
    program callmem restore "$made" && program callmem restore "$made"
}
check 'two restores in one second are two' restore_twice
check 'and both left what was there before' is "$(find "$state" -maxdepth 1 -name 'inbox.before-*' | wc -l)" 3
up
check 'and the memory is sound' memory_is_sound

# Where there is no room, nothing has the name of a backup.
check 'a backup into what is no folder fails' not program callmem backup "$env_path"
finish
