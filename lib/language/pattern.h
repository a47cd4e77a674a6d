/*
 * pattern: how rules find what was said, and their matcher; docs/lexicon.md describes how they are written. A
 * pattern is compiled once into nodes and matched against a row of words by backtracking, with a bound on the
 * steps.
 */
#ifndef CALLMEM_LANGUAGE_PATTERN_H
#define CALLMEM_LANGUAGE_PATTERN_H

#include "language/language.h"

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

#define PATTERN_LISTS 3 /* how many @lists of a match are remembered */
#define PATTERN_ENDS  LIST_ENDS

struct matcher {
    const struct language *language;
    const struct words *words;
    /* Where a capture that begins at word `at` may end, in the order in which the ends are tried; how many.
     * Not asked for numbers, weekdays and months. NULL: nothing else is captured. */
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

/* What a pattern is compiled for. */
struct pattern_source {
    struct language *language; /* owns the patterns */
    struct words *scratch;     /* {0} or a row that was read before; the caller frees it */
    const char *file;          /* named in complaints about a missing @list */
    int line;
};

/* Compiles `len` bytes of `text`. NULL with *complaint set to static text when the pattern is wrong, NULL
 * with *complaint NULL when out of memory. */
const struct pattern *pattern_compile(const struct pattern_source *source, const char *text, size_t len,
                                      const char **complaint);

/* Whether the pattern fits at word `at`; fills what the last match gave. */
bool pattern_match(struct matcher *matcher, const struct pattern *pattern, size_t at);

#endif
