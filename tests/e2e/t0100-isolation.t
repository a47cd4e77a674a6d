#!/bin/bash
# Nobody ever gets what belongs to somebody else; and who withheld a number is nobody.
. "$(dirname "$0")/lib.sh"

start_instance
remember "$data/example-post-call.json"
remember "$data/transcription-sip-outbound.json"
remember "$data/transcription-web.json"
private='Nora|Lindqvist|Tobias|QG-58213|espalier|wedding|pear|Folake|greenhouse|In.s|limonero'

# Strangers, some of them nearly callers.
for stranger in +15550100201 +1555010020 +155501002000 5550100200 +442079460320 member-3308 member-330 \
    Member-3307 '%' '*' '+1555010020_' '+1555010020%'; do
    client_data "$stranger"
    check "'$stranger' learns nothing from client-data" unlike "$(cat "$answer")" "$private"
    search "$stranger" 'wedding trees Tobias order QG-58213 greenhouse limoneros' '.limit = 50'
    check "'$stranger' learns nothing from search-data" unlike "$(cat "$answer")" "$private"
done
# Callers, of each other.
search +15550100200 'greenhouse Thursday limoneros Folake' '.limit = 50'
check 'one caller does not find another' unlike "$(cat "$answer")" 'Folake|greenhouse|limonero'
search +442079460321 'wedding Tobias pear' '.limit = 50'
check 'nor the other way round' unlike "$(cat "$answer")" 'Nora|Tobias|pear'
search member-3307 'wedding Tobias greenhouse' '.limit = 50'
check 'nor a member' unlike "$(cat "$answer")" 'Nora|Tobias|Folake'
search +15550100200 'greenhouse' '.conversation_id = "conv_quince_0002"'
check 'not even by the name of the conversation' unlike "$(cat "$answer")" 'Folake|greenhouse'
search +15550100200 "' OR 1=1 --"
check 'nor by a trick' unlike "$(cat "$answer")" 'Folake|limonero'

# The withheld: nothing is kept.
post_call "$data/transcription-withheld.json"
check 'a call of nobody is accepted' accepted accepted post_call_transcription conv_quince_0004
n=0
for spelling in '' ' ' anonymous Anonymous ANONYMOUS restricted private unknown unavailable blocked \
    sip:anonymous@anonymous.invalid +266696687 266696687 +7378742833 +2562533 +8656696 +86282452253; do
    n=$((n + 1))
    if [ $n -gt 1 ]; then
        post_call "$(variant "$data/transcription-withheld.json" ".data.conversation_id = \"conv_nobody_$n\"
            | .data.metadata.phone_call.external_number = \"$spelling\"
            | .data.conversation_initiation_client_data.dynamic_variables.system__caller_id = \"$spelling\"")"
        check "a call of '$spelling' is accepted" is "$status" 200
    fi
done
check 'all of them are processed' eventually inbox_is_empty
for spelling in '' anonymous Restricted PRIVATE unknown unavailable blocked sip:anonymous@anonymous.invalid +266696687 \
    266696687 +7378742833 +2562533 +8656696 +86282452253; do
    client_data "$spelling"
    check "'$spelling' is unknown" is "$status $(value .dynamic_variables.caller_known)" '200 false'
    check 'and has never called' field .dynamic_variables.call_count 0
    search "$spelling" 'gate code Bartholomew 9086' '.limit = 50'
    check "'$spelling' finds nothing" is "$status $(value .count)" '200 0'
done
down
check 'nothing of a call of nobody is in any file' not grep -raqE 'Bartholomew|9086, please' "$state"
finish
