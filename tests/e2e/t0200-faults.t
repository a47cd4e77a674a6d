#!/bin/bash
# Calls that fail on purpose, and kills between any two steps (tests/faults/faults.c): the n-th malloc, write, fsync,
# rename, open, unlink or mkdir of a program, for n = 1, 2, 3, … until the program ends without having met the fault.
# After each: no death by a signal that was not ours, an answer or a clear error, what was acknowledged is in memory
# exactly once, what was not is there once or not at all and may come again, the databases are intact, and the next
# start needs no hand. tests/faults/rounds.c has the scenarios, runs the programs and judges.
#
#     bash tests/e2e/t0200-faults.t                  # as in ./tests/run: of the many n some; another FAULT_SEED=…
#                                                    # chooses others
#     bash tests/e2e/t0200-faults.t all [SCENARIO…]  # every n; docs/testing.md tells how that ended
#     FAULT_KINDS=malloc:ENOMEM:/inbox bash … all drain         # the allocations from the inbox on alone
#     FAULT_KINDS=malloc:ENOMEM:@libcjson bash … all drain      # those of one library alone
# Not with sanitizers: they want to be the first library, and so does that of the faults.
. "$(dirname "$0")/lib.sh"

every='' only=''
if [ "${1:-}" = all ]; then
    every=yes
    shift
    only=${*:+" $* "}
fi
RANDOM=${FAULT_SEED:=1}
rounds=$build/faults-rounds
build_programs "${rounds#"$root/"}" "${build#"$root/"}/faults.so"

new_instance main
printf '%s\n' CALLMEM_THREADS=3 'CALLMEM_CONTEXT_CHARS = 1999' CALLMEM_LOG_LEVEL=info >"$env_path"
chmod 600 "$env_path"
settings+=(ELEVENLABS_CLIENT_DATA_SECRET=fault_client ELEVENLABS_SEARCH_DATA_SECRET=fault_search
    ELEVENLABS_POST_CALL_SECRET=fault_post ELEVENLABS_SIGNATURE_TOLERANCE=86400
    "CALLMEM_AUDIO_DIR=$state/audio" "CALLMEM_PAYLOAD_LOG_POST_CALL=$state/payloads")

# --- what the rounds are made of -------------------------------------------------------------------------------

folder=$work/faults
requests=$folder/requests
mkdir -p "$requests" "$folder/lexicon"
printf '%s\n' "${settings[@]}" >"$folder/settings"
ln -s "$build" "$folder/programs"
ln -s "$build/faults.so" "$folder/faults.so"
head -c 20000 /dev/urandom >"$folder/recording.mp3"
printf '{"type":"post_call_transcription","data":7}' >"$folder/nonsense"
printf '[list title]\nsqueakmaster\n' >"$folder/lexicon/en.txt"

first=$data/example-post-call.json
cp "$first" "$requests/first"
jq -c '.data.conversation_id = "conv_fault_2" | .data.metadata.start_time_unix_secs += 86400' "$first" >"$requests/second"
jq -c '.data.metadata.deletion_settings.delete_transcript_and_pii = true' "$first" >"$requests/sealed"
jq -c --rawfile audio <(base64 -w0 "$folder/recording.mp3") \
    '.data.full_audio = $audio | .data.conversation_id = "conv_quince_0001"' "$data/audio.json" >"$requests/recording"
for name in first second recording; do
    printf 'HTTP_ELEVENLABS_SIGNATURE=%s\n' "$(signature fault_post "$requests/$name")" >"$requests/$name.header"
done
for name in client search; do
    cp "$data/example-$name-data.json" "$requests/$name-data"
    printf 'HTTP_X_API_KEY=fault_%s\n' "$name" >"$requests/$name-data.header"
done

# --- over all n ------------------------------------------------------------------------------------------------

# Kind of call, what happens, and where the counting begins: at the start, or at the first look at the inbox; or which
# library's allocations are counted.
all_kinds=(malloc:ENOMEM: write:ENOSPC: fsync:EIO: rename:EIO: open:EMFILE: unlink:EIO: mkdir:ENOSPC: write:kill:
    fsync:kill: rename:kill: unlink:kill: open:killed: write:killed: rename:killed:)
[ -n "$every" ] || all_kinds+=(malloc:ENOMEM:/inbox)
read -ra kinds <<<"${FAULT_KINDS:-${all_kinds[*]}}"
scenarios=(first_event event audio first_drain drain lexicon failing retry client_data search_data forget status expire
    sealing export import)
runs=0 met=0

# The first n and how far apart they are: of the thousands of allocations and of the dozens of the others some.
n_of() { # KIND
    local stride=1
    case ${every:-some}:$1 in
    some:malloc:*) stride=887 ;;
    some:*) stride=19 ;;
    esac
    stride=${FAULT_STRIDE:-$stride}
    [ -z "$every" ] && printf '%s:%s\n' $((RANDOM % stride + 1)) "$stride" || printf '1:%s\n' "$stride"
}

for scenario in "${scenarios[@]}"; do
    [ -z "$only" ] || [[ $only == *" $scenario "* ]] || continue
    tried=()
    for triple in "${kinds[@]}"; do
        # One kind in six.
        [ -n "$every" ] || [ $((RANDOM % 6)) = 0 ] || continue
        tried+=("$triple:$(n_of "$triple")")
    done
    # Without its stemmer a text is read in another way, which nothing shows but what is found; OpenSSL does not survive
    # it when it cannot be set up.
    [ -n "$every" ] || tried+=(malloc:ENOMEM:@libstemmer:1:1 malloc:ENOMEM:@libcrypto:1:1499)
    said=$("$rounds" "$folder" "$scenario" "${tried[@]}" 2>&1) || said+=$'\nthe rounds broke off'
    check "${scenario//_/ }: whatever fails, nothing is lost and nothing is there twice" is "$(grep -v '^# ' <<<"$said")" ''
    grep '^# ' <<<"$said"
    [[ $said =~ '# runs '([0-9]+)' met '([0-9]+) ]] && runs=$((runs + BASH_REMATCH[1])) met=$((met + BASH_REMATCH[2]))
done
printf '# %s runs, %s of them met a fault; FAULT_SEED=%s\n' "$runs" "$met" "$FAULT_SEED"
finish
