/*
 * vocabulary: what a search knows of the words of a language: which say little, which are numbers or times,
 * which mean nearly the same. A language is read when it is first asked for, and stays for the life of the
 * process, shared by all threads. docs/lexicon.md describes the sections of its file.
 */
#ifndef CALLMEM_LANGUAGE_VOCABULARY_H
#define CALLMEM_LANGUAGE_VOCABULARY_H

#include "language/language.h"

#include <stddef.h>
#include <stdint.h>

struct vocabulary;

/* What a word is, as bits. */
enum {
    WORD_STOP = 1,   /* says little */
    WORD_TIME = 2,   /* "yesterday", "weekend": what says when has one */
    WORD_USER = 8,   /* what the caller is called: "caller", "customer" */
    WORD_AGENT = 16, /* what the agent is called */
    WORD_VAGUE = 64, /* asks for calls or for what is known at all: "history", "conversation", "everything" */
};

#define RELATION_SAME 0.9f /* the weight of another form of the same word */

/* A stem that means nearly the same as another, and how much a match of it counts beside a match of that one.
 */
struct relation {
    uint32_t hash;
    float weight;
};

/* Turns a word in small letters into its stem's hash. */
typedef uint32_t vocabulary_stem(void *ctx, const char *word, size_t len);

/* The vocabulary of a language; an empty one where there is no data. NULL when out of memory. `stem` is
 * called only while this runs. */
const struct vocabulary *vocabulary_get(const char *language, vocabulary_stem *stem, void *ctx);

/* The language itself, as far as a search needs it: spellings, weekdays, months, numbers, SECTION_QUESTION.
 */
const struct language *vocabulary_language(const struct vocabulary *vocabulary);

/* What a word in small letters is: WORD_…. `digit` (or NULL): the digit that it stands for, -1 when none. */
unsigned vocabulary_word(const struct vocabulary *vocabulary, const char *word, size_t len, int *digit);
/* What means nearly the same as the stem with that hash; returns how many. */
size_t vocabulary_related(const struct vocabulary *vocabulary, uint32_t hash,
                          const struct relation **related);

#endif
