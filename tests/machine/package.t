#!/bin/bash
# The Debian package as an operator meets it, on a machine of its own with systemd and nginx: installed, upgraded while
# calls come in and events wait, over a reboot, removed, installed again, purged. DEB names the package; without it, it
# is built.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/machine.sh"

[ -n "${DEB:-}" ] || { build_programs deb && DEB=$(echo build/callmem_*.deb); }
name=memory.example.com
settings_file=/etc/callmem/callmem.env
new_machine
boot
cp "$DEB" "$machine/root/callmem.deb"

# The same package with a higher number, as its programs say, too, and with other examples in /etc. In a program the end
# of a text may be that of another one as well, so only the first digit can be changed.
version=$(dpkg-deb -f "$DEB" Version)
higher=9${version#?}
newer_package() {
    local to=$work/newer
    dpkg-deb -R "$DEB" "$to" && sed -i "s/^Version: .*/Version: $higher/" "$to/DEBIAN/control" &&
        sed -i "s/${version//./\\.}/$higher/g" "$to"/usr/bin/* &&
        sed -i '1i # Of the newer version.' "$to"/etc/callmem/elevenlabs-addresses.conf "$to"/etc/logrotate.d/callmem &&
        (cd "$to" && find lib usr -type f -print0 | xargs -0 md5sum >DEBIAN/md5sums) &&
        dpkg-deb --root-owner-group -Znone -b "$to" "$machine/root/newer.deb"
}

# With Enter for an answer to what dpkg asks.
apt_installs() { # FILE
    inside apt-get -q -y install "$1" <<<''
}
curl() {
    beside curl --cacert "$work/certificate" --connect-to "$name::127.0.0.1:" "$@"
}
files_are() { # lines of FILE OWNER:GROUP MODE in standard input
    local wanted
    wanted=$(cat)
    is "$(cut -d ' ' -f 1 <<<"$wanted" | inside xargs stat -c '%n %U:%G %a')" "$wanted"
}
cannot() { # USER COMMAND…
    not inside_as "$@"
}
all_run() {
    local program
    for program in "${handlers[@]}"; do
        is "$(inside systemctl is-active "callmem@$program.service" "callmem@$program.socket" | paste -sd ' ')" \
            'active active' || return 1
    done
}
# What is an operator's and has to outlive everything but a purge.
belongings() {
    inside sha256sum "$settings_file" /etc/callmem/secrets/{client-data,search-data,post-call} \
        /etc/callmem/elevenlabs-addresses.conf
}
knows() { # CALLER CALLS
    client_data "$1" && field .dynamic_variables.call_count "$2"
}
health_tells() { # VERSION
    aside GET /health && is "$(value '"\(.status) \(.version)"')" "ok $1"
}
# On the machine itself, past TLS.
aside() { # METHOD PATH
    local url=http://127.0.0.1:8090
    request "$@"
}

# --- installed -------------------------------------------------------------------------------------------------

# Without it the rest would only wait for what does not come.
check 'apt installs it' apt_installs ./root/callmem.deb || exit 1
check 'dpkg has it whole' is "$(inside dpkg --verify callmem)" ''
# shellcheck disable=SC2016 # the shell in there expands it
check 'the documents that its units name are there' inside sh -euc \
    'for file in $(sed -n "s|^Documentation=file:||p" /lib/systemd/system/callmem*); do test -s "$file"; done'
check 'there is a user that nobody logs in as' is "$(inside getent passwd callmem | cut -d : -f 6,7)" \
    /var/lib/callmem:/usr/sbin/nologin
check 'settings, secrets and memory are whose they should be' files_are <<END
/etc/callmem root:root 755
$settings_file root:callmem 640
/etc/callmem/elevenlabs-addresses.conf root:root 644
/etc/callmem/secrets root:callmem 750
/etc/callmem/secrets/client-data root:callmem 640
/etc/callmem/secrets/search-data root:callmem 640
/etc/callmem/secrets/post-call root:callmem 640
/var/lib/callmem callmem:callmem 700
/var/log/callmem callmem:callmem 750
END
for user in nobody www-data; do
    check "$user cannot read a secret" cannot "$user" cat /etc/callmem/secrets/post-call
    check 'nor the settings' cannot "$user" cat "$settings_file"
    check 'nor what is remembered' cannot "$user" ls /var/lib/callmem
done
for program in "${handlers[@]}"; do
    secrets[$program]=$(inside cat "/etc/callmem/secrets/$program")
    check "the secret of $program is random" like "${secrets[$program]}" '^wsec_[0-9a-f]{64}$'
done
check 'and each is another' is "$(printf '%s\n' "${secrets[@]}" | sort -u | wc -l)" 3

check 'the three programs run' eventually all_run || exit 1
check 'and will after a boot' is "$(inside systemctl is-enabled callmem.target)" enabled
processes_are_callmems() {
    is "$(inside ps -o user= -C client-data,search-data,post-call,multiwatch | sort | uniq -c | tr -s ' ')" ' 9 callmem'
}
check 'two processes each, as the user callmem alone' eventually processes_are_callmems
check 'the settings are sound' inside callmem check

# The site, with what certbot would have put there.
live=$machine/etc/letsencrypt/live/$name
mkdir -p "$live"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -keyout "$live/privkey.pem" -out "$live/fullchain.pem" 2>/dev/null
cp "$live/fullchain.pem" "$work/certificate"
echo 'CALLMEM_CORS_ORIGINS=https://app.example' >>"$machine$settings_file"
inside callmem-site --name "$name" >"$machine/etc/nginx/sites-available/callmem"
ln -sf ../sites-available/callmem "$machine/etc/nginx/sites-enabled/callmem"
check 'nginx takes the site' inside nginx -t
check 'and starts with it' inside systemctl enable --now nginx
url=https://$name

request GET /health
check 'it is well, seen from outside' is "$status $(jq -c . "$answer")" '200 {"status":"ok"}'
check 'and here, where the version is told' health_tells "$version"
request GET /nowhere -H 'Origin: https://app.example'
check 'pages that the settings name may read what nginx refuses' is "$status $(header Access-Control-Allow-Origin)" \
    '404 https://app.example'
post_call "$data/example-post-call.json"
check 'an event is accepted' accepted accepted post_call_transcription conv_quince_0001
check 'and remembered' eventually knows +15550100200 1
search +15550100200 'whose wedding are the trees for'
check 'and found' like "$(value '.memories[].content')" Tobias
check 'what is remembered belongs to the user callmem alone' is \
    "$(inside find /var/lib/callmem ! '(' -user callmem -group callmem ')' -o -perm /077)" ''
check 'root sees a caller' like "$(inside callmem show +15550100200)" 'Nora Lindqvist'
check 'so does the user callmem' like "$(inside_as callmem callmem status)" '^waiting: 0'
check 'nobody else does' cannot nobody callmem show +15550100200
check 'but is told how' like "$(inside_as nobody callmem show +15550100200 2>&1)" '^only root and callmem .*sudo'
inside sh -c 'umask 077 && callmem export +15550100200 >/root/caller.json'
check 'a file that only root can read is imported' like \
    "$(inside sh -c 'cd /root && callmem import caller.json')" '^Imported [1-9]'
check 'and nothing belongs to root afterwards' is \
    "$(inside find /var/lib/callmem ! '(' -user callmem -group callmem ')' -o -perm /077)" ''
check 'the settings are those of the service' is "$(inside callmem setting CALLMEM_STATE_DIR)" /var/lib/callmem
check 'no program complains' is \
    "$(inside journalctl -u 'callmem@*' -o cat | grep -E '"level":"(warn|error)"|denied|not permitted')" ''

# A secret that is missing, or bad, stops the program of its endpoint alone.
inside mv /etc/callmem/secrets/post-call /root/post-call
restarted_without() { # STATE-OF-POST-CALL
    inside systemctl restart callmem.target
    eventually states_are "$1"
}
states_are() { # STATE-OF-POST-CALL
    is "$(inside systemctl is-active callmem@{client-data,search-data,post-call}.service | paste -sd ' ')" "active active $1"
}
check 'without the secret of post-call the two others run' restarted_without failed
client_data +15550100200
check 'and answer' is "$status" 200
check 'systemctl status says why the third does not' like "$(inside systemctl status callmem@post-call.service)" \
    'ELEVENLABS_POST_CALL_SECRET.*production does not allow'
inside mv /root/post-call /etc/callmem/secrets/post-call
inside systemctl reset-failed 'callmem@*'
check 'with it all three run again' restarted_without active

# The address of a database is in a file where docs/scaling.md has it, which the programs can read.
sed -n '/^With the package that file/,/^The URI/s/^    //p' docs/scaling.md >"$machine/root/database"
cp "$machine$settings_file" "$work/settings"
sed -n 's/^    \(CALLMEM_DATABASE_URL_FILE=[^ ]*\)$/\1/p' docs/scaling.md >>"$machine$settings_file"
inside sh -euc '. /root/database' <<<'postgresql://callmem@127.0.0.1:1/callmem'
check 'with the address of a database in its file all three run' restarted_without active
cp "$work/settings" "$machine$settings_file"
inside rm /etc/callmem/database
check 'and without' restarted_without active

# The disk on which nginx keeps bodies that arrive is full.
head -c 5000000 /dev/zero | tr '\0' x | jq -Rc --slurpfile event "$data/example-post-call.json" \
    '. as $fill | $event[0] | .data.conversation_id = "conv_large" | .data.filler = $fill' >"$work/large"
unavailable() { # CODE
    refused 503 "$1" && is "$(header Retry-After)" 5
}
inside mount -t tmpfs -o size=1m,mode=700,uid=www-data tmpfs /var/lib/nginx/body
post_call "$work/large"
check 'an event for which there is no room is to come again' unavailable inbox_unavailable
inside umount /var/lib/nginx/body
post_call "$work/large"
check 'and is accepted when there is' accepted accepted post_call_transcription conv_large
check 'and remembered' eventually knows +15550100200 2

# --- at ElevenLabs, or what stands in for it ---------------------------------------------------------------------

mkdir "$work/standin"
beside tests/standin/elevenlabs --port 0 --control "$work/standin" --key "$standin_key" >"$work/standin/said" 2>&1 &
standins[elevenlabs]=$!
disown "$!"
eventually test -s "$work/standin/port"
at[elevenlabs]=http://127.0.0.1:$(cat "$work/standin/port")
standin elevenlabs '{"agents": [{"agent_id": "agent_quince"}]}'
echo "127.0.0.1 $name" >>"$machine/etc/hosts"
cat "$work/certificate" >>"$machine/etc/ssl/certs/ca-certificates.crt"
printf '%s\n' "ELEVENLABS_API_KEY=$standin_key" "ELEVENLABS_API_URL=${at[elevenlabs]}" >>"$machine$settings_file"
registers() {
    inside callmem-register --url "$url" --agent agent_quince
}
check 'a user other than root does not get far' cannot www-data callmem-register --url "$url"
check 'root registers it' registers
first_secret=${secrets[post-call]}
secrets[post-call]=$(inside head -n 1 /etc/callmem/secrets/post-call)
standin elevenlabs
check 'the secret of the webhook is one that ElevenLabs made' is "${secrets[post-call]}" \
    "$(jq -r '.state.webhooks[].webhook_secret' "$standin_said")"
check 'the other one counts, too' is "$(inside tail -n +2 /etc/callmem/secrets/post-call)" "$first_secret"
post_call "$data/example-post-call.json"
check 'the service knows the new one' accepted duplicate post_call_transcription
check 'the file is whose it was' files_are <<<'/etc/callmem/secrets/post-call root:callmem 640'
check 'the record is whose all else is there' files_are <<<'/var/lib/callmem/elevenlabs.json callmem:callmem 600'
check 'there is nothing more to do' like "$(registers)" 'Nothing to change'
kill_standin elevenlabs

# --- the operator's page -----------------------------------------------------------------------------------------

is_active() { # UNIT…
    inside systemctl is-active -q "$@"
}
# A browser with an address of its own.
browse() { # ADDRESS METHOD PATH [curl arguments]
    ask "$url" "$2" "$3" --interface "$1" -b "$work/jar" -c "$work/jar" "${@:4}"
}
login_is() { # ADDRESS STATUS
    browse "$1" GET /operator/login
    is "$status" "$2"
}
logging_in_is() { # SECRET STATUS
    local token
    browse 192.0.2.7 GET /operator/login
    token=$(sed -n '0,/name="token"/s/.*name="token" value="\([0-9a-f]*\)".*/\1/p' "$answer")
    browse 192.0.2.7 POST /operator/login --data-urlencode "token=$token" --data-urlencode name=Ada \
        --data-urlencode "secret=$1"
    is "$status" "$2"
}
callers_are_told() {
    browse 192.0.2.7 GET /operator/
    like "$(cat "$answer")" 'Nora Lindqvist'
}

# Step 6 of docs/operations.md as it stands there, then the site again.
sed -n '/^### 6\. /,/^### 7\. /s/^    //p' docs/operations.md >"$machine/root/page"
check 'the operator'\''s page is switched on as documented' inside sh -eu /root/page
echo 'CALLMEM_OPERATOR_ALLOW=192.0.2.7' >>"$machine$settings_file"
inside callmem-site --name "$name" >"$machine/etc/nginx/sites-available/callmem"
inside sh -c 'ip address add 192.0.2.7 dev lo && ip address add 192.0.2.8 dev lo'
inside systemctl restart callmem.target
check 'nginx takes the site with it' inside systemctl reload nginx
check 'its program runs' eventually is_active callmem@operator.service
check 'its secret is whose it should be' files_are <<<'/etc/callmem/secrets/operator root:callmem 640'
check 'who may see it finds the login, through TLS' eventually login_is 192.0.2.7 200
check 'another address finds nothing' login_is 192.0.2.8 404
check 'a wrong secret does not open it' logging_in_is "$(openssl rand -hex 32)" 401
check 'nor does that of a webhook' logging_in_is "${secrets[client-data]}" 401
check 'its own does' logging_in_is "$(inside cat /etc/callmem/secrets/operator)" 303
check 'and shows who called' callers_are_told

# --- backup, restore, another folder -----------------------------------------------------------------------------

backups=/var/backups/callmem
only_root_and_callmem_read() { # FOLDER
    is "$(inside find "$1" '(' ! -user callmem ! -user root ')' -o -perm /077)" ''
}
memory_is_callmems() { # FOLDER
    is "$(inside find "$1" ! '(' -user callmem -group callmem ')' -o ! -type l ! -type s -perm /077)" ''
}
notes_are() { # REGEX-OR-NOTHING
    if [ -n "$1" ]; then
        like "$(inside callmem show +15550100200)" "$1"
    else
        unlike "$(inside callmem show +15550100200)" 'Ring twice'
    fi
}
# Says why it does not.
starts() { # SERVICE
    inside systemctl start "$1" || not inside journalctl --no-pager --output=cat --lines=20 --unit="$1"
}
made=$(inside callmem backup $backups 2>&1 | tee "$work/said" | head -n 1)
check 'root makes a backup' like "$made" "^$backups/callmem-[0-9TZ]*\$"
check 'which only they can read' only_root_and_callmem_read "$made"
inside callmem note +15550100200 Ring twice >/dev/null
check 'what comes later is not in it' notes_are 'Ring twice'
check 'nothing is restored while callmem runs' like "$(inside callmem restore "$made" 2>&1)" 'callmem is running'
inside systemctl stop callmem.target 'callmem@*'
check 'it is restored when callmem is stopped' inside callmem restore "$made"
inside systemctl start callmem.target
check 'the programs run with it' eventually all_run
check 'with what was known at that time' notes_are ''
check 'and the caller' eventually knows +15550100200 2
check 'and all of it is callmem'\''s' memory_is_callmems /var/lib/callmem
post_call "$data/example-post-call.json"
check 'the ledger knows what was accepted' accepted duplicate post_call_transcription conv_quince_0001

inside touch -d '20 days ago' "$made"
check 'the timer is switched on as documented' inside systemctl enable --now callmem-backup.timer
check 'and will come' like "$(inside systemctl list-timers --no-pager)" 'callmem-backup.service'
check 'its service makes a backup' starts callmem-backup.service
check 'and removes what is older than two weeks' not inside test -e "$made"
check 'there is one backup' is "$(inside find $backups -mindepth 1 -maxdepth 1 | wc -l)" 1
check 'which only they can read' only_root_and_callmem_read $backups

# The steps of docs/operations.md for a folder elsewhere, first without the drop-in.
sed -n '/^## A folder elsewhere/,/^## /s/^    //p' docs/operations.md >"$machine/root/elsewhere"
grep -v 'ReadWritePaths\|callmem@.service.d' "$machine/root/elsewhere" >"$machine/root/half"
inside sh -eu /root/half >/dev/null 2>&1
check 'callmem check says what the units need for a folder elsewhere' like "$(inside callmem check --quiet 2>&1)" \
    'ReadWritePaths=/srv/callmem'
check 'systemctl status does so, too' like "$(inside systemctl status callmem@post-call.service)" 'ReadWritePaths=/srv/callmem'
inside sh -c 'systemctl stop callmem.target "callmem@*" && rm -r /srv/callmem && systemctl reset-failed'
check 'the steps are as documented' inside sh -eu /root/elsewhere
check 'then the programs run' eventually all_run
check 'callmem check has nothing more to say' is "$(inside callmem check --quiet 2>&1)" ''
check 'the memory is there' eventually knows +15550100200 2
post_call "$data/example-post-call.json"
check 'and the inbox' accepted duplicate post_call_transcription conv_quince_0001
check 'all of it is callmem'\''s' memory_is_callmems /srv/callmem
check 'a backup is made of it' inside systemctl start callmem-backup.service

# --- upgraded --------------------------------------------------------------------------------------------------

echo 'CALLMEM_VARIABLE_SHOP=Quince' >>"$machine$settings_file"
{ echo "wsec_$(openssl rand -hex 32)" && inside cat /etc/callmem/secrets/search-data; } >"$work/rotated"
cat "$work/rotated" >"$machine/etc/callmem/secrets/search-data"
echo 'allow 192.0.2.1;' >>"$machine/etc/callmem/elevenlabs-addresses.conf"
inside systemctl restart callmem.target
before=$(belongings)

# Somebody writes into the database meanwhile, and takes long: events wait.
mkfifo "$work/hold"
inside_as callmem sqlite3 /srv/callmem/openmemory.sqlite <"$work/hold" >"$work/held" 2>&1 &
holder=$!
exec 4>"$work/hold"
echo "BEGIN IMMEDIATE; SELECT 'held';" >&4
check 'the database is held' eventually grep -q held "$work/held"
post_call "$data/transcription-sip-outbound.json"
check 'an event is accepted all the same' accepted accepted post_call_transcription conv_quince_0002
check 'and waits' like "$(inside callmem status)" '^waiting: 1'

# Phones that ring all the while.
ringing() {
    while [ -e "$work/ringing" ]; do
        curl -sS -o /dev/null -w '%{http_code}\n' -H "X-Api-Key: ${secrets[client-data]}" \
            -H 'Content-Type: application/json' -d '{"caller_id": "+15550100200"}' "$url/webhook/client-data"
        sleep 0.1
    done
}
: >"$work/ringing"
ringing >"$work/rung" 2>&1 &
ringing=$!
eventually grep -q . "$work/rung"
check 'there is a newer package' newer_package
check 'apt upgrades to it' apt_installs ./root/newer.deb
# shellcheck disable=SC2016 # dpkg-query expands it
check 'the newer one is installed' is "$(inside dpkg-query -W -f '${Version} ${db:Status-Status}' callmem)" \
    "$higher installed"
check 'and runs' eventually all_run
check 'and answers' eventually health_tells "$higher"
rm "$work/ringing"
wait "$ringing"
check 'no call went unanswered meanwhile' is "$(sort -u "$work/rung")" 200
check 'settings, secrets and what was changed in /etc are as they were' is "$(belongings)" "$before"
check 'what was not changed there is the newer one' grep -q '^# Of the newer version' "$machine/etc/logrotate.d/callmem"
check 'the caller is known' knows +15550100200 2
check 'with the settings that were made' field .dynamic_variables.shop Quince
check 'the event still waits' like "$(inside callmem status)" '^waiting: 1'
echo 'ROLLBACK;' >&4
exec 4>&-
wait "$holder"
check 'and is remembered as soon as it can be' eventually knows +442079460321 1
post_call "$data/transcription-sip-outbound.json"
check 'what was accepted before is known as such' accepted duplicate post_call_transcription conv_quince_0002

# --- over a reboot ---------------------------------------------------------------------------------------------

reboot
is_well() {
    request GET /health && is "$status" 200
}
check 'after a reboot all is well by itself' eventually is_well
check 'and known' knows +442079460321 1

# --- removed, and installed again ------------------------------------------------------------------------------

check 'it can be removed' inside dpkg --remove callmem
check 'then nothing of it runs' is "$(inside pgrep -u callmem)" ''
check 'nor listens' is "$(inside find /run/callmem -type s 2>/dev/null)" ''
post_call "$data/transcription-sip-outbound.json"
check 'who sends an event is told to come again' unavailable inbox_unavailable
request GET /health
check 'a load balancer, that it is not well' is "$status $(jq -c . "$answer")" '503 {"status":"degraded"}'
check 'settings and secrets stay' is "$(belongings)" "$before"
check 'so does memory' inside test -s /srv/callmem/openmemory.sqlite
check 'no timer runs' not is_active callmem-backup.timer
check 'it can be installed again' inside dpkg --install /root/newer.deb
check 'and runs' eventually all_run
check 'and knows who called before' eventually knows +15550100200 2

# --- purged ----------------------------------------------------------------------------------------------------

# What an operator put there is the operator's.
inside rm -r $backups /etc/systemd/system/callmem@.service.d /srv/callmem
check 'it can be purged' inside dpkg --purge callmem
check 'then nothing of it is left but the site, which is the operator'\''s' is \
    "$(inside find /etc /usr /lib /var /run -xdev -iname '*callmem*' | sort)" \
    "$(printf '%s\n' /etc/nginx/sites-{available,enabled}/callmem /var/log/nginx/callmem-{access,error}.log)"
check 'nor the user' not inside getent passwd callmem
check 'nor the group' not inside getent group callmem
finish
