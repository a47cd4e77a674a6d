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

int expiry_run(const struct instance *instance, struct memory_store *memory, struct expired *expired,
               struct error *error)
{
    struct erasing erasing = {instance, memory};
    struct decision_review review = {0};
    struct error why = {0};
    *expired = (struct expired){0};
    int result = retention_run(memory, instance->settings, &expired->conversations, erase_recording,
                               (void *)instance, error);
    if (instance_expire_recordings(instance, &expired->recordings, &why) != 0) {
        if (result == 0)
            *error = why;
        result = -1;
    }
    size_t sealed = 0;
    if (instance_erase_sealed(instance, memory, &sealed, &why) != 0) {
        if (result == 0)
            *error = why;
        result = -1;
    }
    expired->recordings += sealed;
    if (!has_requests(instance, memory))
        return result;
    int reviewed = decision_review(memory, instance->settings, erase_caller, &erasing, &review, &why);
    expired->callers = review.erased;
    if (reviewed == 0)
        metrics_set(METRIC_OPEN_REQUESTS, 0, (int64_t)review.open);
    else if (result == 0)
        *error = why;
    return reviewed == 0 ? result : -1;
}

int expire_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct expired expired = {0};
    struct memory_store *memory = memory_open(&instance->memory);
    int result = memory ? expiry_run(instance, memory, &expired, &error) : error_no_memory(&error);
    memory_close(memory);
    if (result != 0)
        return report_failure(&error);
    const struct report_count counts[] = {
        {"erased_callers", "erased callers", (int64_t)expired.callers},
        {"deleted_recordings", "deleted recordings", (int64_t)expired.recordings},
        {"forgotten_conversations", "forgot conversations", (int64_t)expired.conversations}};
    return report_counts(args, counts, sizeof counts / sizeof *counts);
}
