/*
 * understand: a transcript becomes an understanding. callmem's items, where an LLM filled them in, are read
 * and each of their lines is held against what was said; rules complete them, and speak alone where there are
 * none.
 */
#ifndef CALLMEM_UNDERSTAND_UNDERSTAND_H
#define CALLMEM_UNDERSTAND_UNDERSTAND_H

#include "base/error.h"
#include "language/lexicon.h"
#include "understand/transcript.h"
#include "understand/understanding.h"

/* Whoever changes what is understood of a call raises it: calls that another version understood are read
 * again. The released first version had none. */
#define UNDERSTANDING_VERSION 3

/* Always gives an understanding, for understanding_free(); -1 only when out of memory (ERROR_INTERNAL). */
int understand(const struct lexicon *lexicon, const struct transcript *transcript,
               struct understanding *understanding, struct error *error);

#endif
