/*
 * identifiers: numbers, codes and addresses as they are said: "P R six three nine zero two five", "peggy dot
 * whelan at example dot com", "double five", read back and corrected.
 */
#ifndef CALLMEM_UNDERSTAND_IDENTIFIERS_H
#define CALLMEM_UNDERSTAND_IDENTIFIERS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Adds CONTACT (email, phone, address) and ID statements for what the caller plainly gave as theirs: asked
 * for and given, or introduced by what it is ("my account number is …"). The last correction counts. */
void identifiers_find(struct reading *reading, struct understanding *understanding);

/* The turns with everything that is spelled or said in words written out: small letters and digits, "@" and
 * "." of addresses, all else left out; for holding a value against what was said. Turns are separated by
 * '\n'. Owned by the arena; NULL when out of memory. */
const char *identifiers_heard(struct reading *reading);
/* Whether a value ("PR639025", "m.novak@example.com", "555-0236") was said or written in `heard`, as a whole.
 */
bool identifiers_were_heard(const char *heard, const char *value);

/* What a number is the number of, by the words before word `end`: "account", "policy"; "" when they do not
 * say. Static. */
const char *identifiers_slot(const struct words *words, size_t end);

#endif
