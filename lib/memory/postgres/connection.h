/*
 * connection: a PostgreSQL database as an engine of sql/database.h. Statements are prepared with the
 * connection and sent in pipeline mode: one whose result nobody needs yet waits in a queue, and goes out with
 * the next one that is read, in one round trip. An error of it comes then, at the latest with the commit.
 *
 * A transaction holds the callers that it is about, by advisory locks, so that two front ends that process
 * events of one caller do it one after the other. What is read outside of one, for live calls, is not held to
 * one moment: an answer may have the profile from before a change and memories from after it.
 */
#ifndef CALLMEM_MEMORY_POSTGRES_CONNECTION_H
#define CALLMEM_MEMORY_POSTGRES_CONNECTION_H

#include "memory/options.h"

struct db;

/* NULL only when out of memory. The strings of `options` are borrowed until it is closed. */
struct db *postgres_connection(const struct memory_options *options);

#endif
