/*
 * names: the names of the two who speak, learnt from how they address each other.
 */
#ifndef CALLMEM_MEMORY_SEARCH_NAMES_H
#define CALLMEM_MEMORY_SEARCH_NAMES_H

#include "memory/search/scored.h"

/* Finds the names from all that the two say: rank->names. 0, or -1 when out of memory. */
int names_find(struct rank *rank);
/* Whose name a stored term is; SPEAKER_NONE when it is not a name of theirs. */
enum speaker names_speaker(const struct names *names, uint32_t hash);

#endif
