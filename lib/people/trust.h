/*
 * trust: how far a number is believed, which can be forged, or be that of a switchboard: whether a greeting
 * has a name in it (CALLMEM_GREET), what is told only to somebody whom the agent has checked
 * (CALLMEM_PRIVATE), and lines that are nobody by their number (CALLMEM_SHARED_LINES).
 */
#ifndef CALLMEM_PEOPLE_TRUST_H
#define CALLMEM_PEOPLE_TRUST_H

#include "service/settings.h"

#include <stdbool.h>

/* The kinds of memories that are private: bits of 1 << KIND_…. */
unsigned trust_private(const struct settings *settings);
/* Whether many people call from the line: then its number says nothing of who calls. */
bool trust_is_shared(const struct settings *settings, const char *caller);
/* Whether somebody may be greeted by name. With known-line only on a phone number that one person alone has
 * used in at least two calls: a web session says of itself who it is. */
bool trust_greets(const struct settings *settings, const char *caller, int64_t calls, bool alone);

#endif
