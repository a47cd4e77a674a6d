/*
 * search: indexing and searching a memory in a database. What is searched of a conversation is one blob
 * (segment.h).
 */
#ifndef CALLMEM_MEMORY_SQL_SEARCH_H
#define CALLMEM_MEMORY_SQL_SEARCH_H

#include "memory/memory.h"
#include "memory/sql/database.h"

/* The analysers of the languages that were needed, kept from one operation to the next. Zero-initialise. */
struct analysers {
    struct kept_analyser *items;
    size_t count;
};
void analysers_free(struct analysers *analysers);

/* Writes the index of a conversation from its memories. Within a transaction. `count` (may be NULL): how many
 * memories it has. */
int sql_index(struct db *db, struct analysers *analysers, int64_t conversation, const char *language,
              size_t *count, struct error *error);
/* As memory_search(), between the read_begin() and read_end() of the engine. On failure the list is empty. */
int sql_search(struct db *db, struct analysers *analysers, const struct memory_filter *filter,
               const char *query, struct memory_list *found, struct error *error);

#endif
