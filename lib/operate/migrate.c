/*
 * migrate: brings all memories from one store to another. What is there already is seen and left, so that it
 * can be interrupted, and repeated for what came in meanwhile. Nothing is removed where it was.
 *
 * Between local memory and PostgreSQL the keys of erased calls go along, and of a conversation that both
 * have the one that was written later stays. So a repetition after the switch, from a memory that nobody
 * writes any more, brings back neither what was erased since nor what was put right. An OpenMemory server
 * knows no such keys: what it has is only added to.
 */
#include "operate/commands.h"
#include "operate/progress.h"
#include "operate/report.h"
#include "people/linking.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEALS_AT_ONCE 1000 /* in a transaction */
#define TRIES         5    /* for one caller, with a second between them */

struct migration {
    struct memory_store *from, *to;
    struct context_bounds bounds;
    bool exact;              /* both know the keys of erased calls */
    size_t erasures, erased; /* keys that are new there, and conversations that went because of them */
    size_t callers, conversations, memories; /* that were there to be moved */
    size_t moved_conversations, moved_memories, added_memories;
    size_t done; /* conversations */
};

static void show_progress(const struct migration *migration)
{
    progress_show(migration->done, migration->conversations, "conversations");
}

/* --- One caller --- */

static bool is_same(const struct memory *a, const struct memory *b)
{
    return a->kind == b->kind && a->position == b->position && a->sector == b->sector &&
           a->created_at == b->created_at && !(a->salience < b->salience || a->salience > b->salience) &&
           !(a->decay_lambda < b->decay_lambda || a->decay_lambda > b->decay_lambda) &&
           strcmp(a->conversation, b->conversation) == 0 && strcmp(a->agent, b->agent) == 0 &&
           strcmp(a->language, b->language) == 0 && strcmp(a->speaker, b->speaker) == 0 &&
           strcmp(a->content, b->content) == 0 && strcmp(a->tags, b->tags) == 0 &&
           strcmp(a->metadata, b->metadata) == 0;
}

/* Of both lists, which are in the same order, the memories from `at` on that are of one conversation. */
static size_t run_length(const struct memory_list *list, size_t at)
{
    size_t end = at;
    while (end < list->count && strcmp(list->items[end].conversation, list->items[at].conversation) == 0)
        end++;
    return end - at;
}

/* Whether `there` has the same conversation with the same memories. */
static bool has_all(const struct memory_list *there, const struct memory *items, size_t count)
{
    size_t at = 0;
    while (at < there->count && strcmp(there->items[at].conversation, items[0].conversation) != 0)
        at++;
    if (at == there->count || run_length(there, at) < count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!is_same(&there->items[at + i], &items[i]))
            return false;
    return true;
}

/* The conversations of that name in a list; `count` is 0 where there is none. */
static const struct memory *find_run(const struct memory_list *list, const char *conversation, size_t *count)
{
    size_t at = 0;
    while (at < list->count && strcmp(list->items[at].conversation, conversation) != 0)
        at++;
    *count = at < list->count ? run_length(list, at) : 0;
    return *count ? &list->items[at] : NULL;
}

static int64_t last_written(const struct memory *items, size_t count)
{
    int64_t last = INT64_MIN;
    for (size_t i = 0; i < count; i++)
        if (items[i].updated_at > last)
            last = items[i].updated_at;
    return last;
}

/* Whether a conversation need not be moved: it is there, and as new, or it was erased there. */
static int is_settled(const struct migration *migration, const struct memory_list *there,
                      const struct memory *items, size_t count, bool *settled, struct error *error)
{
    size_t count_there;
    const struct memory *found = find_run(there, items[0].conversation, &count_there);
    bool sealed = false, sealed_here = false;
    *settled = has_all(there, items, count) && (!migration->exact || count_there == count);
    if (*settled || !migration->exact)
        return 0;
    if (found) {
        *settled = last_written(found, count_there) > last_written(items, count);
        return 0;
    }
    if (memory_is_sealed(migration->to, items[0].caller, items[0].conversation, &sealed, error) != 0)
        return -1;
    /* What was imported after an erasure is meant to be there. */
    if (sealed &&
        memory_is_sealed(migration->from, items[0].caller, items[0].conversation, &sealed_here, error) != 0)
        return -1;
    *settled = sealed && !sealed_here;
    return 0;
}

