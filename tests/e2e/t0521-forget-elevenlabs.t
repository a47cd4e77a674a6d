#!/bin/bash
# callmem forget --at-elevenlabs: a caller's conversations are deleted there as well, through a stand-in of the API.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"

start_standin elevenlabs
start_instance "ELEVENLABS_API_URL=${at[elevenlabs]}" "ELEVENLABS_API_KEY=$standin_key"
nora=+15550100200 other=+15550100201

# `said` is what it printed, `complaints` what it complained of, `code` its exit status.
forget() { # ARGUMENT…
    code=0
    said=$(program callmem forget "$@" 2>"$work/complaints" <"${typed:-/dev/null}") || code=$?
    complaints=$(cat "$work/complaints")
}
# What ElevenLabs has: calls of Nora's of which one is in memory here, was missed here, was made by us, and is in her own
# user id; calls of others that a filter finds as well; and enough for several pages.
fill() { # JQ-FILTER over the list
    standin elevenlabs '{"conversations": []}'
    jq --arg nora "$nora" --arg other "$other" '.data | . as $call |
        def call($id; $from): $call | .conversation_id = $id | .user_id = null | .metadata.phone_call.external_number = $from |
            .conversation_initiation_client_data = {user_id: null, dynamic_variables: {system__caller_id: $from}};
        [$call, call("conv_missed"; $nora),
            (call("conv_digits"; $nora) | .conversation_initiation_client_data.dynamic_variables.system__caller_id = $nora[1:]),
            (call("conv_ours"; $nora) | .metadata.phone_call.direction = "outbound" |
                .conversation_initiation_client_data.dynamic_variables = {system__caller_id: $other, system__called_number: $nora}),
            (call("conv_to_her"; $other) | .conversation_initiation_client_data.dynamic_variables.system__called_number = $nora),
            (call("conv_as_her"; null) | .metadata.phone_call = null | .user_id = $nora), call("conv_other"; $other)] +
            [range(120) as $i | call("conv_many_\($i)"; $other) | .user_id = $nora] |
        '"${1:-.}"' | {clear: true, conversations: .}' "$data/example-post-call.json" >"$work/conversations"
    standin elevenlabs "@$work/conversations"
}
left() { # HOW-MANY
    standin elevenlabs
    is "$(jq .state.conversations "$standin_said")" "$1"
}

remember "$data/example-post-call.json"
fill
forget "$nora" --at-elevenlabs --dry-run
check 'a dry run succeeds' is "$code" 0
check 'and lists her conversations, with day and agent' is "$(grep -c '^  conv_' <<<"$said")" 4
check 'those that are not here are marked' like "$said" 'conv_missed  2026-04-27T[0-9:]*Z  agent_quince, not in memory here.*conv_quince_0001  [^ ]*  agent_quince$'
check 'a call that we made to her is hers, a call of somebody else is not' unlike "$said" 'conv_(to_her|as_her|other|many)'
check 'over all pages' asked elevenlabs 'GET /v1/convai/conversations' 5
check 'nothing is deleted there' left 127
check 'nor here' has_calls "$nora" 1
forget "$nora" --at-elevenlabs
check 'without an answer nothing is deleted' like "$code $said" '^1 .*Delete these conversations there.*Nothing was deleted'
printf 'no\n' >"$work/no"
typed=$work/no forget "$nora" --at-elevenlabs
check 'nor with another one than yes' left 127

# A server that is ill: nothing is lost, and it can be run again.
standin elevenlabs '{"clear": true, "status": 503, "only": ["DELETE /v1/convai/conversations/:id"], "times": 40}'
forget "$nora" --at-elevenlabs --yes
check 'a server that does not work is said' like "$code $complaints" '^1 .*HTTP 503.*still at ElevenLabs.*Nothing was erased here.*run this again'
check 'it was asked a few times, of a few' asked elevenlabs 'DELETE /v1/convai/conversations/:id' 12
check 'and nothing is erased here' has_calls "$nora" 1
standin elevenlabs '{"clear": true, "status": 429, "only": ["DELETE /v1/convai/conversations/:id"], "times": 2}'
printf 'yes\n' >"$work/yes"
typed=$work/yes forget "$nora" --at-elevenlabs
check 'once more it succeeds' is "$code" 0
check 'also where it has to wait' asked elevenlabs 'DELETE /v1/convai/conversations/:id' 6
check 'and counts' like "$said" 'At ElevenLabs: 4 conversations deleted, 0 were gone already, 0 are left\..*Forgot \+15550100200: [1-9]'
check 'the others are left' left 123
check 'here she is unknown' has_calls "$nora" 0
post_call "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_missed"')"
check 'what was deleted there is not taken any more' accepted duplicate post_call_transcription conv_missed
forget "$nora" --at-elevenlabs --json --yes
check 'again there is nothing to do' is "$code $(jq -c '[.memories, .at_elevenlabs.found, .at_elevenlabs.deleted]' <<<"$said")" '0 [0,0,0]'

# What only the user id knows, and a call that is going on.
forget "user:$nora" --at-elevenlabs --json --dry-run
check 'who says she has that number is another one' is "$(jq -r '.at_elevenlabs.conversations[].conversation_id' <<<"$said")" conv_as_her
fill 'map(select(.conversation_id == "conv_missed") | .status = "in-progress")'
forget "$nora" --at-elevenlabs --yes
check 'a call that is not over stays, and is told' like "$code $said$complaints" '^1 .*not over yet.*conv_missed is not over yet.*1 of 1 conversation is still at ElevenLabs'

standin elevenlabs '{"permissions": ["agents"]}'
forget "$nora" --at-elevenlabs --yes
check 'a key without the right is told' like "$code $complaints" '^1 .*ELEVENLABS_API_KEY \(HTTP 40[13]\)'
forget "$nora" --yes
check 'the options go together' is "$code" 2
forget "$nora" --at-elevenlabs --json
check 'JSON asks nothing' is "$code" 2
finish
