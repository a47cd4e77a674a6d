/*
 * notes: what a search found, as text for a prompt: "2026-03-02: Prefers email; Agent: It ships today.
 * 2026-01-09: …". The contents say themselves who spoke (memory/memory.h).
 */
#ifndef CALLMEM_PEOPLE_NOTES_H
#define CALLMEM_PEOPLE_NOTES_H

#include "base/buf.h"
#include "memory/memory.h"

#include <stddef.h>

/* Adds the memories, best first, those of one day together, as long as they fit into `chars` characters. */
void notes_add(struct buf *b, const struct memory_list *found, size_t chars);

#endif
