/*
 * program: what the FastCGI programs share: their command line, their start from the settings, their health.
 * Each serves one webhook, or the operator's page. Operators use callmem (operate/command.h); a program knows
 * --check-config,
 * --version and
 * --help alone. Exit statuses: operate/instance.h.
 */
#ifndef CALLMEM_CGI_PROGRAM_H
#define CALLMEM_CGI_PROGRAM_H

#include "base/error.h"
#include "memory/open.h"
#include "operate/instance.h"
#include "operate/redaction.h"
#include "service/settings.h"
#include "web/server.h"

#include <cjson/cJSON.h>

/* A program that runs; the `app` of its handlers. The `thread` of a handler is its struct memory_store, NULL
 * when it could not be opened. */
struct program {
    const struct webhook *webhook;
    struct instance instance;
    struct credentials credentials; /* of its webhook */
    struct cors cors;
    const char **origins; /* what cors points to */
    struct payload_log *payloads;
    struct redaction *redaction; /* masks secrets in them */
    void *own;                   /* made by webhook->start, released by webhook->stop */
};

/* What is different in each of them. */
struct webhook {
    const char *name;                       /* "client-data" */
    const char *purpose;                    /* one sentence for --help */
    enum setting secret, auth, payload_log; /* SETTINGS: has none */
    const struct route *routes;
    size_t route_count;
    /* Before serving, and after the last request. May be NULL. start: 0, or -1 with an error that stops the
     * start. */
    int (*start)(struct program *program, struct error *error);
    void (*stop)(struct program *program);
};

/* The whole of main(). */
int program_main(const struct webhook *webhook, int argc, char **argv);

/* The health of the program: memory, and what `inbox` (NULL: not asked; taken) says of the inbox. Fills the
 * response with 200 "ok" or 503 "degraded". Where the web server passes the variable HEALTH_DETAILS as "off",
 * as it does for requests from elsewhere, the status is all. */
int program_health(struct program *program, const struct request *request, struct memory_store *memory,
                   cJSON *inbox, bool inbox_ok, struct response *response, struct error *error);
/* GET /health/NAME of a program that has no inbox. */
int program_health_handler(struct request *request, struct response *response, void *app, void *thread,
                           struct error *error);

#endif
