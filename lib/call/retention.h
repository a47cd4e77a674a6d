/*
 * retention: forgetting by age, where the operator wants that (CALLMEM_RETENTION_DAYS).
 */
#ifndef CALLMEM_CALL_RETENTION_H
#define CALLMEM_CALL_RETENTION_H

#include "base/error.h"
#include "base/settings.h"
#include "memory/memory.h"

#include <stddef.h>

/* Forgets every conversation that began more than CALLMEM_RETENTION_DAYS before now, a transaction for each,
 * and renews the profiles of their callers. 0 days: nothing. `forgotten`: how many conversations went. `each`
 * (may be NULL) is told of every one before it goes, for what is kept of it elsewhere. */
int retention_run(struct memory_store *store, const struct settings *settings, size_t *forgotten,
                  void (*each)(void *ctx, const char *conversation), void *ctx, struct error *error);

#endif
