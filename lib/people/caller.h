/*
 * caller: who is on the phone. A phone number counts in E.164 form however it was written; a withheld number
 * is nobody; any other identifier is a caller of its own.
 */
#ifndef CALLMEM_PEOPLE_CALLER_H
#define CALLMEM_PEOPLE_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#define CALLER_SIZE 130 /* 128 characters, NUL, one spare */

enum caller_kind {
    CALLER_NOBODY, /* empty or withheld: nothing is read or kept */
    CALLER_NUMBER, /* E.164, "+15550100001" */
    CALLER_OTHER,  /* an identifier, [A-Za-z0-9._:@+-]{1,128} */
    CALLER_INVALID /* neither */
};

/*
 * Normalises `text` (NULL counts as empty) into `key`; "" for nobody and for invalid.
 *
 * Taken off first: blanks around, `<…>` with a display name before and parameters behind it, `tel:`, `sip:`
 * and `sips:` (any case; of several the last one counts), what follows `;` or `?`, and for sip `@host` when
 * the user part is a number. Then `+` or `00` and 3 to 15 digits with blanks, dashes (the typographic ones
 * too), dots, slashes and brackets between them (`(0)` after a country code goes with its brackets) is a
 * number. Digits without
 * `+` or `00` are not: which country they mean nobody knows, and a guess could mix up two people; with their
 * separators taken out they are an identifier. Withheld: "", anonymous, restricted, private, unknown,
 * unavailable, blocked (any case, also as a sip user), and the digits that carriers spell them with:
 * 266696687, 7378742833, 2562533, 8656696, 86282452253, with +, with 00 or without. A key that is read again
 * is the same key.
 */
enum caller_kind caller_parse(const char *text, char key[CALLER_SIZE]);

#endif
