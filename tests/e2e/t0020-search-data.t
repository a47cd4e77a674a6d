#!/bin/bash
# In the middle of a call: search-data.
. "$(dirname "$0")/lib.sh"

start_instance

search +15550100200 'whose wedding is it'
check 'an unknown caller has no memories' is "$status $(jq -c '[.count, .memories]' "$answer")" '200 [0,[]]'
check 'the context is empty then' field .context ''

remember "$data/example-post-call.json"
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_roses" | .data.agent_id = "agent_other"
    | .data.metadata.start_time_unix_secs = 1779875100 | .event_timestamp = 1779875200
    | .data.transcript = [{role: "agent", message: "Quince Garden Centre, hello again!", time_in_call_secs: 0},
        {role: "user", message: "Do your climbing roses grow on a north wall?", time_in_call_secs: 3},
        {role: "agent", message: "The variety Madame Alfred does.", time_in_call_secs: 8}]
    | .data.analysis.data_collection_results = {} | .data.analysis.data_collection_results_list = []
    | .data.analysis.transcript_summary = "Nora asked which climbing roses grow on a north wall."')"

is_of_the_contract() {
    is "$status" 200 && holds '.count == (.memories | length)' &&
        holds '[.memories[] | ["content", "conversation_id", "created_at", "id", "kind", "salience", "score",
            "sector"] - keys == []] | all' &&
        holds '[.memories[].sector | IN("episodic", "semantic", "procedural", "emotional", "reflective")] | all' &&
        holds '[.memories[] | (.salience, .score) | . >= 0 and . <= 1] | all' &&
        holds '[.memories[].created_at | test("^2026-0[45]-27T[0-9:]{8}Z$")] | all' &&
        holds '[.memories[].score] | . == (sort | reverse)' &&
        holds '[.memories[].content] | length == (unique | length)' &&
        holds '[.memories[].id] | length == (unique | length)'
}
search +15550100200 'whose wedding are the trees for'
check 'the answer has the shape of the contract, best first' is_of_the_contract
check 'it knows the brother' like "$(value '.memories[].content')" Tobias
check 'so does the context' like "$(value .context)" Tobias
check 'the context has the date of the call' like "$(value .context)" '2026-04-27'
check 'the profile stands beside' holds '(.profile | keys) == ["call_count", "caller_name"] and .profile.call_count == 2
    and (.profile.caller_name | test("^Nora( Lindqvist)?$"))'
search +15550100200 'QG-58213'
check 'an order number is found' like "$(value '.memories[0].content')" 'QG-58213'
search +15550100200 'which rose for a north wall'
check 'another call is found' like "$(value '.memories[].content')" 'Madame Alfred'
search +15550100200 'how does she want to be reached, email or phone'
check 'how to reach her is found' like "$(value '.memories[].content')" '[Ee]mail'
search +15550100200 'email' '.kind = "instruction"'
check 'as an instruction, too' like "$(value '.memories[].content')" '[Ee]mail'
search '+1 (555) 010-0200' 'wedding'
check 'the caller may be written in any way' like "$(value '.memories[].content')" Tobias
search +15550100200 'zzz qqq'
check 'words that nobody said are an answer, not an error' is "$status" 200
is_recent() { holds '.count > 0 and ([.memories[].match == "recent"] | all)' && is_of_the_contract; }
check 'which has what there is to know of the last calls, marked so' is_recent
check 'the last one first' holds '.memories[0].content == "Nora asked which climbing roses grow on a north wall."'
search +15550100200 'What did we talk about last time?'
check 'a question about nothing in particular has the same' holds '.memories[0] | .match == "recent" and .kind == "summary"'
search +15550100200 'user preferences'
check 'preferences, too' like "$(value '.memories[].content')" '[Ee]mail'
search +15550100200 'zzz qqq' '.kind = "summary" | .limit = 1'
check 'a filter holds for it' holds '[.memories[] | .kind] == ["summary"]'
search +15550100200 'whose wedding' '.words = "brother, sister, bride"'
check 'words that may be in the answer help' like "$(value '.memories[].content')" Tobias
check 'what is found by its words is not marked' holds '[.memories[] | has("match")] | any | not'
search +15550100200 'whose wedding' '.words = ""'
check 'they may be empty' is "$status" 200

