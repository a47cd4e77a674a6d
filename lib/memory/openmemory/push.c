#include "memory/openmemory/push.h"

#include "base/json.h"
#include "base/text.h"
#include "memory/memory.h"

#include <stdlib.h>
#include <string.h>

#define RECENT  50  /* records that are looked at for what another front end wrote meanwhile */
#define AT_ONCE 200 /* records that are listed to be forgotten */
#define ROUNDS  1000

/* A caller's changes on their way to the server. */
struct push {
    struct openmemory *om;
    struct om_known *known;
    char *replaced; /* records that go once the state does not name them any more */
    bool changed;   /* the state has to be written */
    bool conflict;  /* another front end wrote something that was not known here */
};

static int remove_all(struct om_link *link, const char *ids, struct error *error)
{
    char id[OM_ID_SIZE];
    while (om_ids_next(&ids, id))
        if (om_remove(link, id, error) != 0)
            return -1;
    return 0;
}

/* --- Calls --- */

struct part {
    const char *digest;
    int64_t number, of;
};

static bool is_part(void *ctx, const struct om_item *item)
{
    const struct part *part = ctx;
    const char *conversation, *digest;
    int64_t number, of, written;
    return om_part_read(item, &conversation, &digest, &number, &of, &written) && number == part->number &&
           of == part->of && strcmp(digest, part->digest) == 0;
}

/* Stores the records of a call; `ids` are theirs. */
static int store_parts(struct push *push, const char *conversation, const struct om_bundle *bundle,
                       char **ids, struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < bundle->count && result == 0; i++) {
        struct part part = {bundle->digest, (int64_t)i, (int64_t)bundle->count};
        struct buf seed = BUF_INIT;
        char id[OM_ID_SIZE];
        /* The same words at each try: what is there already is found, not stored twice. */
        buf_printf(&seed, "%s\n%s\n%s\n%zu", push->known->caller, conversation, bundle->digest, i);
        result = buf_text(&seed)
                     ? om_add(&push->om->link, push->known->caller, OM_SPACE_CALLS, bundle->content.data,
                              buf_text(&seed), bundle->parts[i], is_part, &part, id, error)
                     : error_no_memory(error);
        buf_free(&seed);
        if (result == 0 && !om_ids_add(ids, id))
            result = error_no_memory(error);
    }
    return result;
}

static int64_t start_of(const struct memory_list *memories)
{
    int64_t start = memories->items[0].created_at;
    for (size_t i = 1; i < memories->count; i++)
        if (memories->items[i].created_at < start)
            start = memories->items[i].created_at;
    return start;
}

/* Those ids of a call that are not among `kept` go when the state is written. */
static int note_replaced(struct push *push, const char *ids, const char *kept, struct error *error)
{
    char id[OM_ID_SIZE];
    while (om_ids_next(&ids, id))
        if (!om_ids_have(kept, id) && !om_ids_add(&push->replaced, id))
            return error_no_memory(error);
    return 0;
}

static int put_call(struct push *push, const struct memory_list *memories, const struct om_bundle *bundle,
                    char *ids, struct error *error)
{
    const struct memory *first = &memories->items[0];
    struct om_call *call = om_known_call(push->known, first->conversation);
    if (call && note_replaced(push, call->ids, ids, error) != 0) {
        free(ids);
        return -1;
    }
    call = om_known_put(push->known, first->conversation);
    if (!call) {
        free(ids);
        return error_no_memory(error);
    }
    call->ids = ids;
    call->agent = text_dup(first->agent);
    call->language = text_dup(first->language);
    memcpy(call->digest, bundle->digest, OM_DIGEST_SIZE);
    call->count = (int64_t)memories->count;
    call->started_at = start_of(memories);
    call->written = push->known->serial + 1;
    call->mirrored = true;
    push->changed = true;
    return call->agent && call->language ? 0 : error_no_memory(error);
}

static int store_call(struct push *push, const struct memory_list *memories, struct error *error)
{
    struct om_bundle bundle;
    char *ids = NULL;
    const char *conversation = memories->items[0].conversation;
    int result = om_bundle_make(&bundle, memories, push->known->serial + 1) == 0 ? 0 : error_no_memory(error);
    const struct om_call *call = om_known_call(push->known, conversation);
    bool same = result == 0 && call && !call->gone && strcmp(call->digest, bundle.digest) == 0;
    if (result == 0 && !same) {
        result = store_parts(push, conversation, &bundle, &ids, error);
        if (result == 0)
            result = put_call(push, memories, &bundle, ids, error);
        else
            free(ids);
    }
    om_bundle_free(&bundle);
    return result;
}

