/*
 * reread: understands stored calls again: of one caller, or of all.
 */
#include "people/reread.h"
#include "base/clock.h"
#include "language/lexicon.h"
#include "operate/asking.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/progress.h"
#include "operate/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct rereading {
    const struct args *args;
    struct reread reread;
    struct reread_counts counts;
    const char *caller;          /* whose calls are read now */
    struct llm_queue *llm_queue; /* NULL: there is no LLM to ask */
    size_t callers, gone, found, unread;
    cJSON *changes; /* of --dry-run --json */
    bool failed;    /* out of memory */
};

/* --- What is different --- */

static bool add_change(cJSON *list, const char *caller, const char *conversation, enum kind kind,
                       const char *content, bool added)
{
    cJSON *change = cJSON_CreateObject();
    if (change && cJSON_AddStringToObject(change, "caller", caller) &&
        cJSON_AddStringToObject(change, "conversation_id", conversation) &&
        cJSON_AddStringToObject(change, "kind", kind_name(kind)) &&
        cJSON_AddStringToObject(change, "content", content) && cJSON_AddBoolToObject(change, "known", added))
        return cJSON_AddItemToArray(list, change);
    cJSON_Delete(change);
    return false;
}

static void differs(void *ctx, const char *conversation, enum kind kind, const char *content, bool added)
{
    struct rereading *rereading = ctx;
    if (added)
        rereading->found++;
    else
        rereading->gone++;
    if (!rereading->reread.dry)
        return;
    progress_clear();
    if (rereading->changes)
        rereading->failed |=
            !add_change(rereading->changes, rereading->caller, conversation, kind, content, added);
    else
        printf("%c %s  %s  [%s] %s\n", added ? '+' : '-', rereading->caller, conversation, kind_name(kind),
               content);
}

static int leave_to_llm(void *ctx, const char *caller, const char *conversation, struct error *error)
{
    struct rereading *rereading = ctx;
    if (!rereading->llm_queue)
        return 0;
    rereading->unread++;
    return llm_queue_add(rereading->llm_queue, caller, conversation, error);
}

/* Events that come in meanwhile have the memory in between. */
static bool rest(void *ctx, int64_t worked_us)
{
    (void)ctx;
    usleep((useconds_t)(worked_us / 2 < 500000 ? worked_us / 2 : 500000));
    return true;
}

/* --- Whose calls --- */

static int by_caller(const void *a, const void *b)
{
    const struct memory *left = a, *right = b;
    return strcmp(left->caller, right->caller);
}

/* Leaves each caller once, with the calls since then. */
static void keep_callers(struct memory_list *calls, int64_t since)
{
    size_t kept = 0;
    if (calls->count)
        qsort(calls->items, calls->count, sizeof *calls->items, by_caller);
    for (size_t i = 0; i < calls->count; i++)
        if (calls->items[i].created_at >= since &&
            (kept == 0 || strcmp(calls->items[kept - 1].caller, calls->items[i].caller) != 0))
            calls->items[kept++] = calls->items[i];
    calls->count = kept;
}

static int reread_one(struct rereading *rereading, const char *caller, struct error *error)
{
    rereading->caller = caller;
    if (reread_caller(&rereading->reread, caller, &rereading->counts, error) != 0)
        return -1;
    rereading->callers++;
    return 0;
}

static int reread_everybody(struct rereading *rereading, struct error *error)
{
    struct memory_list callers;
    int result = 0;
    if (memory_older(rereading->reread.store, INT64_MAX, INT32_MAX, &callers, error) != 0)
        return -1;
    keep_callers(&callers, rereading->reread.since);
    for (size_t i = 0; i < callers.count && result == 0; i++) {
        progress_show(i, callers.count, "callers");
        result = reread_one(rereading, callers.items[i].caller, error);
    }
    progress_clear();
    memory_list_free(&callers);
    return result;
}

/* --- The command --- */

static int report(struct rereading *rereading)
{
    const struct report_count counts[] = {
        {"callers", "callers", (int64_t)rereading->callers},
        {"calls", "calls", (int64_t)rereading->counts.calls},
        {"known_now", "known now", (int64_t)rereading->found},
        {"known_no_more", "known no more", (int64_t)rereading->gone},
        {"masked", "masked secrets", (int64_t)rereading->counts.masked},
        {"left_to_llm", "left to the LLM", (int64_t)rereading->unread},
    };
    size_t count = sizeof counts / sizeof *counts;
    cJSON *changes = rereading->changes;
    rereading->changes = NULL;
    if (!changes)
        return report_counts(rereading->args, counts, count);
    cJSON *object = report_object(counts, count);
    if (object && !rereading->failed && cJSON_AddItemToObject(object, "changes", changes))
        return report_json(object);
    cJSON_Delete(object);
    cJSON_Delete(changes);
    return report_json(NULL);
}

static int run(struct rereading *rereading, const char *caller)
{
    struct error error = {0};
    int result = *caller ? reread_one(rereading, caller, &error) : reread_everybody(rereading, &error);
    if (result == 0 && rereading->counts.calls == 0 && *caller)
        caller_operand_hint(caller);
    if (result == 0)
        return report(rereading);
    if (rereading->callers > 0 && !rereading->reread.dry)
        fprintf(stderr, "The calls of %zu %s were read; it can be repeated.\n", rereading->callers,
                report_noun((int64_t)rereading->callers, "caller", "callers"));
    return report_failure(&error);
}

int reread_command(struct instance *instance, const struct args *args)
{
    const char *since = args_option(args, "since");
    char caller[CALLER_SIZE] = "";
    struct error error = {0};
    struct rereading rereading = {.args = args};
    struct reread *reread = &rereading.reread;
    *reread = (struct reread){.settings = instance->settings,
                              .dry = args_option(args, "dry-run") != NULL,
                              .redact = args_option(args, "redact") != NULL,
                              .rest = rest,
                              .differs = differs,
                              .unread = leave_to_llm,
                              .ctx = &rereading};
    if (since && !clock_parse(since, &reread->since))
        return args_refuse(args,
                           "--since takes a date such as 2026-03-02, 2026-03-02T10:04Z or Unix seconds");
    if (args->operands[0] && !caller_operand_read(args, caller))
        return EXIT_USAGE;
    struct lexicon *lexicon = lexicon_load(setting_text(instance->settings, CALLMEM_LEXICON_DIR), &error);
    if (!lexicon)
        return report_failure(&error);
    reread->lexicon = lexicon;
    reread->store = memory_open(&instance->memory);
    if (asking_is_on(instance))
        rereading.llm_queue = instance_llm_queue(instance, &error);
    if (args->json && reread->dry)
        rereading.changes = cJSON_CreateArray();
    bool opened = reread->store && (rereading.llm_queue || !asking_is_on(instance));
    int status = opened ? run(&rereading, caller) : report_json(NULL);
    cJSON_Delete(rereading.changes);
    llm_queue_close(rereading.llm_queue);
    memory_close(reread->store);
    lexicon_free(lexicon);
    return status;
}
