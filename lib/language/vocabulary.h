/*
 * vocabulary: what analysis knows of the words of a language: stop words, spoken digits, and words that mean
 * nearly the same. The data files words/LANGUAGE.txt are compiled in; a language is read when it is first
 * asked for, and stays for the life of the process, shared by all threads.
 *
 * The format is told in docs/search.md: `#` begins a comment, `[name]` a section.
 */
#ifndef CALLMEM_LANGUAGE_VOCABULARY_H
#define CALLMEM_LANGUAGE_VOCABULARY_H

#include "language/analysis.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vocabulary;

/* Lists of words; a word can be in several. */
enum wordlist {
    WORDS_STOP,   /* say little */
    WORDS_TIME,   /* "yesterday", "weekend": what says when has one */
    WORDS_NUMBER, /* "twelve", "dozen" */
    WORDS_USER,   /* what the caller is called: "caller", "customer" */
    WORDS_AGENT,  /* what the agent is called */
    WORDLISTS
};
/* What a question asks for or when, known by phrases. */
enum ask {
    ASK_NAME,       /* "who", "which" */
    ASK_COUNT,      /* "how many" */
    ASK_WHEN,       /* "when" */
    ASK_LAST,       /* about the last call: "last time" */
    ASK_TODAY,      /* about calls of today */
    ASK_YESTERDAY,  /* of yesterday */
    ASK_DAY_BEFORE, /* of the day before yesterday */
    ASK_LAST_WEEK,  /* of the week before this one */
    ASK_LAST_MONTH, /* of the month before this one */
    /* With a number in them, see vocabulary_reckons(). */
    ASK_DAYS_AGO,   /* "three days ago" */
    ASK_WEEKS_AGO,  /* "2 weeks ago", "a week ago" */
    ASK_MONTHS_AGO, /* "two months ago" */
    ASK_WEEKDAY,    /* "last Tuesday"; the number is that of the day, 1 Monday to 7 Sunday */
    ASKS
};

/* Turns a folded word into its stem's hash; what analysis.c does with each word. */
typedef uint32_t vocabulary_stem(void *ctx, const char *word, size_t len);

/* The vocabulary of a language; an empty one where there is no data. NULL when out of memory. `stem` is
 * called only while this runs. */
const struct vocabulary *vocabulary_get(const char *language, vocabulary_stem *stem, void *ctx);

/* `word` is folded and not stemmed. Lists: those that it is in, as bits 1 << WORDS_…. */
unsigned vocabulary_lists(const struct vocabulary *vocabulary, const char *word, size_t len);
int vocabulary_digit(const struct vocabulary *vocabulary, const char *word, size_t len); /* 0 to 9, or -1 */
int vocabulary_month(const struct vocabulary *vocabulary, const char *word, size_t len); /* 1 to 12, or 0 */
/* Whether a question asks so. `folded` has its words, folded, with single blanks between, before and after.
 */
bool vocabulary_asks(const struct vocabulary *vocabulary, enum ask ask, const char *folded);
/* The number in a question that asks so, 1 to 999: where the phrase has N a number in digits or in words up
 * to nine, where it has W a day of the week, and 1 where it has neither. 0 when it does not ask so. */
int vocabulary_reckons(const struct vocabulary *vocabulary, enum ask ask, const char *folded);
/* `hash` is that of a stem. */
size_t vocabulary_related(const struct vocabulary *vocabulary, uint32_t hash,
                          const struct relation **related);

#endif
