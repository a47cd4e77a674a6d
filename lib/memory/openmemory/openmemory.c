#include "memory/openmemory/openmemory.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "memory/memory.h"
#include "memory/openmemory/push.h"
#include "memory/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WRITE_TIMEOUT_MS 8000
#define MIRROR_ID_SIZE   32

static struct openmemory *openmemory_of(struct memory_store *store)
{
    return (struct openmemory *)store;
}

static int not_found(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the caller has no such memory");
}

static void start_reading(struct openmemory *om)
{
    om_link_start(&om->link, om->options.timeout_ms, false);
}

/* Also for operators and for the work after a call: each request may take as long as one that writes. */
static void start_writing(struct openmemory *om)
{
    om_link_start(&om->link, om->options.write_timeout_ms, true);
}

/* --- Ids --- */

/* The mirror's own ids last as long as the mirror; what goes out is named by its key. */
static int name_all(struct memory_list *list, struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        struct memory *item = &list->items[i];
        item->id =
            arena_printf(list->arena, "%s.%d.%s", kind_name(item->kind), item->position, item->conversation);
        if (!item->id) {
            memory_list_free(list);
            return error_no_memory(error);
        }
    }
    return 0;
}

/* "turn.4.conv_7" */
static bool read_id(const char *id, enum kind *kind, int *position, const char **conversation)
{
    char name[24];
    size_t len = strcspn(id, ".");
    char *end;
    if (id[len] != '.' || len >= sizeof name)
        return false;
    memcpy(name, id, len);
    name[len] = '\0';
    *kind = kind_find(name);
    long number = strtol(id + len + 1, &end, 10);
    *position = (int)number;
    *conversation = end + 1;
    return *kind != KINDS && number >= 0 && number <= INT32_MAX && *end == '.' && end[1];
}

/* The memory of that id, alone in a list, as the mirror has it. */
static int find_memory(struct openmemory *om, const char *caller, const char *id, struct memory_list *found,
                       struct error *error)
{
    struct memory_filter filter = {.caller = caller};
    enum kind kind;
    int position;
    if (!read_id(id, &kind, &position, &filter.conversation))
        return not_found(error);
    filter.kinds = 1u << kind;
    if (memory_list(om->mirror, &filter, found, error) != 0)
        return -1;
    for (size_t i = 0; i < found->count; i++)
        if (found->items[i].position == position) {
            found->items[0] = found->items[i];
            found->count = 1;
            return 0;
        }
    memory_list_free(found);
    return not_found(error);
}

/* --- Transactions --- */

static int begin(struct memory_store *store, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_writing(om);
    if (!om->mirror && om_mirror_reset(om, error) != 0)
        return -1;
    om->in_transaction = true;
    return 0;
}

/* After a rollback the mirror has lost all that came into it meanwhile. */
static void end_transaction(struct openmemory *om, bool lose)
{
    for (size_t i = 0; i < om->known_count; i++) {
        if (lose)
            om_known_clear(&om->known[i]);
        om_known_settle(&om->known[i]);
    }
    om->in_transaction = om->mirror_writing = false;
}

static void rollback(struct memory_store *store)
{
    struct openmemory *om = openmemory_of(store);
    if (om->mirror_writing)
        memory_rollback(om->mirror);
    end_transaction(om, true);
}

static int commit(struct memory_store *store, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    for (size_t i = 0; i < om->known_count; i++) {
        start_writing(om);
        if (om_push(om, &om->known[i], error) != 0) {
            rollback(store);
            return -1;
        }
    }
    /* The server has it now; a mirror that failed is emptied. */
    bool good = !om->mirror_writing || om->mirror->ops->commit(om->mirror, NULL) == 0;
    end_transaction(om, !good);
    if (!good)
        om_mirror_reset(om, NULL);
    return 0;
}