/* A call that is to be forgotten is removed before the state says so: a record that no state names would look
 * like one that another front end has just written. */
static int remove_call(struct push *push, const char *conversation, struct error *error)
{
    struct om_call *call = om_known_call(push->known, conversation);
    if (!call)
        return 0;
    if (remove_all(&push->om->link, call->ids, error) != 0)
        return -1;
    om_known_drop(push->known, call);
    push->changed = true;
    return 0;
}

static int push_call(struct push *push, const char *conversation, struct error *error)
{
    const struct memory_filter filter = {.caller = push->known->caller, .conversation = conversation};
    struct memory_list memories;
    if (memory_list(push->om->mirror, &filter, &memories, error) != 0)
        return -1;
    int result = memories.count ? store_call(push, &memories, error) : remove_call(push, conversation, error);
    memory_list_free(&memories);
    return result;
}

/* --- What others wrote --- */

static bool is_dirty(const struct om_known *known, const char *conversation)
{
    for (size_t i = 0; i < known->dirty_count; i++)
        if (strcmp(known->dirty[i], conversation) == 0)
            return true;
    return false;
}

/* The ids of all parts of a call among the records, in their order; NULL when one is missing. */
static char *parts_among(const struct om_items *items, const char *conversation, const char *digest,
                         int64_t parts)
{
    char *ids = NULL;
    for (int64_t wanted = 0; wanted < parts; wanted++) {
        bool found = false;
        for (size_t i = 0; i < items->count && !found; i++) {
            struct part part = {digest, wanted, parts};
            const char *name = json_text(items->items[i].mark, "conversation");
            found = name && strcmp(name, conversation) == 0 && is_part(&part, &items->items[i]) &&
                    om_ids_add(&ids, items->items[i].id);
        }
        if (!found) {
            free(ids);
            return NULL;
        }
    }
    return ids;
}

/* Adds a call to the state that is on the server without being named there. It is read, and becomes part of
 * the profile, when the event is processed again. */
static int adopt(struct push *push, const struct om_items *items, const struct om_item *item,
                 struct error *error)
{
    const char *conversation, *digest;
    int64_t part, parts, written;
    struct memory *memories = NULL;
    size_t count = 0;
    om_part_read(item, &conversation, &digest, &part, &parts, &written);
    char *ids = parts_among(items, conversation, digest, parts);
    if (!ids) /* still being written */
        return 0;
    struct om_call *call = om_known_put(push->known, conversation);
    if (!call || om_part_memories(item, &memories, &count, error) != 0) {
        free(ids);
        free(memories);
        return -1;
    }
    call->ids = ids;
    memcpy(call->digest, digest, OM_DIGEST_SIZE);
    call->written = written;
    call->count = (int64_t)count;
    call->started_at = count ? start_of(&(struct memory_list){.items = memories, .count = count}) : 0;
    call->agent = text_dup(count ? memories[0].agent : "");
    call->language = text_dup(count ? memories[0].language : "");
    free(memories);
    push->changed = push->conflict = true;
    return call->agent && call->language ? 0 : error_no_memory(error);
}

/* One record that the server has of the caller. */
static int reconcile_record(struct push *push, const struct om_items *items, const struct om_item *item,
                            struct error *error)
{
    const char *conversation, *digest;
    int64_t part, parts, written;
    if (!om_part_read(item, &conversation, &digest, &part, &parts, &written) ||
        om_ids_have(push->replaced, item->id))
        return 0;
    const struct om_call *call = om_known_call(push->known, conversation);
    if (call && om_ids_have(call->ids, item->id))
        return 0;
    if (!call && is_dirty(push->known, conversation)) /* left over from a call that is being forgotten */
        return om_remove(&push->om->link, item->id, error);
    /* Left over from what was replaced. But where the record that the state names is gone, another one of the
     * same call is what is left of it: each of two front ends has removed the other's. */
    bool same = call && strcmp(call->digest, digest) == 0;
    if (call && (same ? !call->gone : written <= call->written))
        return om_ids_add(&push->replaced, item->id) ? 0 : error_no_memory(error);
    return adopt(push, items, item, error);
}

