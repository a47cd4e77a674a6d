/*
 * worker: takes events out of the inbox and processes them, in a thread of its own or, for one pass, in the
 * caller's.
 */
#ifndef CALLMEM_INBOX_WORKER_H
#define CALLMEM_INBOX_WORKER_H

#include "base/error.h"
#include "inbox/handler.h"
#include "inbox/inbox.h"

#include <stddef.h>

struct inbox_worker;
/* Starts a thread that processes the events in new/, oldest first. Events accepted by this process wake it at
 * once, those of other processes within half a second. While requests arrive without a pause, an event
 * waits for one, but not when it is older than a second. Any number may run, in any number of processes. An
 * event that fails for now is tried again after 0.25 s, doubling to 60 s, each time plus up to half of that
 * at random; the others go on meanwhile. When several in a row failed and then one succeeds, all are tried
 * again at once. An event during which the program ended five times in a row goes to failed/ as "crashed".
 * `begin` and `end` run in that thread, first and last, and make and release `ctx`; without
 * `begin`, `ctx` is `app`. All signals are blocked in it. */
struct inbox_worker *inbox_worker_start(struct inbox *inbox, inbox_handler *handler,
                                        void *(*begin)(void *app), void (*end)(void *app, void *ctx),
                                        void *app, struct error *error);
/* Finishes the current event and ends. NULL is allowed. */
void inbox_worker_stop(struct inbox_worker *worker);

/* Processes every event in new/ in this thread, once each, and waits for those that other workers are
 * processing. Counts (each may be NULL) those processed, those still in new/, and those that failed. */
int inbox_drain(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed, size_t *left,
                size_t *failed, struct error *error);

#endif
