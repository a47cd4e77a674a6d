#!/bin/bash
# Calls that fail on purpose, and kills between any two steps (tests/faults/faults.c): the n-th malloc, write, fsync,
# rename, open, unlink or mkdir of a program, for n = 1, 2, 3, … until the program ends without having met the fault.
# After each: no death by a signal that was not ours, an answer or a clear error, what was acknowledged is in memory
# exactly once, what was not is there once or not at all and may come again, the databases are intact, and the next
# start needs no hand.
#
#     bash tests/e2e/t0200-faults.t                  # as in ./tests/run: of the many n some; another FAULT_SEED=…
#                                                    # chooses others
#     bash tests/e2e/t0200-faults.t all [SCENARIO…]  # every n, of allocations many; docs/testing.md tells how that ended
#     FAULT_KINDS=malloc:ENOMEM:/inbox FAULT_STRIDE=1 bash … all drain    # every allocation from the inbox on
# Not with sanitizers: they want to be the first library, and so does that of the faults.
. "$(dirname "$0")/lib.sh"

every='' only=' '
if [ "${1:-}" = all ]; then
    every=yes
    shift
    only=" $* "
fi
RANDOM=${FAULT_SEED:=1}
library=$build/faults.so
build_programs "${library#"$root/"}"

new_instance main
touch "$env_path" && chmod 600 "$env_path"
settings+=(ELEVENLABS_CLIENT_DATA_SECRET=fault_client ELEVENLABS_SEARCH_DATA_SECRET=fault_search
    ELEVENLABS_POST_CALL_SECRET=fault_post ELEVENLABS_SIGNATURE_TOLERANCE=86400)
caller=+15550100200
mp3=$work/recording.mp3
head -c 20000 /dev/urandom >"$mp3"

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

deliver() { # FILE
    cgi post-call "$1" "HTTP_ELEVENLABS_SIGNATURE=${signatures[$1]}"
}

is_acknowledged() {
    [ "$status" = 200 ] && grep -qE '"status": *"(accepted|duplicate)"' "$work/out"
}

declare -A signatures
sign() { # FILE
    signatures[$1]=$(signature fault_post "$1")
}
first=$data/example-post-call.json
second=$(variant "$first" '.data.conversation_id = "conv_fault_2" | .data.metadata.start_time_unix_secs += 86400')
recording=$work/recording.json
jq -c --rawfile audio <(base64 -w0 "$mp3") \
    '.data.full_audio = $audio | .data.conversation_id = "conv_fault_audio"' "$data/audio.json" >"$recording"
for file in "$first" "$second" "$recording"; do sign "$file"; done

# --- states to start from --------------------------------------------------------------------------------------

faulty=()
# What is in the state folder now is kept under a name, and put back before each run.
keep_state() { # NAME
    rm -rf "$work/kept-$1"
    if [ -e "$state" ]; then cp -a "$state" "$work/kept-$1"; else : >"$work/kept-$1"; fi
}
restore_state() { # NAME
    rm -rf "$state"
    [ ! -d "$work/kept-$1" ] || cp -a "$work/kept-$1" "$state"
}
put_event() { # FILE NAME: as if it had been accepted
    cp "$1" "$state/inbox/new/$2.json"
}
keep_state nothing
operator post-call --status
keep_state nothing_waits
waiting=$(printf '%032d' 7)
put_event "$first" "$waiting"
keep_state waiting
rm "$state/inbox/new/$waiting.json"
printf '{"type":"post_call_transcription","data":7}' >"$state/inbox/new/$waiting.json"
keep_state nonsense
operator post-call --drain
keep_state failed
restore_state nothing
deliver "$first"
operator post-call --drain
keep_state known
put_event "$second" "$waiting"
keep_state known-waiting

# --- what must be true after a run -----------------------------------------------------------------------------

# Whether the database is intact, and all that it holds but the numbers of its rows.
memory() {
    sqlite3 "$state/openmemory.sqlite" "PRAGMA integrity_check; PRAGMA foreign_key_check;
        SELECT k.caller, c.conversation, c.agent, c.language, c.started_at, t.version, length(t.segment), m.kind,
            m.position, m.sector, m.speaker, m.content, m.salience, m.decay_lambda, m.tags, m.metadata, m.created_at
            FROM callers k LEFT JOIN conversations c ON c.caller_id = k.id LEFT JOIN terms t ON t.conversation_id = c.id
            LEFT JOIN memories m ON m.conversation_id = c.id ORDER BY k.caller, c.conversation, m.kind, m.position;
        SELECT k.caller, p.scope, p.document FROM callers k JOIN profiles p ON p.caller_id = k.id ORDER BY 1, 2" 2>&1
}
# What it is after so many calls of the caller.
declare -A whole
restore_state known-waiting
whole[1]=$(memory)
operator post-call --drain
whole[2]=$(memory)
operator client-data --forget "$caller"
whole[0]=$(memory)

