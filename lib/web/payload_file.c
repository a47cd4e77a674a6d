#include "web/payload_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

int payload_file_open(const char *path, int flags)
{
    return open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOCTTY | flags, 0600);
}

static int lock_file(int fd)
{
    int result;
    do
        result = flock(fd, LOCK_EX);
    while (result != 0 && errno == EINTR);
    return result;
}

static bool is_named_by(const char *path, int fd)
{
    struct stat ours, theirs;
    return fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_dev == theirs.st_dev &&
           ours.st_ino == theirs.st_ino;
}

void payload_file_close(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

int payload_file_lock(const char *path, int *fd, int flags)
{
    for (;;) {
        if (*fd < 0)
            *fd = payload_file_open(path, flags);
        if (*fd < 0)
            return -1;
        if (lock_file(*fd) != 0) {
            int code = errno;
            payload_file_close(fd);
            errno = code;
            return -1;
        }
        if (is_named_by(path, *fd))
            return 0;
        payload_file_close(fd);
    }
}

/* Where the last complete line ends: a process killed during write() leaves an incomplete one. -1 on
 * failure. */
static off_t whole_size(int fd)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return -1;
    for (off_t size = status.st_size; size > 0;) {
        char piece[4096];
        off_t from = size > (off_t)sizeof piece ? size - (off_t)sizeof piece : 0;
        ssize_t got = pread(fd, piece, (size_t)(size - from), from);
        if (got <= 0)
            return -1;
        const char *newline = memrchr(piece, '\n', (size_t)got);
        if (newline)
            return from + (newline - piece) + 1;
        size = from;
    }
    return 0;
}

int payload_file_append(int fd, const struct buf *line)
{
    struct stat status;
    off_t size = whole_size(fd);
    if (size < 0 || fstat(fd, &status) != 0)
        return -1;
    if (size != status.st_size && ftruncate(fd, size) != 0)
        return -1;
    ssize_t written = write(fd, line->data, line->len);
    if (written == (ssize_t)line->len)
        return 0;
    int code = written < 0 ? errno : ENOSPC;
    if (ftruncate(fd, size) == 0)
        errno = code;
    return -1;
}
