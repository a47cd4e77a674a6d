# shellcheck shell=bash disable=SC2154
# A machine of its own for a test: this machine's files with a layer over them that goes away afterwards, its own
# users, processes and network, and systemd as its first process. What is installed in there is installed only there.
# Sourced after lib.sh:
#
#     new_machine                       # its files; "$machine" is its root folder as seen from here
#     boot                              # until systemd says that everything is up
#     inside systemctl start nginx      # a command in there, as root
#     beside curl http://127.0.0.1/     # a command from here, in its network
#     reboot
#
# It takes root, systemd-nspawn, and a kernel with overlayfs and namespaces.

[ "$(id -u)" = 0 ] || {
    say "# A machine of its own takes root: sudo bash $self"
    exit 1
}
# What this test mounts is seen by nobody else, and is gone when it ends.
[ -n "${MACHINE_MOUNTS:-}" ] || { rm -r "$work" && MACHINE_MOUNTS=own exec unshare --mount bash "$self" "$@"; }
trap 'stop_machine; clean_up' EXIT

layer=$work/machine
machine=$layer/root
group='' # the control group of all its processes
nspawn='' first=''

new_machine() {
    mkdir "$layer"
    mount -t tmpfs -o mode=755 callmem-test "$layer" || machine_failed 'there is no room for a machine'
    mkdir -m 755 "$layer"/{root,upper,work}
    mount -t overlay -o "lowerdir=/,upperdir=$layer/upper,workdir=$layer/work" callmem-test "$machine" ||
        machine_failed 'there is no layer to be had'
    # What systemd-nspawn leaves for others to find is not for others.
    mkdir -p /run/systemd/nspawn && mount -t tmpfs callmem-test /run/systemd/nspawn
    group=$(findmnt -n -t cgroup2 -o TARGET | head -n 1)/callmem-test-$$
    mkdir "$group" || machine_failed 'there is no control group to be had'
    # No services but Debian's basic ones, those that the test starts, and those that packages bring.
    rm -f "$machine"/etc/systemd/system/*.wants/* "$machine/usr/sbin/policy-rc.d"
    : >"$machine/etc/fstab"
    # Nobody looks for a manual page in there, and finding them all takes seconds.
    rm -f "$machine/var/lib/man-db/auto-update"
}

boot() {
    # The shell that becomes systemd-nspawn is in the control group, and with it all that comes of it.
    # shellcheck disable=SC2016 # the inner shell expands it
    SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 bash -c 'echo $$ >"$1/cgroup.procs" && exec "${@:2}"' boot "$group" \
        systemd-nspawn --boot --quiet --register=no --keep-unit --private-network --link-journal=no \
        --resolv-conf=off --timezone=off --console=pipe --machine="callmem-test-$$" --directory="$machine" \
        >"$layer/said" 2>&1 </dev/null &
    nspawn=$!
    disown "$nspawn"
    eventually has_decided
    first=$(children_of "$nspawn")
    [ -n "$first" ] || machine_failed 'the machine does not start'
    eventually is_up || machine_failed 'the machine does not come up'
}

children_of() { # PID
    tr -d ' ' <"/proc/$1/task/$1/children" 2>/dev/null
}
# Whether there is a first process, or systemd-nspawn has given up.
has_decided() {
    is "$(process_name "$(children_of "$nspawn")")" systemd || not kill -0 "$nspawn"
}
# Services of this machine's packages that fail in there are no matter of the test's.
is_up() {
    like "$(inside systemctl is-system-running)" '^(running|degraded)$'
}

machine_failed() { # MESSAGE
    {
        say "$1"
        [ ! -e "$layer/said" ] || cat "$layer/said"
        [ -z "$first" ] || inside systemctl list-jobs --no-pager; inside systemctl --failed --no-pager
    } 2>&1 | sed 's/^/# /'
    exit 1
}

# A command in there, as root, from its root folder.
inside() { # COMMAND…
    nsenter --target "$first" --all --root --wd -- env -i PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin \
        HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}

# The same as one of its users.
inside_as() { # USER COMMAND…
    inside setpriv --reuid "$1" --regid "$(inside id -g "$1")" --init-groups "${@:2}"
}

# A command from here, with the files that are here, in the network that is there.
beside() { # COMMAND…
    nsenter --target "$first" --net -- "$@"
}

no_group() { # FOLDER
    [ ! -d "$1" ] || find "$1" -depth -type d -exec rmdir {} +
}

reboot() {
    inside systemctl reboot
    eventually not kill -0 "$nspawn" || machine_failed 'the machine does not go down'
    boot
}

stop_machine() {
    local hierarchy
    [ ! -d "$group" ] || echo 1 >"$group/cgroup.kill"
    # systemd-nspawn makes the same in the older hierarchies, where a machine has both.
    for hierarchy in $(findmnt -n -t cgroup,cgroup2 -o TARGET); do
        eventually no_group "$hierarchy/${group##*/}"
    done
    # Before the test's folder is removed.
    umount "$machine" "$layer" 2>/dev/null || umount -l "$machine" "$layer" 2>/dev/null || true
}
