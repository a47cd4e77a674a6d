/*
 * routes: what a program serves: its paths and their handlers.
 */
#ifndef CALLMEM_WEB_ROUTES_H
#define CALLMEM_WEB_ROUTES_H

#include "web/cors.h"
#include "web/payload_log.h"
#include "web/request.h"
#include "web/response.h"

#include <stddef.h>

#define SERVER_THREADS 64 /* the most that a process can have */

/* Answers a request into `response`. 0; or -1 with an error, which becomes the answer (response_error()). */
typedef int handler(struct request *request, struct response *response, void *app, void *thread,
                    struct error *error);

struct route {
    const char *method; /* "GET" answers HEAD as well */
    const char *path;
    const char *endpoint; /* for the logs: "client-data"; "health" and "metrics" are logged at debug level */
    handler *handle;
};

struct server {
    const struct route *routes; /* a path may have several, one per method */
    size_t route_count;
    const struct cors *cors;      /* NULL: nobody */
    struct payload_log *payloads; /* of all routes but GET ones; NULL: off */
    int threads;                  /* 1 to SERVER_THREADS */
    void *app;                    /* passed to every handler */
    /* State of one thread, such as a database connection: opened in the thread before its first request,
     * closed when the thread ends. thread_open() cannot fail; handlers cope with what is missing. Both may be
     * NULL. */
    void *(*thread_open)(void *app);
    void (*thread_close)(void *app, void *thread);
};

#endif
