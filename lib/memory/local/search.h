/*
 * search: indexing and searching the embedded memory. What is searched of a conversation is one blob
 * (segment.h).
 */
#ifndef CALLMEM_MEMORY_LOCAL_SEARCH_H
#define CALLMEM_MEMORY_LOCAL_SEARCH_H

#include "memory/local/connection.h"
#include "memory/memory.h"

/* The analysers of the languages that were needed, kept from one operation to the next. Zero-initialise. */
struct analysers {
    struct kept_analyser *items;
    size_t count;
};
void analysers_free(struct analysers *analysers);

/* Writes the index of a conversation from its memories. Within a transaction. */
int local_index(struct db *db, struct analysers *analysers, int64_t conversation, const char *language,
                struct error *error);
/* As memory_search(), between db_read_begin() and db_read_end(). On failure the list is empty. */
int local_search(struct db *db, struct analysers *analysers, const struct memory_filter *filter,
                 const char *query, struct memory_list *found, struct error *error);

#endif
