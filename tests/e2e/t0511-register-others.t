#!/bin/bash
# spawn/register where something is in its way: somebody else's webhooks and tools, a wrong key, an API that is down or
# breaks off half-way, settings that cannot be changed, a callmem that does not know the new secret yet.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/register.sh"

new_registration

# What cannot work changes nothing.
refuses() { # REGEX ARGUMENT…
    register "${@:2}"
    was_refused "$1"
}
was_refused() { # REGEX
    is "$changes" 0 && is "$(post_call_secrets)" first-0123456789abcdef && like "$code $complaints" "$1"
}
good=("${settings[@]}")
with() { # SETTING=value COMMAND…
    settings=("${good[@]}" "$1")
    "${@:2}"
    local status=$?
    settings=("${good[@]}")
    return "$status"
}
check 'no address' refuses '^2 .*--url' --dry-run
check 'an address without TLS' refuses '^1 .*https' --url http://voice.example.com
check 'an unknown option' refuses '^2 ' --url "$here" --force
check 'a wrong key' with ELEVENLABS_API_KEY=wrong refuses '^1 .*does not accept ELEVENLABS_API_KEY .*Invalid API key' --url "$here"
check 'no key' with ELEVENLABS_API_KEY= refuses '^1 .*ELEVENLABS_API_KEY is empty' --url "$here"
check 'an API that is down' with ELEVENLABS_API_URL=http://127.0.0.1:1 refuses '^1 .*http://127.0.0.1:1 did not answer' --url "$here"
check 'an agent that is not there' refuses '^1 .*agent_plum.*not found' --url "$here" --agent agent_plum
check 'an endpoint that takes no key' with ELEVENLABS_CLIENT_DATA_AUTH=hmac refuses '^1 .*CLIENT_DATA_AUTH' --url "$here"
settings+=(ELEVENLABS_POST_CALL_SECRET=first-0123456789abcdef)
check 'a secret in the environment' refuses '^1 .*environment' --url "$here"
settings=("${good[@]}")
standin elevenlabs '{"garbage": "json", "only": ["GET /v1/convai/secrets"]}'
check 'an API that answers nonsense' refuses '^1 .*answer' --url "$here"
standin elevenlabs '{"reset": true}'

# Somebody else's webhooks stay unless told otherwise, and come back afterwards.
other=$(as_operator POST /v1/workspace/webhooks '{"settings": {"auth_type": "hmac", "name": "crm",
    "webhook_url": "https://crm.example.com/calls?token=hidden"}}' | jq -r .webhook_id)
as_operator PATCH /v1/convai/settings '{"webhooks": {"post_call_webhook_id": "'"$other"'", "events": ["transcript"]},
    "conversation_initiation_client_data_webhook": {"url": "https://crm.example.com/who", "request_headers":
    {"Authorization": "Bearer hidden"}}}' >"$work/theirs"
register --url "$here"
check 'somebody else'\''s webhooks stay' was_refused '^1 .*--replace'
check 'are named' like "$said" '! now .*https://crm.example.com/who.*! now .*https://crm.example.com/calls'
check 'without what may be secret in their addresses' unlike "$said$complaints" hidden
said=$(env "${settings[@]}" script -qec "./spawn/register --url $here" /dev/null <<<n)
check 'on a terminal it asks, and takes no for an answer' like "$said" 'Replace .*\[y/N\].*nothing was changed'
register --url "$here" --replace
check '--replace takes their place' kept '.settings | "\(.conversation_initiation_client_data_webhook.url)
    \(.webhooks.post_call_webhook_id == "'"$other"'")"' "$here/webhook/client-data"$'\n    false'
check 'and deletes nothing' kept ".webhooks[\"$other\"].name" crm
register
check 'then it has nothing to do' like "$code $changes $said" '^0 0 Nothing to change'
register --remove
check 'a removal puts them back' is "$(standin_state | jq -cS '.settings | {webhooks: {events: .webhooks.events,
    post_call_webhook_id: .webhooks.post_call_webhook_id}, conversation_initiation_client_data_webhook}')" \
    "$(jq -cS '{webhooks: {events: .webhooks.events, post_call_webhook_id: .webhooks.post_call_webhook_id},
    conversation_initiation_client_data_webhook}' "$work/theirs")"
as_operator PATCH /v1/convai/settings '{"webhooks": null, "conversation_initiation_client_data_webhook": null}' >/dev/null
as_operator DELETE "/v1/workspace/webhooks/$other" '' >/dev/null

# The same with a tool of the same name: two of them would confuse an LLM.
tool=$(as_operator POST /v1/convai/tools '{"tool_config": {"type": "webhook", "name": "search_memory", "description": "x",
    "api_schema": {"url": "https://crm.example.com/search"}}}' | jq -r .id)