wrong=()
complain_about() { # WHAT
    wrong+=("$kind:$n:$what: $1")
    [ -z "${E2E_KEEP:-}" ] || { cp "$work/out" "$work/wrong-${#wrong[@]}.out"; cp "$work/err" "$work/wrong-${#wrong[@]}.err"; }
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
        [ "$status" = 500 ] || grep -qi '^Retry-After: [0-9]' "$work/out" || complain_about '503 without Retry-After'
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
# The next start, without the fault: it works off what is there. CALLS are then in memory, whole and once; the same
# event may come again, and changes nothing.
judge_memory() { # CALLS
    faulty=()
    operator post-call --drain
    expect 'a drain afterwards' "$code $(tr '\n' ' ' <"$work/out" | sed 's/.*left/left/')" '0 left: 0 failed: 0 '
    expect_memory memory "$1"
    [ -z "$(find "$state/inbox/tmp" "$state/inbox/new" -type f)" ] || complain_about 'something is left in the inbox'
}

# --- scenarios: each starts from a state of its own, and knows what it leaves ----------------------------------

declare -A starts

# An event is delivered; then once more when it was not acknowledged, as a sender may do.
delivers() { # FILE CALLS
    deliver "$1"
    judge_answer
    local acknowledged=''
    ! is_acknowledged || acknowledged=yes
    faulty=()
    operator post-call --drain
    if [ -n "$acknowledged" ]; then
        expect_memory 'memory after the acknowledgement' "$2"
    else
        deliver "$1"
        is_acknowledged || complain_about "a second delivery gets $status"
    fi
    judge_memory "$2"
}
scenario_first_event() { delivers "$first" 1; }
starts[first_event]=nothing
scenario_event() { delivers "$second" 2; }
starts[event]=known

scenario_audio() {
    settings+=("CALLMEM_AUDIO_DIR=$state/audio")
    deliver "$recording"
    judge_answer
    local acknowledged=''
    ! is_acknowledged || acknowledged=yes
    faulty=()
    if [ -z "$acknowledged" ]; then
        deliver "$recording"
        is_acknowledged || complain_about "a second delivery gets $status"
    fi
    judge_memory 1
    cmp -s "$mp3" "$state"/audio/*.mp3 || complain_about 'the recording is not what was sent'
    expect 'the number of recordings' "$(find "$state/audio" -type f | wc -l)" 1
    unset 'settings[-1]'
}
starts[audio]=known

# Events that wait are worked off.
drains() { # CALLS
    operator post-call --drain
    judge_end
    [ "$code" != 0 ] || expect 'what is left by a drain that succeeded' "$(find "$state/inbox/new" -name '*.json')" ''
    judge_memory "$1"
}
scenario_first_drain() { drains 1; }
starts[first_drain]=waiting
scenario_drain() { drains 2; }
starts[drain]=known-waiting

# What can never work is in one place, with its reason; --retry brings it back and it fails again.
failed_folder() {
    (cd "$state/inbox/failed" && printf '%s ' *)
}
scenario_failing() {
    operator post-call --drain
    judge_end
    faulty=()
    operator post-call --drain
    expect 'the failed folder' "$(failed_folder)" "$waiting.json $waiting.reason "
    jq -e '.code and .message and .at and .attempts' "$state/inbox/failed/$waiting.reason" >/dev/null ||
        complain_about 'the reason cannot be read'
}
starts[failing]=nonsense
scenario_retry() {
    operator post-call --retry
    judge_end
    faulty=()
    operator post-call --retry
    [ "$code" = 0 ] || complain_about "--retry afterwards ends with $code"
    expect 'what waits' "$(find "$state/inbox/new" "$state/inbox/failed" -name '*.json')" \
        "$state/inbox/new/$waiting.json"
}
starts[retry]=failed

# Reading: a true answer, the one for the unknown, or an error; and the truth the next time.
scenario_client_data() {
    cgi client-data "$data/example-client-data.json" HTTP_X_API_KEY=fault_client
    judge_answer
    [ "$status" != 200 ] || grep -qE '"caller_known": *(true.*Nora|false)' "$work/out" || complain_about 'an untrue answer'
    faulty=()
    cgi client-data "$data/example-client-data.json" HTTP_X_API_KEY=fault_client
    grep -qE '"caller_known": *true' "$work/out" || complain_about 'the next start does not know the caller'
}
starts[client_data]=known
scenario_search_data() {
    cgi search-data "$data/example-search-data.json" HTTP_X_API_KEY=fault_search
    judge_answer
    [ "$status" != 200 ] || grep -q Tobias "$work/out" || complain_about 'an untrue answer'
    faulty=()
    cgi search-data "$data/example-search-data.json" HTTP_X_API_KEY=fault_search
    grep -q Tobias "$work/out" || complain_about 'the next start does not find it'
}
starts[search_data]=known

# Erasing succeeds wholly or says that it did not, and can be asked again.
scenario_forget() {
    operator client-data --forget "$caller"
    judge_end
    local done=$code
    faulty=()
    [ "$done" = 0 ] || operator client-data --forget "$caller"
    expect 'the end of the second attempt' "$code" "${code/[!0]*/0}"
    expect_memory 'what is left in memory' 0
    expect 'what is left in the inbox' "$(find "$state/inbox/new" -name '*.json')" ''
}
starts[forget]=known-waiting
scenario_status() {
    operator post-call --status
    judge_end
    [ "$code" != 0 ] || grep -qx 'waiting: 1' "$work/out" || complain_about 'an untrue status'
}
starts[status]=known-waiting

