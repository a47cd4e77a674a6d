#include "people/thinning.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "people/derived.h"
#include "people/fact.h"
#include "people/privacy.h"
#include "people/profile.h"
#include "people/thinned.h"
#include "understand/requests.h"

#include <string.h>

#define PAGE          500   /* calls that are looked at in one step */
#define REQUESTS_MOST 10000 /* that are looked at, of all callers */

struct thinning {
    struct memory_store *store;
    const struct settings *settings;
    bool dry;
};

/* A part of a call that has an age of its own. */
struct part {
    enum setting days;
    unsigned kinds;
    const char *mark;
    bool (*goes)(const struct memory *memory);
    bool (*is_counted)(const struct memory *memory);
};

/* --- What goes --- */

/* The words of a turn that tells the agent what to do, see remember.c. */
static bool is_order(const struct memory *memory)
{
    struct error error = {0};
    if (memory->kind != KIND_EVIDENCE)
        return false;
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    bool order = strcmp(json_text_or_empty(metadata, "slot"), "order") == 0;
    cJSON_Delete(metadata);
    return order;
}

static bool is_word(const struct memory *memory)
{
    return memory->kind == KIND_TURN || is_order(memory);
}

static bool is_turn(const struct memory *memory)
{
    return memory->kind == KIND_TURN;
}

/* What comes of a request outlives what was learnt: nobody is called again who asked not to be. */
static bool is_not_called(const struct memory *memory)
{
    return memory->kind == KIND_INSTRUCTION && strcmp(memory->content, REQUESTS_NOT_CALLED) == 0;
}

static bool is_learnt(const struct memory *memory)
{
    switch (memory->kind) {
    case KIND_COLLECTED:
    case KIND_FEELING:
    case KIND_TOPIC:
        return true;
    case KIND_EVIDENCE:
        return !is_order(memory);
    default:
        return fact_is_kind(memory->kind) && !is_not_called(memory) && !derived_is_operators(memory);
    }
}

static bool is_no_evidence(const struct memory *memory)
{
    return memory->kind != KIND_EVIDENCE;
}

static const struct part turns = {CALLMEM_RETENTION_DAYS_TURNS, 1u << KIND_TURN | 1u << KIND_EVIDENCE,
                                  THINNED_TURNS, is_word, is_turn};
static const struct part facts = {
    CALLMEM_RETENTION_DAYS_FACTS,
    1u << KIND_COLLECTED | 1u << KIND_PREFERENCE | 1u << KIND_NEED | 1u << KIND_INSTRUCTION |
        1u << KIND_FACT | 1u << KIND_REQUEST | 1u << KIND_PROMISE | 1u << KIND_FEELING | 1u << KIND_TOPIC |
        1u << KIND_EVIDENCE | 1u << KIND_CONTACT | 1u << KIND_ID | 1u << KIND_ENDED,
    THINNED_FACTS, is_learnt, is_no_evidence};

/* Moves what goes to the front of the list; how many there are. */
static size_t sort_out(const struct part *part, struct memory_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (part->goes(&list->items[i])) {
            struct memory memory = list->items[i];
            list->items[i] = list->items[count];
            list->items[count++] = memory;
        }
    return count;
}

/* --- One call --- */

/* An attempt has no summary, and needs no mark: it is never understood. */
static int mark(struct memory_store *store, const struct memory_list *list, const char *member,
                struct error *error)
{
    struct arena *arena = arena_new();
    int result = arena ? 0 : error_no_memory(error);
    for (size_t i = 0; i < list->count && result == 0; i++) {
        struct memory change = list->items[i];
        if (change.kind != KIND_SUMMARY)
            continue;
        cJSON *metadata = json_parse(change.metadata, strlen(change.metadata), error);
        if (!metadata && error_is_transient(error->code)) {
            result = -1;
            break;
        }
        if (!cJSON_IsObject(metadata)) {
            cJSON_Delete(metadata);
            metadata = cJSON_CreateObject();
        }
        cJSON_DeleteItemFromObjectCaseSensitive(metadata, member);
        bool marked = cJSON_AddTrueToObject(metadata, member) != NULL;
        change.metadata = fact_json(arena, metadata);
        result = marked && change.metadata ? memory_update(store, change.caller, change.id, &change, error)
                                           : error_no_memory(error);
    }
    arena_free(arena);
    return result;
}

static int thin(const struct thinning *thinning, const struct part *part, const struct memory *call,
                size_t *count, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(thinning->settings);
    const struct memory_filter filter = {.caller = call->caller,
                                         .conversation = call->conversation,
                                         .kinds = part->kinds | 1u << KIND_SUMMARY};
    struct memory_list list;
    *count = 0;
    if (memory_list(thinning->store, &filter, &list, error) != 0)
        return -1;
    size_t going = sort_out(part, &list);
    for (size_t i = 0; i < going; i++)
        *count += part->is_counted(&list.items[i]);
    int result = 0;
    if (going > 0 && !thinning->dry) {
        result = memory_delete_some(thinning->store, list.items, going, error);
        if (result == 0)
            result = mark(thinning->store, &list, part->mark, error);
        if (result == 0)
            result = profile_update(thinning->store, call->caller, call->agent, &bounds, error);
    }
    memory_list_free(&list);
    return result;
}

