#!/bin/bash
# An LLM of the operator's own, a stand-in here: calls without callmem's items are understood later, nothing waits for
# it, and whatever happens to it, each call is read once it works again, forgotten, or given up.
. "$(dirname "$0")/lib.sh"

route='POST /v1/chat/completions'
start_standin llm
llm=("CALLMEM_LLM_URL=${at[llm]}" "CALLMEM_LLM_KEY=$standin_key" CALLMEM_LLM_MODEL=standin-1
    CALLMEM_LLM_TIMEOUT_MS=3000)

# A call of NUMBER in which the caller says TEXT; as a file.
call() { # NUMBER CONVERSATION TEXT
    # shellcheck disable=SC2016 # jq expands it
    jq -c --arg number "$1" --arg conversation "$2" --arg text "$3" '
        .data.metadata.phone_call.external_number = $number | .data.user_id = null |
        .data.conversation_initiation_client_data = {dynamic_variables: {}} |
        .data.conversation_id = $conversation | .data.analysis.transcript_summary = "A call." |
        .data.analysis.data_collection_results = {} | .data.analysis.data_collection_results_list = [] |
        .data.transcript |= (.[0:2] | .[0].message = "Good morning, how can I help?" | .[1].message = $text)' \
        "$data/example-post-call.json" >"$work/call-$2"
    printf '%s\n' "$work/call-$2"
}
# What the LLM says of calls in which PART is said.
llm_says() { # PART NOTES…
    # shellcheck disable=SC2016 # jq expands it
    standin llm "$(jq -nc --arg part "$1" '{answers: {($part): {callmem_notes: ($ARGS.positional | join("\n"))}}}' \
        --args "${@:2}")"
}
known_of() { # NUMBER REGEX
    client_data "$1" && like "$(value .dynamic_variables.memory_context)" "$2"
}
waiting() { # HOW-MANY
    is "$(program callmem status --json | jq .waiting_for_llm)" "$1"
}
counted() { # SERIES AT-LEAST
    request GET /metrics && [ "$(SERIES=$1 awk '$1 == ENVIRON["SERIES"] { print $2 }' "$answer")" -ge "$2" ]
}
# Whether something of what is known of a caller is the LLM's.
read_by_llm() { # NUMBER
    program callmem export "$1" | jq -e 'any(.conversations[].memories[]; .kind == "need" and .metadata.source == "llm")'
}
running() { # HOW-MANY
    standin llm && is "$(jq .state.running "$standin_said")" "$1"
}
asked_at_most() { # TIMES
    standin llm && [ "$(jq --arg route "$route" '.requests[$route] // 0' "$standin_said")" -le "$1" ]
}

# --- A call is read ---

start_instance "${llm[@]}" "CALLMEM_LOG_FILE=$work/log"
llm_says 'quail eggs' 'need | caller | Is allergic to quail eggs | '
standin llm '{"slow_ms": 1500}'
remember "$(call +15550100300 conv_quail "I was asked about quail eggs. Well, I am allergic to quail eggs, sadly.")"
check 'the call is in memory before the LLM has answered' has_calls +15550100300 1
check 'and waits for the LLM' waiting 1
check 'which metrics show' counted callmem_llm_waiting 1
check 'then it is read' eventually waiting 0
check 'and known' known_of +15550100300 'quail eggs'
check 'as evidence of the LLM' read_by_llm +15550100300
check 'it was asked once' asked llm "$route" 1
check 'as an OpenAI-compatible server is asked' is "$(curl -sS --noproxy '*' "${at[llm]}/standin/log" |
    jq -c '.[0] | [.key, .body.temperature, .body.response_format.type, (.body.messages | map(.role))]')" \
    '["right",0,"json_schema",["system","user"]]'
check 'the answer was counted' counted 'callmem_llm_requests_total{result="answered"}' 1
healthy() {
    request GET /health && is "$status" 200
}
check 'the health is that of callmem alone' healthy
standin llm '{"reset": true}'

# --- Calls from before the LLM was switched on ---

if ! is_remote && ! is_postgres; then
    sqlite3 "$state/openmemory.sqlite" "PRAGMA busy_timeout = 5000; DELETE FROM memories WHERE kind = 14;
        UPDATE memories SET metadata = json_remove(metadata, '\$.evidence') WHERE kind = 0" >/dev/null
    llm_says 'quail eggs' 'need | caller | Is allergic to quail eggs | '
    check 'calls that no LLM has read are left to it by callmem reread' \
        is "$(program callmem reread --json | jq .left_to_llm)" 1
    check 'which reads them' eventually asked llm "$route" 2
    check 'all' eventually waiting 0
    check 'and they are known' read_by_llm +15550100300
    check 'once they are read nothing is left' is "$(program callmem reread --json | jq .left_to_llm)" 0
fi

# --- A call that has items, or nobody's words, is not asked about ---

standin llm '{"clear": true}'
remember "$(variant "$(call +15550100301 conv_items "I need the delivery at the back door.")" \
    '.data.analysis.data_collection_results = {callmem_notes: {data_collection_id: "callmem_notes", value: null}}')"
remember "$(variant "$(call +15550100301 conv_silent x)" '.data.transcript |= .[0:1]')"
check 'nothing waits' waiting 0
check 'nobody was asked' asked llm "$route" 0

# --- Secrets ---

remember "$(call +15550100302 conv_card "My card number is 4111 1111 1111 1111, and it expires 04/27.")"
check 'the call is read' eventually asked llm "$route" 1
check 'without the card number' unlike "$(curl -sS --noproxy '*' "${at[llm]}/standin/log" | jq -c '.[0].body')" '4111'

