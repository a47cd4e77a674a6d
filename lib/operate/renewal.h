/*
 * renewal: makes all profiles again where the settings of what agents are told have changed since they were
 * made (CALLMEM_PRIVATE, CALLMEM_GREET, CALLMEM_CONTEXT_CHARS, CALLMEM_CONTEXT_ITEMS): a ringing phone is
 * answered with what was made before. What they were made with is in the file "told" of the state folder.
 */
#ifndef CALLMEM_OPERATE_RENEWAL_H
#define CALLMEM_OPERATE_RENEWAL_H

#include "base/error.h"
#include "operate/instance.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called after each caller, which took so long; false ends it, to be begun again the next time. */
typedef bool renewal_rest(void *ctx, int64_t worked_us);

/* `callers`: how many were renewed. Nothing is done with memory on a server, where `callmem reread` does it.
 */
int renewal_run(const struct instance *instance, struct memory_store *memory, size_t *callers,
                renewal_rest *rest, void *ctx, struct error *error);

#endif
