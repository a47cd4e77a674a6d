/*
 * remember: an event becomes memories. Ties event, extraction, classification, memory and profile together.
 */
#ifndef CALLMEM_PEOPLE_REMEMBER_H
#define CALLMEM_PEOPLE_REMEMBER_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/event.h"
#include "service/settings.h"

struct lexicon; /* language/lexicon.h */

/* Stores what an event says, in one transaction, its secrets masked (in the event itself, too), and renews
 * the profile. Doing it again changes nothing. Events of nobody and of other types leave nothing.
 * ERROR_MEMORY_UNAVAILABLE is transient, everything else is for ever. */
int remember_event(struct memory_store *store, const struct lexicon *lexicon, const struct settings *settings,
                   struct event *event, struct error *error);

/* The decay lambda that the operator set for a sector, else the one for all. */
double remember_lambda(const struct settings *settings, enum sector sector);

#endif
