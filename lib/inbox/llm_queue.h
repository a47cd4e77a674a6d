/*
 * llm_queue: the calls that the operator's own LLM has yet to read. They are in memory already, so a folder
 * beside new/ keeps no more than which they are:
 *
 *     llm/<name>.json   {"caller", "conversation", "since"}; <name> is a hash of the two. Behind it a letter
 *                       for each try that failed. The file's date is when the next try is due
 *     llm/<name>.tmp    a file that is being written; removed when its writer has died
 *
 * It is shared by all processes of post-call. A worker holds the file of the call that it asks about with
 * flock(), as for events (spool.h), and for all of its life one of a few seats, so that no more than that
 * many requests run at once.
 */
#ifndef CALLMEM_INBOX_LLM_QUEUE_H
#define CALLMEM_INBOX_LLM_QUEUE_H

#include "base/error.h"
#include "inbox/spool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LLM_SEATS 2 /* workers that ask at the same time, over all processes */

struct llm_queue; /* safe to use from several threads */

/* `inbox` is the folder of the inbox. The folder llm/ is made when it is first needed. NULL when out of
 * memory. */
struct llm_queue *llm_queue_open(const char *inbox);
void llm_queue_close(struct llm_queue *queue); /* NULL is allowed */

/* Durable when it returns 0. One that waits already counts as new. */
int llm_queue_add(struct llm_queue *queue, const char *caller, const char *conversation, struct error *error);
/* Forgets those of a caller, or only the one of a conversation when that is not NULL; their number, or -1. It
 * does not wait for one that is just being asked about: its answer finds no call in memory. */
long llm_queue_erase(struct llm_queue *queue, const char *caller, const char *conversation,
                     struct error *error);
/* How many wait; 0 when there is no folder. */
int llm_queue_count(struct llm_queue *queue, int64_t *count, struct error *error);

/* Takes a seat: a descriptor, to be closed in the end, or -1 when all are taken. */
int llm_queue_sit(struct llm_queue *queue);

/* A call that was taken out to be asked about. */
struct llm_call {
    char name[SPOOL_NAME_DIGITS + 1];
    char *caller, *conversation;
    int64_t since;     /* Unix seconds of when it was added */
    unsigned refusals; /* tries that failed because of the call itself, */
    unsigned failures; /* and all tries that failed */
    int fd;
};
/* Takes the call that is due first. 1, or 0 when none is due: then `wait_ms` is how long to wait before the
 * folder is looked at again. What cannot be read is removed. After 1 one of the next three is due. */
int llm_queue_take(struct llm_queue *queue, struct llm_call *call, int64_t *wait_ms, struct error *error);
/* It was read, or is given up. When the call was added again meanwhile it goes on waiting. */
int llm_queue_finish(struct llm_queue *queue, struct llm_call *call, struct error *error);
enum llm_failed { LLM_FAILED_NOT, LLM_FAILED, LLM_FAILED_CALL };
/* It is due again after so many milliseconds; `failed` says what to count. */
void llm_queue_postpone(struct llm_queue *queue, struct llm_call *call, enum llm_failed failed, int64_t ms);
/* All are due now: the server answers again. */
void llm_queue_hurry(struct llm_queue *queue);

#endif
