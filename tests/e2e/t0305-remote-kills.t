#!/bin/bash
# Programs that are killed before or after any of their requests to an OpenMemory server, or whose connections break
# there (tests/faults/faults.c): the n-th send or recv, for n = 1, 2, 3, … until the program ends without having met the
# fault. After each: an answer or a clear error, what was acknowledged is on the server exactly once, what was not is
# there once or not at all and may come again, no record is left over, and the next start needs no hand.
#
#     bash tests/e2e/t0305-remote-kills.t            # as in ./tests/run: some of the n; another FAULT_SEED=… chooses others
#     bash tests/e2e/t0305-remote-kills.t all [SCENARIO…]      # every n; docs/testing.md tells how that ended
#     FAULT_KINDS='malloc:ENOMEM:/inbox' FAULT_STRIDE=13 bash … all drain       # other calls, see t0200
#
# Not with sanitizers: they want to be the first library, and so does that of the faults.
. "$(dirname "$0")/lib.sh"

every='' only=' '
if [ "${1:-}" = all ]; then
    every=yes
    shift
    only=${*:+" $* "}
fi
RANDOM=${FAULT_SEED:=1}
library=$build/faults.so
build_programs "${library#"$root/"}"

start_openmemory main "${E2E_MEMORY:-user}"
mapfile -t remote < <(remote_memory main)
# A server that is slow today is no fault.
new_instance main "${remote[@]}" OPENMEMORY_TIMEOUT_MS=20000 ELEVENLABS_CLIENT_DATA_SECRET=fault_client \
    ELEVENLABS_SEARCH_DATA_SECRET=fault_search ELEVENLABS_POST_CALL_SECRET=fault_post ELEVENLABS_SIGNATURE_TOLERANCE=86400
touch "$env_path" && chmod 600 "$env_path"
caller=+15550100200

# --- running a program -----------------------------------------------------------------------------------------

# A program as plain CGI, with what `faulty` says in its environment; leaves $code, $status, $answer.
# shellcheck disable=SC2094 # nothing writes to FILE
cgi() { # PROGRAM FILE VARIABLE…
    env -i "${settings[@]}" "${faulty[@]}" GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 REQUEST_METHOD=POST \
        "SCRIPT_NAME=/webhook/$1" "REQUEST_URI=/webhook/$1" CONTENT_TYPE=application/json \
        "CONTENT_LENGTH=$(stat -c %s "$2")" "${@:3}" "$build/$1" <"$2" 2>"$work/err" | tr -d '\r' >"$work/out"
    code=${PIPESTATUS[0]}
    answer=$work/out status=
    read -r _ status _ <"$work/out" || true
}

# The same on the command line.
operator() { # PROGRAM ARGUMENT…
    env -i "${settings[@]}" "${faulty[@]}" "$build/$1" "${@:2}" 2>"$work/err" | cat >"$work/out"
    code=${PIPESTATUS[0]}
}

declare -A signatures
deliver() { # FILE
    cgi post-call "$1" "HTTP_ELEVENLABS_SIGNATURE=${signatures[$1]}"
}

is_acknowledged() {
    [ "$status" = 200 ] && grep -qE '"status": *"(accepted|duplicate)"' "$work/out"
}

first=$data/example-post-call.json
second=$(variant "$first" '.data.conversation_id = "conv_fault_2" | .data.metadata.start_time_unix_secs += 86400')
for file in "$first" "$second"; do signatures[$file]=$(signature fault_post "$file"); done

# --- states to start from --------------------------------------------------------------------------------------

faulty=()
# What is in the state folder now, and on the server, is kept under a name, and put back before each run.
keep_state() { # NAME
    rm -rf "$work/kept-$1"
    [ ! -e "$state" ] || cp -a "$state" "$work/kept-$1"
    standin openmemory-main "{\"keep\": \"$1\"}"
}
restore_state() { # NAME
    rm -rf "$state"
    [ ! -d "$work/kept-$1" ] || cp -a "$work/kept-$1" "$state"
    standin openmemory-main "{\"restore\": \"$1\"}"
}
put_event() { # FILE: as if it had been accepted
    cp "$1" "$state/inbox/new/$(printf '%032d' 7).json"
}
keep_state nothing
operator callmem status
put_event "$first"
keep_state waiting
restore_state nothing
deliver "$first"
operator callmem drain
keep_state known
put_event "$second"
keep_state known-waiting

# --- what must be true after a run -----------------------------------------------------------------------------

# Whether the memory is in order, and all that is in it but the ids of its records and when they were written.
memory() {
    memory_is_sound
    server_memories | jq -S 'map(.metadata.callmem | del(.written, .stamp, .serial) | if .type == "state" then
        .calls |= (map(del(.records, .written)) | sort) else .memories |= map(del(.updated_at)) end) | sort'
}
# What it is after so many calls of the caller.
declare -A whole
restore_state known-waiting
whole[1]=$(memory)
operator callmem drain
whole[2]=$(memory)
operator callmem forget "$caller"
whole[0]=$(memory)

wrong=()
complain_about() { # WHAT
    wrong+=("$kind:$n:$what: $1")
}
expect() { # WHAT GOT WANTED
    [ "$2" = "$3" ] || complain_about "$1 is ${2:-nothing} and should be $3"
}

