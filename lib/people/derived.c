#include "people/derived.h"

#include "base/json.h"
#include "people/privacy.h"
#include "understand/requests.h"

#include <string.h>

#define DERIVED                                                                                              \
    (1u << KIND_NAME | 1u << KIND_PREFERENCE | 1u << KIND_NEED | 1u << KIND_INSTRUCTION | 1u << KIND_FACT |  \
     1u << KIND_REQUEST | 1u << KIND_PROMISE | 1u << KIND_FEELING | 1u << KIND_TOPIC | 1u << KIND_FORGET |   \
     1u << KIND_EVIDENCE | 1u << KIND_PRIVACY | 1u << KIND_CONTACT | 1u << KIND_ID | 1u << KIND_ENDED)

bool derived_is_kind(enum kind kind)
{
    return DERIVED >> kind & 1;
}

bool derived_is_operators(const struct memory *memory)
{
    struct error error = {0};
    /* Most are not, which needs no parsing. */
    if (!strstr(memory->metadata, "operator"))
        return false;
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const char *source = json_text(metadata, "source");
    bool operators = source && strcmp(source, source_name(SOURCE_OPERATOR)) == 0;
    cJSON_Delete(metadata);
    return operators;
}

/* Whether its place is not to be given to another one. A request is decided on by a person, so it stays, too.
 */
static bool stays(const struct memory *memory)
{
    return memory->kind == KIND_PRIVACY || derived_is_operators(memory);
}

static bool is_taken(const struct memory_list *old, enum kind kind, int position)
{
    for (size_t i = 0; i < old->count; i++)
        if (old->items[i].kind == kind && old->items[i].position == position && stays(&old->items[i]))
            return true;
    return false;
}

/* The request of the same kind that is there already; NULL when there is none. */
static const struct memory *same_request(const struct memory_list *old, const struct memory *item)
{
    for (size_t i = 0; i < old->count; i++) {
        struct request was, is;
        if (old->items[i].kind == KIND_PRIVACY && privacy_read(&old->items[i], &was) &&
            privacy_read(item, &is) && was.kind == is.kind)
            return &old->items[i];
    }
    return NULL;
}

/* Gives the new ones places that are free; a request takes over what was decided about it. False when out of
 * memory. */
static bool place_all(const struct memory_list *old, struct memory *items, size_t count, struct arena *arena)
{
    int next[KINDS] = {0};
    for (size_t i = 0; i < count; i++) {
        struct memory *item = &items[i];
        const struct memory *same = item->kind == KIND_PRIVACY ? same_request(old, item) : NULL;
        if (!derived_is_kind(item->kind))
            continue;
        if (same) {
            item->position = same->position;
            item->metadata = arena_text(arena, same->metadata, strlen(same->metadata));
            if (!item->metadata)
                return false;
            continue;
        }
        while (is_taken(old, item->kind, next[item->kind]))
            next[item->kind]++;
        item->position = next[item->kind]++;
    }
    return true;
}

static bool is_among(const struct memory *items, size_t count, const struct memory *memory)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].kind == memory->kind && items[i].position == memory->position)
            return true;
    return false;
}

static int remove_rest(struct memory_store *store, const struct memory_list *old, const struct memory *items,
                       size_t count, struct error *error)
{
    for (size_t i = 0; i < old->count; i++) {
        const struct memory *memory = &old->items[i];
        if (!derived_is_kind(memory->kind) || stays(memory) || is_among(items, count, memory))
            continue;
        if (memory_delete(store, memory->caller, memory->id, error) != 0)
            return -1;
    }
    return 0;
}

/* Whether an LLM read the call, by what its summary says. */
static bool was_read(const struct memory *items, size_t count)
{
    struct error error = {0};
    for (size_t i = 0; i < count; i++) {
        if (items[i].kind != KIND_SUMMARY)
            continue;
        cJSON *metadata = json_parse(items[i].metadata, strlen(items[i].metadata), &error);
        bool evidence = json_bool(metadata, "evidence", false);
        cJSON_Delete(metadata);
        return evidence;
    }
    return false;
}

/* Less than what is there: of it only what was said counts. */
static size_t leave_out_derived(struct memory *items, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!derived_is_kind(items[i].kind) && items[i].kind != KIND_SUMMARY)
            items[kept++] = items[i];
    return kept;
}

/* Where the operator said that it was not meant, no agent is told not to call. */
static size_t leave_out_dismissed(const struct memory_list *old, struct memory *items, size_t count)
{
    struct request request;
    bool dismissed = false;
    size_t kept = 0;
    for (size_t i = 0; i < old->count; i++)
        dismissed =
            dismissed || (old->items[i].kind == KIND_PRIVACY && privacy_read(&old->items[i], &request) &&
                          request.kind == PRIVACY_DO_NOT_CALL && request.state == REQUEST_DISMISSED);
    for (size_t i = 0; i < count; i++)
        if (!dismissed || items[i].kind != KIND_INSTRUCTION ||
            strcmp(items[i].content, REQUESTS_NOT_CALLED) != 0)
            items[kept++] = items[i];
    return kept;
}

int derived_replace(struct memory_store *store, struct memory *items, size_t count, bool always,
                    struct arena *arena, struct error *error)
{
    struct memory_list old = {0};
    if (count == 0)
        return 0;
    const struct memory_filter filter = {.caller = items[0].caller,
                                         .conversation = items[0].conversation,
                                         .kinds = DERIVED | 1u << KIND_SUMMARY};
    if (memory_list(store, &filter, &old, error) != 0)
        return -1;
    bool replace = always || !was_read(old.items, old.count) || was_read(items, count);
    count = replace ? leave_out_dismissed(&old, items, count) : leave_out_derived(items, count);
    int result = place_all(&old, items, count, arena) ? 0 : error_no_memory(error);
    if (result == 0 && replace)
        result = remove_rest(store, &old, items, count, error);
    if (result == 0)
        result = memory_add(store, items, count, NULL, error);
    memory_list_free(&old);
    return result;
}
