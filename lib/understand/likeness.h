/*
 * likeness: whether two short texts speak of the same thing. A text is reduced to the words that carry it
 * (numbers, and words long enough to be more than a link), folded; words are compared by their beginnings, so
 * that inflected forms meet.
 */
#ifndef CALLMEM_UNDERSTAND_LIKENESS_H
#define CALLMEM_UNDERSTAND_LIKENESS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

#define CARRIERS 40 /* of one text; what comes after is not looked at */

struct carriers {
    const char *words[CARRIERS]; /* of the arena */
    size_t count;
};

/* False when out of memory. */
bool carriers_read(struct arena *arena, const char *text, struct carriers *carriers);
bool carriers_have(const struct carriers *carriers, const char *word);
/* How many words of `part` are in `whole` too. */
size_t carriers_shared(const struct carriers *part, const struct carriers *whole);
/* Whether two folded words are forms of one. */
bool carriers_same_word(const char *a, const char *b);

#endif
