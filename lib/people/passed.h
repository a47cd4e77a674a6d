/*
 * passed: what an operator said is so until a day (callmem note --until) is told no more when the day is
 * over, also where nobody calls: a ringing phone is answered with a text that was made before. So that
 * answering costs nothing, the texts of those concerned are made again, as soon as the day has passed.
 */
#ifndef CALLMEM_PEOPLE_PASSED_H
#define CALLMEM_PEOPLE_PASSED_H

#include "base/error.h"
#include "memory/memory.h"
#include "service/settings.h"

#include <stddef.h>

/* Makes the profiles again of callers with something of an operator's whose day has passed since they were
 * made, a transaction for each; `count`: how many such remarks there were. With memory on a server nothing is
 * done. */
int passed_run(struct memory_store *store, const struct settings *settings, size_t *count,
               struct error *error);

#endif
