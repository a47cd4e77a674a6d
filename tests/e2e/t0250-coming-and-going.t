#!/bin/bash
# Starting, stopping and upgrading under load: nothing that was acknowledged is lost, and what dies is seen in the log.
. "$(dirname "$0")/lib.sh"

start_instance
SECRET_POST_CALL=$(secret post-call)
SECRET_CLIENT_DATA=$(secret client-data)
export SECRET_POST_CALL SECRET_CLIENT_DATA
callers=10

load() {
    perl tests/e2e/load.pl "$@"
}
# So many events of a record were not acknowledged.
missed() { # RECORD
    cut -d ' ' -f 3 "$1" | grep -cvxE 'accepted|duplicate'
}
acknowledged() { # RECORD…
    cat "$@" | awk '$3 == "accepted" || $3 == "duplicate" { print $1 }' | sort
}
all_in_memory() { # RECORD…
    inbox_empties || return 1
    is "$(comm -23 <(acknowledged "$@") <(remembered | cut -f 2 | sort -u) | head -n 20)" ''
}

# --- handlers that are told to end -----------------------------------------------------------------------------

load deliver-once "${url##*:}" 0 200 $callers 4 "$work/told" >/dev/null &
delivery=$!
rounds=0
while ! [ -e "$work/told" ]; do
    for program in post-call client-data; do
        for pid in $(pids_of "$state" handler "$program"); do kill -TERM "$pid" 2>/dev/null; done
    done
    rounds=$((rounds + 1))
    sleep 0.3
done
wait "$delivery"
printf '# told to end %s times\n' "$rounds"
check 'of handlers that are told to end no request is lost' is "$(missed "$work/told")" 0
check 'what they took is remembered' all_in_memory "$work/told"

# --- a restart of everything -----------------------------------------------------------------------------------

load deliver-once "${url##*:}" 1000 1300 $callers 4 "$work/restart" >/dev/null &
delivery=$!
eventually test -s "$work/restart.0"
down
check 'down under load' is "$down_status" 0
up
check 'up under load' is "$up_status" 0
wait "$delivery"
# Who finds nobody there is told so by the connection that fails; nobody is told anything else.
check 'a restart answers all that it takes' is "$(grep -cvx none "$work/restart-refused")" 0
check 'what was acknowledged around it is remembered' all_in_memory "$work/told" "$work/restart"

# --- an upgrade in place ---------------------------------------------------------------------------------------

# The next version: this one, with another schema and one more table; on a server, with another form of records.
next=$work/next
made=${build##*/}
mkdir "$next"
cp -a Makefile README.md LICENSE cgi lib env nginx spawn "$next/"
cp -a "$build" "$next/$made"
now=$(sed -n 's/^#define SCHEMA_VERSION //p' lib/memory/local/schema.h)
sed -i "s/^#define SCHEMA_VERSION .*/#define SCHEMA_VERSION $((now + 1))/" "$next/lib/memory/local/schema.h"
sed -i '/^static const char \*const migrations\[\] = {$/,/^};$/s/^};$/    "ALTER TABLE callers ADD COLUMN note TEXT NOT NULL DEFAULT '"''"'; CREATE TABLE more(id INTEGER PRIMARY KEY) STRICT;",\n&/' \
    "$next/lib/memory/local/schema.c"
sed -i 's/^#define OM_FORMAT  *1 .*/#define OM_FORMAT 2/' "$next/lib/memory/openmemory/record.h"
sed -i 's/json_int(mark, "format", 0) == OM_FORMAT/json_int(mark, "format", 0) >= 1/' "$next/lib/memory/openmemory/record.c"
check 'the next version can be built' make -s -j2 -C "$next" "BUILD=$made" all

# The version of what is stored, now and next.
if is_remote; then now=1; fi
then=$((now + 1))
# The newest form in which something is stored.
form() {
    if is_remote; then
        server_memories | jq '[.[].metadata.callmem.format] | max'
    else
        sqlite3 "$state/openmemory.sqlite" 'PRAGMA user_version'
    fi
}
# Events wait, because the memory is locked, or the server does not work.
lock_memory() {
    if is_remote; then
        standin openmemory-main '{"status": 500}'
    else
        sqlite3 "$state/openmemory.sqlite" >"$work/locker" <<EOF &
BEGIN IMMEDIATE;
.shell touch '$work/locked'; while [ -e '$work/locked' ]; do sleep 0.05; done
EOF
        locker=$!
        eventually test -e "$work/locked"
    fi
}
unlock_memory() {
    if is_remote; then
        standin openmemory-main '{"reset": true}'
    else
        rm "$work/locked"
        wait "$locker"
    fi
}
lock_memory
for n in 1 2 3; do
    post_call "$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_upgrade_$n\"")"
    check 'an event is acknowledged while the memory is locked' accepted accepted post_call_transcription
