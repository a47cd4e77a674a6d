#!/bin/bash
# The certificate and the site by the commands of docs/operations.md, as they stand there: Debian's certbot asks pebble,
# Let's Encrypt's own server for tests, which looks for the proof by way of nginx. Then it is renewed. DEB names the
# package; without it, it is built.
. "$(dirname "$0")/../e2e/lib.sh"
. "$(dirname "$0")/machine.sh"
. "$(dirname "$0")/pebble.sh"

[ -n "${DEB:-}" ] || { build_programs deb && DEB=$(echo build/callmem_*.deb); }
name=memory.example.com
url=https://$name
new_machine
pebble_files
boot
cp "$DEB" "$machine/root/callmem.deb"
inside dpkg --install /root/callmem.deb >"$work/said" 2>&1 || machine_failed "$(cat "$work/said")"
inside systemctl enable --now nginx >"$work/said" 2>&1 || machine_failed "$(cat "$work/said")"
echo "127.0.0.1 $name" >>"$machine/etc/hosts"

# The commands of a section, in one shell.
section() { # TITLE
    sed -n "/^### $1/,/^#\{2,3\} [^$1]/s/^    //p" docs/operations.md
}
curl() {
    beside curl --cacert "$work/root.pem" --connect-to "$name::127.0.0.1:" "$@"
}

inside systemctl start pebble
check 'pebble is there' eventually root_certificate
# What the operator is asked for stands in certbot's settings.
cat >>"$machine/etc/letsencrypt/cli.ini" <<'END'
agree-tos = true
email = operator@example.com
non-interactive = true
END

certified() {
    inside bash -euc "$(section 2)"
}
check 'there is one command for the certificate' is "$(section 2 | grep -c '^certbot ')" 1
check 'it gets one' certified
sited() {
    inside bash -euc "$(section 3 | sed '/^curl/d')"
}
check 'the site takes it from there' sited
answers() {
    request GET /health && is "$status" 200
}
check 'and answers with it' eventually answers

served() {
    beside openssl s_client -connect 127.0.0.1:443 -servername "$name" </dev/null 2>/dev/null | openssl x509 -noout -serial
}
first_served=$(served)
check 'a certificate is served' like "$first_served" '^serial='
proofs() {
    jq -r 'select(.path == "other" and .status == 200) | .method' "$machine/var/log/nginx/callmem-access.log" | wc -l
}
check 'so far nobody looked for a proof by way of the site' is "$(proofs)" 0
sed -i "s/^# renew_before_expiry.*/renew_before_expiry = 9999 days/" "$machine/etc/letsencrypt/renewal/$name.conf"
check 'what the timer starts renews it' inside systemctl start certbot.service
another_is_served() {
    unlike "$(served)" "^$first_served$"
}
check 'which nginx serves without being told' eventually another_is_served
check 'the proof was shown by the site' test "$(proofs)" -ge 1
check 'and the site still answers' answers
finish
