#!/bin/bash
# What spawn/register keeps and what it corrects: events and switches of the operator's, transcripts that are left out,
# webhooks in an agent's own settings, and branches of agents.
# Not with sanitizers: what runs here are scripts; t0510 starts the same programs.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/register.sh"

new_registration
nothing_to_do() { # REGISTER'S ARGUMENT…
    register "$@"
    like "$code $changes $said" '^0 0 Nothing to change'
}
after_calls='.settings.webhooks | "\(.events | sort | join(" ")) \(.exclude_transcript) \(.transcript_format)"'
# Changes the setting for events after a call.
change_after_calls() { # CHANGES
    standin_state | jq -c --argjson changes "$1" '{webhooks: (.settings.webhooks + $changes)}' >"$work/body"
    as_operator PATCH /v1/convai/settings "$(cat "$work/body")" >/dev/null
}

as_operator PATCH /v1/convai/settings '{"webhooks": {"events": ["transcript", "unredacted_transcript"],
    "exclude_transcript": true}}' >/dev/null
register --url "$here"
check 'events that were on stay on, and transcripts are sent' kept "$after_calls" \
    'audio call_initiation_failure transcript unredacted_transcript false json'
change_after_calls '{"events": ["transcript", "answering_machine_detection"]}'
check 'events that the operator turned off stay off' nothing_to_do
change_after_calls '{"exclude_transcript": true}'
register --dry-run
check 'that transcripts are left out is told' like "$said" 'send events after a call to it: transcript, answering_machine_detection, with their transcripts'
register
check 'and put right' kept "$after_calls" 'answering_machine_detection transcript false json'
change_after_calls '{"events": ["audio"], "transcript_format": "opentelemetry"}'
register
check 'so is an event that callmem needs, and the format' kept "$after_calls" 'audio transcript false json'
webhook=$(standin_state | jq -r '.webhooks | keys[]')
as_operator PATCH "/v1/workspace/webhooks/$webhook" '{"is_disabled": true, "name": "My memory", "retry_enabled": false}' >/dev/null
register
check 'a webhook keeps its name and its retries' kept '.webhooks[] | "\(.name) \(.is_disabled) \(.retry_enabled)"' 'My memory false false'
register --url https://127.0.0.1:2
check 'a new address keeps the events' kept "$after_calls" 'audio transcript false json'

# An agent whose own settings have callmem's webhooks.
webhook=$(standin_state | jq -r '.webhooks | keys[]')
standin_state | jq -c --arg id "$webhook" '{platform_settings: {workspace_overrides: {webhooks: {post_call_webhook_id: $id,
    events: ["audio"], exclude_transcript: true}, conversation_initiation_client_data_webhook:
    (.settings.conversation_initiation_client_data_webhook | .request_headers.Who = "me")}}}' >"$work/body"
as_operator PATCH /v1/convai/agents/agent_pear "$(cat "$work/body")" >/dev/null
own='.agents.agent_pear.platform_settings.workspace_overrides | "\(.webhooks | "\(.events | sort | join(" ")) \(.exclude_transcript)")
    \(.conversation_initiation_client_data_webhook | "\(.url) \(.request_headers | keys | join(" "))")"'
register --agent agent_pear
check 'an agent'\''s own setting is corrected' like "$said" 'correct the post-call webhook in the settings of agent agent_pear: audio, transcript, with their transcripts'
check 'it has the turns of its calls sent' kept "$own" $'audio transcript false\n    https://127.0.0.1:2/webhook/client-data Who X-Api-Key'
check 'which is done once' nothing_to_do
register --url "$here"
check 'it follows a new address' kept "$own" $'audio transcript false\n    '"$here/webhook/client-data Who X-Api-Key"
check 'and lets the old webhook go' kept '.webhooks | length' 1
check 'that is done once, too' nothing_to_do
jq -c 'del(.agents)' "$state/elevenlabs.json" >"$work/record"
cp "$work/record" "$state/elevenlabs.json"
as_operator PATCH /v1/convai/agents/agent_pear '{"conversation_config": {"agent": {"prompt": {"tool_ids": []}}}}' >/dev/null
register --remove
check 'a removal takes the webhook from an agent that nobody named' is "$code" 0
check 'and leaves nothing' kept "$count_all" '0 0 0'
check 'whose settings have none any more' kept '.agents.agent_pear.platform_settings.workspace_overrides |
    "\(.webhooks.post_call_webhook_id) \(.conversation_initiation_client_data_webhook)"' 'null null'

