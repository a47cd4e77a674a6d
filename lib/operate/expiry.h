/*
 * expiry: forgets by age (CALLMEM_RETENTION_DAYS): memories as people/retention.h does, and recordings.
 * post-call does so every hour in a thread of its own, `callmem expire` at once.
 */
#ifndef CALLMEM_OPERATE_EXPIRY_H
#define CALLMEM_OPERATE_EXPIRY_H

#include "base/error.h"
#include "operate/instance.h"

#include <stddef.h>

/* Forgets now. `forgotten`: how many conversations went, also when it fails. */
int expiry_run(const struct instance *instance, size_t *forgotten, struct error *error);

struct expiry; /* the thread */
/* Starts it where the settings ask for it; else `*expiry` is NULL. The instance is borrowed. */
int expiry_start(const struct instance *instance, struct expiry **expiry, struct error *error);
/* Lets it finish what it is doing. NULL is taken. */
void expiry_stop(struct expiry *expiry);

#endif
