#include "operate/expiry.h"

#include "operate/commands.h"
#include "operate/erasure.h"
#include "operate/report.h"
#include "people/decision.h"
#include "people/retention.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <string.h>

static int erase_recording(void *ctx, const char *conversation, struct error *error)
{
    return instance_erase_recording(ctx, conversation, error) < 0 ? -1 : 0;
}

struct erasing {
    const struct instance *instance;
    struct memory_store *memory;
};

static int erase_caller(void *ctx, const char *caller, struct error *error)
{
    struct erasing *erasing = ctx;
    struct erased erased;
    return erasure_run(erasing->instance, erasing->memory, caller, &erased, error);
}

/* Looking for requests on a server means to read all that it has, which only those pay who need it. */
static bool has_requests(const struct instance *instance, const struct memory_store *memory)
{
    return strcmp(memory_mode(memory), "remote") != 0 ||
           setting_choice(instance->settings, CALLMEM_FORGET_ON_REQUEST) == FORGET_HIDE;
}

/* The first error counts. */
static void keep_first(int *result, int next, struct error *error, const struct error *why)
{
    if (next != 0 && *result == 0)
        *error = *why;
    *result = next != 0 ? -1 : *result;
}

static int count_expired(const struct instance *instance, struct memory_store *memory,
                         struct expired *expired, struct error *error)
{
    if (retention_count(memory, instance->settings, &expired->conversations, error) != 0 ||
        thinning_run(memory, instance->settings, true, &expired->parts, error) != 0 ||
        instance_expire_recordings(instance, true, &expired->recordings, error) != 0)
        return -1;
    return has_requests(instance, memory)
               ? decision_count_due(memory, instance->settings, &expired->callers, error)
               : 0;
}

int expiry_run(const struct instance *instance, struct memory_store *memory, bool dry,
               struct expired *expired, struct error *error)
{
    struct erasing erasing = {instance, memory};
    struct decision_review review = {0};
    struct error why = {0};
    size_t sealed = 0;
    *expired = (struct expired){0};
    if (dry)
        return count_expired(instance, memory, expired, error);
    int result = retention_run(memory, instance->settings, &expired->conversations, erase_recording,
                               (void *)instance, error);
    keep_first(&result, instance_expire_recordings(instance, false, &expired->recordings, &why), error, &why);
    keep_first(&result, instance_erase_sealed(instance, memory, &sealed, &why), error, &why);
    expired->recordings += sealed;
    keep_first(&result, thinning_run(memory, instance->settings, false, &expired->parts, &why), error, &why);
    if (!has_requests(instance, memory))
        return result;
    int reviewed = decision_review(memory, instance->settings, erase_caller, &erasing, &review, &why);
    expired->callers = review.erased;
    if (reviewed == 0)
        metrics_set(METRIC_OPEN_REQUESTS, 0, (int64_t)review.open);
    keep_first(&result, reviewed, error, &why);
    return result;
}

int expire_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct expired expired = {0};
    bool dry = args_option(args, "dry-run") != NULL;
    struct memory_store *memory = memory_open(&instance->memory);
    int result = memory ? expiry_run(instance, memory, dry, &expired, &error) : error_no_memory(&error);
    memory_close(memory);
    if (result != 0)
        return report_failure(&error);
    /* The last line is the one that scripts of older versions read. */
    const struct report_count counts[] = {
        {"erased_callers", dry ? "callers to erase" : "erased callers", (int64_t)expired.callers},
        {"deleted_recordings", dry ? "recordings to delete" : "deleted recordings",
         (int64_t)expired.recordings},
        {"deleted_turns", dry ? "turns to delete" : "deleted turns", (int64_t)expired.parts.turns},
        {"deleted_facts", dry ? "facts to delete" : "deleted facts", (int64_t)expired.parts.facts},
        {"deleted_requests", dry ? "requests to delete" : "deleted requests",
         (int64_t)expired.parts.requests},
        {"forgotten_conversations", dry ? "conversations to forget" : "forgot conversations",
         (int64_t)expired.conversations}};
    return report_counts(args, counts, sizeof counts / sizeof *counts);
}
