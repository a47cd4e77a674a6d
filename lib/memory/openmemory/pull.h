/*
 * pull: what a caller has on the server, read into the mirror: a local memory without a file that ranks,
 * lists and makes profiles. It can be lost at any time.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_PULL_H
#define CALLMEM_MEMORY_OPENMEMORY_PULL_H

#include "memory/openmemory/api.h"
#include "memory/store.h"

struct openmemory {
    struct memory_store store; /* first: what memory.h hands out */
    struct memory_options options;
    struct om_link link;
    struct memory_store *mirror; /* where memory.c would count operations, its ops are called directly */
    struct om_known *known;      /* callers, each once */
    size_t known_count;
    bool in_transaction, mirror_writing;
};

/* The caller as the server has it now, with the calls in the mirror if `fill`. A look of a moment ago is good
 * enough unless `fresh`. NULL with an error. The result is valid until the next call. */
struct om_known *om_pull(struct openmemory *om, const char *caller, bool fill, bool fresh,
                         struct error *error);
/* The mirror failed, or has grown: it begins empty, and nothing is known. Not in a transaction. */
int om_mirror_reset(struct openmemory *om, struct error *error);

#endif
