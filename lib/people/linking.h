/*
 * linking: an operator joins two lines in a person, or takes that back (people/link.h). For the command and
 * for the operator's page. Each function that changes something is a transaction of its own, in which the
 * profiles of all lines concerned are made again.
 */
#ifndef CALLMEM_PEOPLE_LINKING_H
#define CALLMEM_PEOPLE_LINKING_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/caller.h"
#include "people/kin.h"
#include "people/link.h"
#include "service/settings.h"

#include <stdbool.h>
#include <stddef.h>

#define LINKING_NAME_CHARS 100 /* the longest name */

/* Who does it, and how. */
struct linking {
    struct memory_store *store;
    const struct settings *settings;
    const char *by; /* the person: a user name */
    bool dry;       /* only finds out what would be done */
};

/* What a line looks like to an operator, before the change. Texts belong to the arena of struct linked. */
struct linked_line {
    const char *caller;
    const char *person; /* who of it is meant: the name; "" for whoever its one person is */
    const char *people; /* who is known on it: "Maria Lopez; Carlos Lopez" */
    size_t calls;       /* of this person's, which the other line is told of */
};

struct linked {
    struct linked_line lines[2];
    char id[LINK_ID_SIZE];
    bool before; /* there was such a link already */
    struct arena *arena;
};
void linked_free(struct linked *linked);

/* Joins the lines of two callers, as caller_parse() gives them, in one person. `name` (NULL or "": none) says
 * who it is where one of the lines has several people: it must be the name of one of them, and of nobody else
 * there. ERROR_INVALID_REQUEST where that is not so, where both are the same line, or nobody has called on
 * either; then `linked` has what is known of both, so that the people can be named. Also in remote mode,
 * which cannot share memories between callers. linked_free() is due in any case. */
int linking_link(const struct linking *linking, const char *a, const char *b, const char *name,
                 struct linked *linked, struct error *error);

/* Takes back all links of two lines. `count`: how many there were. ERROR_NOT_FOUND where there are none. */
int linking_unlink(const struct linking *linking, const char *a, const char *b, size_t *count,
                   struct error *error);

/* The lines that are joined with one, and what it shares of them: whoever erases or exports it takes that
 * along. kin_free() is due in any case. */
int linking_read(struct memory_store *store, const char *caller, struct kin *kin, struct kin_share *share,
                 struct error *error);
/* Forgets a caller in memory, what the line shares, and all links to it; the profiles of what is left are
 * made again. `count`: how many memories went. */
int linking_forget(struct memory_store *store, const struct settings *settings, const char *caller,
                   size_t *count, struct error *error);

#endif
