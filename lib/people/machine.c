#include "people/machine.h"

#include "base/json.h"
#include "people/derived.h"
#include "understand/transcript.h"

#include <string.h>

#define GREETING_TURNS 2 /* a greeting with a pause in it is two turns */

bool machine_is_all(const struct transcript *transcript, const struct understanding *understanding)
{
    size_t heard = 0;
    for (size_t i = 0; i < transcript->turn_count; i++)
        heard += transcript->turns[i].role == ROLE_USER;
    return transcript->outbound && heard <= GREETING_TURNS && understanding->statement_count == 0 &&
           understanding->request == PRIVACY_NONE;
}

static bool is_outbound(const struct memory *summary)
{
    cJSON *metadata = json_parse(summary->metadata, strlen(summary->metadata), NULL);
    bool outbound = strcmp(json_text_or_empty(metadata, "direction"), "outbound") == 0;
    cJSON_Delete(metadata);
    return outbound;
}

/* What a greeting leaves behind as well: the name in it, for one. */
static bool is_of_anybody(const struct memory *memory)
{
    return memory->kind == KIND_NAME || memory->kind == KIND_FEELING || memory->kind == KIND_TOPIC ||
           memory->kind == KIND_EVIDENCE;
}

bool machine_was_all(const struct memory_list *call)
{
    size_t heard = 0;
    bool outbound = false;
    for (size_t i = 0; i < call->count; i++) {
        const struct memory *memory = &call->items[i];
        if (memory->kind == KIND_TURN)
            heard += strcmp(memory->speaker, "user") == 0;
        else if (memory->kind == KIND_SUMMARY)
            outbound = is_outbound(memory);
        else if (derived_is_operators(memory) || memory->kind == KIND_PRIVACY ||
                 (derived_is_kind(memory->kind) && !is_of_anybody(memory)))
            return false;
    }
    return outbound && heard <= GREETING_TURNS;
}
