/*
 * ids: the ids by which operators name a statement or a name: "f3a91c07b.conv_7", a hash of what it says and
 * the call that said it. It is the same in every store, after an import and after a migration; where a call
 * is understood again in other words, a statement keeps the ids that it had ("ids" in its metadata).
 */
#ifndef CALLMEM_PEOPLE_IDS_H
#define CALLMEM_PEOPLE_IDS_H

#include "base/arena.h"
#include "memory/memory.h"

#include <stdbool.h>
#include <stddef.h>

/* The id of a memory; of what an operator said the name of its conversation. NULL when out of memory. */
const char *ids_of(struct arena *arena, const struct memory *memory);
/* The conversation that an id names, NULL when it is not of that form. */
const char *ids_conversation(const char *id);
/* Whether an id, of the memory's conversation, is that of the memory (2: now, 1: it once was, 0: it is not),
 * which must be a statement or a name. -1 when out of memory. */
int ids_match(const struct memory *memory, const char *id);

/* Gives those of `items` that say in other words what one of `old` said the ids that it had; both are of one
 * call. Texts belong to the arena. False when out of memory. */
bool ids_keep(struct arena *arena, const struct memory_list *old, struct memory *items, size_t count);

#endif
