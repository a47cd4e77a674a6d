#include "people/retention.h"

#include "base/clock.h"
#include "people/profile.h"

#define BATCH 100 /* conversations that are looked up at once */

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

int retention_run(struct memory_store *store, const struct settings *settings, size_t *forgotten,
                  retention_elsewhere *elsewhere, void *ctx, struct error *error)
{
    int64_t days = setting_int(settings, CALLMEM_RETENTION_DAYS);
    int result = 0;
    bool more = days > 0;
    *forgotten = 0;
    while (more) {
        struct memory_list old;
        struct error why = {0};
        size_t before = *forgotten;
        if (memory_older(store, clock_now() - days * CLOCK_DAY, BATCH, &old, error) != 0)
            return -1;
        for (size_t i = 0; i < old.count; i++)
            if (forget_whole(store, settings, &old.items[i], elsewhere, ctx, &why) == 0)
                ++*forgotten;
            else if (result == 0) {
                *error = why;
                result = -1;
            }
        /* Those that had to stay come again with the next batch, which ends when nothing else does. */
        more = old.count == BATCH && *forgotten > before;
        memory_list_free(&old);
    }
    return result;
}
