/*
 * thinning: forgetting parts of calls by age, where the operator wants that to be earlier than the calls
 * themselves (people/retention.h): their words (CALLMEM_RETENTION_DAYS_TURNS), what was learnt from them
 * (CALLMEM_RETENTION_DAYS_FACTS), and requests that were decided on (CALLMEM_RETENTION_DAYS_REQUESTS).
 */
#ifndef CALLMEM_PEOPLE_THINNING_H
#define CALLMEM_PEOPLE_THINNING_H

#include "base/error.h"
#include "memory/memory.h"
#include "service/settings.h"

#include <stdbool.h>
#include <stddef.h>

struct thinning_counts {
    size_t turns, facts, requests;
};

/* Forgets what is older than the settings say, a transaction for each call, marks what is left (thinned.h)
 * and renews the profiles of its callers. `dry`: only counts what would go, without what goes with a whole
 * call.
 *
 * Turns: all that was said, with the orders to the agent. Facts: each statement by the age of the call that
 * said it, so one that a later call says again stays with that call; also what was collected, and what an LLM
 * said, from which the statements were made. Names, a wish not to be called, and what an operator said stay.
 * Requests: by the time of the decision; open ones stay, and so does the wish that a call not be kept, by
 * which it would not be kept if it came again.
 *
 * What fails stays, to be tried again the next time; the rest goes on, and -1 with the first error is
 * returned. In remote mode nothing is done: the settings cannot be set there. */
int thinning_run(struct memory_store *store, const struct settings *settings, bool dry,
                 struct thinning_counts *counts, struct error *error);

#endif
