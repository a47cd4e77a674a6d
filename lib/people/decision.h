/*
 * decision: what becomes of callers' requests about their data. Nothing is erased before a person has
 * approved it, unless the settings say so (CALLMEM_FORGET_ON_REQUEST=hide): then the caller is treated as
 * unknown at once, and erased after CALLMEM_FORGET_AFTER_DAYS unless the request is dismissed.
 */
#ifndef CALLMEM_PEOPLE_DECISION_H
#define CALLMEM_PEOPLE_DECISION_H

#include "base/error.h"
#include "memory/memory.h"
#include "people/privacy.h"
#include "service/settings.h"

#include <stddef.h>

/* The request of that id, of any caller, alone in a list. ERROR_NOT_FOUND. */
int decision_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error);
/* Grants a request (one not to call or not to record) or dismisses one, and renews the profile. A caller
 * whose last request to be erased is dismissed is known again; one who was not to be called may be called. */
int decision_set(struct memory_store *store, const struct settings *settings, const struct memory *request,
                 enum request_state state, struct error *error);

/* Erases a caller everywhere. */
typedef int decision_erase(void *ctx, const char *caller, struct error *error);

/* How many requests of all callers are open. */
int decision_count_open(struct memory_store *store, size_t *open, struct error *error);

/* How many callers decision_review() would erase now. */
int decision_count_due(struct memory_store *store, const struct settings *settings, size_t *due,
                       struct error *error);

struct decision_review {
    size_t open;   /* requests that are open afterwards */
    size_t erased; /* callers who were erased */
};
/* Goes through the open requests of all callers: hides those who asked to be erased, or brings them back
 * where the settings do not say so any more, and erases those whose time has come. One that fails does not
 * keep the others from it; -1 with the first error is returned. */
int decision_review(struct memory_store *store, const struct settings *settings, decision_erase *erase,
                    void *ctx, struct decision_review *review, struct error *error);

#endif
