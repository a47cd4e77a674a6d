#!/bin/bash
# callmem-register as `make install` puts it somewhere: with the programs beside it, settings like production's with a
# secret in a file of its own, and no checkout.
# shellcheck disable=SC2016 # what stands in single quotes is jq's to expand
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/register.sh"

prefix=$work/prefix
build_programs install "PREFIX=$prefix"
register_command=$prefix/sbin/callmem-register
new_registration
mkdir "$work/secrets"
echo first-0123456789abcdef >"$work/secrets/post-call"
sed -i "s|^ELEVENLABS_POST_CALL_SECRET.*|ELEVENLABS_POST_CALL_SECRET_FILE=$work/secrets/post-call|" "$env_path"
# A relative path is one of whoever calls it.
cd "$work" || exit 1

check 'it tells how it is used, under its name there' like "$("$register_command" --help)" '^callmem-register --url https://NAME'
register --url "$here" --agent agent_quince
check 'it registers' like "$code $said" '^0 .*Done\.'
check 'all of it' kept "$count_all" '1 2 1'
check 'the agent has the data collection items' kept '.agents.agent_quince.platform_settings.data_collection | keys | join(" ")' \
    'callmem_caller callmem_mood callmem_notes callmem_open callmem_request'
check 'the new secret comes first in its file, the old one second' is "$(cat "$work/secrets/post-call")" \
    "$(standin_state | jq -r '.webhooks[].webhook_secret')"$'\nfirst-0123456789abcdef'
check 'nothing else is left beside it' is "$(ls "$work/secrets")" post-call
check 'what was made is recorded with the memory' is "$(jq -r .url "$state/elevenlabs.json")" "$here"
register
check 'again it has nothing to do' like "$code $changes $said" '^0 0 Nothing to change'

register --url https://127.0.0.1:2 --remove
check 'a wrong use is told under its name, too' like "$code $complaints" '^2 callmem-register --url'
tells_agents() {
    register --dry-run --url https://127.0.0.1:2
    like "$code $said" 'callmem-register --agent ID does that'
}
register --remove
check 'it undoes it' kept "$count_all" '0 0 0'
check 'the file of the secret is as it was' is "$(cat "$work/secrets/post-call")" first-0123456789abcdef
check 'what it says of agents names it as it is called' tells_agents

# It needs no checkout, and says what else it needs. Debug information of a program names it.
check 'nothing in it knows where it was built' not grep -rIqF "$root" "$prefix/libexec" "$prefix/sbin"
mkdir "$work/bin"
for name in $(compgen -c | sort -u); do
    path=$(type -P "$name") && ln -sf "$path" "$work/bin/$name"
done
rm "$work/bin/jq"
without_jq() {
    within env PATH="$work/bin" bash -c 'PATH=$PATH; exec "$@"' sh "$register_command" --url "$here"
}
check 'a command that is missing is told' like "$(without_jq 2>&1)" 'jq is missing; on Debian: apt-get install jq'
settings+=("CALLMEM_ENV_FILE=$work/nowhere")
register --url "$here"
check 'so are settings that are not there' like "$code $complaints" "^1 .*cannot read $work/nowhere: use sudo"

check 'sign is there, too' like "$(CALLMEM_ENV_FILE=$env_path "$prefix/libexec/callmem/sign" "$data/example-post-call.json")" \
    '^ElevenLabs-Signature: t=[0-9]+,v0=[0-9a-f]{64}$'
finish
