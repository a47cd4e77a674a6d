/*
 * http: requests to other servers over HTTP(S), with libcurl: the OpenMemory server of remote mode and the
 * ElevenLabs API.
 *
 * A handle belongs to one thread and keeps its connection from one request to the next. Certificates are
 * always verified. Redirects are not followed, cookies not kept, and proxies of the environment used only if
 * requested, so a key is sent only to the server that the operator set.
 *
 *     struct http *http = http_new(&(struct http_options){.url = "https://api.example", .limit = 1 << 20});
 *     struct http_answer answer = HTTP_ANSWER_INIT;
 *     struct http_request request = {.path = "/v1/things", .timeout_ms = 500};
 *     if (http_ask(http, &request, &answer, &error) == 0)
 *         … answer.status, answer.body …
 *     http_answer_free(&answer);
 */
#ifndef CALLMEM_BASE_HTTP_H
#define CALLMEM_BASE_HTTP_H

#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http; /* a handle */

struct http_options {
    const char *url;        /* http:// or https://, without a slash at its end; paths are added to it */
    const char *ca_file;    /* trusted certificates, replacing the system's; NULL or "": the system's */
    int connect_timeout_ms; /* the part of a request's time that connecting may take; 0: all of it */
    size_t limit;           /* the most bytes of an answer kept in memory; 0: 16 MiB */
    enum error_code code;   /* of the error when a request fails; ERROR_NONE: ERROR_INTERNAL */
    const char *what;       /* the server's name in messages: "the OpenMemory server"; NULL: "the server" */
    bool environment_proxy; /* https_proxy and the like are honoured */
};

struct http_request {
    const char *method;         /* NULL: GET, or POST when there is a body */
    const char *path;           /* "/v1/things?limit=2", escaped (http_add_escaped) */
    const char *const *headers; /* "Name: value" each, without line breaks */
    size_t header_count;
    const char *body; /* NULL: none */
    size_t body_len;
    int timeout_ms; /* for everything: name, connection, TLS, request, answer; 0: no limit */
    /* Takes the body of an answer of status 2xx piece by piece, whatever its size; false ends the request,
     * which then fails. NULL: it is kept in the answer. */
    bool (*take)(void *ctx, const char *bytes, size_t len);
    void *ctx;
    /* Asked about once a second while the request runs; true ends it as `take` does. NULL: nothing does. */
    bool (*stops)(void *ctx);
};

/* How a request without a complete answer ended, and so what can be done about it. */
enum http_failure {
    HTTP_ANSWERED,    /* with a complete answer */
    HTTP_UNREACHABLE, /* no connection: the server has seen nothing */
    HTTP_BROKEN,      /* the connection ended: the server may have processed the request */
    HTTP_TIMEOUT,     /* likewise */
    HTTP_TOO_LARGE,   /* more than the limit */
    HTTP_STOPPED,     /* `take` or `stops` said so */
    HTTP_REFUSED, /* nothing was sent: a certificate that does not verify, or a request that cannot be made */
};

struct http_answer {
    int status; /* 0: none came */
    enum http_failure failure;
    struct buf body;
    char content_type[64]; /* without parameters, in lower case; "" when there was none */
    int retry_after;       /* seconds in Retry-After, or -1 */
    int64_t microseconds;  /* from request to answer */
    bool connected;        /* a new connection was made */
};

#define HTTP_ANSWER_INIT                                                                                     \
    {                                                                                                        \
        .body = BUF_INIT, .retry_after = -1                                                                  \
    }

/* Copies what it needs of the options. No connection is made yet. NULL only when out of memory. */
struct http *http_new(const struct http_options *options);
void http_free(struct http *http); /* NULL is allowed */

/* Sends a request. 0 when an answer came, of whatever status; -1 when none did: then answer->failure says
 * how, and the error (with the options' code) why. The answer's body is emptied first and reused; its owner
 * frees it at the end. A request on a kept connection that turns out to be closed is sent once more on a new
 * one. */
int http_ask(struct http *http, const struct http_request *request, struct http_answer *answer,
             struct error *error);
void http_answer_free(struct http_answer *answer);

/* Adds `text` as a part of a path or a query: all but letters, digits and -._~ as %XX. */
void http_add_escaped(struct buf *b, const char *text);

#endif
