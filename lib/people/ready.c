#include "people/ready.h"

#include "base/json.h"
#include "people/line_read.h"
#include "people/recent.h"
#include "people/whose.h"

#include <stdlib.h>
#include <string.h>

#define READY_LIMIT 50 /* as many as a search may ask for */

/* --- Making it --- */

static bool add_pair(cJSON *list, const char *id, const char *by)
{
    cJSON *pair = cJSON_CreateArray();
    bool good = pair && cJSON_AddItemToArray(list, pair);
    if (pair && !good)
        cJSON_Delete(pair);
    return good && cJSON_AddItemToArray(pair, cJSON_CreateString(id)) &&
           cJSON_AddItemToArray(pair, cJSON_CreateString(by));
}

static int add_recent(struct memory_store *store, const struct line *line, cJSON *object, struct error *error)
{
    const struct memory_filter filter = {.limit = READY_LIMIT};
    struct recent recent;
    if (recent_read(&recent, store, line, &filter, error) != 0)
        return -1;
    cJSON *list = cJSON_AddArrayToObject(object, "recent");
    bool good = list != NULL;
    for (size_t i = 0; i < recent.count && good; i++)
        good = add_pair(list, recent.items[i].memory->id, recent.items[i].by);
    recent_free(&recent);
    return good ? 0 : error_no_memory(error);
}

/* How many names were said in a conversation: those of two who spoke in it are not told apart. */
static size_t names_in(const struct line *line, const char *conversation)
{
    size_t names = 0;
    for (size_t i = 0; i < line->list->count; i++)
        names += line->list->items[i].kind == KIND_NAME &&
                 strcmp(line->list->items[i].conversation, conversation) == 0;
    return names;
}

static bool add_calls(const struct line *line, cJSON *object)
{
    cJSON *calls = cJSON_AddObjectToObject(object, "calls");
    bool good = calls != NULL;
    for (size_t i = 0; i < line->call_count && good; i++) {
        const char *conversation = line->calls[i].memory->conversation;
        const char *name = whose_call(line, &line->calls[i]);
        if (*name && names_in(line, conversation) <= 1)
            good = cJSON_AddStringToObject(calls, conversation, name);
    }
    return good;
}

static bool add_facts(const struct line *line, cJSON *object)
{
    cJSON *facts = cJSON_AddObjectToObject(object, "facts");
    bool good = facts != NULL;
    for (size_t i = 0; i < line->known_count && good; i++) {
        const struct known *known = &line->known[i];
        const char *by = whose_by(line, known);
        if (!*by)
            continue;
        cJSON *ids = cJSON_GetObjectItemCaseSensitive(facts, by);
        if (!ids)
            ids = cJSON_AddArrayToObject(facts, by);
        good = ids && cJSON_AddItemToArray(ids, cJSON_CreateString(known->fact.memory->id));
    }
    return good;
}

static int make(struct memory_store *store, const struct line *line, cJSON *object, struct error *error)
{
    if (add_recent(store, line, object, error) != 0)
        return -1;
    return line_speakers(line) <= 1 || (add_calls(line, object) && add_facts(line, object))
               ? 0
               : error_no_memory(error);
}

int ready_make(struct memory_store *store, const struct line *line, struct buf *b, struct error *error)
{
    cJSON *object = cJSON_CreateObject();
    int result = object ? make(store, line, object, error) : error_no_memory(error);
    if (result == 0)
        json_add(b, object);
    cJSON_Delete(object);
    return result == 0 && !buf_text(b) ? error_no_memory(error) : result;
}

/* --- Using it --- */

/* The object of a scope: the one that is stored, or where none is, one that is made of the line. */
static cJSON *ready_read(struct memory_store *store, const char *caller, const char *scope,
                         struct error *error)
{
    struct memory_list list;
    struct line line;
    char *text;
    if (memory_ready(store, caller, scope, &text, error) != 0)
        return NULL;
    cJSON *object = text ? cJSON_Parse(text) : NULL;
    free(text);
    if (object || line_read(store, caller, scope, &list, &line, error) != 0)
        return object;
    object = cJSON_CreateObject();
    if (!object)
        error_no_memory(error);
    else if (make(store, &line, object, error) != 0) {
        cJSON_Delete(object);
        object = NULL;
    }
    line_close(&line);
    memory_list_free(&list);
    return object;
}

static int begin(struct memory_list *found, size_t limit, struct error *error)
{
    *found = (struct memory_list){.arena = arena_new(), .items = calloc(limit, sizeof *found->items)};
    return found->arena && found->items ? 0 : error_no_memory(error);
}

