/*
 * sections: the lines of a language's file. `[name]` alone on a line begins a section, `#` a comment; blank
 * lines and blanks around a line do not count. docs/lexicon.md describes the sections.
 */
#ifndef CALLMEM_LANGUAGE_SECTIONS_H
#define CALLMEM_LANGUAGE_SECTIONS_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A piece of a file; `to` is the first byte after it. */
struct slice {
    const char *from, *to;
};

static inline size_t slice_len(struct slice slice)
{
    return (size_t)(slice.to - slice.from);
}
bool slice_is(struct slice slice, const char *text);
/* Without the blanks around it. */
struct slice slice_trim(struct slice slice);
/* The trimmed piece of `rest` before the next separator, or all of it; `rest` becomes what follows. False
 * when nothing is left. */
bool slice_next(struct slice *rest, char separator, struct slice *piece);

struct section_line {
    const char *file;
    int number;
    struct slice section; /* what stands in the brackets; empty before the first section */
    struct slice text;    /* trimmed, not empty */
    bool is_header;       /* the line begins the section */
    struct error *error;
};

/* Fails with ERROR_SETTINGS: "FILE:LINE: what". */
int section_complain(const struct section_line *line, const char *what);

typedef int section_reader(void *ctx, const struct section_line *line);
/* Calls `read` for each line that is no comment, until it returns other than 0, which is then the result. */
int sections_read(const char *file, const char *text, size_t len, section_reader *read, void *ctx,
                  struct error *error);

#endif
