/*
 * line_read: a line (people/line.h) as it is read from a store.
 */
#ifndef CALLMEM_PEOPLE_LINE_READ_H
#define CALLMEM_PEOPLE_LINE_READ_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/line.h"

/* The memories that a line is made of, what it shares of others among them (people/kin.h): of all kinds but
 * turns and what is not told. */
int line_memories(struct memory_store *store, const char *caller, struct memory_list *list,
                  struct error *error);

/* line_settle() with what the store has; turns are read only where something that is open may have been
 * settled since. */
int line_settle_from(struct memory_store *store, const char *caller, struct line *line, struct error *error);

/* Reads a line as a profile is made of it; `list` has its memories. `scope` may be NULL. After 0 line_close()
 * and memory_list_free() are due. */
int line_read(struct memory_store *store, const char *caller, const char *scope, struct memory_list *list,
              struct line *line, struct error *error);

#endif
