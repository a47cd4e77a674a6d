/*
 * migrate: brings all memories from local to remote memory, or back. What is there already is seen and left,
 * so that it can be interrupted, and repeated for what came in meanwhile. Nothing is removed where it was.
 */
#include "operate/commands.h"
#include "operate/progress.h"
#include "operate/report.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TRIES 5 /* for one caller, with a second between them */

struct migration {
    struct memory_store *from, *to;
    struct context_bounds bounds;
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

/* Adds the conversations that are missing, and counts them. */
static int add_missing(struct migration *migration, const struct memory_list *here,
                       const struct memory_list *there, size_t *moved, size_t *moved_memories, size_t *added,
                       struct error *error)
{
    for (size_t at = 0, count; at < here->count; at += count) {
        size_t fresh = 0;
        count = run_length(here, at);
        if (has_all(there, &here->items[at], count))
            continue;
        if (memory_add(migration->to, &here->items[at], count, &fresh, error) != 0)
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

static int is_complete(const struct migration *migration, const char *caller, const struct memory_list *here,
                       const struct memory_list *there, bool *complete, struct error *error)
{
    struct memory_profile profile;
    *complete = false;
    if (memory_profile(migration->to, caller, "", &profile, error) != 0)
        return -1;
    *complete = profile.document != NULL;
    memory_profile_free(&profile);
    for (size_t at = 0; at < here->count && *complete; at += run_length(here, at))
        *complete = has_all(there, &here->items[at], run_length(here, at));
    return 0;
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
        if (add_missing(migration, here, there, &moved, &moved_memories, &added, error) != 0 ||
            renew_profiles(migration, here, error) != 0) {
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
    };
    if (args->json)
        return report_json(report_object(counts, sizeof counts / sizeof *counts));
    printf("There were %zu memories of %zu conversations of %zu callers.\n", migration->memories,
           migration->conversations, migration->callers);
    printf("Moved %zu conversations with %zu memories, %zu of which are new; %zu conversations were there "
           "already.\n",
           migration->moved_conversations, migration->moved_memories, migration->added_memories,
           migration->conversations - migration->moved_conversations);
    printf("In %s memory there are now %lld memories of %lld callers.\n", args_option(args, "to"),
           (long long)memories, (long long)callers);
    return EXIT_SUCCESS;
}

static int open_both(const struct instance *instance, struct migration *migration, int from, int to,
                     struct error *error)
{
    struct memory_options source = instance_memory(instance, from), target = instance_memory(instance, to);
    if (!*setting_text(instance->settings, OPENMEMORY_URL))
        return error_set(error, ERROR_SETTINGS,
                         "OPENMEMORY_URL is missing; it names the server of remote mode");
    /* No caller is waiting. */
    source.timeout_ms = target.timeout_ms = 10000;
    source.upgrades = target.upgrades = true;
    migration->from = memory_open(&source);
    migration->to = memory_open(&target);
    return migration->from && migration->to ? 0 : error_no_memory(error);
}

static int mode_of(const char *name)
{
    return strcmp(name, "remote") == 0 ? MODE_REMOTE : MODE_LOCAL;
}

int migrate_command(struct instance *instance, const struct args *args)
{
    struct migration migration = {
        .bounds = profile_bounds(instance->settings),
    };
    struct error error = {0};
    int from = mode_of(args_option(args, "from")), to = mode_of(args_option(args, "to"));
    if (from == to)
        return args_refuse(args, "--from and --to must be different");
    int result = open_both(instance, &migration, from, to, &error);
    if (result == 0)
        result = move_all(&migration, &error);
    progress_clear();
    int status = result == 0 ? report(args, &migration, &error) : report_failure(&error);
    if (result != 0 && migration.done)
        fprintf(stderr, "%zu of %zu conversations were moved; run it again for the rest.\n", migration.done,
                migration.conversations);
    memory_close(migration.from);
    memory_close(migration.to);
    return status;
}