static int reconcile(struct push *push, struct error *error)
{
    struct om_items items;
    if (om_find(&push->om->link, push->known->caller, OM_SPACE_CALLS, 0, RECENT, &items, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < items.count && result == 0; i++)
        result = reconcile_record(push, &items, &items.items[i], error);
    om_items_free(&items);
    return result;
}

/* --- The state --- */

static void new_stamp(char stamp[OM_DIGEST_SIZE])
{
    unsigned char random[(OM_DIGEST_SIZE - 1) / 2];
    arc4random_buf(random, sizeof random);
    text_hex(random, sizeof random, stamp);
}

/* Any state of the caller will do: another front end may have added it a moment ago. */
static bool is_state(void *ctx, const struct om_item *item)
{
    (void)ctx;
    return item->type == OM_STATE;
}

/* Somebody else won: what is known of the caller is read again. A server does not say who: another process of
 * this machine, another front end, or the operator. */
static int conflict_error(struct push *push, struct error *error)
{
    om_known_clear(push->known);
    return error_set(
        error, ERROR_MEMORY_UNAVAILABLE,
        "the caller was changed on the OpenMemory server at the same time, by another process or "
        "another front end; the event is processed again");
}

static int not_kept_error(struct push *push, struct error *error)
{
    om_known_clear(push->known);
    return error_set(
        error, ERROR_MEMORY_UNAVAILABLE,
        "the OpenMemory server does not have what it was just given: the caller was erased meanwhile, or it "
        "does not keep what it takes; the event is processed again");
}

/* Whether the server has the state as it was written, and nobody wrote it between our reading and our
 * writing. */
static int verify_state(struct push *push, const char *id, int64_t before, struct error *error)
{
    struct om_items items = {0};
    if (om_get(&push->om->link, push->known->caller, id, &items, error) != 0) {
        om_items_free(&items);
        return -1;
    }
    const struct om_item *item = items.count ? &items.items[0] : NULL;
    const char *stamp = item ? json_text(item->mark, "stamp") : NULL;
    bool good = stamp && strcmp(stamp, push->known->stamp) == 0 &&
                (before == 0 || item->version == 0 || item->version == before + 1);
    if (good) {
        memcpy(push->known->id, id, strlen(id) + 1);
        push->known->version = item->version;
    }
    bool gone = !item;
    om_items_free(&items);
    if (good)
        return 0;
    return gone ? not_kept_error(push, error) : conflict_error(push, error);
}

/* Whether a state that was just added is the only one of its caller. A server that treats a text as one that
 * it has names that one; on PostgreSQL it may not, and then two front ends have made two states. */
static int verify_only_state(struct push *push, struct error *error)
{
    struct om_items items;
    if (om_find(&push->om->link, push->known->caller, OM_SPACE_STATE, 0, RECENT, &items, error) != 0)
        return -1;
    size_t states = items.count;
    om_items_free(&items);
    if (states < 2)
        return 0;
    om_set_address(&push->om->link, push->known->caller, NULL);
    return conflict_error(push, error);
}

/* Removes the other states of the caller, unless somebody wrote them since they were read. */
static int remove_spare(struct push *push, struct error *error)
{
    const char *ids = push->known->spare, *stamps = push->known->spare_stamps;
    char id[OM_ID_SIZE], stamp[OM_ID_SIZE];
    while (om_ids_next(&ids, id) && om_ids_next(&stamps, stamp)) {
        struct om_items items = {0};
        int result = om_get(&push->om->link, push->known->caller, id, &items, error);
        const char *now = result == 0 && items.count ? json_text(items.items[0].mark, "stamp") : NULL;
        if (result == 0 && now)
            result =
                strcmp(now, stamp) == 0 ? om_remove(&push->om->link, id, error) : conflict_error(push, error);
        om_items_free(&items);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int write_state(struct push *push, struct error *error)
{
    struct om_known *known = push->known;
    struct om_link *link = &push->om->link;
    char id[OM_ID_SIZE] = "";
    bool is_new = !*known->id;
    memcpy(id, known->id, OM_ID_SIZE);
    known->serial++;
    new_stamp(known->stamp);
    cJSON *metadata = om_state_write(known);
    if (!metadata)
        return error_no_memory(error);
    int result = *id ? om_change(link, id, metadata, error)
                     : om_add(link, known->caller, OM_SPACE_STATE, OM_STATE_WORDS, known->caller, metadata,
                              is_state, NULL, id, error);
    cJSON_Delete(metadata);
    if (result == 0)
        result = verify_state(push, id, *known->id ? known->version : 0, error);
    if (result == 0)
        result = is_new ? verify_only_state(push, error) : remove_spare(push, error);
    if (result == 0)
        om_set_address(link, known->caller, id);
    return result;
}

/* Nothing is left of the caller. */
static int remove_state(struct push *push, struct error *error)
{
    struct om_known *known = push->known;
    struct om_link *link = &push->om->link;
    if ((*known->id && om_remove(link, known->id, error) != 0) || remove_spare(push, error) != 0)
        return -1;
    om_set_address(link, known->caller, NULL);
    om_forget_summary(link, known->caller);
    om_known_clear(known);
    return 0;
}

/* --- Forgetting a caller --- */

static int forget_listed(struct push *push, enum om_space space, size_t *others, struct error *error)
{
    size_t found = 1;
    for (int round = 0; found && round < ROUNDS; round++) {
        struct om_items items;
        if (om_find(&push->om->link, push->known->caller, space, 0, AT_ONCE, &items, error) != 0)
            return -1;
        int result = 0;
        found = items.count;
        *others = items.all - items.count;
        for (size_t i = 0; i < items.count && result == 0; i++)
            result = om_remove(&push->om->link, items.items[i].id, error);
        om_items_free(&items);
        if (result != 0)
            return -1;
    }
    return 0;
}

static int forget_if_own(void *ctx, const struct om_item *item, struct error *error)
{
    struct push *push = ctx;
    return strcmp(item->caller, push->known->caller) == 0 ? om_remove(&push->om->link, item->id, error) : 0;
}

static int forget_caller(struct push *push, struct error *error)
{
    struct om_known *known = push->known;
    struct om_link *link = &push->om->link;
    size_t others = 0, ignored;
    for (size_t i = 0; i < known->call_count; i++)
        if (remove_all(link, known->calls[i].ids, error) != 0)
            return -1;
    if (forget_listed(push, OM_SPACE_CALLS, &others, error) != 0)
        return -1;
    /* There are other programs' records: some of ours may not have been listed. */
    if (others >= RECENT && om_walk(link, OM_CALL, forget_if_own, push, error) != 0)
        return -1;
    if (forget_listed(push, OM_SPACE_STATE, &ignored, error) != 0)
        return -1;
    return remove_state(push, error);
}

/* --- All of it --- */

static void drop_gone(struct push *push)
{
    for (size_t i = 0; i < push->known->call_count;)
        if (push->known->calls[i].gone) {
            om_known_drop(push->known, &push->known->calls[i]);
            push->changed = true;
        } else {
            i++;
        }
}

static int push_changes(struct push *push, struct error *error)
{
    struct om_known *known = push->known;
    for (size_t i = 0; i < known->dirty_count; i++)
        if (push_call(push, known->dirty[i], error) != 0)
            return -1;
    if (reconcile(push, error) != 0)
        return -1;
    drop_gone(push);
    push->changed = push->changed || known->profiles_changed || known->spare;
    if (known->call_count == 0)
        return push->changed || *known->id ? remove_state(push, error) : 0;
    bool had_spare = known->spare;
    if (push->changed && write_state(push, error) != 0)
        return -1;
    /* Whoever wrote to a state just before it was removed has stored what it named there. */
    if (had_spare && reconcile(push, error) != 0)
        return -1;
    if (remove_all(&push->om->link, push->replaced, error) != 0)
        return -1;
    return push->conflict ? conflict_error(push, error) : 0;
}

int om_push(struct openmemory *om, struct om_known *known, struct error *error)
{
    struct push push = {.om = om, .known = known};
    int result = 0;
    if (known->forgotten) {
        result = forget_caller(&push, error);
        /* What was added after it, if anything. */
        if (result == 0 && known->dirty_count)
            result = push_changes(&push, error);
    } else if (known->touched) {
        result = push_changes(&push, error);
    }
    free(push.replaced);
    return result;
}
