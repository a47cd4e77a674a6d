/*
 * postgres: the memory in a PostgreSQL database, which several front ends share. schema.h has its tables,
 * link connects, connection.c is the engine; the memory over it is sql/sql_store.h. Built without libpq, it
 * says so.
 */
#ifndef CALLMEM_MEMORY_POSTGRES_POSTGRES_H
#define CALLMEM_MEMORY_POSTGRES_POSTGRES_H

#include "base/error.h"
#include "memory/options.h"

struct memory_store;

/* NULL only when out of memory. The strings of `options` are borrowed until the store is closed. */
struct memory_store *postgres_open(const struct memory_options *options);

/* Whether this program can have a memory at such a URL: ERROR_SETTINGS where it was built without PostgreSQL,
 * its client library is not installed, or the URL is not one. The message does not quote it. */
int postgres_check_url(const char *url, struct error *error);

#endif
