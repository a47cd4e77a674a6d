#include "inbox/llm_queue.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SUFFIX     ".json"
#define NEW_SUFFIX ".tmp"
#define MARK       'o' /* of a try that failed, */
#define CALL_MARK  'x' /* because of the call */
#define POLL_MS    500
#define MS         1000000                         /* nanoseconds */
#define LATEST_MS  ((int64_t)2 * CLOCK_DAY * 1000) /* a date after that is a clock that was wrong */
#define TAKEN_MOST 64                              /* files held by others that are passed over at once */

struct llm_queue {
    char *folder;
};

struct llm_queue *llm_queue_open(const char *inbox)
{
    struct llm_queue *queue = calloc(1, sizeof *queue);
    if (queue)
        queue->folder = spool_path(inbox, "llm", "");
    if (queue && queue->folder)
        return queue;
    llm_queue_close(queue);
    return NULL;
}

void llm_queue_close(struct llm_queue *queue)
{
    if (queue)
        free(queue->folder);
    free(queue);
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Held for the moment in which a file takes the place of another or is removed. -1 when it cannot be had. */
static int lock_folder(const struct llm_queue *queue, struct error *error)
{
    int fd = open(queue->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = -1;
    while (fd >= 0 && (rc = flock(fd, LOCK_EX)) != 0 && errno == EINTR)
        ;
    if (rc == 0)
        return fd;
    error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be opened: %s", queue->folder, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

static bool has_folder(const struct llm_queue *queue)
{
    struct stat st;
    return stat(queue->folder, &st) == 0;
}

static bool make_name(const char *caller, const char *conversation, char name[SPOOL_NAME_DIGITS + 1])
{
    unsigned char hash[DIGEST_SIZE];
    struct buf text = BUF_INIT;
    buf_add(&text, caller, strlen(caller) + 1);
    buf_puts(&text, conversation);
    bool good = !text.failed && digest_sha256(text.data, text.len, hash);
    if (good)
        text_hex(hash, SPOOL_NAME_DIGITS / 2, name);
    buf_free(&text);
    return good;
}

static int put_file(struct llm_queue *queue, const char *name, const char *from, struct error *error)
{
    char *to = spool_path(queue->folder, name, SUFFIX);
    int lock = to ? lock_folder(queue, error) : -1, result = -1;
    if (!to)
        error_no_memory(error);
    if (lock >= 0 && (result = rename(from, to)) != 0)
        error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written: %s", to, strerror(errno));
    if (lock >= 0)
        close(lock);
    free(to);
    return result == 0 ? spool_sync_directory(queue->folder, error) : -1;
}

int llm_queue_add(struct llm_queue *queue, const char *caller, const char *conversation, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1], *from = NULL;
    struct buf b = BUF_INIT;
    int fd = -1, result = -1;
    buf_puts(&b, "{\"caller\":");
    buf_json(&b, caller, strlen(caller));
    buf_puts(&b, ",\"conversation\":");
    buf_json(&b, conversation, strlen(conversation));
    buf_printf(&b, ",\"since\":%lld}\n", (long long)clock_now());
    if (b.failed || !make_name(caller, conversation, name))
        error_no_memory(error);
    else if (spool_make_directory(queue->folder, error) == 0)
        fd = spool_create(queue->folder, NEW_SUFFIX, &from, error);
    if (fd >= 0 && spool_write(fd, b.data, b.len, queue->folder, error) == 0 &&
        spool_sync(fd, queue->folder, error) == 0)
        result = put_file(queue, name, from, error);
    if (fd >= 0) {
        if (result != 0)
            unlink(from);
        close(fd);
    }
    free(from);
    buf_free(&b);
    return result;
}

static bool count_file(void *ctx, const struct spool_file *file)
{
    (void)file;
    ++*(int64_t *)ctx;
    return true;
}

int llm_queue_count(struct llm_queue *queue, int64_t *count, struct error *error)
{
    *count = 0;
    if (!has_folder(queue))
        return 0;
    return spool_each(queue->folder, SUFFIX, false, count_file, count, error);
}

int llm_queue_sit(struct llm_queue *queue)
{
    char name[24];
    if (spool_make_directory(queue->folder, NULL) != 0)
        return -1;
    for (int seat = 0; seat < LLM_SEATS; seat++) {
        snprintf(name, sizeof name, "seat-%d", seat);
        char *path = spool_path(queue->folder, name, "");
        int fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
        free(path);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) {
            spool_sweep(queue->folder, NEW_SUFFIX);
            return fd;
        }
        if (fd >= 0)
            close(fd);
    }
    return -1;
}

/* --- A call --- */

static void release(struct llm_call *call)
{
    free(call->caller);
    free(call->conversation);
    if (call->fd >= 0)
        close(call->fd);
    *call = (struct llm_call){.fd = -1};
}

/* 1 when it was read, 0 when it is not such a file, -1 on failure. */
static int read_call(int fd, const char *path, struct llm_call *call, struct error *error)
{
    size_t len;
    char *text = spool_read(fd, path, &len, error);
    if (!text)
        return -1;
    struct error why = {0};
    size_t end = strcspn(text, "\n");
    cJSON *json = json_parse(text, end, &why);
    const char *caller = json_text(json, "caller"), *conversation = json_text(json, "conversation");
    int result = json || !error_is_transient(why.code) ? caller && conversation : error_no_memory(error);
    if (result == 1) {
        call->caller = text_dup(caller);
        call->conversation = text_dup(conversation);
        call->since = json_int(json, "since", 0);
        for (const char *mark = text + end; *mark; mark++) {
            call->failures += *mark == MARK || *mark == CALL_MARK;
            call->refusals += *mark == CALL_MARK;
        }
        if (!call->caller || !call->conversation)
            result = error_no_memory(error);
    }
    cJSON_Delete(json);
    free(text);
    return result;
}

/* Removes the file that `fd` holds, unless another has taken its place. */
static int remove_held(struct llm_queue *queue, const char *name, int fd, struct error *error)
{
    struct stat here, there;
    char *path = spool_path(queue->folder, name, SUFFIX);
    int lock = path ? lock_folder(queue, error) : -1, result = lock >= 0 ? 0 : -1;
    if (!path)
        error_no_memory(error);
    if (lock >= 0 && fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino &&
        here.st_dev == there.st_dev)
        result = spool_remove(queue->folder, name, SUFFIX, error);
    if (lock >= 0)
        close(lock);
    free(path);
    return result;
}

static int64_t date_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec : INT64_MAX;
}

