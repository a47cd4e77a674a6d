#!/bin/bash
# The site for production, made by spawn/site, in an nginx like Debian's: TLS, redirect, limits, allowlist, client
# certificates, what is told outside and what only here. The certificates are made here.
. "$(dirname "$0")/lib.sh"

start_instance CALLMEM_MAX_BODY_MB=2
name=memory.example.com
front=$work/front
mkdir "$front" "$front/logs" "$front/webroot" "$work/aside"
head -c 3000000 /dev/zero | tr '\0' x >"$work/huge"

# An authority, the server's certificate and a client's.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=test authority" \
        -keyout "$front/ca.key" -out "$front/ca.pem"
}
issue() { # FILE NAME
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$2" -keyout "$front/$1.key" \
        -out "$front/$1.csr" &&
        openssl x509 -req -in "$front/$1.csr" -CA "$front/ca.pem" -CAkey "$front/ca.key" -CAcreateserial -days 2 \
            -extfile <(printf 'subjectAltName=DNS:%s' "$2") -out "$front/$1.pem"
}
{ authority && issue server "$name" && issue client proxy; } >"$work/openssl" 2>&1

# Debian's nginx.conf, in short; it allows protocols that a site has to take back.
cat >"$front/nginx.conf" <<CONF
$([ "$(id -u)" != 0 ] || echo 'user root;')
pid $front/nginx.pid;
error_log $front/logs/error.log;
events { worker_connections 768; }
http {
    sendfile on;
    types_hash_max_size 2048;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    ssl_prefer_server_ciphers on;
    access_log $front/logs/access.log;
    gzip on;
    client_body_temp_path $front/body;
    fastcgi_temp_path $front/fastcgi;
    proxy_temp_path $front/proxy;
    scgi_temp_path $front/scgi;
    uwsgi_temp_path $front/uwsgi;
    include $front/site;
}
CONF

front() { # ACTION…
    nginx -q -p "$front" -c "$front/nginx.conf" "$@" 2>"$work/nginx"
}

stop_front() {
    [ ! -s "$front/nginx.pid" ] || kill "$(cat "$front/nginx.pid")"
}
trap 'stop_front; clean_up' EXIT

# Three ports that are free, and the site on them.
site() { # OPTION VALUE…
    BUILD=${build#"$root/"} within spawn/site --name "$name" --certificate "$front/server.pem" --key "$front/server.key" --logs "$front/logs" \
        --webroot "$front/webroot" --sockets "$state" --https "127.0.0.1:$https" --http "127.0.0.1:$http" \
        --local "127.0.0.1:$local" "$@" >"$front/site"
}
start_front() {
    local tries
    for ((tries = 0; tries < 5; tries++)); do
        https=$(free_port) http=$(free_port) local=$(free_port)
        site && front && break
    done
    to https
}
to() { # https|http|local
    case $1 in
    https) url=https://$name:$https ;;
    http) url=http://$name:$http ;;
    local) url=http://127.0.0.1:$local ;;
    esac
}
# Another site; it counts when the worker that knew the one before has gone.
reload() { # OPTION VALUE…
    local master worker
    master=$(cat "$front/nginx.pid")
    read -r worker _ <"/proc/$master/task/$master/children"
    site "$@" && front -t && front -s reload && eventually not kill -0 "$worker"
}
asked() { # WANTED-STATUS METHOD PATH [curl arguments]
    request "${@:2}" && is "$status" "$1"
}
# What docs/openapi.yaml does not describe.
aside() { # METHOD PATH [curl arguments]
    local work=$work/aside
    request "$@"
}
# Every request goes to this nginx and trusts this authority alone.
curl() {
    command curl --cacert "$front/ca.pem" --connect-to "$name::127.0.0.1:" "$@"
}

start_front
check 'nginx takes the site' front -t
check 'and warns of nothing' is "$(cat "$work/nginx")" ''
check 'it takes what the settings let the programs take' grep -q '^        client_max_body_size 3m;' "$front/site"
check 'it says how it was made' grep -q "spawn/site --name $name" "$front/site"