# The program with the fault in it. A kill of ours is fine, any other signal is not; nor is silence.
judge_end() {
    case $what in
    kill*) [ "$code" = 137 ] && return ;;
    esac
    if [ "$code" -ge 128 ]; then
        complain_about "it died: $code $(tail -c 300 "$work/err")"
    elif [ "$code" != 0 ] && [ ! -s "$work/err" ]; then
        complain_about "it failed with $code and said nothing"
    fi
}
judge_answer() { # PROGRAM
    judge_end
    [ "$code" = 0 ] || return 0
    case $status in
    200) jq -e . <(sed '1,/^$/d' "$work/out") >/dev/null || complain_about 'the answer is no JSON' ;;
    500 | 503)
        grep -qE '"code": *"(internal_error|inbox_unavailable|memory_unavailable)"' "$work/out" ||
            complain_about "$status without a known code"
        ;;
    *) complain_about "the answer has status '$status'" ;;
    esac
}

expect_memory() { # WHAT CALLS
    local is
    is=$(memory)
    [ "$is" = "${whole[$2]}" ] ||
        complain_about "$1 is not that of $2 calls: $(diff <(printf '%s' "$is") <(printf '%s' "${whole[$2]}") | cut -c 1-300 | head -n 3)"
}
# The next start, without the fault: it processes what is there. CALLS are then in memory, whole and once.
judge_memory() { # CALLS
    faulty=()
    operator callmem drain
    expect 'a drain afterwards' "$code $(tr '\n' ' ' <"$work/out" | sed 's/.*left/left/')" '0 left: 0 failed: 0 '
    expect_memory memory "$1"
}

# --- scenarios: each starts from a state of its own, and knows what it leaves ----------------------------------

declare -A starts

# An event is delivered; then once more when it was not acknowledged, as a sender may do.
delivers() { # FILE CALLS
    deliver "$1"
    judge_answer
    if ! is_acknowledged; then
        faulty=()
        deliver "$1"
        is_acknowledged || complain_about "a second delivery gets $status"
    fi
    judge_memory "$2"
}
scenario_first_event() { delivers "$first" 1; }
starts[first_event]=nothing
scenario_event() { delivers "$second" 2; }
starts[event]=known

# Events that wait are processed.
drains() { # CALLS
    operator callmem drain
    judge_end
    [ "$code" != 0 ] || expect 'what is left by a drain that succeeded' "$(find "$state/inbox/new" -name '*.json')" ''
    judge_memory "$1"
}
scenario_first_drain() { drains 1; }
starts[first_drain]=waiting
scenario_drain() { drains 2; }
starts[drain]=known-waiting

# Reading: a true answer, the one for the unknown, or an error; and the truth the next time.
reads() { # PROGRAM FILE KEY TRUE UNTRUE
    cgi "$1" "$2" "HTTP_X_API_KEY=$3"
    judge_answer
    [ "$status" != 200 ] || grep -qE "$4|$5" "$work/out" || complain_about 'an untrue answer'
    faulty=()
    cgi "$1" "$2" "HTTP_X_API_KEY=$3"
    grep -qE "$4" "$work/out" || complain_about 'the next start does not know it'
}
scenario_client_data() {
    reads client-data "$data/example-client-data.json" fault_client '"caller_known": *true.*Nora' '"caller_known": *false'
}
starts[client_data]=known
scenario_search_data() {
    reads search-data "$data/example-search-data.json" fault_search Tobias '^never$'
}
starts[search_data]=known

# Erasing succeeds wholly or says that it did not, and can be asked again.
scenario_forget() {
    operator callmem forget "$caller"
    judge_end
    local done=$code
    faulty=()
    [ "$done" = 0 ] || operator callmem forget "$caller"
    expect 'the end of the second attempt' "$code" "${code/[!0]*/0}"
    expect_memory 'what is left in memory' 0
}
starts[forget]=known-waiting

# --- over all n ------------------------------------------------------------------------------------------------

runs=0 fired=0
try() { # SCENARIO
    local stride=${FAULT_STRIDE:-1}
    wrong=()
    n=0
    if [ -z "$every" ]; then
        stride=5
        n=$((RANDOM % stride))
    fi
    for ((n++; ; n += stride)); do
        restore_state "${starts[$1]}"
        rm -f "$work/fired"
        faulty=("LD_PRELOAD=$library" "FAULT=$kind:$n:$what" "FAULT_FIRED=$work/fired"
            ${from:+"FAULT_FROM=$from"})
        "scenario_$1"
        runs=$((runs + 1))
        [ -e "$work/fired" ] || break
        fired=$((fired + 1))
    done
}
# Kind of call, what happens, and where the counting begins, see t0200: before the server was asked, after it was, and
# without an answer.
read -ra kinds <<<"${FAULT_KINDS:-send:kill: send:killed: send:ECONNRESET: recv:ECONNRESET: recv:killed:}"
for scenario in first_event event first_drain drain client_data search_data forget; do
    [ "${only:- }" = ' ' ] || [[ $only == *" $scenario "* ]] || continue
    report='' counts=''
    for triple in "${kinds[@]}"; do
        # One kind in two.
        [ -n "$every" ] || [ $((RANDOM % 2)) = 0 ] || continue
        IFS=: read -r kind what from <<<"$triple"
        try "$scenario"
        counts+=" $triple$n"
        [ "${#wrong[@]}" = 0 ] || report+=$(printf '%s\n' "${wrong[@]}")$'\n'
    done
    check "${scenario//_/ }: whatever fails, nothing is lost and nothing is there twice" is "$report" ''
    printf '# reached%s\n' "$counts"
done
printf '# %s runs, %s of them met a fault; FAULT_SEED=%s\n' "$runs" "$fired" "$FAULT_SEED"
finish
