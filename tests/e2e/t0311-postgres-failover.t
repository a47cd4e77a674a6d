#!/bin/bash
# The server of the database dies for good while events come in, and its synchronous standby becomes the primary. Both are
# in the URL: nobody changes a setting. Each event that was acknowledged is in memory, once.
# Not with sanitizers: t0310 shows callmem the same, this is about the two servers.
. "$(dirname "$0")/lib.sh"

events=${1:-60} callers=4
start_postgres primary -c "synchronous_standby_names = 'standby'" -c "synchronous_commit = local"
postgres[standby]=$(mktemp -d "${TMPDIR:-/tmp}/callmem-postgres.XXXXXX")
at[standby]=$(tests/postgres standby "${postgres[standby]}" "${postgres[primary]}")
follows() {
    [ "$(psql -qXAt "${at[primary]}" -c 'SELECT sync_state FROM pg_stat_replication')" = sync ]
}
check 'the standby follows' eventually follows
psql -qX "${at[primary]}" -c 'ALTER SYSTEM SET synchronous_commit = on' -c 'SELECT pg_reload_conf()' >/dev/null
hosts=${at[primary]#*@} second=${at[standby]#*@}
start_instance "CALLMEM_DATABASE_URL=postgresql://callmem@${second%/*},${hosts%/*}/postgres" OPENMEMORY_TIMEOUT_MS=500
request GET /health
check 'it runs on the one that can be written' is "$status $(value .memory.ok)" '200 true'
SECRET_POST_CALL=${secrets[post-call]} perl tests/e2e/load.pl deliver "${url##*:}" 0 "$events" "$callers" 2 "$work/record" >/dev/null &
delivery=$!
some_are_there() {
    [ "$(psql -qXAt "${at[primary]}" -c 'SELECT count(*) FROM conversations')" -ge 10 ]
}
check 'events come in' eventually some_are_there
tests/postgres kill "${postgres[primary]}"
client_data +15550300001
check 'a ringing phone is answered' is "$status" 200
tests/postgres promote "${postgres[standby]}"
wait "$delivery"
check 'every event was acknowledged' is "$(cut -d ' ' -f 3 "$work/record" | grep -cxE 'accepted|duplicate')" "$events"
check 'and is processed' inbox_empties
check 'none failed' field .inbox.failed 0
settings+=("CALLMEM_DATABASE_URL=${at[standby]}") # for what is looked up past the programs
remembered >"$work/remembered"
check 'each is in memory' is "$(cut -f 2 "$work/remembered" | sort -u | wc -l)" "$events"
check 'once' is "$(cut -f 2,3,4 "$work/remembered" | sort | uniq -d)" ''
check 'and phones are answered with what is known' has_calls +15550300001 "$(awk '$2 == "+15550300001"' "$work/record" | wc -l)"
finish
