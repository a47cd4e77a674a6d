/*
 * link: one handle's connection to an OpenMemory server: deadlines, retries, the circuit breaker, and what
 * all handles of the process know of the server. Below everything else here: it knows requests, not records.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_LINK_H
#define CALLMEM_MEMORY_OPENMEMORY_LINK_H

#include "base/buf.h"
#include "base/http.h"
#include "memory/options.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

#define OM_ID_SIZE    80
#define OM_CHANGE     "change" /* the name of that request */
#define OM_BUSY_TRIES 50       /* while the server is storing something else */

/* A "user" server (up to 1.3.2) separates callers by user_id, a "tenant" server (from 1.3.3) by MCP project.
 */
enum om_kind { OM_UNKNOWN, OM_USER, OM_TENANT };

struct om_server; /* shared by the handles of a process: its kind, whether it answers, the callers' states */

struct om_link {
    struct http *http;
    struct om_server *server;
    struct buf key; /* the header with the key */
    bool has_key;
    int64_t deadline; /* of the operation that runs, in clock_ms() */
    int each_ms;      /* not 0: each request has its own time */
    bool probing;     /* ask even while the circuit breaker is open */
    int write_lock;   /* file that is locked while something is stored; -1: none */
    struct http_answer answer;
};

/* An answer that came: its status, and the JSON of it where it was 2xx (else NULL). */
struct om_reply {
    int status;
    cJSON *json;
    bool mismatch;  /* a tenant server refused a user_id */
    bool explained; /* an error has a reason in it, as such servers give */
    bool duplicate; /* 1.3.0 on PostgreSQL fails this way when it treats a text as one that it has */
    bool busy;      /* it is storing something else, and cannot do two things at once */
};

int om_link_open(struct om_link *link, const struct memory_options *options);
void om_link_close(struct om_link *link);
/* Begins an operation, which has this much time in all, or for each of its requests. */
void om_link_start(struct om_link *link, int timeout_ms, bool each);

/* Asks. `what` names the request in the log and in errors. 0 with a reply of status 2xx, 400, 403, 404 or
 * 413, whose json the caller deletes; -1 with ERROR_MEMORY_UNAVAILABLE when the server did not answer in
 * time, answered nonsense, refused the key, or is not to be asked now. Sent twice where the connection broke
 * and time is left: everything that is asked here may be asked twice. */
int om_ask(struct om_link *link, const char *what, const char *method, const char *path, const cJSON *body,
           struct om_reply *reply, struct error *error);

/* A server on PostgreSQL stores one thing at a time: of two at once, one fails and the other may never end;
 * and what is removed meanwhile belongs to the transaction of the other, and comes back when that fails. So
 * the handles of an instance (options.state_dir) take a lock, one by one; if another front end wins, retry.
 */
int om_write_lock(struct om_link *link, struct error *error);
void om_write_unlock(struct om_link *link);
bool om_is_busy(const char *reason); /* whether the reason in an error is that */
/* Waits a moment before a retry; false when there is no time for it. */
bool om_retry_pause(struct om_link *link);

enum om_kind om_known_kind(struct om_link *link);
void om_set_kind(struct om_link *link, enum om_kind kind);
/* A tenant server without openmemory_list is not asked for it again. */
bool om_lacks_list(struct om_link *link);
void om_note_no_list(struct om_link *link);
/* Which state record a caller has, as far as a handle of this process saw it. False when none did. */
bool om_address(struct om_link *link, const char *caller, char id[OM_ID_SIZE]);
void om_set_address(struct om_link *link, const char *caller, const char *id); /* NULL: not known any more */

#endif