/* Removes what the conversation does not have where it comes from. */
static int remove_others(const struct migration *migration, const struct memory_list *there,
                         const struct memory *items, size_t count, struct error *error)
{
    size_t count_there;
    const struct memory *found = find_run(there, items[0].conversation, &count_there);
    for (size_t i = 0; i < count_there; i++) {
        size_t same = 0;
        while (same < count &&
               (items[same].kind != found[i].kind || items[same].position != found[i].position))
            same++;
        if (same == count && memory_delete(migration->to, found[i].caller, found[i].id, error) != 0)
            return -1;
    }
    return 0;
}

/* Adds the conversations that are missing, and counts them. */
static int add_missing(struct migration *migration, const struct memory_list *here,
                       const struct memory_list *there, size_t *moved, size_t *moved_memories, size_t *added,
                       struct error *error)
{
    for (size_t at = 0, count; at < here->count; at += count) {
        size_t fresh = 0;
        count = run_length(here, at);
        bool settled;
        if (is_settled(migration, there, &here->items[at], count, &settled, error) != 0)
            return -1;
        if (settled)
            continue;
        if (memory_add(migration->to, &here->items[at], count, &fresh, error) != 0 ||
            (migration->exact && remove_others(migration, there, &here->items[at], count, error) != 0))
            return -1;
        ++*moved;
        *moved_memories += count;
        *added += fresh;
    }
    return 0;
}

/* The profiles follow from the memories that are there now, which may be more than those that came. */
static int renew_profiles(const struct migration *migration, const struct memory_list *here,
                          struct error *error)
{
    const char *last = NULL;
    if (migration->exact)
        return profile_update(migration->to, here->items[0].caller, NULL, &migration->bounds, error);
    for (size_t i = 0; i < here->count; i++) {
        const struct memory *memory = &here->items[i];
        if (last && strcmp(last, memory->agent) == 0)
            continue;
        last = memory->agent;
        if (profile_update(migration->to, memory->caller, memory->agent, &migration->bounds, error) != 0)
            return -1;
    }
    return 0;
}

/* An erased caller has no profile, and is to have none. */
static int is_complete(const struct migration *migration, const char *caller, const struct memory_list *here,
                       const struct memory_list *there, bool *complete, struct error *error)
{
    struct memory_profile profile;
    *complete = false;
    if (memory_profile(migration->to, caller, "", &profile, error) != 0)
        return -1;
    *complete = profile.document != NULL || (migration->exact && there->count == 0);
    memory_profile_free(&profile);
    for (size_t at = 0; at < here->count && *complete; at += run_length(here, at))
        if (is_settled(migration, there, &here->items[at], run_length(here, at), complete, error) != 0)
            return -1;
    return 0;
}

/* Within a transaction, which holds the caller: there may be calls that come in at both ends. */
static int move_held(struct migration *migration, const char *caller, const struct memory_list *here,
                     const struct memory_list *seen, size_t *moved, size_t *moved_memories, size_t *added,
                     struct error *error)
{
    const struct memory_filter filter = {.caller = caller};
    struct memory_list there = {0};
    if (migration->exact && memory_list(migration->to, &filter, &there, error) != 0)
        return -1;
    int result =
        add_missing(migration, here, migration->exact ? &there : seen, moved, moved_memories, added, error);
    memory_list_free(&there);
    return result == 0 ? renew_profiles(migration, here, error) : -1;
}

