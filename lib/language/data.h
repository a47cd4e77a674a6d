/*
 * data: the files of the languages, which are compiled in. lib/embed.sh makes the table.
 */
#ifndef CALLMEM_LANGUAGE_DATA_H
#define CALLMEM_LANGUAGE_DATA_H

#include <stddef.h>

struct data_file {
    const char *name; /* "en.txt" */
    const char *text; /* NUL-terminated */
    size_t len;
};

extern const struct data_file data_files[]; /* ends with a NULL name */

/* The file of that name, or NULL. */
const struct data_file *data_find(const char *name);

#endif
