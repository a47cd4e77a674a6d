#include "inbox/inbox.h"

#include "base/clock.h"
#include "base/log.h"
#include "inbox/ledger.h"
#include "inbox/recordings.h"
#include "inbox/shared_ops.h"
#include "inbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int init_waking(struct inbox *inbox)
{
    pthread_condattr_t attributes;
    if (pthread_mutex_init(&inbox->lock, NULL) != 0)
        return -1;
    int rc = pthread_condattr_init(&attributes);
    if (rc == 0) {
        rc = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
        if (rc == 0)
            rc = pthread_cond_init(&inbox->arrived, &attributes);
        pthread_condattr_destroy(&attributes);
    }
    if (rc != 0)
        pthread_mutex_destroy(&inbox->lock);
    return rc == 0 ? 0 : -1;
}

static void free_parts(struct inbox *inbox)
{
    if (inbox->shared)
        inbox->shared->close(inbox->database);
    ledger_close(inbox->ledger);
    free(inbox->directory);
    free(inbox->tmp);
    free(inbox->fresh);
    free(inbox->failed);
    free(inbox->recordings);
    free(inbox);
}

/* Failures are only logged: each later call meets and reports them. */
static void make_folders(const struct inbox *inbox)
{
    const char *folders[] = {inbox->directory, inbox->tmp, inbox->fresh, inbox->failed};
    struct error error;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (spool_make_directory(folders[i], &error) != 0) {
            log_failure(LOG_ERROR, "inbox unavailable", &error);
            return;
        }
    spool_sweep(inbox->tmp, "");
}

struct inbox *inbox_open(const char *directory, struct error *error)
{
    struct inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox) {
        error_no_memory(error);
        return NULL;
    }
    inbox->directory = strdup(directory);
    inbox->tmp = spool_path(directory, "tmp", "");
    inbox->fresh = spool_path(directory, "new", "");
    inbox->failed = spool_path(directory, "failed", "");
    inbox->ledger = ledger_open(directory);
    if (!inbox->directory || !inbox->tmp || !inbox->fresh || !inbox->failed || !inbox->ledger ||
        init_waking(inbox) != 0) {
        free_parts(inbox);
        error_no_memory(error);
        return NULL;
    }
    make_folders(inbox);
    return inbox;
}

void inbox_close(struct inbox *inbox)
{
    if (!inbox)
        return;
    pthread_cond_destroy(&inbox->arrived);
    pthread_mutex_destroy(&inbox->lock);
    free_parts(inbox);
}

int inbox_keep_audio(struct inbox *inbox, const char *directory, struct error *error)
{
    struct error why;
    free(inbox->recordings);
    inbox->recordings = NULL;
    if (!directory || !*directory)
        return 0;
    inbox->recordings = strdup(directory);
    if (!inbox->recordings)
        return error_no_memory(error);
    if (recordings_prepare(directory, &why) != 0)
        log_failure(LOG_ERROR, "recordings cannot be stored", &why);
    return 0;
}

int inbox_note(struct inbox *inbox, const char *name, struct error *error)
{
    return inbox->shared ? inbox->shared->add(inbox->database, name, error)
                         : ledger_add(inbox->ledger, name, error);
}

bool inbox_has_failed(const struct inbox *inbox, const char *name)
{
    char *path = spool_path(inbox->failed, name, EVENT_SUFFIX);
    bool failed = path && access(path, F_OK) == 0;
    free(path);
    return failed;
}

bool inbox_knows(struct inbox *inbox, const char *name)
{
    /* In this order: an event that is erased from failed/ enters the ledger first. */
    return inbox_has_failed(inbox, name) || ledger_find(inbox->ledger, name) == LEDGER_PRESENT;
}

void inbox_wake(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    inbox->arrivals++;
    pthread_cond_broadcast(&inbox->arrived);
    pthread_mutex_unlock(&inbox->lock);
}

uint64_t inbox_arrivals(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    uint64_t arrivals = inbox->arrivals;
    pthread_mutex_unlock(&inbox->lock);
    return arrivals;
}

bool inbox_wait(struct inbox *inbox, uint64_t arrivals, int64_t ms, const atomic_bool *stops)
{
    struct timespec until = clock_after(ms);
    int rc = 0;
    pthread_mutex_lock(&inbox->lock);
    while (rc == 0 && !*stops && inbox->arrivals == arrivals)
        rc = pthread_cond_timedwait(&inbox->arrived, &inbox->lock, &until);
    bool woken = *stops || inbox->arrivals != arrivals;
    pthread_mutex_unlock(&inbox->lock);
    return woken;
}

/* Whether the disk has room for a small event. */
static int check_room(struct inbox *inbox, struct error *error)
{
    static const char block[4096];
    char *path = NULL;
    int fd = spool_create(inbox->tmp, "", &path, error);
    if (fd < 0)
        return -1;
    int result = spool_write(fd, block, sizeof block, inbox->tmp, error);
    unlink(path);
    free(path);
    close(fd);
    return result;
}

