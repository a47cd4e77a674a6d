/*
 * fuller: ElevenLabs may send a call more than once: before and after its analysis, with and without the
 * transcript, redacted and not. What brings something new completes the memory; what has less than is there
 * already leaves it as it is, whichever comes first.
 */
#ifndef CALLMEM_PEOPLE_FULLER_H
#define CALLMEM_PEOPLE_FULLER_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/event_shape.h"

#include <stdbool.h>

/* What an event has, as bits: for the metadata of the call's summary, under "parts". */
unsigned fuller_parts(const struct event *event);
/* The other way: what an event had that a summary was made of. */
void fuller_restore(const struct memory *summary, struct event *event);
/* Whether a conversation is there already with everything that this event has, and more. */
int fuller_is_less(struct memory_store *store, const struct event *event, bool *less, struct error *error);

#endif
