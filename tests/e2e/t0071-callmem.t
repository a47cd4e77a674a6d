#!/bin/bash
# The operator's program itself: its command line, help, completion, JSON; and what the other programs say of options
# that they had.
. "$(dirname "$0")/lib.sh"

new_instance main
touch "$env_path"

# `said` is what it said, `code` its exit status.
callmem() { # ARGUMENT…
    code=0
    said=$(program callmem "$@" 2>&1 </dev/null) || code=$?
}

# --- the command line ------------------------------------------------------------------------------------------

callmem
check 'without a command it lists them, which is no success' like "$code $said" '^2 usage: callmem .*show CALLER.*migrate'
callmem help
check 'so does help, which is one' like "$code $said" '^0 usage: callmem .*show CALLER.*migrate'
listed=$said
callmem --help
check 'and --help' is "$code $said" "0 $listed"
check 'in groups' like "$listed" '
Callers
  list  .*  show CALLER  .*
The inbox
  status  '
mapfile -t commands < <(sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' <<<"$listed")
for command in "${commands[@]}"; do
    callmem help "$command"
    check "help has $command" like "$code $said" "^0 usage: callmem $command.*It [a-z]+"
    helped=$said
    callmem "$command" --help
    check 'as the command itself' is "$code $said" "0 $helped"
done
callmem help backfill
check 'with the options' like "$said" '^usage: callmem backfill \[--since DATE\] \[--agent ID\] \[--json\].*  --since DATE  '
callmem --version
check 'it has a version' like "$code $said" '^0 callmem [0-9]+\.[0-9]+\.[0-9]+$'
check 'which is that of the others' is "${said#callmem }" "$("$build/post-call" --version | sed 's/.* //')"

callmem forgt +15550100200
check 'an unknown command is refused, with the nearest' like "$code $said" '^2 .*no command forgt.*nearest is forget'
callmem help stauts
check 'by help, too' like "$code $said" '^2 .*nearest is status'
callmem prin
check 'what is for scripts is not proposed' unlike "$said" 'nearest is print\.'
for wrong in 'show' 'show +15550100200 twice' 'search +15550100200' 'status now' 'status --reveal' 'setting' \
    'setting CALLMEM_NOTHING' 'setting ELEVENLABS_POST_CALL_SECRET' 'migrate' 'migrate --from local' \
    'migrate --from local --to local' 'migrate --from local --to cloud' 'backfill --since' 'backfill --since yesterday' \
    'setting CALLMEM_ENV --reveal=yes' 'export --json +15550100200' 'show anonymous' 'print nothing'; do
    # shellcheck disable=SC2086 # several words
    callmem $wrong
    check "$wrong: refused" like "$code $said" '^2 .{20}'
done
callmem setting --reveal ELEVENLABS_CLIENT_DATA_AUTH
check 'options may stand before operands' is "$code $said" '0 either'
callmem setting ELEVENLABS_CLIENT_DATA_AUTH --reveal
check 'or after them' is "$code $said" '0 either'
callmem search +15550100200 -- --what --about
check 'after -- nothing is an option' like "$code $said" '^0 \{.*"count":'
callmem search +15550100200 --what --about
check 'without it, it is' like "$code $said" '^2 .*no option --what'
callmem import "$work/nowhere"
check 'a file that is not there' like "$code $said" '^1 .*nowhere.*No such file'
code=0
program callmem status >/dev/full 2>/dev/null || code=$?
check 'what cannot be printed is a failure' is "$code" 1

# --- settings --------------------------------------------------------------------------------------------------

callmem check
check 'check prints the settings' like "$code $said" '^0 .*CALLMEM_WORKERS=2'
code=0
said=$(program callmem check --json 2>/dev/null) || code=$?
check 'or has them as JSON' is "$code $(jq -r '"\(.ok) \(.wrong | length) \(.warnings | length > 0) \(.settings.CALLMEM_WORKERS)"' <<<"$said")" \
    '0 true 0 true 2'
settings+=(CALLMEM_WORKERS=lots CALLMEM_THREADS=many ELEVENLABS_POST_CALL_SECRET=0123456789abcdef0123456789abcdef)
callmem check
check 'what is wrong is named, all of it' like "$code $said" '^78 The settings are wrong:.*CALLMEM_WORKERS: .*CALLMEM_THREADS: '
check 'no secret is' unlike "$said" 0123456789abcdef
said=$(program callmem check --json 2>&1)
check 'as JSON, too' is "$? $(jq -r '"\(.ok) \(.wrong | length) \(.settings)"' <<<"$said")" '78 false 2 null'
callmem status
check 'no command works with wrong settings' like "$code $said" '^78 The settings are wrong:.*CALLMEM_WORKERS'
unset 'settings[-1]' 'settings[-1]' 'settings[-1]'
settings+=("CALLMEM_STATE_DIR=$work/nowhere/state")
callmem check
check 'a state folder that cannot be made is wrong' like "$code $said" '^78 .*CALLMEM_STATE_DIR'
unset 'settings[-1]'

# --- old options -----------------------------------------------------------------------------------------------

old() { # PROGRAM OPTION…
    code=0
    said=$("$build/$1" "${@:2}" 2>&1 >/dev/null </dev/null) || code=$?
}
for pair in 'client-data --show' 'client-data --export' 'client-data --forget' 'client-data --import' 'search-data --caller=search' \
    'post-call --status' 'post-call --drain' 'post-call --retry' 'post-call --backfill' 'post-call --migrate' \
    'post-call --expire' 'post-call --metrics' 'post-call --setting'; do
    command=${pair#* --}
    old "${pair%% *}" "--${command%=*}" '+1 555 010 0200'
    check "${pair%=*} names the line to use" like "$code $said" "^2 .*/callmem ${command#*=} '\+1 555 010 0200'$"
done
ln -s "$build/post-call" "$work/post-call"
code=0
said=$(PATH=$work post-call --migrate --from local --to remote 2>&1) || code=$?
check 'also when it was started by its name' like "$code $said" '^2 .* callmem migrate --from local --to remote$'
said=$("$build/client-data" --show +15550100200 2>&1 >/dev/null)
callmem_line=$(tail -n 1 <<<"$said")
check 'the line works' like "$(within bash -c "$callmem_line")" 'Nothing is known of \+15550100200'
old post-call --help me
check 'no option takes anything' like "$code $said" '^2 usage: post-call'

# --- JSON ------------------------------------------------------------------------------------------------------

json() { # DESCRIPTION JQ-FILTER WANTED COMMAND ARGUMENT…
    local got
    got=$(program callmem "${@:4}" --json 2>/dev/null | jq -r "$2")
    check "$1" is "$got" "$3"
}
rm "$env_path"
up
remember "$data/example-post-call.json"
down
printf '{}' >"$state/inbox/new/$(printf '%032d' 0).json"
json 'status counts' '[.waiting, .failed, .done, (.oldest | type), (.failures | length)] | tojson' '[1,0,1,"string",0]' status
json 'drain, too' '[.processed, .left, .failed] | tojson' '[0,0,1]' drain
json 'status has the reasons of failures' '[.failed, .failures[0].reason.code, .oldest] | tojson' '[1,"invalid_request",null]' status
program callmem retry "$(printf '%032d' 1)" >"$work/said" 2>&1
check 'an event that has not failed cannot be retried' is "$?" 3
check 'which is said' like "$(cat "$work/said")" 'no failed event has this id'
json 'one alone can be retried' .waiting_again 1 retry "$(printf '%032d' 0)"
program callmem drain >/dev/null 2>&1
json 'retry counts' .waiting_again 1 retry
json 'show is the export' '[.format, .profile.caller_name] | tojson' '["callmem-export","Nora Lindqvist"]' show +15550100200
json 'expire counts' .forgotten_conversations 0 expire
program callmem export +15550100200 >"$work/export"
json 'import counts' '[.conversations, .memories > 5] | tojson' '[1,true]' import "$work/export"
json 'forget counts' '[.conversations, .memories > 5, .events, .payload_log_lines, .recordings] | tojson' \
    '[1,true,0,0,0]' forget +15550100200

# --- completion ------------------------------------------------------------------------------------------------

# What bash offers for the last of the words.
offers() { # WORD…
    bash -c 'cd "$1" && . "$2" && shift 2 && COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) && compopt() { :; } &&
        "$(complete -p callmem | sed "s/.*-F \([a-z_]*\) .*/\1/")" && printf "%s\n" "${COMPREPLY[@]}" | sort | paste -sd " "' \
        bash "$work" "$root/spawn/completion.bash" "$@"
}
check 'completion offers all commands' is "$(offers callmem '')" "$(printf '%s\n' "${commands[@]}" | sort | paste -sd ' ')"
check 'those that begin so' is "$(offers callmem ex)" 'expire export'
check 'options' is "$(offers callmem backfill --)" '--agent --help --json --since'
check 'the values of one' is "$(offers callmem migrate --from '')" 'local openmemory postgres remote'
check 'settings' is "$(offers callmem setting CALLMEM_RETENTION_DAYS_R | tr "\n" " " | sed "s, \$,,")" "CALLMEM_RETENTION_DAYS_RECORDINGS CALLMEM_RETENTION_DAYS_REQUESTS"
check 'commands to be helped with' is "$(offers callmem help mi)" migrate
check 'files' like "$(offers callmem import ex)" '(^| )export( |$)'
check 'nothing where anything may stand' is "$(offers callmem show '')" ''
interactive() { # as a person gets it
    bash --norc -i -c '. spawn/completion.bash && complete -p callmem' 2>/dev/null
}
check 'bash takes it' like "$(interactive)" '^complete -F _callmem callmem$'
finish
