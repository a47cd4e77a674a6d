#include "inbox/worker.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "inbox/ledger.h"
#include "inbox/schedule.h"
#include "inbox/shared_ops.h"
#include "inbox/spool.h"
#include "service/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MAX_CRASHES   5
#define BATCH         2048 /* events that are processed before new/ is listed again */
#define POLL_MS       500
#define RELIST_MS     5000         /* new/ is listed this often even when nothing seems to have changed */
#define MTIME_STEP_NS 2000000000LL /* of the coarsest file systems */
#define OUTAGE        8            /* failures in a row that mean that the memory is unavailable */
#define REST_MS       1000
#define BUSY_MS       200 /* between tries of an event that another worker holds */
#define LEAST_MS      20
#define WORKER_NICE   10
#define QUIET_MS      5    /* since the last request */
#define YIELD_MS      1000 /* an event waits no longer than this for such a moment */

/* What became of one event. */
enum outcome {
    OUTCOME_PROCESSED, /* in memory and in the ledger */
    OUTCOME_FAILED,    /* in failed/ */
    OUTCOME_GONE,      /* processed by another worker, or a copy */
    OUTCOME_RETRY,     /* failed for now */
    OUTCOME_NOT_DUE,   /* ended the program before, and is not to be tried yet */
    OUTCOME_BUSY,      /* held by another worker */
};

struct worker_ctx {
    struct inbox *inbox;
    inbox_handler *handler;
    void *ctx;
    bool drains; /* waits for events that others hold, and for nothing else */
};

static void log_event(enum log_level level, const char *message, const char *name, const struct error *error)
{
    struct log_line line;
    log_begin(&line, level, message);
    log_text(&line, "event", name);
    if (error && error->code != ERROR_NONE)
        log_error(&line, error);
    log_end(&line);
}

/*
 * An event that crashes the program must not do so for ever, so each try first adds a byte to a file beside
 * the event, which is removed when the try returns. Not synced: it need only survive the program. When the
 * disk is full the try goes on without it.
 */
static void record_try(struct inbox *inbox, const char *name)
{
    char *path = spool_path(inbox->fresh, name, TRIES_SUFFIX);
    int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
    if (fd >= 0) {
        ssize_t written = write(fd, "x", 1);
        (void)written;
        close(fd);
    }
    free(path);
}

/* The number of tries that did not return, and when the last of them began (Unix milliseconds). */
static size_t count_crashes(struct inbox *inbox, const char *name, int64_t *last)
{
    struct stat st;
    char *path = spool_path(inbox->fresh, name, TRIES_SUFFIX);
    size_t crashes = path && lstat(path, &st) == 0 ? (size_t)st.st_size : 0;
    *last = crashes ? (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000 : 0;
    free(path);
    return crashes;
}

static int64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * How many milliseconds an event still has to wait after crashes. A program can die of other causes than the
 * event that it processes, so after one crash it is tried again at once; from the second on the others go
 * first (1 s, 4 s, 16 s), so that a program that is killed again and again does not blame the same event each
 * time.
 */
static int64_t crash_pause(size_t crashes, int64_t last)
{
    if (crashes < 2)
        return 0;
    int64_t pause = (int64_t)1000 << (2 * (crashes - 2)), passed = wall_ms() - last;
    return passed < 0 || passed >= pause ? 0 : pause - passed;
}

/* Writes why an event failed into failed/, where the event will follow. */
static int write_reason(struct inbox *inbox, const char *name, const char *code, const char *message,
                        size_t attempts, struct error *error)
{
    struct buf b = BUF_INIT;
    char at[CLOCK_STAMP_SIZE], *from = NULL;
    clock_stamp(clock_now(), at);
    buf_puts(&b, "{\"code\":");
    buf_json(&b, code, strlen(code));
    buf_puts(&b, ",\"message\":");
    buf_json(&b, message, strlen(message));
    buf_printf(&b, ",\"at\":\"%s\",\"attempts\":%zu}\n", at, attempts);
    char *to = spool_path(inbox->failed, name, REASON_SUFFIX);
    int result = -1, fd = -1;
    if (b.failed || !to)
        error_no_memory(error);
    else
        fd = spool_create(inbox->tmp, "", &from, error);
    if (fd >= 0 && spool_write(fd, b.data, b.len, inbox->tmp, error) == 0 &&
        spool_sync(fd, inbox->tmp, error) == 0) {
        result = rename(from, to);
        if (result != 0)
            error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s", inbox->failed,
                      strerror(errno));
    }
    if (fd >= 0 && result != 0)
        unlink(from);
    if (fd >= 0)
        close(fd);
    free(from);
    free(to);
    buf_free(&b);
    return result;
}

