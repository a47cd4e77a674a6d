#!/bin/bash
# A fresh machine becomes an endpoint with TLS by cloud-init alone, from spawn/cloud/user-data.yaml with an operator's
# values in it. The package comes from a web server, the certificate from pebble; the packages of Debian are here already.
# Then what is documented for a machine on which something went wrong at first. DEB names the package; without it, it is
# built.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/pebble.sh"

[ -n "${DEB:-}" ] || { build_programs deb && DEB=$(echo build/callmem_*.deb); }
name=memory.example.com
url=https://$name
secrets[post-call]=wsec_$(openssl rand -hex 32)
user_data=$work/user-data
new_machine
pebble_files

# The machine trusts whom pebble signs for, and has the package somewhere in the web, before cloud-init starts.
mkdir "$machine/root/web"
cp "$DEB" "$machine/root/web/callmem.deb"
cat >"$machine/etc/systemd/system/web.service" <<'END'
[Unit]
After=pebble.service
Wants=pebble.service
[Service]
Type=notify
NotifyAccess=all
ExecStart=/bin/sh -c 'until curl -sSk https://127.0.0.1:15000/roots/0 >/root/web/root.pem; do sleep 0.1; done; \
    cat /root/web/root.pem >>/etc/ssl/certs/ca-certificates.crt; systemd-notify --ready; \
    exec python3 -m http.server --directory /root/web --bind 127.0.0.1 8000'
END
mkdir -p "$machine"/etc/systemd/system/cloud-{init.target.wants,final.service.d}
printf '[Unit]\nWants=web.service\nAfter=web.service\n' >"$machine/etc/systemd/system/cloud-final.service.d/web.conf"

# cloud-init as Debian's images have it, and what a provider gives it.
for unit in cloud-{init-local,init,config,final}.service; do
    ln -sf "/lib/systemd/system/$unit" "$machine/etc/systemd/system/cloud-init.target.wants/"
done
rm -rf "${machine:?}"/var/lib/cloud "${machine:?}"/etc/{apt/sources.list{,.d},cloud/cloud-init.disabled}
mkdir -p "$machine/etc/cloud/cloud.cfg.d"
printf '%s\n' 'datasource_list: [NoCloud]' 'network: {config: disabled}' 'locale: C.UTF-8' \
    >"$machine/etc/cloud/cloud.cfg.d/99-provider.cfg"
seed=$machine/var/lib/cloud/seed/nocloud
mkdir -p "$seed"
printf 'instance-id: first\nlocal-hostname: memory\n' >"$seed/meta-data"
echo "127.0.0.1 $name" >>"$machine/etc/hosts"
sed -e 's|^\( *MAIL=\)$|\1operator@example.com|' -e 's|^\( *PACKAGE=\)$|\1http://127.0.0.1:8000/callmem.deb|' \
    -e "s|^\( *SHA256=\)\$|\1$(sha256sum "$DEB" | cut -d ' ' -f 1)|" \
    -e 's|^\( *\)#\(CALLMEM_WORKERS=1\)$|\1\2\n\1CALLMEM_STATE_DIR=/var/lib/callmem|' \
    -e "s|^\( *content: \)\"\"\$|\1\"${secrets[post-call]}\"|" spawn/cloud/user-data.yaml >"$user_data"
cp "$user_data" "$seed/user-data"
check 'the values have their places' is "$(diff spawn/cloud/user-data.yaml "$user_data" | grep -c '^>')" 6
check 'the user data are valid' cloud-init schema --config-file "$user_data"
check 'they are small enough for any provider' test "$(wc -c <"$user_data")" -lt 16384

