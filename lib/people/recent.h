/*
 * recent: what is told of a line when nothing in particular is asked for, or nothing was found: the last
 * calls, what is open, and what holds of those who speak on it. What is over is not among it (people/line.h).
 */
#ifndef CALLMEM_PEOPLE_RECENT_H
#define CALLMEM_PEOPLE_RECENT_H

#include "base/error.h"
#include "memory/memory.h"

/* Lists it, what matters most first; `filter` restricts as it does a search, `scope` is that of the profile.
 * Where several people use the line, each memory begins with the name of the one whom it is about. The list
 * is the caller's to free; after a failure it is empty. */
int recent_list(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                struct memory_list *found, struct error *error);

#endif