/* The caller of a change, within a transaction; `own`: one of this change alone. */
static struct om_known *change_begin(struct openmemory *om, const char *caller, bool *own,
                                     struct error *error)
{
    *own = !om->in_transaction;
    if (*own && begin(&om->store, error) != 0)
        return NULL;
    start_writing(om);
    struct om_known *known = om_pull(om, caller, true, true, error);
    if (known && !om->mirror_writing) {
        om->mirror_writing = memory_begin(om->mirror, error) == 0;
        if (!om->mirror_writing)
            known = NULL;
    }
    if (known)
        known->touched = true;
    else if (*own)
        rollback(&om->store);
    return known;
}

static int change_end(struct openmemory *om, bool own, int result, struct error *error)
{
    if (!own)
        return result;
    if (result == 0)
        return commit(&om->store, error);
    rollback(&om->store);
    return result;
}

static int note_dirty(struct om_known *known, const char *conversation, struct error *error)
{
    for (size_t i = 0; i < known->dirty_count; i++)
        if (strcmp(known->dirty[i], conversation) == 0)
            return 0;
    char **more = realloc(known->dirty, (known->dirty_count + 1) * sizeof *more);
    if (!more)
        return error_no_memory(error);
    known->dirty = more;
    more[known->dirty_count] = text_dup(conversation);
    return more[known->dirty_count++] ? 0 : error_no_memory(error);
}

/* --- Reading --- */

static int list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_writing(om);
    if (!om_pull(om, filter->caller, true, true, error) || memory_list(om->mirror, filter, found, error) != 0)
        return -1;
    return name_all(found, error);
}

static const char *language_of(const struct om_known *known, const char *scope)
{
    const char *language = json_text(known->languages, scope);
    return language ? language : "";
}

/* What a server has is no answer to hand on unread: others can write it. */
static int take_profile(const struct om_known *known, const char *scope, struct memory_profile *profile,
                        struct error *error)
{
    const char *document = json_text(known->profiles, scope);
    if (!document || memory_profile_keep(profile, "", "", language_of(known, scope), document, "") == 0)
        return 0;
    return error_no_memory(error);
}

static int search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                  const char *scope, struct memory_list *found, struct memory_profile *profile,
                  struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_reading(om);
    const struct om_known *known = om_pull(om, filter->caller, true, true, error);
    if (!known || om->mirror->ops->search(om->mirror, filter, query, NULL, found, NULL, error) != 0 ||
        name_all(found, error) != 0)
        return -1;
    if (!scope || take_profile(known, scope, profile, error) == 0)
        return 0;
    memory_list_free(found);
    return -1;
}

/* Puts those of the caller's memories that are asked for into `picked`. */
static void pick(const struct memory_list *all, const char *const *ids, size_t count,
                 struct memory_list *picked)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < all->count; j++)
            if (strcmp(all->items[j].id, ids[i]) == 0) {
                picked->items[picked->count++] = all->items[j];
                break;
            }
}

static int get(struct memory_store *store, const char *caller, const char *const *ids, size_t count,
               struct memory_list *found, struct error *error)
{
    const struct memory_filter filter = {.caller = caller};
    struct memory_list all;
    if (list(store, &filter, &all, error) != 0)
        return -1;
    found->items = calloc(count + 1, sizeof *found->items);
    if (!found->items) {
        memory_list_free(&all);
        return error_no_memory(error);
    }
    pick(&all, ids, count, found);
    found->arena = all.arena;
    free(all.items);
    return 0;
}

static int profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_reading(om);
    const struct om_known *known = om_pull(om, caller, false, false, error);
    return known ? take_profile(known, scope, profile, error) : -1;
}

