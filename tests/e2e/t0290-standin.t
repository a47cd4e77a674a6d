#!/bin/bash
# The servers that stand in for OpenMemory and ElevenLabs in other tests: they answer like the real ones, and
# misbehave when, and only when, they are told to.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

xi=(-H "xi-api-key: $standin_key")

to_memory() { # METHOD PATH [BODY [curl arguments]]
    ask "${at[openmemory]}" "$1" "$2" -H "X-Api-Key: $standin_key" -H 'Content-Type: application/json' \
        ${3+-d "$3"} "${@:4}"
}

pairs() { # NAME KIND
    "$root/tests/standin/replay" "${at[$1]}" "$standin_key" "$2" "$data/standin-${1%%-*}.json"
}

add() { # TEXT
    to_memory POST /memory/add "$(jq -nc --arg text "$1" '{content: $text}')"
}

find() { # TEXT
    to_memory POST /memory/query "$(jq -nc --arg text "$1" '{query: $text}')"
}

says() { # STATUS JQ-FILTER
    is "$status" "$1" && holds "$2"
}

# --- OpenMemory ------------------------------------------------------------------------------------------------

for kind in user tenant; do
    start_standin "openmemory-$kind" "$kind"
    check "a $kind server answers like a real one" pairs "openmemory-$kind" "$kind"
    stop_standin "openmemory-$kind"
done

start_standin openmemory user --store "$work/memories"
address=${at[openmemory]}
add 'Keeps seven bees'
add 'Keeps eleven hens'
id=$(value .id)
to_memory DELETE "/memory/$id"
add 'Keeps two dogs'
kill_standin openmemory
start_standin openmemory user --store "$work/memories"
check 'what it kept outlives it, at the same address' is "${at[openmemory]}" "$address"
to_memory GET /memory/all
check 'what was deleted stays deleted' holds '[.items[].content] == ["Keeps two dogs", "Keeps seven bees"]'
add 'keeps SEVEN bees'
check 'what was the same is the same still' holds .deduplicated

to_memory POST /memory/add '{"content": "Sent in pieces"}' -H 'Transfer-Encoding: chunked'
check 'a body in chunks' says 200 '.chunks == 1'
standin openmemory '{"clear": true}'
before=$(jq .connections "$standin_said")
curl -sS --noproxy '*' -o /dev/null -o /dev/null "$address/health" "$address/health"
standin openmemory
check 'a connection that is kept' is "$(jq .connections "$standin_said")" $((before + 2))
check 'it counts what it is asked' asked openmemory 'GET /health' 2

standin openmemory '{"cut": "nothing", "times": 1}'
add 'Has one cat'
check 'no answer' is "$status" 'curl 52'
add 'Has one cat'
check 'only once; and it was done' says 200 .deduplicated
standin openmemory '{"reset": true, "cut": "half", "only": ["POST /memory/query"]}'
find cat
check 'half an answer' like "$status" '^curl (18|56)$'
add 'Has one cat'
check 'to queries alone' says 200 .deduplicated
standin openmemory '{"reset": true, "status": 500, "skip": 1}'
add 'Has one cat'
check 'not the first' says 200 .deduplicated
add 'Has one duck'
check 'but the second' says 500 '.err == "internal"'
standin openmemory '{"reset": true, "late_status": 503}'
add 'Has one goose'
check 'done, and not said to be' says 503 '.err == "internal"'
standin openmemory '{"reset": true}'
add 'Has one goose'
check 'it had been done' says 200 .deduplicated
standin openmemory '{"garbage": "html"}'
find goose
check 'a page instead of an answer' like "$status $(cat "$answer")" '^200 <!DOCTYPE html>'
standin openmemory '{"garbage": "broken"}'
find goose
check 'JSON that breaks off' not jq -e . "$answer"
standin openmemory '{"garbage": "types"}'
find goose
check 'JSON of other types' holds '(.matches | type) == "object" and (.query | type) == "array"'
standin openmemory '{"reset": true, "wrong": "ids"}'
add 'Has one swan'
id=$(value .id)
standin openmemory '{"reset": true}'
to_memory GET "/memory/$id"
check 'an id that does not exist' is "$status" 404
standin openmemory '{"wrong": "foreign", "memories": [{"content": "Has a foreign boat", "user_id": "other"}]}'
to_memory POST /memory/query '{"query": "boat", "k": 1, "filters": {"user_id": "me"}}'
check 'a memory of somebody else' holds '.matches[0].content == "Has a foreign boat"'
standin openmemory '{"reset": true, "full": 507}'
add 'Has one whale'
check 'full' says 507 '.err | test("full")'
standin openmemory '{"reset": true, "query_error": true}'
find whale
check 'a query that fails on a user server says nothing of it' says 200 '.matches == []'
standin openmemory '{"kind": "tenant"}'
find whale
check 'on a tenant server it does' says 500 '.error == "query_failed"'
standin openmemory '{"query_error": false, "rate_limit": 1}'
find swan
check 'as many as it takes' is "$status $(header X-RateLimit-Remaining)" '200 0'
find swan
check 'and no more' says 429 '.error == "rate_limit_exceeded" and .retry_after >= 50 and .retry_after <= 60'
check 'with headers' like "$(header X-RateLimit-Limit) $(header X-RateLimit-Remaining) $(header X-RateLimit-Reset)" \
    '^1 0 [0-9]{10}$'