int inbox_check(struct inbox *inbox, struct error *error)
{
    const char *folders[] = {inbox->fresh, inbox->failed, inbox->recordings};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (folders[i] && access(folders[i], R_OK | W_OK | X_OK) != 0)
            return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s", folders[i],
                             strerror(errno));
    if (inbox->shared && inbox->refuses && inbox->shared->check(inbox->database, error) != 0)
        return -1;
    return check_room(inbox, error);
}

struct count_ctx {
    int64_t count, oldest; /* nanoseconds, INT64_MAX when none */
};

static bool count_file(void *ctx, const struct spool_file *file)
{
    struct count_ctx *counted = ctx;
    counted->count++;
    if (file->changed < counted->oldest)
        counted->oldest = file->changed;
    return true;
}

/* What all front ends have, beside what is here. */
static int add_shared(struct inbox *inbox, bool with_done, struct inbox_status *status, struct error *error)
{
    struct inbox_status all = {0};
    status->spooled = status->pending;
    if (inbox->shared->status(inbox->database, with_done, &all, error) != 0)
        return -1;
    status->pending += all.pending;
    status->failed += all.failed;
    status->done = all.done;
    if (all.oldest && (!status->oldest || all.oldest < status->oldest))
        status->oldest = all.oldest;
    return 0;
}

int inbox_status(struct inbox *inbox, bool with_done, struct inbox_status *status, struct error *error)
{
    struct count_ctx waiting = {0, INT64_MAX}, failed = {0, INT64_MAX};
    *status = (struct inbox_status){0};
    if (spool_each(inbox->fresh, EVENT_SUFFIX, true, count_file, &waiting, error) != 0 ||
        spool_each(inbox->failed, EVENT_SUFFIX, false, count_file, &failed, error) != 0)
        return -1;
    status->pending = waiting.count;
    status->failed = failed.count;
    status->oldest = waiting.count ? waiting.oldest / 1000000000 : 0;
    if (inbox->shared)
        return add_shared(inbox, with_done, status, error);
    return with_done ? ledger_count(inbox->ledger, &status->done, error) : 0;
}

struct failed_ctx {
    struct inbox *inbox;
    void (*each)(void *ctx, const char *key, const char *reason);
    void *ctx;
};

static bool report_failed(void *ctx, const struct spool_file *file)
{
    struct failed_ctx *failed = ctx;
    char *path = spool_path(failed->inbox->failed, file->name, REASON_SUFFIX), *reason = NULL;
    size_t len;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd >= 0) {
        reason = spool_read(fd, path, &len, NULL);
        close(fd);
    }
    if (reason)
        reason[strcspn(reason, "\n")] = '\0';
    failed->each(failed->ctx, file->name, reason && *reason ? reason : "{}");
    free(reason);
    free(path);
    return true;
}

int inbox_each_failed(struct inbox *inbox, void (*each)(void *ctx, const char *key, const char *reason),
                      void *ctx, struct error *error)
{
    struct failed_ctx failed = {inbox, each, ctx};
    if (inbox->shared && inbox->shared->each_failed(inbox->database, each, ctx, error) != 0)
        return -1;
    return spool_each(inbox->failed, EVENT_SUFFIX, false, report_failed, &failed, error);
}

/* Only one process at a time puts events back or erases them: an erasure would miss an event that is put back
 * into a folder that it has scanned already. */