static int add_call(struct memory_list *found, const struct om_known *known, const struct om_call *call)
{
    struct memory *more = realloc(found->items, (found->count + 1) * sizeof *more);
    if (more)
        found->items = more;
    if (!more || (!found->arena && !(found->arena = arena_new())))
        return -1;
    more[found->count++] = (struct memory){
        .caller = arena_text(found->arena, known->caller, strlen(known->caller)),
        .conversation = arena_text(found->arena, call->conversation, strlen(call->conversation)),
        .agent = arena_text(found->arena, call->agent, strlen(call->agent)),
        .language = arena_text(found->arena, call->language, strlen(call->language)),
        .speaker = "",
        .content = "",
        .tags = "",
        .metadata = "",
        .created_at = call->started_at};
    return arena_failed(found->arena) ? -1 : 0;
}

static int by_start(const void *a, const void *b)
{
    const struct memory *left = a, *right = b;
    if (left->created_at != right->created_at)
        return left->created_at < right->created_at ? -1 : 1;
    return strcmp(left->conversation, right->conversation);
}

static void sort_calls(struct memory_list *found)
{
    if (found->count)
        qsort(found->items, found->count, sizeof *found->items, by_start);
}

static int conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_writing(om);
    /* In a transaction it is the mirror that has the changes. */
    const struct om_known *known = om_pull(om, caller, om->in_transaction, true, error);
    if (!known)
        return -1;
    if (known->touched)
        return memory_conversations(om->mirror, caller, found, error);
    for (size_t i = 0; i < known->call_count; i++)
        if (!known->calls[i].gone && add_call(found, known, &known->calls[i]) != 0) {
            memory_list_free(found);
            return error_no_memory(error);
        }
    sort_calls(found);
    return 0;
}

/* --- Writing --- */

static int add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    bool own;
    struct om_known *known = change_begin(om, items[0].caller, &own, error);
    if (!known)
        return -1;
    int result = om->mirror->ops->add(om->mirror, items, count, added, error);
    if (result == 0)
        result = note_dirty(known, items[0].conversation, error);
    return change_end(om, own, result, error);
}

/* Changes or deletes a memory. */
static int alter(struct openmemory *om, const char *caller, const char *id, const struct memory *change,
                 struct error *error)
{
    bool own;
    struct memory_list found = {0};
    struct om_known *known = change_begin(om, caller, &own, error);
    if (!known)
        return -1;
    int result = find_memory(om, caller, id, &found, error);
    if (result == 0)
        result = change ? memory_update(om->mirror, caller, found.items[0].id, change, error)
                        : memory_delete(om->mirror, caller, found.items[0].id, error);
    if (result == 0)
        result = note_dirty(known, found.items[0].conversation, error);
    memory_list_free(&found);
    return change_end(om, own, result, error);
}

static int update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error)
{
    return alter(openmemory_of(store), caller, id, change, error);
}

static int remove_item(struct memory_store *store, const char *caller, const char *id, struct error *error)
{
    return alter(openmemory_of(store), caller, id, NULL, error);
}

/* It is not stored on the server, where others could change what it is made of. */
static int ready(struct memory_store *store, const char *caller, const char *scope, char **ready,
                 struct error *error)
{
    (void)store, (void)caller, (void)scope, (void)ready, (void)error;
    return 0;
}

static bool has_profile(const struct om_known *known, const char *scope, const struct memory_profile *profile)
{
    const char *document = json_text(known->profiles, scope);
    if (!document || !profile->document)
        return !document && !profile->document;
    return strcmp(document, profile->document) == 0 &&
           strcmp(language_of(known, scope), profile->language) == 0;
}

/* Replaces a text of an object, which is made if need be; NULL or "": there is none from now on. */
static int replace_text(cJSON **object, const char *name, const char *text)
{
    if (!*object && !(*object = cJSON_CreateObject()))
        return -1;
    cJSON_DeleteItemFromObjectCaseSensitive(*object, name);
    return !text || !*text || cJSON_AddStringToObject(*object, name, text) ? 0 : -1;
}

/* Without a document the profile goes. */
static int change_profile(struct om_known *known, const char *scope, const struct memory_profile *profile)
{
    if (has_profile(known, scope, profile))
        return 0;
    known->profiles_changed = true;
    return replace_text(&known->profiles, scope, profile->document) == 0
               ? replace_text(&known->languages, scope, profile->language)
               : -1;
}

