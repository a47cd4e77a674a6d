/*
 * request: one HTTP request, received through FastCGI or plain CGI. The server owns it; it lives until it is
 * answered.
 */
#ifndef CALLMEM_WEB_REQUEST_H
#define CALLMEM_WEB_REQUEST_H

#include "base/buf.h"
#include "base/error.h"
#include "web/credentials.h"
#include "web/form.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request;

const char *request_id(const struct request *request); /* never empty; nginx's $request_id or a random one */
const char *request_method(const struct request *request); /* "" when absent */
const char *request_path(const struct request *request);   /* without query string */
/* A header by its CGI name ("HTTP_ORIGIN", "CONTENT_TYPE"); NULL when absent or empty. */
const char *request_header(const struct request *request, const char *cgi_name);
/* All CGI variables, NULL-terminated "NAME=value"; for the payload log. */
char *const *request_environment(const struct request *request);
/* What CONTENT_LENGTH says, -1 when it is absent or not a number (a chunked body); a number that is too large
 * for any body is INT64_MAX. */
int64_t request_length(const struct request *request);

/* Reads the next bytes of the body; 0 at its end, -1 when the client disconnected (ERROR_INVALID_REQUEST:
 * fewer bytes than CONTENT_LENGTH). */
long request_read(struct request *request, void *bytes, size_t size, struct error *error);

/* Takes a part of the body as it arrives. 0, or -1 with an error that ends the reading. */
typedef int request_sink(void *ctx, const void *bytes, size_t len, struct error *error);

/*
 * Reads the body of an endpoint that requires credentials, for a handler that does not keep it in memory:
 * each part goes to `sink` as it arrives, before it is known whether the whole is valid. 0: the body was
 * complete and at most `limit` bytes (else ERROR_BODY_TOO_LARGE), its credentials match, and its content type
 * is JSON (else ERROR_UNSUPPORTED_MEDIA_TYPE); checked in this order, and before the first byte is read where
 * possible.
 */
int request_stream(struct request *request, const struct credentials *credentials, uint64_t limit,
                   request_sink *sink, void *ctx, struct error *error);
/* The same with the body read into memory and parsed: an object, or ERROR_INVALID_JSON. It is cJSON_Delete()d
 * by the server after the answer. The body is kept for the payload log. */
int request_json(struct request *request, const struct credentials *credentials, size_t limit,
                 const cJSON **body, struct error *error);
/* The single steps. The type is application/json or application/…+json with any parameters, or absent. */
int request_check_type(const struct request *request, struct error *error);
int request_check_length(const struct request *request, uint64_t limit, struct error *error);

/* The fields of a form that was posted (form.h), of at most FORM_BYTES; ERROR_UNSUPPORTED_MEDIA_TYPE for
 * another type. Nothing is checked but its form: no credentials. Freed by the caller. */
int request_form(struct request *request, struct form **form, struct error *error);

/* What to write about this request into the log and the payload log. All copied; NULL: nothing. */
void request_note_caller(struct request *request, const char *caller);
void request_note_conversation(struct request *request, const char *conversation);
/* The body for the payload log, when the handler read it itself and its credentials match: text or NULL. */
void request_note_body(struct request *request, const char *text, size_t len);

/* What was noted, NULL when nothing was. */
const char *request_caller(const struct request *request);
const char *request_conversation(const struct request *request);
/* The body as received, if its credentials matched and it was kept; else NULL. */
const char *request_body(const struct request *request, size_t *len);
uint64_t request_received(const struct request *request); /* bytes of the body that were read */

/*
 * For the server, which makes one and ends it.
 */
struct request_source {
    /* At most `size` bytes of the body; 0 at its end, -1 when the client disconnected. */
    long (*read)(void *ctx, void *bytes, size_t size);
    void *ctx;
    /* The source ends where the body does (FastCGI). Without a CONTENT_LENGTH the body goes to there, else it
     * is empty; with one, more is asked for than it says, so that the source sees its end. */
    bool until_end;
};
/* `environment` and `path` are borrowed. NULL when out of memory. */
struct request *request_open(char *const *environment, const char *path, const struct request_source *source);
void request_close(struct request *request); /* NULL is taken */
/* Reads the rest of the body, at most `most` bytes, so that a client that is still sending can finish.
 */
void request_drain(struct request *request, size_t most);
/* The value of a variable, NULL when absent or empty. */
const char *environment_get(char *const *environment, const char *name);

#endif
