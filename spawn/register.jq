# The objects of ElevenLabs' API that spawn/register makes, as in ElevenLabs' own SDKs of 2026, and how it plans: `plan`
# and `removal` turn the present state into lines for bash, with every value quoted:
#
#     webhook_id='…'                   a value for the steps
#     step 'sentence' function 'argument'…
#     foreign 'sentence'               something that does not belong to this callmem is in the way
#     note 'sentence'
#
# Their input, the world, is {url, record, settings, webhooks, secrets, tools, agents, items, items_option, outbound_option, named, needs,
# marks, switches}: the address to register, elevenlabs.json in the state folder (see elevenlabs.sh), the API's answers
# (agents by ID or ID?branch_id=BRANCH), the data collection items (lib/understand/items.json), "items", "no-items" or "",
# the agents of the command line, CALLMEM_SCOPE, the marks of the secrets in effect (endpoint: list), and the security
# settings that an agent needs.

def webhook_name: "callmem";
def tool_name: "search_memory";
def outbound_name: "search_memory_outbound";
def events: ["transcript", "audio", "call_initiation_failure"];
def route($endpoint): "/webhook/" + $endpoint;

# --- the shapes --------------------------------------------------------------------------------------------------

def key_header($secret): {"X-Api-Key": {secret_id: $secret}};

# The conversation initiation webhook; it may have other headers, too.
def initiation_wanted($url; $secret): {url: ($url + route("client-data")), request_headers: key_header($secret)};

# What the settings want the tool to say, words with blanks between: "agent" (CALLMEM_SCOPE), "verified" (CALLMEM_PRIVATE),
# "caller_name" (CALLMEM_SHARED_LINES).
def needs($needs; $word): IN($word; ($needs / " ")[]);
def verified_text: "true only if the caller has proved in this conversation who they are, in the way that your instructions " +
    "say, such as with a date of birth or a code; else false. A caller who only says so has not proved it.";
def caller_name_text: "The full name of the caller, as they said it in this conversation; empty if they did not say it.";

# The tool's fixed parts; the operator may change everything else, above all its descriptions. It searches all that is
# remembered of the caller, not one conversation; and only one agent's memory if each agent has its own.
def tool_wanted($url; $secret; $needs): {type: "webhook", name: tool_name, api_schema: {
    url: ($url + route("search-data")), method: "POST", request_headers: key_header($secret),
    request_body_schema: {type: "object", properties: (
        {caller_id: {type: "string", dynamic_variable: "system__caller_id"}} +
        if needs($needs; "agent") then {agent_id: {type: "string", dynamic_variable: "system__agent_id"}} else {} end +
        if needs($needs; "verified") then {verified: {type: "boolean", description: verified_text}} else {} end +
        if needs($needs; "caller_name") then {caller_name: {type: "string", description: caller_name_text}} else {} end)}}};

# The same for calls that the agent makes, in which the caller is the number that was called.
def outbound_wanted($url; $secret; $needs): tool_wanted($url; $secret; $needs) | .name = outbound_name |
    .api_schema.request_body_schema.properties.caller_id.dynamic_variable = "system__called_number";

# Descriptions that make an LLM use it well. Of the answer it gets what is for reading; `memories` has the same again, in
# parts.
def tool_texts: {response_timeout_secs: 5,
    description: ("Searches what this caller said in earlier calls and answers with what fits best, each with its " +
        "date. Use it whenever the caller refers to something from before (an order, an appointment, \"the same as " +
        "last time\", \"as I told you\"), and whenever a detail such as a name, a number, a date, an address or a " +
        "preference would help and is not in this conversation yet: search before you ask the caller for it. Search " +
        "again with other words for another question. When nothing is found, say that you do not have it and ask; " +
        "never make a memory up."),
    api_schema: {response_filter: {mode: "allow", filters: ["count", "context"]},
        request_body_schema: {description: "The search.", properties: {words: {type: "string",
        description: ("Up to ten words, separated by blanks, that the answer may contain and the question does not: " +
            "other words for the same thing, kinds and examples of it, and the words of the other languages that the caller " +
            "speaks, which caller_languages lists where your instructions have it. For \"what is she allergic to\": \"allergy allergic intolerant nuts peanuts lactose gluten penicillin\". " +
            "They help the search and never replace the question.")}, query: {type: "string",
        description: ("What to look for: a short question or a few key words in the caller's language, with the " +
            "names, things and dates that matter, such as \"delivery date of the walnut table\". Do not put the " +
            "caller's number into it.")}}}}};

