/*
 * numbering: the countries' telephone numbering plans, as far as it takes them to see what digits without a
 * plus mean. A table made from libphonenumber's data (numbering.mjs): linking libphonenumber would bring C++,
 * protobuf and Boost into every program, for four columns of it.
 */
#ifndef CALLMEM_BASE_NUMBERING_H
#define CALLMEM_BASE_NUMBERING_H

#include "base/numbering_table.h"

#include <stdbool.h>
#include <stddef.h>

#define NUMBERING_MOST 15 /* digits of an E.164 number */

/* The plan of a country, "DE" in either case; NULL when there is none. */
const struct numbering *numbering_find(const char *country);

/* Digits of a calling code that `digits` begins with, 0 for none. */
size_t numbering_code(const char *digits, size_t len);

/* Whether digits, with the country's code, can be a whole number: the code is one, and the rest has a length
 * and a beginning that occur there. */
bool numbering_is_whole(const char *digits, size_t len);

/* What digits without a plus mean: "0049 30 …" and "011 49 …" another country, eleven or more that can be a
 * whole number that number, and those of `home` (may be NULL) a national number there, with or without its
 * prefix. Fills `whole` with the digits of an E.164 number; false when they mean none. */
bool numbering_complete(const struct numbering *home, const char *digits, size_t len,
                        char whole[NUMBERING_MOST + 1]);

#endif
