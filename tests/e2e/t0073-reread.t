#!/bin/bash
# Stored calls are understood again: by callmem reread, and by post-call after an upgrade.
. "$(dirname "$0")/lib.sh"
start_instance

event=$data/example-post-call.json
caller=+15550100200
other=+15550100731
remember "$event"
remember "$(variant "$event" ".data.conversation_id = \"conv_other\" | .data.metadata.phone_call.external_number = \"$other\"
    | .data.conversation_initiation_client_data = {} | .data.metadata.start_time_unix_secs = 1700000000")"
client_data "$caller"
before=$(jq -S . "$answer")

reread() {
    done=0
    said=$(program callmem reread "$@" 2>&1) || done=$?
}
essence() {
    program callmem export "$caller" | jq -S 'del(.exported_at, .conversations[].memories[].updated_at)'
}

whole=$(essence)
reread "$caller"
check 'the calls of one caller are read again' is "$done: $(head -n 2 <<<"$said")" $'0: callers: 1\ncalls: 1'
check 'nothing of this version changes' is "$(essence)" "$whole"
reread
check 'those of all callers' is "$done: $(head -n 2 <<<"$said")" $'0: callers: 2\ncalls: 2'
reread --since 2026-01-01 --json
check 'or the young ones' is "$(jq -c '[.callers, .calls]' <<<"$said")" '[1,1]'
reread --since yesterday
check 'a date is expected' is "$done" 2
reread anonymous
check 'nobody has no calls' is "$done" 2
reread --dry-run --json
check 'nothing would change' is "$(jq -c .changes <<<"$said")" '[]'

if ! is_remote && ! is_postgres; then
    # What an older version left: its own understanding, and a profile made of it.
    sql() {
        sqlite3 "$state/openmemory.sqlite" "PRAGMA busy_timeout = 5000; $1" >/dev/null
    }
    make_old() {
        sql "DELETE FROM memories WHERE kind IN (3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 18);
            UPDATE memories SET metadata = json_remove(metadata, '\$.understood') WHERE kind = 0;
            INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, decay_lambda, tags,
                metadata, created_at, updated_at) SELECT id, 4, 0, 1, '', 'Prefers: nonsense', 0.9, 0, '', '{}',
                started_at, started_at FROM conversations;
            UPDATE profiles SET answer = replace(answer, 'Nora Lindqvist', 'Nonsense')"
    }
    make_old
    reread --dry-run "$caller"
    check 'a dry run says what would go' like "$said" "- \\$caller  conv_quince_0001  \[preference\] Prefers: nonsense"
    check 'and what would come' like "$said" "\+ \\$caller  conv_quince_0001  \[name\] Name: Nora Lindqvist"
    client_data "$caller"
    check 'and changes nothing' field .dynamic_variables.caller_name Nonsense
    is_as_before() {
        client_data "$caller" && is "$(jq -S . "$answer")" "$before"
    }
    down
    up || exit 1
    check 'after an upgrade post-call reads old calls again' eventually is_as_before
    check 'which it logs' eventually grep -qsF 'calls of an older version are understood again' "$state"/logs/*
    check 'the export is as it was' is "$(essence | jq -S 'del(.conversations[].memories[].id)')" \
        "$(jq -S 'del(.conversations[].memories[].id)' <<<"$whole")"

    down
    new_instance open CALLMEM_REDACT=none
    up || exit 1
    remember "$(variant "$event" '.data.transcript[1].message = "Nora Lindqvist. My card is 4111 1111 1111 1111."')"
    check 'secrets are kept where the settings say so' grep -qF '4111 1111' <<<"$(program callmem show "$caller")"
    within env CALLMEM_REDACT=card "$build/callmem" reread --redact "$caller" >"$work/said"
    check 'what is stored can be masked' is "$(grep masked "$work/said")" 'masked secrets: 1'
    check 'and is' not grep -qF '4111 1111' <<<"$(program callmem export "$caller")"
fi
finish
