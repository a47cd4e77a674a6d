/*
 * utf8: well-formed UTF-8 as RFC 3629 and table 3-7 of the Unicode Standard define it: no surrogates, nothing
 * over U+10FFFF, no overlong forms. What needs Unicode's properties uses utf8proc.
 */
#ifndef CALLMEM_BASE_UTF8_H
#define CALLMEM_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT "\xef\xbf\xbd" /* U+FFFD, in place of what cannot be decoded */

/* The bounds of a byte. */
struct utf8_range {
    unsigned char low, high;
};

/* How many bytes the character has that begins with `first`, 1 to 4; 0 when none begins so. `second` gets the
 * bounds of its second byte; those of every further byte are 0x80 and 0xbf. */
size_t utf8_length(unsigned char first, struct utf8_range *second);
bool utf8_is_valid(const char *bytes, size_t len);
/* Writes a code point (at most U+10FFFF, no surrogate); the number of its bytes. */
size_t utf8_encode(uint32_t code_point, char out[4]);

#endif
