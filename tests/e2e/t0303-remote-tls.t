#!/bin/bash
# An OpenMemory server behind TLS: its certificate is verified, against the system's or the operator's authorities.
. "$(dirname "$0")/lib.sh"

start_openmemory main user
mapfile -t remote < <(remote_memory main)
port=$(free_port)
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>/dev/null
cat >"$work/nginx.conf" <<CONF
pid $work/nginx.pid; error_log $work/nginx.log; daemon on;
events {}
http {
    access_log off;
    client_body_temp_path $work/body; proxy_temp_path $work/proxy;
    fastcgi_temp_path $work/fastcgi; uwsgi_temp_path $work/uwsgi; scgi_temp_path $work/scgi;
    server {
        listen 127.0.0.1:$port ssl;
        ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
        location / { proxy_pass ${remote[2]#*=}; }
    }
}
CONF
nginx -c "$work/nginx.conf" 2>/dev/null

new_instance trusting "${remote[@]:0:2}" "OPENMEMORY_URL=https://localhost:$port" "OPENMEMORY_CA_FILE=$work/cert.pem"
new_instance doubting "${remote[@]:0:2}" "OPENMEMORY_URL=https://localhost:$port"
new_instance misled "${remote[@]:0:2}" "OPENMEMORY_URL=https://127.0.0.1:$port" "OPENMEMORY_CA_FILE=$work/cert.pem"
for name in trusting doubting misled; do use "$name" && : >"$env_path"; done
use trusting
check 'with the authority that signed it, the server is asked' program callmem import - <<'JSON'
{"format": "callmem-export", "version": 1, "caller": "+15550100200", "conversations": [{"conversation_id": "conv_1",
 "agent_id": "agent_1", "language": "en", "memories": [{"kind": "turn", "sector": "episodic", "position": 0,
 "speaker": "user", "content": "I like the harbour.", "created_at": "2026-03-02T10:00:00Z"}]}]}
JSON
check 'and answers' like "$(program callmem search +15550100200 harbour)" 'I like the harbour'
for doubt in doubting misled; do
    use "$doubt"
    said=$(program callmem search +15550100200 harbour 2>&1)
    check "$doubt: nothing is asked" is "$?" 1
    check 'because of the certificate' like "$said" 'certificate|SSL'
done
kill "$(cat "$work/nginx.pid")"
finish
