/*
 * recent: what is told of a line when nothing in particular is asked for, or nothing was found: the last
 * calls, what is open, and what holds of those who speak on it. What is over is not among it (people/line.h).
 */
#ifndef CALLMEM_PEOPLE_RECENT_H
#define CALLMEM_PEOPLE_RECENT_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/line.h"

#define RECENT_LIMIT 10 /* how many are told where no limit is given */

struct recent_item {
    const struct memory *memory;
    const char *by; /* the name to put before it; "" */
};

struct recent {
    struct recent_item
        *items; /* what matters most first; they borrow from the line, its memories and `turns` */
    size_t count;
    struct memory_list turns;
};

/* Chooses it; `filter` restricts as it does a search. The store is read only for a last call without a
 * summary. After 0 recent_free() is due. */
int recent_read(struct recent *recent, struct memory_store *store, const struct line *line,
                const struct memory_filter *filter, struct error *error);
void recent_free(struct recent *recent);

/* Adds a copy of a memory, as it is told, to a list that has an arena and room for it. -1: out of memory. */
int recent_add(struct memory_list *found, const struct memory *memory, const char *by);

#endif
