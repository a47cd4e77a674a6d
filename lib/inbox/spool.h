/*
 * spool: files that appear complete or not at all, and that are held while somebody uses them.
 *
 * A file is held by flock(), so a hold ends with its process, however that dies. A file that others may see
 * is moved or removed only while it is held, and after taking a hold the path is checked to lead to the same
 * file still; so no two processes ever own one file.
 *
 * All failures are of the disk and pass: ERROR_INBOX_UNAVAILABLE with the path.
 */
#ifndef CALLMEM_INBOX_SPOOL_H
#define CALLMEM_INBOX_SPOOL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SPOOL_NAME_DIGITS 32 /* hexadecimal digits at the start of every name */

/* `directory` "/" `name` `suffix`, free()d by the caller; NULL when out of memory. */
char *spool_path(const char *directory, const char *name, const char *suffix);
/* Makes a directory with its parts (0700), each durably. */
int spool_make_directory(const char *directory, struct error *error);
int spool_sync_directory(const char *directory, struct error *error);

/* Removes `directory`/`name``suffix`; 0 when there is none. */
int spool_remove(const char *directory, const char *name, const char *suffix, struct error *error);

/* Makes a file (0600) with a random name in `directory` and holds it; returns the descriptor. `path` is
 * free()d by the caller. */
int spool_create(const char *directory, const char *suffix, char **path, struct error *error);
int spool_write(int fd, const void *bytes, size_t len, const char *path, struct error *error);
int spool_sync(int fd, const char *path, struct error *error);
/* Reads `len` bytes at `offset`, fewer only at the end of the file; their number, or -1 with errno. */
ssize_t spool_read_at(int fd, void *bytes, size_t len, off_t offset);
/* All of a file from its beginning, free()d by the caller and ended by a NUL that `len` does not count. */
char *spool_read(int fd, const char *path, size_t *len, struct error *error);

enum spool_moved { SPOOL_MOVED, SPOOL_EXISTS, SPOOL_STUCK };
/* Renames a held file unless `to` exists. Durable once the directory of `to` is synced. */
enum spool_moved spool_move(const char *from, const char *to, struct error *error);

enum spool_held { SPOOL_HELD, SPOOL_BUSY, SPOOL_GONE, SPOOL_ERROR };
/* Opens and holds a file; closing `fd` ends the hold. While another holds it: SPOOL_BUSY, or with `wait` it
 * waits, after which the file may be SPOOL_GONE. */
enum spool_held spool_hold(const char *path, bool wait, int *fd, struct error *error);

/* A file as spool_each() finds it. */
struct spool_file {
    char name[SPOOL_NAME_DIGITS + 1]; /* without its suffix */
    int64_t changed;                  /* mtime in nanoseconds since 1970 */
};
/* Calls `each` for every file of `directory` whose name is SPOOL_NAME_DIGITS hexadecimal digits and `suffix`,
 * in no order, until it returns false. Without `with_mtime`, `changed` is 0, which saves a stat() for each.
 */
int spool_each(const char *directory, const char *suffix, bool with_mtime,
               bool (*each)(void *ctx, const struct spool_file *file), void *ctx, struct error *error);
/* Removes the files that spool_create() made in `directory` with `suffix` and whose process has died. */
void spool_sweep(const char *directory, const char *suffix);

#endif
