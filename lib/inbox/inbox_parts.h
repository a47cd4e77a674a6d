/*
 * inbox_parts: what delivery.c (in), worker.c (out) and inbox.c (everything else) share. Nobody else includes
 * it.
 */
#ifndef CALLMEM_INBOX_INBOX_PARTS_H
#define CALLMEM_INBOX_INBOX_PARTS_H

#include "inbox/inbox.h"
#include "inbox/ledger.h"
#include "inbox/spool.h"

#include <pthread.h>

#define EVENT_SUFFIX  ".json"
#define REASON_SUFFIX ".reason"
/* Beside an event that is being worked on: one byte for each try that has not come back. */
#define TRIES_SUFFIX ".tries"
#define TMP_SUFFIX   ""

struct inbox {
    char *directory;
    char *tmp, *fresh, *failed; /* its folders; `fresh` is new/ */
    char *audio;                /* where recordings are kept, NULL: nowhere */
    struct ledger *ledger;
    pthread_mutex_t lock;
    pthread_cond_t arrived; /* of CLOCK_MONOTONIC */
    uint64_t arrivals;      /* under the lock: how often a worker was woken */
};

/* Whether an event of that name was accepted before and is no longer in new/. */
bool inbox_knows(struct inbox *inbox, const char *name);
/* The key of a name of SPOOL_NAME_DIGITS hexadecimal digits. */
void inbox_key(const char *name, unsigned char key[LEDGER_KEY_SIZE]);
/* Wakes the workers of this process. */
void inbox_wake(struct inbox *inbox);
/* Removes `directory`/`name``suffix`. */
int inbox_unlink(const char *directory, const char *name, const char *suffix, struct error *error);

#endif
