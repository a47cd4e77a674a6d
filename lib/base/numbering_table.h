/*
 * numbering_table: the numbering plans of numbering.h, one row a country, sorted by country; made by
 * numbering.mjs.
 */
#ifndef CALLMEM_BASE_NUMBERING_TABLE_H
#define CALLMEM_BASE_NUMBERING_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct numbering {
    char country[3];           /* ISO 3166, "" for codes of no country (satellites) */
    const char *code;          /* of calls to there: "49" */
    const char *prefix;        /* dialled before a number within the country, and not from elsewhere: "0" */
    const char *international; /* dialled there before the code of another country, where it is one: "011" */
    unsigned lengths;          /* of national numbers: bit 10 for ten digits */
    unsigned begins;           /* digits that national numbers begin with: bit 0 for "0" */
    bool prefixed;             /* mobile numbers, too, are written with the prefix */
};

extern const struct numbering numbering_table[];
extern const size_t numbering_count;

#endif
