/*
 * derived: what was understood of a call, and what that rests on beside the words themselves, among its
 * memories. When the call is understood again it is replaced as a whole; what a person decided or said stays.
 */
#ifndef CALLMEM_PEOPLE_DERIVED_H
#define CALLMEM_PEOPLE_DERIVED_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"

#include <stdbool.h>

/* Whether memories of this kind are understood and not said. */
bool derived_is_kind(enum kind kind);
/* Whether an operator wrote it. */
bool derived_is_operators(const struct memory *memory);

/* Stores the memories of one conversation, all of them, in place of what was derived before. Where an LLM
 * read the call then and none did now, what was derived stays: an event that comes again may have less in it
 * (`always`: it goes in any case). Memories of operators stay, and so does what was decided about requests;
 * `items` may be changed for that, with texts of the arena. In the transaction that is open. */
int derived_replace(struct memory_store *store, struct memory *items, size_t count, bool always,
                    struct arena *arena, struct error *error);

#endif