# The start of a worker without work: nothing but the settings and the lexicon.
scenario_lexicon() {
    operator post-call --drain
    judge_end
}
starts[lexicon]=nothing_waits

# --- over all n ------------------------------------------------------------------------------------------------

# How far apart the n are that are tried. Loading the lexicon allocates tens of thousands of times, all in the same
# few places: the scenario `lexicon` goes through these, the others only look in.
# libiniparser and libcrypto are spared: they do not look whether they got what they asked for.
stride_at() { # N
    case $scenario:$kind:$from:${every:-some}${FAULT_STRIDE:+:set} in
    *:malloc:*:set) echo "$FAULT_STRIDE" ;;
    lexicon:malloc::yes) echo $((n < 300 ? 1 : 131)) ;;
    *:malloc:/inbox:yes) echo $((n < 150 ? 1 : 41)) ;;
    *:malloc:*:yes) echo $((n < 100 ? 1 : 1997)) ;;
    *:malloc::*) echo 29989 ;;
    *:malloc:*) echo 887 ;;
    *:some) echo 19 ;;
    *) echo 1 ;;
    esac
}
runs=0 fired=0
try() { # SCENARIO
    local stride
    wrong=()
    n=0
    stride=$(stride_at)
    [ -n "$every" ] || n=$((RANDOM % stride))
    for ((n++; ; n += $(stride_at))); do
        restore_state "${starts[$1]}"
        rm -f "$work/fired"
        faulty=("LD_PRELOAD=$library" "FAULT=$kind:$n:$what" "FAULT_FIRED=$work/fired"
            FAULT_SPARE=libiniparser:libcrypto ${from:+"FAULT_FROM=$from"})
        "scenario_$1"
        runs=$((runs + 1))
        [ -e "$work/fired" ] || break
        fired=$((fired + 1))
    done
}
# Kind of call, what happens, and where the counting begins: at the start, or at the first look at the inbox.
all_kinds=(malloc:ENOMEM: malloc:ENOMEM:/inbox write:ENOSPC: fsync:EIO: rename:EIO: open:EMFILE: unlink:EIO: mkdir:ENOSPC:
    write:kill: fsync:kill: rename:kill: unlink:kill: open:killed: write:killed: rename:killed:)
read -ra kinds <<<"${FAULT_KINDS:-${all_kinds[*]}}"
scenarios=(first_event event audio first_drain drain failing retry client_data search_data forget status lexicon)

for scenario in "${scenarios[@]}"; do
    [ "$only" = ' ' ] || [[ $only == *" $scenario "* ]] || continue
    report='' counts=''
    for triple in "${kinds[@]}"; do
        IFS=: read -r kind what from <<<"$triple"
        [ "$scenario" != lexicon ] || [ "$triple" = malloc:ENOMEM: ] || continue
        # One kind in six.
        [ -n "$every" ] || [ $((RANDOM % 6)) = 0 ] || continue
        try "$scenario"
        counts+=" $triple$n"
        [ "${#wrong[@]}" = 0 ] || report+=$(printf '%s\n' "${wrong[@]}")$'\n'
    done
    check "${scenario//_/ }: whatever fails, nothing is lost and nothing is there twice" is "$report" ''
    printf '# reached%s\n' "$counts"
done
printf '# %s runs, %s of them met a fault; FAULT_SEED=%s\n' "$runs" "$fired" "$FAULT_SEED"
finish
