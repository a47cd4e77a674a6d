/*
 * unkept: a call of which the caller asked that it not be kept (do_not_record). It is kept as an attempt, so
 * that it is known that there was a call, with the wish; what was said in it is not, whatever comes of it
 * later, unless the operator dismisses the request.
 */
#ifndef CALLMEM_PEOPLE_UNKEPT_H
#define CALLMEM_PEOPLE_UNKEPT_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/event_shape.h"
#include "service/settings.h"
#include "understand/understanding.h"

#include <stdbool.h>

/* Whether a call is not to be kept: its caller says so now, or said so in what came of it before. */
int unkept_is_wished(struct memory_store *store, const struct event *event,
                     const struct understanding *understanding, bool *wished, struct error *error);
/* Keeps of the call that there was one, and the wish; what is there of it already goes. In the transaction
 * that is open. */
int unkept_store(struct memory_store *store, const struct event *event, struct error *error);

#endif
