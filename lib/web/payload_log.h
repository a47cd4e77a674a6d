/*
 * payload_log: every request of one endpoint with its response, one JSON object per line, to see what
 * ElevenLabs really sends. Off unless a file is set. It contains what callers said, so the file has mode
 * 0600, secrets are redacted, and erasing a caller removes their lines.
 *
 *     {"time":"…","request_id":"…","endpoint":"client-data","caller":"+1…","conversation_id":"…",
 *      "request":{"method":"POST","path":"…","headers":{"authorization":"[redacted]",…},"body":{…}},
 *      "response":{"status":200,"body":{…}},"duration_ms":0.412}
 *
 * Of a body without valid credentials only the length is logged ("body_bytes"). A body that is
 * JSON is printed as such on one line, another one as a string. Headers with the name of a secret and members
 * whose names begin with secret__ are redacted. A string over PAYLOAD_STRING bytes ("full_audio") is cut to
 * its first 64 characters and its length.
 *
 * Each writer, in any process, locks the file for one write() and checks that the path still names it, so
 * logrotate may rename and payload_log_erase() may rewrite the file at any time without a lost or incomplete
 * line.
 */
#ifndef CALLMEM_WEB_PAYLOAD_LOG_H
#define CALLMEM_WEB_PAYLOAD_LOG_H

#include "base/buf.h"
#include "web/request.h"
#include "web/response.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

#define PAYLOAD_STRING 8192

/* Masks in a body, in place, what must not be kept; thread-safe. False when that was not possible: then the
 * body is left out. A body that is not JSON comes as a string. */
typedef bool payload_mask(void *ctx, cJSON *body);

struct payload_log; /* thread-safe */

/* `path` is copied. Creates the file (0600) if missing; fails if it cannot be written. */
struct payload_log *payload_log_open(const char *path, struct error *error);
void payload_log_close(struct payload_log *log); /* NULL is taken */
/* Before the first line is written. `ctx` is borrowed. */
void payload_log_mask(struct payload_log *log, payload_mask *mask, void *ctx);
/* Failures are logged, at most once a minute, and never change the answer. */
void payload_log_write(struct payload_log *log, const char *endpoint, const struct request *request,
                       const struct response *response, int64_t duration_us);

/* Removes every line that is about this caller: its text holds `caller` as a word of its own anywhere (for a
 * phone number its digits, with blanks, dashes, dots and brackets between them or without), or one of
 * `conversations` as a whole string; a `caller` of "" is nobody's. With a
 * caller, the searches that named none go as well, since nobody can tell whose words they have. The rotated
 * files beside it ("PATH.1", "PATH-20260302") are cleaned, too, but for compressed ones. Returns how many
 * lines went, -1 on failure: a file that could not be cleaned is then as it was. A file that does not exist
 * has no lines. */
long payload_log_erase(const char *path, const char *caller, const char *const *conversations, size_t count,
                       struct error *error);
/* Adds the names of the compressed files beside it, separated by commas. 0, or -1 on failure. */
int payload_log_compressed(const char *path, struct buf *names);

#endif
