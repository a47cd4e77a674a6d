#!/bin/bash
# A shared host as docs/operations.md has it, on a machine of its own: a user without rights, the host's nginx under
# another user, the user's crontab, then plain CGI under a path of an Apache. The commands are those of the chapter.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/machine.sh"

name=memory.example.com
url=https://$name
chapter=$(sed -n '/^## A shared host/,$p' docs/operations.md)
# The commands that follow a line, until text comes again.
after() { # REGEX
    sed -n "/$1/,\$p" <<<"$chapter" | sed -n '/^    /,/^[^ ]/p' | sed '/^[^ ]/,$d' | sed 's/^    //'
}
as_me() { # COMMANDS
    inside_as me env HOME=/home/me PATH=/usr/bin:/bin sh -euc "cd /home/me/callmem; $1"
}
curl() {
    beside curl --cacert "$work/certificate" --connect-to "$name::127.0.0.1:" "$@"
}
knows() { # CALLER CALLS
    client_data "$1" && field .dynamic_variables.call_count "$2"
}
programs() {
    inside pgrep -u me -x 'client-data|search-data|post-call'
}
# What cron runs for a line of the crontab, as cron runs it.
cron_line() { # CRONTAB REGEX
    local line settings
    line=$(grep -- "$2" <<<"$1" | tail -n 1 | sed -E 's/^(@reboot|([0-9*]+ ){5}) *//')
    mapfile -t settings < <(grep -E '^[A-Z_]+=' <<<"$1")
    inside_as me env HOME=/home/me LOGNAME=me SHELL=/bin/sh PATH=/usr/bin:/bin "${settings[@]}" /bin/sh -c "$line"
}

new_machine
boot
inside useradd --create-home --shell /bin/sh me
inside rm -f /etc/nginx/sites-enabled/default
check 'it is installed into a home' build_programs "$(after '^## ' | sed -n 's/^make \(install\) .*/\1/p')" \
    "DESTDIR=$machine" "$(after '^## ' | sed -n 's/^make install //p')"
inside chown -R me:me /home/me

check 'the settings are made as documented' as_me "$(after '^Copy it')"
check 'they are for their owner alone' is "$(inside find /home/me/callmem/{callmem.env,secrets,var} -perm /077)" ''
for program in "${webhooks[@]}"; do secrets[$program]=$(inside cat "/home/me/callmem/secrets/$program"); done
check 'the folder of the sockets is made' as_me "$(after "^\*\*With the host's nginx")"

# shellcheck disable=SC2016 # a backquote
crontab=$(after '^`crontab -e`')
check 'cron takes the crontab' inside_as me crontab - <<<"$crontab"
check 'and starts the programs' inside systemctl start cron
check 'they run' eventually programs
site=$(after "^if the host runs your sites")
as_me "$site" >"$machine/etc/nginx/sites-enabled/callmem"
live=$machine/etc/letsencrypt/live/$name
mkdir -p "$live"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" -keyout "$live/privkey.pem" -out "$live/fullchain.pem" 2>/dev/null
cp "$live/fullchain.pem" "$work/certificate"
check 'the host'\''s nginx takes the site' inside nginx -t
inside systemctl start nginx
is_well() {
    request GET /health && is "$status" 200
}
check 'it is well through the host'\''s nginx' eventually is_well
check 'whose user is another one' is "$(inside ps -o user= -C nginx | sort -u | paste -sd ' ')" 'root www-data'
post_call "$data/example-post-call.json"
check 'an event is accepted' accepted accepted post_call_transcription conv_quince_0001
check 'and remembered' eventually knows +15550100200 1
check 'the web server can read no secret' not inside_as www-data cat /home/me/callmem/secrets/post-call
check 'and no memory' not inside_as www-data ls /home/me/callmem/var
after '^Logs are in' >"$machine/home/me/callmem/logrotate.conf"
inside chown me:me /home/me/callmem/logrotate.conf
rotate=$(after '^and in the crontab:$')
check 'logrotate takes its configuration' cron_line "${rotate/logrotate -s/logrotate -f -s}" logrotate
check 'and rotates the logs' inside sh -c 'ls /home/me/callmem/var/logs/*.log.1'
inside pkill -KILL -u me
is_not_well() {
    not programs && not is_well
}
check 'when all of it is killed nothing is well' eventually is_not_well
check 'the line of each minute starts them again' cron_line "$crontab" '^\* '
check 'and it is well' eventually is_well
cron_stopped() {
    as_me "CALLMEM_ENV_FILE=~/callmem/callmem.env libexec/callmem/keep --stop"
    not programs
}
inside systemctl stop cron
check 'keep --stop stops them' cron_stopped

# Plain CGI: an Apache that runs the sites of a user as that user.
mkdir "$machine/home/me/cgi-bin"
script=$(after '^\*\*As plain CGI')
for program in "${webhooks[@]}"; do
    printf '%s\n' "${script//post-call/$program}" >"$machine/home/me/cgi-bin/$program"
done
inside chown -R me:me /home/me/cgi-bin
inside chmod -R 755 /home/me/cgi-bin
cat >"$machine/root/apache.conf" <<'END'
ServerRoot /usr/lib/apache2
LoadModule mpm_prefork_module modules/mod_mpm_prefork.so
LoadModule authz_core_module modules/mod_authz_core.so
LoadModule alias_module modules/mod_alias.so
LoadModule cgi_module modules/mod_cgi.so
ServerName localhost
Listen 127.0.0.1:8081
User me
Group me
PidFile /run/apache.pid
ErrorLog /var/log/apache-error.log
ScriptAlias /cgi-bin/ /home/me/cgi-bin/
<Directory /home/me/cgi-bin>
    Require all granted
</Directory>
END
check 'Apache runs' inside apache2 -f /root/apache.conf
cgi() { # PROGRAM FILE [curl arguments]
    local url=http://127.0.0.1:8081
    status=$(beside curl -sS -o "$answer" -w '%{http_code}' -H 'Content-Type: application/json' --data-binary @"$2" \
        "${@:3}" "$url/cgi-bin/$1")
}
jq '.data.conversation_id = "conv_cgi"' "$data/example-post-call.json" >"$work/event"
cgi post-call "$work/event" -H "ElevenLabs-Signature: $(signature "${secrets[post-call]}" "$work/event")"
check 'a program takes an event as plain CGI' is "$status $(value .status)" '200 accepted'
drain=$(after '^and in the crontab, because')
check 'the line of the crontab processes it' cron_line "$drain" drain
cgi client-data "$data/example-client-data.json" -H "X-Api-Key: ${secrets[client-data]}"
check 'and the caller is known by both calls' is "$status $(value .dynamic_variables.call_count)" '200 2'
cgi search-data "$data/example-search-data.json"
check 'without a secret there is 401' is "$status" 401
cgi search-data "$data/example-search-data.json" -H "Authorization: Bearer ${secrets[search-data]}"
check 'Apache keeps Authorization to itself, as is documented' is "$status" 401
finish
