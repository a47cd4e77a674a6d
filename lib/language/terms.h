/*
 * terms: text as a search compares it. Words (words.h) in small letters, Snowball stems by language, then
 * without accents; scripts that write no blanks as pairs of characters; numbers and order numbers also as one
 * term when they were written or spoken in parts ("HB-20417", "H B two oh four one seven"). A term is a
 * 32-bit hash: within one caller's memories that is exact enough, and an index of hashes holds no text. Words
 * that begin with the same letters have hashes that begin with the same bits, so that "Rechnungsnummer" is
 * found beside "Rechnung" and "allergist" beside "allergic".
 *
 * Whoever changes the terms of any text raises TERMS_VERSION: indexes that are stored were made by one
 * version of these rules, and those of another are not used but made again.
 */
#ifndef CALLMEM_LANGUAGE_TERMS_H
#define CALLMEM_LANGUAGE_TERMS_H

#include "language/language.h"
#include "language/vocabulary.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TERMS_VERSION 9
#define TERMS_MAX     1024        /* the most that is kept of one text */
#define ALIKE_LETTERS 5           /* stems that begin with these many letters in common are alike */
#define ALIKE_BITS    0xfffff000u /* of a hash: of the beginning alone, where there is one (TERM_BEGINS) */

enum {
    TERM_STOP = 1,     /* a word that says little: only in queries, what is stored of a text leaves it out */
    TERM_JOINED = 4,   /* made of several words */
    TERM_CAPITAL = 8,  /* begins with a capital */
    TERM_INNER = 16,   /* and that not at the beginning of a sentence */
    TERM_TIME = 32,    /* says when */
    TERM_USER = 64,    /* a word for the caller: "customer" */
    TERM_AGENT = 128,  /* a word for the agent */
    TERM_BEGINS = 256, /* a stem of ALIKE_LETTERS letters or more, without digits */
    TERM_VAGUE = 512,  /* asks for calls or for what is known at all */
};

struct term {
    uint32_t hash;  /* its two lowest bits are free for the index, and zero here; of a stop word 0 */
    uint16_t at;    /* which word of the text it is, or the last one that it was made of */
    uint16_t flags; /* TERM_… */
};

/* An analyser is bound to one language and one thread. An unknown or empty language has no stemmer and no
 * stop words. */
struct analyser;
struct analyser *analyser_new(const char *language); /* ISO 639-1; NULL when out of memory */
void analyser_free(struct analyser *analyser);       /* NULL is allowed */

/* The terms of `text` in order; returns how many, at most `max`. */
size_t analyser_terms(struct analyser *analyser, const char *text, struct term *terms, size_t max);
/* Whether memory ran out in an analysis since the last call of this: terms may be missing or not what they
 * should be, which must not be stored. */
bool analyser_failed(struct analyser *analyser);

/* Terms that mean nearly the same as `hash` in this language ("bought" for "buy", "mum" for "mother"), each
 * with how much a match of it counts beside a match of the word itself. Belongs to the language. */
size_t analyser_related(const struct analyser *analyser, uint32_t hash, const struct relation **related);

/* Whether a word in small letters says little. */
bool analyser_is_stop(const struct analyser *analyser, const char *word);
/* How the language asks questions; see vocabulary_language(). */
const struct language *analyser_language(const struct analyser *analyser);

/* The hash of a word in small letters, as it is in a term. */
uint32_t term_hash(const char *word, size_t len);

#endif
