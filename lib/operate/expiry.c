#include "operate/expiry.h"

#include "base/log.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/retention.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#define PERIOD_SECS 3600

struct expiry {
    const struct instance *instance;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end;
    bool ending;
};

static int erase_recording(void *ctx, const char *conversation, struct error *error)
{
    return instance_erase_recording(ctx, conversation, error) < 0 ? -1 : 0;
}

int expiry_run(const struct instance *instance, size_t *forgotten, struct error *error)
{
    struct memory_store *memory = memory_open(&instance->memory);
    *forgotten = 0;
    int result = memory ? retention_run(memory, instance->settings, forgotten, erase_recording,
                                        (void *)instance, error)
                        : error_no_memory(error);
    memory_close(memory);
    return result;
}

/* --- The thread of post-call --- */

static void tick(const struct instance *instance)
{
    struct error error = {0};
    struct log_line line;
    size_t forgotten;
    if (expiry_run(instance, &forgotten, &error) != 0)
        log_failure(LOG_ERROR, "retention failed", &error);
    log_begin(&line, forgotten ? LOG_INFO : LOG_DEBUG, "retention done");
    log_int(&line, "conversations", (int64_t)forgotten);
    log_end(&line);
}

static void *run(void *ctx)
{
    struct expiry *expiry = ctx;
    pthread_mutex_lock(&expiry->lock);
    while (!expiry->ending) {
        struct timespec until;
        pthread_mutex_unlock(&expiry->lock);
        tick(expiry->instance);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += PERIOD_SECS;
        pthread_mutex_lock(&expiry->lock);
        while (!expiry->ending && pthread_cond_timedwait(&expiry->end, &expiry->lock, &until) == 0)
            ;
    }
    pthread_mutex_unlock(&expiry->lock);
    return NULL;
}

int expiry_start(const struct instance *instance, struct expiry **expiry, struct error *error)
{
    *expiry = NULL;
    if (setting_int(instance->settings, CALLMEM_RETENTION_DAYS) == 0)
        return 0;
    struct expiry *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return error_no_memory(error);
    fresh->instance = instance;
    fresh->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    fresh->end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    if (pthread_create(&fresh->thread, NULL, run, fresh) != 0) {
        free(fresh);
        return error_set(error, ERROR_INTERNAL, "no thread can be started");
    }
    *expiry = fresh;
    return 0;
}

void expiry_stop(struct expiry *expiry)
{
    if (!expiry)
        return;
    pthread_mutex_lock(&expiry->lock);
    expiry->ending = true;
    pthread_cond_signal(&expiry->end);
    pthread_mutex_unlock(&expiry->lock);
    pthread_join(expiry->thread, NULL);
    free(expiry);
}

/* --- The command --- */

int expire_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    size_t forgotten;
    if (expiry_run(instance, &forgotten, &error) != 0)
        return report_failure(&error);
    const struct report_count counts[] = {
        {"forgotten_conversations", "forgot conversations", (int64_t)forgotten}};
    return report_counts(args, counts, 1);
}