static int set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct memory_profile whole = {0};
    bool own;
    struct om_known *known = change_begin(om, caller, &own, error);
    if (!known)
        return -1;
    int result =
        profile ? memory_profile_keep(&whole, profile->answer, "", profile->language, profile->document, "")
                : 0;
    if (result != 0 || change_profile(known, scope, &whole) != 0)
        result = error_no_memory(error);
    memory_profile_free(&whole);
    return change_end(om, own, result, error);
}

/* --- Forgetting --- */

static int forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    bool own;
    struct om_known *known = change_begin(om, caller, &own, error);
    if (!known)
        return -1;
    int result = memory_forget_conversation(om->mirror, caller, conversation, error);
    if (result == 0)
        result = note_dirty(known, conversation, error);
    return change_end(om, own, result, error);
}

static int forget(struct memory_store *store, const char *caller, size_t *count, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    bool own;
    size_t memories = 0;
    struct om_known *known = change_begin(om, caller, &own, error);
    if (!known)
        return -1;
    int result = memory_forget(om->mirror, caller, &memories, error);
    known->forgotten = result == 0;
    result = change_end(om, own, result, error);
    if (result == 0)
        *count = memories;
    return result;
}

/* --- All callers --- */

struct survey {
    int64_t before;
    struct memory_list *found; /* NULL: only counts */
    int64_t callers, memories;
};

static int survey_calls(void *ctx, const struct om_known *known)
{
    struct survey *survey = ctx;
    survey->callers++;
    for (size_t i = 0; i < known->call_count; i++) {
        survey->memories += known->calls[i].count;
        if (survey->found && known->calls[i].started_at < survey->before &&
            add_call(survey->found, known, &known->calls[i]) != 0)
            return -1;
    }
    return 0;
}

/* What a walk does with the caller of a state. -1: out of memory. */
typedef int each_known(void *ctx, const struct om_known *known);

static int read_known(const struct om_item *item, each_known *each, void *ctx, struct error *error)
{
    struct om_known known = {.caller = strdup(item->caller)};
    if (!known.caller)
        return error_no_memory(error);
    int result = om_state_read(&known, item, false, error);
    if (result == 0 && each(ctx, &known) != 0)
        result = error_no_memory(error);
    om_known_free(&known);
    return result;
}

static int survey_state(void *ctx, const struct om_item *item, struct error *error)
{
    return read_known(item, survey_calls, ctx, error);
}

static int older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct survey survey = {.before = before, .found = found};
    start_writing(om);
    if (om_walk(&om->link, OM_STATE, survey_state, &survey, error) != 0) {
        memory_list_free(found);
        return -1;
    }
    sort_calls(found);
    if (found->count > limit)
        found->count = limit;
    return 0;
}

/* Adds a caller, each once: those of a walk come in no order. */
static int add_caller(struct memory_list *found, const char *caller)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->items[i].caller, caller) == 0)
            return 0;
    struct memory *more = realloc(found->items, (found->count + 1) * sizeof *more);
    if (more)
        found->items = more;
    if (!more || (!found->arena && !(found->arena = arena_new())))
        return -1;
    more[found->count++] = (struct memory){.caller = arena_text(found->arena, caller, strlen(caller))};
    return arena_failed(found->arena) ? -1 : 0;
}

static int note_requests(void *ctx, const struct om_item *item, struct error *error)
{
    struct memory *memories = NULL;
    size_t count = 0;
    bool any = false;
    int result = om_part_memories(item, &memories, &count, error);
    for (size_t i = 0; i < count && result == 0; i++)
        any = any || memories[i].kind == KIND_PRIVACY;
    free(memories);
    if (result == 0 && any && add_caller(ctx, item->caller) != 0)
        return error_no_memory(error);
    return result;
}

