#include "inbox/inbox.h"
#include "inbox/shared_link.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "inbox/ledger.h"
#include "inbox/receive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UPLOAD_MS 60000
#define NAMES     500 /* of the ledger that go at once */

/* --- The names that this machine knew before it had a shared inbox --- */

struct naming {
    struct shared_link *link;
    struct buf sql;
    size_t count;
    int result;
    struct error *error;
};

static void send_names(struct naming *naming)
{
    if (naming->count == 0 || naming->result != 0)
        return;
    buf_puts(&naming->sql, " ON CONFLICT DO NOTHING");
    naming->result = buf_text(&naming->sql) ? shared_execute(naming->link, buf_text(&naming->sql),
                                                             "copying the ledger", NULL, naming->error)
                                            : error_no_memory(naming->error);
    buf_reset(&naming->sql);
    naming->count = 0;
}

static bool add_name(void *ctx, const char *name, int64_t at)
{
    struct naming *naming = ctx;
    buf_printf(&naming->sql, "%s(decode('%s', 'hex'), %lld)",
               naming->count ? ", " : "INSERT INTO ledger(key, at) VALUES ", name, (long long)at);
    if (++naming->count == NAMES)
        send_names(naming);
    return naming->result == 0;
}

/*
 * The mark beside the ledger: a name at random that was put into the database behind all others. As long as
 * the database has it, it has them, too; one that was made since, or restored from before, gets them again.
 * Its second half is zeros, so that it is no event's.
 */
static void make_mark(char name[SPOOL_NAME_DIGITS + 1])
{
    unsigned char random[SHARED_KEY] = {0};
    arc4random_buf(random, sizeof random / 2);
    text_hex(random, sizeof random, name);
}

/* False where there is none, or it is that of an older version, which is empty. */
static bool read_mark(const char *path, char name[SPOOL_NAME_DIGITS + 1])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    ssize_t len = fd >= 0 ? spool_read_at(fd, name, SPOOL_NAME_DIGITS, 0) : -1;
    if (fd >= 0)
        close(fd);
    if (len != SPOOL_NAME_DIGITS)
        return false;
    name[SPOOL_NAME_DIGITS] = '\0';
    return strspn(name, "0123456789abcdef") == SPOOL_NAME_DIGITS;
}

/* Without it the names are copied once more, which changes nothing. */
static void write_mark(const char *path, const char *name)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && spool_write(fd, name, SPOOL_NAME_DIGITS, path, NULL) != 0)
        unlink(path);
    if (fd >= 0)
        close(fd);
}

/* Whether the database of this connection has the name: 1, 0, or -1. */
static int has_name(struct shared_link *link, const char *name, struct error *error)
{
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(name, key);
    PGresult *result = NULL;
    if (shared_query(link, "SELECT 1 FROM ledger WHERE key = $1", &value, 1, "reading the ledger", &result,
                     error) != 0)
        return -1;
    int found = link->link.pq->PQntuples(result) > 0;
    link->link.pq->PQclear(result);
    return found;
}

static int copy_names(const struct inbox *inbox, struct shared_link *link, const char *mark,
                      struct error *error)
{
    struct naming naming = {.link = link, .sql = BUF_INIT, .error = error};
    int result = ledger_each(inbox->ledger, add_name, &naming, error);
    send_names(&naming);
    /* Last, in a commit behind theirs. */
    if (result == 0 && naming.result == 0) {
        add_name(&naming, mark, clock_now());
        send_names(&naming);
    }
    buf_free(&naming.sql);
    return result == 0 ? naming.result : result;
}

/* So every machine recognises what this one had accepted, and erased. The file stays and is still asked, so
 * that nothing comes back before all of it is copied. Asked once a connection. */
static int copy_ledger(const struct inbox *inbox, struct shared_link *link, struct error *error)
{
    char mark[SPOOL_NAME_DIGITS + 1];
    if (link->has_names)
        return 0;
    char *path = spool_path(inbox->directory, "ledger", ".shared");
    if (!path)
        return error_no_memory(error);
    int copied = read_mark(path, mark) ? has_name(link, mark, error) : 0;
    if (copied == 0) {
        make_mark(mark);
        copied = copy_names(inbox, link, mark, error) == 0 ? 1 : -1;
        if (copied > 0)
            write_mark(path, mark);
    }
    link->has_names = copied > 0;
    free(path);
    return copied > 0 ? 0 : -1;
}

/* --- Events --- */

struct moving {
    struct inbox *inbox;
    struct shared_link *link;
    const char *folder;
    int result;
    struct error *error;
};

static char *read_reason(const struct moving *moving, const char *name)
{
    char *path = spool_path(moving->folder, name, REASON_SUFFIX), *reason = NULL;
    size_t len;
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd >= 0) {
        reason = spool_read(fd, path, &len, NULL);
        close(fd);
    }
    free(path);
    if (reason)
        reason[strcspn(reason, "\n")] = '\0';
    return reason;
}

static int put(const struct moving *moving, const struct spool_file *file, int fd, bool *is_new)
{
    struct event_names names;
    struct stat st;
    size_t len;
    receive_names(moving->inbox, fd, file->name, &names);
    char *bytes = spool_read(fd, moving->folder, &len, moving->error);
    char *reason = moving->folder == moving->inbox->failed ? read_reason(moving, file->name) : NULL;
    if (!bytes || fstat(fd, &st) != 0) {
        free(bytes);
        free(reason);
        return -1;
    }
    const struct shared_event event = {
        .name = file->name,
        .others = {names.whole, names.any},
        .bytes = bytes,
        .len = len,
        .at = st.st_mtime,
        .reason = moving->folder == moving->inbox->failed ? reason && *reason ? reason : "{}" : NULL,
    };
    moving->link->link.deadline = clock_ms() + UPLOAD_MS;
    int result = shared_put(moving->link, &event, is_new, moving->error);
    free(bytes);
    free(reason);
    return result;
}

/* A file that comes back after a crash is a duplicate then: the folder need not be synced. */
static bool move_one(void *ctx, const struct spool_file *file)
{
    static const char *const suffixes[] = {TRIES_SUFFIX, REASON_SUFFIX, EVENT_SUFFIX};
    struct moving *moving = ctx;
    bool is_new = false;
    int fd = -1;
    char *path = spool_path(moving->folder, file->name, EVENT_SUFFIX);
    if (path && spool_hold(path, false, &fd, moving->error) == SPOOL_HELD) {
        moving->result = put(moving, file, fd, &is_new);
        for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes && moving->result == 0; i++)
            moving->result = spool_remove(moving->folder, file->name, suffixes[i], moving->error);
        close(fd);
    }
    if (path && fd >= 0 && moving->result == 0) {
        struct log_line line;
        log_begin(&line, LOG_INFO,
                  is_new ? "event moved from this machine into the shared inbox"
                         : "event of this machine is a duplicate, or was erased; dropped");
        log_text(&line, "event", file->name);
        log_end(&line);
    }
    free(path);
    return moving->result == 0;
}

int shared_upload(struct inbox *inbox, struct error *error)
{
    const char *folders[] = {inbox->fresh, inbox->failed};
    struct shared_link *link = shared_take(inbox->database, UPLOAD_MS, true, error);
    if (!link)
        return -1;
    int result = copy_ledger(inbox, link, error);
    for (size_t i = 0; i < sizeof folders / sizeof *folders && result == 0; i++) {
        struct moving moving = {inbox, link, folders[i], 0, error};
        result = spool_each(folders[i], EVENT_SUFFIX, true, move_one, &moving, error);
        if (result == 0)
            result = moving.result;
    }
    shared_give(inbox->database, link);
    return result;
}
