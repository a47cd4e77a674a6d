/*
 * retract: what a caller asked not to be kept. "Don't keep that" takes back what was said just before;
 * "forget my address" takes back everything that is known about it, from earlier calls too; "delete
 * everything about me" takes back everything.
 *
 * What is taken back is the facts about it, the turns in which it was said, what was collected of it, and
 * every other turn or sentence of a summary that names it.
 */
#ifndef CALLMEM_PEOPLE_RETRACT_H
#define CALLMEM_PEOPLE_RETRACT_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/event.h"
#include "understand/extract.h"

#include <stdbool.h>
#include <stddef.h>

/* What one call takes back: the KIND_FORGET facts of the extraction. `later` are the KIND_FORGET memories of
 * calls that came after this one: an event that arrives late is held to what was asked meanwhile. All is
 * borrowed until retraction_free(). NULL when out of memory. */
struct retraction;
struct retraction *retraction_of(const struct event *event, const struct extraction *extraction,
                                 const struct memory_list *later);
void retraction_free(struct retraction *retraction); /* NULL is taken */

bool retracts_anything(const struct retraction *retraction);
bool retracts_everything(const struct retraction *retraction); /* the caller as a whole */

/* Whether a part of the call itself may not be kept. */
bool retracts_turn(const struct retraction *retraction, const struct turn *turn);
bool retracts_fact(const struct retraction *retraction, const struct fact *fact);
bool retracts_collected(const struct retraction *retraction, const struct collected *collected);
/* The summary without the sentences that name what is taken back; free()d by the caller, NULL when out of
 * memory. */
char *retracted_summary(const struct retraction *retraction, const char *summary);

/* Takes it out of what earlier calls left, within the transaction that is open. */
int retract_earlier(const struct retraction *retraction, struct memory_store *store, const char *caller,
                    struct error *error);

#endif
