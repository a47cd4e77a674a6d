#include "inbox/worker.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "inbox/ledger.h"
#include "inbox/schedule.h"
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

#define MAX_CRASHES 5
#define BATCH       2048 /* events that are taken up before new/ is listed again */
#define POLL_MS     500
#define RELIST_MS   5000 /* new/ is listed this often even when nothing seems to have changed */
#define RACY_NS     2000000000LL
#define OUTAGE      8 /* tries in a row without success that mean that the memory is away */
#define REST_MS     1000
#define BUSY_MS     200 /* between looks at an event in someone else's hands */
#define LEAST_MS    20
#define WORKER_NICE 10

/* What became of one event. */
enum tried {
    TRIED_WORKED, /* in memory and in the ledger */
    TRIED_FAILED, /* in failed/ */
    TRIED_GONE,   /* someone else did it, or it was a copy */
    TRIED_AGAIN,  /* it has to wait */
    TRIED_EARLY,  /* it ended the program before, and is not due */
    TRIED_BUSY,   /* in someone else's hands */
};

struct hand {
    struct inbox *inbox;
    inbox_work *work;
    void *ctx;
    bool drains; /* waits for what is busy, and for nothing else */
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
 * An event that ends the program must not do so for ever, so each try leaves a byte in a file beside the
 * event before it begins and removes the file when it comes back. Not synced: what survives the program is
 * enough. A full disk lets the try go on without it.
 */
static void note_try(struct inbox *inbox, const char *name)
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

/* How many tries did not come back, and when the last of them began (Unix milliseconds). */
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
 * How long an event still has to wait for what it did. A program can die of other things than the event in
 * its hand, so that one is taken up again at once; from the second time on it lets the others go first (1 s,
 * 4 s, 16 s), and a program that is killed over and over does not blame the same one each time.
 */
static int64_t crash_pause(size_t crashes, int64_t last)
{
    if (crashes < 2)
        return 0;
    int64_t pause = (int64_t)1000 << (2 * (crashes - 2)), passed = wall_ms() - last;
    return passed < 0 || passed >= pause ? 0 : pause - passed;
}

/* Writes why an event failed beside the place where it will be. */
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
        error_set(error, ERROR_INTERNAL, "out of memory");
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
static enum tried fail_event(struct inbox *inbox, const char *name, const char *code, const char *message,
                             size_t attempts)
{
    struct error error = {0};
    char *from = spool_path(inbox->fresh, name, EVENT_SUFFIX);
    char *to = spool_path(inbox->failed, name, EVENT_SUFFIX);
    enum tried tried = TRIED_AGAIN;
    if (from && to && write_reason(inbox, name, code, message, attempts, &error) == 0 &&
        spool_remove(inbox->fresh, name, TRIES_SUFFIX, &error) == 0 &&
        spool_move(from, to, &error) == SPOOL_MOVED) {
        tried = TRIED_FAILED;
        /* Unsynced, the event is in one of the two folders after a crash, which is as good. */
        if (spool_sync_directory(inbox->failed, &error) == 0)
            spool_sync_directory(inbox->fresh, &error);
    }
    free(from);
    free(to);
    if (tried == TRIED_FAILED) {
        struct log_line line;
        log_begin(&line, LOG_ERROR, "event cannot be worked off: moved to the failed ones");
        log_text(&line, "event", name);
        log_text(&line, "error", code);
        log_text(&line, "reason", message);
        log_end(&line);
    } else {
        log_event(LOG_ERROR, "event cannot be moved to the failed ones", name, &error);
    }
    return tried;
}

/* Takes a held event that is done out of new/. Its directory need not be synced: should the event be there
 * again after a crash, the ledger says that it is done. */
static enum tried remove_event(struct inbox *inbox, const char *name, enum tried tried)
{
    struct error error = {0};
    if (spool_remove(inbox->fresh, name, TRIES_SUFFIX, &error) == 0 &&
        spool_remove(inbox->fresh, name, EVENT_SUFFIX, &error) == 0)
        return tried;
    log_event(LOG_ERROR, "event is worked off but cannot be removed", name, &error);
    return TRIED_AGAIN;
}

/* Works on a held event. */
static enum tried work_on(const struct hand *hand, const char *name, int fd, size_t attempts,
                          struct error *error)
{
    struct inbox *inbox = hand->inbox;
    size_t len;
    char *bytes = spool_read(fd, inbox->fresh, &len, error);
    if (!bytes)
        return TRIED_AGAIN;
    note_try(inbox, name);
    enum worked worked = hand->work(hand->ctx, bytes, len, error);
    free(bytes);
    if (worked == WORK_NEVER)
        return fail_event(inbox, name, error_name(error->code), error->message, attempts);
    if (worked == WORKED && ledger_add(inbox->ledger, name, error) == 0)
        return remove_event(inbox, name, TRIED_WORKED);
    spool_remove(inbox->fresh, name, TRIES_SUFFIX, NULL);
    return TRIED_AGAIN;
}

static void log_crashes(const char *name, size_t crashes)
{
    struct log_line line;
    log_begin(&line, LOG_WARN, "the program ended while it worked on this event, which is tried again");
    log_text(&line, "event", name);
    log_int(&line, "times", (int64_t)crashes);
    log_end(&line);
}

static enum tried try_held(const struct hand *hand, const char *name, int fd, unsigned failures,
                           int64_t *pause, struct error *error)
{
    struct inbox *inbox = hand->inbox;
    int64_t last;
    if (inbox_knows(inbox, name))
        return remove_event(inbox, name, TRIED_GONE);
    size_t crashes = count_crashes(inbox, name, &last);
    if (crashes >= MAX_CRASHES) {
        char message[100];
        snprintf(message, sizeof message, "the program ended %zu times while it worked on this event",
                 crashes);
        return fail_event(inbox, name, "crashed", message, failures + crashes);
    }
    *pause = hand->drains ? 0 : crash_pause(crashes, last);
    if (*pause > 0)
        return TRIED_EARLY;
    if (crashes > 0)
        log_crashes(name, crashes);
    return work_on(hand, name, fd, failures + crashes + 1, error);
}

/* What became of a try, as /metrics tells it; no more of it when it was none. */
static void count_try(enum tried tried, int64_t started_us)
{
    static const enum metrics_try rows[] = {
        [TRIED_WORKED] = TRY_WORKED, [TRIED_FAILED] = TRY_FAILED, [TRIED_AGAIN] = TRY_POSTPONED};
    if (tried != TRIED_WORKED && tried != TRIED_FAILED && tried != TRIED_AGAIN)
        return;
    metrics_time(METRIC_EVENT_SECONDS, 0, clock_us() - started_us);
    metrics_count(METRIC_EVENTS_WORKED, rows[tried]);
}

/* Tries one event, which was postponed `failures` times. */
static enum tried try_event(const struct hand *hand, const char *name, unsigned failures, int64_t *pause,
                            struct error *error)
{
    int fd;
    *error = (struct error){0};
    char *path = spool_path(hand->inbox->fresh, name, EVENT_SUFFIX);
    if (!path) {
        error_set(error, ERROR_INTERNAL, "out of memory");
        return TRIED_AGAIN;
    }
    enum spool_held held = spool_hold(path, hand->drains, &fd, error);
    free(path);
    if (held == SPOOL_GONE)
        return TRIED_GONE;
    if (held != SPOOL_HELD)
        return held == SPOOL_BUSY ? TRIED_BUSY : TRIED_AGAIN;
    int64_t started = clock_us();
    enum tried tried = try_held(hand, name, fd, failures, pause, error);
    close(fd);
    count_try(tried, started);
    if (tried == TRIED_WORKED)
        log_event(LOG_DEBUG, "event worked off", name, NULL);
    return tried;
}

/* The events that may be tried now, oldest first. */
struct batch {
    struct spool_file *files;
    size_t count, room;
    size_t most;               /* when there are more, the oldest are taken; 0: all */
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
    if (batch->most && batch->count > batch->most)
        batch->count = batch->most;
}

static bool make_room(struct batch *batch)
{
    if (batch->count < batch->room)
        return true;
    if (batch->most && batch->room >= 2 * batch->most) {
        sort(batch);
        return true;
    }
    size_t room = batch->room ? 2 * batch->room : 64;
    struct spool_file *files = realloc(batch->files, room * sizeof *files);
    if (!files)
        return false;
    batch->files = files;
    batch->room = room;
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
        return error_set(error, ERROR_INTERNAL, "out of memory");
    sort(batch);
    return 0;
}

struct inbox_worker {
    struct inbox *inbox;
    inbox_work *work;
    void *(*begin)(void *app);
    void (*end)(void *app, void *ctx);
    void *app;
    pthread_t thread;
    atomic_bool stops;
    struct schedule *schedule;
    unsigned streak;     /* events in a row that have to wait */
    bool busy;           /* an event was in someone else's hands: when that one dies, nothing tells */
    int64_t rest_until;  /* clock_ms() */
    int64_t listed_at;   /* clock_ms() */
    int64_t folder_date; /* mtime of new/ before it was listed, in ns; -1 when it was not there */
    bool racy;           /* it changed so short a time before that a later change may have the same mtime */
    int64_t complained_at;
};

static int64_t folder_date(const struct inbox *inbox)
{
    struct stat st;
    if (stat(inbox->fresh, &st) != 0)
        return -1;
    return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

static void complain(struct inbox_worker *worker, const struct error *error)
{
    int64_t now = clock_ms();
    if (worker->complained_at && now - worker->complained_at < 60000)
        return;
    worker->complained_at = now;
    log_failure(LOG_ERROR, "the inbox cannot be worked off", error);
}

static void postpone(struct inbox_worker *worker, const char *name, const struct error *error)
{
    /* When the memory is away all events say the same; the first of them is enough for the log. */
    log_event(worker->streak == 0 ? LOG_WARN : LOG_DEBUG, "event has to wait and is tried again", name,
              error);
    worker->streak++;
    if (!schedule_postpone(worker->schedule, name, clock_ms()))
        worker->rest_until = clock_ms() + REST_MS;
}

/* The pauses were made for a memory that was away; once it is back, nothing has to wait for their end. */
static void note_success(struct inbox_worker *worker)
{
    if (worker->streak >= OUTAGE) {
        log_say(LOG_INFO, "events are worked off again");
        schedule_hurry(worker->schedule);
    }
    worker->streak = 0;
}

/* Tries one; true when new/ has become emptier by it. */
static bool take_up(struct inbox_worker *worker, const struct hand *hand, const char *name)
{
    struct error error;
    int64_t pause = 0;
    enum tried tried = try_event(hand, name, schedule_failures(worker->schedule, name), &pause, &error);
    switch (tried) {
    case TRIED_WORKED:
        note_success(worker);
        /* fall through */
    case TRIED_FAILED:
    case TRIED_GONE:
        schedule_drop(worker->schedule, name);
        return true;
    case TRIED_AGAIN:
        postpone(worker, name, &error);
        return false;
    case TRIED_EARLY:
        if (!schedule_hold(worker->schedule, name, clock_ms() + pause))
            worker->rest_until = clock_ms() + REST_MS;
        return false;
    case TRIED_BUSY:
    default:
        worker->busy = true;
        return false;
    }
}

/* Tries what is due; true when new/ should be looked at again at once. */
static bool pass(struct inbox_worker *worker, const struct hand *hand)
{
    struct error error = {0};
    struct timespec now;
    struct batch batch = {.most = BATCH, .schedule = worker->schedule, .now = clock_ms()};
    worker->folder_date = folder_date(worker->inbox);
    clock_gettime(CLOCK_REALTIME, &now);
    worker->racy = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - worker->folder_date < RACY_NS;
    worker->listed_at = batch.now;
    worker->busy = false;
    bool progress = false;
    if (list_events(worker->inbox, &batch, &error) == 0) {
        schedule_purge(worker->schedule);
        for (size_t i = 0; i < batch.count && !worker->stops && worker->rest_until <= batch.now; i++)
            progress = take_up(worker, hand, batch.files[i].name) || progress;
    } else {
        complain(worker, &error);
    }
    free(batch.files);
    return progress;
}

static bool is_due(const struct inbox_worker *worker)
{
    int64_t now = clock_ms();
    if (now < worker->rest_until)
        return false;
    return worker->busy || worker->racy || schedule_next(worker->schedule) <= now ||
           now - worker->listed_at >= RELIST_MS || folder_date(worker->inbox) != worker->folder_date;
}

static int64_t time_to_wait(const struct inbox_worker *worker)
{
    int64_t now = clock_ms(), next = schedule_next(worker->schedule);
    if (next < worker->rest_until)
        next = worker->rest_until;
    /* What is due and still waits is in someone else's hands. */
    if (worker->busy)
        return BUSY_MS;
    int64_t wait = next - now < POLL_MS ? next - now : POLL_MS;
    return wait < LEAST_MS ? LEAST_MS : wait;
}

/* Sleeps until there is something to do; nothing came in through this process since `arrivals`. */
static void wait_for_work(struct inbox_worker *worker, uint64_t arrivals)
{
    struct inbox *inbox = worker->inbox;
    do {
        struct timespec until;
        int64_t wait = time_to_wait(worker);
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += wait / 1000;
        until.tv_nsec += wait % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_sec++;
            until.tv_nsec -= 1000000000;
        }
        pthread_mutex_lock(&inbox->lock);
        int rc = 0;
        while (rc == 0 && !worker->stops && inbox->arrivals == arrivals)
            rc = pthread_cond_timedwait(&inbox->arrived, &inbox->lock, &until);
        bool woken = worker->stops || inbox->arrivals != arrivals;
        pthread_mutex_unlock(&inbox->lock);
        if (woken)
            return;
    } while (!is_due(worker));
}

static uint64_t count_arrivals(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    uint64_t arrivals = inbox->arrivals;
    pthread_mutex_unlock(&inbox->lock);
    return arrivals;
}

static void *run(void *arg)
{
    struct inbox_worker *worker = arg;
    struct hand hand = {worker->inbox, worker->work, worker->app, false};
    /* Who waits for an answer goes first: on Linux this is the thread's own priority. Refused, it is no loss.
     */
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), WORKER_NICE);
    if (worker->begin)
        hand.ctx = worker->begin(worker->app);
    while (!worker->stops) {
        uint64_t arrivals = count_arrivals(worker->inbox);
        if (!pass(worker, &hand))
            wait_for_work(worker, arrivals);
    }
    if (worker->end)
        worker->end(worker->app, hand.ctx);
    return NULL;
}

