/*
 * thinned: a call of which something went by age before the call itself (people/thinning.h) says so in its
 * summary's metadata. What is left of it cannot be understood again: it would say less, or bring back what
 * went.
 */
#ifndef CALLMEM_PEOPLE_THINNED_H
#define CALLMEM_PEOPLE_THINNED_H

#include <stdbool.h>

/* Members of a summary's metadata, true where it is so. */
#define THINNED_TURNS    "turns_expired"
#define THINNED_FACTS    "facts_expired"
#define THINNED_REQUESTS "requests_expired"

/* Whether a summary with this metadata, as cJSON prints it, is that of such a call. */
bool thinned_is(const char *metadata);

#endif
