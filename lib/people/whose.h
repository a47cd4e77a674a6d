/*
 * whose: who of those who use a line said something, put into the words that an agent reads. Where only one
 * person uses the line, nobody has to be named.
 */
#ifndef CALLMEM_PEOPLE_WHOSE_H
#define CALLMEM_PEOPLE_WHOSE_H

#include "base/arena.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/line.h"

/* Whether a profile knows several people by name. */
bool whose_is_shared(const struct memory_profile *profile);

/* What a fact says, after the name of the one who said it of themselves; that of others begins with their
 * name already. NULL when out of memory. */
const char *whose_content(struct arena *arena, const struct line *line, const struct known *known);

/* Names those who speak in what a search found on a line of several: "Rosa Hill: I need a tent." in place of
 * "Caller: I need a tent." Where it is not clear who spoke, nothing changes. `scope` as for a profile. */
int whose_name(struct memory_store *store, const struct memory_filter *filter, const char *scope,
               struct memory_list *found, struct error *error);

#endif
