#!/bin/bash
# Two instances on one machine do not see each other.
. "$(dirname "$0")/lib.sh"

new_instance one
up
check 'the first starts' is "$up_status" 0
remember "$data/example-post-call.json"
first_url=$url

new_instance two
up
check 'the second starts beside it' is "$up_status" 0
check 'on another address' not test "$first_url" = "$url"
check 'the second does not know the caller of the first' has_calls +15550100200 0
down

# Where somebody listens already.
new_instance three
printf '%s' "${first_url##*:}" >"$work/instance-three/port"
use three
within ./spawn/up >"$work/said" 2>&1
check 'a taken port stops the start' is "$?" 1
check 'the message names the port' like "$(cat "$work/said")" "port ${first_url##*:}"
check 'and the setting' like "$(cat "$work/said")" CALLMEM_LISTEN
check 'nothing is left half started' is "$(handler_pids "$state")$(nginx_pids "$state")" ''

use one
check 'the first is not touched by any of it' has_calls +15550100200 1
use two
check 'the second is down' is "$(handler_pids "$state")$(nginx_pids "$state")" ''

# Two that start the same instance at the same moment.
within ./spawn/up >"$work/left" 2>&1 &
within ./spawn/up >"$work/right" 2>&1
right=$?
wait $!
check 'both of two simultaneous starts succeed' is "$? $right" '0 0'
check 'one of them found it running' is "$(cat "$work/left" "$work/right" | grep -c 'Already running')" 1
check 'there is one nginx' is "$(nginx_master "$state" | grep -c .)" 1
check 'and one multiwatch for each program' is "$(pgrep -x multiwatch | sort | comm -12 - <(handler_pids "$state" | sort) | grep -c .)" 4

# A path too long for a socket, with characters that mean something to a shell and to nginx; and IPv6.
new_instance long
state="$work/$(printf 'x%.0s' {1..120})/a b\$c;d'e\"f{g}#h"
port=$(cat "$work/instance-long/port")
settings=("CALLMEM_STATE_DIR=$state" "CALLMEM_ENV_FILE=$env_path" "CALLMEM_LISTEN=[::1]:$port")
url="http://[::1]:$port"
within ./spawn/up >"$work/said" 2>&1
check 'a long and odd state folder and IPv6 work' is "$?" 0
learn_secrets
remember "$data/example-post-call.json"
check 'a call is remembered there' has_calls +15550100200 1
within ./spawn/down >/dev/null
check 'and it stops' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
finish
