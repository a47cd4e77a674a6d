/*
 * settings_file: reads the files that settings come from. Part of settings.c; others include settings.h.
 *
 * A settings file is UTF-8 with one NAME=VALUE per line. Spaces around name and value are ignored. A line
 * that begins with # or ; is a comment, a [section] is ignored. A value in '…' or "…" is exactly the bytes
 * between the quotes; in a value without quotes a space and # begin a comment, and nothing else is special. A
 * byte order mark and CRLF are accepted.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_FILE_H
#define CALLMEM_SERVICE_SETTINGS_FILE_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SETTINGS_FILE_MAX (1024 * 1024) /* bytes */

/* Text that is wiped when it is freed. `mode` is that of the file. */
struct settings_text {
    char *bytes; /* NUL-terminated */
    size_t len;
    mode_t mode;
};

/* Reads a whole file. 0, or an errno value: EFBIG when it has more than SETTINGS_FILE_MAX bytes. */
int settings_file_read(const char *path, struct settings_text *text);
void settings_text_free(struct settings_text *text);
/* Wipes and frees a string; NULL is allowed. */
void settings_wipe(char *text);

/* One NAME=VALUE. Neither is NUL-terminated. False stops the scan. */
typedef bool settings_file_each(void *ctx, unsigned line, const char *name, size_t name_len,
                                const char *value, size_t value_len);

/* Calls `each` for every NAME=VALUE of `text`, in order, and `wrong` with the number of every invalid line.
 */
void settings_file_scan(const struct settings_text *text, settings_file_each *each,
                        void (*wrong)(void *ctx, unsigned line, const char *what), void *ctx);

#endif
