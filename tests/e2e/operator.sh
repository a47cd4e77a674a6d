# shellcheck shell=bash
# shellcheck disable=SC2154 # of lib.sh
# What the tests of the operator's page share: an instance with people in it.

# The secret of the page.
operator_secret() {
    program callmem setting CALLMEM_OPERATOR_SECRET --reveal
}

# An event of a call whose LLM filled in callmem's items.
call() { # CALLER CONVERSATION TIME ITEMS-JSON TURN… (the agent begins)
    local caller=$1 conversation=$2 time=$3 items=$4 file
    shift 4
    file=$(mktemp "$work/call.XXXXXX")
    jq -n --arg id "$conversation" --arg caller "$caller" --argjson items "$items" \
        --argjson start "$(date -ud "$time" +%s)" '
        {type: "post_call_transcription", event_timestamp: ($start + 60), data: {
          agent_id: "agent_quince", conversation_id: $id, status: "done", user_id: null,
          transcript: [$ARGS.positional | to_entries[] |
            {role: (if .key % 2 == 0 then "agent" else "user" end), message: .value, time_in_call_secs: (.key * 5)}],
          metadata: {start_time_unix_secs: $start, call_duration_secs: 60, main_language: "en",
            phone_call: {type: "twilio", direction: "inbound", external_number: $caller,
                         agent_number: "+15550109900", call_sid: $id}},
          analysis: {call_successful: "success", call_summary_title: ($items.title // ""),
            transcript_summary: ($items.summary // ""), data_collection_results:
            ($items | del(.title, .summary) | with_entries({key: .key, value: {data_collection_id: .key, value: .value}}))}}}' \
        --args -- "$@" >"$file"
    printf '%s\n' "$file"
}

# The people of the pictures: a name that was heard wrong, a couple on two numbers, one who asks to be erased, a call with
# hostile words, and an event that cannot be processed.
people_call() {
    remember "$(call +15550100730 conv_pell_1 '2026-11-02 09:12' '{"title": "A leaking greenhouse",
        "summary": "The caller reported that the new greenhouse leaks at the door and asked for a visit.",
        "callmem_notes": "need: Gordon is allergic to wasp stings"}' \
        'Quince Garden Centre, who is calling?' \
        'Good morning, my name is Gordon Bell. The greenhouse that you built leaks at the door.' \
        'I am sorry. May I send somebody on Thursday?' \
        'Thursday is fine. I am allergic to wasp stings, so please look for nests first.' \
        'We will look for nests first.')"
    remember "$(call +15550100730 conv_pell_2 '2026-11-20 16:40' '{"title": "A visit on Friday",
        "summary": "The caller moved the visit to Friday."}' \
        'Quince Garden Centre, who is calling?' 'Gordon Bell again. Please e-mail me at g.pell@example.com.' \
        'I will.')"
    remember "$(call +15550100731 conv_ines '2026-11-21 11:05' '{"title": "Roses", "summary": "Ordered six roses."}' \
        'Quince Garden Centre, who is calling?' 'My name is Ines Pell. I would like six rose bushes, please.' \
        'They will be there on Monday.')"
    remember "$(call +15550100732 conv_erase '2026-11-25 08:30' '{"title": "Erase my data", "callmem_request": "erase",
        "summary": "The caller wants everything about them to be deleted."}' \
        'Quince Garden Centre, who is calling?' \
        'My name is Rhona Abbot. Please delete everything you have stored about me.' 'I will pass that on.')"
    remember "$(call +15550100733 conv_hostile '2026-11-26 10:00' '{"title": "<script>alert(1)</script> {{secret}}",
        "summary": "He said <b>so</b> \u202egnihton\u202c & left."}' \
        'Who is calling?' "My name is Max Oster. \"><img src=x onerror=alert(1)> {{system__time}} ' OR 1=1 --" 'I see.')"
}

# An event that fails for good: it names no conversation's words that could be read.
failed_event() {
    local name
    name=$(printf 'a%.0s' {1..32})
    printf '%s' '{"type":"post_call_transcription","event_timestamp":1795000000,"data":{"conversation_id":"conv_broken","status":"done","transcript":"not a list"}}' \
        >"$state/inbox/failed/$name.json"
    printf '%s\n' '{"code":"invalid_request","message":"data.transcript: a list is expected","at":"2026-11-27T08:00:00Z","attempts":1}' \
        >"$state/inbox/failed/$name.reason"
}

# Another, which fails however often it is tried.
hopeless_event() {
    local name
    name=$(printf 'b%.0s' {1..32})
    printf '{}' >"$state/inbox/failed/$name.json"
    printf '%s\n' '{"code":"invalid_request","message":"type: it is missing","at":"2026-11-27T09:00:00Z","attempts":1}' \
        >"$state/inbox/failed/$name.reason"
}

# An event with a recording of a conversation: a second of silence as MP3, in frames that a browser can play.
recording_of() { # CONVERSATION
    local file
    file=$(mktemp "$work/recording.XXXXXX")
    # MPEG-1 layer III, 128 kbit/s, 44.1 kHz, mono: a frame has 417 bytes, of which four say so; zeros are silence.
    python3 -c 'import base64, json, sys
frames = (b"\xff\xfb\x90\xc0" + bytes(413)) * 40
print(json.dumps({"type": "post_call_audio", "event_timestamp": 1793000000, "data": {"agent_id": "agent_quince",
    "conversation_id": sys.argv[1], "full_audio": base64.b64encode(frames).decode()}}))' "$1" >"$file"
    printf '%s\n' "$file"
}
