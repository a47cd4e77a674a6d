/*
 * caller: who is on the phone. A phone number counts in E.164 form however it was written; a withheld number
 * is nobody; any other identifier is a caller of its own.
 */
#ifndef CALLMEM_PEOPLE_CALLER_H
#define CALLMEM_PEOPLE_CALLER_H

#include <stdbool.h>
#include <stddef.h>

#define CALLER_CHARS 128
#define CALLER_SIZE  (CALLER_CHARS + 2) /* NUL, one spare */

enum caller_kind {
    CALLER_NOBODY, /* empty or withheld: nothing is read or kept */
    CALLER_NUMBER, /* E.164, "+15550100001" */
    CALLER_OTHER,  /* an identifier, [A-Za-z0-9._:@+-]{1,128} */
    CALLER_INVALID /* neither */
};

/* Where numbers without a country code belong: two letters (CALLMEM_COUNTRY), "" or NULL for nowhere. For the
 * whole process; to be called before there are threads. */
void caller_set_country(const char *country);
/* Whether a web or text session is who it says (CALLMEM_TRUST_USER_ID); in the same way. */
void caller_trust_user_id(bool trust);
bool caller_trusts_user_id(void);

/*
 * Normalises `text` (NULL counts as empty) into `key`; "" for nobody and for invalid.
 *
 * Not meant, and left out: blanks around, marks of direction and of no width. Full-width digits and plus, and
 * `%2B`, are plain ones. Taken off: `<…>` with a display name before and parameters behind it, `tel:`, `sip:`
 * and `sips:` (any case; of several the last one counts), what follows `;` or `?`, `@host` when the user part
 * is a number, and an extension (";ext=12", "x12"). Then `+` (or a blank in its place), `00` or `011` and 3
 * to 15 digits with blanks, dashes (the typographic ones too), dots, slashes and brackets between them (`(0)`
 * after a country code goes with its brackets) is a number; so are 11 to 15 digits that can be an E.164
 * number, and national numbers of the country that was set (numbering.h). Other digits are not: which country
 * they mean nobody knows, and a guess could mix up two people; with their separators taken out they are an
 * identifier.
 *
 * Nobody: "", what networks, forms and programs say instead of a number (anonymous, withheld, No Caller ID,
 * null, undefined, system__caller_id and so on, any case, also as a user at some host), whoever is at
 * anonymous.invalid, nothing but zeros, also after a country's code, and the digits that carriers spell these
 * words with: 266696687, 7378742833, 2562533, 8656696, 86282452253, also after a country's code. A key that
 * is read again is the same key.
 */
enum caller_kind caller_parse(const char *text, char key[CALLER_SIZE]);

/* The same for what a text or web session says of itself, which proves nothing: whatever could be a number
 * or an address of a telephone network is CALLER_OTHER with a key in a namespace of its own
 * ("user:+15550100001"), in which no line is; other identifiers are those of such sessions anyway, and stand
 * as they are ("member-3307"). With trust it is caller_parse(). */
enum caller_kind caller_parse_user(const char *text, char key[CALLER_SIZE]);
/* The same for a WhatsApp user's id: digits are the number that they are, others "whatsapp:US.134912". */
enum caller_kind caller_parse_whatsapp(const char *text, char key[CALLER_SIZE]);

#endif