ask "${at[openmemory]}" GET /health
check 'health is not counted' is "$status" 200
standin openmemory '{"reset": true, "postgres": true}'
add 'Has one goose'
check 'a user server on PostgreSQL does not say what it takes a text for' \
    says 500 '.err | test("^invalid input syntax for type uuid: \"[0-9]{13}\"$")'
standin openmemory '{"kind": "tenant"}'
add 'Has one goose'
check 'a tenant server does' says 200 .deduplicated
id=$(value .id)
standin openmemory '{"reset": true, "keep": "geese", "busy": "active"}'
add 'Has one heron'
check 'busy with another transaction' says 500 '.err == "transaction active"'
to_memory PATCH "/memory/$id" '{"tags": ["heron"]}'
check 'of a change it says no more than this' says 500 '.err == "internal"'
standin openmemory '{"kind": "tenant"}'
to_memory POST /mcp '{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "openmemory_store_project",
    "arguments": {"content": "Has one heron", "project_id": "birds"}}}' -H 'Accept: application/json, text/event-stream'
check 'nor by MCP another status' says 200 '.result.isError and .result.content[0].text == "Error: transaction active"'
standin openmemory '{"reset": true}'
to_memory GET /memory/all
check 'it was not done' holds '[.items[].content] | index("Has one heron") == null'
standin openmemory '{"busy": "release", "times": 1}'
add 'Has one heron'
check 'or done and not said to be' says 500 '.err | test("reading .release.")'
add 'Has one heron'
check 'it had been done' says 200 .deduplicated
standin openmemory '{"restore": "geese"}'
to_memory GET /memory/all
check 'what was kept is put back' holds '[.items[].content] | index("Has one heron") == null and index("Has one goose") >= 0'
standin openmemory '{"reset": true, "kind": "neither"}'
add 'Has one goose'
check 'a server of neither kind' is "$status $(cat "$answer")" '404 404: Not Found'
standin openmemory '{"kind": "longmemory"}'
add 'Has one goose'
check 'what OpenMemory has become' says 404 '.error.code == "not_found" and (.meta.duration_ms | type) == "number"'
check 'a setting that is none' not standin openmemory '{"sulk": true}'
standin openmemory '{"reset": true, "memories": []}'
check 'all is forgotten' is "$(jq -c .state "$standin_said")" '{"kind":"user","memories":0}'
stop_standin openmemory

# --- ElevenLabs ------------------------------------------------------------------------------------------------

start_standin elevenlabs
standin elevenlabs '{"agents": [{"agent_id": "agent_quince", "name": "Quince",
        "conversation_config": {"agent": {"prompt": {"prompt": "You sell quinces."}}}}],
    "make": {"count": 5, "agent_id": "agent_quince", "since": 1767225600, "caller": "+1555010000%d"}}'
check 'the API answers in the shapes of its SDK' pairs elevenlabs any
check 'it counts what it is asked' asked elevenlabs 'POST /v1/convai/tools' 6
standin elevenlabs '{"rate_limit": 0}'
ask "${at[elevenlabs]}" GET /v1/convai/settings "${xi[@]}"
check 'too many requests' says 429 '.detail.status == "too_many_concurrent_requests"'
standin elevenlabs '{"reset": true, "permissions": ["settings"]}'
ask "${at[elevenlabs]}" GET /v1/convai/tools "${xi[@]}"
check 'a key that may not do it' says 401 '.detail.status == "missing_permissions"'
standin elevenlabs "$(jq -c '{reset: true, conversations: [.data + {conversation_id: "conv_1", status: "processing"}]}' \
    "$data/example-post-call.json")"
ask "${at[elevenlabs]}" GET /v1/convai/conversations/conv_1 "${xi[@]}"
check 'a conversation that is not done yet' says 200 '.status == "processing" and .transcript == []'

finish
