/*
 * settings_file: reads the files that settings come from. Part of settings.c; others include settings.h.
 *
 * A settings file is UTF-8 with one NAME=VALUE a line. Blanks around name and value do not count. A line that
 * begins with # or ; is a comment, a [section] is passed over. A value in '…' or "…" is what stands between
 * the quotes, to the byte; in a value without quotes a blank and # begin a comment, and nothing else is
 * special. A byte order mark and CRLF are taken.
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
/* Wipes and frees a string; NULL is taken. */
void settings_wipe(char *text);

/* One NAME=VALUE. Neither ends with a NUL. False stops the scan. */
typedef bool settings_file_each(void *ctx, unsigned line, const char *name, size_t name_len,
                                const char *value, size_t value_len);

/* Calls `each` for every NAME=VALUE of `text`, in order; lines that are none are told to `wrong` with their
 * number, and so is all that fails (0: the whole file). */
void settings_file_scan(const struct settings_text *text, settings_file_each *each,
                        void (*wrong)(void *ctx, unsigned line, const char *what), void *ctx);

#endif