/* Moves a held event into failed/. The reason goes first: an event there always has one. */
static enum outcome fail_event(struct inbox *inbox, const char *name, const char *code, const char *message,
                               size_t attempts)
{
    struct error error = {0};
    char *from = spool_path(inbox->fresh, name, EVENT_SUFFIX);
    char *to = spool_path(inbox->failed, name, EVENT_SUFFIX);
    enum outcome outcome = OUTCOME_RETRY;
    if (from && to && write_reason(inbox, name, code, message, attempts, &error) == 0 &&
        spool_remove(inbox->fresh, name, TRIES_SUFFIX, &error) == 0 &&
        spool_move(from, to, &error) == SPOOL_MOVED) {
        outcome = OUTCOME_FAILED;
        /* An error here is harmless: after a crash the event is in one folder or the other. */
        if (spool_sync_directory(inbox->failed, &error) == 0)
            spool_sync_directory(inbox->fresh, &error);
    }
    free(from);
    free(to);
    if (outcome == OUTCOME_FAILED) {
        struct log_line line;
        log_begin(&line, LOG_ERROR, "event failed permanently; moved to failed/");
        log_text(&line, "event", name);
        log_text(&line, "error", code);
        log_text(&line, "reason", message);
        log_end(&line);
    } else {
        log_event(LOG_ERROR, "failed event cannot be moved to failed/", name, &error);
    }
    return outcome;
}

/* Removes a held event from new/. The directory need not be synced: should the event reappear after a crash,
 * it is in the ledger. */
static enum outcome remove_event(struct inbox *inbox, const char *name, enum outcome outcome)
{
    struct error error = {0};
    if (spool_remove(inbox->fresh, name, TRIES_SUFFIX, &error) == 0 &&
        spool_remove(inbox->fresh, name, EVENT_SUFFIX, &error) == 0)
        return outcome;
    log_event(LOG_ERROR, "processed event cannot be removed", name, &error);
    return OUTCOME_RETRY;
}

static enum outcome process_event(const struct worker_ctx *ctx, const char *name, int fd, size_t attempts,
                                  struct error *error)
{
    struct inbox *inbox = ctx->inbox;
    size_t len;
    char *bytes = spool_read(fd, inbox->fresh, &len, error);
    if (!bytes)
        return OUTCOME_RETRY;
    record_try(inbox, name);
    int result = ctx->handler(ctx->ctx, bytes, len, error);
    free(bytes);
    if (result != 0 && !error_is_transient(error->code))
        return fail_event(inbox, name, error_name(error->code), error->message, attempts);
    if (result == 0 && ledger_add(inbox->ledger, name, error) == 0)
        return remove_event(inbox, name, OUTCOME_PROCESSED);
    spool_remove(inbox->fresh, name, TRIES_SUFFIX, NULL);
    return OUTCOME_RETRY;
}

static void log_crashes(const char *name, size_t crashes)
{
    struct log_line line;
    log_begin(&line, LOG_WARN, "the program ended while it processed this event; trying again");
    log_text(&line, "event", name);
    log_int(&line, "times", (int64_t)crashes);
    log_end(&line);
}

static enum outcome process_locked(const struct worker_ctx *ctx, const char *name, int fd, unsigned failures,
                                   int64_t *pause, struct error *error)
{
    struct inbox *inbox = ctx->inbox;
    int64_t last;
    /* As inbox_knows() does, in the same order. */
    if (inbox_has_failed(inbox, name) || ledger_find_as_worker(inbox->ledger, name) == LEDGER_PRESENT)
        return remove_event(inbox, name, OUTCOME_GONE);
    size_t crashes = count_crashes(inbox, name, &last);
    if (crashes >= MAX_CRASHES) {
        char message[100];
        snprintf(message, sizeof message, "the program ended %zu times while it processed this event",
                 crashes);
        return fail_event(inbox, name, "crashed", message, failures + crashes);
    }
    *pause = ctx->drains ? 0 : crash_pause(crashes, last);
    if (*pause > 0)
        return OUTCOME_NOT_DUE;
    if (crashes > 0)
        log_crashes(name, crashes);
    return process_event(ctx, name, fd, failures + crashes + 1, error);
}

