/*
 * local: the embedded memory, in an SQLite database. schema.h has its tables; connection.c opens the database
 * and has all of its SQL, local.c stores and lists, search.c indexes and searches.
 */
#ifndef CALLMEM_MEMORY_LOCAL_LOCAL_H
#define CALLMEM_MEMORY_LOCAL_LOCAL_H

#include "memory/options.h"

struct db;
struct memory_store;

/* NULL only when out of memory. The strings of `options` are borrowed until the store is closed. */
struct memory_store *local_open(const struct memory_options *options);

/* For tests: the connection of a store that local_open() made. */
struct db *local_db(struct memory_store *store);

#endif
