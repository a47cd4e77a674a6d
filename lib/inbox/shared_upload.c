#include "inbox/inbox.h"
#include "inbox/shared_link.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
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

/* So every machine recognises what this one had accepted, and erased. The file stays and is still asked, so
 * that nothing comes back before all of it is copied; a mark beside it says that it is. */
static int copy_ledger(const struct inbox *inbox, struct shared_link *link, struct error *error)
{
    char *mark = spool_path(inbox->directory, "ledger", ".shared");
    if (!mark)
        return error_no_memory(error);
    int result = 0;
    if (access(mark, F_OK) != 0) {
        struct naming naming = {.link = link, .sql = BUF_INIT, .error = error};
        result = ledger_each(inbox->ledger, add_name, &naming, error);
        send_names(&naming);
        if (result == 0)
            result = naming.result;
        buf_free(&naming.sql);
        int fd = result == 0 ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
        if (fd >= 0)
            close(fd); /* without it the names are copied once more, which changes nothing */
    }
    free(mark);
    return result;
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
