/*
 * local: the embedded memory, in an SQLite database. schema.h has its tables, connection.c opens it; the
 * memory over it is sql/sql_store.h.
 */
#ifndef CALLMEM_MEMORY_LOCAL_LOCAL_H
#define CALLMEM_MEMORY_LOCAL_LOCAL_H

#include "memory/options.h"

struct memory_store;

/* NULL only when out of memory. The strings of `options` are borrowed until the store is closed. */
struct memory_store *local_open(const struct memory_options *options);

#endif
