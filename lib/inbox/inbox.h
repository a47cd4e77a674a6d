/*
 * inbox: where an event is safe from the moment of our 200 until it is memory. A folder in the manner of a
 * maildir, shared by all processes of post-call:
 *
 *     tmp/<random>        being received; removed at the next start when its writer is gone
 *     new/<key>.json      accepted and synced, waiting or being worked on; <key> is a hash of type and
 *                         conversation_id, so a second copy meets the first one's name
 *     new/<key>.tries     one byte for each time that the program ended while it worked on that event
 *     failed/<key>.json   can never work, with <key>.reason beside it: {"code", "message", "at", "attempts"}
 *     ledger.sqlite       the keys that were accepted and worked off, so that a duplicate is known for ever
 *
 * A worker claims a file with flock(): the claim dies with its owner. A key enters the ledger before its file
 * leaves new/, and an accept looks into the ledger after its rename; so between them no copy slips through.
 * An event that failed counts as accepted, too.
 *
 * The folders are made when the inbox is opened and never later: when a mount goes away, what lies under it
 * must not be taken for the inbox. See ledger.h for what a broken ledger means (little).
 */
#ifndef CALLMEM_INBOX_INBOX_H
#define CALLMEM_INBOX_INBOX_H

#include "base/error.h"
#include "service/event_type.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct inbox; /* safe to use from several threads */

/* `directory` is made with its parts when missing (0700). Fails only when out of memory: a folder that cannot
 * be used now is met by each call with ERROR_INBOX_UNAVAILABLE, and works again by itself. */
struct inbox *inbox_open(const char *directory, struct error *error);
/* Every delivery and worker is closed before. NULL is taken. Not across a fork(). */
void inbox_close(struct inbox *inbox);
/* From now on recordings are kept in `directory` (made when missing; recording_path() names the files);
 * before that, and with NULL or "", they are dropped. To be called before anything is received. Fails as
 * inbox_open() does. */
int inbox_keep_audio(struct inbox *inbox, const char *directory, struct error *error);

/* A body being received. */
struct delivery;
struct delivery *inbox_receive(struct inbox *inbox, struct error *error);
int delivery_write(struct delivery *delivery, const void *bytes, size_t len, struct error *error);
enum accepted { ACCEPTED, DUPLICATE, IGNORED };
/* The body is whole and its credentials fit. Finds out what it is without holding it in memory
 * (ERROR_INVALID_JSON, ERROR_INVALID_REQUEST: nothing is kept), and makes it safe: when this returns 0 with
 * ACCEPTED or DUPLICATE, a crash at any later moment loses nothing. IGNORED: a type that is not about a call,
 * nothing is kept. `type` and `conversation` are filled for the answer. ERROR_INBOX_UNAVAILABLE: nothing was
 * accepted (but when the disk failed at the very last step, the event may be worked off all the same). A
 * recording is decoded and kept, or dropped, before its event counts; one that is no base64 is an
 * ERROR_INVALID_REQUEST. */
struct receipt {
    enum accepted accepted;
    enum event_type kind;
    char type[65];           /* cut to 64 bytes */
    char conversation[1025]; /* "" for IGNORED types that have none */
};
int delivery_accept(struct delivery *delivery, struct receipt *receipt, struct error *error);
/* Frees it; what was not accepted leaves nothing behind. NULL is taken. */
void delivery_close(struct delivery *delivery);
/* The body so far as it lies on disk, for the payload log: at most `max` bytes, free()d by the caller. */
char *delivery_text(struct delivery *delivery, size_t max, size_t *len);

/* Whether that type for that conversation was accepted before: delivery_accept() would say DUPLICATE. */
int inbox_has(struct inbox *inbox, const char *type, const char *conversation, bool *has,
              struct error *error);

/* How an event's work ended. */
enum worked { WORKED, WORK_AGAIN, WORK_NEVER };
/* Works on one event: `bytes` is the body of a transcription or failure, or for audio {"type", "data":
 * {"agent_id", "conversation_id"}} with the decoded audio already kept or dropped; a NUL follows. WORKED:
 * what it says is durable. WORK_AGAIN: transient; WORK_NEVER: it goes to failed/ with the error's code and
 * message as the reason. It can be called again for an event that was worked before. */
typedef enum worked inbox_work(void *ctx, const char *bytes, size_t len, struct error *error);

struct inbox_worker;
/* A thread that works off what lies in new/, oldest first, woken by accepts of this process at once and by
 * those of other processes within half a second. Any number may run, in any number of processes. An event
 * that has to wait is tried again after 0.25 s, doubling to 60 s, each time plus up to half of it at random;
 * the others go on meanwhile, and when several in a row had to wait and then one works, all the others are
 * tried at once. An event in whose work the program ended five times in a row goes to failed/ as "crashed".
 * `begin` and `end` run in that thread, around its work, and make and release `ctx`; without `begin`, `ctx`
 * is `app`. All signals are blocked in it. */
struct inbox_worker *inbox_worker_start(struct inbox *inbox, inbox_work *work, void *(*begin)(void *app),
                                        void (*end)(void *app, void *ctx), void *app, struct error *error);
/* Lets the event in hand be finished, and ends. NULL is taken. */
void inbox_worker_stop(struct inbox_worker *worker);

/* Works off all that is there in this thread, once each, and waits for what other workers have in hand.
 * Counts (may be NULL) what was worked and what failed by it, and what is left. */
int inbox_drain(struct inbox *inbox, inbox_work *work, void *ctx, size_t *worked, size_t *left,
                size_t *failed, struct error *error);
/* Puts what failed back into new/; how many, -1 on failure. */
long inbox_retry(struct inbox *inbox, struct error *error);

struct inbox_status {
    int64_t pending, failed, done;
    int64_t oldest; /* Unix seconds of the oldest that waits, 0 when none */
};
/* `done` is counted only when `with_done`: it costs a scan of the ledger. */
int inbox_status(struct inbox *inbox, bool with_done, struct inbox_status *status, struct error *error);
/* Calls `each` for every failed event with its key and the JSON of its reason. */
int inbox_each_failed(struct inbox *inbox, void (*each)(void *ctx, const char *key, const char *reason),
                      void *ctx, struct error *error);
/* Whether an event could be accepted now: the folder is there and can be written. */
int inbox_check(struct inbox *inbox, struct error *error);
/* Removes every waiting or failed event for which `match` says true, waiting for a worker that has it in
 * hand; how many, -1 on failure. What such a worker finished is in memory, so the memory is to be erased
 * after this. An event that was erased counts as accepted: should it be sent again, it does not come back. */
long inbox_erase(struct inbox *inbox, bool (*match)(void *ctx, const char *bytes, size_t len), void *ctx,
                 struct error *error);

#endif
