/*
 * api: the requests to a server, whichever kind it is. Everything that comes back is checked for our mark and
 * for the caller; the rest is dropped.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_API_H
#define CALLMEM_MEMORY_OPENMEMORY_API_H

#include "memory/openmemory/record.h"

#define OM_STATE_SPACE "callmem:"
#define OM_STATE_WORDS                                                                                       \
    "What callmem knows of a caller's calls. " /* that the content of a state begins with */

/* Records of a caller are stored under the caller, the state under OM_STATE_SPACE and the caller. */

enum om_space { OM_SPACE_CALLS, OM_SPACE_STATE };

/* The records of a caller in a space, newest first, about `limit`, after the first `skip`; a tenant server
 * gives but the newest, and has none after some. Nothing that is another caller's. */
int om_find(struct om_link *link, const char *caller, enum om_space space, size_t skip, size_t limit,
            struct om_items *items, struct error *error);
/* One record; items->count is 0 when there is none, or it is not the caller's. */
int om_get(struct om_link *link, const char *caller, const char *id, struct om_items *items,
           struct error *error);
/*
 * Stores a record; 0 only when reading it back showed it. The content is salted with `seed`, and again, until
 * the server keeps it apart from everything else. Adding the same again finds the record that is there: its
 * id. `same`: whether the record that the server names has what was to be stored.
 */
typedef bool om_same(void *ctx, const struct om_item *item);
int om_add(struct om_link *link, const char *caller, enum om_space space, const char *content,
           const char *seed, const cJSON *metadata, om_same *same, void *ctx, char id[OM_ID_SIZE],
           struct error *error);
int om_change(struct om_link *link, const char *id, const cJSON *metadata, struct error *error);
int om_remove(struct om_link *link, const char *id, struct error *error); /* one that is gone is no error */
/* Calls `each` for all of our records of all callers (of `type`); it returns 0, or -1 with an error to end
 * it. */
typedef int om_each(void *ctx, const struct om_item *item, struct error *error);
int om_walk(struct om_link *link, enum om_type type, om_each *each, void *ctx, struct error *error);
/* Has the server make its own summary of a caller again, without what was removed. Best effort. */
void om_forget_summary(struct om_link *link, const char *caller);
/* Whether the server answers and takes the key. */
int om_check(struct om_link *link, struct error *error);

#endif