done
request GET /health
check 'and waits' field .inbox.pending 3

down
check 'it stops with events waiting' is "$down_status" 0
unlock_memory
check 'they still wait' is "$(find "$state/inbox/new" -name '*.json' | wc -l)" 3

# The upgrade is killed before each of its writes, and then finds the disk full at each: what is there then is the one
# version or the other, whole. The program is one that writes the memory and leaves the events alone.
build_programs "${build#"$root/"}/faults.so"
database() { # SQL
    sqlite3 "$state/openmemory.sqlite" "$1"
}
known() {
    database 'PRAGMA integrity_check; SELECT count(*) FROM conversations; SELECT count(*) FROM memories;
        SELECT group_concat(document) FROM (SELECT answer || document AS document FROM profiles ORDER BY caller_id, scope)'
}
upgrade_with() { # FAULT
    rm -f "$work/fired"
    within LD_PRELOAD="$build/faults.so" FAULT="$1" FAULT_FROM=openmemory.sqlite FAULT_FIRED="$work/fired" \
        "$next/$made/callmem" forget +15550999999 >"$work/said" 2>&1
}
database_has_versions() { # VERSION…
    [[ " $* " == *" $(database 'PRAGMA user_version') "* ]] && is "$(known)" "$before"
}
# With sanitizers that is left out: they want to be the first library, and so does that of the faults.
faults=(kill ENOSPC)
if [ -n "${SANITIZE:-}" ] || is_remote; then faults=(); fi
if ! is_remote; then
    before=$(known)
    cp "$state/openmemory.sqlite" "$work/version-now"
fi
version_now_again() {
    rm -f "$state/openmemory.sqlite"*
    cp "$work/version-now" "$state/openmemory.sqlite"
}
for what in "${faults[@]}"; do
    version_now_again
    broken='' refused=''
    for ((n = 1; n < 1000; n++)); do
        upgrade_with "write:$n:$what"
        said=$?
        [ -e "$work/fired" ] || break
        database_has_versions "$now" "$then" || broken+=" $n"
        [ "$said" != 0 ] || database_has_versions $then || refused+=" $n"
    done
    check "an upgrade that meets $what at any write is not half done" is "$broken" ''
    check "and says so ($((n - 1)) writes)" is "$refused" ''
    check 'the next start does it' database_has_versions $then
done
check 'the events wait all the while' is "$(find "$state/inbox/new" -name '*.json' | wc -l)" 3
# The memory is held, as it is while a long upgrade goes on: who starts it waits longer than for anything else.
said_by_next() {
    grep -q "$1" "$work/up-next"
}
sed -i 's/^patience=15$/patience=1/' "$next/spawn/up"
start_next() {
    (cd "$next" && within ./spawn/up >"$work/up-next" 2>&1)
}
if ! is_remote; then
    version_now_again
    cp -a "$state/inbox" "$work/inbox-waiting"
    lock_memory
    start_next &
    starting=$!
    check 'who starts the next version is told of the upgrade' eventually said_by_next "from\\|has version $now and is being brought to version $then"
    request GET /health
    check 'which is what health lacks' is "$status $(value .memory.ok)" '503 false'
    check 'the log of the others says so, too' eventually grep -q "is being brought to version $then" "$state/logs/client-data.log"
    check 'and who asks' like "$(within "$next/$made/callmem" status)" "^waiting: 3.*memory: .* is being brought to version $then\$"
    for pid in $(pids_of "$state" handler post-call); do kill -9 "$pid"; done
    check 'that a program died over it, too' eventually said_by_next 'post-call died while the memory was being brought'
    unlock_memory
    wait "$starting"
    check 'and the start is given up' is "$?" 1
    # What was done in the moment between is undone, in the memory and in the inbox.
    version_now_again
    rm -rf "$state/inbox"
    cp -a "$work/inbox-waiting" "$state/inbox"
    lock_memory
    start_next &
    starting=$!
    check 'started again, it is waited for again' eventually said_by_next "is being brought to version $then"
    unlock_memory
    wait "$starting"
    check 'until it is done' is "$?" 0
    check 'as the log says' grep -q '"message":"the memory.s database has the newer version","from_version":'"$now"',"to_version":'"$then" "$state/logs/post-call.log"
