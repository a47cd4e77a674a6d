#!/bin/bash
# Clients that are slow, stalled, idle by the thousand, or send bad signatures as fast as they can: good requests keep
# being answered. Whether, not how fast.
. "$(dirname "$0")/lib.sh"

start_instance
SECRET_POST_CALL=$(secret post-call)
SECRET_CLIENT_DATA=$(secret client-data)
export SECRET_POST_CALL SECRET_CLIENT_DATA
remember "$data/example-post-call.json"
before=$(handler_pids "$state" | sort)

# As many as we may open, 2,500 at most.
ulimit -Sn "$(ulimit -Hn)"
idle=$(($(ulimit -n) - 300))
[ "$idle" -le 2500 ] || idle=2500
touch "$work/holding"
holders=()
hold() { # NAME ARGUMENT…
    perl tests/e2e/load.pl "${@:2}" "$work/holding" >"$work/$1" 2>"$work/$1.err" &
    holders+=($!)
}
hold idle idle "${url##*:}" "$idle"
hold stalled stall "${url##*:}" 400
eventually test -s "$work/idle"
eventually test -s "$work/stalled"
check 'thousands of connections are idle' is "$(cat "$work/idle")" "$idle connections"
check 'hundreds more stopped in the middle' is "$(cat "$work/stalled")" '400 connections'
hold flood flood "${url##*:}" 4

good=0
answered() { # WHAT
    [ "$status" = 200 ] || printf '# %s: %s\n' "$1" "$status"
    [ "$status" != 200 ] || good=$((good + 1))
}
for round in {1..15}; do
    client_data +15550100200
    answered client-data
    field .dynamic_variables.caller_known true || break
    search +15550100200 wedding
    answered search-data
    post_call "$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_hostile_$round\"")"
    answered post-call
    request GET /health
    answered health
done
check 'meanwhile every good request was answered' is "$good" 60
check 'and what came in was processed' eventually has_calls +15550100200 16

rm "$work/holding"
wait "${holders[@]}"
check 'every bad signature was refused as such' like "$(cat "$work/flood")" '^401: [0-9]+$'
check 'nothing died of it' is "$(handler_pids "$state" | sort)" "$before"
check 'nothing of it stays in the inbox' is "$(find "$state/inbox/tmp" "$state/inbox/new" -type f)" ''
check 'the programs speak of no error' is "$(cat "$state"/logs/{client-data,search-data,post-call}.log |
    grep -c '"level":"error"')" 0

# What stalls inside a handler, past nginx: connections to the socket itself that say nothing.
stuck() {
    perl -MIO::Socket::UNIX -e '
        my @kept = map { IO::Socket::UNIX->new(Peer => $ARGV[0]) or () } 1 .. 3;
        print {$_} "\1\1\0\1\0\10\0\0\0\1\0" for @kept;
        $_->flush for @kept;
        print scalar @kept, "\n";
        STDOUT->flush;
        sleep 1 while -e $ARGV[1];' "$state/client-data.sock" "$work/sticking"
}
touch "$work/sticking"
stuck >"$work/stuck" &
eventually test -s "$work/stuck"
client_data +15550100200
check 'three half records on the socket itself leave threads for others' is "$(cat "$work/stuck") $status" '3 200'
rm "$work/sticking"
wait
finish
