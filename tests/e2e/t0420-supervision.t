#!/bin/bash
# What keeps callmem running in production, as installed: runit, supervisord, a user's crontab. Each starts the three
# programs on sockets, brings back what dies, and stops them.
# Not with sanitizers: what is tested is scripts and supervisors; the programs start in all other tests.
. "$(dirname "$0")/lib.sh"

new_instance main
installed=$work/root
build_programs install "DESTDIR=$installed" PREFIX=/usr
run=$work/run logs=$work/log
mkdir "$state" "$run" "$logs" "$work/secrets"
for name in client-data search-data post-call; do
    printf 'wsec_%s\n' "$(openssl rand -hex 32)" >"$work/secrets/$name"
done
chmod 600 "$work/secrets"/*
# The settings as a site has them, and each example with this test's folders and user in the place of a machine's.
here() { # FILE
    sed -e "s#/usr/libexec#$installed/usr/libexec#; s#/run/callmem#$run#; s#/var/log/callmem#$logs#" \
        -e "s#/var/log/supervisor#$logs#; s#/var/lib/callmem#$state#; s#/etc/callmem/secrets#$work/secrets#" \
        -e "s#/etc/callmem/callmem.env#$work/settings#; s#callmem:www-data#$(id -un):$(id -gn)#" \
        -e "s#-U callmem -G www-data -u callmem -g callmem##; s#-o callmem -g callmem##; s#chpst -u callmem##" \
        -e "s#^user=callmem#user=$(id -un)#" "$1"
}
here "$installed/usr/share/doc/callmem/examples/env/production.env" >"$work/settings"
chmod 600 "$work/settings"
export CALLMEM_ENV_FILE=$work/settings
keep=$installed/usr/libexec/callmem/keep

# Health of a program through its socket, as the web server asks for it.
healthy() { # PROGRAM [SOCKETS]
    local path=/health/$1
    env -i REQUEST_METHOD=GET "SCRIPT_NAME=$path" "REQUEST_URI=$path" timeout 5 \
        cgi-fcgi -bind -connect "${2:-$run}/$1.sock" </dev/null 2>/dev/null | grep -q '"status":"ok"'
}
all_healthy() { # [SOCKETS]
    healthy client-data "${1-}" && healthy search-data "${1-}" && healthy post-call "${1-}"
}
# The processes below one, and those of them with a name.
below() { # PID
    local children child
    read -r -a children 2>/dev/null <"/proc/$1/task/$1/children"
    for child in "${children[@]}"; do
        say "$child"
        below "$child"
    done
}
named() { # NAME PID…
    local pid top
    for top in "${@:2}"; do
        for pid in "$top" $(below "$top"); do
            [ "$(process_name "$pid")" != "$1" ] || say "$pid"
        done
    done
}
count_is() { # HOW-MANY NAME PID…
    is "$(named "${@:2}" | grep -c .)" "$1"
}
# Two processes of a program, one of which is killed.
comes_back() { # PROGRAM PID…
    local pid
    pid=$(named "$@" | head -n 1)
    kill -KILL "$pid"
    eventually two_without "$pid" "$@" && eventually healthy "$1"
}
two_without() { # PID PROGRAM PID…
    count_is 2 "${@:2}" && unlike " $(named "${@:2}" | tr '\n' ' ')" " $1 "
}
ended() { # PID…
    local pid
    for pid; do ! kill -0 "$pid" 2>/dev/null || return 1; done
}
# Whatever happens, nothing that this test started stays.
end() {
    # shellcheck disable=SC2046 # pids
    [ -z "${supervisor:-}" ] || kill $(below "$supervisor") "$supervisor" 2>/dev/null
    "$keep" --stop 2>/dev/null
    clean_up
}
trap end EXIT

# runit.
for program in client-data search-data post-call; do
    mkdir -p "$work/sv/callmem-$program/log"
    here "$installed/usr/share/doc/callmem/examples/runit/run" >"$work/sv/callmem-$program/run"
    here "$installed/usr/share/doc/callmem/examples/runit/log-run" >"$work/sv/callmem-$program/log/run"
    chmod +x "$work/sv/callmem-$program/run" "$work/sv/callmem-$program/log/run"
done
runsvdir -P "$work/sv" >"$work/runsvdir" 2>&1 &
supervisor=$!
check 'runit starts all three' eventually all_healthy
check 'as many processes as set' count_is 2 client-data "$supervisor"
check 'the socket is for owner and group' is "$(stat -c %a "$run/client-data.sock")" 660
check 'what dies comes back' comes_back client-data "$supervisor"
# Those that it was about to start when it died must not stay, either: they would hold the socket.
mapfile -t first < <(named client-data "$supervisor"; named multiwatch "$supervisor")
kill -KILL "${first[@]:0:2}"
sleep 0.05
kill -KILL "${first[@]:2}"
check 'so does multiwatch' eventually count_is 3 multiwatch "$supervisor"
check 'and serves' eventually all_healthy
check 'what is no program is not served in silence' like "$(spawn/serve foo 2>&1)" '^usage: serve client-data'
logged() { grep -q '"message":"serving"' "$logs"/*/current; }
check 'the log is written' eventually logged
for program in "${handlers[@]}"; do eventually count_is 2 "$program" "$supervisor"; done
mapfile -t all < <(for program in "${handlers[@]}"; do named "$program" "$supervisor"; done)
check 'six processes run' is "${#all[@]}" 6
sv -w 20 force-stop "$work"/sv/callmem-* >/dev/null
check 'runit stops them' eventually ended "${all[@]}"
kill -HUP "$supervisor"
wait "$supervisor" 2>/dev/null

