#!/bin/bash
# The operator's page without a browser: who gets in and who does not, what its forms carry, recordings in parts, and
# that it is not there without a secret.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/operator.sh"

start_instance CALLMEM_AUDIO_DIR="$work/audio" CALLMEM_WORKERS=2
people_call
failed_event
hopeless_event
code=$(operator_secret)
jar=$work/jar
check 'spawn/up says where the page is' like "$up_said" "The operator's page is $url/operator/"
check 'and does not print its secret' unlike "$up_said" "$code"

# A request as a browser makes it, with its cookies.
browse() { # METHOD PATH [curl arguments]
    ask "$url" "$1" "$2" -b "$jar" -c "$jar" "${@:3}"
}
# The token of the forms of a page.
token() { # PATH
    browse GET "$1"
    sed -n '0,/name="token"/s/.*name="token" value="\([0-9a-f]*\)".*/\1/p' "$answer"
}
log_in() { # SECRET [NAME]
    local token
    token=$(token /operator/login)
    browse POST /operator/login --data-urlencode "token=$token" --data-urlencode "name=${2-Ada}" \
        --data-urlencode "secret=$1"
}
says() { # REGEX
    like "$(cat "$answer")" "$1"
}
goes_to() { # REGEX-OF-THE-PATH
    is "$status" 303 && like "$(header Location)" "^$1\$"
}

# --- without the secret ------------------------------------------------------------------------------------------

caller='?id=%2B15550100730'
gets=(/operator/ "/operator/caller$caller" '/operator/call?caller=%2B15550100730&id=conv_pell_1'
    '/operator/recording?caller=%2B15550100730&id=conv_pell_1' /operator/requests /operator/failed /operator/numbers
    '/operator/change?do=forget&caller=%2B15550100730')
posts=(/operator/change /operator/logout)
# Nothing of any caller in an answer.
tells_nothing() {
    unlike "$(grep -ahvi '^location: ' "$answer" "$head")" 'Pell|Bell|Gordon|Rhona|1555010|greenhouse|conv_|sqlite'
}
closed() { # METHOD PATH [curl arguments]
    ask "$url" "$@" && goes_to '/operator/login.*' && tells_nothing
}
everything_closed() { # [curl arguments]
    local path
    for path in "${gets[@]}"; do
        closed GET "$path" "$@" && closed HEAD "$path" "$@" || return 1
    done
    for path in "${posts[@]}"; do
        closed POST "$path" -d 'do=forget&caller=%2B15550100730&sure=1' "$@" || return 1
    done
}
check 'without a session every page leads to the login' everything_closed
check 'so it does with an invented session' everything_closed -b "callmem_operator=$(printf 'a%.0s' {1..64})"
check 'with the secret as a cookie' everything_closed -b "callmem_operator=$code"
check 'with the secret as a bearer token' everything_closed -H "Authorization: Bearer $code"
check 'with the secret as a key' everything_closed -H "X-Api-Key: $code"
check 'with the secrets of the webhooks' everything_closed -H "X-Api-Key: $(secret client-data)" \
    -b "callmem_operator=$(secret post-call)"
check 'with a token of the login form' everything_closed -b "callmem_login=$(token /operator/login)"
check 'with an empty, a long and a broken cookie' everything_closed -b "callmem_operator=; $(printf 'x%.0s' {1..3000})=1; ;;=="
other_methods() {
    local method path
    for method in PUT DELETE PATCH OPTIONS TRACE; do
        for path in "${gets[@]}" "${posts[@]}"; do
            ask "$url" "$method" "$path" && like "$status" '^40[05]$' && tells_nothing || return 1
        done
    done
}
check 'no other method opens anything' other_methods
unknown_paths() {
    local path
    for path in /operator /operator/x /operator/../operator/caller /operator//caller /operator/caller/ /operator/%63aller \
        /operator/style.css/../caller /OPERATOR/; do
        ask "$url" GET "$path$caller" --path-as-is && unlike "$status" '^2' && tells_nothing || return 1
    done
}
check 'nor does another way to write a path' unknown_paths
check 'it was never forgotten' has_calls +15550100730 2

# --- from elsewhere ----------------------------------------------------------------------------------------------

hidden() { # [curl arguments]
    local path
    for path in /operator/login /operator/style.css "${gets[@]}"; do
        ask "$url" GET "$path" "$@" && is "$status" 404 && tells_nothing || return 1
    done
}
check 'a request that was forwarded finds nothing' hidden -H 'X-Forwarded-For: 203.0.113.9'
check 'however it says so' hidden -H 'Forwarded: for=203.0.113.9'
check 'or only by which proxy it came' hidden -H 'Via: 1.1 tunnel'

# --- logging in --------------------------------------------------------------------------------------------------