static int lock_failed(const struct inbox *inbox, struct error *error)
{
    int fd = open(inbox->failed, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        return fd;
    error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be opened: %s", inbox->failed, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* While the files of a folder are changed one by one. */
struct change_ctx {
    struct inbox *inbox;
    const char *folder;
    bool (*match)(void *ctx, const char *bytes, size_t len);
    void *ctx;
    long done;
    int result;
    struct error *error;
};

/* Moves one back. If a copy of it is in new/, its request, which is just being answered "duplicate", or a
 * worker removes that copy; the failed event stays until the next retry. */
static bool retry_one(void *ctx, const struct spool_file *file)
{
    struct change_ctx *change = ctx;
    struct inbox *inbox = change->inbox;
    char *from = spool_path(inbox->failed, file->name, EVENT_SUFFIX);
    char *to = spool_path(inbox->fresh, file->name, EVENT_SUFFIX);
    int fd = -1;
    if (!from || !to)
        change->result = error_no_memory(change->error);
    else if (spool_hold(from, true, &fd, change->error) == SPOOL_ERROR)
        change->result = -1;
    else if (fd >= 0) {
        enum spool_moved moved = spool_move(from, to, change->error);
        change->done += moved == SPOOL_MOVED;
        if (moved == SPOOL_STUCK)
            change->result = -1;
        /* Still held, so that no worker writes a new reason before the old one is removed. */
        if (moved == SPOOL_MOVED)
            spool_remove(inbox->failed, file->name, REASON_SUFFIX, NULL);
        close(fd);
    }
    free(from);
    free(to);
    return change->result == 0;
}

static bool is_name(const char *name)
{
    return strlen(name) == SPOOL_NAME_DIGITS && strspn(name, "0123456789abcdef") == SPOOL_NAME_DIGITS;
}

static int none_failed(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND,
                     "no failed event has this id; callmem status shows those that failed");
}

static int find_failed(const struct inbox *inbox, const char *name, struct spool_file *file,
                       struct error *error)
{
    /* What comes from outside gets into a path only as digits. */
    bool good = is_name(name);
    char *path = good ? spool_path(inbox->failed, name, EVENT_SUFFIX) : NULL;
    if (good && !path)
        return error_no_memory(error);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    if (!there)
        return none_failed(error);
    *file = (struct spool_file){0};
    memcpy(file->name, name, SPOOL_NAME_DIGITS);
    return 0;
}

char *inbox_failed_body(struct inbox *inbox, const char *name, size_t max, size_t *len)
{
    char *path = is_name(name) ? spool_path(inbox->failed, name, EVENT_SUFFIX) : NULL, *bytes = NULL;
    struct stat st;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    *len = 0;
    if (fd >= 0 && fstat(fd, &st) == 0 && (size_t)st.st_size <= max)
        bytes = spool_read(fd, path, len, NULL);
    else if (fd < 0 && path && inbox->shared)
        bytes = inbox->shared->failed_body(inbox->database, name, max, len, NULL);
    if (fd >= 0)
        close(fd);
    free(path);
    return bytes;
}

/* What failed on this machine before it had a shared inbox is tried there. */
static long put_back_shared(struct inbox *inbox, const char *name, struct error *error)
{
    long count = -1;
    if (name && !is_name(name))
        count = 0;
    else if (inbox->shared->upload(inbox, error) == 0)
        count = inbox->shared->retry(inbox->database, name, error);
    if (count > 0)
        inbox_wake(inbox);
    return name && count == 0 ? none_failed(error) : count;
}

/* All, or with `name` that one. */
static long put_back(struct inbox *inbox, const char *name, struct error *error)
{
    struct change_ctx change = {.inbox = inbox, .folder = inbox->failed, .error = error};
    struct spool_file file;
    if (inbox->shared)
        return put_back_shared(inbox, name, error);
    int lock = lock_failed(inbox, error);
    if (lock < 0)
        return -1;
    int result;
    if (name) {
        result = find_failed(inbox, name, &file, error);
        if (result == 0)
            retry_one(&change, &file);
    } else {
        result = spool_each(inbox->failed, EVENT_SUFFIX, false, retry_one, &change, error);
    }
    if (result == 0)
        result = change.result;
    if (change.done > 0 && result == 0)
        result = spool_sync_directory(inbox->fresh, error);
    close(lock);
    if (change.done > 0)
        inbox_wake(inbox);
    return result == 0 ? change.done : -1;
}

long inbox_retry(struct inbox *inbox, struct error *error)
{
    return put_back(inbox, NULL, error);
}

long inbox_retry_one(struct inbox *inbox, const char *name, struct error *error)
{
    return put_back(inbox, name, error);
}

static int remove_all(struct change_ctx *change, const char *name)
{
    static const char *const suffixes[] = {TRIES_SUFFIX, REASON_SUFFIX, EVENT_SUFFIX};
    struct error why;
    /* Erasing it matters more than recognising a copy of it later. */
    if (inbox_note(change->inbox, name, &why) != 0)
        log_failure(LOG_WARN, "erased event cannot be added to the ledger", &why);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (spool_remove(change->folder, name, suffixes[i], change->error) != 0)
            return -1;
    change->done++;
    return 0;
}

static bool erase_one(void *ctx, const struct spool_file *file)
{
    struct change_ctx *change = ctx;
    char *path = spool_path(change->folder, file->name, EVENT_SUFFIX), *bytes = NULL;
    size_t len = 0;
    int fd = -1;
    if (!path)
        change->result = error_no_memory(change->error);
    else if (spool_hold(path, true, &fd, change->error) == SPOOL_ERROR)
        change->result = -1;
    else if (fd >= 0) {
        bytes = spool_read(fd, path, &len, change->error);
        change->result = bytes ? 0 : -1;
        if (bytes && change->match(change->ctx, bytes, len))
            change->result = remove_all(change, file->name);
        close(fd);
    }
    free(bytes);
    free(path);
    return change->result == 0;
}

long inbox_erase(struct inbox *inbox, bool (*match)(void *ctx, const char *bytes, size_t len), void *ctx,
                 struct error *error)
{
    struct change_ctx change = {.inbox = inbox, .match = match, .ctx = ctx, .error = error};
    /* In the order in which a worker moves them. */
    const char *folders[] = {inbox->fresh, inbox->failed};
    int lock = lock_failed(inbox, error);
    if (lock < 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders && result == 0; i++) {
        long before = change.done;
        change.folder = folders[i];
        result = spool_each(change.folder, EVENT_SUFFIX, false, erase_one, &change, error);
        if (result == 0)
            result = change.result;
        if (result == 0 && change.done > before)
            result = spool_sync_directory(change.folder, error);
    }
    close(lock);
    /* Last: what a worker has moved from here meanwhile is there. */
    long shared = 0;
    if (result == 0 && inbox->shared)
        shared = inbox->shared->erase(inbox->database, match, ctx, error);
    return result == 0 && shared >= 0 ? change.done + shared : -1;
}