/* Moves what was found to the end of a list that keeps the arenas of neither: its texts are copied. */
static int append(struct memory_list *to, const struct memory_list *from)
{
    struct memory *more = realloc(to->items, (to->count + from->count + 1) * sizeof *more);
    if (more)
        to->items = more;
    if (!more || (!to->arena && !(to->arena = arena_new())))
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        struct memory *item = &more[to->count++];
        *item = from->items[i];
        const char **const texts[] = {&item->id,           &item->caller,   &item->agent,
                                      &item->conversation, &item->language, &item->speaker,
                                      &item->content,      &item->tags,     &item->metadata};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            *texts[t] = arena_text(to->arena, *texts[t], strlen(*texts[t]));
    }
    return arena_failed(to->arena) ? -1 : 0;
}

/* A record may be one that no state names any more, so the callers whom the walk finds are looked up. */
static int requests(struct memory_store *store, size_t limit, struct memory_list *found, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct memory_list callers = {0};
    start_writing(om);
    int result = om_walk(&om->link, OM_CALL, note_requests, &callers, error);
    for (size_t i = 0; i < callers.count && result == 0; i++) {
        const struct memory_filter filter = {.caller = callers.items[i].caller, .kinds = 1u << KIND_PRIVACY};
        struct memory_list some = {0};
        result = list(store, &filter, &some, error);
        if (result == 0 && append(found, &some) != 0)
            result = error_no_memory(error);
        memory_list_free(&some);
    }
    memory_list_free(&callers);
    if (result != 0) {
        memory_list_free(found);
        return -1;
    }
    sort_calls(found);
    found->count = found->count < limit ? found->count : limit;
    return 0;
}

struct calling {
    const struct memory_callers_filter *filter;
    struct memory_callers *found;
};

static const char *keep(struct memory_callers *found, const char *text)
{
    return arena_text(found->arena, text ? text : "", strlen(text ? text : ""));
}

static int add_listed(struct memory_callers *found, const struct memory_caller *caller)
{
    struct memory_caller *more = realloc(found->items, (found->count + 1) * sizeof *more);
    if (more)
        found->items = more;
    if (!more || (!found->arena && !(found->arena = arena_new())))
        return -1;
    struct memory_caller *item = &more[found->count++];
    *item = *caller;
    item->caller = keep(found, caller->caller);
    item->name = keep(found, caller->name);
    item->people = keep(found, caller->people);
    return arena_failed(found->arena) ? -1 : 0;
}

/* 1: it fits, 0: it does not, -1: out of memory. */
static int is_wanted(const struct memory_callers_filter *filter, const struct memory_caller *caller)
{
    if (filter->since && caller->last_call < filter->since)
        return 0;
    if (!*filter->text || strstr(caller->caller, filter->text))
        return 1;
    char *name = text_folded(caller->name), *people = text_folded(caller->people);
    int wanted = !name || !people ? -1 : strstr(name, filter->text) || strstr(people, filter->text);
    free(name);
    free(people);
    return wanted;
}

static int list_known(void *ctx, const struct om_known *known)
{
    const struct calling *calling = ctx;
    cJSON *profile = cJSON_Parse(json_text(known->profiles, "") ? json_text(known->profiles, "") : "{}");
    const char *name = json_text(profile, "caller_name"), *people = json_text(profile, "caller_people");
    struct memory_caller caller = {.caller = known->caller,
                                   .name = name ? name : "",
                                   .people = people ? people : "",
                                   .calls = json_int(profile, "call_count", 0)};
    for (size_t i = 0; i < known->call_count; i++)
        if (memory_is_call(known->calls[i].conversation) && known->calls[i].started_at > caller.last_call)
            caller.last_call = known->calls[i].started_at;
    int wanted = is_wanted(calling->filter, &caller);
    int result = wanted < 0 ? -1 : wanted ? add_listed(calling->found, &caller) : 0;
    cJSON_Delete(profile);
    return result;
}

