/*
 * spool: files that appear whole or not at all, and that are held by whoever works on them.
 *
 * A file is held by flock() on it: the hold ends with its owner, however that ends. Whoever moves or removes
 * a file that others may see holds it, and whoever got hold of one makes sure that its path still names it;
 * so no two ever believe that the same file is theirs.
 *
 * Everything that fails does so with ERROR_INBOX_UNAVAILABLE and names the path: it is the disk, and it
 * passes.
 */
#ifndef CALLMEM_INBOX_SPOOL_H
#define CALLMEM_INBOX_SPOOL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SPOOL_NAME_DIGITS 32 /* the hexadecimal digits that every name begins with */

/* `directory` "/" `name` `suffix`, free()d by the caller; NULL when out of memory. */
char *spool_path(const char *directory, const char *name, const char *suffix);
/* Makes a directory with its parts (0700), each durably. */
int spool_make_directory(const char *directory, struct error *error);
int spool_sync_directory(const char *directory, struct error *error);

/* Removes `directory`/`name``suffix`; 0 when there is none. */
int spool_remove(const char *directory, const char *name, const char *suffix, struct error *error);

/* A new file (0600) with a random name in `directory`, held; the descriptor. `path` is free()d by the caller.
 */
int spool_create(const char *directory, const char *suffix, char **path, struct error *error);
int spool_write(int fd, const void *bytes, size_t len, const char *path, struct error *error);
int spool_sync(int fd, const char *path, struct error *error);
/* All of a file from its beginning, free()d by the caller and ended by a NUL that `len` does not count. */
char *spool_read(int fd, const char *path, size_t *len, struct error *error);

enum spool_moved { SPOOL_MOVED, SPOOL_EXISTS, SPOOL_STUCK };
/* Renames a held file unless `to` exists. Durable once the directory of `to` is synced. */
enum spool_moved spool_move(const char *from, const char *to, struct error *error);

enum spool_held { SPOOL_HELD, SPOOL_BUSY, SPOOL_GONE, SPOOL_TROUBLE };
/* Opens and holds a file; closing `fd` lets it go. When someone else holds it: SPOOL_BUSY, or with `wait` not
 * before that one is done, and then it may be SPOOL_GONE. */
enum spool_held spool_hold(const char *path, bool wait, int *fd, struct error *error);

/* A file as spool_each() finds it. */
struct spool_file {
    char name[SPOOL_NAME_DIGITS + 1]; /* without its suffix */
    int64_t changed;                  /* mtime in nanoseconds since 1970 */
};
/* Calls `each` for every file of `directory` whose name is SPOOL_NAME_DIGITS hexadecimal digits and `suffix`,
 * in no order, until it returns false. `dated`: false leaves `changed` 0 and saves a stat() each. */
int spool_each(const char *directory, const char *suffix, bool dated,
               bool (*each)(void *ctx, const struct spool_file *file), void *ctx, struct error *error);
/* Removes what spool_create() left in `directory` with `suffix` when its owner is gone. */
void spool_sweep(const char *directory, const char *suffix);

#endif
