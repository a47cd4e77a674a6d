#include "inbox/spool.h"

#include "base/log.h"
#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Tells what did not work on which path, with errno as the cause. */
static int trouble(struct error *error, const char *path, const char *what)
{
    return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be %s: %s", path, what, strerror(errno));
}

char *spool_path(const char *directory, const char *name, const char *suffix)
{
    char *path;
    return asprintf(&path, "%s/%s%s", directory, name, suffix) < 0 ? NULL : path;
}

static int sync_path(const char *directory)
{
    int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int result = fsync(fd), cause = errno;
    close(fd);
    errno = cause;
    return result;
}

int spool_sync_directory(const char *directory, struct error *error)
{
    return sync_path(directory) == 0 ? 0 : trouble(error, directory, "synced");
}

/* Makes the directory that `path` is now, and syncs the one above, so that it is still there after a crash.
 */
static int make_one(char *path)
{
    if (mkdir(path, 0700) != 0)
        return errno == EEXIST ? 0 : -1;
    char *slash = strrchr(path, '/');
    if (!slash)
        return sync_path(".");
    if (slash == path)
        return sync_path("/");
    *slash = '\0';
    int result = sync_path(path), cause = errno;
    *slash = '/';
    errno = cause;
    /* A directory that may be entered and written but not listed cannot be opened for this. */
    return result != 0 && cause == EACCES ? 0 : result;
}

int spool_make_directory(const char *directory, struct error *error)
{
    char *path = text_dup(directory);
    if (!path)
        return error_no_memory(error);
    int result = 0;
    for (char *p = path + 1; *path && *p && result == 0; p++)
        if (*p == '/' && p[-1] != '/') {
            *p = '\0';
            result = make_one(path);
            *p = '/';
        }
    if (result == 0)
        result = make_one(path);
    if (result != 0)
        trouble(error, directory, "made");
    free(path);
    return result;
}

int spool_remove(const char *directory, const char *name, const char *suffix, struct error *error)
{
    char *path = spool_path(directory, name, suffix);
    if (!path)
        return error_no_memory(error);
    int result = unlink(path) == 0 || errno == ENOENT ? 0 : trouble(error, path, "removed");
    free(path);
    return result;
}

static bool is_linked(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int spool_create(const char *directory, const char *suffix, char **path, struct error *error)
{
    /* Between its creation and its flock() a file looks abandoned to a sweep; then the next name is tried. */
    for (int tries = 0; tries < 16; tries++) {
        unsigned char random[SPOOL_NAME_DIGITS / 2];
        char name[SPOOL_NAME_DIGITS + 1];
        arc4random_buf(random, sizeof random);
        text_hex(random, sizeof random, name);
        *path = spool_path(directory, name, suffix);
        if (!*path)
            return error_no_memory(error);
        int fd = open(*path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);
        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_linked(fd))
            return fd;
        bool again = fd >= 0 || errno == EEXIST;
        int cause = errno;
        if (fd >= 0) {
            unlink(*path);
            close(fd);
        }
        free(*path);
        *path = NULL;
        errno = cause;
        if (!again)
            break;
    }
    return trouble(error, directory, "written to");
}

int spool_write(int fd, const void *bytes, size_t len, const char *path, struct error *error)
{
    const char *p = bytes;
    while (len > 0) {
        ssize_t written = write(fd, p, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return trouble(error, path, "written");
        p += written;
        len -= (size_t)written;
    }
    return 0;
}

int spool_sync(int fd, const char *path, struct error *error)
{
    return fsync(fd) == 0 ? 0 : trouble(error, path, "synced");
}

char *spool_read(int fd, const char *path, size_t *len, struct error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        trouble(error, path, "read");
        return NULL;
    }
    size_t size = (size_t)st.st_size, at = 0;
    char *bytes = malloc(size + 1);
    if (!bytes) {
        error_no_memory(error);
        return NULL;
    }
    while (at < size) {
        ssize_t got = pread(fd, bytes + at, size - at, (off_t)at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            trouble(error, path, "read");
            free(bytes);
            return NULL;
        }
        if (got == 0)
            break;
        at += (size_t)got;
    }
    bytes[at] = '\0';
    *len = at;
    return bytes;
}

