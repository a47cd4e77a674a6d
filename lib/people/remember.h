/*
 * remember: an event becomes memories. Ties event, extraction, classification, memory and profile together.
 */
#ifndef CALLMEM_PEOPLE_REMEMBER_H
#define CALLMEM_PEOPLE_REMEMBER_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/event.h"
#include "service/settings.h"
#include "understand/understanding.h"

struct lexicon; /* language/lexicon.h */

struct lexicon; /* language/lexicon.h */

/* Stores what an event says, in one transaction, its secrets masked (in the event itself, too), and renews
 * the profile. Doing it again changes nothing. Where the carrier heard a machine (event->machine)
 * and there is no sign of a person, it is an attempt. Events of nobody and of other types leave nothing.
 * ERROR_MEMORY_UNAVAILABLE is transient, everything else is for ever. */
int remember_event(struct memory_store *store, const struct lexicon *lexicon, const struct settings *settings,
                   struct event *event, struct error *error);

/* Stores a call whose memories are there already, understood again: what was derived of it is replaced. The
 * profile is left as it is. In the transaction that is open. */
int remember_again(struct memory_store *store, const struct settings *settings, const struct event *event,
                   const struct understanding *understanding, struct error *error);

/* Whether the caller said something in a call that no LLM has read. */
bool remember_is_unread(const struct transcript *transcript, const struct understanding *understanding);
/* Counts in the metrics what the understanding of a call left out. */
void remember_count_drops(const struct understanding *understanding);
/* Which classes of secrets are masked (understand/secrets.h). */
unsigned remember_secrets(const struct settings *settings);
/* The decay lambda that the operator set for a sector, else the one for all. */
double remember_lambda(const struct settings *settings, enum sector sector);

#endif
