/*
 * profile: what is known of a caller, in the form in which a ringing phone needs it. It is derived from the
 * memories of the caller, and those that the line shares, in the order of the calls and not of their arrival,
 * so that events that arrive late, twice or out of order leave the same profile.
 */
#ifndef CALLMEM_PEOPLE_PROFILE_H
#define CALLMEM_PEOPLE_PROFILE_H

#include "base/buf.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/context.h"
#include "service/settings.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the settings say of how much is told; it points into them. */
struct context_bounds profile_bounds(const struct settings *settings);

/* Makes the profile of a caller from its memories in `store` and stores it, for all agents together
 * (scope "") and for `agent` when that is not ""; NULL is every agent that the caller spoke with. Call it
 * within memory_begin(). The profiles of lines that are joined with it (people/kin.h) are made with it.
 * `bounds` are those of memory_context. When the caller has no memories left, or is
 * hidden by a request (privacy_hides()), the profile goes. */
int profile_update(struct memory_store *store, const char *caller, const char *agent,
                   const struct context_bounds *bounds, struct error *error);

/* The dynamic variables of api.md for a caller, all of them. `document` is that of a profile; NULL gives
 * those of an unknown caller. NULL when out of memory or when the document is no profile. */
cJSON *profile_variables(const char *document, const char *caller);
/* The same as the members of an object, for an answer in which nothing else depends on them: the ready answer
 * of the profile where it has one. False, and `b` unchanged, where profile_variables() gives NULL. */
bool profile_add_variables(struct buf *b, const struct memory_profile *profile, const char *caller);

/* What a search says of a caller, as members of an object: caller_name and call_count; "" and 0 where there
 * is no profile or its document cannot be read. */
void profile_add_heading(struct buf *b, const struct memory_profile *profile);

#endif