/* Counts a try for /metrics, unless the event was not tried at all. */
static void count_outcome(enum outcome outcome, int64_t started_us)
{
    static const enum metrics_try rows[] = {
        [OUTCOME_PROCESSED] = TRY_WORKED, [OUTCOME_FAILED] = TRY_FAILED, [OUTCOME_RETRY] = TRY_POSTPONED};
    if (outcome != OUTCOME_PROCESSED && outcome != OUTCOME_FAILED && outcome != OUTCOME_RETRY)
        return;
    metrics_time(METRIC_EVENT_SECONDS, 0, clock_us() - started_us);
    metrics_count(METRIC_EVENTS_WORKED, rows[outcome]);
}

/* Holds and processes one event, which failed for now `failures` times before. */
static enum outcome lock_and_process(const struct worker_ctx *ctx, const char *name, unsigned failures,
                                     int64_t *pause, struct error *error)
{
    int fd;
    *error = (struct error){0};
    char *path = spool_path(ctx->inbox->fresh, name, EVENT_SUFFIX);
    if (!path) {
        error_no_memory(error);
        return OUTCOME_RETRY;
    }
    enum spool_held held = spool_hold(path, ctx->drains, &fd, error);
    free(path);
    if (held == SPOOL_GONE)
        return OUTCOME_GONE;
    if (held != SPOOL_HELD)
        return held == SPOOL_BUSY ? OUTCOME_BUSY : OUTCOME_RETRY;
    int64_t started = clock_us();
    enum outcome outcome = process_locked(ctx, name, fd, failures, pause, error);
    close(fd);
    count_outcome(outcome, started);
    if (outcome == OUTCOME_PROCESSED)
        log_event(LOG_DEBUG, "event processed", name, NULL);
    return outcome;
}

/* The events that may be tried now, oldest first. */
struct batch {
    struct spool_file *files;
    size_t count, capacity;
    size_t limit;              /* when there are more, the oldest are taken; 0: all */
    struct schedule *schedule; /* may be NULL */
    int64_t now;
    bool failed;
};

static int by_age(const void *a, const void *b)
{
    const struct spool_file *x = a, *y = b;
    if (x->changed != y->changed)
        return x->changed < y->changed ? -1 : 1;
    return memcmp(x->name, y->name, SPOOL_NAME_DIGITS);
}

static void sort(struct batch *batch)
{
    if (batch->count > 0)
        qsort(batch->files, batch->count, sizeof *batch->files, by_age);
    if (batch->limit && batch->count > batch->limit)
        batch->count = batch->limit;
}

static bool make_room(struct batch *batch)
{
    if (batch->count < batch->capacity)
        return true;
    if (batch->limit && batch->capacity >= 2 * batch->limit) {
        sort(batch);
        return true;
    }
    size_t capacity = batch->capacity ? 2 * batch->capacity : 64;
    struct spool_file *files = realloc(batch->files, capacity * sizeof *files);
    if (!files)
        return false;
    batch->files = files;
    batch->capacity = capacity;
    return true;
}

static bool collect(void *ctx, const struct spool_file *file)
{
    struct batch *batch = ctx;
    if (batch->schedule && !schedule_is_due(batch->schedule, file->name, batch->now))
        return true;
    batch->failed = !make_room(batch);
    if (!batch->failed)
        batch->files[batch->count++] = *file;
    return !batch->failed;
}

static int list_events(const struct inbox *inbox, struct batch *batch, struct error *error)
{
    if (spool_each(inbox->fresh, EVENT_SUFFIX, true, collect, batch, error) != 0)
        return -1;
    if (batch->failed)
        return error_no_memory(error);
    sort(batch);
    return 0;
}

struct inbox_worker {
    struct inbox *inbox;
    inbox_handler *handler;
    void *(*begin)(void *app);
    void (*end)(void *app, void *ctx);
    void *app;
    pthread_t thread;
    atomic_bool stops;
    struct schedule *schedule;
    unsigned failures_in_a_row; /* events that failed for now since the last success */
    bool busy;                  /* another worker held an event; nothing announces its death */
    int64_t rest_until;         /* clock_ms() */
    int64_t listed_at;          /* clock_ms() */
    int64_t folder_date;        /* mtime of new/ before it was listed, in ns; -1 when it was not there */
    bool may_miss_change; /* new/ was listed so soon after a change that the next may have the same mtime */
    int64_t logged_at;
};

