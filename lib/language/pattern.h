/*
 * pattern: the language in which rules of the lexicon are written, and its matcher. docs/lexicon.md tells it
 * for operators. A pattern is compiled once into nodes and matched against a row of words by backtracking,
 * with a bound on the steps.
 */
#ifndef CALLMEM_LANGUAGE_PATTERN_H
#define CALLMEM_LANGUAGE_PATTERN_H

#include "language/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What <…> can stand for. How far each reaches is decided by struct matcher.capture. */
enum capture {
    CAPTURE_NAME,    /* <name>: a person's name */
    CAPTURE_OTHER,   /* <other>: as <thing>, what it is compared with */
    CAPTURE_THING,   /* <thing>: words up to the end of the clause or a word that begins another thought */
    CAPTURE_SHORT,   /* <short>: one to three words of a thing */
    CAPTURE_TIME,    /* <time>: "after six in the evening", "mornings" */
    CAPTURE_CLAUSE,  /* <clause>: all up to the end of the sentence */
    CAPTURE_NUMBER,  /* <number>: 3, "three", "third" */
    CAPTURE_WEEKDAY, /* <weekday> */
    CAPTURE_MONTH,   /* <month> */
    CAPTURES
};

struct span {
    size_t from, to; /* words; `to` is the first one after */
};

struct node;
struct language;

#define PATTERN_LISTS 3 /* how many @lists of a match are remembered */
#define PATTERN_ENDS  24

struct matcher {
    const struct language *language;
    const struct words *words;
    /* Where a capture that begins at word `at` may end, the end to be tried first first; how many. */
    size_t (*capture)(void *ctx, enum capture what, const struct words *words, size_t at,
                      size_t ends[PATTERN_ENDS]);
    void *ctx;
    /* What the last match gave. */
    struct span all;
    struct span captured[CAPTURES];
    bool has[CAPTURES];
    struct span lists[PATTERN_LISTS];
    size_t list_count;
    int steps;
};

/* Allocates `size` zeroed bytes that live as long as the lexicon; NULL when out of memory. */
typedef void *pattern_alloc(void *ctx, size_t size);
/* The number of the list of that name, made when new; -1 when out of memory. */
typedef int pattern_list(void *ctx, const char *name, size_t len);

struct pattern_tools {
    pattern_alloc *alloc;
    pattern_list *list;
    void *ctx;
    const struct words_language *language;
    struct words *scratch; /* owned by the caller */
};

/* Compiles `len` bytes of `text`. NULL with *complaint set to static text when the pattern is wrong, NULL
 * with *complaint NULL when out of memory. */
const struct node *pattern_compile(const struct pattern_tools *tools, const char *text, size_t len,
                                   const char **complaint);

/* Whether the pattern fits at word `at`; fills what the last match gave. */
bool pattern_match(struct matcher *matcher, const struct node *pattern, size_t at);

/* The words with which a pattern can begin, as bits of their keys. */
#define FIRST_BITS 256
struct firsts {
    uint64_t bits[FIRST_BITS / 64];
    bool any; /* it can begin with any word */
};
void pattern_firsts(const struct node *pattern, struct firsts *firsts);
static inline bool firsts_have(const struct firsts *firsts, uint64_t key)
{
    return firsts->any || (firsts->bits[(key >> 6) % (FIRST_BITS / 64)] >> (key & 63) & 1) != 0;
}

/* A word that must be there for the pattern to fit anywhere, 0 when there is none such. */
uint64_t pattern_needs(const struct node *pattern);

#endif
