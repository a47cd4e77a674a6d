/*
 * batch: a list of people to be called, with what each call is to be started with added. Its forms are those
 * that ElevenLabs takes:
 *
 *     a CSV file for the dashboard: a column phone_number, further columns are dynamic variables, and
 *     language, first_message, system_prompt and voice_id are overrides
 *     (https://elevenlabs.io/docs/eleven-agents/phone-numbers/batch-calls);
 *     JSON for POST /v1/convai/batch-calling/submit: its body, or the array of its `recipients` alone
 *     (OutboundCallRecipient of the SDK: phone_number or whatsapp_user_id).
 *
 * What the list says itself counts more than what is added.
 */
#ifndef CALLMEM_OPERATE_BATCH_H
#define CALLMEM_OPERATE_BATCH_H

#include "base/buf.h"
#include "base/error.h"

#include <stddef.h>

/* Adds the answer (people/answer.h) for a caller to `b`. */
typedef int batch_answer(void *ctx, const char *caller, struct buf *b, struct error *error);

/* Adds the list to `out` in the form in which it came, which is recognised by how it begins. -1 with an error
 * that names line and column where the list is not well-formed; ERROR_INVALID_REQUEST where recipients cannot
 * be called: then `complaints` has a line for each of them, up to twenty. */
int batch_fill(const char *text, size_t len, batch_answer *answer, void *ctx, struct buf *out,
               struct buf *complaints, struct error *error);

#endif
