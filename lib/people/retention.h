/*
 * retention: forgetting by age, where the operator wants that (CALLMEM_RETENTION_DAYS).
 */
#ifndef CALLMEM_PEOPLE_RETENTION_H
#define CALLMEM_PEOPLE_RETENTION_H

#include "base/error.h"
#include "memory/memory.h"
#include "service/settings.h"

#include <stddef.h>

/* Removes what is kept of a conversation elsewhere. */
typedef int retention_elsewhere(void *ctx, const char *conversation, struct error *error);

/* Forgets every conversation that began more than CALLMEM_RETENTION_DAYS before now, a transaction for each,
 * and renews the profiles of their callers. 0 days: nothing. `forgotten`: how many conversations went.
 * `elsewhere` (may be NULL) is called for every one before it goes. One that cannot be forgotten whole stays,
 * to be tried again the next time; the others go on, and -1 with the first error is returned. */
int retention_run(struct memory_store *store, const struct settings *settings, size_t *forgotten,
                  retention_elsewhere *elsewhere, void *ctx, struct error *error);
/* How many conversations retention_run() would forget now. */
int retention_count(struct memory_store *store, const struct settings *settings, size_t *count,
                    struct error *error);

#endif
