/*
 * shared: makes an inbox one that all front ends share; shared_ops.h says how it works. Only where callmem is
 * built with libpq (CALLMEM_LIBPQ).
 */
#ifndef CALLMEM_INBOX_SHARED_H
#define CALLMEM_INBOX_SHARED_H

#include "base/error.h"
#include "inbox/inbox.h"

#include <stdbool.h>

/* From now on events are in the PostgreSQL database that `url` names, and the folders have what was accepted
 * while it could not be reached; with `refuses` such events are not accepted. Connects when it is first
 * needed. To be called before anything is received. Fails only when out of memory. */
int inbox_share(struct inbox *inbox, const char *url, bool refuses, struct error *error);

#endif