# --- Forms of answers and of servers ---

number=310
for form in fenced thinking parts tool array; do
    number=$((number + 1))
    llm_says 'quail eggs' 'need | caller | Is allergic to quail eggs | '
    standin llm "{\"form\": \"$form\"}"
    remember "$(call "+15550100$number" "conv_$form" "I am allergic to quail eggs, sadly.")"
    check "an answer is read ($form)" eventually waiting 0
    check "and known ($form)" read_by_llm "+15550100$number"
done
standin llm '{"reset": true, "clear": true, "formats": false, "limits": "max_completion_tokens", "cold": false}'
remember "$(call +15550100320 conv_simple "I am allergic to quail eggs, sadly.")"
check 'a server that knows no format, temperature or limit is asked without' eventually waiting 0
check 'in four tries' asked llm "$route" 4
for i in 1 2 3 4 5; do remember "$(call "+1555010032$i" "conv_simple$i" "I am allergic to quail eggs, really.")"; done
check 'the next ones are read' eventually waiting 0
check 'and each process knows then what it takes' asked_at_most 12

# --- Answers that make no sense, an outage, and a restart in the middle ---

for garbage in html broken empty json types; do
    standin llm "{\"reset\": true, \"garbage\": \"$garbage\"}"
    remember "$(call +15550100332 "conv_$garbage" "Nothing to note.")"
    check "an answer that makes no sense ($garbage)" \
        eventually grep -q "asked again later.*\"conv_$garbage\"" "$work/log"
done
standin llm '{"reset": true, "clear": true, "status": 500}'
remember "$(call +15550100330 conv_outage "I am allergic to quail eggs, sadly.")"
remember "$(call +15550100331 conv_outage2 "I am allergic to quail eggs, sadly.")"
check 'a server that fails is asked again' eventually counted 'callmem_llm_requests_total{result="unavailable"}' 3
check 'all wait' waiting 7
stop_standin llm
down
check 'a restart in the middle' up
check 'loses none' waiting 7
down
start_standin llm
llm_says 'quail eggs' 'need | caller | Is allergic to quail eggs | '
up
check 'the server comes back and all are read' eventually waiting 0
check 'each is known' read_by_llm +15550100330
check 'each of them' read_by_llm +15550100331

standin llm '{"clear": true, "slow_ms": 2500}'
remember "$(call +15550100340 conv_killed "I am allergic to quail eggs, sadly.")"
check 'it is being asked' eventually running 1
for pid in $(pids_of "$state" handler post-call); do kill -9 "$pid"; done
check 'killed while the LLM thinks: asked again' eventually read_by_llm +15550100340
check 'and done' eventually waiting 0
eventually running 0
standin llm '{"clear": true, "slow_ms": 4000, "times": 1}'
remember "$(call +15550100341 conv_timeout "I am allergic to quail eggs, sadly.")"
check 'no answer in time: asked again' eventually read_by_llm +15550100341
check 'which was counted' counted 'callmem_llm_requests_total{result="timeout"}' 1
eventually running 0

# --- Wrong settings, and too many requests ---

standin llm '{"reset": true, "clear": true, "status": 401}'
remember "$(call +15550100350 conv_denied "I am allergic to quail eggs, sadly.")"
check 'a wrong key is counted' eventually counted 'callmem_llm_requests_total{result="denied"}' 1
check 'and logged' eventually grep -q 'refuses every request' "$work/log"
check 'the call waits' waiting 1
down
llm_says 'quail eggs' 'need | caller | Is allergic to quail eggs | '
standin llm '{"clear": true, "status": 429, "retry_after": 3, "times": 1}'
touch "$state"/inbox/llm/*.json
up
check 'too many requests' eventually counted 'callmem_llm_requests_total{result="limited"}' 1
check 'are asked again' eventually waiting 0
check 'when the server said' is "$(grep -c . <<<"$(curl -sS --noproxy '*' "${at[llm]}/standin/log" | jq -c '.[].status')")" 2

# --- Never more than two at once ---

standin llm '{"reset": true, "clear": true, "slow_ms": 300}'
for i in 1 2 3 4 5 6; do
    post_call "$(call "+1555010036$i" "conv_many$i" "I am allergic to quail eggs, sadly.")"
done
all_read() {
    waiting 0 && asked llm "$route" 6
}
check 'many at once are all read' eventually all_read
standin llm
check 'two at a time' is "$(jq '.state.most <= 2' "$standin_said")" true

# --- Forgotten meanwhile ---

standin llm '{"clear": true, "slow_ms": 2500}'
remember "$(call +15550100370 conv_gone "I am allergic to quail eggs, sadly.")"
check 'it is being asked' eventually running 1
program callmem forget +15550100370 >"$work/said"
check 'a forgotten caller does not wait' waiting 0
check 'the answer comes' eventually asked llm "$route" 1
sleep 0.5
check 'and brings nothing back' is "$(remembered | grep -c +15550100370)" 0
check 'nor does the queue' waiting 0

# --- Given up ---

standin llm '{"reset": true, "clear": true, "form": "refusal"}'
remember "$(call +15550100380 conv_refused "I am allergic to quail eggs, sadly.")"
eventually asked llm "$route" 1
down
check 'a call that was refused waits' waiting 1
sed -i 's/"since":[0-9]*/"since":1/' "$state"/inbox/llm/*.json
up
check 'after a day it is given up' eventually waiting 0
check 'counted' counted callmem_llm_given_up_total 1
check 'and logged' grep -q 'given up' "$work/log"
check 'what rules know stays' has_calls +15550100380 1
finish
