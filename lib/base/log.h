/*
 * log: one JSON object per line, to standard error or to a file, each line written at once (O_APPEND), so
 * that several processes can share the file. Rotation: rename the file and send SIGHUP, or copy and truncate.
 *
 *     struct log_line line;
 *     log_begin(&line, LOG_WARN, "memory did not answer in time");
 *     log_caller(&line, caller);
 *     log_int(&line, "waited_ms", 800);
 *     log_end(&line);
 *
 * gives {"time":"…","level":"warn","service":"client-data","pid":4711,"message":"memory …","caller":"…01",
 * "waited_ms":800}. A line never contains what a caller said, a secret or a whole number; only log_caller
 * may name a caller.
 */
#ifndef CALLMEM_BASE_LOG_H
#define CALLMEM_BASE_LOG_H

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_line {
    struct buf text;
    enum log_level level;
    int on; /* 0 below the log level: nothing is built */
};

/* Sets where this process logs. `service` is static text; `file` is copied, NULL or "" means standard error.
 * A new file has mode 0600. Before log_open(), lines from LOG_INFO on go to standard error. */
int log_open(const char *service, enum log_level least, const char *file, struct error *error);
void log_reopen(void); /* closes and opens the file again; when that fails, logs it and keeps the old one */
void log_close(void);

void log_begin(struct log_line *line, enum log_level level, const char *message);
void log_text(struct log_line *line, const char *name, const char *value); /* NULL: omitted */
void log_int(struct log_line *line, const char *name, int64_t value);
void log_ms(struct log_line *line, const char *name, int64_t microseconds); /* as milliseconds, 3 decimals */
void log_caller(struct log_line *line, const char *caller); /* "…01": the last two characters */
void log_error(struct log_line *line, const struct error *error);
void log_end(struct log_line *line);

/* A line without fields, and a line about an error that is not reported otherwise. */
void log_say(enum log_level level, const char *message);
void log_failure(enum log_level level, const char *message, const struct error *error);

#endif
