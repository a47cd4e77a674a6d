#!/bin/bash
# Requests in flight are answered before anything stops.
. "$(dirname "$0")/lib.sh"

start_instance

# An event that takes its time to arrive, and `down` in the middle of it.
body=$(variant "$data/example-post-call.json" ".data.padding = \"$(printf 'x%.0s' {1..60000})\"")
head -c 20000 "$body" >"$work/first"
tail -c +20001 "$body" >"$work/rest"
host=${url#http://}
{
    exec 3<>"/dev/tcp/${host%:*}/${host##*:}"
    {
        printf 'POST /webhook/post-call HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n'
        printf 'ElevenLabs-Signature: %s\r\n' "$(signature "$(secret post-call)" "$body")"
        printf 'Content-Length: %d\r\nConnection: close\r\n\r\n' "$(wc -c <"$body")"
        cat "$work/first"
    } >&3
    touch "$work/begun"
    eventually test -e "$work/stopping"
    sleep 0.3
    cat "$work/rest" >&3
    cat <&3 >"$work/late"
} 2>/dev/null &
eventually test -e "$work/begun"
sleep 0.3
within ./spawn/down >"$work/said" 2>&1 &
stopping=$!
touch "$work/stopping"
wait "$stopping"
check 'down succeeds' is "$?" 0
wait
check 'the request in flight was answered' like "$(head -n 1 "$work/late")" ' 200'
check 'and accepted' like "$(cat "$work/late")" '"status": *"accepted"'
check 'nothing runs any more' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
up
check 'what was acknowledged then is remembered after the next start' eventually has_calls +15550100200 1

# One program told to stop finishes with 0 by itself; multiwatch starts no new one when it is told, too.
down
check 'the log of no program speaks of an error' is "$(cat "$state"/logs/{client-data,search-data,post-call}.log |
    grep -c '"level":"error"')" 0
finish