static int move_lists(struct migration *migration, const char *caller, const struct memory_list *here,
                      const struct memory_list *there, struct error *error)
{
    size_t moved = 0, moved_memories = 0, added = 0;
    bool complete;
    if (is_complete(migration, caller, here, there, &complete, error) != 0)
        return -1;
    if (!complete) {
        if (memory_begin(migration->to, error) != 0)
            return -1;
        if (move_held(migration, caller, here, there, &moved, &moved_memories, &added, error) != 0) {
            memory_rollback(migration->to);
            return -1;
        }
        if (memory_commit(migration->to, error) != 0)
            return -1;
    }
    migration->moved_conversations += moved;
    migration->moved_memories += moved_memories;
    migration->added_memories += added;
    migration->memories += here->count;
    return 0;
}

static int move_once(struct migration *migration, const char *caller, struct error *error)
{
    const struct memory_filter filter = {.caller = caller};
    struct memory_list here = {0}, there = {0};
    int result = memory_list(migration->from, &filter, &here, error);
    if (result == 0)
        result = memory_list(migration->to, &filter, &there, error);
    if (result == 0)
        result = move_lists(migration, caller, &here, &there, error);
    memory_list_free(&here);
    memory_list_free(&there);
    return result;
}

/* A server that is away for a moment does not end it. */
static int move_caller(struct migration *migration, const char *caller, struct error *error)
{
    for (int tries = 1;; tries++) {
        if (move_once(migration, caller, error) == 0)
            return 0;
        if (!error_is_transient(error->code) || tries == TRIES)
            return -1;
        sleep(1);
    }
}

/* --- Erased calls --- */

static int by_key(const void *a, const void *b)
{
    const struct memory *left = a, *right = b;
    return strcmp(left->conversation, right->conversation);
}

static bool has_key(const struct memory_list *seals, const char *key)
{
    const struct memory wanted = {.conversation = key};
    return seals->count && bsearch(&wanted, seals->items, seals->count, sizeof wanted, by_key);
}

/* With the profiles of those who shared it. */
static int forget_and_renew(const struct migration *migration, const struct memory *call, struct error *error)
{
    struct kin kin;
    struct kin_share shared = {0};
    if (linking_read(migration->to, call->caller, &kin, &shared, error) != 0)
        return -1;
    kin_free(&shared);
    if (memory_forget_conversation(migration->to, call->caller, call->conversation, error) != 0 ||
        profile_update(migration->to, call->caller, NULL, &migration->bounds, error) != 0)
        return -1;
    for (size_t i = 1; i < kin.count; i++)
        if (profile_update(migration->to, kin.lines[i], NULL, &migration->bounds, error) != 0)
            return -1;
    return memory_seal(migration->to, call->caller, call->conversation, error);
}

static int drop_call(struct migration *migration, const struct memory *call, struct error *error)
{
    bool sealed;
    if (memory_begin(migration->to, error) != 0)
        return -1;
    int result = memory_is_sealed(migration->to, call->caller, call->conversation, &sealed, error);
    if (result == 0 && !sealed)
        result = forget_and_renew(migration, call, error);
    if (result == 0 && memory_commit(migration->to, error) == 0) {
        migration->erased += !sealed;
        return 0;
    }
    memory_rollback(migration->to);
    return -1;
}

/* What was brought before it was erased where it came from. */
static int drop_erased(struct migration *migration, const struct memory_list *here,
                       const struct memory_list *there, struct error *error)
{
    struct memory_list calls;
    int result = 0;
    if (here->count == 0)
        return 0;
    if (memory_older(migration->to, INT64_MAX, INT32_MAX, &calls, error) != 0)
        return -1;
    for (size_t i = 0; i < calls.count && result == 0; i++) {
        char key[MEMORY_SEAL_SIZE];
        if (!memory_seal_key(calls.items[i].conversation, key))
            result = error_no_memory(error);
        else if (has_key(here, key) && !has_key(there, key))
            result = drop_call(migration, &calls.items[i], error);
    }
    memory_list_free(&calls);
    return result;
}