/* Signals are for the program's other threads. */
static int start_thread(struct inbox_worker *worker)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&worker->thread, NULL, run, worker);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

struct inbox_worker *inbox_worker_start(struct inbox *inbox, inbox_work *work, void *(*begin)(void *app),
                                        void (*end)(void *app, void *ctx), void *app, struct error *error)
{
    struct inbox_worker *worker = calloc(1, sizeof *worker);
    if (worker) {
        *worker = (struct inbox_worker){
            .inbox = inbox, .work = work, .begin = begin, .end = end, .app = app, .schedule = schedule_new()};
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

int inbox_drain(struct inbox *inbox, inbox_work *work, void *ctx, size_t *worked, size_t *left,
                size_t *failed, struct error *error)
{
    struct hand hand = {inbox, work, ctx, true};
    struct batch batch = {0};
    size_t counts[TRIED_BUSY + 1] = {0}, remaining = 0;
    int result = list_events(inbox, &batch, error);
    for (size_t i = 0; i < batch.count && result == 0; i++) {
        struct error why;
        int64_t pause;
        enum tried tried = try_event(&hand, batch.files[i].name, 0, &pause, &why);
        counts[tried]++;
        if (tried == TRIED_AGAIN)
            log_event(LOG_WARN, "event has to wait", batch.files[i].name, &why);
    }
    free(batch.files);
    if (result == 0)
        result = spool_each(inbox->fresh, EVENT_SUFFIX, false, count_file, &remaining, error);
    if (worked)
        *worked = counts[TRIED_WORKED];
    if (failed)
        *failed = counts[TRIED_FAILED];
    if (left)
        *left = remaining;
    return result;
}