static bool is_due(int64_t date, int64_t now)
{
    return date <= now || date - now > LATEST_MS * MS;
}

/* 1: it is taken; 0: another has it, or had it; -1. */
static int take_file(struct llm_queue *queue, const char *name, struct llm_call *call, struct error *error)
{
    char *path = spool_path(queue->folder, name, SUFFIX);
    *call = (struct llm_call){.fd = -1};
    if (!path)
        return error_no_memory(error);
    int result = spool_hold(path, false, &call->fd, error) == SPOOL_ERROR ? -1 : call->fd >= 0;
    if (result == 1 && !is_due(date_of(call->fd), now_ns()))
        result = 0;
    if (result == 1) {
        memcpy(call->name, name, sizeof call->name);
        result = read_call(call->fd, path, call, error);
        if (result == 0) {
            log_failure(LOG_WARN, "removed a file that names no call for the LLM",
                        &(struct error){.code = ERROR_INVALID_JSON, .message = ""});
            result = remove_held(queue, name, call->fd, error);
        }
    }
    free(path);
    if (result != 1)
        release(call);
    return result;
}

/* The files that are due first, and when the next one is. */
struct due_list {
    struct spool_file files[TAKEN_MOST];
    size_t count;
    int64_t now, next;
};

static bool note_due(void *ctx, const struct spool_file *file)
{
    struct due_list *list = ctx;
    if (!is_due(file->changed, list->now)) {
        list->next = file->changed < list->next ? file->changed : list->next;
        return true;
    }
    size_t at = list->count;
    while (at > 0 && list->files[at - 1].changed > file->changed)
        at--;
    if (at == TAKEN_MOST)
        return true;
    size_t moved = (list->count < TAKEN_MOST ? list->count : TAKEN_MOST - 1) - at;
    memmove(&list->files[at + 1], &list->files[at], moved * sizeof *list->files);
    list->files[at] = *file;
    list->count += list->count < TAKEN_MOST;
    return true;
}

