#!/bin/bash
. "$(dirname "$0")/lib.sh"
start_openmemory main "${1:-user}"
mapfile -t remote < <(remote_memory main)
start_instance "${remote[@]}"
send() { local i event; for ((i=$1;i<=$2;i++)); do event=$(variant "$data/example-post-call.json" ".data.conversation_id = \"conv_k_$i\" | .data.metadata.phone_call.external_number = \"+155501$((10000 + i % 100))\""); post_call "$event"; [ "$status" = 200 ] || echo "# $i $status"; done; }
date; send 1 250; echo "sent 250 $(date +%T)"; stop_standin openmemory-main; send 251 500; echo "sent 500 $(date +%T)"; 
client_data +15550110001; echo "client-data without: $status $(value .dynamic_variables.caller_known)"
sleep 60; start_openmemory main; echo "back $(date +%T)"; s=$EPOCHREALTIME
for k in $(seq 2000); do inbox_is_empty >/dev/null && break; sleep 0.2; done; echo "empty after $(echo "$EPOCHREALTIME - $s" | bc) s"; request GET /health; cat "$answer"; echo
bad=0; for i in $(seq 0 99); do has_calls "+155501$((10000+i))" 5 >/dev/null || { bad=$((bad+1)); value .dynamic_variables.call_count; }; done; echo "callers with other than 5 calls: $bad"
openmemory main GET '/memory/all?l=10000&u=0' | jq '[.items[].metadata.callmem.type] | group_by(.) | map({(.[0]): length}) | add'
curl -s -o /dev/null -w 'client-data %{time_total}\n' --noproxy '*' -H "X-Api-Key: ${secrets[client-data]}" -H 'Content-Type: application/json' -d '{"caller_id":"+15550110001"}' $url/webhook/client-data
