#!/bin/bash
# The commands of docs/troubleshooting.md and docs/monitoring.md, as they stand there, on an instance that has had its
# troubles: each works, complains about nothing, and shows something.
. "$(dirname "$0")/lib.sh"
start_instance OPENMEMORY_MODE=local # whose files the page looks at

# Something for each of them to show.
remember "$data/example-post-call.json"
client_data +15550100200
search +15550100200 wedding
search +15550100200 wedding '.limit = 500'
post client-data '{"caller_id": ""}'
post client-data '{"caller_id": ""}' -H 'X-Api-Key: none'
wrong=$(value .error.request_id)
printf '{}' >"$state/inbox/new/$(printf '%032d' 0).json"
has_failed() {
    request GET /health && field .inbox.failed 1
}
check 'there is a failed event' eventually has_failed

# The commands, each on one line; what starts or stops is left out.
commands() { # DOCUMENT
    sed -n 's/^    //p' "$1" | sed -e ':a' -e '/\\$/{N;s/\\\n *//;ta' -e '}' |
        grep -E '^(build/|(curl|jq|for|grep|df|du|tail|env) )'
}

# The same with this test's address, folders and request.
ours() { # COMMAND
    sed -e "s#http://127.0.0.1:8090#$url#g" -e "s#\bvar/#$state/#g" -e "s# var\b# $state#g" \
        -e "s#\bbuild/#$build/#g" -e "s#REQUEST-ID#$wrong#" <<<"$1"
}

# Nothing has gone wrong in this way here.
is_quiet() { # COMMAND
    [[ $1 == *'event processing failed'* ]]
}

works() { # COMMAND
    within bash -o pipefail -c "$(ours "$1")" >"$work/out" 2>"$work/err" || say "it failed with $?"
    # The failed event that is tried again fails again, and that is logged.
    grep -v '"message":"event failed permanently' "$work/err"
    [ -s "$work/out" ] || is_quiet "$1" || say 'it showed nothing'
}

for document in docs/troubleshooting.md docs/monitoring.md; do
    mapfile -t found < <(commands "$document")
    check "$document has commands" test "${#found[@]}" -gt 2
    for command in "${found[@]}"; do
        check "${command:0:90}" is "$(works "$command")" ''
    done
done
finish
