#include "people/derived.h"

#include "base/json.h"
#include "people/ids.h"
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
    /* Without the memory to look at it nothing of an operator's may go. */
    bool operators = (!metadata && error_is_transient(error.code)) ||
                     (source && strcmp(source, source_name(SOURCE_OPERATOR)) == 0);
    cJSON_Delete(metadata);
    return operators;
}

/* Whether its place is not to be given to another one. A request is decided on by a person, so it stays, too.
 */
static bool stays(const struct memory *memory)
{
    return memory->kind == KIND_PRIVACY || derived_is_operators(memory);
}

/* Moves those that stay to the front of the list; how many there are. */
static size_t sort_out(struct memory_list *old)
{
    size_t kept = 0;
    for (size_t i = 0; i < old->count; i++)
        if (stays(&old->items[i])) {
            struct memory memory = old->items[i];
            old->items[i] = old->items[kept];
            old->items[kept++] = memory;
        }
    return kept;
}

static bool is_taken(const struct memory *kept, size_t count, enum kind kind, int position)
{
    for (size_t i = 0; i < count; i++)
        if (kept[i].kind == kind && kept[i].position == position)
            return true;
    return false;
}

/* The request of the same kind that is there already; NULL when there is none. */
static const struct memory *same_request(const struct memory *kept, size_t count, const struct memory *item)
{
    for (size_t i = 0; i < count; i++) {
        struct request was, is;
        if (kept[i].kind == KIND_PRIVACY && privacy_read(&kept[i], &was) && privacy_read(item, &is) &&
            was.kind == is.kind)
            return &kept[i];
    }
    return NULL;
}

/* Gives the new ones the places that are free, in order, and says in `next` where those of each kind end; a
 * request takes over what was decided about it. False when out of memory. */
static bool place_all(const struct memory *kept, size_t kept_count, struct memory *items, size_t count,
                      int next[KINDS], struct arena *arena)
{
    for (size_t i = 0; i < count; i++) {
        struct memory *item = &items[i];
        const struct memory *same = item->kind == KIND_PRIVACY ? same_request(kept, kept_count, item) : NULL;
        if (!derived_is_kind(item->kind))
            continue;
        if (same) {
            item->position = same->position;
            item->metadata = arena_text(arena, same->metadata, strlen(same->metadata));
            if (!item->metadata)
                return false;
            continue;
        }
        while (is_taken(kept, kept_count, item->kind, next[item->kind]))
            next[item->kind]++;
        item->position = next[item->kind]++;
    }
    return true;
}

/* Those before `next` have been replaced. */
static int remove_rest(struct memory_store *store, const struct memory *rest, size_t count,
                       const int next[KINDS], struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (derived_is_kind(rest[i].kind) && rest[i].position >= next[rest[i].kind] &&
            memory_delete(store, rest[i].caller, rest[i].id, error) != 0)
            return -1;
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
    int next[KINDS] = {0};
    if (count == 0)
        return 0;
    const struct memory_filter filter = {.caller = items[0].caller,
                                         .conversation = items[0].conversation,
                                         .kinds = DERIVED | 1u << KIND_SUMMARY};
    if (memory_list(store, &filter, &old, error) != 0)
        return -1;
    bool replace = always || !was_read(old.items, old.count) || was_read(items, count);
    if (replace && !ids_keep(arena, &old, items, count)) {
        memory_list_free(&old);
        return error_no_memory(error);
    }
    count = replace ? leave_out_dismissed(&old, items, count) : leave_out_derived(items, count);
    size_t kept = sort_out(&old);
    int result = place_all(old.items, kept, items, count, next, arena) ? 0 : error_no_memory(error);
    if (result == 0 && replace)
        result = remove_rest(store, old.items + kept, old.count - kept, next, error);
    if (result == 0)
        result = memory_add(store, items, count, NULL, error);
    memory_list_free(&old);
    return result;
}
