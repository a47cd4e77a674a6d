#!/bin/bash
# up and down: what they print, what they leave, what they do the second time.
. "$(dirname "$0")/lib.sh"

new_instance main
up
check 'up succeeds' is "$up_status" 0
check 'it names the base URL' like "$up_said" "$url"
check 'it prints a curl line for each endpoint' is "$(grep -c '^curl ' <<<"$up_said")" 3

while read -r line; do
    endpoint=${line##*/}
    said=$(cd "$root" && sh -c "$line" 2>&1)
    case $endpoint in
    client-data) shape='"type": *"conversation_initiation_client_data"' ;;
    search-data) shape='"count": *[0-9]' ;;
    post-call) shape='"status": *"accepted"' ;;
    esac
    check "the curl line for $endpoint works as pasted" like "$said" "$shape"
done < <(grep '^curl ' <<<"$up_said")

check 'the settings file is for its owner alone' is "$(stat -c %a "$env_path")" 600
mapfile -t drawn < <(sed -n 's/^ELEVENLABS_[A-Z_]*_SECRET=//p' "$env_path" | tr -d '"')
check 'it has three secrets' is "${#drawn[@]}" 3
check 'no two are the same' is "$(printf '%s\n' "${drawn[@]}" | sort -u | grep -c .)" 3
for secret in "${drawn[@]}"; do
    check 'a secret is long and random' like "$secret" '^wsec_[0-9a-f]{64}$'
    check 'no secret is printed' unlike "$up_said" "$secret"
done

check 'the state folder is for its owner alone' is "$(stat -c %a "$state")" 700
for program in client-data search-data post-call; do
    check "the socket of $program is for its owner alone" is "$(stat -c '%F %a' "$state/$program.sock")" 'socket 600'
    request GET "/health/$program"
    check "$program is healthy" is "$status $(value .status) $(value .service)" "200 ok $program"
    check "$program names its version" is "$(value .version)" \
        "$("$build/$program" --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+')"
    mode=${E2E_MEMORY:+remote}
    ! is_postgres || mode=postgres
    check "$program reaches its memory" is "$(value '.memory | "\(.mode) \(.ok)"')" \
        "${mode:-local} true"
    check 'every response has a request id' like "$(header X-Request-Id)" '^[0-9A-Za-z_-]{8,}$'
    check "two processes of $program run" is "$(pids_of "$state" handler "$program" | grep -c .)" 2
done
request GET /health
check '/health is that of post-call' field .service post-call
check 'the inbox stands in it' eventually inbox_is_empty
request GET /health/client-data
check 'the inbox stands only there' field .inbox null
request HEAD /health
check 'HEAD is answered' is "$status" 200
# The second time.
before=$({ handler_pids "$state" && nginx_pids "$state"; } | sort)
sums=$(cd "$state" && sha256sum nginx/callmem.conf ./*.pid "$env_path")
up
check 'up again succeeds' is "$up_status" 0
check 'up again says that there is nothing to do' like "$up_said" 'Already running'
check 'up again names the base URL' like "$up_said" "$url"
check 'the processes are the same' is "$({ handler_pids "$state" && nginx_pids "$state"; } | sort)" "$before"
check 'the files are the same' is "$(cd "$state" && sha256sum nginx/callmem.conf ./*.pid "$env_path")" "$sums"

# Down.
down
check 'down succeeds' is "$down_status" 0
check 'no process is left' is "$(handler_pids "$state")$(nginx_pids "$state")" ''
check 'no socket is left' is "$(find "$state" -type s)" ''
check 'nobody listens any more' not curl -s --noproxy '*' "$url/health"
down
check 'down again succeeds' is "$down_status" 0
check 'down again says that nothing runs' like "$down_said" 'Not running'

# And up again, with what is there.
up
check 'up after down succeeds' is "$up_status" 0
check 'the secrets are the same' is "$(sha256sum "$env_path")" "$(tail -n 1 <<<"$sums")"
check 'what was remembered still is' eventually has_calls +15550100200 1
finish
