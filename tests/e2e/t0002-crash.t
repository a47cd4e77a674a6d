#!/bin/bash
# What dies comes back; what a crash left behind does not matter.
. "$(dirname "$0")/lib.sh"

start_instance

handlers() { # PROGRAM
    pids_of "$state" handler "$1"
}
all_are_back() { # PROGRAM HOW-MANY WITHOUT-PID
    is "$(handlers "$1" | grep -c .)" "$2" && not grep -qx "$3" <(handlers "$1")
}

for program in client-data search-data post-call; do
    victim=$(handlers "$program" | head -n 1)
    kill -9 "$victim"
    request GET "/health/$program"
    check "$program answers while one of its processes is dead" is "$status" 200
    check 'the process is replaced' eventually all_are_back "$program" 2 "$victim"
done

# All processes of one program at once: nobody gives up, however often.
for _ in 1 2 3 4 5; do
    for victim in $(handlers client-data); do kill -9 "$victim"; done
    client_data +15550100200
    check 'a request right after the death of all handlers is answered' is "$status" 200
done
check 'both are back' eventually all_are_back client-data 2 0
check 'the socket is still for its owner alone' is "$(stat -c %a "$state/client-data.sock")" 600

# The watcher itself.
watcher=$(pids_of "$state" multiwatch search-data)
kill -9 "$watcher"
up
check 'up brings a lost multiwatch back' is "$up_status" 0
check 'there is one again' is "$(pids_of "$state" multiwatch search-data | grep -c .)" 1
check 'and no orphan beside it' is "$(handlers search-data | grep -c .)" 2
mapfile -t left < <(handlers search-data)
kill -9 "$(pids_of "$state" multiwatch search-data)"
nobody_is_left() {
    local pid
    for pid in "${left[@]}"; do not kill -0 "$pid" || return 1; done
}
check 'without up its processes end, too' eventually nobody_is_left
up
check 'and up starts them again' is "$up_status $(handlers search-data | grep -c .)" '0 2'

# nginx without its master goes on listening: up has to see through it.
kill -9 "$(nginx_master "$state")"
up
check 'up brings a lost nginx back' is "$up_status" 0
check 'there is one master' is "$(nginx_master "$state" | grep -c .)" 1

# Everything at once, as when the machine lost power.
remember "$data/example-post-call.json"
for pid in $(nginx_pids "$state") $(handler_pids "$state"); do kill -9 "$pid" 2>/dev/null; done
check 'a crash leaves sockets behind' test -S "$state/post-call.sock"
check 'and pid files' test -s "$state/nginx.pid"
# Meanwhile another program has got one of those numbers.
sleep 1000 &
stranger=$!
printf '%s' "$stranger" | tee "$state/nginx.pid" "$state/post-call.lock" >/dev/null
down
check 'down after a crash finds nothing' like "$down_said" 'Not running'
up
check 'up after a crash succeeds' is "$up_status" 0
check 'the memory survived' has_calls +15550100200 1
printf '%s' "$stranger" | tee "$state/nginx.pid" "$state/post-call.lock" >/dev/null
down
check 'down stops what up started' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
check 'down spares a stranger whose pid stands in our files' kill -0 "$stranger"
kill "$stranger"

# An instance that cannot become healthy: up says why and leaves nothing half started.
new_instance sick "OPENMEMORY_PATH=$work/instance-sick"
up
check 'up fails when memory does not work' is "$up_status" 1
check 'it names what is not healthy' like "$up_said" '/health/post-call: .*degraded'
check 'it leaves nothing half started' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
finish
