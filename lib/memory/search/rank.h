/*
 * rank: which of a caller's memories answer a question best. It works on the analysed terms of one caller's
 * conversations (segment.h) and on nothing else, so that a search costs what one caller has. What it does and
 * what each part of it is worth is told and measured in docs/search.md.
 */
#ifndef CALLMEM_MEMORY_SEARCH_RANK_H
#define CALLMEM_MEMORY_SEARCH_RANK_H

#include "memory/memory.h"
#include "memory/search/question.h"
#include "memory/search/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How results write who spoke: before each turn of several, before one alone only where it is the agent's. */
#define RANK_AGENT  "Agent: "
#define RANK_CALLER "Caller: "

/* A conversation of the caller; all borrowed. */
struct rank_call {
    int64_t started_at;
    const char *conversation;
    const char *agent; /* for who shows the results; ranking does not look at it */
    const char *language;
    const unsigned char *segment;
    size_t segment_len;
};

/* One result: a memory, or turns of one call that follow each other. */
struct rank_result {
    const int64_t *rows; /* of the memories, in the order in which they were said */
    size_t count;
    size_t call;              /* which of the calls it is from */
    struct segment_item best; /* the memory that the result is there for */
    int32_t sentence;         /* where it is a summary: the sentence that answers; else -1 */
    bool alone;               /* that sentence alone is the result; else what follows it as well */
    double score;             /* 0 to 1 */
};

struct ranking {
    struct rank_result *results; /* best first */
    size_t count;
    int64_t *rows; /* of all results, one after the other */
    size_t row_count;
};

/* Ranks. `calls` are sorted by their start; `filter` says which memories may be results (its caller and agent
 * are taken for granted) and how many. 0, or -1 when out of memory. */
int rank_memories(const struct question *question, const struct rank_call *calls, size_t call_count,
                  const struct memory_filter *filter, int64_t now, struct ranking *ranking);
void ranking_free(struct ranking *ranking);

#endif
