#!/bin/bash
# /metrics: what it tells is right over all processes, whatever becomes of them, and it tells it to this machine alone.
. "$(dirname "$0")/lib.sh"

mkdir "$work/memory"
start_instance CALLMEM_WORKERS=3 CALLMEM_THREADS=2 "OPENMEMORY_PATH=$work/memory/openmemory.sqlite"

# The value of a series in the last answer; nothing when there is none.
told() { # SERIES
    awk -v "series=$1" '$0 !~ /^#/ && substr($0, 1, length(series) + 1) == series " " { print $NF }' "$answer"
}

tells() { # SERIES VALUE
    request GET /metrics && is "$(told "$1")" "$2"
}

requests() { # ENDPOINT STATUS [CODE]
    printf 'callmem_requests_total{endpoint="%s",status="%s",code="%s"}' "$1" "$2" "${3:-}"
}

request GET /metrics
check 'it is answered' is "$status" 200
check 'in the text format of Prometheus' is "$(header Content-Type)" 'text/plain; version=0.0.4; charset=utf-8'
check 'the version' like "$(cat "$answer")" 'callmem_info\{version="[0-9.]+"\} 1'
check 'every series stands in it once' is "$(grep -v '^#' "$answer" | sed 's/ [^ ]*$//' | sort | uniq -d)" ''
undocumented() {
    local family
    while read -r family; do
        grep -qF "\`$family\`" docs/monitoring.md || say "$family"
    done < <(sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' "$answer")
}
check 'docs/monitoring.md tells what each is' is "$(undocumented)" ''
for program in "${handlers[@]}"; do
    check "three processes of $program" eventually tells "callmem_processes{service=\"$program\"}" 3
    check 'were started' is "$(told "callmem_process_starts_total{service=\"$program\"}")" 3
done

# Forty requests at once, so that every process has its share.
many() { # CODE, what curl is to send
    local i urls=()
    for ((i = 0; i < 40; i++)); do urls+=(-o /dev/null "$url/webhook/client-data"); done
    curl -sS --no-progress-meter --noproxy '*' -Z --parallel-max 20 -w '%{http_code}\n' -H 'Content-Type: application/json' "$@" "${urls[@]}"
}
check 'forty callers' is "$(many -H "X-Api-Key: $(secret client-data)" -d '{"caller_id": "+15550100200"}' | sort | uniq -c | tr -s ' ')" ' 40 200'
check 'forty intruders' is "$(many -H "X-Api-Key: x" -d '{"caller_id": "+15550100200"}' | sort | uniq -c | tr -s ' ')" ' 40 401'
check 'each was counted once' tells "$(requests client-data 200)" 40
check 'by its code' is "$(told "$(requests client-data 401 invalid_secret)")" 40
check 'timed' is "$(told 'callmem_request_seconds_count{endpoint="client-data"}')" 80
check 'in a bucket' is "$(told 'callmem_request_seconds_bucket{endpoint="client-data",le="+Inf"}')" 80
check 'and memory was asked as often' is "$(told 'callmem_memory_seconds_count{operation="profile"}')" 40

# An event on its way.
remember "$data/example-post-call.json"
post_call "$data/example-post-call.json"
check 'an event came in' tells 'callmem_events_received_total{result="accepted"}' 1
check 'and again' is "$(told 'callmem_events_received_total{result="duplicate"}')" 1
check 'and was processed' eventually tells 'callmem_events_worked_total{result="worked"}' 1
check 'in some time' is "$(told callmem_event_seconds_count)" 1
search +15550100200 wedding
check 'a search' tells 'callmem_memory_seconds_count{operation="search"}' 1
check 'all is well' is "$(told callmem_memory_ok) $(told callmem_inbox_ok)" '1 1'
request GET /nowhere
check 'nginx answers for nobody' tells "$(requests other 404 not_found)" 0

# Processes come and go; what they counted stays.
for pid in $(pids_of "$state" handler client-data); do kill -9 "$pid"; done
check 'new ones are there' eventually tells 'callmem_processes{service="client-data"}' 3
check 'which is told' is "$(told 'callmem_process_starts_total{service="client-data"}')" 6
check 'none was told to stop' is "$(told 'callmem_process_stops_total{service="client-data"}')" 0
check 'nothing was lost' is "$(told "$(requests client-data 200)")" 40
client_data +15550100200
check 'it goes on from there' tells "$(requests client-data 200)" 41
down
up
check 'a restart loses nothing either' tells "$(requests client-data 200)" 41
check 'and was an orderly one' is "$(told 'callmem_process_stops_total{service="client-data"}')" 3

# An event that can never work, and one that has to wait. What is no event is not accepted, so it is put there.
printf '{}' >"$state/inbox/new/$(printf '%032d' 0).json"
check 'a failed event is seen' eventually tells 'callmem_inbox_events{state="failed"}' 1
check 'and counted' eventually tells 'callmem_events_worked_total{result="failed"}' 1
mv "$work/memory" "$work/away"
for program in "${handlers[@]}"; do
    for pid in $(pids_of "$state" handler "$program"); do kill -9 "$pid"; done
done
post_call "$data/transcription-sip-outbound.json"
check 'memory that is away is seen' tells callmem_memory_ok 0
check 'what waits' is "$(told 'callmem_inbox_events{state="waiting"}')" 1
has_aged() {
    request GET /metrics && [ "$(told callmem_inbox_oldest_seconds)" -gt 0 ]
}
check 'grows older' eventually has_aged
postponed() {
    request GET /metrics && [ "$(told 'callmem_events_worked_total{result="postponed"}')" -gt 0 ]
}
check 'and its tries are counted' eventually postponed
client_data +15550100200
failed() {
    request GET /metrics && [ "$(told 'callmem_memory_failures_total{operation="profile"}')" -gt 0 ]
}
check 'a caller whom memory could not tell' failed

# A wrong secret of ours: ElevenLabs does not send the event again.
warned() {
    { program callmem check >/dev/null; } 2>&1
}
in_a_row='callmem_refused_in_a_row{service="post-call"}'
check 'check warns of nothing as long as credentials are right' unlike "$(warned)" 'with 401'
body=$data/failure-sip.json
for tries in 1 2; do
    post post-call "@$body" -H "ElevenLabs-Signature: $(signature another-secret "$body")"
    post post-call "@$body" -H "ElevenLabs-Signature: t=1,v0=x"
    post post-call "@$body"
done
check 'refused signatures are counted, requests of scanners are not' tells "$in_a_row" 2
check 'and check warns of them' like "$(warned)" 'post-call refused its last 2 requests with 401.*backfill'
check 'in JSON, too' like "$(program callmem check --json | jq -r '.warnings[]')" 'post-call refused its last 2 requests'
post_call "$body"
check 'one that is accepted ends that' tells "$in_a_row" 0
check 'for check as well' unlike "$(warned)" 'with 401'

# Who may ask.
for header in X-Forwarded-For Forwarded Via; do
    request GET /metrics -H "$header: 192.0.2.7"
    check "nobody behind a tunnel ($header)" refused 404 not_found
done
request POST /metrics -d ''
check 'nothing is posted there' refused 405 method_not_allowed
check 'the command tells the same' like "$(program callmem metrics 2>/dev/null)" 'callmem_memory_failures_total\{operation="profile"\} [1-9]'
finish
