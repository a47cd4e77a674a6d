/*
 * expiry: forgets by age (CALLMEM_RETENTION_DAYS, people/retention.h) with the recordings, recordings alone
 * where they are to go earlier (CALLMEM_RETENTION_DAYS_RECORDINGS), other parts of calls likewise
 * (people/thinning.h), and by request where the settings say so (CALLMEM_FORGET_ON_REQUEST,
 * people/decision.h). post-call does so every hour (keeper.h), `callmem expire` at once.
 */
#ifndef CALLMEM_OPERATE_EXPIRY_H
#define CALLMEM_OPERATE_EXPIRY_H

#include "base/error.h"
#include "operate/instance.h"
#include "people/thinning.h"

#include <stddef.h>

/* What went, also when it fails. */
struct expired {
    struct thinning_counts parts; /* of calls that stay */
    size_t conversations;         /* by age */
    size_t recordings;            /* that went by their own age, or since their calls were erased */
    size_t callers;               /* by request */
};

/* Forgets now. `dry`: changes nothing, and counts what would go. */
int expiry_run(const struct instance *instance, struct memory_store *memory, bool dry,
               struct expired *expired, struct error *error);

#endif