# Other languages than English, with endings, and asked for in English.
caller=+15550100210
speaks() { # LANGUAGE SENTENCE
    caller=+$((${caller#+} + 1))
    # shellcheck disable=SC2016 # jq expands it
    remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_'"$caller"'" | .data.metadata.phone_call.external_number = "'"$caller"'"
        | .data.conversation_initiation_client_data.dynamic_variables.system__caller_id = "'"$caller"'"
        | .data.metadata.main_language = "'"$1"'" | .data.user_id = null
        | .data.transcript = [{role: "agent", message: "OK?", time_in_call_secs: 0},
            {role: "user", message: "'"$2"'", time_in_call_secs: 3},
            {role: "agent", message: "OK!", time_in_call_secs: 8}, {role: "user", message: "1234", time_in_call_secs: 9}]
        | .data.analysis = null')"
}
says() { # TEXT
    like "$(value '.memories[0].content')" "$1" && holds '[.memories[] | has("match")] | any | not'
}
speaks tr 'fıstığa alerjim var'
search "$caller" fıstık
check 'a Turkish word is found in another form' says fıstığa
speaks hi 'मूंगफलियों से एलर्जी है'
search "$caller" मूंगफली
check 'a Hindi word, too' says मूंगफलियों
speaks ja '膝が悪くて、布団だと立てないんです'
search "$caller" '膝は悪いですか'
check 'a Japanese word, too' says 膝が悪くて
client_data "$caller"
check 'the agent hears which language the caller speaks' field .dynamic_variables.caller_languages ja
search "$caller" 'what is wrong with the knee' '.words = "膝, 布団"'
check 'words in it find nothing alone' holds '[.memories[].match == "recent"] | all'
speaks es 'Mi hermana vive en Sevilla'
search "$caller" 'where does the sister live'
check 'common Spanish words are found in English' says hermana

# Who asks.
post_with_key search-data '{"query": "wedding", "phone_number": "+15550100200"}'
check 'phone_number will do for caller_id' like "$(value '.memories[].content')" Tobias
post_with_key search-data '{"query": "wedding", "user_id": "+15550100200"}'
check 'a user_id that claims the number finds nothing of it' is "$status $(value .count)" '200 0'
for nobody in '' anonymous +266696687; do
    search "$nobody" wedding
    check "a withheld caller ('$nobody') has no memories" is "$status $(value .count)" '200 0'
done

# Narrowing down.
search +15550100200 'trees roses order' '.limit = 1'
check 'limit' holds '.count == 1'
search +15550100200 'trees roses order' '.limit = "2"'
check 'a number may come as a string' holds '.count == 2'
search +15550100200 'trees roses order' '.sector = "episodic"'
check 'sector' holds '.count > 0 and ([.memories[].sector == "episodic"] | all)'
search +15550100200 'trees roses order email' '.sectors = ["semantic", "procedural"]'
check 'sectors' holds '.count > 0 and ([.memories[].sector | IN("semantic", "procedural")] | all)'
search +15550100200 'trees roses order' '.kind = "summary"'
check 'kind' holds '.count == 2 and ([.memories[].kind == "summary"] | all)'
search +15550100200 'trees roses order' '.since = "2026-05-01"'
check 'since, as a date' holds '.count > 0 and ([.memories[].created_at > "2026-05"] | all)'
search +15550100200 'trees roses order' '.until = "2026-05-01T00:00:00Z"'
check 'until, as a time' holds '.count > 0 and ([.memories[].created_at < "2026-05"] | all)'
search +15550100200 'trees roses order' '.since = 1779800000'
check 'since, in Unix seconds' holds '.count > 0 and ([.memories[].created_at > "2026-05"] | all)'
search +15550100200 'trees roses order' '.min_salience = 0.6'
check 'min_salience' holds '.count > 0 and ([.memories[].salience >= 0.6] | all)'
search +15550100200 'trees roses order' '.agent_id = "agent_other"'
check 'agent_id' holds '.count > 0 and ([.memories[].conversation_id == "conv_roses"] | all)'
search +15550100200 'trees roses order' '.conversation_id = "conv_quince_0001"'
check 'conversation_id' holds '.count > 0 and ([.memories[].conversation_id == "conv_quince_0001"] | all)'
search +15550100200 'trees' '.unknown = {"x": [1]} | .temperature = "warm"'
check 'unknown fields are ignored' is "$status" 200
search +15550100200 'trees' '.limit = null | .sector = null | .since = null'
check 'a field that the LLM left empty is no error' is "$status" 200

# What is not as it should be, by name.
refuses() { # FIELD JQ-FILTER
    search +15550100200 trees "$2"
    check "$2 is refused" refused 400 invalid_request
    check 'by name' like "$(value .error.message)" "$1"
}
refuses query 'del(.query)'
refuses query '.query = ""'
refuses query '.query = 7'
refuses query '.query = "x" * 2001'
refuses words '.words = "x" * 501'
refuses words '.words = ["brother"]'
refuses caller_id 'del(.caller_id)'
refuses limit '.limit = 0'
refuses limit '.limit = 51'
refuses limit '.limit = 2.5'
refuses limit '.limit = "many"'
refuses sector '.sector = "spatial"'
refuses sectors '.sectors = ["episodic", 3]'
refuses kind '.kind = "nonsense"'
refuses kind '.kind = "evidence"'
refuses kind '.kind = "privacy"'
refuses since '.since = "soon"'
refuses until '.until = "2026-13-45"'
refuses min_salience '.min_salience = 1.5'
search +15550100200 "$(printf 'é%.0s' {1..2000})"
check '2,000 characters are allowed' is "$status" 200

# The same on the command line.
said=$(program callmem search +15550100200 whose wedding)
check 'callmem search finds it, too' like "$said" Tobias
check 'and succeeds' program callmem search '+1 555 010 0200' wedding
said=$(program callmem search +15550100999 wedding)
check 'and finds nothing of anybody else' unlike "$said" Tobias
finish
