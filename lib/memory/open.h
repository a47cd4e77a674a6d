/*
 * open: a handle on the memory that the settings name.
 */
#ifndef CALLMEM_MEMORY_OPEN_H
#define CALLMEM_MEMORY_OPEN_H

#include "memory/memory.h"
#include "memory/options.h"

/* A handle on the PostgreSQL database of options->database, or without one on the OpenMemory server of
 * options->url, or without that on the SQLite database of options->path. NULL only when out of memory. The
 * strings of `options` are borrowed until memory_close(). */
struct memory_store *memory_open(const struct memory_options *options);

/* Whether this program can open such a memory at all: ERROR_SETTINGS where PostgreSQL is asked for, and this
 * callmem or this machine does not have what that needs, or the URI is not one. */
int memory_check_options(const struct memory_options *options, struct error *error);

#endif
