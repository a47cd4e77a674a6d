/*
 * privacy: what callers ask about their data: that it be erased, not to be called again, that a call not be
 * kept. Each is a memory (KIND_PRIVACY) that a person decides on (`callmem requests`).
 */
#ifndef CALLMEM_PEOPLE_PRIVACY_H
#define CALLMEM_PEOPLE_PRIVACY_H

#include "memory/memory.h"
#include "understand/understanding.h"

#include <stdbool.h>

enum request_state {
    REQUEST_OPEN,      /* nobody has decided yet */
    REQUEST_GRANTED,   /* approved; an approved erasure leaves no memory, so this is one of the others */
    REQUEST_DISMISSED, /* not meant, or withdrawn */
    REQUEST_STATES
};
const char *request_state_name(enum request_state state); /* "open"; static */

struct request {
    const struct memory *memory; /* borrowed */
    enum privacy kind;
    enum request_state state;
    int turn; /* of its conversation, -1 when it is not known */
};

/* Reads a memory of KIND_PRIVACY; one that cannot be read is an open request of kind PRIVACY_NONE. False when
 * out of memory. */
bool privacy_read(const struct memory *memory, struct request *request);

#endif
