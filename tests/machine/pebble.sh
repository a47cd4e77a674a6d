# shellcheck shell=bash disable=SC2154
# Let's Encrypt's own server for tests, in a machine of machine.sh, and certbot's settings to ask it. Sourced after
# machine.sh:
#
#     pebble_files          # after new_machine; inside systemctl start pebble
#     root_certificate      # whether it is there; leaves what signs its certificates in "$work/root.pem"

pebble_files() {
    local folder=$machine/root/pebble
    mkdir "$folder"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=pebble \
        -addext subjectAltName=IP:127.0.0.1 -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
    cat >"$folder/settings" <<'END'
{"pebble": {"listenAddress": "127.0.0.1:14000", "managementListenAddress": "127.0.0.1:15000", "httpPort": 80,
    "certificate": "/root/pebble/certificate.pem", "privateKey": "/root/pebble/key.pem"}}
END
    # Each certificate is proved again, and at once. By default pebble refuses one nonce in twenty to try its clients, and
    # certbot gives up at the second in a row.
    cat >"$machine/etc/systemd/system/pebble.service" <<'END'
[Service]
Environment=PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0 PEBBLE_WFE_NONCEREJECT=0
ExecStart=pebble -config /root/pebble/settings
END
    rm -rf "$machine"/etc/letsencrypt/{accounts,archive,live,renewal}
    # It has a certificate that nobody knows.
    cat >>"$machine/etc/letsencrypt/cli.ini" <<'END'
server = https://127.0.0.1:14000/dir
no-verify-ssl = true
END
}
root_certificate() {
    beside curl -sSk -o "$work/root.pem" https://127.0.0.1:15000/roots/0
}
