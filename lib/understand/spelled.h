/*
 * spelled: codes as they are said. A run is a row of words that are digits, numbers, single letters, words of
 * the radio alphabet or pieces of a code, one after the other: "P R six three nine zero two five", "double
 * five", "4111 1111", "AB-12".
 */
#ifndef CALLMEM_UNDERSTAND_SPELLED_H
#define CALLMEM_UNDERSTAND_SPELLED_H

#include "understand/reading.h"

#include <stdbool.h>
#include <stddef.h>

#define SPELLED_CHARS 64 /* of one code, written out */

struct spelled {
    char text[SPELLED_CHARS]; /* small letters and digits: "pr639025" */
    size_t digits, letters;
    size_t from, to; /* words */
    bool plus;       /* it begins with a plus: a number with its country */
};

/* The runs of a text that have a digit, in their order; how many, at most `most`. What is a part of an e-mail
 * address is left out. */
size_t spelled_runs(struct reading *reading, const struct words *words, struct spelled *runs, size_t most);
/* How many words the next part of a code takes, 0 when none begins at word `at`. What it stands for is added
 * to the run. */
size_t spelled_part(struct reading *reading, const struct words *words, size_t at, struct spelled *run);
/* A word that may stand between the parts of one code: "and", "dash". */
bool spelled_is_link(const struct word *word);

#endif
