#!/bin/bash
# The two environments: both templates are whole and load, and production asks for all that it needs.
. "$(dirname "$0")/lib.sh"

mkdir "$work/secrets"
for name in client-data search-data post-call; do
    printf 'wsec_%s\n' "$(openssl rand -hex 32)" >"$work/secrets/$name"
done
chmod 640 "$work/secrets"/*
sed "s#/etc/callmem/secrets#$work/secrets#; s#/var/lib/callmem#$work/state#" env/production.env >"$work/production"
chmod 640 "$work/production"

for environment in development production; do
    mapfile -t named < <(sed -n 's/^#\{0,1\}\([A-Z][A-Z_]*\)=.*/\1/p' "env/$environment.env" | sed 's/_SECRET_FILE$/_SECRET/')
    check "$environment.env names every setting once, in the table's order" \
        is "$(printf '%s\n' "${named[@]}" | grep -v '^CALLMEM_VARIABLE_')" \
        "$("$build/post-call" --check-config 2>/dev/null | cut -d = -f 1)"
    check "$environment.env has words before each" not grep -nPzo '\n\n#?[A-Z_]+=' "env/$environment.env"
done

tried() { # [NAME=value…]
    code=0
    said=$(env CALLMEM_ENV_FILE="$work/production" "$@" "$build/post-call" --check-config 2>&1) || code=$?
}
tried
check 'production.env loads when its secrets are there' is "$code" 0
check 'it is for production' like "$said" 'CALLMEM_ENV=production'
check 'and has three secrets' is "$(grep -c '_SECRET=set (69 characters)' <<<"$said")" 3
check 'none of which is shown' unlike "$said" wsec_

# As systemd hands over credentials: in the environment, over what the file says.
mkdir "$work/credentials"
cp "$work/secrets"/* "$work/credentials"
chmod 440 "$work/credentials"/*
rm "$work/secrets/post-call"
tried
check 'a secret that is not there stops the start' like "$code $said" '78 .*ELEVENLABS_POST_CALL_SECRET_FILE'
tried "ELEVENLABS_POST_CALL_SECRET_FILE=$work/credentials/post-call"
check 'unless it is handed over' is "$code" 0

cp "$work/credentials/post-call" "$work/secrets/post-call"
chmod 644 "$work/secrets/post-call"
tried
check 'a secret that everybody can read stops the start' like "$code $said" '78 .*secrets/post-call has mode 0644'
chmod 640 "$work/secrets/post-call"
echo wsec_short >"$work/secrets/post-call"
tried
check 'so does a weak one' like "$code $said" '78 .*ELEVENLABS_POST_CALL_SECRET'
cp "$work/credentials/post-call" "$work/secrets/post-call"
chmod 640 "$work/secrets/post-call"
for mode in 660 604 602; do
    chmod "$mode" "$work/production"
    tried
    check "settings with mode $mode stop the start" like "$code $said" "78 .*has mode 0$mode"
done
chmod 640 "$work/production"
for program in client-data search-data post-call; do
    name=${program//-/_}
    tried "ELEVENLABS_${name^^}_AUTH=none"
    check "an open door for $program stops the start" like "$code $said" '78 .*accepts every request'
done
tried
check 'and all is well again' is "$code" 0
finish
