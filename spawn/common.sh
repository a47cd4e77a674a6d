# shellcheck shell=bash
# Shared by the scripts in spawn/, tests/run and .ci/run, which are bash. In a checkout they work in its root, so relative
# paths in settings start there. Some scripts are also installed, in libexec/callmem: those stay in the folder in which they
# were started, and use the installed programs and settings.

self=$(realpath -- "$0")
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
root=${here%/*}
installed=''
if [ "${here##*/}" != spawn ]; then
    installed=yes
    root=${root%/*}
    : "${CALLMEM_ENV_FILE:=/etc/callmem/callmem.env}"
    export CALLMEM_ENV_FILE
else
    cd "$root" || exit 1
fi
# An ordinary user's PATH often lacks the folder of nginx and runuser.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
umask 077

# The FastCGI programs, each behind its socket. The operator's page is among them only where it has a secret.
webhooks=(client-data search-data post-call)
handlers=("${webhooks[@]}")
# The same two variables choose the build in the Makefile.
build=${BUILD:-build}
[ -z "${SANITIZE:-}" ] || build="build-asan"
case $build in
/*) ;;
*) build=$root/$build ;;
esac
callmem=$build/callmem
[ -z "$installed" ] || { build=$root/bin && callmem=$root/sbin/callmem; }

say() {
    printf '%s\n' "$*"
}

complain() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail() {
    complain "$*"
    exit 1
}

# The name by which users call this script: "./spawn/register" or "callmem-register".
command_name() {
    if [ -n "$installed" ]; then say "${0##*/}"; else say "./spawn/${self##*/}"; fi
}

# Prints the usage: the indented lines of the script's first comment.
usage() { # [STATUS]
    if [ "${1:-2}" = 0 ]; then exec 3>&1; else exec 3>&2; fi
    sed -n 's/^#     //p' "$self" | sed "s#\\./spawn/${self##*/}#$(command_name)#" >&3
    exit "${1:-2}"
}

# --- packages --------------------------------------------------------------------------------------------------

# Prints the packages of these kinds in spawn/packages that are not installed.
packages_missing() { # KIND…
    local required
    mapfile -t required < <(
        awk -v kinds=" $* " '!/^#/ && NF && index(kinds, " " $2 " ") { print $1 }' spawn/packages | sort -u
    )
    comm -13 <(
        # Node.js from its makers comes with npm, which Debian has as a package of its own.
        dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' |
            awk '$1 == "installed" { gsub(/\([^)]*\)|,/, " "); for (i = 2; i <= NF; i++) print $i }' | sort -u
    ) <(printf '%s\n' "${required[@]}")
}

# Installs packages, as root or by the command given. Debian starts nginx on port 80 when it is installed unless a policy
# forbids it, so there is one during the installation if the machine has none.
packages_install() { # 'sudo'|'sudo -n'|'' PACKAGE…
    # shellcheck disable=SC2086 # a command and its option
    $1 sh -s -- "${@:2}" <<'INSTALL'
        set -eu
        policy=/usr/sbin/policy-rc.d
        if [ ! -e $policy ] && [ ! -L $policy ]; then
            trap 'rm -f $policy' EXIT
            trap 'exit 130' HUP INT TERM
            printf '#!/bin/sh\nexit 101\n' >$policy
            chmod 755 $policy
        fi
        umask 022
        export DEBIAN_FRONTEND=noninteractive
        apt-get -o DPkg::Lock::Timeout=300 update </dev/null
        apt-get -o DPkg::Lock::Timeout=300 install --no-install-recommends -y "$@" </dev/null
INSTALL
}

