# shellcheck shell=bash
# The ElevenLabs API, and the record that spawn/register keeps. Sourced after common.sh. Requests and answers are as in
# ElevenLabs' own SDKs of 2026.
#
# Secrets never appear on a command line, where every user of the machine could read them: the key and bodies go to curl
# through pipes, secrets to jq through its standard input, and only builtins of the shell get them as arguments.
# shellcheck disable=SC2016,SC2154 # jq expands the text in single quotes; common.sh sets build and installed
answer='' # of the last call

# Reads where the API is and the key for it from the settings.
api_open() {
    api_url=$(setting ELEVENLABS_API_URL)
    api_key=$("$callmem" setting ELEVENLABS_API_KEY --reveal)
    [ -n "$api_key" ] || fail "ELEVENLABS_API_KEY is empty: put a key of your workspace into $(env_file)." \
        'It needs the rights to write Agents and Workspace webhooks'
}

# One call. Leaves the answer in $answer, its status in $api_status, the API's error message in $api_message and its name for
# the error in $api_problem; 1 if it was refused. Without an answer the script exits.
api() { # METHOD PATH [BODY]
    local tries
    for ((tries = 1; ; tries++)); do
        api_once "$@"
        case $api_status:$1:$tries in
        2??:*) return 0 ;;
        *:4) break ;;
        # Too many requests: nothing was done.
        429:*) sleep $((api_wait < 60 ? api_wait : 60)) ;;
        # Only GET is safe to repeat.
        5??:GET:*) sleep "$tries" ;;
        *) break ;;
        esac
    done
    # Only the message and its name: other fields may echo what was sent.
    api_problem=$(jq -r '.detail.status? // empty' <<<"$answer" 2>/dev/null | head -c 100) || true
    api_message=$(
        jq -r '.detail | if type == "array" then map(.msg?) | join("; ")
            elif type == "object" then .message // .status else . end // empty' <<<"$answer" 2>/dev/null | head -c 300
    ) || true
    return 1
}

api_once() { # METHOD PATH [BODY]
    local how=(-X "$1") status_line
    [ "$#" -lt 3 ] || how+=(-H 'Content-Type: application/json' --data-binary @-)
    answer=$(
        curl -sS --connect-timeout 10 --max-time 60 -w '\n%{http_code} %header{retry-after}' "${how[@]}" \
            -H @<(printf 'xi-api-key: %s\n' "$api_key") "$api_url$2" < <(printf '%s' "${3-}")
    ) || fail "$api_url did not answer; nothing more was changed"
    status_line=${answer##*$'\n'}
    answer=${answer%$'\n'*}
    api_status=${status_line%% *}
    api_wait=${status_line#* }
    [[ $api_wait =~ ^[0-9]{1,4}$ ]] || api_wait=1
}

# A call that must succeed.
api_must() { # METHOD PATH [BODY]
    api "$@" || api_failed "$1 $2"
}

api_failed() { # WHAT
    local hint=''
    case $1 in */v1/workspace/webhooks*) hint='. Webhooks need a key that an admin of the workspace made' ;; esac
    case $api_status:$api_problem in
    401:missing_permissions | 403:*)
        fail "ELEVENLABS_API_KEY may not do this: $1 ($api_status${api_message:+: $api_message})$hint"
        ;;
    401:*) fail "ElevenLabs does not accept ELEVENLABS_API_KEY (401${api_message:+: $api_message})" ;;
    *) fail "$1: HTTP $api_status${api_message:+: $api_message}" ;;
    esac
}

# All pages of a list, as one JSON array.
api_list() { # PATH MEMBER
    local cursor='' list='[]' next
    while :; do
        api_must GET "$1?page_size=100${cursor:+&cursor=$cursor}"
        list=$(
            jq -c --arg member "$2" --slurpfile page <(printf '%s' "$answer") \
                '. + ($page[0][$member] | arrays // error)' <<<"$list" 2>/dev/null
        ) || fail "GET $1: the answer is not what the API's documentation says"
        next=$(jq -r '.next_cursor // empty | @uri' <<<"$answer")
        if [ -z "$next" ] || [ "$next" = "$cursor" ]; then break; fi
        cursor=$next
    done
    printf '%s\n' "$list"
}

# A value in the last answer, nothing for null.
answered() { # JQ-FILTER
    jq -r "$1 // empty" <<<"$answer"
}

# Deletes; something already deleted is no failure.
api_delete() { # PATH
    api DELETE "$1" || [ "$api_status" = 404 ] || api_failed "DELETE $1"
}

# --- the record ------------------------------------------------------------------------------------------------
# elevenlabs.json in the state folder lists the objects at ElevenLabs that belong to this instance, so that a later run
# finds them and changes no others:
#
#   url           the address that was registered
#   webhook       {id, mark} of the post-call webhook; mark: see mark_of
#   old_webhooks  the same of those that it replaced and that are still to be deleted
#   retired       marks of deleted ones' secrets
#   secrets       {id, mark} of the stored secret of "client-data" and of "search-data"
#   tool          id of the search tool
#   outbound_tool the same of that for calls that agents make
#   agents        for each agent's id, or ID?branch_id=BRANCH, the switches that were turned on for it, as jq paths
#   no_items      ids of the agents without data collection items
#   before        the workspace's settings that were there before, for --remove to put back

