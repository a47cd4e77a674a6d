#!/bin/bash
# The overrides and variables that an operator asks for.
. "$(dirname "$0")/lib.sh"

start_instance 'CALLMEM_FIRST_MESSAGE_RETURNING=Welcome back, {{caller_name}}! Call {{ call_count }}.' \
    'CALLMEM_FIRST_MESSAGE_NEW=Welcome to Quince, this is {{shop_name}}.' \
    'CALLMEM_PROMPT=You know: {{memory_context}}' 'CALLMEM_KEYWORDS={{caller_people}}; Kaiser bun, Quince,, Quince' 'CALLMEM_LANGUAGE=en' 'CALLMEM_VOICE_ID=voice_7' \
    'CALLMEM_VARIABLE_SHOP_NAME=the garden centre' 'CALLMEM_VARIABLE_OPENING_HOURS=nine to six'

client_data +15550100200
check 'an operator'\''s variable is in every response' field .dynamic_variables.shop_name 'the garden centre'
check 'and the other' field .dynamic_variables.opening_hours 'nine to six'
check 'a new caller gets the message for new callers' \
    field .conversation_config_override.agent.first_message 'Welcome to Quince, this is the garden centre.'
check 'a prompt without its values is not sent' field '.conversation_config_override.agent | has("prompt")' false
check 'the language is sent' field .conversation_config_override.agent.language en
check 'the voice is sent' field .conversation_config_override.tts.voice_id voice_7
check 'no keywords without a name' holds '.conversation_config_override | has("asr") | not'
check 'the withheld get the same' is "$(client_data anonymous && value .conversation_config_override.agent.first_message)" \
    'Welcome to Quince, this is the garden centre.'

remember "$data/example-post-call.json"
client_data +15550100200
check 'a returning caller is greeted by name' \
    like "$(value .conversation_config_override.agent.first_message)" '^Welcome back, Nora( Lindqvist)?! Call 1\.$'
check 'the prompt has the context' like "$(value .conversation_config_override.agent.prompt.prompt)" '^You know: .*QG-58213'
check 'speech recognition expects their name, and our words, each once' \
    is "$(value '.conversation_config_override.asr.keywords | tojson')" '["Nora Lindqvist","Kaiser bun","Quince"]'
check 'the variables are there for the known, too' field .dynamic_variables.shop_name 'the garden centre'
check 'nothing is null anywhere' holds '[.. | select(. == null)] | length == 0'

# A caller whose name nobody knows: the template does not apply, and nothing stands in its place.
remember "$(variant "$data/example-post-call.json" '.data.conversation_id = "conv_nameless"
    | .data.metadata.phone_call.external_number = "+15550100300"
    | .data.conversation_initiation_client_data.dynamic_variables.system__caller_id = "+15550100300"
    | .data.transcript = [{role: "user", message: "Do you sell moss?", time_in_call_secs: 2}]
    | .data.analysis.data_collection_results = {} | .data.analysis.data_collection_results_list = []
    | .data.analysis.transcript_summary = "The caller asked whether there is moss."')"
client_data +15550100300
check 'this caller is known' field .dynamic_variables.caller_known true
check 'without a name' field .dynamic_variables.caller_name ''
check 'a greeting by name is not sent to the nameless' not like \
    "$(value .conversation_config_override.agent.first_message)" 'Welcome back'
finish
