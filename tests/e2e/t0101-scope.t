#!/bin/bash
# CALLMEM_SCOPE: agents share a caller, or each has its own.
. "$(dirname "$0")/lib.sh"

from_agent() { # AGENT CONVERSATION MESSAGE
    remember "$(variant "$data/example-post-call.json" ".data.agent_id = \"$1\" | .data.conversation_id = \"$2\"
        | .data.transcript = [{role: \"user\", message: \"$3\", time_in_call_secs: 1}]
        | .data.analysis.data_collection_results = {} | .data.analysis.data_collection_results_list = []
        | .data.analysis.transcript_summary = \"$3\"")"
}
calls_of() { # AGENT
    client_data +15550100200 ".agent_id = \"$1\""
    value .dynamic_variables.call_count
}

start_instance CALLMEM_SCOPE=agent
from_agent agent_sales conv_1 'I would like a quince tree in a pot.'
from_agent agent_support conv_2 'My watering can leaks.'
from_agent agent_support conv_3 'It leaks again.'
check 'one agent knows of its own calls' is "$(calls_of agent_sales)" 1
check 'the other of its own' is "$(calls_of agent_support)" 2
check 'a third of none' is "$(calls_of agent_new)" 0
client_data +15550100200 '.agent_id = "agent_sales"'
check 'nor does anything cross over in the context' unlike "$(cat "$answer")" 'leak'
search +15550100200 'leaks quince' '.agent_id = "agent_sales" | .limit = 50'
check 'nor in a search' unlike "$(value '.memories[].content')" leak
check 'which finds its own' like "$(value '.memories[].content')" quince
search +15550100200 'leaks quince' '.limit = 50'
check 'a search by no agent is not a way around' unlike "$(cat "$answer")" 'leaks|quince tree'
down

new_instance shared
up
from_agent agent_sales conv_1 'I would like a quince tree in a pot.'
from_agent agent_support conv_2 'My watering can leaks.'
check 'by default all agents share' is "$(calls_of agent_sales) $(calls_of agent_support) $(calls_of agent_new)" '2 2 2'
search +15550100200 'leaks quince' '.limit = 50'
check 'in a search, too' like "$(value '.memories[].content')" leak
finish
