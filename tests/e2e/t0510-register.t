#!/bin/bash
# spawn/register against a stand-in of the ElevenLabs API: from nothing, again, a new address, a dry run, somebody
# else's webhooks, and all of it undone.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"

. "$(dirname "$0")/register.sh"

new_registration
register --url "$here/" --dry-run
check 'a dry run succeeds' is "$code" 0
check 'it says what it would do' like "$said" "post-call webhook $here/webhook/post-call.*conversation initiation to $here/webhook/client-data.*search_memory.*Dry run"
check 'and changes nothing' is "$changes" 0
check 'nor the settings' is "$(post_call_secrets)" first-0123456789abcdef

standin elevenlabs '{"status": 429, "times": 1, "only": ["POST /v1/convai/secrets"]}'
register --url "$here"
check 'registering succeeds, also when it has to wait' is "$code" 0
check 'the plan comes first' like "$said" '^At .*- create.*Done\.'
check 'there is one webhook, two secrets and one tool' kept "$count_all" '1 2 1'
check 'the webhook is signed, for post-call, and repeats what failed' kept '.webhooks[] |
    "\(.auth_type) \(.webhook_url) \(.retry_enabled)"' "hmac $here/webhook/post-call true"
check 'its secret came first in the settings, the old one second' is "$(post_call_secrets)" \
    "$(standin_state | jq -r '.webhooks[].webhook_secret'),first-0123456789abcdef"
check 'the mode of the settings file is as it was' is "$(stat -c %a "$env_path")" 600
check 'so is all else in it' is "$(grep -v '^ELEVENLABS_POST_CALL_SECRET' "$env_path" | sha256sum)" "$(sha256sum <<END
# The operator's own comment, and a name with a wrong case: elevenlabs_post_call_secret=
ELEVENLABS_CLIENT_DATA_SECRET=client-0123456789abcdef
ELEVENLABS_SEARCH_DATA_SECRET=search-0123456789abcdef,older-0123456789abcdef
ELEVENLABS_API_KEY=$key
CALLMEM_FIRST_MESSAGE_NEW="Hello # there"
CALLMEM_VOICE_ID=voice1
CALLMEM_KEYWORDS={{caller_people}}
END
)"
check 'after a call three kinds of events come' kept '.settings.webhooks as $sent | (.webhooks | keys) == [$sent.post_call_webhook_id]
    and ($sent.events | sort) == ["audio", "call_initiation_failure", "transcript"] and $sent.transcript_format == "json"' true
check 'conversation initiation asks client-data, with its stored secret' kept '.secrets as $secrets |
    .settings.conversation_initiation_client_data_webhook | "\(.url) \($secrets[.request_headers["X-Api-Key"].secret_id].value)"' \
    "$here/webhook/client-data client-0123456789abcdef"
check 'the tool asks search-data, with its stored secret' kept '.secrets as $secrets | .tools[].tool_config.api_schema |
    "\(.method) \(.url) \($secrets[.request_headers["X-Api-Key"].secret_id].value)"' \
    "POST $here/webhook/search-data search-0123456789abcdef"
# A session without a caller_id, as in a chat, must not fail.
check 'the caller is bound to whoever calls, and not required; the query is for the LLM' kept '.tools[].tool_config.api_schema.request_body_schema |
    "\(.required | sort) \(.properties.caller_id.dynamic_variable) \(.properties.query.description | length > 50)"' \
    '["query"] system__caller_id true'
check 'so are other words' kept '.tools[].tool_config.api_schema.request_body_schema.properties.words.description | length > 50' true
check 'also of the languages that the caller speaks' kept '.tools[].tool_config.api_schema.request_body_schema.properties.words.description |
    contains("caller_languages")' true
check 'which gets the answer once' kept '.tools[].tool_config.api_schema.response_filter | tojson' '{"mode":"allow","filters":["count","context"]}'
# docs/http.md: the call that is going on has no memories yet.
check 'nothing limits the search to this call or to one agent' kept '.tools[].tool_config.api_schema.request_body_schema.properties |
    keys | tojson' '["caller_id","query","words"]'
check 'without an agent it says what to enable in each' like "$said" 'enable_conversation_initiation_client_data_from_webhook.*first_message.*voice_id.*--agent'

register --url "$here"
check 'again it has nothing to do' like "$code $changes $said" '^0 0 Nothing to change'
register
check 'it remembers the address' like "$code $changes $said" "^0 0 Nothing to change.*$here"

register --agent agent_quince
check 'an agent gets the tool' kept '.tools as $tools | [.agents.agent_quince.conversation_config.agent.prompt.tool_ids[] |
    $tools[.].tool_config.name] | tojson' '["search_memory"]'
check 'may be asked for, and may be overridden where a template is set' kept '.agents.agent_quince.platform_settings.overrides |
    [.enable_conversation_initiation_client_data_from_webhook, (.conversation_config_override |
    .agent.first_message, .tts.voice_id, .asr.keywords, .agent.language, .agent.prompt.prompt)] | tojson' '[true,true,true,true,false,false]'
check 'other agents are left alone' kept '.agents.agent_pear.platform_settings.overrides.enable_conversation_initiation_client_data_from_webhook' false
register
check 'with an agent it has nothing to do either' like "$code $changes $said" '^0 0 Nothing to change'