# Installs missing packages of these kinds, or says what to do and exits.
packages_need() { # KIND…
    local missing as='' log status=0
    # An installed callmem came with its packages.
    [ -z "$installed" ] || return 0
    mapfile -t missing < <(packages_missing "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    command -v apt-get >/dev/null ||
        fail "no apt-get: this is not a Debian system. Install these, by their Debian names: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as='sudo -n'
        elif command -v sudo >/dev/null && [ -t 0 ] && [ -t 2 ]; then
            as=sudo
        else
            complain 'Debian packages are missing, and only root can install them. Run as root:'
            say "apt-get install --no-install-recommends -y ${missing[*]}"
            exit 1
        fi
    fi
    say "Installing Debian packages: ${missing[*]}"
    log=$(mktemp)
    packages_install "$as" "${missing[@]}" >"$log" 2>&1 || status=$?
    if [ "$status" != 0 ]; then
        tail -n 15 "$log" >&2
        fail "apt-get failed with $status; its whole output is in $log"
    fi
    rm -f "$log"
}

# --- user, programs, settings ----------------------------------------------------------------------------------

# When root runs this in another user's checkout, continues as that user, so that no file in it belongs to root.
become_owner() { # the script's own arguments
    local owner name home
    [ -z "$installed" ] || return 0
    owner=$(stat -c %u .)
    if [ "$(id -u)" = 0 ] && [ "$owner" != 0 ]; then
        name=$(getent passwd "$owner" | cut -d : -f 1)
        home=$(getent passwd "$owner" | cut -d : -f 6)
        exec setpriv --reuid "$owner" --regid "$(stat -c %g .)" --clear-groups \
            env HOME="${home:-/}" USER="${name:-$owner}" LOGNAME="${name:-$owner}" "$self" "$@"
    fi
}

# Runs make, one at a time in this checkout. Prints nothing unless it fails.
build_programs() { # make's arguments
    local log
    mkdir -p "$build"
    log=$build/make.log
    exec 8<Makefile
    flock 8
    if ! make -j"$(nproc)" BUILD="${build#"$root/"}" "$@" >"$log" 2>&1 8<&-; then
        tail -n 30 "$log" >&2
        fail "the build failed; its whole output is in $log"
    fi
    exec 8<&-
}

# Exits unless the programs are built.
programs_needed() {
    [ -x "$callmem" ] || fail 'the programs are not built yet: run ./spawn/up first'
}

# Exits unless these commands are installed: the Debian package may be installed without the packages it recommends.
commands_needed() { # COMMAND…
    local command
    for command; do
        command -v "$command" >/dev/null || fail "$command is missing; on Debian: apt-get install $command"
    done
}

# Reads all settings (environment, settings file, defaults) from a program; exits as it does (78) if one is wrong.
read_settings() {
    in_effect=$("$callmem" check)
    take_operator
}

# Adds the operator's page to the programs where it has a secret.
take_operator() {
    handlers=("${webhooks[@]}")
    [ -z "$("$callmem" setting CALLMEM_OPERATOR_SECRET --reveal 2>/dev/null </dev/null)" ] || handlers+=(operator)
}

# The value of a setting, after read_settings.
setting() { # NAME
    local line
    while IFS= read -r line; do
        if [[ $line == "$1="* ]]; then
            say "${line#*=}"
            return
        fi
    done <<<"${in_effect:-}"
    return 1
}

env_file() {
    printf '%s\n' "${CALLMEM_ENV_FILE:-.env}"
}

# The state folder as an absolute path. When the settings are wrong, only this one is looked for, because a running
# instance must still be found.
state_folder() {
    local folder
    if ! folder=$(setting CALLMEM_STATE_DIR); then
        folder=${CALLMEM_STATE_DIR:-}
        if [ -z "$folder" ] && [ -r "$(env_file)" ]; then
            folder=$(sed -n 's/^[[:blank:]]*CALLMEM_STATE_DIR[[:blank:]]*=[[:blank:]]*"\{0,1\}\([^"]*\)"\{0,1\}$/\1/p' \
                "$(env_file)" | tail -n 1)
        fi
    fi
    realpath -m -- "${folder:-var}"
}

# The variables that a line pasted into another shell needs to find the same settings.
paste_environment() {
    [ -z "${CALLMEM_ENV_FILE:-}" ] || printf 'CALLMEM_ENV_FILE=%q ' "$CALLMEM_ENV_FILE"
    [ "$build" = "$root/build" ] || printf 'BUILD=%q ' "$build"
}

# The URL at which this machine reaches nginx.
base_url() { # LISTEN
    case $1 in
    0.0.0.0:*) say "http://127.0.0.1:${1##*:}" ;;
    '[::]:'*) say "http://[::1]:${1##*:}" ;;
    *) say "http://$1" ;;
    esac
}

