#!/bin/bash
# What spawn/register, callmem backfill and callmem forget send to ElevenLabs, what the stand-in of its API answers, and what spawn/sign
# makes, against ElevenLabs' own SDK from npm. It is kept in the build folder and looked for again after a week.
# Not with sanitizers: what runs here are scripts; t0510 starts the same programs.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/register.sh"

modules=$root/build/elevenlabs-js
sdk=$modules/node_modules/@elevenlabs/elevenlabs-js
# Prints what npm said if it failed.
install_sdk() {
    local draft=$modules.new
    [ -z "$(find "$modules/complete" -mtime -7 2>/dev/null)" ] || return 0
    rm -rf "$draft" && mkdir -p "$draft" &&
        timeout 300 npm install --prefix "$draft" --cache "$draft/cache" --ignore-scripts --no-audit --no-fund \
            --no-update-notifier --loglevel error '@elevenlabs/elevenlabs-js@2' 2>&1 &&
        rm -rf "$draft/cache" "$modules" && mv "$draft" "$modules" && touch "$modules/complete"
}
mkdir -p "$root/build"
exec 8>"$root/build/elevenlabs-js.lock"
flock 8
said=$(install_sdk 8>&-) || true
exec 8>&-
if ! [ -e "$modules/complete" ]; then
    check 'the SDK can be had from npm' is "$said" ''
    finish
    exit
fi

# --- the API ---------------------------------------------------------------------------------------------------

log=$work/standin-elevenlabs/log
fits() { # [EGREP of the complaints that are allowed]
    local said
    said=$("$root/tests/sdk" "$sdk" check "$log" 2>&1) || true
    [[ $said =~ [1-9][0-9]*\ requests,\ [1-9][0-9]*\ answers$ ]] || { printf '%s\n' "$said" && return 1; }
    said=$(sed '$d' <<<"$said" | grep -vE "${1:-^$}" | sort | uniq -c) || true
    is "$said" ''
}
# A change by hand is no request of ours: it is left out of the log.
by_hand() { # METHOD PATH BODY
    cp "$log" "$work/log"
    as_operator "$@" >/dev/null
    cp "$work/log" "$log"
}

new_registration CALLMEM_SCOPE=agent CALLMEM_PRIVATE=need CALLMEM_SHARED_LINES=+15550100760
standin elevenlabs '{"answers": true, "branches": [{"agent_id": "agent_quince", "id": "agtbranch_live", "current_live_percentage": 20}]}'
register --url "$here" --outbound --agent agent_quince
check 'registering succeeds' is "$code" 0
check 'the tool says whether the caller was checked, and who they are' is "$(standin_state | jq -c '[.tools[].tool_config |
    select(.name == "search_memory") | .api_schema.request_body_schema | (.properties | .verified.type, .caller_name.type),
    (.required - ["query", "agent_id"] | length)]')" '["boolean","string",0]'
webhook=$(standin_state | jq -r '.webhooks | keys[]')
by_hand PATCH /v1/convai/agents/agent_pear "$(standin_state | jq -c --arg id "$webhook" '{platform_settings: {workspace_overrides:
    {webhooks: {post_call_webhook_id: $id, events: ["audio"], exclude_transcript: true},
    conversation_initiation_client_data_webhook: .settings.conversation_initiation_client_data_webhook}}}')"
by_hand PATCH "/v1/workspace/webhooks/$webhook" '{"is_disabled": true, "name": "callmem"}'
register --agent agent_pear
check 'so does correcting what others changed' is "$code" 0
sed -i 's/^ELEVENLABS_SEARCH_DATA_SECRET=.*/ELEVENLABS_SEARCH_DATA_SECRET=newer-0123456789abcdef/' "$env_path"
register --url https://127.0.0.1:2
check 'a new address and a new secret' is "$code" 0
register --no-items
check 'taking the items away' is "$code" 0
jq -s 'map(.data)' "$data"/{example-post-call,transcription-sip-outbound,transcription-web}.json |
    jq -c '{conversations: (. + [.[0] | .conversation_id = "conv_going" | .status = "processing"]),
        make: {count: 2, agent_id: "agent_quince"}}' >"$work/conversations"
