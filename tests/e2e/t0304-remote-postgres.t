#!/bin/bash
# Two front ends on an OpenMemory server with PostgreSQL behind it, which stores one thing at a time and tells everybody
# else that it failed: nothing is lost, nothing is there twice, and the phones that ring meanwhile are answered.
. "$(dirname "$0")/lib.sh"

events=40 callers=4
load() {
    SECRET_POST_CALL=${secrets[post-call]} SECRET_CLIENT_DATA=${secrets[client-data]} perl tests/e2e/load.pl "$@"
}

for kind in user tenant; do
    start_openmemory "$kind" "$kind"
    # A real server is one already, or is none.
    [ -n "${E2E_OPENMEMORY:-}" ] || standin "openmemory-$kind" '{"postgres": true}'
    mapfile -t shared < <(remote_memory "$kind")
    new_instance "$kind-a" "${shared[@]}"
    new_instance "$kind-b" "${shared[@]}"
    for front in a b; do
        use "$kind-$front" && up
        check "$kind server, front end $front: up" is "$up_status" 0
    done
    deliveries=()
    for front in a b; do
        use "$kind-$front"
        from=0
        [ "$front" = a ] || from=$((events / 2))
        load deliver "${url##*:}" "$from" $((from + events / 2)) "$callers" 2 "$work/$kind-$front" >/dev/null &
        deliveries+=($!)
    done
    wait "${deliveries[@]}"
    record=$work/$kind
    cat "$record"-[ab] >"$record"
    for front in a b; do
        use "$kind-$front"
        check "front end $front processes all" inbox_empties
        check 'and nothing failed' field .inbox.failed 0
        check 'the circuit breaker did not open for it' is "$(cat "$state"/logs/*.log | grep -c 'circuit breaker open')" 0
    done
    for front in a b; do
        use "$kind-$front"
        load ask "${url##*:}" "$callers" 2 "$record-asked" >/dev/null
        check "front end $front knows each caller by the calls of both" is "$(sort "$record-asked")" \
            "$(cut -d ' ' -f 2 "$record" | sort | uniq -c | awk '{ print $2, $1 }')"
    done
    remembered >"$record-remembered"
    check 'each event is there, for its caller' is "$(cut -f 1,2 "$record-remembered" | tr '\t' ' ' | sort -u)" \
        "$(awk '{ print $2, $1 }' "$record" | sort)"
    check 'once' is "$(cut -f 2-5 "$record-remembered" | sort | uniq -d)" ''
    check 'with all of its memories' is "$(cut -f 2 "$record-remembered" | uniq -c | awk '{ print $1 }' | sort -u | wc -l)" 1

    # A caller is forgotten at one front end while the other one stores what others said.
    caller=$(cut -d ' ' -f 2 "$record" | tail -n 1)
    use "$kind-a"
    load deliver "${url##*:}" 101 111 $((callers - 1)) 2 "$record-more" >/dev/null &
    delivery=$!
    use "$kind-b"
    check 'a caller is forgotten' like "$(program callmem forget "$caller")" '^Forgot'
    wait "$delivery"
    use "$kind-a"
    check 'while others call' inbox_empties
    check 'and wholly' is "$(server_memories | grep -cF "$caller")" 0
    for front in a b; do
        use "$kind-$front"
        check "front end $front does not know the caller" eventually has_calls "$caller" 0
    done
    check 'the memory is in order' memory_is_sound
done
finish
