/*
 * cors: which web pages may call the endpoints from a browser. Off unless origins are set.
 */
#ifndef CALLMEM_WEB_CORS_H
#define CALLMEM_WEB_CORS_H

#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>

struct cors {
    /* "https://app.example.com" each, compared byte by byte; "*" allows every page */
    const char *const *origins;
    size_t count;
};

/* `cors` may be NULL in all three: no page is allowed. */

/* The request's Origin when it is allowed, else NULL. */
const char *cors_origin(const struct cors *cors, const struct request *request);
/* Adds Access-Control-Allow-Origin for an allowed origin and the headers that its page may read; and Vary:
 * Origin to every answer, unless every origin is allowed. */
void cors_add(const struct cors *cors, const struct request *request, struct response *response);
/* Answers an OPTIONS request from an allowed origin: 204, the methods of the route, the headers that the
 * endpoints know, ten minutes. False when it is not a preflight (no allowed Origin, no
 * Access-Control-Request-Method).
 */
bool cors_preflight(const struct cors *cors, const struct request *request, const char *allow,
                    struct response *response);

#endif
