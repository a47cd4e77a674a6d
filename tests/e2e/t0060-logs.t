#!/bin/bash
# Logs: what stands in them, what never does, and how they are rotated.
. "$(dirname "$0")/lib.sh"

start_instance "CALLMEM_LOG_FILE=$work/callmem.log" CALLMEM_LOG_LEVEL=debug
log=$work/callmem.log

remember "$data/example-post-call.json"
client_data +15550100200
id=$(header X-Request-Id)
search +15550100200 'the secret wedding of Tobias'
post client-data '{"caller_id": "+15550100200"}' -H 'X-Api-Key: private-attempt'
post client-data '{"caller_id": "+15550100200", ' -H "X-Api-Key: $(secret client-data)"
client_data 'not a valid +15550100200 identifier'
search 'not a valid +15550100200 identifier' 'the secret wedding of Tobias'
request GET '/webhook/search-data?caller_id=%2B15550100200&query=private-query'
request POST '/nowhere/+15550100200'
program callmem show +15550100200 >/dev/null

check 'the log is for its owner alone' is "$(stat -c %a "$log")" 600
check 'every line is a JSON object' is "$(jq -cs 'map(type) | unique' "$log")" '["object"]'
check 'every line has a time, a level, a program and words' is \
    "$(jq -s 'map(has("time") and has("level") and has("service") and has("message")) | all' "$log")" true
line() { # what one request left
    jq -c "select(.request_id == \"$id\" and has(\"status\"))" "$log"
}
check 'a request leaves one line' is "$(line | grep -c .)" 1
check 'with its endpoint, status and duration' is "$(line | jq -c '[.endpoint, .status, (.duration_ms | type)]')" \
    '["client-data",200,"number"]'
check 'nginx knows it by the same id' grep -q "$id" "$state/logs/nginx-access.log"

# All that was written anywhere but to the memory itself.
everything=("$log" "$state"/logs/*)
absent() { # REGEX
    local found
    found=$(grep -aE "$1" "${everything[@]}") && printf '%s\n' "$found" && return 1
    return 0
}
check 'no number' absent '5550100200|15550109900'
check 'nor anything that looks like one' absent '[+][0-9]{6,}'
check 'no secret' absent "$(secret client-data)|$(secret search-data)|$(secret post-call)"
check 'nothing that was tried as a secret' absent private-attempt
check 'no signature' absent 'v0=[0-9a-f]'
check 'nothing that was said' absent 'espalier|trunk|dental|Tobias|Lindqvist|QG-58213'
check 'no query' absent 'wedding|private-query'

# Rotation: rename, SIGHUP.
mv "$log" "$log.1"
client_data +15550100200
before=$(wc -l <"$log.1")
for program in client-data search-data post-call; do
    for pid in $(pids_of "$state" handler "$program"); do kill -HUP "$pid"; done
done
check 'SIGHUP makes a new file' eventually test -e "$log"
is_in_the_new_file() {
    client_data +15550100200
    grep -q "$(header X-Request-Id)" "$log"
}
check 'new lines go there' eventually is_in_the_new_file
check 'it is for its owner alone' is "$(stat -c %a "$log")" 600
check 'the old file has what came before' test "$before" -gt 0
check 'the same processes go on' is "$(pids_of "$state" handler client-data | grep -c .)" 2
down

# Without a file: standard error, which `up` keeps in the state folder.
new_instance plain CALLMEM_LOG_LEVEL=info
up
client_data +15550100200
check 'the log of each program is in the state folder' \
    grep -q "$(header X-Request-Id)" "$state/logs/client-data.log"
check 'for its owner alone' is "$(stat -c %a "$state/logs/client-data.log")" 600
down
new_instance quiet CALLMEM_LOG_LEVEL=error
up
client_data +15550100200
check 'a level leaves the lesser ones out' is "$(jq -r .level "$state/logs/client-data.log" | sort -u)" ''
finish