static int add_seals(struct migration *migration, const struct memory_list *here,
                     const struct memory_list *there, struct error *error)
{
    struct memory *missing = calloc(here->count + 1, sizeof *missing);
    size_t count = 0;
    int result = missing ? 0 : error_no_memory(error);
    for (size_t i = 0; i < here->count && result == 0; i++)
        if (!has_key(there, here->items[i].conversation))
            missing[count++] = here->items[i];
    for (size_t at = 0; at < count && result == 0; at += SEALS_AT_ONCE) {
        const struct memory_list some = {.items = missing + at,
                                         .count = count - at < SEALS_AT_ONCE ? count - at : SEALS_AT_ONCE};
        result = memory_add_seals(migration->to, &some, error);
    }
    free(missing);
    if (result == 0)
        migration->erasures += count;
    return result;
}

/* What was erased where it comes from is erased where it goes, and comes back in neither. */
static int move_erasures(struct migration *migration, struct error *error)
{
    struct memory_list here = {0}, there = {0};
    if (!migration->exact)
        return 0;
    int result = memory_seals(migration->from, "", INT32_MAX, &here, error);
    if (result == 0)
        result = memory_seals(migration->to, "", INT32_MAX, &there, error);
    if (result == 0)
        result = drop_erased(migration, &here, &there, error);
    if (result == 0)
        result = add_seals(migration, &here, &there, error);
    memory_list_free(&here);
    memory_list_free(&there);
    return result;
}

/* --- All callers --- */

static int by_caller(const void *a, const void *b)
{
    const struct memory *left = a, *right = b;
    return strcmp(left->caller, right->caller);
}

static int move_all(struct migration *migration, struct error *error)
{
    struct memory_list calls;
    int result = 0;
    if (memory_older(migration->from, INT64_MAX, INT32_MAX, &calls, error) != 0)
        return -1;
    if (calls.count)
        qsort(calls.items, calls.count, sizeof *calls.items, by_caller);
    migration->conversations = calls.count;
    show_progress(migration);
    for (size_t i = 0, end; i < calls.count && result == 0; i = end) {
        end = i + 1;
        while (end < calls.count && strcmp(calls.items[end].caller, calls.items[i].caller) == 0)
            end++;
        result = move_caller(migration, calls.items[i].caller, error);
        if (result == 0) {
            migration->callers++;
            migration->done = end;
            show_progress(migration);
        }
    }
    memory_list_free(&calls);
    return result;
}

static int report(const struct args *args, struct migration *migration, struct error *error)
{
    int64_t callers, memories;
    if (memory_count(migration->to, &callers, &memories, error) != 0)
        return report_failure(error);
    const struct report_count counts[] = {
        {"callers", NULL, (int64_t)migration->callers},
        {"conversations", NULL, (int64_t)migration->conversations},
        {"memories", NULL, (int64_t)migration->memories},
        {"moved_conversations", NULL, (int64_t)migration->moved_conversations},
        {"moved_memories", NULL, (int64_t)migration->moved_memories},
        {"new_memories", NULL, (int64_t)migration->added_memories},
        {"callers_there", NULL, callers},
        {"memories_there", NULL, memories},
        {"erased_conversations", NULL, (int64_t)migration->erased},
        {"erasures", NULL, (int64_t)migration->erasures},
    };
    if (args->json)
        return report_json(report_object(counts, sizeof counts / sizeof *counts));
    printf("There %s %zu %s of %zu %s of %zu %s.\n", report_noun((int64_t)migration->memories, "was", "were"),
           migration->memories, report_noun((int64_t)migration->memories, "memory", "memories"),
           migration->conversations,
           report_noun((int64_t)migration->conversations, "conversation", "conversations"),
           migration->callers, report_noun((int64_t)migration->callers, "caller", "callers"));
    size_t there = migration->conversations - migration->moved_conversations;
    printf("Moved %zu %s with %zu %s, %zu of which %s new; %zu %s there already.\n",
           migration->moved_conversations,
           report_noun((int64_t)migration->moved_conversations, "conversation", "conversations"),
           migration->moved_memories, report_noun((int64_t)migration->moved_memories, "memory", "memories"),
           migration->added_memories, report_noun((int64_t)migration->added_memories, "is", "are"), there,
           report_noun((int64_t)there, "conversation was", "conversations were"));
    if (migration->erasures || migration->erased)
        printf("Brought the keys of erased conversations: %zu. Of those that had been moved before, erased "
               "there, too: %zu.\n",
               migration->erasures, migration->erased);
    printf("In %s memory there %s now %lld %s of %lld %s.\n", args_option(args, "to"),
           report_noun(memories, "is", "are"), (long long)memories,
           report_noun(memories, "memory", "memories"), (long long)callers,
           report_noun(callers, "caller", "callers"));
    return EXIT_SUCCESS;
}