standin elevenlabs "@$work/conversations"
said=$(program callmem backfill --since 2026-01-01 --agent agent_quince 2>&1 </dev/null)
check 'a backfill fetches' like "$said" 'fetched: [1-9]'
standin elevenlabs '{"make": {"count": 120, "agent_id": "agent_quince"}}'
said=$(program callmem backfill 2>&1 </dev/null)
check 'over several pages' like "$said" 'conversations at ElevenLabs: 12[0-9]'
said=$(program callmem forget +15550100200 --at-elevenlabs --yes 2>&1 </dev/null)
check 'forgetting deletes there' like "$said" 'At ElevenLabs: [1-9][0-9]* conversations? deleted'
register --remove
check 'and all of it undone' is "$code" 0
check 'each request and each answer is as the SDK has it' fits

# If the API keeps items that a PATCH does not name, null is the last resort of register to be rid of its own; the types
# of the SDK allow no other way.
mv "$log" "$work/log"
kill_standin elevenlabs
start_standin elevenlabs
standin elevenlabs '{"answers": true, "collection": "merge", "agents": [{"agent_id": "agent_quince"}]}'
register --url "$here" --agent agent_quince
register --remove
check 'items that stay are removed in another way' kept '.agents.agent_quince.platform_settings.data_collection | length' 0
check 'in which null is all that the SDK does not have' fits \
    '^request PATCH /v1/convai/agents/:id: UpdateAgentRequest\.platform_settings\.data_collection\.callmem_[a-z]*: Expected object\. Received null\.$'
check 'and that is seen' not fits

# A field, a query parameter and a route that the SDK does not know.
jq -c 'select(.route == "POST /v1/convai/tools") | .body.tool_config.api_schema.filter = 1' "$work/log" | head -n 1 >"$log"
check 'an unknown field does not fit' not fits
check 'and is named' like "$("$root/tests/sdk" "$sdk" check "$log")" 'api_schema.*filter'
jq -c 'select(.route == "GET /v1/convai/tools") | .path += "&sorted=1"' "$work/log" | head -n 1 >"$log"
check 'nor does an unknown query parameter' like "$("$root/tests/sdk" "$sdk" check "$log")" '^request .*query parameter sorted'
jq -c 'select(.route == "GET /v1/convai/settings") | .answer.webhooks.sound = true' "$work/log" | head -n 1 >"$log"
check 'nor an unknown field of an answer' like "$("$root/tests/sdk" "$sdk" check "$log")" '^answer .*sound'

# --- calls that are made ---------------------------------------------------------------------------------------

jq -n '{call_name: "Spring", agent_id: "agent_quince", recipients: [{phone_number: "+15550100200"}]}' >"$work/list.json"
CALLMEM_FIRST_MESSAGE_NEW=Hello CALLMEM_VOICE_ID=voice program callmem answer --batch "$work/list.json" --agent agent_quince |
    jq -c '{route: "POST /v1/convai/batch-calling/submit", path: "/v1/convai/batch-calling/submit", status: 200, body: .}' >"$log"
check 'callmem answer adds an override to recipients' like "$(cat "$log")" '"first_message":"Hello"'
check 'and recipients are as the SDK has them' is "$("$root/tests/sdk" "$sdk" check "$log")" '1 requests, 0 answers'

# --- signatures ------------------------------------------------------------------------------------------------

# Its output and exit status, for what spawn/sign made.
event() { # SECRET
    "$root/tests/sdk" "$sdk" event "$data/example-post-call.json" "$1" <<<"$signed"
}
signed=$(within env ELEVENLABS_POST_CALL_SECRET=wsec_sdk ./spawn/sign "$data/example-post-call.json")
check 'the SDK accepts what spawn/sign makes' is "$(event wsec_sdk)" post_call_transcription
check 'with another secret it does not' not event wsec_other
old=$(($(date +%s) - 1860))
signed="ElevenLabs-Signature: $(signature wsec_sdk "$data/example-post-call.json" "$old")"
check 'nor what is too old for it' like "$(event wsec_sdk)" '[Tt]olerance'
finish
