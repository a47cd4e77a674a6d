/*
 * receive: a request's body on its way into the inbox. It is written to tmp/ as it arrives and scanned from
 * there once it is complete, so an event of any size costs the same few kilobytes of memory.
 */
#ifndef CALLMEM_INBOX_RECEIVE_H
#define CALLMEM_INBOX_RECEIVE_H

#include "base/error.h"
#include "inbox/inbox.h"
#include "inbox/spool.h"
#include "service/event_type.h"

#include <stdbool.h>
#include <stddef.h>

/* A body that is being received. */
struct delivery;
struct delivery *inbox_receive(struct inbox *inbox, struct error *error);
int delivery_write(struct delivery *delivery, const void *bytes, size_t len, struct error *error);

enum accepted { ACCEPTED, DUPLICATE, IGNORED };
struct receipt {
    enum accepted accepted;
    enum event_type kind;
    char type[65];                             /* cut to 64 bytes */
    char conversation[4 * EVENT_ID_CHARS + 1]; /* "" for IGNORED types that have none */
};
/* The body is complete and its credentials are right. Finds out which event it is (ERROR_INVALID_JSON,
 * ERROR_INVALID_REQUEST: nothing is kept) and makes it safe: when this returns 0 with ACCEPTED or DUPLICATE,
 * a crash at any later moment loses nothing. IGNORED: the type is not about a call, nothing is kept. `type`
 * and `conversation` are filled for the answer. ERROR_INBOX_UNAVAILABLE: nothing was accepted, unless the
 * disk failed at the very last step, when the event may still be processed. A recording is decoded and kept,
 * or dropped, before its event counts; one that is not base64 is an ERROR_INVALID_REQUEST. */
int delivery_accept(struct delivery *delivery, struct receipt *receipt, struct error *error);
/* Frees it; what was not accepted leaves nothing behind. NULL is allowed. */
void delivery_close(struct delivery *delivery);
/* The body so far as it is on disk, for the payload log: at most `max` bytes, free()d by the caller. */
char *delivery_text(struct delivery *delivery, size_t max, size_t *len);

/* The names of an event beside its own: nothing of it is accepted when one of them was (NULL: it has none).
 */
struct event_names {
    const char *whole, *any; /* as an older version of this program named it; of all versions */
    char text[2][SPOOL_NAME_DIGITS + 1];
};
/* Those of an event in a file, which has this name. */
void receive_names(struct inbox *inbox, int fd, const char *name, struct event_names *names);

/* Whether an event of that type and conversation, in whichever version, was accepted before. */
int inbox_has(struct inbox *inbox, const char *type, const char *conversation, bool *has,
              struct error *error);
/* That a machine answered a call is known for good, since what was said in it may come later. A ledger that
 * cannot be asked knows nothing. */
int inbox_note_machine(struct inbox *inbox, const char *conversation, struct error *error);
int inbox_had_machine(struct inbox *inbox, const char *conversation, bool *had, struct error *error);
/* No version of a transcription of that conversation is accepted from now on: its caller was erased. */
int inbox_seal(struct inbox *inbox, const char *conversation, struct error *error);

#endif
