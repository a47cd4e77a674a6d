#include "call/retention.h"

#include "base/clock.h"
#include "call/profile.h"

#define BATCH 100 /* conversations that are looked up at once */

static int forget_one(struct memory_store *store, const struct settings *settings, const struct memory *call,
                      struct error *error)
{
    size_t chars = (size_t)setting_int(settings, CALLMEM_CONTEXT_CHARS);
    if (memory_begin(store, error) != 0)
        return -1;
    /* Another process may have been quicker: then there is nothing left to forget. */
    int result = memory_forget_conversation(store, call->caller, call->conversation, error);
    if (result != 0 && error->code == ERROR_NOT_FOUND)
        result = 0;
    if (result == 0)
        result = profile_update(store, call->caller, call->agent, chars, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

int retention_run(struct memory_store *store, const struct settings *settings, size_t *forgotten,
                  void (*each)(void *ctx, const char *conversation), void *ctx, struct error *error)
{
    int64_t days = setting_int(settings, CALLMEM_RETENTION_DAYS);
    *forgotten = 0;
    for (size_t found = BATCH; days > 0 && found == BATCH;) {
        struct memory_list old;
        if (memory_older(store, clock_now() - days * CLOCK_DAY, BATCH, &old, error) != 0)
            return -1;
        found = old.count;
        for (size_t i = 0; i < old.count; i++) {
            /* First, because afterwards nobody knows of it any more. */
            if (each)
                each(ctx, old.items[i].conversation);
            if (forget_one(store, settings, &old.items[i], error) != 0) {
                memory_list_free(&old);
                return -1;
            }
            ++*forgotten;
        }
        memory_list_free(&old);
    }
    return 0;
}