static int note_caller(void *ctx, const struct om_item *item, struct error *error)
{
    return read_known(item, list_known, ctx, error);
}

static int by_last_call(const void *a, const void *b)
{
    const struct memory_caller *left = a, *right = b;
    if (left->last_call != right->last_call)
        return left->last_call > right->last_call ? -1 : 1;
    return strcmp(left->caller, right->caller);
}

static void cut_callers(struct memory_callers *found, const struct memory_callers_filter *filter)
{
    size_t skip = filter->skip < found->count ? filter->skip : found->count;
    if (found->count)
        qsort(found->items, found->count, sizeof *found->items, by_last_call);
    found->count -= skip;
    if (found->items)
        memmove(found->items, found->items + skip, found->count * sizeof *found->items);
    if (filter->limit && found->count > filter->limit)
        found->count = filter->limit;
}

static int callers(struct memory_store *store, const struct memory_callers_filter *filter,
                   struct memory_callers *found, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct calling calling = {filter, found};
    start_writing(om);
    if (om_walk(&om->link, OM_STATE, note_caller, &calling, error) != 0) {
        memory_callers_free(found);
        return -1;
    }
    cut_callers(found, filter);
    return 0;
}

struct daying {
    int64_t first;
    struct memory_day *days;
    size_t count;
};

/* Which of the days a call is of; `count` for none. */
static size_t day_of(const struct daying *daying, const struct om_call *call)
{
    int64_t since = call->started_at - daying->first;
    if (since < 0 || since >= (int64_t)daying->count * CLOCK_DAY || !memory_is_call(call->conversation))
        return daying->count;
    return (size_t)(since / CLOCK_DAY);
}

static bool has_earlier(const struct om_known *known, int64_t before, int64_t since)
{
    for (size_t i = 0; i < known->call_count; i++)
        if (memory_is_call(known->calls[i].conversation) && known->calls[i].started_at < before &&
            known->calls[i].started_at >= since)
            return true;
    return false;
}

static int count_known(void *ctx, const struct om_known *known)
{
    const struct daying *daying = ctx;
    for (size_t i = 0; i < known->call_count; i++) {
        const struct om_call *call = &known->calls[i];
        size_t at = day_of(daying, call);
        if (at == daying->count)
            continue;
        int64_t began = daying->first + (int64_t)at * CLOCK_DAY;
        daying->days[at].calls++;
        daying->days[at].known += has_earlier(known, call->started_at, INT64_MIN);
        daying->days[at].callers += !has_earlier(known, call->started_at, began);
    }
    return 0;
}

static int note_days(void *ctx, const struct om_item *item, struct error *error)
{
    return read_known(item, count_known, ctx, error);
}

static int days(struct memory_store *store, int64_t first, struct memory_day *found, size_t count,
                struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct daying daying = {first, found, count};
    start_writing(om);
    return om_walk(&om->link, OM_STATE, note_days, &daying, error);
}

struct naming {
    const char *conversation;
    struct memory_list *found;
};

static int name_known(void *ctx, const struct om_known *known)
{
    const struct naming *naming = ctx;
    for (size_t i = 0; i < known->call_count; i++)
        if (strcmp(known->calls[i].conversation, naming->conversation) == 0 &&
            add_call(naming->found, known, &known->calls[i]) != 0)
            return -1;
    return 0;
}

static int note_named(void *ctx, const struct om_item *item, struct error *error)
{
    return read_known(item, name_known, ctx, error);
}

static int find_conversation(struct memory_store *store, const char *conversation, struct memory_list *found,
                             struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct naming naming = {conversation, found};
    start_writing(om);
    if (om_walk(&om->link, OM_STATE, note_named, &naming, error) == 0)
        return 0;
    memory_list_free(found);
    return -1;
}