# The body that creates or changes the tool, from the existing one (or null). The existing tool overrides our texts, and the
# fixed parts override both; a property is replaced whole, since its value has only one source. caller_id is not required:
# only phone calls have one, and ElevenLabs ends a session at its start where a required variable is missing.
def tool_body($wanted):
    def properties: .api_schema.request_body_schema.properties;
    (.tool_config // {} | walk(if type == "object" then map_values(select(. != null)) else . end)) as $kept |
    (tool_texts * $kept * $wanted) |
    properties = (tool_texts | properties) + ($kept | properties // {}) + ($wanted | properties) |
    .api_schema.request_body_schema.required =
        ([.api_schema.request_body_schema.required[]?, "query", ($wanted | properties | keys[])] - ["caller_id", "verified", "caller_name"] | unique) |
    {tool_config: .};

def outbound_body($wanted): (.tool_config.description // "") as $kept | tool_body($wanted) |
    if $kept == "" then .tool_config.description |= "Only for calls that you made yourself. " + . else . end;

# A tool from before there was `words`, or one that requires the caller.
def is_old_tool: .api_schema.request_body_schema | .properties.words == null or any(.required[]?; . == "caller_id");

# Events after a call, from the present setting. What the operator chose stays, but callmem needs the turns of a call, as
# JSON. Ours: the setting is callmem's already, so events that are missing were taken away.
def events_wanted($ours): (.events // []) as $now |
    (if $ours and $now != [] then ["transcript"] else events end + if .send_audio then ["audio"] else [] end) as $needed |
    $now + ($needed - $now);
def post_call_wanted($webhook; $ours): (. // {} | map_values(select(. != null))) | . as $now |
    del(.send_audio) + {post_call_webhook_id: $webhook, events: ($now | events_wanted($ours)), transcript_format: "json"} |
    if .exclude_transcript then .exclude_transcript = false else . end;
def has_turns: (.transcript_format // "json") == "json" and (.exclude_transcript | not) and
    any(.events[]?; . == "transcript");

# An agent's own webhooks, changed.
def own_webhooks(change): (.platform_settings.workspace_overrides // {} | map_values(select(. != null))) | . + change;

# Whether agents have one of these webhooks in their own settings, from the list of webhooks; whether this one has.
def used_by_agents($ids): .webhooks[] | select(IN(.webhook_id; $ids[]) and [.usage[]?.usage_type] - ["ConvAI Settings"] != []) |
    .webhook_id;
def has_own_webhook($ids): .platform_settings.workspace_overrides.webhooks.post_call_webhook_id | strings |
    select(IN(.; $ids[]));

# --- data collection items ---------------------------------------------------------------------------------------

# An agent's items by their keys.
def collected: .platform_settings.data_collection // {} | map_values(select(. != null));

# Keys of ours that an agent has, and of those that it does not have as they should be. A value may come from only one
# source, and for ours that is the description.
def items_there($items): collected as $there | [$items[].key | select($there[.])];
def items_wrong($items): collected as $there | [$items[] | . as $item | $there[.key] |
    select(.type != "string" or .description != $item.description or
        any(.enum, .dynamic_variable, .constant_value, .allowed_values, .allowed_values_dynamic_variable,
            .is_system_provided, .is_omitted; IN(null, "", false, []) | not)) | $item.key];

# All items with ours, or without them. The operator may have chosen an LLM for one of ours.
def items_with($items): collected | map_values(map_values(select(. != null))) |
    reduce $items[] as $item (.; .[$item.key] = ((.[$item.key] // {} | {name, llm} | map_values(select(. != null))) |
        {name: $item.key} + . + {type: "string", description: $item.description}));
def items_without($items): collected | map_values(map_values(select(. != null))) | del(.[$items[].key]);

# An agent that keeps its analysis items by reference. Null means that it does not, an empty object that it does.
def items_by_reference: .platform_settings.analysis_items != null;

# The branches that take calls, other than the one that the API answers with, from the list of an agent's branches.
def live_branches($agent): [$agent.branch_id, $agent.main_branch_id] as $main | .results[]? |
    select((.current_live_percentage // 0) > 0 and .is_archived != true and any($main[]; .) and
        (IN(.id; $main[]) | not)) | .id | select(test("^[A-Za-z0-9_-]+$"));

# An agent's tools with ours in place of another one of its name.
def tools_with($id; $tools): [(.conversation_config.agent.prompt.tool_ids[]? |
    select(. as $other | any($tools[]; .id == $other and .tool_config.name == tool_name) | not)), $id];

def switched($switches; $to): reduce $switches[] as $switch (.platform_settings.overrides // {};
    setpath($switch / "."; $to));

# Of these, the switches that an agent does not have on.
def switches_off($switches): (.platform_settings.overrides // {}) as $on |
    [$switches[] | select(. as $switch | $on | getpath($switch / ".") != true)];

# --- the present state -------------------------------------------------------------------------------------------

def covers($want): . as $have | if ($want | type) == "object"
    then ($have | type) == "object" and all($want | keys[]; . as $key | $have[$key] | covers($want[$key]))
    else $have == $want end;

# An address without its query, which may be secret.
def shown: (. // "") | sub("[?#].*"; "");

# Whether an address is one of ours, now or before.
def is_ours($world; $endpoint): . as $there | ($there // "") != "" and
    any($world | .url, .record.url, .record.trying; . and $there == . + route($endpoint));

def tool_ids: .conversation_config.agent.prompt.tool_ids // [];

# Facts that both plans need.
def facts: . as $w | (.record.webhook.id // "") as $recorded |
    first((.webhooks[] | select(.webhook_id == $recorded)), null) as $webhook |
    .webhook = $webhook |
    # Ours only by its address: its secret cannot be known, so it is replaced unless something else uses it.
    .same_address = [if $webhook then empty else .webhooks[] | select(.webhook_url == $w.url + route("post-call")) |
        select([.usage[]?.usage_type] - ["ConvAI Settings"] == []) | .webhook_id end] |
    .renewed = ($webhook | . == null or .webhook_url != $w.url + route("post-call")
        or (IN($w.record.webhook.mark; $w.marks["post-call"][]) | not)) |
    .superseded = [.same_address[], .record.old_webhooks[]?.id, if .renewed then $recorded else empty end] |
    .superseded = [.superseded | unique[] | select(IN($w.webhooks[].webhook_id))] |
    .our_webhooks = [.same_address[], .record.old_webhooks[]?.id, $recorded] |
    .initiation = (.settings.conversation_initiation_client_data_webhook |
        if (.url | is_ours($w; "client-data")) then . else null end) |
    .tool = (first((.tools[] | select(.id == $w.record.tool)),
        (.tools[] | select($w.url and .tool_config.api_schema.url? == $w.url + route("search-data") and
            .tool_config.name != outbound_name))) // null) |
    .outbound = first((.tools[] | select(.id == $w.record.outbound_tool)), null);

# Our stored secret of an endpoint: from the record, or by its user and its name.
def secret_name($endpoint): "callmem_" + ($endpoint | gsub("-"; "_"));
def secret_id($endpoint; $user): . as $facts | ($user.request_headers["X-Api-Key"].secret_id? // null) as $used |
    first(.secrets[] | select(.secret_id == $facts.record.secrets[$endpoint].id or
        (.secret_id == $used and (.name | startswith(secret_name($endpoint))))) | .secret_id) // "";

# --- lines for bash ----------------------------------------------------------------------------------------------

def set($name; $value): "\($name)=\($value | @sh)";
def line: map(tostring | @sh) | join(" ");
def step($sentence; $deed): "step \([$sentence, $deed[]] | line)";
def foreign($sentence): "foreign \($sentence | @sh)";
def note($sentence): "note \($sentence | @sh)";

# A name for a stored secret that is not in use.
def free_name($endpoint): [.secrets[].name] as $taken |
    first(range(1; 1000) | secret_name($endpoint) + if . > 1 then "_\(.)" else "" end | select(IN($taken[]) | not));

def plan_secret($endpoint; $id):
    set("secret_ids[\($endpoint)]"; $id),
    if $id == "" then
        free_name($endpoint) as $name |
        step("store the secret of \($endpoint) as \($name)"; ["store_secret", $endpoint, $name])
    elif .record.secrets[$endpoint].mark != .marks[$endpoint][0] then
        first(.secrets[] | select(.secret_id == $id) | .name) as $name |
        step("store the secret of \($endpoint) again: the stored one may differ";
            ["renew_secret", $endpoint, $name])
    else empty end;

def plan_webhook: (.url + route("post-call")) as $address |
    set("webhook_id"; .record.webhook.id // ""), set("new_webhook"; if .renewed then "yes" else "" end),
    "same_address=(\(.same_address | line))",
    if .renewed then
        step("create the post-call webhook \($address) (HMAC); its secret goes into the settings";
            ["create_webhook", $address])
    elif .webhook | .is_disabled or .is_auto_disabled then
        step("switch the post-call webhook on again"; ["enable_webhook", .webhook.name])
    else empty end;

def plan_initiation: .settings.conversation_initiation_client_data_webhook.url as $there |
    secret_id("client-data"; .initiation) as $secret |
    set("initiation_ours"; if .initiation then "yes" else "" end),
    plan_secret("client-data"; $secret),
    if ($there // "") != "" and .initiation == null then
        foreign("the conversation initiation webhook of the workspace is \($there | shown)") else empty end,
    if $secret == "" or (.url as $url | .initiation | covers(initiation_wanted($url; $secret)) | not) then
        step("point conversation initiation to \(.url)\(route("client-data"))"; ["set_initiation"]) else empty end;

def plan_tool: secret_id("search-data"; .tool.tool_config.api_schema) as $secret |
    set("tool_id"; .tool.id // ""),
    plan_secret("search-data"; $secret),
    if .tool == null then step("create the tool \(tool_name) for \(.url)\(route("search-data"))"; ["create_tool"])
    elif $secret == "" or
        (. as $facts | .tool.tool_config |
            (covers(tool_wanted($facts.url; $secret; $facts.needs)) | not) or is_old_tool)
    then step("change the tool \(tool_name) to \(.url)\(route("search-data"))"; ["update_tool"])
    else empty end;

# Asked for now or in an earlier run.
def plan_outbound: secret_id("search-data"; .tool.tool_config.api_schema) as $secret |
    set("outbound_id"; .outbound.id // ""),
    if .outbound_option == "" and .outbound == null then empty
    elif .outbound == null then
        step("create the tool \(outbound_name) for \(.url)\(route("search-data"))"; ["put_outbound"])
    elif $secret == "" or (. as $facts | .outbound.tool_config |
        (covers(outbound_wanted($facts.url; $secret; $facts.needs)) | not) or is_old_tool)
    then step("change the tool \(outbound_name) to \(.url)\(route("search-data"))"; ["put_outbound"])
    else empty end;

def plan_post_call: .settings.webhooks.post_call_webhook_id as $there | . as $facts |
    (($there // "") != "" and (IN($there; $facts.our_webhooks[]))) as $ours |
    set("post_call_ours"; if $ours then "yes" else "" end),
    if ($there // "") != "" and ($ours | not) then
        foreign("the post-call webhook of the workspace is \(first(.webhooks[] | select(.webhook_id == $there) |
            .webhook_url | shown) // $there)") else empty end,
    if .renewed or (.settings.webhooks | .post_call_webhook_id == $facts.record.webhook.id and has_turns | not)
    then step("send events after a call to it: \(.settings.webhooks | events_wanted($ours) | join(", "))" +
            if .settings.webhooks.exclude_transcript then ", with their transcripts" else "" end; ["set_post_call"])
    else empty end;

# An agent or its branch in a sentence, and the id of the agent.
def called: sub("\\?branch_id="; ", branch ");
def agent_id: split("?")[0];

# The agents without items, which are those of earlier runs, changed by --items and --no-items, and those from which to take
# them now.
def settle_items: (if .named != [] then .named else [.agents | keys[] | agent_id] | unique end) as $meant |
    .items_taken = if .items_option == "no-items" then $meant else [] end |
    .no_items = ((.record.no_items // []) - (if .items_option == "items" then $meant else [] end) + .items_taken | unique);

def plan_items($agent): .items as $items | .no_items as $none | .items_taken as $taken | .agents[$agent] |
    items_there($items) as $there | (items_wrong($items)) as $wrong |
    if IN($agent | agent_id; $none[]) then
        # After --no-items some may have been added by hand.
        if $there == [] or (IN($agent | agent_id; $taken[]) | not) then empty
        else step("take data collection items away from agent \($agent | called): \($there | join(", "))";
            ["take_items", $agent]) end
    elif $wrong == [] then empty
    elif items_by_reference then
        set("items_to_paste"; "yes"),
        note("Agent \($agent | called) keeps its analysis items by reference, and the API cannot add any. If the " +
            "dashboard does not show callmem's five yet, add them there; --no-items stops this message.")
    else
        [(($wrong - $there) | if . == [] then empty else "add \(join(", "))" end),
            ($wrong - ($wrong - $there) | if . == [] then empty else "write \(join(", ")) again, which differs" end)] |
        step("data collection of agent \($agent | called): \(join("; "))"; ["put_items", $agent])
    end;

def plan_own_webhooks($agent): . as $facts | .agents[$agent].platform_settings.workspace_overrides as $own |
    ($own.webhooks.post_call_webhook_id // "") as $there |
    if $there == "" then empty
    elif IN($there; $facts.our_webhooks[]) | not then
        note("Agent \($agent | called) has its own post-call webhook: callmem does not receive its calls.")
    elif .renewed or $there != .record.webhook.id or ($own.webhooks | has_turns | not) then
        step("correct the post-call webhook in the settings of agent \($agent | called): \($own.webhooks |
            events_wanted(true) | join(", ")), with their transcripts"; ["set_own_post_call", $agent])
    else empty end,
    $own.conversation_initiation_client_data_webhook as $there |
    if ($there.url // "") == "" then empty
    elif $there.url | is_ours($facts; "client-data") | not then
        note("Agent \($agent | called) has its own conversation initiation webhook, \($there.url | shown): " +
            "it does not ask callmem.")
    else secret_id("client-data"; .initiation) as $secret |
        if $secret != "" and ($there | covers(initiation_wanted($facts.url; $secret))) then empty
        else step("correct the conversation initiation webhook in the settings of agent \($agent | called)";
            ["set_own_initiation", $agent]) end
    end;

def plan_agent($agent): . as $facts | .agents[$agent] as $now |
    if .tool == null or (IN($facts.tool.id; $now | tool_ids[]) | not) then
        (if any(.tools[]; .tool_config.name == tool_name and .id != $facts.tool.id and
            IN(.id; $now | tool_ids[])) then
            foreign("agent \($agent | called) has another tool that is called \(tool_name)") else empty end),
        step("give agent \($agent | called) the tool \(tool_name)"; ["give_tool", $agent])
    else empty end,
    if .outbound_option != "" and IN($agent | agent_id; $facts.named[]) and
        (.outbound == null or (IN($facts.outbound.id; $now | tool_ids[]) | not)) then
        step("give agent \($agent | called) the tool \(outbound_name)"; ["give_outbound", $agent])
    else empty end,
    ($now | switches_off($facts.switches) |
        if . == [] then empty
        else step("let agent \($agent | called) use what callmem answers: \(join(" "))"; ["turn_on", $agent, .[]]) end),
    plan_items($agent), plan_own_webhooks($agent);

def plan: facts | settle_items | set("no_items"; .no_items | tojson),
    plan_webhook, plan_initiation, plan_tool, plan_outbound, plan_post_call, plan_agent(.agents | keys[]),
    (.superseded[] | step("delete the post-call webhook that it replaces"; ["delete_webhook", .])),
    if .agents == {} then
        note("In each agent, give it the tool \(tool_name), enable under Security: \(.switches | join(" ")), and add " +
            "callmem's data collection items. " + env.register_command + " --agent ID does that.") else empty end;

# --- removing ----------------------------------------------------------------------------------------------------

def remove_from_agent($agent): . as $facts |
    if IN($facts.record.tool; $facts.agents[$agent] | tool_ids[]) then
        step("take the tool \(tool_name) from agent \($agent | called)"; ["take_tool", $agent, $facts.record.tool])
    else empty end,
    if IN($facts.outbound.id // empty; $facts.agents[$agent] | tool_ids[]) then
        step("take the tool \(outbound_name) from agent \($agent | called)"; ["take_tool", $agent, $facts.outbound.id])
    else empty end,
    (.record.agents[$agent] // [] | if . == [] then empty
        else step("turn off again for agent \($agent | called): \(join(" "))"; ["turn_off", $agent, .[]]) end),
    (.agents[$agent] | items_there($facts.items) as $there |
        if items_by_reference then
            note("Agent \($agent | called) keeps its analysis items by reference: if callmem's are among them, delete " +
                "them in the dashboard.")
        elif $there == [] then empty
        else step("take data collection items away from agent \($agent | called): \($there | join(", "))";
            ["take_items", $agent]) end),
    (.agents[$agent].platform_settings.workspace_overrides |
        (.webhooks.post_call_webhook_id // "" | select(. != "" and IN($facts.our_webhooks[])) |
            step("take the post-call webhook out of the settings of agent \($agent | called)";
                ["take_own_post_call", $agent])),
        (.conversation_initiation_client_data_webhook.url | select(is_ours($facts; "client-data")) |
            step("take the conversation initiation webhook out of the settings of agent \($agent | called)";
                ["take_own_initiation", $agent])));

def removal: facts | .record as $record | . as $facts |
    remove_from_agent(.agents | keys[]),
    if .initiation then
        ($record.before.conversation_initiation_client_data_webhook.url | shown) as $before |
        step("conversation initiation: as before (\(if $before == "" then "none" else $before end))";
            ["restore", "conversation_initiation_client_data_webhook", null])
    else empty end,
    if IN(.settings.webhooks.post_call_webhook_id // ""; $facts.our_webhooks[] | select(. != "")) then
        step("events after a call: as before (\($record.before.webhooks.post_call_webhook_id // "none"))";
            ["restore", "webhooks", "{\"post_call_webhook_id\": null}"])
    else empty end,
    (.tools[] | select(IN(.id; $record.tool, $record.outbound_tool)) |
        step("delete the tool \(.tool_config.name)"; ["api_delete", "/v1/convai/tools/\(.id)"])),
    ($record.secrets // {} | to_entries[] | select(IN(.value.id; $facts.secrets[].secret_id)) |
        step("delete the stored secret of \(.key)"; ["api_delete", "/v1/convai/secrets/\(.value.id)"])),
    ([.record.webhook.id, .superseded[]] | unique[] | select(IN($facts.webhooks[].webhook_id)) |
        step("delete the post-call webhook"; ["delete_webhook", .])),
    ([$record.webhook.mark, $record.old_webhooks[]?.mark, $record.retired[]?] - [null] |
        if any(.[]; IN($facts.marks["post-call"][])) and ($facts.marks["post-call"] - . != []) then
            step("take the webhook's secret out of the settings"; ["take_secrets", .[]]) else empty end);
