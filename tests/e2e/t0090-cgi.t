#!/bin/bash
# The programs as plain CGI: one request, environment and standard input, nothing else.
. "$(dirname "$0")/lib.sh"

new_instance main
touch "$env_path" && chmod 600 "$env_path"
settings+=(ELEVENLABS_CLIENT_DATA_SECRET=cgi_client ELEVENLABS_SEARCH_DATA_SECRET=cgi_search
    ELEVENLABS_POST_CALL_SECRET=cgi_post)

cgi() { # PROGRAM METHOD PATH FILE [VARIABLE=value…]
    env -i "${settings[@]}" GATEWAY_INTERFACE=CGI/1.1 SERVER_PROTOCOL=HTTP/1.1 "REQUEST_METHOD=$2" "SCRIPT_NAME=$3" \
        "REQUEST_URI=$3" QUERY_STRING= CONTENT_TYPE=application/json "CONTENT_LENGTH=$(wc -c <"$4")" "${@:5}" \
        "$build/$1" <"$4" >"$work/out" 2>"$work/err"
    code=$?
    tr -d '\r' <"$work/out" | sed '/^$/q' >"$head"
    tr -d '\r' <"$work/out" | sed '1,/^$/d' >"$answer"
    status=$(header Status | cut -d ' ' -f 1)
    status=${status:-200}
}

cgi client-data POST /webhook/client-data "$data/example-client-data.json" HTTP_X_API_KEY=cgi_client
check 'client-data answers' is "$code $status $(value .dynamic_variables.caller_known)" '0 200 false'
check 'with a content type' like "$(header Content-Type)" '^application/json'
check 'and a request id' like "$(header X-Request-Id)" '.{8}'
cgi post-call POST /webhook/post-call "$data/example-post-call.json" \
    "HTTP_ELEVENLABS_SIGNATURE=$(signature cgi_post "$data/example-post-call.json")"
check 'post-call accepts' is "$code $status $(value .status)" '0 200 accepted'
program callmem drain >/dev/null 2>&1
cgi client-data POST /webhook/client-data "$data/example-client-data.json" HTTP_X_API_KEY=cgi_client
check 'what it accepted is remembered' like "$(value .dynamic_variables.caller_name)" '^Nora'
cgi search-data POST /webhook/search-data "$data/example-search-data.json" HTTP_X_API_KEY=cgi_search
check 'search-data finds it' like "$(value '.memories[].content')" Tobias
cgi search-data POST /webhook/search-data "$data/example-search-data.json"
check 'credentials count here, too' refused 401 missing_credentials
cgi search-data GET /webhook/search-data /dev/null HTTP_X_API_KEY=cgi_search
check 'so do methods' refused 405 method_not_allowed
cgi search-data POST /nowhere "$data/example-search-data.json"
check 'and paths' refused 404 not_found
cgi client-data POST /webhook/client-data "$data/example-client-data.json" HTTP_X_API_KEY=cgi_client CONTENT_LENGTH=9999
check 'a body that is shorter than promised' refused 400 invalid_request
cgi client-data POST /webhook/client-data "$data/example-client-data.json" HTTP_X_API_KEY=cgi_client CONTENT_LENGTH=abc
check 'a length that is no number is no crash' like "$code $status" '^0 (200|400)$'
cgi client-data GET /health/client-data /dev/null
check 'health' is "$code $status $(value .status)" '0 200 ok'
check 'nothing went to standard error that is not a log line' is "$(jq -cs 'map(type) | unique' "$work/err")" "$(
    [ -s "$work/err" ] && echo '["object"]' || echo '[]')"
finish
