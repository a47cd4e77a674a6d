/*
 * door: what the three programs share: their command line, their start from the settings, their health.
 *
 * A program without arguments serves; with an option it does what the operator asks and ends. Exit status: 0
 * done, 1 failed, 2 wrong command line, 78 wrong settings (EX_CONFIG of sysexits.h).
 */
#ifndef CALLMEM_CGI_DOOR_H
#define CALLMEM_CGI_DOOR_H

#include "base/error.h"
#include "inbox/inbox.h"
#include "memory/memory.h"
#include "service/settings.h"
#include "web/server.h"

#include <cjson/cJSON.h>

#define EXIT_USAGE    2
#define EXIT_SETTINGS 78

struct door {
    const struct door_program *program;
    struct settings *settings;
    struct credentials credentials; /* of this program's endpoint */
    struct cors cors;
    const char **origins; /* what cors points to */
    struct payload_log *payloads;
    struct memory_options memory;
    void *own; /* made by program->start, released by program->stop */
};

/* Something an operator can ask for. `run` gets what follows the option and returns the exit status. */
struct door_command {
    const char *option;    /* "--show" */
    const char *arguments; /* "CALLER", "" */
    const char *help;
    int least, most; /* how many arguments; most -1: any number */
    int (*run)(struct door *door, char **arguments);
};

struct door_program {
    const char *name;    /* "client-data" */
    const char *purpose; /* one sentence for --help */
    enum setting secret, auth, payload_log;
    const struct door_command *commands; /* ends with a NULL option */
    const struct route *routes;
    size_t route_count;
    /* Before serving, and after the last request. May be NULL. start: 0, or -1 with an error that stops the
     * start. */
    int (*start)(struct door *door, struct error *error);
    void (*stop)(struct door *door);
};

/* The whole of main(). */
int door_main(const struct door_program *program, int argc, char **argv);

/* The health of the program: memory, and what `inbox` (NULL: not asked; taken) says of the inbox. Fills the
 * response with 200 "ok" or 503 "degraded". Where the web server passes the variable HEALTH_DETAILS as "off",
 * as it does for who asks from elsewhere, the status is all. */
int door_health(struct door *door, const struct request *request, struct memory_store *memory, cJSON *inbox,
                bool inbox_ok, struct response *response, struct error *error);
/* GET /health/NAME of a program that has no inbox. */
int door_health_handler(struct request *request, struct response *response, void *app, void *thread,
                        struct error *error);

/* What this process counts goes where all of the instance count; see service/metrics.h. When that cannot be,
 * it is logged, and it counts for itself. */
void door_metrics(const struct door *door);

/* The inbox of this instance, in the state folder; NULL with an error. */
struct inbox *door_inbox(const struct door *door, struct error *error);

/* How the memory of a mode (MODE_LOCAL, MODE_REMOTE) is opened; the strings belong to the settings. */
struct memory_options door_memory(const struct door *door, int mode);

/* The scope under which the profile of a caller is read: "" or the agent. */
const char *door_scope(const struct door *door, const char *agent);

/* Tells the operator on standard error why a command failed; always returns 1. */
int door_failed(const struct error *error);

#endif
