#include "people/retention.h"

#include "base/clock.h"
#include "people/profile.h"

#define BATCH 100 /* conversations that are looked up at once */
#define PAGE  500 /* the same, to be counted */

static int forget_one(struct memory_store *store, const struct settings *settings, const struct memory *call,
                      struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    if (memory_begin(store, error) != 0)
        return -1;
    /* Another process may have been quicker: then there is nothing left to forget. */
    int result = memory_forget_conversation(store, call->caller, call->conversation, error);
    if (result != 0 && error->code == ERROR_NOT_FOUND)
        result = 0;
    if (result == 0)
        result = profile_update(store, call->caller, call->agent, &bounds, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

/* What lies elsewhere goes first, because afterwards nobody knows of it any more. */
static int forget_whole(struct memory_store *store, const struct settings *settings,
                        const struct memory *call, retention_elsewhere *elsewhere, void *ctx,
                        struct error *error)
{
    if (elsewhere && elsewhere(ctx, call->conversation, error) != 0)
        return -1;
    return forget_one(store, settings, call, error);
}

/* What operators said of a caller stays as long as there are calls, and is no call that was forgotten. */
static int forget_remark(struct memory_store *store, const char *caller, bool *kept, struct error *error)
{
    struct memory_list calls;
    *kept = false;
    if (memory_conversations(store, caller, &calls, error) != 0)
        return -1;
    for (size_t i = 0; i < calls.count; i++)
        *kept = *kept || memory_is_call(calls.items[i].conversation);
    memory_list_free(&calls);
    return *kept ? 0 : memory_forget(store, caller, NULL, error);
}

int retention_run(struct memory_store *store, const struct settings *settings, size_t *forgotten,
                  retention_elsewhere *elsewhere, void *ctx, struct error *error)
{
    int64_t days = setting_int(settings, CALLMEM_RETENTION_DAYS);
    int result = 0;
    bool more = days > 0;
    size_t remarks = 0; /* that stay, and come again with each batch */
    *forgotten = 0;
    while (more) {
        struct memory_list old;
        struct error why = {0};
        size_t before = *forgotten, limit = BATCH + remarks, stayed = remarks;
        if (memory_older(store, clock_now() - days * CLOCK_DAY, limit, &old, error) != 0)
            return -1;
        remarks = 0;
        for (size_t i = 0; i < old.count; i++) {
            const struct memory *call = &old.items[i];
            bool kept = false, is_call = memory_is_call(call->conversation);
            int done = is_call ? forget_whole(store, settings, call, elsewhere, ctx, &why)
                               : forget_remark(store, call->caller, &kept, &why);
            if (done != 0 && result == 0)
                *error = why;
            result = done != 0 ? -1 : result;
            *forgotten += done == 0 && is_call;
            remarks += kept;
        }
        /* Those that had to stay come again with the next batch, which ends when nothing else does. */
        more = old.count == limit && (*forgotten > before || remarks > stayed);
        memory_list_free(&old);
    }
    return result;
}

static size_t count_calls(const struct memory_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += memory_is_call(list->items[i].conversation);
    return count;
}

int retention_count(struct memory_store *store, const struct settings *settings, size_t *count,
                    struct error *error)
{
    int64_t days = setting_int(settings, CALLMEM_RETENTION_DAYS), before = clock_now() - days * CLOCK_DAY;
    struct memory_walk walk = {.started_at = INT64_MIN, .done = days == 0};
    *count = 0;
    while (!walk.done) {
        struct memory_list old;
        int result = memory_can_walk(store) ? memory_walk_older(store, before, ~0u, PAGE, &walk, &old, error)
                                            : memory_older(store, before, INT32_MAX, &old, error);
        if (result != 0)
            return -1;
        walk.done = walk.done || !memory_can_walk(store);
        *count += count_calls(&old);
        memory_list_free(&old);
    }
    return 0;
}
