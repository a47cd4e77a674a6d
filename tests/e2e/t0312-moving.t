#!/bin/bash
# Moving from the local memory to PostgreSQL while calls come in, and back. Killed in the middle it is run again; afterwards
# counts, answers to ringing phones and searches, and exports are those from before, and who was erased does not come back,
# neither with a delivery nor with another run.
. "$(dirname "$0")/lib.sh"

events=${1:-240} callers=30
start_postgres server -c fsync=off
mapfile -t shared < <(database_memory shared server)
new_instance old OPENMEMORY_MODE=local
new_instance new "${shared[@]}"
new_instance back OPENMEMORY_MODE=local

use old
up
SECRET_POST_CALL=${secrets[post-call]} perl tests/e2e/load.pl deliver "${url##*:}" 0 "$events" "$callers" 2 "$work/record" >/dev/null
check 'calls come in' inbox_empties
mobile=+15550100301 house=+15550100302 erased=+15550100303 later=+15550100304
call() { # NUMBER CONVERSATION SENTENCE
    variant "$data/example-post-call.json" ".data.conversation_id = \"$2\" |
        .data.metadata.phone_call.external_number = \"$1\" |
        .data.transcript = [{role: \"user\", message: \"Hello, this is Maria Lopez. $3\", time_in_call_secs: 1},
            {role: \"agent\", message: \"Thank you.\", time_in_call_secs: 5}] | .data.analysis = {}"
}
check 'some of one person' remember "$(call "$mobile" conv_mobile 'I prefer oolong tea.')"
check 'on two lines' remember "$(call "$house" conv_house 'I prefer window seats.')"
call "$erased" conv_erased 'I prefer jasmine tea.' >"$work/path-erased"
check 'some of others' remember "$(cat "$work/path-erased")"
check 'and again' remember "$(call "$later" conv_later 'I prefer green tea.')"
check 'the lines are linked' like "$(program callmem link "$mobile" "$house")" 'one person'
check 'and an operator notes something' program callmem note "$mobile" 'Has a key to the back door' --by anna
check 'also of who is erased' program callmem note "$erased" 'Pays in cash' --by anna

# What callers are told, and what is kept of them.
told() { # CALLER…
    local caller
    for caller; do
        client_data "$caller" && jq -cS .dynamic_variables "$answer"
        search "$caller" 'what about the tea, the seats or the parcel' && jq -cS 'del(.memories[].id)' "$answer"
        program callmem export "$caller" | jq -cS 'del(.exported_at, .conversations[].memories[].id, .linked[]?.conversations[].memories[].id)'
    done
}
asked=("$mobile" "$house" "$later" +15550300000 +15550300001 +15550300007)
to_postgres() {
    within "${shared[@]}" "$build/callmem" migrate --to postgres "$@"
}
is_there() {
    psql -qXAt "${shared[0]#*=}" -c "$1" 2>/dev/null
}

# --- killed in the middle, with calls and erasures meanwhile -----------------------------------------------------

check 'without the address of a database it says which setting is missing' like \
    "$(program callmem migrate --to postgres 2>&1)" CALLMEM_DATABASE_URL
# Somebody holds one of the callers, so that it cannot reach the end.
mkfifo "$work/held"
psql -qX "${shared[0]#*=}" <"$work/held" >/dev/null &
exec {held}>"$work/held"
locks=$(sed -n 's/^#define POSTGRES_LOCKS *"\([0-9]*\)".*/\1/p' lib/postgres/*.[ch])
printf "BEGIN; SELECT pg_advisory_xact_lock(%s, hashtext('+15550300020'));\n" "$locks" >&"$held"
is_held() {
    [ "$(is_there "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")" = 1 ]
}
check 'a caller is held' eventually is_held
env "${settings[@]}" "${shared[@]}" "$build/callmem" migrate --to postgres >"$work/first" 2>&1 {held}>&- &
moving=$!
some_are_there() {
    [ "$(is_there 'SELECT count(*) FROM conversations' || echo 0)" -ge 10 ]
}
check 'conversations arrive' eventually some_are_there
kill -KILL "$moving" 2>/dev/null
wait "$moving" 2>/dev/null
exec {held}>&-
moved=$(is_there 'SELECT count(*) FROM conversations') all=$(remembered | cut -f 1,2 | sort -u | wc -l)
printf '# killed with %s of %s conversations\n' "$moved" "$all"
check 'it was killed in the middle' test "$moved" -lt "$all"
check 'no caller is there in part' is "$(is_there 'SELECT count(*) FROM callers k WHERE NOT EXISTS (SELECT 1 FROM profiles WHERE caller_id = k.id)')" 0
said=$(to_postgres)
check 'run again it goes through' like "$said" 'In postgres memory there are now'
check 'a call comes in meanwhile' remember "$(call "$later" conv_meanwhile 'I prefer black coffee.')"
check 'and a caller who was moved is erased' like "$(program callmem forget "$erased")" '^Forgot'
before=$(told "${asked[@]}")
to_postgres --json >"$answer"
check 'a third run brings the one and erases the other' is \
    "$(value '"\(.moved_conversations) \(.erased_conversations) \(.erasures)"')" '1 2 2'
to_postgres --json >"$answer"
check 'a fourth has nothing to do' is "$(value '"\(.moved_conversations) \(.erased_conversations) \(.erasures)"')" '0 0 0'
check 'and counts the same at both ends' is "$(value '"\(.callers) \(.memories)"')" "$(value '"\(.callers_there) \(.memories_there)"')"
remembered >"$work/remembered-old"

# --- switched ----------------------------------------------------------------------------------------------------

use new
up
remembered >"$work/remembered-new"
check 'every memory is there' cmp "$work/remembered-old" "$work/remembered-new"
check 'callers are told the same, and searches find the same' is "$(told "${asked[@]}")" "$before"
check 'who was erased is unknown' has_calls "$erased" 0
post_call "$(cat "$work/path-erased")"
check 'the erased call comes again at this front end' is "$status" 200
check 'and is processed' eventually inbox_is_empty
check 'without the caller coming back' has_calls "$erased" 0
check 'a new call is known' remember "$(call "$house" conv_new 'I prefer aisle seats.')"
check 'another caller is erased here' like "$(program callmem forget "$later")" '^Forgot'
check 'and the lines are not linked any more' program callmem unlink "$mobile" "$house"
use old
check 'the memory from before still has that caller' has_calls "$later" 2
check 'and is brought once more' to_postgres
down
use new
check 'where the caller stays unknown' has_calls "$later" 0
check 'and the new call known' has_calls "$house" 2

# --- and back ----------------------------------------------------------------------------------------------------

asked=("$mobile" "$house" +15550300000 +15550300001 +15550300007)
before=$(told "${asked[@]}")
remembered >"$work/remembered-new"
down
use back
up
check 'back to a file' like "$(within "${shared[@]}" "$build/callmem" migrate --to local)" 'In local memory there are now'
remembered >"$work/remembered-back"
check 'with every memory' cmp "$work/remembered-new" "$work/remembered-back"
check 'callers are told the same there' is "$(told "${asked[@]}")" "$before"
for path in "$(cat "$work/path-erased")" "$(call "$later" conv_later 'I prefer green tea.')"; do
    post_call "$path"
    check 'an erased call comes again' is "$status" 200
done
check 'they are processed' eventually inbox_is_empty
check 'and nobody comes back' has_calls "$erased" 0
check 'of whom either memory erased' has_calls "$later" 0
finish