record_open() { # STATE
    record_file=$1/elevenlabs.json
    record='{}'
    [ -e "$record_file" ] || return 0
    record=$(jq -c 'objects' "$record_file" 2>/dev/null) || true
    [ -n "$record" ] || fail "$record_file is damaged; without it, registered webhooks and tools are only found by their addresses"
}

recorded() { # JQ-FILTER
    jq -r "$1 // empty" <<<"$record"
}

# Changes the record, on disk as well, before anything else happens.
record_change() { # JQ-ARGUMENT…
    local draft
    record=$(jq -c "$@" <<<"$record")
    draft=$(mktemp "$record_file.XXXXXX")
    printf '%s\n' "$record" >"$draft"
    # The owner of the folder also owns the record when root runs this.
    chown -h --reference="${record_file%/*}" "$draft" 2>/dev/null || true
    sync "$draft"
    mv "$draft" "$record_file"
}

# A hash that identifies a secret without revealing it.
mark_of() { # SECRET
    printf '%s' "$1" | sha256
}

# --- the settings file -----------------------------------------------------------------------------------------

# Where ELEVENLABS_POST_CALL_SECRET can be changed: the settings file, or the file that it names for this secret.
find_secret_file() {
    local name=ELEVENLABS_POST_CALL_SECRET hint=''
    [ -n "$installed" ] || hint=' yet: run ./spawn/up first'
    secret_file=${ELEVENLABS_POST_CALL_SECRET_FILE:-}
    [ -z "${ELEVENLABS_POST_CALL_SECRET+set}" ] ||
        fail "$name is set in the environment, where this script cannot change it; keep it in the settings file"
    [ -e "$(env_file)" ] || [ -n "$secret_file" ] || fail "there is no $(env_file)$hint"
    [ -n "$secret_file" ] || secret_file=$(sed -n "s/^[[:blank:]]*${name}_FILE[[:blank:]]*=[[:blank:]]*//p" \
        "$(env_file)" | sed "s/[[:blank:]]*\$//; s/^\"\\(.*\\)\"\$/\\1/; s/^'\\(.*\\)'\$/\\1/")
    if [ -n "$secret_file" ]; then secret_lines=yes; else secret_lines='' secret_file=$(env_file); fi
    secret_file=$(realpath -- "$secret_file")
    if ! [ -w "$secret_file" ] || ! [ -w "${secret_file%/*}" ]; then fail "cannot write $secret_file"; fi
}

# The secret file with its value replaced and everything else unchanged.
secret_file_with() { # VALUE
    local line found=''
    if [ -n "$secret_lines" ]; then
        printf '%s\n' "${1//,/$'\n'}"
        return
    fi
    while IFS= read -r line || [ -n "$line" ]; do
        if [[ $line =~ ^[[:blank:]]*ELEVENLABS_POST_CALL_SECRET[[:blank:]]*= ]]; then
            line="ELEVENLABS_POST_CALL_SECRET=\"$1\"" found=yes
        fi
        printf '%s\n' "$line"
    done <"$secret_file"
    [ -n "$found" ] || printf 'ELEVENLABS_POST_CALL_SECRET="%s"\n' "$1"
}

# Writes a list of secrets, separated by commas, to that file, whole or not at all; its owner and mode stay.
write_secrets() { # VALUE
    local draft
    draft=$(mktemp "$secret_file.XXXXXX")
    secret_file_with "$1" >"$draft"
    chmod --reference="$secret_file" "$draft"
    chown --reference="$secret_file" "$draft" 2>/dev/null || true
    sync "$draft"
    mv -f "$draft" "$secret_file"
    [ "$("$callmem" setting ELEVENLABS_POST_CALL_SECRET --reveal)" = "$1" ] ||
        fail "the new value in $secret_file has no effect; is $(env_file) the settings file in use?"
}

# The secrets of post-call, one a line.
post_call_secrets() {
    "$callmem" setting ELEVENLABS_POST_CALL_SECRET --reveal | tr , '\n'
}

# Those with other marks than these, at most seven: with a new one that makes eight, the largest number allowed.
secrets_without() { # MARK…
    local secret
    post_call_secrets | while IFS= read -r secret; do
        [[ " $* " == *" $(mark_of "$secret") "* ]] || printf '%s\n' "$secret"
    done | head -n 7 | paste -sd , -
}

# Whether one of them has this mark.
secret_is_known() { # MARK
    local secret
    while IFS= read -r secret; do
        [ "$(mark_of "$secret")" != "$1" ] || return 0
    done < <(post_call_secrets)
    return 1
}
