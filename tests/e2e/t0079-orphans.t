#!/bin/bash
# Callers whom an earlier version kept under keys that no call has any more: they are told, and an operator decides.
. "$(dirname "$0")/lib.sh"

start_instance CALLMEM_COUNTRY=DE
db=$state/openmemory.sqlite
# A call that an earlier version filed under a key.
filed() { # CONVERSATION KEY
    remember "$(variant "$data/example-post-call.json" ".data.conversation_id = \"$1\"
        | .data.metadata.phone_call.external_number = \"+15550107777\"")"
    sqlite3 "$db" "PRAGMA busy_timeout = 5000; UPDATE callers SET caller = '$2' WHERE caller = '+15550107777'" >/dev/null
}
# `said` is what it said, `code` its exit status.
orphans() { # ARGUMENT…
    code=0
    said=$(program callmem orphans "$@" 2>&1 </dev/null) || code=$?
}

remember "$data/example-post-call.json"
filed conv_web member-3307
filed conv_apart user:+15550100200
orphans
check 'numbers, identifiers and sessions of today are none' like "$code $said" '^0 Every caller has a key that is in use'
check 'and a check says nothing of them' unlike "$(program callmem check 2>&1)" orphans

filed conv_digits 15550100200
filed conv_national 03012345678
filed conv_nobody anonymous@anonymous.invalid
filed conv_null null
orphans
check 'what is another number today is listed with it' like "$said" '15550100200 +1  \+15550100200.*03012345678 +1  \+493012345678|03012345678 +1  \+493012345678.*15550100200 +1  \+15550100200'
check 'and what is nobody' like "$said" 'anonymous@anonymous\.invalid +1  nobody today'
check 'no more than those' is "$(grep -cE '^20' <<<"$said")" 4
check 'a check says how many' like "$(program callmem check 2>&1)" 'warning: 4 callers are under keys.*callmem orphans'
orphans --json
check 'for programs, too' is "$(jq -c '[.orphans[] | select(.today == "")] | length' <<<"$said")" 2

check 'what is under such a key is shown' like "$(program callmem show =15550100200)" 'Caller +15550100200
.*conv_digits'
check 'nothing was moved by itself' has_calls +15550100200 1
orphans --move 15550100200
check 'an operator moves one' like "$code $said" '^0 memories moved: [1-9]'
check 'to the caller that it is today' has_calls +15550100200 2
check 'where it is found' finds +15550100200 'order number' QG-58213
orphans --move 03012345678
check 'also to one of whom nothing was known' has_calls +493012345678 1
orphans --move null
check 'nobody has nowhere to go' like "$code $said" '^2 .*nobody today'
orphans --move +15550100200
check 'a key that is in use stays' like "$code $said" '^2 .*in use'
orphans --forget anonymous@anonymous.invalid
check 'what all the anonymous shared is erased' like "$code $said" '^0 Forgot anonymous@anonymous\.invalid: [1-9]'
orphans --forget null
orphans
check 'then none is left' like "$code $said" '^0 Every caller'
check 'the database is sound' memory_is_sound
finish
