#!/bin/bash
# The data collection items that spawn/register gives to agents: missing, old, beside others, by reference, not wanted,
# taken away again, and a key that may not write them.
# Not with sanitizers: what runs here are scripts; t0510 starts the same programs.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/register.sh"

items=$root/lib/understand/items.json
new_registration

# The items of an agent, with what has a value: {key: {…}}.
collected() { # AGENT
    standin_state | jq -cS --arg agent "$1" '.agents[$agent].platform_settings.data_collection | map_values(
        with_entries(select(.value | IN(null, "", false) | not)))'
}
# The same as they should be, with others beside them.
wanted() { # OTHERS
    jq -cS --argjson others "$1" '(map({(.key): {type: "string", name: .key, description}}) | add) * $others' "$items"
}
collects() { # AGENT OTHERS
    is "$(collected "$1")" "$(wanted "$2")"
}
change_items() { # AGENT ITEMS
    standin elevenlabs '{"collection": "merge"}'
    as_operator PATCH "/v1/convai/agents/$1" "{\"platform_settings\": {\"data_collection\": $2}}" >/dev/null
    standin elevenlabs '{"collection": "replace"}'
}
nothing_to_do() { # REGISTER'S ARGUMENT…
    register "$@"
    like "$code $changes $said" '^0 0 Nothing to change'
}

check 'the items are the five of the contract' is "$(jq -c 'map(.key)' "$items")" \
    '["callmem_caller","callmem_notes","callmem_open","callmem_request","callmem_mood"]'
register --print-items
check 'they can be printed' like "$code $said" '^0 .*callmem_caller.*FULL NAME \| NAME TO USE \| ROLE.*callmem_mood'

# An agent with items of its own.
own='{"basket": {"type": "integer", "description": "How many baskets?", "llm": "gpt-5-nano"},
    "kind": {"type": "string", "description": "Which fruit?", "enum": ["quince", "pear"]}}'
change_items agent_quince "$own"
register --url "$here" --agent agent_quince --dry-run
check 'a dry run says what it would add' like "$code $changes $said" \
    '^0 0 .*data collection of agent agent_quince: add callmem_caller, callmem_notes, callmem_open, callmem_request, callmem_mood'
register --url "$here" --agent agent_quince
check 'an agent gets the items beside its own' collects agent_quince "$own"
check 'which it says first' like "$code $said" '^0 .*data collection of agent agent_quince: add callmem_caller.*Done\.'
check 'other agents get none' is "$(collected agent_pear)" '{}'
check 'again it has nothing to do' nothing_to_do --agent agent_quince

# An older callmem's text, an item that is gone, an LLM that the operator chose for one of ours.
change_items agent_quince '{"callmem_notes": {"type": "string", "description": "Old words.", "llm": "gpt-5-nano"},
    "callmem_mood": null}'
register
check 'what is missing is added, what differs is written again' like "$said" \
    'agent_quince: add callmem_mood; write callmem_notes again'
check 'the chosen LLM stays' collects agent_quince "$(jq -c '. + {callmem_notes: {llm: "gpt-5-nano"}}' <<<"$own")"
check 'then it has nothing to do' nothing_to_do
change_items agent_quince '{"callmem_request": {"type": "boolean", "description": "x", "enum": ["erase", "none"]}}'
register
check 'so is an item of another type' collects agent_quince "$(jq -c '. + {callmem_notes: {llm: "gpt-5-nano"}}' <<<"$own")"

# Not wanted: for these agents, until told otherwise.
register --agent agent_pear
register --agent agent_quince --no-items
check '--no-items says what it takes away' like "$code $said" '^0 .*take data collection items away from agent agent_quince: callmem_caller'
check 'and leaves the operator'\''s own' is "$(collected agent_quince)" "$(jq -cS . <<<"$own")"
check 'another agent keeps its items' collects agent_pear '{}'
check 'a later run leaves them out, too' nothing_to_do
check 'also one that names the agent' nothing_to_do --agent agent_quince
change_items agent_quince '{"callmem_mood": {"type": "string", "description": "How did they feel?"}}'
check 'nor is one that was added by hand touched' nothing_to_do
check 'both options at once are refused' like "$(register --items --no-items; say "$code")" '^2$'
register --items --agent agent_quince
check '--items adds them again' collects agent_quince "$own"

