/*
 * lexicon: all languages whose words and rules callmem knows. The data files data/LANGUAGE.txt are compiled
 * in; an operator's own lines in CALLMEM_LEXICON_DIR/LANGUAGE.txt are added to them and are tried first.
 * docs/lexicon.md describes the format.
 */
#ifndef CALLMEM_LANGUAGE_LEXICON_H
#define CALLMEM_LANGUAGE_LEXICON_H

#include "base/error.h"
#include "language/language.h"
#include "language/pattern.h"
#include "language/words.h"

#include <stddef.h>

struct lexicon; /* immutable once loaded: shared by all threads */

/* All languages. `directory` may be NULL or "". On a wrong line (named with file and line) or an unreadable
 * directory: NULL with ERROR_SETTINGS. */
struct lexicon *lexicon_load(const char *directory, struct error *error);
void lexicon_free(struct lexicon *lexicon);
/* One language alone, from `text` as it would stand in an operator's file of the name `file`; for tests. */
struct lexicon *lexicon_parse(const char *code, const char *file, const char *text, size_t len,
                              struct error *error);

/* The language with this ISO 639-1 code, NULL when it has no lexicon. */
const struct language *lexicon_language(const struct lexicon *lexicon, const char *code);
size_t lexicon_count(const struct lexicon *lexicon);
const struct language *lexicon_at(const struct lexicon *lexicon, size_t at);

#endif
