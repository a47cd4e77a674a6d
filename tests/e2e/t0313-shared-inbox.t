#!/bin/bash
# Two front ends with one inbox in PostgreSQL. The same events delivered to both at once are accepted once and processed
# once, whatever is killed. A caller who is forgotten at one stays forgotten at both. While the database is away, events
# are kept on the machine that got them, or refused, as the settings say.
#
#     bash tests/e2e/t0313-shared-inbox.t 10000 8       # so many events over so many connections to each front end
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/fronts.sh"

events=${1:-100} connections=${2:-3}
callers=$((events / 20 + 1))
start_postgres server
mapfile -t shared < <(database_memory shared server)
new_instance a "${shared[@]}"
new_instance b "${shared[@]}" CALLMEM_INBOX_FALLBACK=refuse
for front in a b; do use "$front" && up; done

delivered() { # FRONT FILE WORD
    use "$1" && post_call "$2" && is "$status $(value .status)" "200 $3"
}
rows() { # TABLE [CONDITION]
    sql "SELECT count(*) FROM $1 ${2:+WHERE $2}"
}
has_rows() { # COUNT TABLE [CONDITION]
    is "$(rows "${@:2}")" "$1"
}

# --- one inbox -------------------------------------------------------------------------------------------------

event=$data/transcription-sip-outbound.json
check 'an event is accepted at one front end' delivered a "$event" accepted
check 'and is a duplicate at the other' delivered b "$event" duplicate
check 'it is processed' eventually inbox_is_empty
caller=$(sql 'SELECT caller FROM callers')
check 'once' has_rows 1 conversations
check 'and still a duplicate' delivered b "$event" duplicate
check 'both count it' is "$(use a && program callmem status | sed -n 's/ done.*//p')" "$(use b && program callmem status | sed -n 's/ done.*//p')"

# --- forgotten -------------------------------------------------------------------------------------------------

other=$(variant "$event" '.data.transcript += [{"role":"user","message":"And one thing more.","time_in_call_secs":900}]')
use a
check 'a caller is forgotten at one front end' like "$(program callmem forget "$caller")" '^Forgot'
check 'the call does not come back at the other' delivered b "$event" duplicate
check 'nor does another version of it' delivered b "$other" duplicate

# --- failed ----------------------------------------------------------------------------------------------------

printf '{}' >"$work/instance-a/state/inbox/new/$(printf '%032d' 0).json"
check 'what cannot be processed fails' eventually has_rows 1 inbox 'reason IS NOT NULL'
use b
check 'the other machine shows it' like "$(program callmem status)" 'invalid_request'
check 'and has it tried again' like "$(program callmem retry)" ': 1'
check 'it fails again' eventually has_rows 1 inbox 'reason IS NOT NULL'
sql 'DELETE FROM inbox' >/dev/null

# --- killed at random ------------------------------------------------------------------------------------------

deliver_while_killing post-call
printf '# %s events, %s handlers and %s databases killed; accepted at a %s, at b %s\n' "$events" \
    "$(cat "$work"/killed-[ab] | wc -l)" "$kills" "$(grep -c ' accepted ' "$work/record-a")" "$(grep -c ' accepted ' "$work/record-b")"
for front in a b; do
    use "$front"
    check "front end $front acknowledged each" acknowledged "$front"
    check 'and the inbox empties' inbox_empties
    check 'and nothing failed' field .inbox.failed 0
done
check 'nothing waits in the database' has_rows 0 inbox
remembered >"$work/remembered"
check 'each event is in memory' is "$(cut -f 2 "$work/remembered" | uniq | sort -u | grep -c conv_load)" "$events"
check 'once' is "$(cut -f 2,3,4 "$work/remembered" | sort | uniq -d | head -n 20)" ''
check 'with all of its memories' is "$(grep conv_load "$work/remembered" | cut -f 2 | uniq -c | awk '{ print $1 }' | sort -u | wc -l)" 1

# --- another machine takes over --------------------------------------------------------------------------------

use b && down
use a && down
program callmem check >/dev/null 2>&1 # nothing of it runs
name=$(printf '%032d' 7)
sql "INSERT INTO ledger VALUES(decode('$name', 'hex'), 0); INSERT INTO inbox(key, accepted_at, tries, body) VALUES(
    decode('$name', 'hex'), now(), 5, 'x')" >/dev/null
use b && up
check 'an event that ended its program five times fails' eventually has_rows 1 inbox "reason LIKE '%\"crashed\"%'"
sql 'DELETE FROM inbox' >/dev/null
use a && up

# --- the database is away --------------------------------------------------------------------------------------

mine=$(variant "$event" '.data.conversation_id = "conv_spooled"')
tests/postgres kill "${postgres[server]}"
use a
post_call "$mine"
check 'an event is kept by the machine that got it' is "$status $(value .status)" '200 accepted'
post_call "$event"
check 'and so is one of a caller who was forgotten' is "$status" 200
is_spooled() { is "$(find "$state/inbox/new" -name '*.json' | wc -l)" "$1"; }
check 'both lie in its folder' is_spooled 2
use b
post_call "$mine"
check 'or it is refused, by setting' refused 503 inbox_unavailable
check 'with a word on when to come again' like "$(header Retry-After)" '^[0-9]+$'
tests/postgres restart "${postgres[server]}"
use a
check 'when the database is back the folder empties' eventually is_spooled 0
check 'the event is processed' eventually inbox_is_empty
check 'and in memory, alone: who was forgotten stays so' is "$(sql "SELECT string_agg(conversation, ' ') FROM conversations
    WHERE conversation NOT LIKE 'conv_load%'")" conv_spooled
check 'the other machine knows it' delivered b "$mine" duplicate

# --- a machine that had an inbox of its own --------------------------------------------------------------------

new_instance old CALLMEM_WORKERS=1
cp "$work/instance-old/settings" "$work/settings-local"
up
check 'a machine by itself accepts a call' remember "$(variant "$event" '.data.conversation_id = "conv_local"')"
down
printf '%s\n' "${shared[@]}" >>"$work/instance-old/settings"
use old && up
marked() { [ -e "$state/inbox/ledger.shared" ]; }
check 'with the setting its names are copied' eventually marked
check 'and another machine knows the call' delivered b "$(variant "$event" '.data.conversation_id = "conv_local"')" duplicate
check 'no log has the address of the database with its user' not grep -rqF 'callmem@127' "$work/instance-a/state/logs"
finish
