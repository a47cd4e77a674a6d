/*
 * person_name: whether two names are of one person. "Peggy Whelan" and "Whelan", "Curt" and "Curtis Bowen",
 * "Mr. Hollins" and "Martin Hollins", 佐藤 and 佐藤健一 may be; "Maria Huber" and "Anton Huber" are two.
 */
#ifndef CALLMEM_UNDERSTAND_PERSON_NAME_H
#define CALLMEM_UNDERSTAND_PERSON_NAME_H

#include <stdbool.h>
#include <stddef.h>

enum name_match {
    NAME_OTHER,   /* two persons */
    NAME_RENAMED, /* the same given name with another family name: one person only if something says so */
    NAME_SAME     /* one can be a form of the other */
};

/* Compares two names; titles, case, accents and the order of the parts do not count. "" matches nothing. */
enum name_match name_compare(const char *a, const char *b);

/* Whether one name can be the other that was heard or written wrong: "Jon Clark" and "Joan Clarke"; not "Ana"
 * and "Peter". */
bool name_sounds_like(const char *a, const char *b);

/* Whether a name has a given and a family name (or is written without blanks and long enough for both). */
bool name_is_full(const char *name);

/* Whether one of the name's parts stands in `text` as a word; *failed becomes true when out of memory. */
bool name_stands_in(const char *name, const char *text, bool *failed);

#endif
