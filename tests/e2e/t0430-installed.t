#!/bin/bash
# make install: where things are, that they work from there, that systemd and logrotate take what is for them.
. "$(dirname "$0")/lib.sh"

mkdir "$work/log"
start_instance "CALLMEM_LOG_FILE=$work/log/callmem.log" "CALLMEM_PAYLOAD_LOG_CLIENT_DATA=$work/log/payloads.log"
installed=$work/root
build_programs install "DESTDIR=$installed" PREFIX=/usr

for program in "${handlers[@]}" operator; do
    check "$program is a command" like "$("$installed/usr/bin/$program" --version)" 'callmem'
    check "$program has a manual page" test -s "$installed/usr/share/man/man1/$program.1"
done
for command in callmem callmem-site callmem-register; do
    check "so is $command, for root" test -x "$installed/usr/sbin/$command"
    check "with a manual page" test -s "$installed/usr/share/man/man8/$command.8"
done
site() { diff <(site_by "$1") <(site_by "$2") | grep -c '^[<>]'; }
site_by() { BUILD=${build#"$root/"} within env CALLMEM_CORS_ORIGINS=https://app.example "$1" --name a.example.com; }
check 'the site is the same from there, apart from its maker' is \
    "$(site spawn/site "$installed/usr/sbin/callmem-site")" 2
check 'with what the settings say' like "$(site_by "$installed/usr/sbin/callmem-site")" '"https://app.example";'
check 'README and documentation come along' test -s "$installed/usr/share/doc/callmem/http.md"
check 'nobody but root can change anything' is "$(find "$installed" -perm /022 ! -type l)" ''

# The operator's program, which stays who it is where it may read the settings. tests/machine/package.t has root.
operate() { within "$installed/usr/sbin/callmem" "$@" 2>&1; }
remember "$data/example-post-call.json"
check 'callmem works with the settings that are named' like "$(operate show +15550100200)" 'Nora Lindqvist'
# The same with no rights: where it runs as root as nobody, else as the owner of what cannot be read.
elsewhere=$(mktemp -d)
mkdir "$elsewhere/sbin" && cp "$build/callmem" "$elsewhere/sbin" && mkdir "$elsewhere/state"
printf 'CALLMEM_STATE_DIR=%s/state\n' "$elsewhere" >"$elsewhere/env"
chmod -R a+rX "$elsewhere"
stranger() { # ARGUMENT…
    local as=()
    [ "$(id -u)" != 0 ] || as=(setpriv --reuid nobody --regid nogroup --clear-groups)
    env CALLMEM_ENV_FILE="$elsewhere/env" "${as[@]}" "$elsewhere/sbin/callmem" "$@" 2>&1
}
denied='only root and callmem can do this: put sudo before it$'
chmod 000 "$elsewhere/env"
for command in 'show +15550100200' status 'setting CALLMEM_WORKERS' check; do
    # shellcheck disable=SC2086 # several words
    check "${command%% *} is not for those who may not read the settings" like "$(stranger $command)" "^$denied"
done
check 'help is for everybody' like "$(stranger help)" '^usage: callmem COMMAND'
check 'so is the version' like "$(stranger --version)" '^callmem [0-9]'
chmod 644 "$elsewhere/env"
chmod 000 "$elsewhere/state"
for command in 'show +15550100200' status check; do
    # shellcheck disable=SC2086 # several words
    check "${command%% *} is not for those who may not work in the state folder" like "$(stranger $command)" "$denied"
done
chmod 777 "$elsewhere/state"
check 'with both it works' like "$(stranger status)" '^waiting: 0'
rm -rf "$elsewhere"
check 'when none are named it has those of the service' like \
    "$(env CALLMEM_ENV_FILE= "$installed/usr/sbin/callmem" status 2>&1)" '/etc/callmem/callmem\.env|put sudo before it'
check 'completion comes along' test -s "$installed/usr/share/bash-completion/completions/callmem"

# systemd: what is wrong in a unit, and how far it is open. What it starts is not under /usr here.
mkdir "$work/units"
cp -r "$installed"/usr/lib/systemd/system/* "$work/units"
sed -i "s#=/usr/#=$installed/usr/#" "$work/units/callmem@.service"
cp "$work/units/callmem@.service" "$work/units/callmem@post-call.service"
verified() {
    is "$(systemd-analyze verify --man=no --recursive-errors=one "$work"/units/callmem{.target,@post-call.{service,socket}} 2>&1 |
        grep -F callmem)" ''
}
check 'systemd finds nothing wrong with the units' verified
secure() {
    systemd-analyze security --offline=true --no-pager --threshold=20 "$work/units/callmem@post-call.service"
}
check 'they are hardened, below 2.0' secure
mkdir "$work/units/callmem@post-call.service.d"
cp "$installed/usr/share/doc/callmem/examples/systemd/network.conf" "$work/units/callmem@post-call.service.d"
check 'with a network, too' secure

# Logs: rotated twice, the programs write into the new file, nobody dies.
postrotate() { # what the example does, to this test's processes alone
    sed -e "s#/var/log/callmem#$work/log#; s#su callmem callmem#su $(id -un) $(id -gn)#; s#daily#size 1#" \
        -e "s#pgrep -d, -u callmem -x multiwatch#echo $(for p in "${handlers[@]}"; do pids_of "$state" multiwatch "$p"; done | paste -sd,)#" \
        "$installed/usr/share/doc/callmem/examples/logrotate/callmem"
}
postrotate >"$work/logrotate"
chmod 600 "$work/logrotate"
before=$(handler_pids "$state" | sort)
client_data +15550100200
rotate() { logrotate -s "$work/logrotate.state" "$work/logrotate"; }
check 'logrotate takes the example' rotate
check 'it moves both logs away' test -s "$work/log/callmem.log.1" -a -s "$work/log/payloads.log.1"
in_the_new() {
    client_data +15550100200
    grep -q "$(header X-Request-Id)" "$work/log/callmem.log" && grep -q "$(header X-Request-Id)" "$work/log/payloads.log"
}
check 'what comes then is in the new ones' eventually in_the_new
check 'and again' rotate
check 'which compresses the first' test -s "$work/log/callmem.log.2.gz"
check 'the processes are the same' is "$(handler_pids "$state" | sort)" "$before"

build_programs uninstall "DESTDIR=$installed" PREFIX=/usr
check 'make uninstall leaves nothing' is "$(find "$installed" ! -type d)" ''
finish