static int open_both(const struct instance *instance, struct migration *migration, int from, int to,
                     struct error *error)
{
    struct memory_options source = instance_memory(instance, from), target = instance_memory(instance, to);
    if ((from == MODE_REMOTE || to == MODE_REMOTE) && !*setting_text(instance->settings, OPENMEMORY_URL))
        return error_set(error, ERROR_SETTINGS,
                         "OPENMEMORY_URL is missing; it names the server of remote mode");
    if ((from == MODE_DATABASE || to == MODE_DATABASE) &&
        !*setting_text(instance->settings, CALLMEM_DATABASE_URL))
        return error_set(error, ERROR_SETTINGS,
                         "CALLMEM_DATABASE_URL is missing; it names the PostgreSQL database. While the front "
                         "end runs without it, set it for this command alone");
    /* No caller is waiting. */
    source.timeout_ms = target.timeout_ms = 10000;
    if (from != MODE_REMOTE)
        source.write_timeout_ms = 60000; /* reads all conversations at once */
    if (to != MODE_REMOTE)
        target.write_timeout_ms = 60000;
    source.upgrades = target.upgrades = true;
    migration->from = memory_open(&source);
    migration->to = memory_open(&target);
    if (!migration->from || !migration->to)
        return error_no_memory(error);
    migration->exact = from != MODE_REMOTE && to != MODE_REMOTE;
    return 0;
}

static int mode_of(const char *name)
{
    if (strcmp(name, "postgres") == 0)
        return MODE_DATABASE;
    return strcmp(name, "local") == 0 ? MODE_LOCAL : MODE_REMOTE;
}

/* What it comes from where nobody says: the local memory; and to that, the other one that is set. */
static int usual_source(const struct instance *instance, int to)
{
    if (to != MODE_LOCAL)
        return MODE_LOCAL;
    return *setting_text(instance->settings, CALLMEM_DATABASE_URL) ? MODE_DATABASE : MODE_REMOTE;
}

int migrate_command(struct instance *instance, const struct args *args)
{
    struct migration migration = {
        .bounds = profile_bounds(instance->settings),
    };
    struct error error = {0};
    const char *source = args_option(args, "from");
    int to = mode_of(args_option(args, "to"));
    int from = source ? mode_of(source) : usual_source(instance, to);
    if (from == to)
        return args_refuse(args, "--from and --to must be different");
    int result = open_both(instance, &migration, from, to, &error);
    if (result == 0)
        result = move_erasures(&migration, &error);
    if (result == 0)
        result = move_all(&migration, &error);
    /* Once more, for whoever was erased meanwhile. */
    if (result == 0)
        result = move_erasures(&migration, &error);
    progress_clear();
    int status = result == 0 ? report(args, &migration, &error) : report_failure(&error);
    if (result != 0 && migration.done)
        fprintf(stderr, "%zu of %zu conversations were moved; run it again for the rest.\n", migration.done,
                migration.conversations);
    memory_close(migration.from);
    memory_close(migration.to);
    return status;
}
