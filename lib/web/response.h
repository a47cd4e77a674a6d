/*
 * response: status, headers and body of an answer, built by the handler and sent by the server at once.
 * X-Request-Id, Content-Type, Content-Length, Cache-Control and the CORS headers are the server's.
 * A failed allocation is remembered in the bufs; the server then answers with an internal error.
 */
#ifndef CALLMEM_WEB_RESPONSE_H
#define CALLMEM_WEB_RESPONSE_H

#include "base/buf.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdint.h>

/* A part of a file, which is sent as it is read. */
struct response_file {
    int fd; /* 0: none; closed by response_free() */
    int64_t from, length;
};

struct response {
    int status;                /* 200 unless set */
    struct buf head;           /* further headers, each with its CRLF */
    struct buf body;           /* JSON, or what `type` says; none for 204 */
    const char *type;          /* static text; NULL: JSON */
    const char *cache;         /* the value of Cache-Control, static text; NULL: no-store */
    struct response_file file; /* what follows the body */
    struct error error;        /* of response_error(), for the log; ERROR_NONE otherwise */
};

#define RESPONSE_INIT                                                                                        \
    {                                                                                                        \
        .status = 200                                                                                        \
    }

/* Prints the value and does not keep it. NULL counts as out of memory, so that results of cJSON need no
 * check. */
void response_json(struct response *response, int status, const cJSON *value);
/* {"error": {"code", "message", "request_id"}} with the code's status, WWW-Authenticate for 401 and
 * Retry-After for 429 and 503, replacing the whole response. From status 500 on the client gets a general
 * message; that of `error` is logged. */
void response_error(struct response *response, const struct error *error, const char *request_id);
/* Adds "Name: value"; control characters in the value become blanks. */
void response_header(struct response *response, const char *name, const char *value);
/* Releases the bufs and closes the file. */
void response_free(struct response *response);

#endif