log_in wrong
check 'a wrong secret is refused' is "$status" 401
check 'and the page says so' says 'The secret is wrong'
browse POST /operator/login --data-urlencode "name=Ada" --data-urlencode "secret=$code"
check 'the right one without a form of ours is refused' is "$status" 403
rm -f "$jar"
log_in "$code" ''
check 'somebody has to say who they are' is "$status" 400
rm -f "$jar"
log_in "$code"
check 'the right secret opens it' goes_to /operator/
cookie=$(grep -i '^set-cookie: callmem_operator=' "$head" | tr -d '\r')
check 'by a cookie that no script sees' like "$cookie" 'HttpOnly'
check 'that other pages cannot have sent' like "$cookie" 'SameSite=Strict'
check 'for the page alone' like "$cookie" 'Path=/operator/;'
browse GET /operator/
check 'the callers are listed' says 'Gordon Bell.*Max Oster|Max Oster.*Gordon Bell'
check 'nobody keeps the page' is "$(header Cache-Control)" no-store
check 'the browser may run no script and load nothing from elsewhere' is "$(header Content-Security-Policy)" \
    "default-src 'none'; style-src 'self'; img-src data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
check 'nor show it in a frame' is "$(header X-Frame-Options)" DENY
style=$(sed -n 's/.*href="\([^"]*style.css[^"]*\)".*/\1/p' "$answer")
browse GET "$style"
check 'the style is kept by the browser, since its address changes with it' is "$status $(header Cache-Control)" \
    '200 public, max-age=31536000, immutable'
check 'over plain HTTP from this machine the cookie works' like "$cookie" '^[Ss]et-[Cc]ookie: callmem_operator=[0-9a-f]{64};'

answered_by() {
    jq -rR 'fromjson? | select(.path == "/operator/" and .status == 200).pid' "$state/logs/operator.log" | tail -n 1
}
first=$(answered_by)
kill -KILL "$first"
browse GET /operator/
check 'another process of the program knows the session' is "$status $([ "$(answered_by)" != "$first" ] && echo other)" \
    '200 other'

# --- what is written into a page -----------------------------------------------------------------------------------

browse GET '/operator/caller?id=%2B15550100733'
check 'words of a caller are no markup' unlike "$(cat "$answer")" '<img|<script|<b>'
check 'they can be read' says '&lt;script&gt;alert\(1\)&lt;/script&gt;'
check 'and are no template' unlike "$(cat "$answer")" '\{\{'
browse GET '/operator/call?caller=%2B15550100733&id=conv_hostile'
check 'nor do they turn a text around' unlike "$(cat "$answer")" $'\u202e'
browse GET '/operator/?q=%3Cscript%3E'
check 'nor does what is searched for' unlike "$(cat "$answer")" '<script'
browse GET "/operator/caller?id=%2B15550100799"
check 'a caller who is not known' is "$status" 404
browse GET '/operator/caller?id=%zz'
check 'a malformed query' is "$status" 400
browse GET '/operator/call?caller=%2B15550100731&id=conv_pell_1'
check "a call is found under its own caller alone" is "$status" 404

# --- looking for somebody ------------------------------------------------------------------------------------------

finds_only() { # QUERY NAME OTHER
    browse GET "/operator/?q=$1" && says "$2" && unlike "$(cat "$answer")" "$3"
}
check 'by a part of a name in any case' finds_only bell 'Gordon Bell' 'Ines Pell'
check 'by a number with its separators' finds_only '%2B1%20555-010-0731' 'Ines Pell' 'Gordon Bell'
check 'by the end of a number' finds_only '0100731' 'Ines Pell' 'Gordon Bell'
browse GET '/operator/?q=nobody'
check 'nobody found is said' says 'Nobody with'

# --- a day's numbers -----------------------------------------------------------------------------------------------

today() { # COLUMN: a number of today in the table of days
    browse GET /operator/numbers
    grep -o "<tr><th scope=\"row\">$(date -u +%F)</th>.*" "$answer" | grep -o '<td class="count">[^<]*' | sed -n "$1s/.*>//p"
}
before=$(today 4)
check 'searches that found nothing are counted by day' like "$before" '^[0-9]+$'
search +15550100730 'zirconium volleyball'
search +15550100799 'zirconium volleyball'
check 'two more of today' is "$(today 4)" $((before + 2))
search +15550100730 'what is Gordon allergic to'
check 'one that finds something is none of them' is "$(today 4)" $((before + 2))
dropped=$(today 5)
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_drop"
    | .data.metadata.phone_call.external_number = "+15550100739" | .data.conversation_initiation_client_data = {}
    | .data.analysis.data_collection_results = {callmem_notes: {value: "fact | caller | Owns nine lighthouses | "}}')"
check 'what was left out is counted by day, too' is "$(today 5)" $((dropped + 1))
check 'both are drawn' is "$(grep -c '<svg class="chart"' "$answer")" 2
check 'a day that nobody counted is said to be so' says '<td class="count">not known</td>'

# --- changes need the form -----------------------------------------------------------------------------------------

