/*
 * record: the form of callmem's records on a server. All that matters is in the metadata, under our mark,
 * {"callmem": {"format": 1, "type": "call" or "state", "caller": …}}.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_RECORD_H
#define CALLMEM_MEMORY_OPENMEMORY_RECORD_H

#include "base/buf.h"
#include "memory/memory.h"
#include "memory/openmemory/known.h"

#define OM_FORMAT 1 /* of our records; a record of a newer one is not understood */

enum om_type { OM_FOREIGN, OM_CALL, OM_STATE, OM_NEWER };

/* One of our records as a server gave it back; `mark` belongs to the parsed answer. */
struct om_item {
    char id[OM_ID_SIZE];
    enum om_type type;
    int64_t version;  /* the server's count of changes; 0 when it does not tell */
    const char *user; /* user_id, "" when it does not tell */
    const char *caller;
    const cJSON *mark;
};

/* Our records in answers; `whole` owns them. */
struct om_items {
    struct om_item *items;
    size_t count;
    size_t all;    /* how many there were altogether, others' included */
    cJSON **whole; /* the answers */
    size_t answers;
};
void om_items_free(struct om_items *items);

/* Reads one memory of an answer; false when it is no record of ours. */
bool om_item_read(const cJSON *json, struct om_item *item);
/* Adds all of `list` (an array); takes over `whole`, which it belongs to. -1 when out of memory. */
int om_items_add(struct om_items *items, cJSON *whole, const cJSON *list);

/* Reads the mark of a state into `known`: calls that stay the same stay mirrored. -1 with an error when it is
 * not what a state is (memory stays as it was only then). `merge`: adds to what is there already. */
int om_state_read(struct om_known *known, const struct om_item *item, bool merge, struct error *error);
/* The metadata of a state record; NULL when out of memory. */
cJSON *om_state_write(const struct om_known *known);

/* A call's memories as records: each the metadata of one, all below the size that a server takes. */
struct om_bundle {
    cJSON **parts;
    size_t count;
    char digest[OM_DIGEST_SIZE];
    struct buf content; /* what servers and people read of it */
};
/* Makes the records of the memories of one call. -1 when out of memory. */
int om_bundle_make(struct om_bundle *bundle, const struct memory_list *memories, int64_t written);
void om_bundle_free(struct om_bundle *bundle);
/* Which part of which call a call record is; false when it is broken. */
bool om_part_read(const struct om_item *item, const char **conversation, const char **digest, int64_t *part,
                  int64_t *parts, int64_t *written);
/* Appends the memories of a record to a list whose strings stay in the answer. -1 when out of memory or with
 * an error when it is broken. */
int om_part_memories(const struct om_item *item, struct memory **memories, size_t *count,
                     struct error *error);

/* Adds words to a text that make its similarity hash its own: they follow from `seed` and `attempt`. */
void om_add_salt(struct buf *text, const char *seed, unsigned attempt);

#endif