curl() {
    beside curl --cacert "$machine/root/web/root.pem" --connect-to "$name::127.0.0.1:" "$@"
}
files_are() { # lines of FILE OWNER:GROUP MODE in standard input
    local wanted
    wanted=$(cat)
    is "$(cut -d ' ' -f 1 <<<"$wanted" | inside xargs stat -c '%n %U:%G %a')" "$wanted"
}
# What cloud-init does belongs to the boot, and takes longer than a boot may.
is_up() {
    inside systemctl is-active -q basic.target
}
boot
cloud_init_is_done() {
    inside timeout 300 cloud-init status --wait --long
}
check 'cloud-init does all of it, and nothing fails' cloud_init_is_done || {
    tail -n 50 "$machine/var/log/cloud-init-output.log" | sed 's/^/# /'
    exit 1
}
check 'and says so' grep -qx "callmem: $url is ready" "$machine/var/log/cloud-init-output.log"

request GET /health
check 'it answers, with a certificate that was issued for its name' is "$status $(jq -c . "$answer")" '200 {"status":"ok"}'
request GET /metrics
check 'the metrics are not for others' is "$status" 404
post_call "$data/example-post-call.json"
check 'the secret that was given counts' accepted accepted post_call_transcription conv_quince_0001
secrets[client-data]=$(inside cat /etc/callmem/secrets/client-data)
check 'the others are random' like "${secrets[client-data]}" '^wsec_[0-9a-f]{64}$'
knows() { # CALLER CALLS
    client_data "$1" && field .dynamic_variables.call_count "$2"
}
check 'a caller becomes known' eventually knows +15550100200 1
check 'the setting that was given is in effect' is "$(inside callmem setting CALLMEM_WORKERS)" 1
check 'once' is "$(grep -c '^CALLMEM_STATE_DIR=' "$machine/etc/callmem/callmem.env")" 1
check 'settings and secrets are whose they should be' files_are <<'END'
/etc/callmem/callmem.env root:callmem 640
/etc/callmem/secrets/client-data root:callmem 640
/etc/callmem/secrets/post-call root:callmem 640
/root/callmem root:root 755
/root/callmem/values root:root 600
/root/callmem/setup root:root 700
END
check 'the secret is in no log and no other place' is \
    "$(grep -rlF "${secrets[post-call]}" "$machine"/{root/callmem,var/log,var/lib/callmem} 2>/dev/null)" ''

# From another machine.
inside sh -euc 'ip netns add outside
    ip link add there type veth peer name here netns outside
    ip address add 192.0.2.1/24 dev there && ip link set there up
    ip -n outside address add 192.0.2.2/24 dev here && ip -n outside link set here up'
reached() { # PORT
    inside ip netns exec outside timeout 2 bash -c "exec 3<>/dev/tcp/192.0.2.1/$1"
}
listens() {
    inside bash -c 'exec 3<>/dev/tcp/192.0.2.1/8001'
}
inside systemd-run --quiet python3 -m http.server --bind 0.0.0.0 8001
check 'something else listens, too' eventually listens
check 'the firewall lets nobody at it' not reached 8001
for port in 80 443; do check "but at port $port" eventually reached "$port"; done
check 'it comes back with the machine' inside systemctl is-enabled -q nftables

# An operator whose package was another one, and who then copies it there.
sed -i 's|^SHA256=.*|SHA256=00|' "$machine/root/callmem/values"
check 'another package is not installed' like "$(inside /root/callmem/setup 2>&1)" 'callmem: this is another package'
sed -i 's/^\(PACKAGE\|SHA256\)=.*/\1=/' "$machine/root/callmem/values"
rm "$machine/root/callmem/callmem.deb"
check 'without one, setup says where it belongs' like "$(inside /root/callmem/setup 2>&1)" \
    'no package: copy it to /root/callmem/callmem.deb and run /root/callmem/setup'
cp "$DEB" "$machine/root/callmem/callmem.deb"
certificate() {
    sha256sum "$machine/etc/letsencrypt/live/$name/fullchain.pem"
}
before=$(certificate)
check 'setup can be run again' inside /root/callmem/setup
check 'with the same certificate' is "$(certificate)" "$before"
request GET /health
check 'and it answers as before' is "$status" 200
check 'and knows who called' knows +15550100200 1
finish
