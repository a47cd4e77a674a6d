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

/* Names what failed on which path, with errno as the cause. */
static int io_error(struct error *error, const char *path, const char *what)
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
    return sync_path(directory) == 0 ? 0 : io_error(error, directory, "synced");
}

/* Makes one directory and syncs its parent, so that it is still there after a crash. */
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
    /* A parent that may be entered and written to but not listed cannot be opened for that. */
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
        io_error(error, directory, "made");
    free(path);
    return result;
}

int spool_remove(const char *directory, const char *name, const char *suffix, struct error *error)
{
    char *path = spool_path(directory, name, suffix);
    if (!path)
        return error_no_memory(error);
    int result = unlink(path) == 0 || errno == ENOENT ? 0 : io_error(error, path, "removed");
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
    /* A sweep may remove the file between its creation and its flock(); then the next name is tried. */
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
    return io_error(error, directory, "written to");
}

int spool_write(int fd, const void *bytes, size_t len, const char *path, struct error *error)
{
    const char *p = bytes;
    while (len > 0) {
        ssize_t written = write(fd, p, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return io_error(error, path, "written");
        p += written;
        len -= (size_t)written;
    }
    return 0;
}

int spool_sync(int fd, const char *path, struct error *error)
{
    return fsync(fd) == 0 ? 0 : io_error(error, path, "synced");
}

ssize_t spool_read_at(int fd, void *bytes, size_t len, off_t offset)
{
    size_t got = 0;
    while (got < len) {
        ssize_t more = pread(fd, (char *)bytes + got, len - got, offset + (off_t)got);
        if (more < 0 && errno == EINTR)
            continue;
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        got += (size_t)more;
    }
    return (ssize_t)got;
}

char *spool_read(int fd, const char *path, size_t *len, struct error *error)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        io_error(error, path, "read");
        return NULL;
    }
    char *bytes = malloc((size_t)st.st_size + 1);
    if (!bytes) {
        error_no_memory(error);
        return NULL;
    }
    ssize_t got = spool_read_at(fd, bytes, (size_t)st.st_size, 0);
    if (got < 0) {
        io_error(error, path, "read");
        free(bytes);
        return NULL;
    }
    bytes[got] = '\0';
    *len = (size_t)got;
    return bytes;
}

/* For file systems without RENAME_NOREPLACE. A crash may leave the first name as well, which is swept. */
static enum spool_moved move_by_link(const char *from, const char *to, struct error *error)
{
    if (link(from, to) != 0) {
        if (errno == EEXIST)
            return SPOOL_EXISTS;
        io_error(error, to, "written");
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
    io_error(error, to, "written");
    return SPOOL_STUCK;
}

static bool is_at(const char *path, int fd)
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
    io_error(error, path, "opened");
    return SPOOL_ERROR;
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
    if (held == SPOOL_HELD && !is_at(path, *fd))
        held = SPOOL_GONE;
    if (held != SPOOL_HELD) {
        close(*fd);
        *fd = -1;
    }
    return held;
}

/* Whether a name is SPOOL_NAME_DIGITS digits and the suffix; then it is copied. */
static bool parse_name(const char *name, const char *suffix, struct spool_file *file)
{
    if (strspn(name, "0123456789abcdef") != SPOOL_NAME_DIGITS ||
        strcmp(name + SPOOL_NAME_DIGITS, suffix) != 0)
        return false;
    memcpy(file->name, name, SPOOL_NAME_DIGITS);
    file->name[SPOOL_NAME_DIGITS] = '\0';
    file->changed = 0;
    return true;
}

/* False when the file has gone since readdir(). */
static bool read_mtime(int directory, const char *name, struct spool_file *file)
{
    struct stat st;
    if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return false;
    file->changed = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    return true;
}

int spool_each(const char *directory, const char *suffix, bool with_mtime,
               bool (*each)(void *ctx, const struct spool_file *file), void *ctx, struct error *error)
{
    DIR *dir = opendir(directory);
    if (!dir)
        return io_error(error, directory, "listed");
    struct spool_file file;
    struct dirent *entry;
    for (errno = 0; (entry = readdir(dir)); errno = 0) {
        if (!parse_name(entry->d_name, suffix, &file) ||
            (with_mtime && !read_mtime(dirfd(dir), entry->d_name, &file)))
            continue;
        if (!each(ctx, &file)) {
            errno = 0;
            break;
        }
    }
    int result = errno == 0 ? 0 : io_error(error, directory, "listed");
    closedir(dir);
    return result;
}

struct sweep_ctx {
    const char *directory, *suffix;
    int64_t removed;
};

static bool sweep_one(void *ctx, const struct spool_file *file)
{
    struct sweep_ctx *sweep = ctx;
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
    struct sweep_ctx sweep = {directory, suffix, 0};
    struct error error;
    if (spool_each(directory, suffix, false, sweep_one, &sweep, &error) != 0)
        log_failure(LOG_WARN, "cannot scan for partial uploads", &error);
    if (sweep.removed == 0)
        return;
    struct log_line line;
    log_begin(&line, LOG_INFO, "removed partial uploads");
    log_text(&line, "directory", directory);
    log_int(&line, "files", sweep.removed);
    log_end(&line);
}
