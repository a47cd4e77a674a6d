#!/bin/bash
# Settings: what stops a start, and what it says.
. "$(dirname "$0")/lib.sh"

new_instance main
touch "$env_path" && chmod 600 "$env_path"
strong=wsec_$(openssl rand -hex 32)

check_config() { # LINE-OF-THE-FILE…
    printf '%s\n' "$@" >"$env_path"
    code=0
    said=$(env CALLMEM_ENV_FILE="$env_path" "$build/client-data" --check-config 2>&1) || code=$?
}

check_config "ELEVENLABS_CLIENT_DATA_SECRET=$strong" "ELEVENLABS_SEARCH_DATA_SECRET=$strong" \
    "ELEVENLABS_POST_CALL_SECRET=$strong"
check 'good settings pass' is "$code" 0
check 'no secret is shown' unlike "$said" "$strong"

# Everything that is wrong, at once, each with its place.
check_config '# a comment' 'CALLMEM_WORKERS=lots' 'CALLMEM_THREADS=0' 'OPENMEMORY_MODE=cloud' 'CALLMEM_SCOPES=agent' \
    'CALLMEM_LISTEN=8090' 'ELEVENLABS_SIGNATURE_TOLERANCE=-1' 'OPENMEMORY_DECAY_LAMBDA=fast' 'CALLMEM_LOG_LEVEL=loud' \
    'CALLMEM_FIRST_MESSAGE_NEW=Hello {{caller_name' 'ELEVENLABS_POST_CALL_AUTH=maybe'
check 'wrong settings stop the start with 78' is "$code" 78
line=1
for name in CALLMEM_WORKERS CALLMEM_THREADS OPENMEMORY_MODE CALLMEM_SCOPES CALLMEM_LISTEN \
    ELEVENLABS_SIGNATURE_TOLERANCE OPENMEMORY_DECAY_LAMBDA CALLMEM_LOG_LEVEL CALLMEM_FIRST_MESSAGE_NEW \
    ELEVENLABS_POST_CALL_AUTH; do
    line=$((line + 1))
    check "$name is named with file and line" like "$said" "$env_path:$line: $name: "
done
check 'a mistyped name gets the right one suggested' like "$said" 'CALLMEM_SCOPES: [^
]*CALLMEM_SCOPE[^S]'
for name in client-data search-data post-call; do
    code=0
    env CALLMEM_ENV_FILE="$env_path" "$build/$name" --check-config >/dev/null 2>&1 || code=$?
    check "$name refuses them" is "$code" 78
    code=0
    env CALLMEM_ENV_FILE="$env_path" CALLMEM_STATE_DIR="$state" "$build/$name" </dev/null >/dev/null 2>&1 || code=$?
    check "$name does not start with them" is "$code" 78
done
up
check 'up ends with 78' is "$up_status" 78
check 'and hands the message on' like "$up_said" "$env_path:2: CALLMEM_WORKERS"
check 'and starts nothing' is "$(handler_pids "$state")$(nginx_pids "$state")" ''

# The environment comes first, then the file, then the default.
check_config 'CALLMEM_WORKERS=3' 'CALLMEM_THREADS=5'
check 'the file counts' is "$(env CALLMEM_ENV_FILE="$env_path" "$build/callmem" setting CALLMEM_WORKERS)" 3
check 'the environment counts more' \
    is "$(env CALLMEM_WORKERS=1 CALLMEM_ENV_FILE="$env_path" "$build/callmem" setting CALLMEM_WORKERS)" 1
check 'the default counts last' \
    is "$(env CALLMEM_ENV_FILE="$env_path" "$build/callmem" setting CALLMEM_CONTEXT_CHARS)" 2000
code=0
said=$(env CALLMEM_WORKERS=no CALLMEM_ENV_FILE="$env_path" "$build/post-call" --check-config 2>&1) || code=$?
check 'what is wrong in the environment is said to be there' like "$code $said" '78 .*environment: CALLMEM_WORKERS: '
code=0
said=$(env CALLMEM_ENV_FILE="$work/nowhere" "$build/post-call" --check-config 2>&1) || code=$?
check 'a settings file that is named has to be there' like "$code $said" '78 .*nowhere'

# Secrets that would break a naive reader of such files.
for secret in 'a;b#c=d"e' "  quoted '#;\\ blanks  " "$(printf 'long%.0s' {1..900})"; do
    printf 'ELEVENLABS_POST_CALL_SECRET_FILE=%s\n' "$work/secret" >"$env_path"
    printf '%s\n' "$secret" >"$work/secret"
    trimmed=$(sed 's/^ *//; s/ *$//' <<<"$secret")
    check "a secret from a file comes as it is (${#secret} characters)" is \
        "$(env CALLMEM_ENV_FILE="$env_path" "$build/callmem" setting ELEVENLABS_POST_CALL_SECRET --reveal)" "$trimmed"
done
printf 'ELEVENLABS_POST_CALL_SECRET=%s\n' "$strong" >"$env_path"
check 'a secret is masked unless asked for' unlike \
    "$(env CALLMEM_ENV_FILE="$env_path" "$build/callmem" setting ELEVENLABS_POST_CALL_SECRET 2>&1)" "$strong"

# Production takes no chances.
production() { # LINE…
    check_config CALLMEM_ENV=production "$@"
}
all=("ELEVENLABS_CLIENT_DATA_SECRET=$strong" "ELEVENLABS_SEARCH_DATA_SECRET=${strong}1"
    "ELEVENLABS_POST_CALL_SECRET=${strong}2")
production "${all[@]}"
check 'production starts with strong secrets' is "$code" 0
production "${all[0]}" "${all[1]}"
check 'production refuses a missing secret' like "$code $said" '78 .*ELEVENLABS_POST_CALL_SECRET'
production "${all[0]}" "${all[1]}" ELEVENLABS_POST_CALL_SECRET=changeme
check 'production refuses a weak secret' like "$code $said" '78 .*ELEVENLABS_POST_CALL_SECRET'
for name in CLIENT_DATA SEARCH_DATA POST_CALL; do
    production "${all[@]}" "ELEVENLABS_${name}_AUTH=none"
    check "production refuses an open door for $name" like "$code $said" "78 .*ELEVENLABS_${name}_AUTH"
done
chmod 644 "$env_path"
production "${all[@]}"
check 'production refuses a settings file that others can read' like "$code $said" '78 .*(read|mode|chmod)'
chmod 600 "$env_path"
check_config 'ELEVENLABS_POST_CALL_AUTH=none'
check 'development does not mind' is "$code" 0

# Every program tells what it is.
for name in client-data search-data post-call; do
    check "$name --version" like "$("$build/$name" --version)" '[0-9]+\.[0-9]+\.[0-9]+'
    check "$name --help" like "$("$build/$name" --help)" '--check-config'
    code=0
    "$build/$name" --no-such-option >/dev/null 2>"$work/said" </dev/null || code=$?
    check "$name refuses an option that it does not know" not is "$code" 0
    check 'and says how to find those that it knows' like "$(cat "$work/said")" '--help'
done

# The template that `up` starts from.
check 'the template names every secret' is "$(grep -cE '^ELEVENLABS_(CLIENT_DATA|SEARCH_DATA|POST_CALL)_SECRET=$' \
    env/development.env)" 3
check 'the template is valid as it is' env CALLMEM_ENV_FILE=env/development.env "$build/callmem" check
finish
