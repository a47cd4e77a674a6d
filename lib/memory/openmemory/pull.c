#include "memory/openmemory/pull.h"

#include "base/clock.h"
#include "base/json.h"
#include "memory/local/local.h"
#include "memory/memory.h"

#include <stdlib.h>
#include <string.h>

#define STATES_MOST   50
#define FRESH_MS      200 /* how long a look at the server is good enough */
#define LIST_FROM     4   /* from this many records on they are listed rather than asked for one by one */
#define LIST_MOST     200
#define KNOWN_MOST    500
#define MIRROR_WEIGHT ((size_t)32 << 20)

/* --- The mirror --- */

int om_mirror_reset(struct openmemory *om, struct error *error)
{
    const struct memory_options options = {.path = ":memory:",
                                           .timeout_ms = om->options.timeout_ms,
                                           .write_timeout_ms = om->options.write_timeout_ms,
                                           .now = om->options.now};
    for (size_t i = 0; i < om->known_count; i++)
        om_known_free(&om->known[i]);
    om->known_count = 0;
    memory_close(om->mirror);
    om->mirror = local_open(&options);
    om->mirror_writing = false;
    return om->mirror ? 0 : error_no_memory(error);
}

static bool is_full(const struct openmemory *om)
{
    size_t weight = 0;
    for (size_t i = 0; i < om->known_count; i++)
        weight += om->known[i].weight;
    return om->known_count >= KNOWN_MOST || weight > MIRROR_WEIGHT;
}

static struct om_known *find_known(struct openmemory *om, const char *caller)
{
    for (size_t i = 0; i < om->known_count; i++)
        if (strcmp(om->known[i].caller, caller) == 0)
            return &om->known[i];
    struct om_known *more = realloc(om->known, (om->known_count + 1) * sizeof *more);
    if (!more)
        return NULL;
    om->known = more;
    struct om_known *known = &more[om->known_count];
    *known = (struct om_known){.caller = strdup(caller)};
    if (!known->caller)
        return NULL;
    om->known_count++;
    return known;
}

