/*
 * handler: what processes an event that is taken out of the inbox.
 */
#ifndef CALLMEM_INBOX_HANDLER_H
#define CALLMEM_INBOX_HANDLER_H

#include "base/error.h"

#include <stddef.h>

/* Processes one event: `bytes` is the body of a transcription or failure, or for audio {"type", "data":
 * {"agent_id", "conversation_id"}} with the decoded audio already kept or dropped; a NUL follows. 0: the
 * result is durable. -1: after a transient error (error_is_transient()) the event is tried again; after any
 * other it goes to failed/ with the error's code and message as the reason. May be called again for an event
 * that was processed before. */
typedef int inbox_handler(void *ctx, const char *bytes, size_t len, struct error *error);

#endif
