# shellcheck shell=bash
# What the end-to-end tests share. A test is a script that starts with
#
#     . "$(dirname "$0")/lib.sh"
#     start_instance CALLMEM_SCOPE=agent        # an instance of its own: nginx, programs, state folder, port
#     client_data +15550100200                  # a request: leaves $status, $answer (a file), $head (a file)
#     check 'nobody is known yet' field .dynamic_variables.caller_known false
#     finish
#
# and prints TAP. `prove tests/e2e/t0010-client-data.t` runs one; E2E_KEEP=1 keeps its folder.
set -u

# shellcheck source=spawn/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../spawn/common.sh"
become_owner "$@"

# Settings and proxies of whoever runs the tests are none of theirs.
for name in $(compgen -e | grep -E '^(CALLMEM|ELEVENLABS|OPENMEMORY)_|^(https?|all|no)_proxy$' || true); do
    unset "$name"
done
export LC_ALL=C.UTF-8
export TZ=UTC

# shellcheck disable=SC2034 # for the tests
data=$root/tests/data
work=$(mktemp -d "${TMPDIR:-/tmp}/callmem-e2e.XXXXXX")
answer=$work/answer
head=$work/head
standin_said=$work/standin-said
standin_key=key-of-the-stand-ins
status=
count=0
declare -A secrets standins at postgres
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

clean_up() {
    local instance name
    for name in "${!standins[@]}"; do kill_standin "$name"; done
    for instance in "$work"/instance-*; do
        [ ! -e "$instance/settings" ] || { use "${instance##*/instance-}" && down; }
    done >/dev/null 2>&1
    for name in "${!postgres[@]}"; do tests/postgres remove "${postgres[$name]}"; done
    [ -n "${E2E_KEEP:-}" ] || rm -rf "$work"
}

# --- TAP -------------------------------------------------------------------------------------------------------

# Runs a command; the test passes when it succeeds. What it printed is shown when it does not.
check() { # DESCRIPTION COMMAND…
    # Names that no test uses: a function that is called here sees them instead of its script's.
    local check_what=$1 check_said
    shift
    count=$((count + 1))
    if check_said=$("$@" 2>&1); then
        printf 'ok %d - %s\n' "$count" "$check_what"
        return 0
    fi
    printf 'not ok %d - %s\n' "$count" "$check_what"
    {
        printf 'failed: %s\n' "$*"
        printf '%s\n' "$check_said" | head -c 4000
        [ -z "$status" ] || printf 'last answer: %s %s\n' "$status" "$(head -c 1000 "$answer")"
    } | sed 's/^/# /'
    return 1
}

# Ends the test; without it the plan is missing, and prove knows that something broke on the way.
finish() {
    [ ! -s "$work/exchanges" ] ||
        check 'every answer was as docs/openapi.yaml says' tests/openapi check "$work/exchanges"
    printf '1..%d\n' "$count"
}

is() { # GOT WANTED
    [ "$1" = "$2" ] || { printf 'got:    %s\nwanted: %s\n' "$1" "$2" && return 1; }
}

like() { # GOT REGEX
    [[ $1 =~ $2 ]] || { printf 'got: %s\nwanted something like: %s\n' "$1" "$2" && return 1; }
}

unlike() { # GOT REGEX
    ! [[ $1 =~ $2 ]] || { printf 'got: %s\nwanted nothing like: %s\n' "$1" "$2" && return 1; }
}

not() { # COMMAND…
    ! "$@"
}

# Tries a command until it succeeds, for twenty seconds at most: nothing here measures time.
eventually() { # COMMAND…
    local tries
    for ((tries = 0; tries < 200; tries++)); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    "$@"
}

# --- instances -------------------------------------------------------------------------------------------------

# A port that nobody listens on, below those that the kernel gives to outgoing connections.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    done
    printf '%s\n' "$port"
}

# Which instance the functions below are about.
use() { # NAME
    local folder=$work/instance-$1 port
    mapfile -t settings <"$folder/settings"
    port=$(cat "$folder/port")
    state=$folder/state
    env_path=$folder/env
    url=http://127.0.0.1:$port
    settings+=("CALLMEM_STATE_DIR=$state" "CALLMEM_ENV_FILE=$env_path" "CALLMEM_LISTEN=127.0.0.1:$port")
    [ ! -s "$env_path" ] || learn_secrets
}