# A key that may only read.
standin elevenlabs '{"permissions": ["settings", "webhooks", "secrets", "tools", "agents_read"]}'
change_key_fails() {
    register "$@"
    like "$code $complaints" '^1 .*ELEVENLABS_API_KEY may not do this: PATCH /v1/convai/agents/agent_[a-z]* .*agents_write'
}
check 'a key without the right is told which one' change_key_fails --no-items
standin elevenlabs '{"permissions": ["settings", "secrets", "tools", "agents"]}'
register --url "$here"
check 'so is one that may not see webhooks' like "$code $complaints" '^1 .*may not do this: GET /v1/workspace/webhooks.*webhooks_read.*admin of the workspace'
standin elevenlabs '{"reset": true}'
check 'nothing was changed by it' collects agent_quince "$own"
check 'nor is it remembered' nothing_to_do

# A PATCH replaces all items, or only those that it names.
for semantics in replace merge; do
    standin elevenlabs "{\"collection\": \"$semantics\"}"
    register --no-items --agent agent_quince
    check "the operator's own stay where a change is a $semantics" is "$code $(collected agent_quince)" \
        "0 $(jq -cS . <<<"$own")"
    register --items --agent agent_quince
    check 'also when ours come again' collects agent_quince "$own"
done

# An agent that accepts them without using them.
change_items agent_quince '{"callmem_open": null}'
standin elevenlabs '{"collection": "ignore"}'
register
check 'what was accepted and not done is told' like "$code $complaints" '^0 .*agent agent_quince did not take callmem_open'
check 'with what to paste into the dashboard' like "$said" 'dashboard.*callmem_caller.*Who is on the phone.*callmem_mood'
register --no-items
check 'so is what it keeps' like "$code $complaints" '^0 .*agent agent_quince keeps callmem_caller.*delete them in the dashboard'
standin elevenlabs '{"reset": true}'
register --items

# An agent that keeps its items by reference.
standin elevenlabs '{"agents": [{"agent_id": "agent_plum", "platform_settings": {"analysis_items": {"evaluation_criteria": [],
    "data_collection": [{"source": "user", "analysis_item_id": "item_1", "scope": "conversation"}]}}}]}'
register --agent agent_plum
check 'an agent that keeps them by reference is not changed' is "$code $(collected agent_plum)" '0 {}'
check 'and told, with what to paste' like "$said" \
    'Agent agent_plum keeps its analysis items by reference.*dashboard.*callmem_notes.*KIND \| WHOSE'
check 'it is no change that comes again' nothing_to_do
check 'which is told still' like "$said" 'agent_plum keeps its analysis items by reference'
register --no-items --agent agent_plum
check 'until none are wanted' unlike "$said" 'by reference'
register --items --agent agent_plum

# Refused outright.
standin elevenlabs '{"agents": [{"agent_id": "agent_apple", "platform_settings": {"data_collection": {"odd": {"type": "list"}}}}]}'
register --agent agent_apple
check 'a refusal is told, with what to paste' like "$code $complaints $said" '^0 .*agent agent_apple does not take the items \(HTTP 422.*dashboard'
check 'the rest is done' kept '.agents.agent_apple | "\(.conversation_config.agent.prompt.tool_ids | length)
    \(.platform_settings.overrides.enable_conversation_initiation_client_data_from_webhook)"' $'1\n    true'

register --remove --dry-run
check 'a removal says that it takes them away' like "$changes $said" \
    '^0 .*take data collection items away from agent agent_quince: callmem_caller, .*callmem_mood'
check 'and of those by reference, that it cannot' like "$said" 'agent_plum keeps its analysis items by reference'
register --remove
check 'they are gone' is "$code $(collected agent_quince) $(collected agent_pear)" "0 $(jq -cS . <<<"$own") {}"

# Without its record, by their keys.
register --url "$here" --agent agent_pear
rm "$state/elevenlabs.json"
register --remove --agent agent_pear
check 'a removal without its record finds them' is "$(collected agent_pear)" '{}'
finish
