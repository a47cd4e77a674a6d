/*
 * open: a handle on the memory that the settings name.
 */
#ifndef CALLMEM_MEMORY_OPEN_H
#define CALLMEM_MEMORY_OPEN_H

#include "memory/memory.h"
#include "memory/options.h"

/* A handle on the OpenMemory server of options->url, or without one on the SQLite database of options->path.
 * NULL only when out of memory. The strings of `options` are borrowed until memory_close(). */
struct memory_store *memory_open(const struct memory_options *options);

#endif