# The webhooks over TLS.
client_data +15550100200
check 'client-data answers' is "$status $(value .dynamic_variables.caller_known)" '200 false'
post_call "$data/example-post-call.json"
check 'post-call takes an event' accepted accepted post_call_transcription
known() { client_data +15550100200 && field .dynamic_variables.call_count 1; }
check 'which is remembered' eventually known
search +15550100200 'whose wedding are the trees for'
check 'and found' like "$(value '.memories[].content')" Tobias
check 'HTTP/2 is spoken' is "$(curl -sS -o /dev/null -w '%{http_version}' "$url/health")" 2
for version in 1.2 1.3; do
    check "TLS $version is spoken" asked 200 GET /health "--tlsv$version" --tls-max "$version"
done
hello() { # OPTION…
    openssl s_client -connect "127.0.0.1:$https" -servername "$name" "$@" </dev/null 2>&1
}
check 'TLS 1.1 is not' unlike "$(hello -tls1_1 -cipher 'ALL:@SECLEVEL=0')" 'Cipher is [A-Z]'
check 'nor a cipher without forward secrecy' unlike "$(hello -tls1_2 -cipher AES128-GCM-SHA256)" 'Cipher is [A-Z]'

# What an answer says to browsers, once each: those of handlers and those of nginx.
safe() {
    is "$(header Strict-Transport-Security)" max-age=31536000 &&
        is "$(header X-Content-Type-Options)" nosniff &&
        is "$(header Cache-Control)" no-store &&
        is "$(header Referrer-Policy)" no-referrer &&
        like "$(header Content-Security-Policy)" "default-src 'none'" &&
        unlike "$(header Server)" [0-9]
}
client_data +15550100200
check 'the headers of an answer' safe
request GET /nowhere
check 'a path that is not there' refused 404 not_found
check 'the headers of a refusal' safe

# Outside only whether it is well; here everything.
for path in /health /health/client-data /health/search-data /health/post-call; do
    request GET "$path"
    check "outside, $path is the status alone" is "$status $(jq -c . "$answer")" '200 {"status":"ok"}'
done
request GET /metrics
check 'outside, there are no metrics' refused 404 not_found
to local
for program in client-data search-data post-call; do
    request GET "/health/$program"
    check "here, /health/$program tells the version" is "$(value '"\(.service) \(.memory.ok) \(.version)"')" \
        "$program true $("$build/$program" --version | grep -oE '[0-9.]+$')"
done
request GET /health
check 'and the inbox' field .inbox.failed 0
request GET /metrics
check 'and the metrics' like "$status $(head -n 1 "$answer")" '^200 # HELP callmem'
aside POST /webhook/client-data -d '{}'
check 'but there are no webhooks without TLS here' refused 404 not_found
to https

# Without TLS.
to http
aside POST '/webhook/post-call?x=1' -d '{}'
check 'plain HTTP is sent to TLS, as the same method' is "$status $(header Location)" \
    "308 https://$name:$https/webhook/post-call?x=1"
aside GET / -H 'Host: evil.example.com'
check 'under our name, whatever was asked for' is "$(header Location)" "https://$name:$https/"
mkdir -p "$front/webroot/.well-known/acme-challenge"
echo proof >"$front/webroot/.well-known/acme-challenge/token"
aside GET /.well-known/acme-challenge/token
check "certbot's proof is shown" is "$status $(cat "$answer")" '200 proof'
to https

# Sizes: 1 MiB, and for events what is set.
for endpoint in client-data search-data; do
    post "$endpoint" "@$work/huge"
    check "$endpoint refuses 3 MB" refused 413 body_too_large
done
{ cat "$work/huge" && head -c 300000 "$work/huge"; } >"$work/larger"
post post-call "@$work/larger"
check 'post-call refuses what is larger than set' refused 413 body_too_large