else
    start_next
    check 'the next version starts in its place' is "$?" 0
fi
check 'and processes what waited' eventually has_calls +15550100200 3
check 'in its form' is "$(form)" $then
check 'it knows all that was known' all_in_memory "$work/told" "$work/restart"
check 'the memory is in order' memory_is_sound

# --- two versions side by side ---------------------------------------------------------------------------------

# An old process that is started again beside the new ones finds a memory that it does not know: it leaves it alone,
# takes events, and leaves them to those who know.
(cd "$next" && within ./spawn/down >/dev/null 2>&1)
if is_remote; then standin openmemory-main '{"memories": []}'; else rm "$state/openmemory.sqlite"*; fi
up
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_side_0"')"
within "$next/$made/callmem" show +15550100200 >"$work/shown"
check 'the new version reads beside the old one' grep -q Nora "$work/shown"
# On a server it leaves what it reads as it is: something has to be written.
if is_remote; then
    within "$next/$made/callmem" export +15550100200 |
        jq '.conversations[0] += {conversation_id: "conv_side_new"} | .conversations[0].memories |= map(del(.id))' >"$work/export"
    check 'and writes' within "$next/$made/callmem" import "$work/export"
fi
client_data +15550100200
check 'a phone that rings at the old one is answered, if as an unknown one' is "$status" 200
for program in post-call search-data; do
    for pid in $(pids_of "$state" handler "$program"); do kill -9 "$pid"; done
done
if ! is_remote; then
    request GET /health
    check 'an old process that is started again says that it is not well' field .status degraded
    check 'with the status' is "$status" 503
    search +15550100200 'whose wedding are the trees for'
    check 'a search is told that it finds nothing out' refused 503 memory_unavailable
    check 'the log says why' eventually grep -q "has version $then, made by a newer callmem; this one knows up to $now" \
        "$state/logs/search-data.log"
    said=$(program callmem forget +15550100200 2>&1)
    check 'the old version says that it forgets nobody' is "$?" 1
    check 'and why' like "$said" 'newer callmem'
    check 'and has not' is "$(database 'SELECT count(*) FROM conversations')" 1
fi
post_call "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_side_1"')"
check 'an old process takes events' accepted accepted post_call_transcription conv_side_1
check 'and leaves the memory as it is' is "$(form)" $then
drained() {
    within "$next/$made/callmem" drain
}
check 'which the new version processes' eventually drained
check 'all of it' is "$(remembered | cut -f 2 | grep -xE 'conv_side_[01]' | sort -u | wc -l)" 2
check 'and once' is "$(remembered | cut -f 2-4 | sort | uniq -d)" ''
check 'nothing failed' is "$(find "$state/inbox/failed" -type f)" ''
if is_remote; then standin openmemory-main '{"memories": []}'; else rm -f "$state/openmemory.sqlite"*; fi

# --- what dies is seen -----------------------------------------------------------------------------------------

down
up
victim=$(pids_of "$state" handler search-data | head -n 1)
kill -9 "$victim"
death_is_told() {
    grep -h '"message":"a process died"' "$state"/logs/*.log | jq -e "select(.program == \"search-data\" and .died_pid == $victim)"
}
check 'a process that dies is in the log' eventually death_is_told
deaths() {
    cat "$state"/logs/*.log | grep -c '"message":"a process died"'
}
before=$(deaths)
down
up
check 'one that is told to stop is not' is "$(deaths)" "$before"
finish
