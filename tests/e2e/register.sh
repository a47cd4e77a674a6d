# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of spawn/register share; sourced after lib.sh, whose stand-in of the ElevenLabs API it uses.

key=$standin_key
here=https://127.0.0.1:1 # nobody is there
register_command=./spawn/register

# An instance, not started, whose settings file has some of an operator's own.
new_registration() { # [SETTING=value…]
    start_standin elevenlabs
    new_instance main "ELEVENLABS_API_URL=${at[elevenlabs]}" "$@"
    cat >"$env_path" <<END
# The operator's own comment, and a name with a wrong case: elevenlabs_post_call_secret=
ELEVENLABS_CLIENT_DATA_SECRET=client-0123456789abcdef
ELEVENLABS_SEARCH_DATA_SECRET=search-0123456789abcdef,older-0123456789abcdef
ELEVENLABS_POST_CALL_SECRET = first-0123456789abcdef
ELEVENLABS_API_KEY=$key
CALLMEM_FIRST_MESSAGE_NEW="Hello # there"
CALLMEM_VOICE_ID=voice1
CALLMEM_KEYWORDS={{caller_people}}
END
    chmod 600 "$env_path"
    standin elevenlabs '{"agents": [{"agent_id": "agent_quince"}, {"agent_id": "agent_pear"}]}'
}

# `said` is what it said, `complaints` what it complained of, `code` its exit status, `changes` how many requests there
# were that change something.
register() { # ARGUMENT…
    standin elevenlabs '{"clear": true}'
    code=0
    said=$(within "$register_command" "$@" 2>"$work/complaints" </dev/null) || code=$?
    complaints=$(cat "$work/complaints")
    standin elevenlabs
    changes=$(jq '[.requests | to_entries[] | select(.key | startswith("GET") | not) | .value] | add // 0' "$standin_said")
}

# Somebody changes something at ElevenLabs.
as_operator() { # METHOD PATH BODY
    curl -sS --noproxy '*' -f -X "$1" -H "xi-api-key: $key" --data-binary "$3" "${at[elevenlabs]}$2"
}

# What the stand-in has.
standin_state() {
    standin elevenlabs && jq .state "$standin_said"
}
kept() { # JQ-FILTER WANTED
    is "$(standin_state | jq -r "$1")" "$2"
}
count_all='"\(.webhooks | length) \(.secrets | length) \(.tools | length)"'

post_call_secrets() {
    program callmem setting ELEVENLABS_POST_CALL_SECRET --reveal
}
