#!/bin/bash
# Starts that fail, and what up says then: enough to know what to do.
# Not with sanitizers: what is tested is scripts; the programs start in all other tests.
. "$(dirname "$0")/lib.sh"

new_instance main
fails_to_start() { # [WAY TO CALL IT]…
    ! within "$@" ./spawn/up >"$work/said" 2>&1
}
says() { # REGEX
    like "$(cat "$work/said")" "$1"
}

# Commands that are installed, but not where PATH leads; what up adds to it lacks them, too.
mkdir "$work/commands"
ln -s /usr/bin/* "$work/commands"
rm -f "$work/commands/multiwatch"
check 'without multiwatch it does not start' fails_to_start env "PATH=$work/commands"
check 'and says so' says 'multiwatch is installed, but not in any folder of PATH'
check 'without a place for the settings it does not start' fails_to_start env "CALLMEM_ENV_FILE=$work/none/env"
check 'and says which setting it is' says "settings file $work/none/env: see CALLMEM_ENV_FILE"

# A memory that is damaged.
up
check 'it starts' is "$up_status" 0
remember "$data/example-post-call.json"
down
if [ -z "${E2E_MEMORY:-}" ]; then
    head -c 3000 /dev/urandom | dd of="$state/openmemory.sqlite" conv=notrunc 2>/dev/null
    rm -f "$state"/openmemory.sqlite-*
    check 'with a damaged memory it does not start' fails_to_start
    check 'and says so' says 'file is not a database; the file that OPENMEMORY_PATH names is damaged'
    check 'once for each log' is "$(grep -c '^client-data.log:.*is damaged' "$work/said")" 1
    check 'without what was before' unlike "$(cat "$work/said")" '"message":"(serving|stopped)'
    check 'and where to read on' says 'docs/troubleshooting.md'
    check 'nothing is left running' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
    rm -f "$state"/openmemory.sqlite*
fi

# The state folder is removed while it runs.
up
check 'it starts again' is "$up_status" 0
rm -rf "$state"
up
check 'when its state folder was removed, it starts in another' is "$up_status" 0
check 'having stopped what was left' like "$up_said" 'A part of it was still running; starting again'
client_data +15550100999
check 'which answers' is "$status $(value .dynamic_variables.caller_known)" '200 false'

# It runs, on another address than is set now.
check 'what runs is not looked for elsewhere' fails_to_start env CALLMEM_LISTEN=127.0.0.1:1
check 'but said to be where it is' says "runs on ${url#http://}, and CALLMEM_LISTEN is now 127.0.0.1:1: "

# It runs, but the inbox cannot be written.
rm -rf "$state/inbox/tmp"
: >"$state/inbox/tmp"
check 'what runs and is not well is not left unsaid' fails_to_start
check 'with the reason' says "callmem runs, but is not healthy.*inbox/tmp"
check 'and what can be done' says 'restart with ./spawn/down && ./spawn/up'
finish
