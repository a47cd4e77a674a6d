/*
 * privacy: what callers ask about their data: that it be erased, not to be called again, that a call not be
 * kept. Each is a memory (KIND_PRIVACY) that a person decides on (decision.h).
 */
#ifndef CALLMEM_PEOPLE_PRIVACY_H
#define CALLMEM_PEOPLE_PRIVACY_H

#include "base/arena.h"
#include "memory/memory.h"
#include "understand/understanding.h"

#include <stdbool.h>
#include <stdint.h>

enum request_state {
    REQUEST_OPEN,      /* nobody has decided yet */
    REQUEST_GRANTED,   /* approved; an approved erasure leaves no memory, so this is one of the others */
    REQUEST_DISMISSED, /* not meant, or withdrawn */
    REQUEST_STATES
};
const char *request_state_name(enum request_state state); /* "open"; static */

struct request {
    enum privacy kind; /* PRIVACY_NONE: it cannot be read */
    enum request_state state;
    int turn;        /* of its conversation, -1 when it is not known */
    int64_t hidden;  /* since when the caller is treated as unknown because of it; 0: is not. Unix seconds */
    int64_t decided; /* when it was granted or dismissed; 0 */
};

/* Reads a memory of KIND_PRIVACY. False when out of memory. */
bool privacy_read(const struct memory *memory, struct request *request);
/* What a person reads of it; static. */
const char *privacy_content(enum privacy kind);
/* The metadata of its memory; NULL when out of memory. */
const char *privacy_metadata(struct arena *arena, const struct request *request);

/* Whether a caller is to be treated as unknown because of a request among their memories. */
bool privacy_hides(const struct memory_list *memories);

#endif
