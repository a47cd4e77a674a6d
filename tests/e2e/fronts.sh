# Two front ends, the instances a and b, on one PostgreSQL server that start_postgres named `server`. For tests that
# source lib.sh and set `events`, `callers` and `connections`.
# shellcheck shell=bash disable=SC2154 # what lib.sh and the test set

load() {
    SECRET_POST_CALL=${secrets[post-call]} SECRET_CLIENT_DATA=${secrets[client-data]} perl tests/e2e/load.pl "$@"
}

# The same events go to both at once, while handlers and the database are killed. What was answered is in record-a and
# record-b, the handlers that were killed are in killed-a and killed-b, and `kills` says how often the database was.
deliver_while_killing() { # PROGRAM…
    local front killers=() deliveries=()
    touch "$work/killing"
    for front in a b; do
        use "$front"
        load kill "$state" 0.3 "$work/killing" "$@" >"$work/killed-$front" &
        killers+=($!)
    done
    for front in a b; do
        use "$front"
        load deliver "${url##*:}" 0 "$events" "$callers" "$connections" "$work/record-$front" >/dev/null &
        deliveries+=($!)
    done
    for ((kills = 0; kills < 2 + events / 1000; kills++)); do
        sleep 1
        tests/postgres kill "${postgres[server]}"
        tests/postgres restart "${postgres[server]}"
    done
    wait "${deliveries[@]}"
    rm "$work/killing"
    wait "${killers[@]}"
}

# Whether each event was acknowledged by that front end.
acknowledged() { # FRONT
    is "$(cut -d ' ' -f 3 "$work/record-$1" | grep -cxE 'accepted|duplicate')" "$events"
}