# Branches: those that take calls are set up like the main one.
standin elevenlabs '{"branches": [{"agent_id": "agent_quince", "id": "agtbranch_live", "current_live_percentage": 20},
    {"agent_id": "agent_quince", "id": "agtbranch_shut", "current_live_percentage": 10, "protection_status": "admin_perms_required"},
    {"agent_id": "agent_quince", "id": "agtbranch_idle"},
    {"agent_id": "agent_quince", "id": "agtbranch_old", "current_live_percentage": 5, "is_archived": true}]}'
set_up='"\(.conversation_config.agent.prompt.tool_ids | length) \(.platform_settings |
    "\(.data_collection | length) \(.overrides.enable_conversation_initiation_client_data_from_webhook)")"'
register --url "$here" --agent agent_quince
check 'branches that take calls are in the plan' like "$said" 'give agent agent_quince, branch agtbranch_live the tool search_memory'
check 'and are set up' kept ".branches.agtbranch_live | $set_up" '1 5 true'
check 'like the main one' kept ".agents.agent_quince | $set_up" '1 5 true'
check 'others are left alone' kept "[.branches.agtbranch_idle, .branches.agtbranch_old | $set_up] | join(\"; \")" '0 0 false; 0 0 false'
check 'one that cannot be changed is told' like "$code $complaints" '^0 .*agent agent_quince, branch agtbranch_shut was not changed \(HTTP 403: The branch is protected'
check 'keywords may be overridden where we set some' kept ".branches.agtbranch_live, .agents.agent_quince |
    .platform_settings.overrides.conversation_config_override.asr.keywords" $'true\ntrue'
register --remove
check 'which a removal turns off again' kept ".branches.agtbranch_live, .agents.agent_quince |
    .platform_settings.overrides.conversation_config_override.asr.keywords" $'false\nfalse'
check 'a removal undoes the branches, too' kept ".branches.agtbranch_live | $set_up" '0 0 false'
check 'here, too, nothing is left' kept "$count_all" '0 0 0'

# What ElevenLabs accepts it need not do.
standin elevenlabs '{"overrides": "ignore", "agents": [{"agent_id": "agent_deaf"}]}'
register --url "$here" --agent agent_deaf
check 'a switch that stays off is told' like "$complaints" 'agent agent_deaf did not take .*asr\.keywords'
standin elevenlabs '{"overrides": "merge"}'
register --agent agent_deaf
check 'and turned on the next time' kept '.agents.agent_deaf.platform_settings.overrides.conversation_config_override.asr.keywords' true
register --remove
check 'and off at the end' kept '.agents.agent_deaf.platform_settings.overrides.conversation_config_override.asr.keywords' false

# A tool for the calls that an agent makes.
standin elevenlabs '{"agents": [{"agent_id": "agent_plum"}]}'
register --url "$here" --agent agent_plum --agent agent_pear
register --outbound --agent agent_plum
check 'a second tool is made where it is asked for' like "$said" 'create the tool search_memory_outbound.*give agent agent_plum the tool search_memory_outbound'
check 'bound to whoever is called' kept '[.tools[].tool_config | "\(.name) \(.api_schema.request_body_schema.properties.caller_id.dynamic_variable)"] | sort | join("; ")' \
    'search_memory system__caller_id; search_memory_outbound system__called_number'
check 'for that agent alone' kept '[.agents.agent_plum, .agents.agent_pear | .conversation_config.agent.prompt.tool_ids | length] | tojson' '[2,1]'
check 'once' nothing_to_do --outbound --agent agent_plum
register --url https://127.0.0.1:2
check 'it follows a new address' kept '[.tools[].tool_config.api_schema.url] | unique | tojson' '["https://127.0.0.1:2/webhook/search-data"]'
register --remove
check 'and goes with the rest' kept "$count_all" '0 0 0'
check 'from the agent, too' kept '.agents.agent_plum.conversation_config.agent.prompt.tool_ids | length' 0
finish
