/*
 * results: results out of scored memories: the best turns, those that follow each other together, as far as
 * there is room; and a sentence of a summary where no turn says what it says.
 */
#ifndef CALLMEM_MEMORY_SEARCH_RESULTS_H
#define CALLMEM_MEMORY_SEARCH_RESULTS_H

#include "memory/search/scored.h"

/* 0, or -1 when out of memory: `ranking` is to be freed then, too. */
int build_results(struct rank *rank, struct ranking *ranking);

#endif
