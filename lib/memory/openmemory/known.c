#include "memory/openmemory/known.h"

#include <stdlib.h>
#include <string.h>

static void call_clear(struct om_call *call)
{
    free(call->conversation);
    free(call->agent);
    free(call->language);
    free(call->ids);
    *call = (struct om_call){0};
}

void om_known_clear(struct om_known *known)
{
    for (size_t i = 0; i < known->call_count; i++)
        call_clear(&known->calls[i]);
    free(known->calls);
    cJSON_Delete(known->profiles);
    cJSON_Delete(known->languages);
    free(known->spare);
    free(known->spare_stamps);
    *known = (struct om_known){.caller = known->caller,
                               .touched = known->touched,
                               .profiles_changed = known->profiles_changed,
                               .forgotten = known->forgotten,
                               .dirty = known->dirty,
                               .dirty_count = known->dirty_count};
}

void om_known_settle(struct om_known *known)
{
    for (size_t i = 0; i < known->dirty_count; i++)
        free(known->dirty[i]);
    free(known->dirty);
    known->dirty = NULL;
    known->dirty_count = 0;
    known->touched = known->profiles_changed = known->forgotten = false;
}

void om_known_free(struct om_known *known)
{
    om_known_clear(known);
    om_known_settle(known);
    free(known->caller);
    known->caller = NULL;
}

struct om_call *om_known_call(struct om_known *known, const char *conversation)
{
    for (size_t i = 0; i < known->call_count; i++)
        if (strcmp(known->calls[i].conversation, conversation) == 0)
            return &known->calls[i];
    return NULL;
}

struct om_call *om_known_put(struct om_known *known, const char *conversation)
{
    struct om_call *call = om_known_call(known, conversation);
    if (call) {
        free(call->ids);
        free(call->agent);
        free(call->language);
        call->ids = call->agent = call->language = NULL;
        call->mirrored = call->gone = false;
        return call;
    }
    struct om_call *more = realloc(known->calls, (known->call_count + 1) * sizeof *more);
    if (!more)
        return NULL;
    known->calls = more;
    call = &more[known->call_count];
    *call = (struct om_call){.conversation = strdup(conversation)};
    if (!call->conversation)
        return NULL;
    known->call_count++;
    return call;
}

void om_known_drop(struct om_known *known, struct om_call *call)
{
    size_t at = (size_t)(call - known->calls);
    call_clear(call);
    memmove(call, call + 1, (known->call_count - at - 1) * sizeof *call);
    known->call_count--;
}

/* --- Ids --- */

bool om_ids_add(char **ids, const char *id)
{
    size_t old = *ids ? strlen(*ids) : 0, more = strlen(id);
    char *longer = realloc(*ids, old + more + 2);
    if (!longer)
        return false;
    if (old)
        longer[old++] = ' ';
    memcpy(longer + old, id, more + 1);
    *ids = longer;
    return true;
}

bool om_ids_next(const char **at, char id[OM_ID_SIZE])
{
    if (!*at)
        return false;
    *at += strspn(*at, " ");
    size_t len = strcspn(*at, " ");
    if (len == 0 || len >= OM_ID_SIZE)
        return false;
    memcpy(id, *at, len);
    id[len] = '\0';
    *at += len;
    return true;
}

bool om_ids_have(const char *ids, const char *id)
{
    char each[OM_ID_SIZE];
    while (om_ids_next(&ids, each))
        if (strcmp(each, id) == 0)
            return true;
    return false;
}
