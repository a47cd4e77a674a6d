#!/bin/bash
# A process that grows says so: a worker holds an event whole while it works on it, and an event can be large. This one
# is, and cannot be finished, because another program has the memory.
. "$(dirname "$0")/lib.sh"

start_instance OPENMEMORY_MODE=local CALLMEM_MAX_BODY_MB=400 CALLMEM_WORKERS=1
first=$data/example-post-call.json
remember "$first"

# The processes look once a minute, and whenever they are told to open their logs again.
look() {
    # shellcheck disable=SC2046 # numbers
    kill -HUP $(pids_of "$state" handler post-call) $(pids_of "$state" handler search-data)
}
growth() { # PROGRAM
    grep -h '"message":"this process has grown"' "$state/logs/$1.log" |
        jq -c 'select(.level == "warn" and .resident_mib >= 256)'
}
is_told() {
    look
    growth post-call | grep -q .
}
told_again() {
    growth post-call | jq -r '"\(.pid) \(.resident_mib / 256 | log2 | floor)"' | sort | uniq -d
}
look
check 'a process that does not grow says nothing' is "$(growth post-call)" ''

(
    sqlite3 "$state/openmemory.sqlite" <<END
BEGIN IMMEDIATE;
.shell touch '$work/locked'; while [ -e '$work/locked' ]; do sleep 0.05; done
END
) &
locker=$!
eventually test -e "$work/locked"
large=$work/large.json
{
    head -c 1 "$first"
    head -c 300M /dev/zero | tr '\0' ' '
    jq -c '.data.conversation_id = "conv_large"' "$first" | tail -c +2
} >"$large"
post_call "$large"
check 'a large event is accepted' accepted accepted post_call_transcription conv_large
rm "$large"
check 'a process that holds it says that it has grown' eventually is_told
look
look
check 'once for each doubling' is "$(told_again)" ''
check 'others do not' is "$(growth search-data)" ''
rm "$work/locked"
wait "$locker"
check 'the event is processed in the end' eventually has_calls +15550100200 2
finish
