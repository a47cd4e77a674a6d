/*
 * ranking: what goes into the ranking of one caller's memories, and what comes out.
 */
#ifndef CALLMEM_MEMORY_SEARCH_RANKING_H
#define CALLMEM_MEMORY_SEARCH_RANKING_H

#include "memory/search/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A conversation of the caller; all borrowed. */
struct rank_call {
    int64_t started_at;
    const char *conversation;
    const char *agent; /* for the results; ranking does not look at it */
    const char *language;
    const unsigned char *segment;
    size_t segment_len;
};

/* A memory of a result; as in struct segment_item. */
struct rank_part {
    int64_t row;
    int32_t over;
    uint8_t speaker;
};

/* One result: a memory, or turns of one call that follow each other. */
struct rank_result {
    const struct rank_part *parts; /* in the order in which they were said */
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
    struct rank_part *parts; /* of all results, one after the other */
    size_t part_count;
};

#endif