/* The ids of a stored list, and whose each is; at most `limit`. False where it is not of that form. */
static bool read_pairs(const cJSON *list, size_t limit, const char *ids[], const char *by[], size_t *count)
{
    const cJSON *pair;
    *count = 0;
    cJSON_ArrayForEach(pair, list)
    {
        if (*count == limit)
            break;
        ids[*count] = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        by[*count] = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 1));
        if (!ids[*count] || !by[*count])
            return false;
        ++*count;
    }
    return true;
}

/* From the stored object: `limit` memories by their ids. False, where one of them is gone or nothing is
 * stored: then the line says what holds now. */
static int recent_stored(struct memory_store *store, const char *caller, const cJSON *list, size_t limit,
                         struct memory_list *found, bool *complete, struct error *error)
{
    const char *ids[READY_LIMIT], *by[READY_LIMIT];
    struct memory_list stored;
    size_t count;
    if (!read_pairs(list, limit, ids, by, &count))
        return 0;
    if (memory_get_all(store, caller, ids, count, &stored, error) != 0)
        return -1;
    int result = 0;
    *complete = stored.count == count;
    for (size_t i = 0; i < count && *complete && result == 0; i++)
        result = recent_add(found, &stored.items[i], by[i]);
    memory_list_free(&stored);
    *complete = *complete && result == 0;
    return result == 0 ? 0 : error_no_memory(error);
}

/* The list of what is ready, where that says all; else an empty one. */
static int recent_ready(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                        struct memory_list *found, bool *complete, struct error *error)
{
    size_t limit = filter->limit ? filter->limit : RECENT_LIMIT;
    *complete = false;
    if (!memory_filter_is_open(filter) || filter->limit > READY_LIMIT)
        return 0;
    /* The file is locked once for what is ready and for the memories. */
    if (memory_read_begin(store, filter->caller, error) != 0)
        return -1;
    cJSON *object = ready_read(store, filter->caller, scope, error);
    int result = object ? begin(found, limit, error) : -1;
    if (result == 0)
        result =
            recent_stored(store, filter->caller, json_array(object, "recent"), limit, found, complete, error);
    memory_read_end(store);
    cJSON_Delete(object);
    if (!*complete)
        memory_list_free(found);
    return result;
}

static int recent_of(struct memory_store *store, const struct memory_filter *filter, const struct line *line,
                     struct memory_list *found, struct error *error)
{
    struct recent recent;
    if (recent_read(&recent, store, line, filter, error) != 0)
        return -1;
    int result = begin(found, recent.count + 1, error);
    for (size_t i = 0; i < recent.count && result == 0; i++)
        if (recent_add(found, recent.items[i].memory, recent.items[i].by) != 0)
            result = error_no_memory(error);
    recent_free(&recent);
    if (result != 0)
        memory_list_free(found);
    return result;
}

int ready_recent(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                 struct memory_list *found, struct error *error)
{
    struct memory_list list;
    struct line line;
    bool complete;
    *found = (struct memory_list){0};
    if (!*scope && filter->agent)
        scope = filter->agent;
    if (recent_ready(store, filter, scope, found, &complete, error) != 0)
        return -1;
    if (complete)
        return 0;
    if (line_read(store, filter->caller, scope, &list, &line, error) != 0)
        return -1;
    int result = recent_of(store, filter, &line, found, error);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

/* Whose a fact is; NULL where nobody is to be named. */
static const char *fact_by(const cJSON *facts, const char *id)
{
    const cJSON *ids, *one;
    cJSON_ArrayForEach(ids, facts)
    {
        cJSON_ArrayForEach(one, ids)
        {
            if (cJSON_IsString(one) && strcmp(one->valuestring, id) == 0)
                return ids->string;
        }
    }
    return NULL;
}

int ready_names(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                struct memory_list *found, struct error *error)
{
    if (found->count == 0)
        return 0;
    cJSON *object = ready_read(store, filter->caller, scope, error);
    if (!object)
        return -1;
    const cJSON *calls = json_object(object, "calls"), *facts = json_object(object, "facts");
    int result = 0;
    for (size_t i = 0; i < found->count && result == 0; i++) {
        struct memory *memory = &found->items[i];
        bool is_turn = memory->kind == KIND_TURN;
        const char *by = is_turn ? json_text(calls, memory->conversation) : fact_by(facts, memory->id);
        if (by && is_turn)
            memory->content = whose_turns(found->arena, memory->content, by);
        else if (by)
            memory->content = arena_printf(found->arena, "%s: %s", by, memory->content);
        if (!memory->content)
            result = error_no_memory(error);
    }
    cJSON_Delete(object);
    return result;
}