# Asks once, so that not every request has to.
learn_secrets() {
    local endpoint name
    for endpoint in client-data search-data post-call; do
        name=${endpoint//-/_}
        secrets[$endpoint]=$(program callmem setting "ELEVENLABS_${name^^}_SECRET" --reveal 2>/dev/null)
    done
}

# Makes an instance without starting it. What is not set here has its default. With E2E_MEMORY=user or tenant in the
# environment it has its memory on an OpenMemory server of that kind, of its own, and with postgres in a PostgreSQL
# database of its own, unless the test says where it is.
new_instance() { # NAME [SETTING=value…]
    local folder=$work/instance-$1
    mkdir "$folder"
    free_port >"$folder/port"
    printf '%s\n' "${@:2}" | grep . >"$folder/settings"
    if [ -n "${E2E_MEMORY:-}" ] && ! grep -qE '^(OPENMEMORY_|CALLMEM_DATABASE_URL)' "$folder/settings"; then
        if [ "$E2E_MEMORY" = postgres ]; then
            database_memory "$1" >>"$folder/settings"
        else
            start_openmemory "$1" "$E2E_MEMORY"
            remote_memory "$1" >>"$folder/settings"
        fi
    fi
    use "$1"
}

# Runs a command with the instance's settings in its environment.
within() { # COMMAND…
    env "${settings[@]}" "$@"
}

# ./spawn/up; what it said is in $up_said. Another test may take the port between the choice and the start.
up() {
    local tries folder=${state%/state}
    for ((tries = 0; tries < 5; tries++)); do
        up_status=0
        within ./spawn/up >"$folder/up" 2>&1 || up_status=$?
        up_said=$(cat "$folder/up")
        [[ $up_said == *'is taken by another program'* ]] || break
        free_port >"$folder/port"
        use "${folder##*/instance-}"
    done
    learn_secrets
    return "$up_status"
}

down() {
    down_status=0
    # shellcheck disable=SC2034 # for the tests
    down_said=$(within ./spawn/down 2>&1) || down_status=$?
    return "$down_status"
}

start_instance() { # [SETTING=value…]
    new_instance main "$@"
    up || { printf './spawn/up failed: %s\n' "$up_said" | sed 's/^/# /' && exit 1; }
}

# A program of the instance, from the command line.
program() { # PROGRAM ARGUMENT…
    within "$build/$1" "${@:2}"
}

# The secret in effect of an endpoint; known from the start of the instance on.
secret() { # ENDPOINT
    printf '%s\n' "${secrets[$1]}"
}

# --- stand-ins -------------------------------------------------------------------------------------------------

# Starts a stand-in for another server and waits until it answers. Its base URL is ${at[NAME]}, its key $standin_key.
# Its name is a program of tests/standin, with -SOMETHING behind it when a test has several ("openmemory-old"). Started
# again, it has the address that it had.
start_standin() { # NAME [ARGUMENT…]; "openmemory user" and "openmemory tenant" are short for --kind
    local name=$1 program=$root/tests/standin/${1%%-*} folder=$work/standin-$1 more=("${@:2}") tries port
    [[ $name != openmemory* ]] || program=${E2E_OPENMEMORY:-$program}
    [[ ${2:-} != [a-z]* ]] || more=(--kind "$2" "${@:3}")
    mkdir -p "$folder"
    port=$(cat "$folder/port" 2>/dev/null) || port=$(free_port)
    for ((tries = 0; tries < 5; tries++)); do
        rm -f "$folder/port"
        "$program" --port "$port" --control "$folder" --key "$standin_key" "${more[@]}" >"$folder/said" 2>&1 &
        standins[$name]=$!
        disown "$!"
        eventually standin_decided "$name"
        [ ! -s "$folder/port" ] || break
        port=$(free_port)
    done
    [ -s "$folder/port" ] || { sed 's/^/# /' "$folder/said" && exit 1; }
    at[$name]=http://127.0.0.1:$port
}

# A stand-in is ready, or has ended because its port was taken.
standin_decided() { # NAME
    [ -s "$work/standin-$1/port" ] || not kill -0 "${standins[$1]}"
}

stop_standin() { # NAME
    kill "${standins[$1]}" && eventually not kill -0 "${standins[$1]}"
    unset "standins[$1]"
}

# In the middle of whatever it does.
kill_standin() { # NAME
    kill -KILL "${standins[$1]}" 2>/dev/null
    unset "standins[$1]"
}

# Tells a stand-in how to behave, or asks it with no settings; what it says is in $standin_said (see
# tests/standin/serve.py).
standin() { # NAME [SETTINGS-JSON]
    curl -sSf --noproxy '*' --max-time 20 -o "$standin_said" ${2+--data-binary "$2"} "${at[$1]}/standin"
}

# How often a stand-in was asked for something.
asked() { # NAME ROUTE TIMES
    standin "$1" && is "$(jq --arg route "$2" '.requests[$route] // 0' "$standin_said")" "$3"
}

# Starts a stand-in for an OpenMemory server that keeps what it is told when it is stopped and started again. Another
# program that takes the same arguments can be tested against: E2E_OPENMEMORY=/path/to/it.
start_openmemory() { # NAME [KIND]
    local folder=$work/standin-openmemory-$1
    mkdir -p "$folder"
    [ $# -lt 2 ] || printf '%s\n' "$2" >"$folder/kind"
    start_standin "openmemory-$1" --kind "$(cat "$folder/kind")" --store "$folder/store"
}

# The settings of an instance that has its memory there.
remote_memory() { # NAME
    printf '%s\n' OPENMEMORY_MODE=remote "OPENMEMORY_API_KEY=$standin_key" "OPENMEMORY_URL=${at[openmemory-$1]}"
}

# Asks an OpenMemory server something, past callmem.
openmemory() { # NAME METHOD PATH
    curl -sS --noproxy '*' --max-time 60 -X "$2" -H "X-Api-Key: $standin_key" "${at[openmemory-$1]}$3"
}

# --- PostgreSQL ------------------------------------------------------------------------------------------------

# Starts a PostgreSQL server (tests/postgres). It has a folder of its own, since it may belong to another user.
start_postgres() { # NAME [OPTION…]
    [ -z "${postgres[$1]:-}" ] || return 0
    postgres[$1]=$(mktemp -d "${TMPDIR:-/tmp}/callmem-postgres.XXXXXX")
    tests/postgres start "${postgres[$1]}" "${@:2}" >"$work/postgres-$1" || { printf '# PostgreSQL does not start\n' && exit 1; }
    at[$1]=$(cat "$work/postgres-$1")
}

# The setting of an instance that has its memory in a database of that name on a server, which is made if need be.
database_memory() { # DATABASE [SERVER]
    local server=${2:-postgres} name=${1//-/_}
    start_postgres "$server" -c fsync=off >&2
    psql -qX "${at[$server]}" -c "CREATE DATABASE callmem_$name" >&2 2>/dev/null || true
    printf 'CALLMEM_DATABASE_URL=%s/callmem_%s\n' "${at[$server]%/*}" "$name"
}

# What the instance's database says.
sql() { # COMMAND
    local setting address=''
    for setting in "${settings[@]}"; do [[ $setting != CALLMEM_DATABASE_URL=* ]] || address=${setting#*=}; done
    psql -qXAt -F $'\t' "$address" -c "$1"
}

# --- memory, past the programs ---------------------------------------------------------------------------------

# Whether the instance has its memory on an OpenMemory server.
is_remote() {
    [[ " ${settings[*]} " == *' OPENMEMORY_MODE=remote '* ]]
}

# Whether it has it in a PostgreSQL database.
is_postgres() {
    [[ " ${settings[*]} " == *' CALLMEM_DATABASE_URL='* ]]
}

# What the memory of the instance holds: CALLER CONVERSATION KIND POSITION CONTENT, a line each, with tabs between.
# What is there twice has two lines.
remembered() {
    if is_remote; then
        server_memories | jq -r '(map({key: .id, value: .metadata.callmem}) | from_entries) as $records |
            .[].metadata.callmem | select(.type == "state") | .caller as $caller | .calls[].records[] |
            $records[.] // {conversation: "a record that is not there", memories: []} |
            .conversation as $conversation | if .memories == [] then {} else .memories[] end |
            [$caller, $conversation, .kind, .position, .content] | @tsv' | sort
    elif is_postgres; then
        sql 'SELECT k.caller, c.conversation, m.kind, m.position, m.content
            FROM callers k JOIN conversations c ON c.caller_id = k.id LEFT JOIN memories m ON m.conversation_id = c.id' | sort
    else
        # sqlite3 has no way to say a tab in its list mode but to be told it.
        sqlite3 -separator $'\t' "$state/openmemory.sqlite" 'SELECT k.caller, c.conversation, m.kind, m.position, m.content
            FROM callers k JOIN conversations c ON c.caller_id = k.id LEFT JOIN memories m ON m.conversation_id = c.id' | sort
    fi
}

# Whether the memory is in order: the database is intact; on a server each record is named by the state of its caller,
# and each caller has one state.
memory_is_sound() {
    if is_remote; then
        is "$(server_memories | jq -c '(map(select(.metadata.callmem.type == "state"))) as $states |
            ([$states[].metadata.callmem.calls[].records[]] | sort) as $named |
            ([.[] | select(.metadata.callmem.type == "call") | .id] | sort) as $there |
            {not_named: ($there - $named), not_there: ($named - $there), named_twice: (($named | length) - ($named | unique | length)),
                states_too_many: (($states | length) - ([$states[].metadata.callmem.caller] | unique | length))}')" \
            '{"not_named":[],"not_there":[],"named_twice":0,"states_too_many":0}'
    elif is_postgres; then
        # PostgreSQL looks after its tables itself; what is ours is that nothing is left over.
        is "$(sql "SELECT (SELECT count(*) FROM callers k WHERE NOT EXISTS (SELECT 1 FROM conversations WHERE caller_id = k.id)),
            (SELECT count(*) FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM terms WHERE conversation_id = c.id))")" $'0\t0'
    else
        is "$(sqlite3 "$state/openmemory.sqlite" 'PRAGMA integrity_check; PRAGMA foreign_key_check')" ok
    fi
}

# Everything that the OpenMemory server of the instance has.
server_memories() {
    local setting address=''
    for setting in "${settings[@]}"; do [[ $setting != OPENMEMORY_URL=* ]] || address=${setting#*=}; done
    curl -sS --noproxy '*' --max-time 60 "$address/standin/memories"
}

# --- requests --------------------------------------------------------------------------------------------------

request() { # METHOD PATH [curl arguments]
    ask "$url" "$@"
    note_exchange "$1" "$2"
}

# A request to any server: what comes back need not be as docs/openapi.yaml says.
ask() { # BASE-URL METHOD PATH [curl arguments]
    local how=(-X "$2")
    [ "$2" != HEAD ] || how=(-I)
    [ ! -e "$answer" ] || rm "$answer"
    status=$(curl -sS --noproxy '*' --max-time 60 "${how[@]}" -o "$answer" -D "$head" -w '%{http_code}' \
        "${@:4}" "$1$3") || status="curl $?"
    [ -e "$answer" ] || : >"$answer"
}

# For the end of the test, which holds every answer against docs/openapi.yaml.
note_exchange() { # METHOD PATH
    local said='' body=''
    [ ! -e "$head" ] || IFS= read -r -d '' said <"$head" || true
    IFS= read -r -d '' body <"$answer" || true
    printf '%s\0' "$1" "$2" "$status" "$said" "$body" >>"$work/exchanges"
}

# A POST of JSON with no credentials but what is given.
post() { # ENDPOINT BODY [curl arguments]
    request POST "/webhook/$1" -H 'Content-Type: application/json' --data-binary "$2" "${@:3}"
}

# A POST of JSON with the endpoint's secret.
post_with_key() { # ENDPOINT BODY [curl arguments]
    post "$1" "$2" -H "X-Api-Key: ${secrets[$1]}" "${@:3}"
}

# The signature of a file as ElevenLabs makes it, but made by openssl.
signature() { # SECRET FILE [TIME]
    local time=${3:-$EPOCHSECONDS} mac
    mac=$({ printf '%s.' "$time" && cat "$2"; } | openssl dgst -sha256 -hmac "$1" -r | cut -d ' ' -f 1)
    printf 't=%s,v0=%s\n' "$time" "$mac"
}

post_call() { # FILE [curl arguments]
    post post-call "@$1" -H "ElevenLabs-Signature: $(signature "${secrets[post-call]}" "$1")" "${@:2}"
}

# A copy of an event with something changed; prints the copy's path.
variant() { # FILE JQ-FILTER
    local copy
    copy=$(mktemp "$work/event.XXXXXX")
    jq -c "$2" "$1" >"$copy"
    printf '%s\n' "$copy"
}

client_data() { # CALLER [JQ-FILTER over the body]
    # shellcheck disable=SC2016 # jq expands it
    post_with_key client-data "$(jq -nc --arg caller "$1" '{caller_id: $caller, agent_id: "agent_quince",
        called_number: "+15550109900", call_sid: "CA1"} | '"${2:-.}")"
}

search() { # CALLER QUERY [JQ-FILTER over the body]
    # shellcheck disable=SC2016 # jq expands it
    post_with_key search-data "$(jq -nc --arg caller "$1" --arg query "$2" '{caller_id: $caller, query: $query} | '"${3:-.}")"
}

# --- what came back --------------------------------------------------------------------------------------------

# A value in the last answer.
value() { # JQ-PATH
    jq -r "$1" "$answer"
}

field() { # JQ-PATH WANTED
    is "$(value "$1")" "$2"
}

# Whether a jq filter over the last answer is true.
holds() { # JQ-FILTER
    [ "$(jq "$1" "$answer")" = true ] || { jq . "$answer" && return 1; }
}

# A header of the last answer.
header() { # NAME
    local line
    while IFS= read -r line; do
        line=${line%$'\r'}
        [[ ${line,,} != "${1,,}: "* ]] || printf '%s\n' "${line#*: }"
    done <"$head"
}

# The last answer is an error of the contract: status, code, a message, the request's id in body and header.
refused() { # STATUS CODE
    local code id message shape
    IFS=$'\t' read -r shape code id message < <(
        jq -r '[([keys, (.error | keys)] | tojson), .error.code, .error.request_id, .error.message] | @tsv' "$answer"
    )
    is "$status $code" "$1 $2" &&
        is "$shape" '[["error"],["code","message","request_id"]]' &&
        like "$message" '.{10}' &&
        like "$id" '^[0-9A-Za-z_-]{8,}$' &&
        is "$(header X-Request-Id)" "$id" &&
        like "$(header Content-Type)" '^application/json'
}

accepted() { # STATUS-WORD TYPE [CONVERSATION]
    is "$status" 200 && is "$(value '"\(.status) \(.type)"')" "$1 $2" && { [ $# -lt 3 ] || field .conversation_id "$3"; }
}

# --- waiting for memory ----------------------------------------------------------------------------------------

has_calls() { # CALLER HOW-MANY
    client_data "$1" && field .dynamic_variables.call_count "$2"
}

finds() { # CALLER QUERY REGEX-IN-THE-CONTENTS
    search "$1" "$2" && like "$(value '.memories[].content')" "$3"
}

inbox_is_empty() {
    request GET /health && field .inbox.pending 0
}

# Waits for as long as it takes to process thousands of events.
inbox_empties() {
    local tries
    for ((tries = 0; tries < 60; tries++)); do
        eventually inbox_is_empty && return 0
    done
    return 1
}

# Sends an event and waits until it has been processed.
remember() { # FILE
    post_call "$1"
    is "$status" 200 && eventually inbox_is_empty || return 1
    # A look at the server counts for 0.2 seconds; after that every process knows what one of them stored.
    ! is_remote || sleep 0.3
}