# The secret of an endpoint; the first where there are several.
secret_of() { # ENDPOINT
    local name=${1//-/_} secret
    name=ELEVENLABS_${name^^}_SECRET
    programs_needed
    secret=$("$callmem" setting "$name" --reveal)
    secret=${secret%%,*}
    secret=${secret#"${secret%%[![:blank:]]*}"}
    secret=${secret%"${secret##*[![:blank:]]}"}
    [ -n "$secret" ] || fail "$name is empty"
    printf %s "$secret"
}

# SHA-256 of standard input, in hexadecimal.
sha256() {
    openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# --- what runs -------------------------------------------------------------------------------------------------
# Every process of a program, and of the nginx that spawn/up starts, has the lock file of that program in the state folder
# open as file descriptor 8. So no program is started twice, and what runs is found even when a pid file is stale, a
# supervisor was killed, or the state folder has been removed.

# Takes a lock for this process and for those that it becomes and starts; 1 if others have it.
hold() { # FILE
    exec 8>>"$1"
    flock -n 8
}

# The processes of an instance, a line each: multiwatch, handler, master (of nginx) or another name; the program; the pid.
parts() { # STATE
    local process lock name
    { find /proc/[0-9]*/fd/8 -maxdepth 0 -printf '%H %l\n' 2>/dev/null || true; } |
        while read -r process lock; do
            process=${process%/fd/8} lock=${lock%' (deleted)'}
            [ "${lock%/*}" = "$1" ] || continue
            lock=${lock##*/}
            read -r -d '' name 2>/dev/null <"$process/cmdline" || continue
            case $name in
            'nginx: master'*) name=master ;;
            */"${lock%.lock}") name=handler ;;
            esac
            say "${name##*/} ${lock%.lock} ${process#/proc/}"
        done
}

# The multiwatch of one program, or that program's handlers.
pids_of() { # STATE multiwatch|handler PROGRAM
    parts "$1" | sed -n "s/^$2 $3 //p"
}

# All processes of the programs, including those that are still starting.
handler_pids() { # STATE
    parts "$1" | sed -n '/ nginx [0-9]*$/!s/.* //p'
}

multiwatch_pids() { # STATE
    parts "$1" | sed -n 's/^multiwatch .* //p'
}

nginx_pids() { # STATE
    parts "$1" | sed -n 's/.* nginx //p'
}

nginx_master() { # STATE
    pids_of "$1" master nginx
}

# The name of a process, nothing when it is gone.
process_name() { # PID
    { read -r name <"/proc/$1/comm" && say "$name"; } 2>/dev/null || true
}

# Whether nothing that belongs to a running instance is missing.
is_running() { # STATE
    local program found
    found=$(parts "$1")
    [[ $found == *'master nginx '* ]] || return 1
    for program in "${handlers[@]}"; do
        [[ $found == *"multiwatch $program "* ]] && [ -S "$1/$program.sock" ] || return 1
    done
}

# Waits until a command prints nothing; 1 when it still does after that many seconds.
wait_gone() { # SECONDS COMMAND…
    local until=$((SECONDS + $1))
    shift
    while [ -n "$("$@")" ]; do
        [ "$SECONDS" -le "$until" ] || return 1
        sleep 0.05
    done
}

signal_all() { # SIGNAL PID…
    local signal=$1 pid
    shift
    for pid; do
        kill "-$signal" "$pid" 2>/dev/null || true
    done
}

# Sends a signal to some processes each second until all are gone, and after thirty seconds kills those that are left.
# Once is not enough: a multiwatch that gets it while it starts a process goes on.
stop() { # STATE SIGNAL LIST-SOME LIST-ALL (functions)
    local state=$1 signal=$2 some=$3 all=$4 tries pids
    for ((tries = 0; tries < 30; tries++)); do
        mapfile -t pids < <("$some" "$state")
        signal_all "$signal" "${pids[@]}"
        ! wait_gone 1 "$all" "$state" || return 0
    done
    mapfile -t pids < <("$all" "$state")
    complain "killed what did not stop within 30 seconds: pid ${pids[*]}"
    signal_all KILL "${pids[@]}"
    wait_gone 5 "$all" "$state"
}

# Stops the programs when they have answered the requests in flight. Each multiwatch passes the signal on; a program
# that loses its multiwatch ends by itself (spawn/serve).
stop_programs() { # STATE
    stop "$1" TERM multiwatch_pids handler_pids
}

# Stops what spawn/up started, whole or in part.
stop_instance() { # STATE
    stop "$1" QUIT nginx_pids nginx_pids
    stop_programs "$1"
    rm -f "$1"/{client-data,search-data,post-call,operator}.sock "$1/nginx.pid"
}
