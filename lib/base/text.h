/*
 * text: small operations on UTF-8 text that every room needs. Where Unicode's tables are needed, utf8proc has
 * them.
 */
#ifndef CALLMEM_BASE_TEXT_H
#define CALLMEM_BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes of the longest prefix of `text` with at most `chars` characters (code points). */
size_t text_prefix(const char *text, size_t chars);
size_t text_chars(const char *text); /* code points */

/* Adds `text` to `b` as one line that is fit for a prompt: control characters, line and paragraph separators
 * and bidirectional overrides become single blanks, blanks are folded and trimmed, and at most `max_chars`
 * characters are taken; a cut falls on a word's end where there is one, and is shown by "…" (within
 * max_chars). */
void text_add_line(struct buf *b, const char *text, size_t max_chars);
char *text_line(const char *text, size_t max_chars); /* the same as an allocation, NULL when out of memory */

/* The text without case, accents and forms of the same character, for comparing; an allocation, NULL when out
 * of memory or when it is not UTF-8. */
char *text_folded(const char *text);

/* Takes what a template, markup or a fence of code is made of out of the bytes of `b` from `from` on, before
 * somebody's words leave for a prompt: { } < > become brackets, ` becomes '. Works on JSON as well. */
void text_disarm(struct buf *b, size_t from);
/* The same in a text. */
void text_disarm_text(char *text);

/* The hexadecimal digits (lower case) of `len` bytes; `out` has room for 2 * len + 1. */
void text_hex(const unsigned char *bytes, size_t len, char *out);

/* strdup() that takes NULL for "" and a variant for a slice. NULL when out of memory. */
char *text_dup(const char *text);
char *text_dup_n(const char *text, size_t len);
/* Calls `each` for every comma-separated, trimmed, non-empty part of `list`; stops when it returns false. */
void text_split(const char *list, bool (*each)(void *ctx, const char *part, size_t len), void *ctx);
/* Edit distance (insert, delete, replace, swap of neighbours), for suggestions; at most 64 bytes a side. */
int text_distance(const char *a, const char *b);

#endif
