/*
 * ready: what a search says of a line whatever its question: what is told when nothing in particular is asked
 * for, and on a line of several people who of them said what. It is made together with the profile, so that a
 * search need not read all of a line, and stored beside it as a JSON object:
 *
 *     {"recent": [["id", "name"], …],          memories, what matters most first, and whose each is
 *      "calls": {"conversation": "name", …},   who spoke in it, where one did
 *      "facts": {"name": ["id", …], …}}        whose the facts are
 *
 * Names are those of whose_by(); on a line of one person they are "", and there are no calls and facts.
 */
#ifndef CALLMEM_PEOPLE_READY_H
#define CALLMEM_PEOPLE_READY_H

#include "base/buf.h"
#include "base/error.h"
#include "memory/memory.h"
#include "people/line.h"

/* Adds the object to `b`. The store is read only for a last call without a summary. */
int ready_make(struct memory_store *store, const struct line *line, struct buf *b, struct error *error);

/* What is told when nothing in particular is asked for (people/recent.h), as `filter` restricts it; `scope`
 * is that of the profile. Where several people use the line, each memory begins with the name of the one whom
 * it is about. The list is the caller's to free; after a failure it is empty. */
int ready_recent(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                 struct memory_list *found, struct error *error);

/* Names those who speak in what a search found on a line of several, and whose the facts are. Where that is
 * not clear of turns, nothing changes. */
int ready_names(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                struct memory_list *found, struct error *error);

#endif
