/*
 * orphans: callers under keys that no call has any more. Earlier versions kept what they took for a number or
 * an identifier as it came; what the same text is today (people/caller.h) may be another caller, or nobody.
 *
 * Nothing is moved or erased without an operator: an earlier version filed a web session that claimed a
 * number under that number, too, and nothing in memory says which of the two a call was.
 */
#ifndef CALLMEM_OPERATE_ORPHANS_H
#define CALLMEM_OPERATE_ORPHANS_H

#include "memory/memory.h"
#include "people/caller.h"

#include <stdbool.h>
#include <stddef.h>

/* Whether no event and no request of today has this key; then `today` is what its text is now, "" for
 * nobody. */
bool orphans_is_one(const char *key, char today[CALLER_SIZE]);
/* How many there are. */
int orphans_count(struct memory_store *store, size_t *count, struct error *error);

#endif
