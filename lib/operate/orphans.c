#include "operate/orphans.h"

#include "base/arena.h"
#include "base/clock.h"
#include "operate/commands.h"
#include "operate/erasure.h"
#include "operate/report.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool orphans_is_one(const char *key, char today[CALLER_SIZE])
{
    char session[CALLER_SIZE];
    caller_parse_user(key, session);
    caller_parse(key, today);
    return strcmp(today, key) != 0 && strcmp(session, key) != 0;
}

int orphans_count(struct memory_store *store, size_t *count, struct error *error)
{
    const struct memory_callers_filter all = {0};
    struct memory_callers callers;
    char today[CALLER_SIZE];
    *count = 0;
    if (memory_callers(store, &all, &callers, error) != 0)
        return -1;
    for (size_t i = 0; i < callers.count; i++)
        *count += orphans_is_one(callers.items[i].caller, today);
    memory_callers_free(&callers);
    return 0;
}

/* --- The list --- */

static cJSON *orphan_object(const struct memory_caller *caller, const char *today)
{
    char last[CLOCK_STAMP_SIZE];
    cJSON *item = cJSON_CreateObject();
    clock_stamp(caller->last_call, last);
    if (item && cJSON_AddStringToObject(item, "caller", caller->caller) &&
        cJSON_AddStringToObject(item, "today", today) &&
        cJSON_AddNumberToObject(item, "call_count", (double)caller->calls) &&
        cJSON_AddStringToObject(item, "last_call", last))
        return item;
    cJSON_Delete(item);
    return NULL;
}

static void print_orphan(const struct memory_caller *caller, const char *today)
{
    char last[CLOCK_STAMP_SIZE];
    clock_stamp(caller->last_call, last);
    last[strlen("2026-03-02")] = '\0';
    printf("%s  %-32s %5lld  %s\n", last, caller->caller, (long long)caller->calls,
           *today ? today : "nobody today");
}

static int list_orphans(struct memory_store *store, const struct args *args, struct error *error)
{
    const struct memory_callers_filter all = {0};
    struct memory_callers callers;
    char today[CALLER_SIZE];
    size_t count = 0;
    if (memory_callers(store, &all, &callers, error) != 0)
        return report_failure(error);
    cJSON *whole = args->json ? cJSON_CreateObject() : NULL;
    cJSON *list = whole ? cJSON_AddArrayToObject(whole, "orphans") : NULL;
    bool good = !args->json || list;
    for (size_t i = 0; i < callers.count && good; i++) {
        if (!orphans_is_one(callers.items[i].caller, today))
            continue;
        count++;
        if (list)
            good = cJSON_AddItemToArray(list, orphan_object(&callers.items[i], today));
        else
            print_orphan(&callers.items[i], today);
    }
    memory_callers_free(&callers);
    if (args->json && good)
        return report_json(whole);
    cJSON_Delete(whole);
    if (args->json)
        return report_json(NULL);
    puts(count ? "\ncallmem export, then callmem orphans --move KEY or --forget KEY: docs/callers.md"
               : "Every caller has a key that is in use.");
    return EXIT_SUCCESS;
}

/* --- What an operator decides --- */

/* The memories of one conversation under another key; those that are there already stay as they are. */
static int move_call(struct memory_store *store, const char *conversation, const char *from, const char *to,
                     size_t *moved, struct error *error)
{
    struct memory_filter filter = {.caller = to, .conversation = conversation};
    struct memory_list list;
    if (memory_list(store, &filter, &list, error) != 0)
        return -1;
    bool there = list.count > 0;
    memory_list_free(&list);
    if (there)
        return 0;
    filter.caller = from;
    if (memory_list(store, &filter, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        list.items[i].caller = to;
        list.items[i].id = NULL;
    }
    int result = memory_add(store, list.items, list.count, NULL, error);
    *moved += list.count;
    memory_list_free(&list);
    return result;
}

static int move_all(struct memory_store *store, const char *from, const char *to,
                    const struct context_bounds *bounds, size_t *moved, struct error *error)
{
    struct memory_list calls;
    if (memory_conversations(store, from, &calls, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < calls.count && result == 0; i++)
        result = move_call(store, calls.items[i].conversation, from, to, moved, error);
    memory_list_free(&calls);
    if (result == 0)
        result = memory_forget(store, from, NULL, error);
    if (result == 0)
        result = profile_update(store, to, NULL, bounds, error);
    return result == 0 ? memory_refresh(store, to, error) : -1;
}

static int move(const struct instance *instance, struct memory_store *store, const struct args *args,
                const char *from, const char *to, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(instance->settings);
    size_t moved = 0;
    if (memory_begin(store, error) != 0)
        return report_failure(error);
    if (move_all(store, from, to, &bounds, &moved, error) != 0) {
        memory_rollback(store);
        return report_failure(error);
    }
    if (memory_commit(store, error) != 0)
        return report_failure(error);
    const struct report_count counts[] = {{"memories", "memories moved", (int64_t)moved}};
    return report_counts(args, counts, 1);
}

static int forget(const struct instance *instance, struct memory_store *store, const struct args *args,
                  const char *key, struct error *error)
{
    struct erased erased;
    if (erasure_run(instance, store, key, &erased, error) != 0)
        return report_failure(error);
    if (args->json)
        return report_json(erasure_object(&erased));
    erasure_print(key, &erased);
    return erasure_check_rest(instance);
}

static int decide(const struct instance *instance, struct memory_store *store, const struct args *args,
                  const char *key, bool moves, struct error *error)
{
    struct memory_list calls;
    char today[CALLER_SIZE];
    if (!orphans_is_one(key, today))
        return args_refuse(args, "%s is a key that is in use: callmem show", key);
    if (memory_conversations(store, key, &calls, error) != 0)
        return report_failure(error);
    size_t count = calls.count;
    memory_list_free(&calls);
    if (count == 0)
        return args_refuse(args, "there is no caller %s", key);
    if (!moves)
        return forget(instance, store, args, key, error);
    if (!*today)
        return args_refuse(args, "%s is nobody today: there is nowhere to move it to", key);
    return move(instance, store, args, key, today, error);
}

int orphans_command(struct instance *instance, const struct args *args)
{
    const char *moves = args_option(args, "move"), *forgets = args_option(args, "forget");
    struct error error = {0};
    int status;
    if (moves && forgets)
        return args_refuse(args, "--move and --forget exclude each other");
    struct memory_store *store = memory_open(&instance->memory);
    if (!store) {
        error_no_memory(&error);
        status = report_failure(&error);
    } else if (moves || forgets) {
        status = decide(instance, store, args, moves ? moves : forgets, moves, &error);
    } else {
        status = list_orphans(store, args, &error);
    }
    memory_close(store);
    return status;
}
