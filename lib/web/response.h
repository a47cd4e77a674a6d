/*
 * response: status, headers and body of an answer, built by the handler and sent by the server in one go.
 * X-Request-Id, Content-Type, Content-Length, Cache-Control: no-store and the CORS headers are the server's.
 * An allocation that failed on the way is kept in the bufs: the server then answers with an internal error.
 */
#ifndef CALLMEM_WEB_RESPONSE_H
#define CALLMEM_WEB_RESPONSE_H

#include "base/buf.h"
#include "base/error.h"

#include <cjson/cJSON.h>

struct response {
    int status;         /* 200 unless set */
    struct buf head;    /* further headers, each with its CRLF */
    struct buf body;    /* JSON, or what `type` says; none for 204 */
    const char *type;   /* static text; NULL: JSON */
    struct error error; /* of response_error(), for the log; ERROR_NONE otherwise */
};

#define RESPONSE_INIT                                                                                        \
    {                                                                                                        \
        200, BUF_INIT, BUF_INIT, NULL,                                                                       \
        {                                                                                                    \
            ERROR_NONE, ""                                                                                   \
        }                                                                                                    \
    }

/* The value is printed, not kept. NULL counts as out of memory, so that what cJSON built needs no check. */
void response_json(struct response *response, int status, const cJSON *value);
/* {"error": {"code", "message", "request_id"}} with the code's status, WWW-Authenticate for 401 and
 * Retry-After for 429 and 503, in place of everything that the response held. From 500 on the message is one
 * for the sender; that of `error` is for the log. */
void response_error(struct response *response, const struct error *error, const char *request_id);
/* Adds "Name: value"; control characters in the value become blanks. */
void response_header(struct response *response, const char *name, const char *value);
/* Releases the bufs. */
void response_free(struct response *response);

#endif
