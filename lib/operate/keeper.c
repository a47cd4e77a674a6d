#include "operate/keeper.h"

#include "base/clock.h"
#include "base/log.h"
#include "language/lexicon.h"
#include "operate/expiry.h"
#include "operate/renewal.h"
#include "people/passed.h"
#include "people/reread.h"
#include "service/metrics.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PERIOD 3600 /* seconds */

struct keeper {
    const struct instance *instance;
    struct memory_store *memory;
    struct lexicon *lexicon; /* while there is something to be read again */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end;
    bool ending;
};

/* Waits; false when the keeper is to end. */
static bool rest(struct keeper *keeper, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&keeper->lock);
    while (!keeper->ending && pthread_cond_timedwait(&keeper->end, &keeper->lock, &until) == 0)
        ;
    bool ending = keeper->ending;
    pthread_mutex_unlock(&keeper->lock);
    return !ending;
}

/* --- Forgetting --- */

static void forget(struct keeper *keeper)
{
    struct error error = {0};
    struct log_line line;
    struct expired expired;
    if (expiry_run(keeper->instance, keeper->memory, false, &expired, &error) != 0)
        log_failure(LOG_ERROR, "retention failed", &error);
    bool any = expired.conversations > 0 || expired.recordings > 0 || expired.callers > 0 ||
               expired.parts.turns > 0 || expired.parts.facts > 0 || expired.parts.requests > 0;
    log_begin(&line, any ? LOG_INFO : LOG_DEBUG, "retention done");
    log_int(&line, "conversations", (int64_t)expired.conversations);
    log_int(&line, "recordings", (int64_t)expired.recordings);
    log_int(&line, "callers", (int64_t)expired.callers);
    log_int(&line, "turns", (int64_t)expired.parts.turns);
    log_int(&line, "facts", (int64_t)expired.parts.facts);
    log_int(&line, "requests", (int64_t)expired.parts.requests);
    log_end(&line);
}

static void end_what_passed(struct keeper *keeper)
{
    struct error error = {0};
    struct log_line line;
    size_t count;
    if (passed_run(keeper->memory, keeper->instance->settings, &count, &error) != 0)
        log_failure(LOG_ERROR, "what operators said until a day could not be ended", &error);
    if (count == 0)
        return;
    log_begin(&line, LOG_INFO, "what operators said until a day is told no more");
    log_int(&line, "remarks", (int64_t)count);
    log_end(&line);
}

/* --- Reading again --- */

static bool read_lexicon(struct keeper *keeper, struct error *error)
{
    const char *folder = setting_text(keeper->instance->settings, CALLMEM_LEXICON_DIR);
    if (!keeper->lexicon)
        keeper->lexicon = lexicon_load(folder, error);
    return keeper->lexicon;
}

static void log_reread(size_t callers)
{
    struct log_line line;
    if (callers == 0)
        return;
    log_begin(&line, LOG_INFO, "calls of an older version are understood again");
    log_int(&line, "callers", (int64_t)callers);
    log_end(&line);
}

/* To look for old calls on a server means to read all that it has: there an operator runs callmem reread. */
static bool is_local(const struct keeper *keeper)
{
    return strcmp(memory_mode(keeper->memory), "remote") != 0;
}

/* As long a rest as the work took: events and live calls have the memory in between. */
static bool rest_after(void *ctx, int64_t worked_us)
{
    return rest(ctx, worked_us / 1000 + 1);
}

/* One caller after the other. False when the keeper is to end. */
static bool reread(struct keeper *keeper)
{
    struct reread reread = {.store = keeper->memory,
                            .settings = keeper->instance->settings,
                            .rest = rest_after,
                            .rest_ctx = keeper};
    char after[CALLER_SIZE] = "";
    size_t callers = 0;
    bool found = is_local(keeper);
    while (found && rest(keeper, 0)) {
        struct error error = {0};
        found = reread_is_due(keeper->memory, after, &error) == 1 && read_lexicon(keeper, &error);
        reread.lexicon = keeper->lexicon;
        if (found && reread_next(&reread, after, &error) == 0)
            callers++;
        if (error.code != ERROR_NONE)
            log_failure(LOG_WARN, "calls of a caller could not be understood again", &error);
    }
    log_reread(callers);
    lexicon_free(keeper->lexicon);
    keeper->lexicon = NULL;
    return rest(keeper, 0);
}

/* --- What agents are told, after its settings have changed --- */

static bool renew(struct keeper *keeper)
{
    struct error error = {0};
    struct log_line line;
    size_t callers;
    if (renewal_run(keeper->instance, keeper->memory, &callers, rest_after, keeper, &error) != 0)
        log_failure(LOG_ERROR, "profiles could not be made again for the new settings", &error);
    if (callers > 0) {
        log_begin(&line, LOG_INFO, "profiles are made again for the new settings");
        log_int(&line, "callers", (int64_t)callers);
        log_end(&line);
    }
    return rest(keeper, 0);
}

/* --- The thread --- */

/* Until the clock strikes: days end then. */
static bool rest_an_hour(struct keeper *keeper)
{
    return rest(keeper, (PERIOD - clock_now() % PERIOD) * 1000);
}

static void *run(void *ctx)
{
    struct keeper *keeper = ctx;
    struct error error = {0};
    bool going = true;
    while (going) {
        if (memory_upgrade(keeper->memory, &error) != 0)
            log_failure(LOG_ERROR, "the memory is not up to date", &error);
        metrics_begin_day(clock_now() / CLOCK_DAY);
        forget(keeper);
        end_what_passed(keeper);
        going = renew(keeper) && reread(keeper) && rest_an_hour(keeper);
    }
    return NULL;
}

struct keeper *keeper_start(const struct instance *instance, struct error *error)
{
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper || !(keeper->memory = memory_open(&instance->memory))) {
        free(keeper);
        error_no_memory(error);
        return NULL;
    }
    keeper->instance = instance;
    keeper->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    keeper->end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    if (pthread_create(&keeper->thread, NULL, run, keeper) == 0)
        return keeper;
    memory_close(keeper->memory);
    free(keeper);
    error_set(error, ERROR_INTERNAL, "no thread can be started");
    return NULL;
}

void keeper_stop(struct keeper *keeper)
{
    if (!keeper)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->ending = true;
    pthread_cond_signal(&keeper->end);
    pthread_mutex_unlock(&keeper->lock);
    pthread_join(keeper->thread, NULL);
    memory_close(keeper->memory);
    free(keeper);
}
