#!/bin/bash
# A program that can accept no connection, because file descriptors or memory ran out: it says so, does not spin, and
# answers what waited as soon as it can.
# Not with sanitizers: they want to be the first library, and so does that of the faults.
. "$(dirname "$0")/lib.sh"

library=$build/faults.so
build_programs "${library#"$root/"}"
start_instance "LD_PRELOAD=$library" FAULT=accept:0:EMFILE FAULT_PROGRAM=client-data "FAULT_ARM=$work/armed"
client_data +15550100200
check 'it answers' is "$status" 200
before=$(pids_of "$state" handler client-data | sort)

touch "$work/armed"
(
    client_data +15550100200
    printf '%s\n' "$status" >"$work/status"
) &
waiting=$!
check 'that nothing can be accepted is in the log' eventually grep -q 'cannot accept connections' "$state/logs/client-data.log"
check 'who asks waits' not test -e "$work/status"
rm "$work/armed"
wait "$waiting"
check 'and is answered' is "$(cat "$work/status")" 200
check 'by the same processes' is "$(pids_of "$state" handler client-data | sort)" "$before"
check 'the log was not filled with it' test "$(grep -c 'cannot accept connections' "$state/logs/client-data.log")" -le 4
finish