# Slow clients are waited for by nginx: the handlers, eight threads of them, stay free.
for _ in {1..30}; do
    openssl s_client -quiet -connect "127.0.0.1:$https" >/dev/null 2>&1 < <(
        printf 'POST /webhook/client-data HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n{' "$name"
        exec sleep 5
    ) &
    slow+=($!)
done
client_data +15550100200
check 'thirty slow clients keep nobody waiting' is "$status" 200
kill "${slow[@]}" 2>/dev/null
wait "${slow[@]}" 2>/dev/null

# What nginx refuses can be read by the pages that may read the rest.
CALLMEM_CORS_ORIGINS='https://App.example, http://localhost:3000' check 'a site that knows of pages' reload
request GET /nowhere -H 'Origin: https://app.example'
check 'shows them what it refuses' is "$status $(header Access-Control-Allow-Origin) $(header Vary)" \
    '404 https://app.example Origin'
request GET /nowhere -H 'Origin: https://evil.example'
check 'and others not' is "$status $(header Access-Control-Allow-Origin)" '404 '
check 'a site for other pages than the settings have' reload --origin https://app.example --origin http://localhost:3001
request GET /nowhere -H 'Origin: http://localhost:3001'
check 'shows it to those' is "$status $(header Access-Control-Allow-Origin) $(header Vary)" \
    '404 http://localhost:3001 Origin'
check 'a site for every page' reload --origin any
request GET /nowhere -H 'Origin: https://evil.example'
check 'shows it to each' is "$status $(header Access-Control-Allow-Origin) $(header Vary)" '404 * '


# Limits.
check 'a site for one large body at a time' reload --large 1
head -c 1500000 "$work/huge" >"$work/sizable"
send_slowly() {
    # exec passes over the function, so that the process is curl itself.
    (exec curl -s -o "$work/slowly" --cacert "$front/ca.pem" --connect-to "$name::127.0.0.1:" --http1.1 --limit-rate 10k \
        -H 'X-Api-Key: x' --data-binary "@$work/sizable" "$url/webhook/post-call") &
    # A variable would be lost: check() runs what it checks in a shell of its own.
    echo $! >"$work/sending"
}
sends() {
    kill -0 "$(cat "$work/sending")"
}
one_too_many() {
    # It may have been the one that was refused.
    sends || send_slowly
    request POST /webhook/post-call -H 'X-Api-Key: x' -H 'Content-Type: application/json' --data-binary "@$work/sizable"
    refused 429 too_many_requests
}
send_slowly
check 'a second one is refused' eventually one_too_many
post_call "$data/example-post-call.json"
check 'a small one is not' accepted duplicate post_call_transcription
kill "$(cat "$work/sending")" && eventually not sends
check 'a site with a limit' reload --rate 1 --burst 1
for _ in {1..3}; do request GET /health; done
check 'too much is refused' refused 429 too_many_requests
check 'with the time to wait' is "$(header Retry-After)" 1
check 'its headers are those of every answer' safe

# Only listed addresses.
printf 'allow 192.0.2.1;\ndeny all;\n' >"$front/listed"
check 'a site with an allowlist' reload --allow "$front/listed"
client_data +15550100200
check 'who is not listed is refused' refused 403 forbidden
request GET /health
check 'a load balancer need not be listed' is "$status" 200
check 'a site behind a load balancer' reload --allow "$front/listed" --behind 127.0.0.1/32
request POST /webhook/client-data -H 'X-Api-Key: x' -H 'X-Forwarded-For: 203.0.113.9, 192.0.2.1'
check 'who is listed comes in' refused 401 invalid_secret
request POST /webhook/client-data -H 'X-Api-Key: x' -H 'X-Forwarded-For: 192.0.2.1, 203.0.113.9'
check 'who only says so does not' refused 403 forbidden
check "a site with ElevenLabs' own list" reload --allow "$root/nginx/elevenlabs-addresses.conf"
client_data +15550100200
check 'lets in none but them' refused 403 forbidden
check 'which are six addresses' is "$(grep -c '^allow [0-9.]*;$' nginx/elevenlabs-addresses.conf)" 6

