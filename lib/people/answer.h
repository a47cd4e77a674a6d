/*
 * answer: what client-data says of a caller, which is also what an outbound call is started with: the object
 * "conversation_initiation_client_data" of docs/http.md.
 */
#ifndef CALLMEM_PEOPLE_ANSWER_H
#define CALLMEM_PEOPLE_ANSWER_H

#include "base/buf.h"
#include "base/error.h"
#include "memory/memory.h"
#include "service/settings.h"

/* The scope of the profile that an agent ("": none is named) is answered with; NULL where CALLMEM_SCOPE wants
 * an agent and none is named. */
const char *answer_scope(const struct settings *settings, const char *agent);

/* Adds the answer to `b`. A profile without a document, or one whose document cannot be read, gives the
 * answer for an unknown caller. `caller` is "" for nobody; `user` is the user_id that the answer carries,
 * NULL or "" for the caller's own, where there is one. -1 only when out of memory. */
int answer_add(struct buf *b, const struct settings *settings, const struct memory_profile *profile,
               const char *caller, const char *user, struct error *error);

#endif