static void log_unavailable(struct inbox_worker *worker, const struct error *error)
{
    int64_t now = clock_ms();
    if (worker->logged_at && now - worker->logged_at < 60000)
        return;
    worker->logged_at = now;
    log_failure(LOG_ERROR, "inbox unavailable; events wait", error);
}

static void postpone(struct inbox_worker *worker, const char *name, const struct error *error)
{
    /* While the memory is unavailable all events fail alike; logging the first is enough. */
    log_event(worker->failures_in_a_row == 0 ? LOG_WARN : LOG_DEBUG, "event processing postponed", name,
              error);
    worker->failures_in_a_row++;
    if (!schedule_postpone(worker->schedule, name, clock_ms()))
        worker->rest_until = clock_ms() + REST_MS;
}

/* The pauses were for an unavailable memory; when it is back, all events are tried at once. */
static void note_success(struct inbox_worker *worker)
{
    if (worker->failures_in_a_row >= OUTAGE) {
        log_say(LOG_INFO, "memory is back; events are processed again");
        schedule_hurry(worker->schedule);
    }
    worker->failures_in_a_row = 0;
}

/* The mtime of a folder in ns; -1 when it is not there. */
static int64_t changed_at(const char *folder)
{
    struct stat st;
    if (stat(folder, &st) != 0)
        return -1;
    return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static bool is_within(int64_t time_ns, int64_t ms)
{
    int64_t passed = wall_ms() - time_ns / 1000000;
    return passed >= 0 && passed < ms;
}

/*
 * Requests go first: both sync to the same disk, where a low priority does not help, and senders wait for an
 * answer. In tmp/ every request of every process makes a file, and processing makes none. An event that has
 * waited for YIELD_MS waits no more, so under steady load events are processed as fast as without this.
 */
static void yield_to_requests(const struct inbox_worker *worker, const struct spool_file *file)
{
    static const struct timespec pause = {.tv_nsec = QUIET_MS * 1000000L};
    while (!worker->stops && is_within(file->changed, YIELD_MS) &&
           is_within(changed_at(worker->inbox->tmp), QUIET_MS))
        nanosleep(&pause, NULL);
}

/* True when there is one event less in new/. */
static bool process_one(struct inbox_worker *worker, const struct worker_ctx *ctx, const char *name)
{
    struct error error;
    int64_t pause = 0;
    enum outcome outcome =
        lock_and_process(ctx, name, schedule_failures(worker->schedule, name), &pause, &error);
    switch (outcome) {
    case OUTCOME_PROCESSED:
        note_success(worker);
        /* fall through */
    case OUTCOME_FAILED:
    case OUTCOME_GONE:
        schedule_drop(worker->schedule, name);
        return true;
    case OUTCOME_RETRY:
        postpone(worker, name, &error);
        return false;
    case OUTCOME_NOT_DUE:
        if (!schedule_hold(worker->schedule, name, clock_ms() + pause))
            worker->rest_until = clock_ms() + REST_MS;
        return false;
    case OUTCOME_BUSY:
    default:
        worker->busy = true;
        return false;
    }
}

/* Processes the events that are due; true when new/ should be scanned again at once. */
static bool scan_inbox(struct inbox_worker *worker, const struct worker_ctx *ctx)
{
    struct error error = {0};
    struct timespec now;
    struct batch batch = {.limit = BATCH, .schedule = worker->schedule, .now = clock_ms()};
    worker->folder_date = changed_at(worker->inbox->fresh);
    clock_gettime(CLOCK_REALTIME, &now);
    worker->may_miss_change =
        (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - worker->folder_date < MTIME_STEP_NS;
    worker->listed_at = batch.now;
    worker->busy = false;
    bool progress = false;
    if (list_events(worker->inbox, &batch, &error) == 0) {
        schedule_purge(worker->schedule);
        for (size_t i = 0; i < batch.count && !worker->stops && worker->rest_until <= batch.now; i++) {
            yield_to_requests(worker, &batch.files[i]);
            progress = process_one(worker, ctx, batch.files[i].name) || progress;
        }
    } else {
        log_unavailable(worker, &error);
    }
    free(batch.files);
    return progress;
}

static bool is_due(const struct inbox_worker *worker)
{
    int64_t now = clock_ms();
    if (now < worker->rest_until)
        return false;
    return worker->busy || worker->may_miss_change || schedule_next(worker->schedule) <= now ||
           now - worker->listed_at >= RELIST_MS || changed_at(worker->inbox->fresh) != worker->folder_date;
}

static int64_t time_to_wait(const struct inbox_worker *worker)
{
    int64_t now = clock_ms(), next = schedule_next(worker->schedule);
    if (next < worker->rest_until)
        next = worker->rest_until;
    /* An event that is due and still waits is held by another worker. */
    if (worker->busy)
        return BUSY_MS;
    int64_t wait = next - now < POLL_MS ? next - now : POLL_MS;
    return wait < LEAST_MS ? LEAST_MS : wait;
}

/* Sleeps until there is something to do, unless an event arrived since `arrivals` were counted. */
static void wait_for_work(struct inbox_worker *worker, uint64_t arrivals)
{
    do {
        if (inbox_wait(worker->inbox, arrivals, time_to_wait(worker), &worker->stops))
            return;
    } while (!is_due(worker));
}

static void *run(void *arg)
{
    struct inbox_worker *worker = arg;
    struct worker_ctx context = {worker->inbox, worker->handler, worker->app, false};
    /* Requests go first: on Linux this is the priority of this thread alone. Failure does no harm. */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
    if (worker->begin)
        context.ctx = worker->begin(worker->app);
    if (worker->inbox->shared)
        worker->inbox->shared->work(worker->inbox, context.handler, context.ctx, &worker->stops);
    while (!worker->stops) {
        uint64_t arrivals = inbox_arrivals(worker->inbox);
        if (!scan_inbox(worker, &context))
            wait_for_work(worker, arrivals);
    }
    if (worker->end)
        worker->end(worker->app, context.ctx);
    return NULL;
}

/* Signals go to the program's other threads. */
static int start_thread(struct inbox_worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct inbox_worker *inbox_worker_start(struct inbox *inbox, inbox_handler *handler,
                                        void *(*begin)(void *app), void (*end)(void *app, void *ctx),
                                        void *app, struct error *error)
{
    struct inbox_worker *worker = calloc(1, sizeof *worker);
    if (worker) {
        *worker = (struct inbox_worker){.inbox = inbox,
                                        .handler = handler,
                                        .begin = begin,
                                        .end = end,
                                        .app = app,
                                        .schedule = schedule_new()};
        if (worker->schedule && start_thread(worker) == 0)
            return worker;
        schedule_free(worker->schedule);
        free(worker);
    }
    error_set(error, ERROR_INTERNAL, "the inbox's worker cannot be started: out of memory or threads");
    return NULL;
}

void inbox_worker_stop(struct inbox_worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->inbox->lock);
    worker->stops = true;
    pthread_cond_broadcast(&worker->inbox->arrived);
    pthread_mutex_unlock(&worker->inbox->lock);
    pthread_join(worker->thread, NULL);
    schedule_free(worker->schedule);
    free(worker);
}

static bool count_file(void *ctx, const struct spool_file *file)
{
    (void)file;
    ++*(size_t *)ctx;
    return true;
}

static int drain_shared(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed,
                        size_t *left, size_t *failed, struct error *error)
{
    struct inbox_status status;
    size_t counts[2];
    if (inbox->shared->drain(inbox, handler, ctx, &counts[0], &counts[1], error) != 0 ||
        inbox_status(inbox, false, &status, error) != 0)
        return -1;
    if (processed)
        *processed = counts[0];
    if (failed)
        *failed = counts[1];
    if (left)
        *left = (size_t)status.pending;
    return 0;
}

int inbox_drain(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed, size_t *left,
                size_t *failed, struct error *error)
{
    struct worker_ctx context = {inbox, handler, ctx, true};
    struct batch batch = {0};
    if (inbox->shared)
        return drain_shared(inbox, handler, ctx, processed, left, failed, error);
    size_t counts[OUTCOME_BUSY + 1] = {0}, remaining = 0;
    int result = list_events(inbox, &batch, error);
    for (size_t i = 0; i < batch.count && result == 0; i++) {
        struct error why;
        int64_t pause;
        enum outcome outcome = lock_and_process(&context, batch.files[i].name, 0, &pause, &why);
        counts[outcome]++;
        if (outcome == OUTCOME_RETRY)
            log_event(LOG_WARN, "event processing postponed", batch.files[i].name, &why);
    }
    free(batch.files);
    if (result == 0)
        result = spool_each(inbox->fresh, EVENT_SUFFIX, false, count_file, &remaining, error);
    if (processed)
        *processed = counts[OUTCOME_PROCESSED];
    if (failed)
        *failed = counts[OUTCOME_FAILED];
    if (left)
        *left = remaining;
    return result;
}