int llm_queue_take(struct llm_queue *queue, struct llm_call *call, int64_t *wait_ms, struct error *error)
{
    struct due_list list = {.now = now_ns(), .next = INT64_MAX};
    int taken = 0;
    *call = (struct llm_call){.fd = -1};
    *wait_ms = POLL_MS;
    if (!has_folder(queue))
        return 0;
    if (spool_each(queue->folder, SUFFIX, true, note_due, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count && taken == 0; i++)
        taken = take_file(queue, list.files[i].name, call, error);
    if (taken == 0 && list.next != INT64_MAX && (list.next - list.now) / MS < POLL_MS)
        *wait_ms = (list.next - list.now) / MS + 1;
    return taken;
}

int llm_queue_finish(struct llm_queue *queue, struct llm_call *call, struct error *error)
{
    int result = remove_held(queue, call->name, call->fd, error);
    release(call);
    return result;
}

/* The date in `ms` milliseconds. */
static void set_date(int fd, int64_t ms)
{
    int64_t when = now_ns() + ms * MS;
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT},
                                {.tv_sec = when / 1000000000, .tv_nsec = when % 1000000000}};
    (void)futimens(fd, times);
}

void llm_queue_postpone(struct llm_queue *queue, struct llm_call *call, enum llm_failed failed, int64_t ms)
{
    (void)queue;
    char mark = failed == LLM_FAILED_CALL ? CALL_MARK : MARK;
    off_t end = lseek(call->fd, 0, SEEK_END);
    /* Without the mark, as on a full disk, it is only tried more often. */
    if (failed != LLM_FAILED_NOT && end >= 0) {
        ssize_t written = write(call->fd, &mark, 1);
        (void)written;
    }
    set_date(call->fd, ms);
    release(call);
}

static bool hurry_one(void *ctx, const struct spool_file *file)
{
    const struct llm_queue *queue = ctx;
    char *path = spool_path(queue->folder, file->name, SUFFIX);
    int fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd >= 0) {
        set_date(fd, 0);
        close(fd);
    }
    free(path);
    return true;
}

void llm_queue_hurry(struct llm_queue *queue)
{
    spool_each(queue->folder, SUFFIX, false, hurry_one, queue, NULL);
}

struct erase_ctx {
    struct llm_queue *queue;
    const char *caller, *conversation;
    long erased;
    int result;
    struct error *error;
};

/* Under the lock of the folder, not held: a worker may be waiting for an answer about it. */
static bool erase_one(void *ctx, const struct spool_file *file)
{
    struct erase_ctx *erase = ctx;
    struct llm_call call = {.fd = -1};
    char *path = spool_path(erase->queue->folder, file->name, SUFFIX);
    if (path)
        call.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (!path)
        erase->result = error_no_memory(erase->error);
    else if (call.fd < 0 && errno != ENOENT)
        erase->result =
            error_set(erase->error, ERROR_INBOX_UNAVAILABLE, "%s cannot be read: %s", path, strerror(errno));
    else if (call.fd >= 0) {
        int read = read_call(call.fd, path, &call, erase->error);
        bool match = read == 1 && strcmp(call.caller, erase->caller) == 0 &&
                     (!erase->conversation || strcmp(call.conversation, erase->conversation) == 0);
        erase->result = read < 0 ? -1 : 0;
        if (match)
            erase->result = spool_remove(erase->queue->folder, file->name, SUFFIX, erase->error);
        erase->erased += match && erase->result == 0;
    }
    free(path);
    release(&call);
    return erase->result == 0;
}

long llm_queue_erase(struct llm_queue *queue, const char *caller, const char *conversation,
                     struct error *error)
{
    struct erase_ctx erase = {queue, caller, conversation, 0, 0, error};
    if (!has_folder(queue))
        return 0;
    int lock = lock_folder(queue, error);
    if (lock < 0)
        return -1;
    int result = spool_each(queue->folder, SUFFIX, false, erase_one, &erase, error);
    close(lock);
    if (result == 0)
        result = erase.result;
    if (result == 0 && erase.erased > 0)
        result = spool_sync_directory(queue->folder, error);
    return result == 0 ? erase.erased : -1;
}