forget='do=forget&caller=%2B15550100731&sure=1'
browse POST /operator/change -d "$forget"
check 'a change without a token is refused' is "$status" 403
browse POST /operator/change -d "$forget&token=$(printf '0%.0s' {1..64})"
check 'with another one' is "$status" 403
form=$(token /operator/)
browse POST /operator/change -d "$forget&token=$form" -H 'Sec-Fetch-Site: cross-site'
check 'from another page' is "$status" 403
browse POST /operator/change -H 'Content-Type: text/plain' -d "$forget&token=$form"
check 'as another type, which needs no form' is "$status" 415
browse GET "/operator/change?$forget&token=$form"
check 'asking changes nothing' says 'Forget everything'
browse POST /operator/change -d "do=forget&caller=%2B15550100731&token=$form"
check 'what cannot be taken back needs a tick' is "$status" 400
check 'nobody was forgotten' has_calls +15550100731 1
browse POST /operator/change -d "$forget&token=$form"
check 'with form and tick somebody is forgotten' says 'Everything is erased'
check 'everywhere' is "$(program callmem export +15550100731 | jq '.conversations | length')" 0

# --- failed events -------------------------------------------------------------------------------------------------

name=$(printf 'b%.0s' {1..32})
other=$(printf 'a%.0s' {1..32})
browse GET /operator/failed
check 'a failed event has its reason' says 'type: it is missing'
check 'and a button of its own' says "do=retry-one&amp;id=$name"
browse GET "/operator/change?do=retry-one&id=$name"
check 'before it is tried again the reason is shown' says 'type: it is missing'
check 'and nothing happens' test -e "$state/inbox/failed/$name.json"
browse GET '/operator/change?do=retry-one&id=..%2Fnew'
check 'what is no event cannot be tried' is "$status" 404
browse POST /operator/change -d "do=retry-one&id=..%2Fnew&token=$form"
check 'also not without asking' is "$status" 404
browse POST /operator/change -d "do=retry-one&id=$name"
check 'nor without the form' is "$status" 403
browse POST /operator/change -d "do=retry-one&id=$name&token=$form"
check 'with it the event goes back' goes_to '/operator/failed\?done=retried-one'
failed_anew() {
    [ -e "$state/inbox/failed/$name.reason" ] && unlike "$(cat "$state/inbox/failed/$name.reason")" '2026-11-27T09'
}
check 'and is tried' eventually failed_anew
check 'the other stays as it was' like "$(cat "$state/inbox/failed/$other.reason")" '2026-11-27T08'

# --- recordings ----------------------------------------------------------------------------------------------------

printf 'ID3-0123456789' | base64 -w 0 >"$work/base64"
jq -n --rawfile audio "$work/base64" '{type: "post_call_audio", event_timestamp: 1793000000, data:
    {agent_id: "agent_quince", conversation_id: "conv_pell_1", full_audio: $audio}}' >"$work/audio.json"
post_call "$work/audio.json"
recording='/operator/recording?caller=%2B15550100730&id=conv_pell_1'
there() { browse GET "$recording" && is "$status" 200; }
check 'a recording is served' eventually there
check 'whole' is "$(cat "$answer")" 'ID3-0123456789'
part() { # RANGE STATUS WANTED [CONTENT-RANGE]
    browse GET "$recording" -H "Range: $1" && is "$status" "$2" && is "$(cat "$answer")" "$3" &&
        { [ -z "${4:-}" ] || is "$(header Content-Range)" "$4"; }
}
check 'in parts' part bytes=4-6 206 012 'bytes 4-6/14'
check 'from somewhere to the end' part bytes=10- 206 6789 'bytes 10-13/14'
check 'its end' part bytes=-3 206 789 'bytes 11-13/14'
check 'more than there is' part bytes=12-99 206 89 'bytes 12-13/14'
check 'not behind its end' part bytes=14- 416 '' 'bytes */14'
check 'several parts are the whole' part bytes=0-1,4-5 200 'ID3-0123456789'
browse GET '/operator/recording?caller=%2B15550100732&id=conv_erase'
check 'no recording is said' is "$status" 404

# --- its end ---------------------------------------------------------------------------------------------------------

cp "$jar" "$work/old-jar"
browse POST /operator/logout -d "token=$(token /operator/)"
check 'logging out leads to the login' goes_to '/operator/login\?out=1'
ask "$url" GET /operator/ -b "$work/old-jar"
check 'after that the cookie opens nothing, also a copy of it' goes_to '/operator/login.*'
rm -f "$jar"
tries=''
for _ in 1 2 3 4 5 6; do
    log_in wrong
    tries+="$status "
done
check 'after five wrong tries there is a pause, over all processes' is "$tries" '401 401 401 401 401 429 '
log_in "$code"
check 'during which the right secret is refused, too' is "$status" 429
check 'a secret is not in any log' not grep -rqF "$code" "$state/logs"
check 'nor is a number' not grep -rq '1555010073' "$state/logs"
check 'nor a session' is "$(grep -c "$(awk '/callmem_operator/ { print $7 }' "$work/old-jar")" -r "$state" | grep -vc ':0$')" 0

# --- not there -------------------------------------------------------------------------------------------------------

new_instance without CALLMEM_OPERATOR_SECRET=
up
check 'without a secret there is no such program' is "$(pids_of "$state" handler operator)" ''
ask "$url" GET /operator/login
check 'and no such page' is "$status" 404
done=0
said=$(program operator 2>&1 </dev/null) || done=$?
check 'started by hand it says what is missing' is "$done" 78
finish