as_operator PATCH /v1/convai/agents/agent_pear '{"platform_settings": {"workspace_overrides":
    {"conversation_initiation_client_data_webhook": {"url": "https://crm.example.com/who?key=hidden", "request_headers": {}}}}}' >/dev/null
register --agent agent_pear --dry-run
check 'an agent with a webhook of its own is told' like "$said" 'Agent agent_pear has its own conversation initiation webhook, https://crm.example.com/who:'

# What an operator changed in the tool's words stays; a secret that was changed here is changed there.
tool=$(standin_state | jq -r '.tools | keys[]')
as_operator PATCH "/v1/convai/tools/$tool" "$(standin_state | jq --arg id "$tool" '{tool_config: (.tools[$id].tool_config |
    .description = "Ask it about trees." | .response_timeout_secs = 9)}')" >/dev/null
sed -i 's/^ELEVENLABS_SEARCH_DATA_SECRET=.*/ELEVENLABS_SEARCH_DATA_SECRET=newer-0123456789abcdef/' "$env_path"
register
check 'a changed secret is stored again in its place' kept '"\(.secrets | length) \([.secrets[].value] | sort | tojson)"' \
    '2 ["client-0123456789abcdef","newer-0123456789abcdef"]'
# A tool of an older callmem.
as_operator PATCH "/v1/convai/tools/$tool" "$(standin_state | jq --arg id "$tool" '{tool_config: (.tools[$id].tool_config |
    del(.api_schema.response_filter) | .api_schema.request_body_schema |= (del(.properties.words) | .required = ["caller_id", "query"]))}')" >/dev/null
register
check 'an older tool is brought up to date' kept '.tools[].tool_config.api_schema | "\(.response_filter.mode) \(.request_body_schema |
    "\(.required | tojson) \(.properties | keys | tojson)")"' 'allow ["query"] ["caller_id","query","words"]'
register
check 'once' like "$code $changes $said" '^0 0 Nothing to change'
before=$(post_call_secrets)
register --url https://127.0.0.1:2
check 'a new address succeeds' is "$code" 0
check 'and leaves no duplicates' kept "$count_all" '1 2 1'
check 'everything follows it' kept '[.webhooks[].webhook_url, .settings.conversation_initiation_client_data_webhook.url,
    .tools[].tool_config.api_schema.url] | map(split("/webhook")[0]) | unique | tojson' '["https://127.0.0.1:2"]'
check 'the operator'\''s words about the tool stay' kept '.tools[].tool_config | "\(.description) \(.response_timeout_secs)"' 'Ask it about trees. 9'
check 'the new secret comes before the old ones' is "$(post_call_secrets)" \
    "$(standin_state | jq -r '.webhooks[].webhook_secret'),$before"
before=$(post_call_secrets | cut -d , -f 1)
register --url https://127.0.0.1:3
check 'of the old ones only the last stays, and the operator'\''s' is "$(post_call_secrets)" \
    "$(standin_state | jq -r '.webhooks[].webhook_secret'),$before,first-0123456789abcdef"
as_operator PATCH "/v1/workspace/webhooks/$(standin_state | jq -r '.webhooks | keys[]')" '{"is_disabled": true, "name": "callmem"}' >/dev/null
register
check 'a webhook that was switched off is switched on again' kept '[.webhooks[].is_disabled] | tojson' '[false]'

# No command that it started, as anyone with `ps` would see it, had the key or a secret in its arguments.
mkdir "$work/bin"
for command in curl jq openssl sed cut tr mktemp mv sync paste head; do
    printf '#!/bin/sh\nprintf "%%s\\n" "$0 $*" >>"%s"\nexec %s "$@"\n' "$work/seen" "$(command -v "$command")" \
        >"$work/bin/$command"
done
chmod 755 "$work"/bin/*
sed -i 's/^ELEVENLABS_CLIENT_DATA_SECRET=.*/ELEVENLABS_CLIENT_DATA_SECRET=client-fedcba9876543210/' "$env_path"
code=0
said=$(within env "PATH=$work/bin:$PATH" ./spawn/register --url https://127.0.0.1:4 2>&1 </dev/null) || code=$?
check 'the commands were seen' grep -q 'curl .*/v1/convai/secrets' "$work/seen"
check 'none had a secret in its arguments' not grep -qE "$key|0123456789abcdef|fedcba9876543210|$(post_call_secrets | tr , '|')" "$work/seen"
check 'and none was said' unlike "$code $said" "$key|0123456789abcdef|fedcba9876543210|$(post_call_secrets | tr , '|')"

register --remove --dry-run
check 'what a removal would do is told, and not done' like "$code $changes $said" '^0 0 At .*delete the tool.*Dry run'
register --remove
check 'a removal succeeds' is "$code" 0
check 'nothing of ours is left' kept "$count_all" '0 0 0'
check 'the workspace is as it was' kept '.settings | "\(.conversation_initiation_client_data_webhook) \(.webhooks.post_call_webhook_id)
    \(.webhooks.events | tojson)"' $'null null\n    ["transcript"]'
check 'so is the agent' kept '.agents.agent_quince | [.conversation_config.agent.prompt.tool_ids, (.platform_settings.overrides |
    .enable_conversation_initiation_client_data_from_webhook, .conversation_config_override.agent.first_message)] | tojson' '[[],false,false]'
check 'and the settings' is "$(post_call_secrets)" first-0123456789abcdef
register --remove
check 'removed again, it has nothing to do' like "$code $changes $said" '^0 0 Nothing of this callmem'
finish