static int thin_call(const struct thinning *thinning, const struct part *part, const struct memory *call,
                     size_t *count, struct error *error)
{
    if (thinning->dry)
        return thin(thinning, part, call, count, error);
    if (memory_begin(thinning->store, error) != 0)
        return -1;
    if (thin(thinning, part, call, count, error) == 0)
        return memory_commit(thinning->store, error);
    memory_rollback(thinning->store);
    return -1;
}

/* --- All calls --- */

static int64_t days_ago(const struct thinning *thinning, enum setting setting)
{
    return clock_now() - setting_int(thinning->settings, setting) * CLOCK_DAY;
}

/* Before when calls go whole; INT64_MIN: never. */
static int64_t gone_before(const struct thinning *thinning)
{
    return setting_int(thinning->settings, CALLMEM_RETENTION_DAYS) > 0
               ? days_ago(thinning, CALLMEM_RETENTION_DAYS)
               : INT64_MIN;
}

static int thin_all(const struct thinning *thinning, const struct part *part, size_t *count,
                    struct error *error)
{
    struct memory_walk walk = {.started_at = INT64_MIN};
    struct error why = {0};
    int result = 0;
    if (setting_int(thinning->settings, part->days) == 0 || !memory_can_walk(thinning->store))
        return 0;
    if (thinning->dry && gone_before(thinning) > INT64_MIN)
        walk = (struct memory_walk){.started_at = gone_before(thinning) - 1, .row = INT64_MAX};
    while (!walk.done) {
        struct memory_list old;
        if (memory_walk_older(thinning->store, days_ago(thinning, part->days), part->kinds, PAGE, &walk, &old,
                              &why) != 0) {
            if (result == 0)
                *error = why;
            return -1;
        }
        for (size_t i = 0; i < old.count; i++) {
            size_t some = 0;
            if (!memory_is_call(old.items[i].conversation))
                continue;
            int done = thin_call(thinning, part, &old.items[i], &some, &why);
            if (done != 0 && result == 0)
                *error = why;
            result = done != 0 ? -1 : result;
            *count += done == 0 ? some : 0;
        }
        memory_list_free(&old);
    }
    return result;
}

/* --- Requests --- */

/* What a wish that a call not be kept stands for lasts: a copy of the call that comes late is not kept. */
static bool is_settled(const struct memory *memory, int64_t before, struct request *request)
{
    return privacy_read(memory, request) && request->state != REQUEST_OPEN &&
           !(request->kind == PRIVACY_DO_NOT_RECORD && request->state == REQUEST_GRANTED) &&
           (request->decided ? request->decided : memory->created_at) < before;
}

static int drop_request(const struct thinning *thinning, const struct memory *request, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(thinning->settings);
    const struct memory_filter filter = {
        .caller = request->caller, .conversation = request->conversation, .kinds = 1u << KIND_SUMMARY};
    struct memory_list list;
    if (memory_begin(thinning->store, error) != 0)
        return -1;
    int result = memory_delete_some(thinning->store, request, 1, error);
    if (result == 0)
        result = memory_list(thinning->store, &filter, &list, error);
    if (result == 0) {
        result = mark(thinning->store, &list, THINNED_REQUESTS, error);
        memory_list_free(&list);
    }
    if (result == 0)
        result = profile_update(thinning->store, request->caller, NULL, &bounds, error);
    if (result == 0)
        return memory_commit(thinning->store, error);
    memory_rollback(thinning->store);
    return -1;
}

static int drop_requests(const struct thinning *thinning, size_t *count, struct error *error)
{
    struct memory_list list;
    int result = 0;
    if (setting_int(thinning->settings, CALLMEM_RETENTION_DAYS_REQUESTS) == 0 ||
        !memory_can_walk(thinning->store))
        return 0;
    int64_t before = days_ago(thinning, CALLMEM_RETENTION_DAYS_REQUESTS), whole = gone_before(thinning);
    if (memory_requests(thinning->store, REQUESTS_MOST, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        struct request request;
        struct error why = {0};
        if (!is_settled(&list.items[i], before, &request) ||
            (thinning->dry && list.items[i].created_at < whole))
            continue;
        int done = thinning->dry ? 0 : drop_request(thinning, &list.items[i], &why);
        if (done != 0 && result == 0)
            *error = why;
        result = done != 0 ? -1 : result;
        *count += done == 0;
    }
    memory_list_free(&list);
    return result;
}

int thinning_run(struct memory_store *store, const struct settings *settings, bool dry,
                 struct thinning_counts *counts, struct error *error)
{
    const struct thinning thinning = {store, settings, dry};
    struct error why[2] = {0};
    *counts = (struct thinning_counts){0};
    int first = thin_all(&thinning, &turns, &counts->turns, error);
    int second = thin_all(&thinning, &facts, &counts->facts, &why[0]);
    int third = drop_requests(&thinning, &counts->requests, &why[1]);
    if (first == 0 && second != 0)
        *error = why[0];
    else if (first == 0 && third != 0)
        *error = why[1];
    return first == 0 && second == 0 && third == 0 ? 0 : -1;
}
