/*
 * numerals: numbers as they are written or spoken: "16", "sixteen", "three hundred and eighteen",
 * "quatre-vingt-douze", "zweiundvierzig".
 */
#ifndef CALLMEM_UNDERSTAND_NUMERALS_H
#define CALLMEM_UNDERSTAND_NUMERALS_H

#include "understand/reading.h"

/* The number that begins at word `at`: how many words it has, 0 when there is none. Digits that are spoken
 * one after the other are numbers of their own. */
size_t numeral_at(struct reading *reading, const struct words *words, size_t at, long *value);

#endif
