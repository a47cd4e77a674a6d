/*
 * scored: the memories of one caller while they are ranked. rank.c finds and scores them, names.c learns who
 * is who, results.c builds the results.
 */
#ifndef CALLMEM_MEMORY_SEARCH_SCORED_H
#define CALLMEM_MEMORY_SEARCH_SCORED_H

#include "memory/memory.h"
#include "memory/search/question.h"
#include "memory/search/ranking.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A memory that can be found. */
struct doc {
    struct segment_item item;
    uint32_t call;
    bool is_turn;
    bool eligible; /* the filter lets it be a result */
    uint16_t seen; /* the last word of the question that was counted for it, plus one, and */
    uint16_t near; /* the last one that was counted for it or for a turn beside it */
    float match;   /* how well its words and those near it match */
    float cover;   /* how much of what is asked for it and the turns beside it have */
    float help;    /* how well the words that only help match */
    float score;
    uint32_t group; /* which result it is part of, plus one; 0: none */
};

/* A sentence of a call's summary. */
struct sentence {
    struct segment_item item;
    uint32_t call;
    bool eligible; /* the filter lets it be a result */
    float cover;
};

struct call {
    const struct rank_call *given;
    uint32_t first, count;     /* its turns among the docs: they come first and in their order */
    uint32_t end;              /* after all its docs */
    uint32_t summary_doc;      /* of the docs the summary, where the filter asks for summaries; else `end` */
    float length;              /* terms of its turns */
    float summary_length;      /* and of its summary */
    float tf, summary_tf;      /* of the current word */
    float in_call, in_summary; /* summed over the words */
    float time_fit;
    float score; /* what each of its memories has of it */
    bool summary_shown;
};

/* A word of the question in a memory, or in a sentence. */
struct hit {
    uint32_t at;
    uint16_t which;
    uint8_t before, after; /* over so many turns near it has been spread */
    float tf;
};
struct hits {
    struct hit *items;
    size_t count, room;
};

/* The names of the two who speak, as they are stored. */
#define NAMES 12
struct names {
    struct {
        uint32_t hash;
        enum speaker speaker;
    } items[NAMES];
    size_t count;
};

struct rank {
    const struct question *question;
    const struct memory_filter *filter;
    int64_t now;
    struct call *calls;
    size_t call_count;
    struct doc *docs;
    size_t doc_count, doc_terms; /* and the terms of all */
    struct sentence *sentences;
    size_t sentence_count, sentence_room;
    struct doc *facts; /* each speaks for the turn that it came from; a few are results beside it */
    size_t fact_count, fact_room;
    struct hits hits, sentence_hits, fact_hits;
    struct names names;
    bool is_name[QUESTION_CONCEPTS];
    bool open;        /* the filter restricts nothing */
    bool facts_asked; /* the filter asks for kinds or sectors: then facts are results of their own */
    float mean_length, mean_call, mean_summary;
    float total;          /* the weight of all that is asked for */
    float best;           /* how well the best memory matches */
    float mean_match;     /* how well a memory matches on average */
    enum speaker speaker; /* whose turns are meant, SPEAKER_NONE when both or nobody */
    bool failed;          /* out of memory */
};

#endif
