/*
 * question: a search's words, read in each language in which the caller's calls were held: which terms it
 * asks for, what would mean nearly the same, which time it means, and what kind of answer it wants.
 */
#ifndef CALLMEM_MEMORY_SEARCH_QUESTION_H
#define CALLMEM_MEMORY_SEARCH_QUESTION_H

#include "language/terms.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUESTION_CONCEPTS  96 /* the most words that a search looks for; more are not read */
#define QUESTION_LANGUAGES 8

/* What a term of a stored text has to do with the question. */
struct match {
    uint32_t hash;
    uint16_t which; /* of the words that are looked for */
    bool alike;     /* every stem that begins like this: only ALIKE_BITS of the hash are compared */
    float weight;   /* 1 for the word itself, less for a related one; 0: a free place of the table */
};

/* The question in one language. */
struct reading {
    char language[4];
    struct match *table; /* open addressing, `mask` + 1 places */
    uint32_t mask;
};

struct question {
    size_t concepts;
    size_t asked; /* so many of the concepts are the question's own; those after them only help */
    bool is_role[QUESTION_CONCEPTS]; /* "customer", "agent": counts only where the texts have the word */
    float worth[QUESTION_CONCEPTS];  /* how much each counts: 1, or less where it is a word of those who ask
                                      * for  calls ("mention", "previous") or says when */
    bool by_user, by_agent;          /* the words say whose turns are meant */
    bool asks_name, asks_when;
    bool vague; /* it asks for nothing in particular, nor for a time: "what do you know about me" */
    /* The time that is meant: a year, a month, a day of the month, each 0 when not named; or a span of time.
     */
    int year, month, day;
    int64_t from, to; /* Unix seconds, to exclusive; 0 when none */
    bool last_call;
    struct reading readings[QUESTION_LANGUAGES];
    size_t reading_count;
};

/* Reads the question with the analysers of the languages (ISO 639-1, "" for unknown). The one whose small
 * words the question has most of, of equals the first, decides what counts as a word of its own. `words`
 * (NULL: none) help what the question finds. `now` is what "yesterday" is reckoned from. 0, or -1 when out of
 * memory. */
int question_read(struct question *question, const char *text, const char *words,
                  struct analyser *const *analysers, const char *const *languages, size_t count, int64_t now);
void question_free(struct question *question);
/* The reading in a language, the first one when there is none. */
const struct reading *question_reading(const struct question *question, const char *language);

/* The matches of a stored term: from reading_first() to the free place after it, those for which
 * reading_fits(). Matches of weight 1 come first, and what has one has no others. */
static inline uint32_t reading_first(const struct reading *reading, uint32_t hash)
{
    return hash >> 12 & reading->mask;
}
static inline bool reading_fits(const struct match *match, uint32_t hash)
{
    return match->hash == (match->alike ? hash & ALIKE_BITS : hash);
}

/* How well a call that began at `when` fits the time that is meant: 0 to 1. `is_last`: it is the last one. */
float question_time_fit(const struct question *question, int64_t when, bool is_last);

#endif
