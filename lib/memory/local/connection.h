/*
 * connection: the SQLite database of the embedded memory, as an engine of sql/database.h. A database that
 * cannot be used is opened again by the next operation; a file that was moved away or replaced is noticed
 * when an operation begins.
 */
#ifndef CALLMEM_MEMORY_LOCAL_CONNECTION_H
#define CALLMEM_MEMORY_LOCAL_CONNECTION_H

#include "memory/options.h"

struct db;

/* NULL only when out of memory. The strings of `options` are borrowed until it is closed. */
struct db *local_connection(const struct memory_options *options);

#endif