static int find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error)
{
    enum kind kind;
    int position;
    const char *conversation;
    struct memory_list named = {0};
    if (!read_id(id, &kind, &position, &conversation))
        return not_found(error);
    if (find_conversation(store, conversation, &named, error) != 0)
        return -1;
    int result = not_found(error);
    for (size_t i = 0; i < named.count && result != 0; i++)
        result = memory_get(store, named.items[i].caller, id, found, error);
    memory_list_free(&named);
    return result;
}

struct outdated {
    int version;
    const char *after;
    struct memory_list *found;
};

static bool is_outdated(const struct memory *memory, int version)
{
    cJSON *metadata = memory->kind == KIND_SUMMARY ? cJSON_Parse(memory->metadata) : NULL;
    bool outdated = memory->kind == KIND_SUMMARY && json_int(metadata, "understood", 0) < version;
    cJSON_Delete(metadata);
    return outdated;
}

static int note_outdated(void *ctx, const struct om_item *item, struct error *error)
{
    struct outdated *outdated = ctx;
    struct memory *memories = NULL;
    size_t count = 0;
    bool any = false;
    if (strcmp(item->caller, outdated->after) <= 0)
        return 0;
    int result = om_part_memories(item, &memories, &count, error);
    for (size_t i = 0; i < count && result == 0 && !any; i++)
        any = is_outdated(&memories[i], outdated->version);
    free(memories);
    if (result == 0 && any && add_caller(outdated->found, item->caller) != 0)
        return error_no_memory(error);
    return result;
}

static int by_caller(const void *a, const void *b)
{
    const struct memory *left = a, *right = b;
    return strcmp(left->caller, right->caller);
}

static int outdated(struct memory_store *store, int version, const char *after, size_t limit,
                    struct memory_list *found, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct outdated ctx = {version, after, found};
    start_writing(om);
    if (om_walk(&om->link, OM_CALL, note_outdated, &ctx, error) != 0) {
        memory_list_free(found);
        return -1;
    }
    if (found->count)
        qsort(found->items, found->count, sizeof *found->items, by_caller);
    found->count = found->count < limit ? found->count : limit;
    return 0;
}

static int count_all(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    struct survey survey = {0};
    start_writing(om);
    if (om_walk(&om->link, OM_STATE, survey_state, &survey, error) != 0)
        return -1;
    *callers = survey.callers;
    *memories = survey.memories;
    return 0;
}

static int check(struct memory_store *store, struct error *error)
{
    struct openmemory *om = openmemory_of(store);
    start_reading(om);
    return om_check(&om->link, error);
}

/* --- The handle --- */

static void close_store(struct memory_store *store)
{
    struct openmemory *om = openmemory_of(store);
    rollback(store);
    for (size_t i = 0; i < om->known_count; i++)
        om_known_free(&om->known[i]);
    free(om->known);
    memory_close(om->mirror);
    om_link_close(&om->link);
    free(om);
}

static const struct memory_ops ops = {
    .close = close_store,
    .check = check,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .add = add,
    .update = update,
    .get = get,
    .remove = remove_item,
    .list = list,
    .search = search,
    .profile = profile,
    .ready = ready,
    .set_profile = set_profile,
    .conversations = conversations,
    .callers = callers,
    .days = days,
    .find_conversation = find_conversation,
    .find = find,
    .older = older,
    .requests = requests,
    .outdated = outdated,
    .forget_conversation = forget_conversation,
    .forget = forget,
    .count = count_all,
};

struct memory_store *openmemory_open(const struct memory_options *options)
{
    struct openmemory *om = calloc(1, sizeof *om);
    if (!om)
        return NULL;
    om->store = (struct memory_store){.ops = &ops, .mode = "remote"};
    om->options = *options;
    if (om->options.timeout_ms <= 0)
        om->options.timeout_ms = 800;
    if (om->options.write_timeout_ms <= 0)
        om->options.write_timeout_ms = WRITE_TIMEOUT_MS;
    if (om_link_open(&om->link, options) == 0)
        return &om->store;
    free(om);
    return NULL;
}
