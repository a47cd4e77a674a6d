#!/bin/bash
# callmem backfill: conversations that ElevenLabs has and we don't, through a stand-in of its API.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"

start_standin elevenlabs
start_instance "ELEVENLABS_API_URL=${at[elevenlabs]}" "ELEVENLABS_API_KEY=$standin_key"

# What ElevenLabs has: JQ-FILTER over a list of one conversation from each of the files; forgets what it had.
has() { # JQ-FILTER
    standin elevenlabs '{"conversations": []}'
    jq -s 'map(.data)' "$data"/{example-post-call,transcription-sip-outbound,transcription-web}.json |
        jq -c "$1 | {clear: true, conversations: .}" >"$work/conversations"
    standin elevenlabs "@$work/conversations"
}
# `said` is what it said, `code` its exit status.
backfill() { # ARGUMENT…
    code=0
    said=$(program callmem backfill "$@" 2>&1 </dev/null) || code=$?
}
# The counts of the summary.
counts() { # LISTED NOT-DONE KNOWN FETCHED NOT-READABLE
    is "$(sed -n 's/^\(conversations at\|not done\|known already\|fetched\|not readable\).*: //p' <<<"$said" | paste -sd ' ')" "$*"
}

has '. + [(range(102) as $i | .[0] | .conversation_id = "conv_going_\($i)" | .status = "processing"),
    (.[0] | .conversation_id = "conv_failed" | .status = "failed")]'
post_call "$data/transcription-web.json"
check 'one event came by itself' accepted accepted post_call_transcription
standin elevenlabs
connections=$(jq .connections "$standin_said")
backfill
check 'it succeeds' is "$code" 0
check 'what is done and not here is fetched, what is here is known' counts 106 103 1 2 0
check 'over all pages' asked elevenlabs 'GET /v1/convai/conversations' 2
check 'each conversation once' asked elevenlabs 'GET /v1/convai/conversations/:id' 2
check 'over one connection' is "$(($(jq .connections "$standin_said") - connections))" 3
check 'a fetched conversation is memory' eventually has_calls +15550100200 1
check 'with all that was said' eventually finds +15550100200 "whose wedding are the trees for" Tobias
check 'and with the day of the call' field '[.memories[].created_at[:10]] | unique | tojson' '["2026-04-27"]'
post_call "$data/example-post-call.json"
check 'should the event come after all, it is another version' accepted accepted post_call_transcription
check 'of the same call' eventually inbox_is_empty
check 'which counts once' has_calls +15550100200 1
standin elevenlabs '{"clear": true}'
backfill
check 'again, it fetches nothing' counts 106 103 3 0 0
check 'and asks for none' asked elevenlabs 'GET /v1/convai/conversations/:id' 0

# A choice. The three calls of the files are of different days and agents.
has '[.[] | .conversation_id += "_again"] | . + [.[0] | .agent_id = "agent_pear" | .conversation_id = "conv_pear"]'
backfill --agent agent_pear
check 'one agent alone' counts 1 0 0 1 0
backfill --since "$(jq '.data.metadata.start_time_unix_secs' "$data/example-post-call.json")" --agent agent_quince
check 'since a time, that second included' like "$said" '^conversations at ElevenLabs: [12]
.*fetched: [12]'
backfill --since 2099-01-01
check 'since a day' counts 0 0 0 0 0

# Politeness: it waits as long as it is told to.
has '[.[] | .conversation_id += "_polite"]'
standin elevenlabs '{"rate_limit": 2, "rate_window_s": 1}'
backfill
standin elevenlabs '{"reset": true}'
check 'too many requests are no failure' counts 3 0 0 3 0
check 'it was told so' not is "$(jq '.statuses["429"] // 0' "$standin_said")" 0
has '[.[] | .conversation_id += "_stumbling"]'
standin elevenlabs '{"status": 503, "skip": 1, "times": 1}'
backfill
check 'a stumble of the server is none either' counts 3 0 0 3 0

# What cannot be read is told, and is no reason to leave out the rest. Nothing else runs, and nothing waits.
eventually inbox_is_empty
down
has '[.[] | .conversation_id += "_broken"]'
standin elevenlabs '{"reset": true, "garbage": "broken", "only": ["GET /v1/convai/conversations/:id"], "times": 1}'
backfill
check 'one that cannot be read is counted and named' like "$code $said" '^1 conv_[a-z0-9_]*_broken: .*fetched: 2
not readable: 1'
standin elevenlabs '{"reset": true}'
program callmem drain >"$work/said"
check 'what was fetched waits in the inbox' like "$(cat "$work/said")" 'processed: 2'
backfill
check 'the next run gets it' counts 3 0 2 1 0
standin elevenlabs '{"garbage": "types"}'
backfill
check 'an API that answers nonsense is a failure' like "$code $said" '^1 .*no page of conversations'
standin elevenlabs '{"reset": true}'

# An outage in the middle.
has '[.[] | .conversation_id += "_cut"]'
standin elevenlabs '{"slow_ms": 700, "only": ["GET /v1/convai/conversations/:id"]}'
env "${settings[@]}" "$build/callmem" backfill >"$work/said" 2>&1 &
running=$!
one_is_here() {
    [ "$(program callmem status | sed -n 's/^waiting: //p')" = 2 ]
}
eventually one_is_here
kill_standin elevenlabs
code=0
wait "$running" || code=$?
said=$(cat "$work/said")
check 'an outage in the middle is told' like "$code $said" '^1 .*cannot be reached'
start_standin elevenlabs
has '[.[] | .conversation_id += "_cut"]'
backfill
check 'and the next run goes on where it was' like "$code $said" '^0 .*known already: 1
fetched: 2'

# What cannot work.
code=0
said=$(within env ELEVENLABS_API_KEY=wrong "$build/callmem" backfill 2>&1) || code=$?
check 'a wrong key' like "$code $said" '^1 .*does not accept ELEVENLABS_API_KEY'
code=0
said=$(within env ELEVENLABS_API_KEY= "$build/callmem" backfill 2>&1) || code=$?
check 'no key' like "$code $said" '^1 ELEVENLABS_API_KEY is empty'
for wrong in '--since yesterday' '--since' '--until 2026-01-01' '--agent'; do
    # shellcheck disable=SC2086 # several words
    backfill $wrong
    check "$wrong is refused" like "$code $said" '^2 callmem backfill: .{10}'
done
check 'the key is nowhere in logs and state' not grep -raq "$standin_key" "$state"

# On a terminal there is a bar.
has '[.[] | .conversation_id += "_watched"]'
said=$(env "${settings[@]}" script -qec "$build/callmem backfill" /dev/null)
check 'on a terminal a bar tells how far it is' like "$said" '\[#+\.+\] 1 of 3.*fetched: 3'
finish