# supervisord.
{
    printf '[unix_http_server]\nfile=%s\n[rpcinterface:supervisor]\n' "$work/supervisor.sock"
    echo 'supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface'
    printf '[supervisorctl]\nserverurl=unix://%s\n' "$work/supervisor.sock"
    printf '[supervisord]\nlogfile=%s/supervisord.log\npidfile=%s/supervisord.pid\n' "$logs" "$work"
    [ "$(id -u)" != 0 ] || echo 'user=root'
    here "$installed/usr/share/doc/callmem/examples/supervisor/callmem.conf"
} >"$work/supervisord.conf"
supervisord -n -c "$work/supervisord.conf" >"$work/supervisord" 2>&1 &
supervisor=$!
check 'supervisord starts all three' eventually all_healthy
check 'its sockets are for owner and group' is "$(stat -c %a "$run/post-call.sock")" 660
check 'what dies comes back, too' comes_back post-call "$supervisor"
mapfile -t all < <(below "$supervisor")
supervisorctl -c "$work/supervisord.conf" stop "${handlers[@]}" >"$work/said"
check 'supervisord stops them' eventually ended "${all[@]}"
kill "$supervisor"
wait "$supervisor" 2>/dev/null
supervisor=

# A user's crontab, which calls this each minute.
tops() { multiwatch_pids "$state"; }
"$keep" "$run" 0666 >"$work/said" 2>&1 &
check 'keep says nothing' is "$("$keep" "$run" 0666 2>&1)" ''
wait "$!"
check 'nor does another one at the same moment' is "$(cat "$work/said")" ''
check 'and starts all three' eventually all_healthy
check 'once each' is "$(tops | grep -c .)" 3
before=$(tops)
check 'the next minute' "$keep" "$run" 0666
sleep 0.3
check 'nothing changes' is "$(tops)" "$before"
check 'the sockets are for the web server of somebody else' is "$(stat -c %a "$run/client-data.sock")" 666
one=$(pids_of "$state" multiwatch search-data)
check 'what dies comes back here as well' comes_back search-data "$one"
mapfile -t left < <(named search-data "$one")
kill -KILL "$one"
check 'nobody goes on without multiwatch' eventually ended "${left[@]}"
again() { "$keep" "$run" 0666 && healthy search-data; }
check 'and the next minute it is back' eventually again
mapfile -t top < <(tops)
check 'with two processes' eventually count_is 2 search-data "${top[@]}"
mapfile -t all < <(for program in "${handlers[@]}"; do named "$program" "${top[@]}"; done)
check 'six run here' is "${#all[@]}" 6
"$keep" --stop
check 'it stops them' ended "${all[@]}"
check 'with wrong settings nothing starts' not env CALLMEM_WORKERS=none "$keep" "$run"
finish
