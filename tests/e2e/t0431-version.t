#!/bin/bash
# Not with sanitizers: no program of callmem runs here.
#
# The version of a package grows with every commit and every change, so that a package of changed sources replaces the one
# that is installed.
. "$(dirname "$0")/lib.sh"

mkdir -p "$work/checkout/spawn"
cp spawn/version "$work/checkout/spawn/"
cd "$work/checkout" || exit 1
newer() { # VERSION OLDER
    dpkg --compare-versions "$1" gt "$2" || { printf '%s is not newer than %s\n' "$1" "$2" && return 1; }
}
commit() { # FILE
    echo "$RANDOM" >"$1" && git add . &&
        git -c user.name=test -c user.email=test@example.com -c commit.gpgsign=false commit -qm "$1"
}
check 'without git it is what it is given' is "$(spawn/version 0.1.0)" 0.1.0
git init -q . && commit one
one=$(spawn/version 0.1.0)
check 'a commit is newer than the number alone' newer "$one" 0.1.0
check 'and names the commit' like "$one" "^0\\.1\\.0\\+1\\.g$(git rev-parse --short=8 HEAD)$"
echo changed >one
changed=$(spawn/version 0.1.0)
check 'a change is newer than its commit' newer "$changed" "$one"
commit two
two=$(spawn/version 0.1.0)
check 'the next commit is newer than the change' newer "$two" "$changed"
git tag v0.2.0
check 'a tag is the version' is "$(spawn/version 0.1.0)" 0.2.0
check 'and newer than what led to it' newer "$(spawn/version 0.1.0)" "$two"
commit three
check 'what follows a tag is newer' newer "$(spawn/version 0.1.0)" 0.2.0
echo 0.3.0 >VERSION
check 'a tarball has its version in a file' is "$(spawn/version 0.3.0)" 0.3.0
cd "$root" || exit 1
finish