/* For file systems without RENAME_NOREPLACE. The second name, when a crash leaves it, is swept like any
 * other. */
static enum spool_moved move_by_link(const char *from, const char *to, struct error *error)
{
    if (link(from, to) != 0) {
        if (errno == EEXIST)
            return SPOOL_EXISTS;
        trouble(error, to, "written");
        return SPOOL_STUCK;
    }
    unlink(from);
    return SPOOL_MOVED;
}

enum spool_moved spool_move(const char *from, const char *to, struct error *error)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
        return SPOOL_MOVED;
    if (errno == EEXIST)
        return SPOOL_EXISTS;
    if (errno == EINVAL || errno == ENOSYS || errno == ENOTSUP)
        return move_by_link(from, to, error);
    trouble(error, to, "written");
    return SPOOL_STUCK;
}

static bool names(const char *path, int fd)
{
    struct stat here, there;
    return fstat(fd, &here) == 0 && stat(path, &there) == 0 && here.st_ino == there.st_ino &&
           here.st_dev == there.st_dev;
}

static enum spool_held hold_failed(const char *path, struct error *error)
{
    if (errno == ENOENT)
        return SPOOL_GONE;
    if (errno == EWOULDBLOCK)
        return SPOOL_BUSY;
    trouble(error, path, "opened");
    return SPOOL_TROUBLE;
}

enum spool_held spool_hold(const char *path, bool wait, int *fd, struct error *error)
{
    *fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0)
        return hold_failed(path, error);
    int result;
    do
        result = flock(*fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    enum spool_held held = result == 0 ? SPOOL_HELD : hold_failed(path, error);
    if (held == SPOOL_HELD && !names(path, *fd))
        held = SPOOL_GONE;
    if (held != SPOOL_HELD) {
        close(*fd);
        *fd = -1;
    }
    return held;
}

/* Takes the name apart; false when it is none of ours. */
static bool is_ours(const char *name, const char *suffix, struct spool_file *file)
{
    if (strspn(name, "0123456789abcdef") != SPOOL_NAME_DIGITS ||
        strcmp(name + SPOOL_NAME_DIGITS, suffix) != 0)
        return false;
    memcpy(file->name, name, SPOOL_NAME_DIGITS);
    file->name[SPOOL_NAME_DIGITS] = '\0';
    file->changed = 0;
    return true;
}

/* A file that went away since readdir() is passed over. */
static bool date(int directory, const char *name, struct spool_file *file)
{
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    file->changed = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

int spool_each(const char *directory, const char *suffix, bool dated,
               bool (*each)(void *ctx, const struct spool_file *file), void *ctx, struct error *error)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return trouble(error, directory, "listed");
    struct spool_file file;
    struct dirent *entry;
    for (errno = 0; (entry = readdir(dir)); errno = 0) {
        if (!is_ours(entry->d_name, suffix, &file) || (dated && !date(dirfd(dir), entry->d_name, &file)))
            continue;
        if (!each(ctx, &file)) {
            errno = 0;
            break;
        }
    }
    int result = errno == 0 ? 0 : trouble(error, directory, "listed");
    closedir(dir);
    return result;
}

struct sweep {
    const char *directory, *suffix;
    int64_t removed;
};

static bool sweep_one(void *ctx, const struct spool_file *file)
{
    struct sweep *sweep = ctx;
    char *path = spool_path(sweep->directory, file->name, sweep->suffix);
    int fd;
    if (path && spool_hold(path, false, &fd, NULL) == SPOOL_HELD) {
        sweep->removed += unlink(path) == 0;
        close(fd);
    }
    free(path);
    return true;
}

void spool_sweep(const char *directory, const char *suffix)
{
    struct sweep sweep = {directory, suffix, 0};
    struct error error;
    if (spool_each(directory, suffix, false, sweep_one, &sweep, &error) != 0)
        log_failure(LOG_WARN, "what was left half received cannot be looked for", &error);
    if (sweep.removed == 0)
        return;
    struct log_line line;
    log_begin(&line, LOG_INFO, "removed what was left half received");
    log_text(&line, "directory", directory);
    log_int(&line, "files", sweep.removed);
    log_end(&line);
}
