/*
 * inbox: where an event is safe from the moment of our 200 until it has become memory. A folder in the manner
 * of a maildir, shared by all processes of post-call:
 *
 *     tmp/<random>        being received; removed at the next start when its writer has died
 *     new/<name>.json     accepted and synced, waiting or being processed; <name> is a hash of type and
 *                         conversation_id, for transcriptions half of it and half a hash of the body, so that
 *                         a second copy collides with the first and another version does not
 *     new/<name>.tries    one byte for each time that the program ended while it processed that event
 *     failed/<name>.json  failed permanently, with <name>.reason beside it: {"code", "message", "at",
 *                         "attempts"}
 *     ledger.sqlite       the names of accepted and processed events, so that each duplicate is recognised
 *
 * A worker claims a file with flock(): the claim dies with its owner. A name enters the ledger before its
 * file leaves new/, and an accept asks the ledger after its rename; so no copy slips through between the two.
 * An event that failed counts as accepted, too.
 *
 * The folders are made when the inbox is opened and never later: when a mount goes away, the directory below
 * it must not be used as the inbox. See ledger.h for the consequences of a damaged ledger (few).
 *
 * receive.h puts events in, worker.h takes them out; here is what both need, and what operators need.
 */
#ifndef CALLMEM_INBOX_INBOX_H
#define CALLMEM_INBOX_INBOX_H

#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_SUFFIX  ".json"
#define REASON_SUFFIX ".reason"
#define TRIES_SUFFIX  ".tries"

struct ledger;
struct shared;
struct shared_ops;

/* Safe to use from several threads. The members are for receive.c and worker.c. */
struct inbox {
    char *directory;
    char *tmp, *fresh, *failed; /* its folders; `fresh` is new/ */
    char *recordings;           /* where recordings are kept, NULL: nowhere */
    struct ledger *ledger;
    const struct shared_ops *shared; /* NULL: the folders are the inbox; else shared_ops.h */
    struct shared *database;
    bool refuses;      /* what the database cannot take is not kept here instead */
    int64_t logged_at; /* under the lock: when that was logged last, in clock_ms() */
    pthread_mutex_t lock;
    pthread_cond_t arrived; /* of CLOCK_MONOTONIC */
    uint64_t arrivals;      /* under the lock: how often the workers were woken */
};

/* `directory` is made with its parts when missing (0700). Fails only when out of memory: as long as a folder
 * cannot be used, each call fails with ERROR_INBOX_UNAVAILABLE, and works again by itself afterwards. */
struct inbox *inbox_open(const char *directory, struct error *error);
/* Every delivery and worker is closed before. NULL is allowed. Not across a fork(). */
void inbox_close(struct inbox *inbox);
/* From now on recordings are kept in `directory` (made when missing; recording_path() names the files);
 * before, and with NULL or "", they are dropped. To be called before anything is received. Fails as
 * inbox_open() does. */
int inbox_keep_audio(struct inbox *inbox, const char *directory, struct error *error);

/* Notes for good that an event of that name was accepted. */
int inbox_note(struct inbox *inbox, const char *name, struct error *error);
/* Of the folders of this machine: */
/* Whether an event of that name was accepted before and is no longer in new/. */
bool inbox_knows(struct inbox *inbox, const char *name);
/* Whether failed/ has it: then inbox_knows(). */
bool inbox_has_failed(const struct inbox *inbox, const char *name);
/* Wakes the workers of this process. */
void inbox_wake(struct inbox *inbox);
/* How often they were woken. */
uint64_t inbox_arrivals(struct inbox *inbox);
/* Waits so many milliseconds, unless workers are woken, or were since `arrivals` were counted, or are to
 * stop: whether that is so. Whoever sets `stops` wakes them. */
bool inbox_wait(struct inbox *inbox, uint64_t arrivals, int64_t ms, const atomic_bool *stops);

struct inbox_status {
    int64_t pending, failed, done;
    int64_t spooled; /* of those that wait, how many are on this machine until the shared inbox is back */
    int64_t oldest;  /* Unix seconds of the oldest that waits, 0 when none */
};
/* `done` is counted only when `with_done`: that reads the whole ledger. A shared inbox is counted for all
 * front ends; when it cannot be reached that is an error, but `spooled` and, of these, `pending` and `oldest`
 * are filled. */
int inbox_status(struct inbox *inbox, bool with_done, struct inbox_status *status, struct error *error);
/* Whether an event could be accepted now: the folders are there and can be written to. */
int inbox_check(struct inbox *inbox, struct error *error);
/* Calls `each` for every failed event with its name and the JSON of its reason. */
int inbox_each_failed(struct inbox *inbox, void (*each)(void *ctx, const char *name, const char *reason),
                      void *ctx, struct error *error);
/* The bytes of a failed event, ended by a NUL and free()d by the caller; NULL when there is none, it is
 * larger than `max`, or it cannot be read. */
char *inbox_failed_body(struct inbox *inbox, const char *name, size_t max, size_t *len);
/* Moves the failed events back into new/; their number, or -1. */
long inbox_retry(struct inbox *inbox, struct error *error);
/* The same for one, by the name that inbox_each_failed() tells. ERROR_NOT_FOUND when none of that name has
 * failed, or what is given can be no name. */
long inbox_retry_one(struct inbox *inbox, const char *name, struct error *error);
/* Removes every waiting or failed event for whose bytes `match` returns true; their number, or -1. Waits for
 * a worker that is processing such an event; since what that worker did is in memory then, erase the memory
 * after this. An erased event counts as accepted: sent again, it does not come back. */
long inbox_erase(struct inbox *inbox, bool (*match)(void *ctx, const char *bytes, size_t len), void *ctx,
                 struct error *error);

#endif