as_operator PATCH /v1/convai/agents/agent_quince '{"conversation_config": {"agent": {"prompt": {"tool_ids":
    ["'"$tool"'"]}}}}' >/dev/null
check 'another tool of the same name' refuses '^1 .*--replace' --url "$here" --agent agent_quince

# An outage in the middle: what was begun is finished by the next run.
standin elevenlabs '{"status": 500, "only": ["POST /v1/convai/tools"]}'
register --url "$here" --agent agent_quince --replace
check 'a failure half-way is told' like "$code $complaints" '^1 .*POST /v1/convai/tools: HTTP 500'
check 'the settings do not point to a webhook that is not complete' kept .settings.webhooks.post_call_webhook_id null
standin elevenlabs '{"reset": true, "late_status": 502, "only": ["POST /v1/convai/tools"]}'
register --url "$here" --agent agent_quince --replace
standin elevenlabs '{"reset": true}'
register --url "$here" --agent agent_quince --replace
check 'the next run finishes it' is "$code" 0
check 'without duplicates' kept '.tools |= del(.["'"$tool"'"]) | '"$count_all" '1 2 1'
check 'the agent has our tool in place of the other one' kept '.agents.agent_quince.conversation_config.agent.prompt.tool_ids
    | "\(length) \(.[0] == "'"$tool"'")"' '1 false'
check 'which is not deleted' kept ".tools[\"$tool\"].tool_config.name" search_memory
check 'and the settings point to the webhook whose secret is first' is "$(post_call_secrets | cut -d , -f 1)" \
    "$(standin_state | jq -r '.webhooks[.settings.webhooks.post_call_webhook_id].webhook_secret')"

# The record is lost: the secret of a webhook cannot be asked for.
rm "$state/elevenlabs.json"
register --url "$here"
check 'without its record it makes a new webhook and no duplicates' kept '.tools |= del(.["'"$tool"'"]) | '"$count_all" '1 2 1'
check 'whose secret comes first' is "$(post_call_secrets | cut -d , -f 1)" "$(standin_state | jq -r '.webhooks[].webhook_secret')"
register --remove
check 'a removal says what still uses the tool' like "$code $complaints" '^1 .*tools.* is used by agents'
register --remove --agent agent_quince
check 'and takes it from an agent that is named' kept '.tools |= del(.["'"$tool"'"]) | '"$count_all" '0 0 0'

# Secrets in a file of their own.
printf 'first-0123456789abcdef\n' >"$work/secret"
chmod 640 "$work/secret"
sed -i "s|^ELEVENLABS_POST_CALL_SECRET.*|ELEVENLABS_POST_CALL_SECRET_FILE=$work/secret|" "$env_path"
register --url "$here"
check 'the secret goes into the file that has it' is "$(cat "$work/secret")" \
    "$(standin_state | jq -r '.webhooks[].webhook_secret')"$'\nfirst-0123456789abcdef'
check 'which keeps its mode' is "$(stat -c %a "$work/secret")" 640
register --remove
check 'and is as before after a removal' is "$(cat "$work/secret")" first-0123456789abcdef

# A running callmem, with TLS in front of it.
up
port=$(free_port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
cat >"$work/tls.conf" <<END
daemon off; master_process off; pid $work/tls.pid; error_log $work/tls.log; events {}
http {
    access_log off;
    client_body_temp_path $work/tls-1; proxy_temp_path $work/tls-2; fastcgi_temp_path $work/tls-3;
    scgi_temp_path $work/tls-4; uwsgi_temp_path $work/tls-5;
    server {
        listen 127.0.0.1:$port ssl; ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
        location / { proxy_pass $url; }
    }
}
END
nginx -e "$work/tls.log" -c "$work/tls.conf" &
standins[tls]=$!
eventually test -s "$work/tls.pid"
settings+=("CURL_CA_BUNDLE=$work/cert.pem")
accepts() { # SECRET
    post post-call '{"type": "some_other_type"}' -H "ElevenLabs-Signature: $(signature "$1" <(printf '{"type": "some_other_type"}'))"
    is "$status" 200
}
register --url "https://127.0.0.1:$port"
check 'a running callmem is tried by way of its address' is "$code $complaints" '0 '
check 'it knows the new secret' accepts "$(post_call_secrets | cut -d , -f 1)"
check 'and still the old one' accepts first-0123456789abcdef
# One whose processes it cannot renew: it belongs to another state folder, or to systemd.
sed -i 's/first-0123456789abcdef/other-0123456789abcdef/' "$work/secret"
settings+=("CALLMEM_STATE_DIR=$work/elsewhere")
register --url "https://127.0.0.1:$port" --replace
check 'a callmem that does not know the new secret is not pointed at' like "$code $complaints" '^1 .*restart it, then run this again'
finish
