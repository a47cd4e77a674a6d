/*
 * shared_ops: the inbox that all front ends have in one PostgreSQL database, beside their memory. An event is
 * there when it is acknowledged, with its key for good, in one commit.
 *
 * The table `ledger` has the key of every event that was accepted, from then on (in a folder: once it was
 * processed), the keys under which no version of a call is accepted any more, and verdicts of carriers. The
 * table `inbox` has the events that wait or have failed for good, with their bodies.
 *
 * So two front ends that get the same event accept it once, and what was erased leaves its key. Names are
 * those of spool.h: a key is the bytes of one.
 *
 * A worker of any front end takes the oldest event that is due: it counts the try, in a commit of its own,
 * and holds the row by FOR UPDATE in a transaction that ends when the event is in memory and its row is gone.
 * The memory commits before. Who dies in between leaves an event that is processed once more, which changes
 * nothing. The hold ends with the connection, and so does that of a machine that disappeared: in its
 * transaction the server asks for signs of life.
 *
 * The folder of the inbox stays: bodies are received in tmp/, and new/ has what was accepted while the
 * database was away (the spool), until a worker has moved it.
 */
#ifndef CALLMEM_INBOX_SHARED_OPS_H
#define CALLMEM_INBOX_SHARED_OPS_H

#include "base/error.h"
#include "inbox/handler.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inbox;
struct inbox_status;
struct shared; /* the database */

/* An event on its way into the database. */
struct shared_event {
    const char *name;
    const char *others[2]; /* names under which nothing of it is accepted; NULL: none */
    const char *bytes;
    size_t len;
    int64_t at;         /* Unix seconds of when it was accepted */
    const char *reason; /* it has failed before; NULL: no */
};

/* What is done in the database instead of in the folders. All but work() and drain() wait for a bounded time,
 * and fail with ERROR_INBOX_UNAVAILABLE. A table, since a callmem that is built without libpq has none of it.
 */
struct shared_ops {
    void (*close)(struct shared *shared);
    /* Durable when it returns 0. `is_new`: false when it or another event of its names was accepted before.
     */
    int (*accept)(struct shared *shared, const struct shared_event *event, bool *is_new, struct error *error);
    /* Whether one of at most LEDGER_NAMES names was accepted. */
    int (*find)(struct shared *shared, const char *const *names, size_t count, bool *found,
                struct error *error);
    /* Whether one was whose first half is that of this name. */
    int (*find_any)(struct shared *shared, const char *name, bool *found, struct error *error);
    int (*add)(struct shared *shared, const char *name, struct error *error);
    int (*status)(struct shared *shared, bool with_done, struct inbox_status *status, struct error *error);
    int (*check)(struct shared *shared, struct error *error);
    int (*each_failed)(struct shared *shared, void (*each)(void *ctx, const char *name, const char *reason),
                       void *ctx, struct error *error);
    char *(*failed_body)(struct shared *shared, const char *name, size_t max, size_t *len,
                         struct error *error);
    long (*retry)(struct shared *shared, const char *name, struct error *error); /* NULL: all */
    long (*erase)(struct shared *shared, bool (*match)(void *ctx, const char *bytes, size_t len), void *ctx,
                  struct error *error);
    /* Moves what is in the folders of this machine into the database: names of the ledger once, then events.
     */
    int (*upload)(struct inbox *inbox, struct error *error);
    /* Processes events until `stops`. */
    void (*work)(struct inbox *inbox, inbox_handler *handler, void *ctx, const atomic_bool *stops);
    /* As inbox_drain(). */
    int (*drain)(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed, size_t *failed,
                 struct error *error);
};

#endif
