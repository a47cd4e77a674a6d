/*
 * language_file: reads a language's file (docs/lexicon.md describes it) into what is known of the language.
 */
#ifndef CALLMEM_LANGUAGE_LANGUAGE_FILE_H
#define CALLMEM_LANGUAGE_LANGUAGE_FILE_H

#include "base/error.h"
#include "language/language.h"

/* A file, or a text as it would stand in one. */
struct language_file {
    const char *name; /* for complaints */
    const char *text;
    size_t len;
    bool built_in; /* may have the [search …] sections, which vocabulary.c reads */
};

/* Which sections are read. */
enum language_scope {
    LANGUAGE_WHOLE,
    LANGUAGE_SEARCH /* only what a search needs of the words of a question: no names, no rules about calls */
};

/* The language of that code, from `count` files: lines of the first count more than those of the next. NULL
 * with ERROR_SETTINGS, which names file and line, when a line is wrong. */
struct language *language_from_files(const char *code, const struct language_file *files, size_t count,
                                     enum language_scope scope, struct error *error);

#endif