# Only with a certificate.
issued() { # FILE
    client_data_with --cert "$front/$1.pem" --key "$front/$1.key"
}
client_data_with() { # curl arguments
    post_with_key client-data '{"caller_id": "+15550100200"}' "$@"
}
check 'a site that asks for certificates' reload --client-ca "$front/ca.pem"
client_data_with
check 'who has none is refused' refused 403 forbidden
issued client
check 'who has one is served' is "$status $(value .dynamic_variables.caller_known)" '200 true'
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=stranger \
    -keyout "$front/stranger.key" -out "$front/stranger.pem" 2>/dev/null
issued stranger
check "one of another authority's is none" refused 403 forbidden

# What nginx wrote.
request GET '/webhook/search-data?caller_id=%2B15550100200&query=private-query'
request POST '/nowhere/+15550100200'
check 'the log is one JSON object a line' is "$(jq -cs 'map(type) | unique' "$front/logs/callmem-access.log")" '["object"]'
check 'without a number or a query' not grep -aqE '5550100200|private' "$front"/logs/*
check 'nothing went to the log of other sites' is "$(cat "$front/logs/access.log")" ''

# Where a platform has TLS in front of it.
plain_site() {
    plain=$(free_port)
    BUILD=${build#"$root/"} within spawn/site --name "$name" --logs "$front/logs" --sockets "$state" \
        --plain "127.0.0.1:$plain" --local "127.0.0.1:$local" >"$front/site"
}
stop_front
check 'the site before has ended' eventually not test -e "$front/nginx.pid"
plain_site
check 'a site without TLS is taken' front -t
check 'and warns of nothing' is "$(cat "$work/nginx")" ''
front
url=http://127.0.0.1:$plain
check 'it serves without TLS' asked 200 GET /health
check 'and asks for credentials' asked 401 POST /webhook/client-data -d '{}'

# Options that make no site.
refusal() { # OPTION…
    spawn/site "$@" 2>"$work/refusal" >"$work/none" && return 1
    [ ! -s "$work/none" ] && cat "$work/refusal"
}
ill_set() {
    local said failed=0
    said=$(BUILD=${build#"$root/"} within spawn/site --name "$name" 2>&1 >"$work/none") || failed=$?
    is "$failed" 78 && like "$said" 'is not an origin' && [ ! -s "$work/none" ]
}
check 'a site has a name' like "$(refusal --rate 5)" -- '--name'
check 'a name is a name' like "$(refusal --name 'a; include /etc/passwd')" 'does not allow'
check 'a path is absolute' like "$(refusal --name a --key server.key)" 'not an absolute path'
check 'an option has a value' like "$(refusal --name a --key)" 'needs a value'
check 'an option is known' like "$(refusal --name a --colour red)" 'unknown option --colour'
check 'an origin is one' like "$(refusal --name a --origin app.example)" 'is not an origin'
check 'an origin has no path' like "$(refusal --name a --origin https://app.example/)" 'has a path'
CALLMEM_CORS_ORIGINS=app.example check 'with wrong settings there is none' ill_set
check 'without any it says what that means' like "$(CALLMEM_ENV_FILE=$work/none.env spawn/site --name a 2>&1 >"$work/none")" \
    'none.env cannot be read.*defaults'
check 'and goes on with the defaults' grep -q '^        client_max_body_size 17m;' "$work/none"
check 'a rate is a number' like "$(refusal --name a --rate fast)" 'not a whole number'
check 'no TLS is none' like "$(refusal --name a --plain 127.0.0.1:80 --https 443)" '--plain is without TLS'
check 'it tells what there is' like "$(spawn/site --help)" '--client-ca FILE'
finish
