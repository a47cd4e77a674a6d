/*
 * openmemory: an OpenMemory server as memory; docs/openmemory.md describes how it is run. The servers lose
 * and mix up what they are given unless the client prevents it: they drop a text whose similarity hash was
 * seen before, whoever's it was; they shorten texts; they have no transactions. So:
 *
 * - A call is one record on the server, or a few when it is long: all its memories, whole, in the metadata,
 *   which a server keeps as they are, under our mark. The server's own "content" is a summary for other
 *   readers. A record is never changed; a call that changes becomes a new record, then the old one goes.
 * - A caller has one state record: which calls there are, by which records, and the profiles. It is changed
 * in place, last of all: a call exists when the state names it. A reader asks for the state (one request) and
 *   knows whether the calls that it has are still current.
 * - Two front ends that write the same caller's state at once notice by the server's own count of changes
 *   ("version"): then the event is processed once more. Before a state is written, the newest records of the
 *   caller are listed, so that nothing is left out that another writer's state did not name.
 * - Each handle keeps the calls that it has read in a local memory without a file, the mirror.
 *
 * From the bottom: link (requests) < known < record (form) < api < pull < push < openmemory.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_OPENMEMORY_H
#define CALLMEM_MEMORY_OPENMEMORY_OPENMEMORY_H

#include "memory/options.h"

struct memory_store;

/* NULL only when out of memory. The strings of `options` are borrowed until the store is closed. */
struct memory_store *openmemory_open(const struct memory_options *options);

#endif
