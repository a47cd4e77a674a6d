/*
 * push: the changes of a transaction on their way to the server. Calls are stored first, the caller's state
 * last: a call exists when the state names it.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_PUSH_H
#define CALLMEM_MEMORY_OPENMEMORY_PUSH_H

#include "memory/openmemory/pull.h"

/* Stores what a transaction changed of a caller. ERROR_MEMORY_UNAVAILABLE also when another front end changed
 * the same caller meanwhile: the same done again succeeds. */
int om_push(struct openmemory *om, struct om_known *known, struct error *error);

#endif
