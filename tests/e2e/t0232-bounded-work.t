#!/bin/bash
# Not with sanitizers: it counts the instructions of the programs, which are others with them.
#
# What somebody outside sends costs at most in proportion to its size: twice as much of it takes less than three times the
# instructions, counted by valgrind, so that no event keeps those of other callers waiting for long.
. "$(dirname "$0")/lib.sh"

event=$data/example-post-call.json
settings=("CALLMEM_STATE_DIR=$work/state" CALLMEM_ENV_FILE=/dev/null ELEVENLABS_POST_CALL_SECRET=x CALLMEM_LOG_LEVEL=error
    ELEVENLABS_POST_CALL_AUTH=secret)
# The instructions of a callmem command on a state folder of its own.
counted() { # COMMAND…
    env "${settings[@]}" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/callmem" "$@" 2>&1 >/dev/null |
        sed -n 's/.*Collected : //p'
}
# The instructions that an event costs after it was acknowledged. It is received while there is no memory, so that it waits.
event_costs() { # JQ-FILTER N
    rm -rf "$work/state"
    jq -c --argjson n "$2" "$1" "$event" >"$work/event"
    env "${settings[@]}" OPENMEMORY_PATH=/nonexistent/memory GATEWAY_INTERFACE=CGI/1.1 REQUEST_METHOD=POST \
        SCRIPT_NAME=/webhook/post-call CONTENT_TYPE=application/json "CONTENT_LENGTH=$(wc -c <"$work/event")" \
        HTTP_X_API_KEY=x "$build/post-call" <"$work/event" 2>"$work/log" | grep -q '"accepted"' && counted drain
}
import_costs() { # - N
    rm -rf "$work/state"
    jq -nc --argjson n "$2" '{format: "callmem-export", version: 1, caller: "+15550100321", conversations: [range($n) | {
        conversation_id: "conv_\(.)", agent_id: "agent_quince", language: "en", memories: [{kind: "summary",
        sector: "episodic", content: "They asked for tree number \(.).", created_at: "2026-03-02T10:\(10 + . % 50):00Z",
        metadata: {title: "Tree \(.)"}}, {kind: "preference", sector: "semantic", content: "Likes tree \(.).",
        created_at: "2026-03-02T10:\(10 + . % 50):00Z", position: 1}]}]}' >"$work/import"
    counted import "$work/import"
}
# A request that a program answers as plain CGI, on the memory that is there.
request_costs() { # JQ-FILTER N
    jq -nc --argjson n "$2" "$1" >"$work/body"
    env "${settings[@]}" ELEVENLABS_SEARCH_DATA_SECRET=x ELEVENLABS_SEARCH_DATA_AUTH=secret GATEWAY_INTERFACE=CGI/1.1 \
        REQUEST_METHOD=POST SCRIPT_NAME=/webhook/search-data CONTENT_TYPE=application/json \
        "CONTENT_LENGTH=$(wc -c <"$work/body")" HTTP_X_API_KEY=x "${headers[@]}" \
        valgrind --tool=callgrind --callgrind-out-file=/dev/null "$build/search-data" <"$work/body" 2>&1 >"$work/said" |
        sed -n 's/.*Collected : //p'
    grep -q '"memories"' "$work/said" || { cat "$work/said" && return 1; } >&2
}
headers=()
headers_cost() { # - N
    local headers=() i
    for ((i = 0; i < $2; i++)); do headers+=("HTTP_X_OTHER_$i=number $i"); done
    request_costs '{caller_id: "+15550100321", query: "pear trees"}' "$2"
}
declare -A nothing
in_proportion() { # FUNCTION FILTER N
    local once twice
    [ -n "${nothing[$1]:-}" ] || nothing[$1]=$("$1" "$2" 1)
    once=$("$1" "$2" "$3") twice=$("$1" "$2" $((2 * $3)))
    printf '%s instructions for one, %s for %s, %s for twice as many\n' "${nothing[$1]}" "$once" "$3" "$twice"
    [ -n "$twice" ] && [ $((twice - nothing[$1])) -lt $((3 * (once - nothing[$1]))) ]
}

# shellcheck disable=SC2016 # jq expands it
{
    check 'collected values' in_proportion event_costs '.data.analysis.data_collection_results =
        ([range($n) | {key: "item_\(.)", value: {data_collection_id: "item_\(.)", value: "number \(.) of the order"}}] | from_entries)' 500
    check 'turns' in_proportion event_costs '.data.transcript = [range($n) | {role: (if . % 2 == 1 then "user" else "agent" end),
        message: "I am Nora\(.) and prefer tea number \(.).", time_in_call_secs: .}]' 100
    check 'lines of an item' in_proportion event_costs '.data.analysis.data_collection_results = {callmem_notes: {
        data_collection_id: "callmem_notes", value: ([range($n) | "fact | caller | has pear trees for wedding \(.) |"] | join("\n"))}}' 200
}
check 'conversations of an import' in_proportion import_costs - 60

# The memory of the import is there.
check 'headers' in_proportion headers_cost - 300
# shellcheck disable=SC2016 # jq expands it
{
    check 'the length of a query' in_proportion request_costs '{caller_id: "+15550100321",
        query: ([range(50 * $n) | "a"] | join(""))}' 8
    check 'the words of a query' in_proportion request_costs '{caller_id: "+15550100321",
        query: ([range(4 * $n) | "tree\(.)"] | join(" "))}' 8
    check 'people who speak' in_proportion event_costs '.data.transcript = [range($n) | {role: "user",
        message: "Hello, my name is \(["Ada", "Boris", "Clara", "Dora"][. % 4]) Quince\(.).", time_in_call_secs: .}]' 60
    check 'phone numbers' in_proportion event_costs '.data.transcript = [range($n) | {role: "user",
        message: "My number is +1555010\(1000 + .).", time_in_call_secs: .}]' 60
}
finish
