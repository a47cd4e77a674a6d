/*
 * rank: which of a caller's memories answer a question best. It works on the analysed terms of one caller's
 * conversations (segment.h) alone, so a search costs what one caller has. docs/search.md describes its parts
 * and what each is worth.
 */
#ifndef CALLMEM_MEMORY_SEARCH_RANK_H
#define CALLMEM_MEMORY_SEARCH_RANK_H

#include "memory/memory.h"
#include "memory/search/question.h"
#include "memory/search/ranking.h"

/* Ranks. `calls` are sorted by their start; `filter` says which memories may be results (its caller and agent
 * have been applied) and how many. 0, or -1 when out of memory. */
int rank_memories(const struct question *question, const struct rank_call *calls, size_t call_count,
                  const struct memory_filter *filter, int64_t now, struct ranking *ranking);
void ranking_free(struct ranking *ranking);

#endif
