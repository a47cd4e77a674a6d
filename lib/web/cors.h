/*
 * cors: which browsers' pages may call us. Off unless origins are named.
 */
#ifndef CALLMEM_WEB_CORS_H
#define CALLMEM_WEB_CORS_H

#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>
#include <stddef.h>

struct cors {
    /* "https://app.example.com" each, compared to the byte; "*" allows every page */
    const char *const *origins;
    size_t count;
};

/* All three take a NULL `cors`, which allows nobody. */

/* The request's Origin when it is allowed, else NULL. */
const char *cors_origin(const struct cors *cors, const struct request *request);
/* Adds Access-Control-Allow-Origin for an allowed origin and the headers that its page may read, and Vary:
 * Origin to every answer when the origins are named one by one. */
void cors_add(const struct cors *cors, const struct request *request, struct response *response);
/* Answers an OPTIONS request from an allowed origin: 204, the methods of the route, the headers that the
 * endpoints know, ten minutes. False when it is none (no allowed Origin, no Access-Control-Request-Method).
 */
bool cors_preflight(const struct cors *cors, const struct request *request, const char *allow,
                    struct response *response);

#endif
