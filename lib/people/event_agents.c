/*
 * Which agents had a call. A call can be passed on (the tool transfer_to_agent), and an agent has branches;
 * AgentMetadata of a turn says who spoke it, TransferToAgentToolResultSuccessModel where the call went and
 * why, VisitedAgentRef who had it where the turns are left out. Kept with the call's summary as
 *
 *     [{"id": "agent_1", "branch": "agtbrch_1", "name": "Reception", "turn": 0},
 *      {"id": "agent_2", "turn": 5, "why": "The caller asks for the workshop"}]
 *
 * where `turn` is the position of the first turn, and what is not known is left out.
 */
#include "people/event_parts.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define AGENTS_MOST 20  /* of a call, one that has it again counted again */
#define ID_CHARS    256 /* of an id */
#define WHY_CHARS   200

struct agent {
    const char *id, *branch, *name, *why; /* "" where unknown */
    int turn;                             /* -1 */
};

struct agents {
    struct agent items[AGENTS_MOST];
    size_t count;
};

/* Also used to say more of the last one: the tool that passes a call on comes before the first turn of the
 * next agent. */
static void note_agent(struct agents *agents, const char *id, const char *branch, int turn, const char *why)
{
    struct agent *last = agents->count ? &agents->items[agents->count - 1] : NULL;
    if (!*id || text_chars(id) > ID_CHARS || text_chars(branch) > ID_CHARS)
        return;
    bool same = last && strcmp(last->id, id) == 0 &&
                (!*branch || !*last->branch || strcmp(last->branch, branch) == 0);
    if (same) {
        last->branch = *branch ? branch : last->branch;
        last->why = *why ? why : last->why;
    } else if (agents->count < AGENTS_MOST) {
        agents->items[agents->count++] =
            (struct agent){.id = id, .branch = branch, .name = "", .why = why, .turn = turn};
    }
}

/* What the tool answered, which names both agents. */
static void read_transfer(struct agents *agents, const cJSON *tool, int turn)
{
    const cJSON *result = json_object(tool, "result");
    const char *to = json_text_or_empty(result, "to_agent");
    if (strcmp(json_text_or_empty(tool, "tool_name"), "transfer_to_agent") != 0 ||
        json_bool(tool, "is_error", false) || !*to)
        return;
    note_agent(agents, json_text_or_empty(result, "from_agent"), "", turn, "");
    note_agent(agents, to, json_text_or_empty(json_object(result, "branch_info"), "branch_id"), turn + 1,
               json_text_or_empty(result, "condition"));
}

static void read_turns(struct agents *agents, const cJSON *transcript)
{
    const cJSON *item, *tool;
    int turn = 0;
    cJSON_ArrayForEach(item, transcript)
    {
        const cJSON *spoke = json_object(item, "agent_metadata");
        if (strcmp(json_text_or_empty(item, "role"), "agent") == 0)
            note_agent(agents, json_text_or_empty(spoke, "agent_id"), json_text_or_empty(spoke, "branch_id"),
                       turn, "");
        cJSON_ArrayForEach(tool, json_array(item, "tool_results"))
        {
            read_transfer(agents, tool, turn);
        }
        turn++;
    }
}

static bool has_agent(const struct agents *agents, const char *id)
{
    for (size_t i = 0; i < agents->count; i++)
        if (strcmp(agents->items[i].id, id) == 0)
            return true;
    return false;
}

/* What is said of the conversation as a whole. */
static void read_whole(struct agents *agents, const cJSON *data, const char *agent)
{
    const cJSON *visited;
    cJSON_ArrayForEach(visited, json_array(data, "visited_agents"))
    {
        const char *id = json_text_or_empty(visited, "agent_id");
        if (!has_agent(agents, id))
            note_agent(agents, id, json_text_or_empty(visited, "branch_id"), -1, "");
    }
    if (agents->count == 0)
        note_agent(agents, agent, json_text_or_empty(data, "branch_id"), -1, "");
    for (size_t i = 0; i < agents->count; i++) {
        struct agent *item = &agents->items[i];
        if (strcmp(item->id, agent) != 0)
            continue;
        item->name = json_text_or_empty(data, "agent_name");
        if (!*item->branch && i == 0)
            item->branch = json_text_or_empty(data, "branch_id");
    }
}

/* Whether there is more to say than the agent's id, which a call has in any case. */
static bool is_news(const struct agents *agents, const char *agent)
{
    const struct agent *first = &agents->items[0];
    return agents->count > 1 ||
           (agents->count == 1 && (*first->branch || *first->name || strcmp(first->id, agent) != 0));
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
    char *line;
    if (!*text)
        return true;
    line = text_line(text, strcmp(name, "why") == 0 ? WHY_CHARS : ID_CHARS);
    bool good = line && cJSON_AddStringToObject(object, name, line);
    free(line);
    return good;
}

static cJSON *agent_json(const struct agent *agent)
{
    cJSON *object = cJSON_CreateObject();
    if (object && add_text(object, "id", agent->id) && add_text(object, "branch", agent->branch) &&
        add_text(object, "name", agent->name) &&
        (agent->turn < 0 || cJSON_AddNumberToObject(object, "turn", agent->turn)) &&
        add_text(object, "why", agent->why))
        return object;
    cJSON_Delete(object);
    return NULL;
}

int event_read_agents(struct event *event, const cJSON *data)
{
    struct agents agents = {.count = 0};
    read_turns(&agents, json_array(data, "transcript"));
    read_whole(&agents, data, event->agent);
    if (!is_news(&agents, event->agent))
        return 0;
    cJSON *list = cJSON_CreateArray();
    bool good = list != NULL;
    for (size_t i = 0; good && i < agents.count; i++) {
        cJSON *item = agent_json(&agents.items[i]);
        good = item && cJSON_AddItemToArray(list, item);
    }
    event->agents = good ? cJSON_PrintUnformatted(list) : NULL;
    cJSON_Delete(list);
    return event->agents ? 0 : -1;
}
