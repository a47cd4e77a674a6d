/*
 * payload_file: the file of a payload log, shared by its writers and its eraser. The holder of the lock may
 * write; taking the lock checks that the path still names the locked file.
 */
#ifndef CALLMEM_WEB_PAYLOAD_FILE_H
#define CALLMEM_WEB_PAYLOAD_FILE_H

#include "base/buf.h"

/* All return -1 with errno when they fail. `flags` are further ones for open(): O_CREAT, or 0. */

int payload_file_open(const char *path, int flags); /* a descriptor; a new file has mode 0600 */
/* Locks the file that `path` names now, opening it when *fd is -1 or of another file. *fd is -1 after a
 * failure. */
int payload_file_lock(const char *path, int *fd, int flags);
/* Appends a line (with its line break) to the locked file, completely or not at all. */
int payload_file_append(int fd, const struct buf *line);
void payload_file_close(int *fd); /* releases the lock; *fd becomes -1 */

#endif