/* Removes from the mirror what the server no longer has. */
static int tidy_mirror(struct openmemory *om, struct om_known *known, struct error *error)
{
    struct memory_list mirrored;
    if (memory_conversations(om->mirror, known->caller, &mirrored, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < mirrored.count && result == 0; i++) {
        const struct om_call *call = om_known_call(known, mirrored.items[i].conversation);
        if (!call || !call->mirrored)
            result =
                memory_forget_conversation(om->mirror, known->caller, mirrored.items[i].conversation, error);
    }
    memory_list_free(&mirrored);
    known->mirror_ready = result == 0;
    return result;
}

/* --- The state --- */

/* Of several states, which two front ends made at once, all take the one with the smallest id. */
static const struct om_item *first_state(const struct om_items *items)
{
    const struct om_item *first = NULL;
    for (size_t i = 0; i < items->count; i++)
        if (items->items[i].type == OM_STATE && (!first || strcmp(items->items[i].id, first->id) < 0))
            first = &items->items[i];
    return first;
}

static int take_states(struct om_known *known, const struct om_items *items, struct error *error)
{
    const struct om_item *first = first_state(items);
    const char *stamp = json_text(first->mark, "stamp");
    bool same = items->count == 1 && stamp && strcmp(first->id, known->id) == 0 &&
                strcmp(stamp, known->stamp) == 0 && first->version == known->version;
    if (same)
        return 0;
    known->mirror_ready = false;
    if (om_state_read(known, first, false, error) != 0)
        return -1;
    for (size_t i = 0; i < items->count; i++) {
        const struct om_item *item = &items->items[i];
        if (item == first || item->type != OM_STATE)
            continue;
        if (om_state_read(known, item, true, error) != 0)
            return -1;
        if (!om_ids_add(&known->spare, item->id) ||
            !om_ids_add(&known->spare_stamps, json_text(item->mark, "stamp")))
            return error_no_memory(error);
    }
    return 0;
}

/* Asks for the state: by its id where that is known, else among the records of the caller. */
static int find_states(struct om_link *link, const char *caller, struct om_items *items, struct error *error)
{
    char id[OM_ID_SIZE];
    *items = (struct om_items){0};
    if (om_address(link, caller, id)) {
        if (om_get(link, caller, id, items, error) != 0)
            return -1;
        if (first_state(items))
            return 0;
        om_set_address(link, caller, NULL);
    }
    om_items_free(items);
    return om_find(link, caller, OM_SPACE_STATE, 0, STATES_MOST, items, error);
}

/* A record that was not found may have been missing for a moment only. */
static void retry_gone(struct om_known *known)
{
    for (size_t i = 0; i < known->call_count; i++)
        known->calls[i].gone = false;
}

/* Brings what is known of a caller up to date with the server. */
static int update_known(struct openmemory *om, struct om_known *known, struct error *error)
{
    struct om_items items;
    if (find_states(&om->link, known->caller, &items, error) != 0) {
        om_items_free(&items);
        return -1;
    }
    int result = 0;
    if (!first_state(&items)) {
        om_known_clear(known);
    } else {
        result = take_states(known, &items, error);
        if (result != 0)
            om_known_clear(known);
        /* With several states, asking for one by its id would miss the others. */
        om_set_address(&om->link, known->caller, result == 0 && !known->spare ? known->id : NULL);
        retry_gone(known);
    }
    om_items_free(&items);
    return result;
}

/* --- The calls --- */

static bool has_item(const struct om_items *items, const char *id)
{
    for (size_t i = 0; i < items->count; i++)
        if (strcmp(items->items[i].id, id) == 0)
            return true;
    return false;
}

/* The record of that id: among those that were listed, or asked for. NULL without an error when there is
 * none. */
static const struct om_item *find_record(struct openmemory *om, struct om_known *known,
                                         struct om_items *items, const char *id, struct error *error)
{
    for (size_t i = 0; i < items->count; i++)
        if (strcmp(items->items[i].id, id) == 0)
            return &items->items[i];
    size_t before = items->count, all = items->all;
    error->code = ERROR_NONE;
    if (om_get(&om->link, known->caller, id, items, error) != 0)
        return NULL;
    if (items->count > before)
        return &items->items[before];
    if (items->all > all)
        error_set(error, ERROR_MEMORY_UNAVAILABLE,
                  "the OpenMemory server has something else in the place of a record of the caller");
    return NULL;
}

/* Puts the memories of a call into the mirror. A call whose records are not there is gone. */
static int mirror_call(struct openmemory *om, struct om_known *known, struct om_call *call,
                       struct om_items *items, struct error *error)
{
    struct memory *memories = NULL;
    size_t count = 0, added = 0;
    char id[OM_ID_SIZE];
    int64_t expected = 0;
    int result = 0;
    for (const char *at = call->ids; result == 0 && !call->gone && om_ids_next(&at, id); expected++) {
        const char *conversation, *digest;
        int64_t part, parts, written;
        const struct om_item *item = find_record(om, known, items, id, error);
        if (!item && error->code != ERROR_NONE)
            result = -1;
        else if (!item || !om_part_read(item, &conversation, &digest, &part, &parts, &written) ||
                 strcmp(conversation, call->conversation) != 0 || part != expected)
            call->gone = true;
        else
            result = om_part_memories(item, &memories, &count, error);
    }
    if (result == 0 && !call->gone && count) {
        memory_forget_conversation(om->mirror, known->caller, call->conversation, NULL);
        result = om->mirror->ops->add(om->mirror, memories, count, &added, error);
        call->mirrored = result == 0;
        for (size_t i = 0; i < count; i++)
            known->weight += strlen(memories[i].content) * 4 + 600;
    }
    free(memories);
    return result;
}

static size_t count_missing(const struct om_known *known)
{
    size_t missing = 0;
    for (size_t i = 0; i < known->call_count; i++)
        missing += !known->calls[i].mirrored && !known->calls[i].gone;
    return missing;
}

/* Mirrors the calls that are missing; with `listed` only those which begin among the items. */
static int mirror_calls(struct openmemory *om, struct om_known *known, struct om_items *items, bool listed,
                        struct error *error)
{
    char id[OM_ID_SIZE];
    for (size_t i = 0; i < known->call_count; i++) {
        const char *ids = known->calls[i].ids;
        if (known->calls[i].mirrored || known->calls[i].gone)
            continue;
        if (listed && !(om_ids_next(&ids, id) && has_item(items, id)))
            continue;
        if (mirror_call(om, known, &known->calls[i], items, error) != 0)
            return -1;
    }
    return 0;
}

/* Many are listed, page by page as long as a page has some that are missing; the rest are asked for one by
 * one. */
static int fetch_calls(struct openmemory *om, struct om_known *known, size_t missing, struct error *error)
{
    struct om_items items = {0};
    size_t limit = missing + LIST_FROM < LIST_MOST ? missing + LIST_FROM : LIST_MOST;
    bool more = missing >= LIST_FROM;
    int result = 0;
    for (size_t skip = 0; more && result == 0; skip += limit) {
        result = om_find(&om->link, known->caller, OM_SPACE_CALLS, skip, limit, &items, error);
        if (result == 0)
            result = mirror_calls(om, known, &items, true, error);
        size_t left = count_missing(known);
        more = left && left < missing && items.all >= limit;
        missing = left;
        om_items_free(&items);
    }
    if (result == 0)
        result = mirror_calls(om, known, &items, false, error);
    om_items_free(&items);
    return result;
}

/* Adds the calls that the mirror lacks. What was read when time ran out stays for the next try. */
static int fill_mirror(struct openmemory *om, struct om_known *known, struct error *error)
{
    struct error why = {0};
    size_t missing = count_missing(known);
    bool own = !om->mirror_writing;
    if (missing == 0 && known->mirror_ready)
        return 0;
    if (own && memory_begin(om->mirror, error) != 0)
        return -1;
    int result = known->mirror_ready ? 0 : tidy_mirror(om, known, &why);
    if (result == 0 && missing)
        result = fetch_calls(om, known, missing, &why);
    if (own && om->mirror->ops->commit(om->mirror, error) != 0) {
        om_known_clear(known);
        return -1;
    }
    if (result != 0 && error)
        *error = why;
    return result;
}

struct om_known *om_pull(struct openmemory *om, const char *caller, bool fill, bool fresh,
                         struct error *error)
{
    struct error why = {0};
    if (!om->in_transaction && (!om->mirror || is_full(om)) && om_mirror_reset(om, error) != 0)
        return NULL;
    struct om_known *known = find_known(om, caller);
    if (!known) {
        error_no_memory(error);
        return NULL;
    }
    if (known->touched)
        return known;
    bool recent = known->asked_at && clock_ms() - known->asked_at < FRESH_MS && !fresh;
    if ((!recent && update_known(om, known, &why) != 0) || (fill && fill_mirror(om, known, &why) != 0)) {
        known->asked_at = 0;
        if (error)
            *error = why;
        return NULL;
    }
    if (!recent)
        known->asked_at = clock_ms();
    return known;
}
