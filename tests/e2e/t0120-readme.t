#!/bin/bash
# The README's session, command by command as it stands there: from an unknown caller to a greeted one. Only the
# address, the settings file and the build folder are this test's own.
. "$(dirname "$0")/lib.sh"
start_instance

# The commands of the section, each on one line.
# shellcheck disable=SC2016 # the commands' own shell expands it
mapfile -t commands < <(
    sed -n '/^## A caller becomes known/,/^## Point/p' README.md | sed -n 's/^    //p' |
        sed -e ':a' -e '/\\$/{N;s/\\\n *//;ta' -e '}' |
        sed -e "s#http://127.0.0.1:8090#$url#" -e 's#>> \.env#>> "$CALLMEM_ENV_FILE"#' -e "s#^build/#$build/#"
)
check 'the section has its commands' is "${#commands[@]}" 8

run() { # AT
    said=$(within bash -c "${commands[$1]}" 2>&1)
}

run 0
check 'nobody is known yet' like "$said" '"caller_known":false'
run 1
check 'the event is accepted' like "$said" '"status":"accepted"'
eventually has_calls +15550100200 1
run 2
run 3
check 'it starts again with the greeting' like "$said" "callmem answers at $url"
run 4
check 'the caller is greeted' like "$said" '"first_message":"Welcome back, Nora Lindqvist!"'
run 5
check 'and what was said is found' like "$said" 'wedding'
run 6
check 'an operator sees the caller' like "$said" 'Nora Lindqvist'
run 7
check 'and forgets the caller' like "$said" '^Forgot \+15550100200'
is_unknown() {
    client_data +15550100200 && field .dynamic_variables.caller_known false
}
check 'who is then unknown again' eventually is_unknown
finish
