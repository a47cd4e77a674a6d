/*
 * elevenlabs_erasure: the conversations that ElevenLabs has of a caller: finding them, and deleting them
 * there.
 *
 * They are those that are in memory here, and those that ElevenLabs lists for the caller's user id or number.
 * A list is not believed: system__called_number is our own number on an inbound call, and a filter that the
 * API does not know any more would list everybody. Each conversation is read, and has to be one that
 * post-call would give to this caller.
 */
#ifndef CALLMEM_OPERATE_ELEVENLABS_ERASURE_H
#define CALLMEM_OPERATE_ELEVENLABS_ERASURE_H

#include "memory/memory.h"
#include "operate/elevenlabs.h"
#include "operate/instance.h"
#include "people/caller.h"

struct far_call {
    char *id, *agent;
    int64_t started; /* Unix seconds */
    bool remembered; /* it is in memory here */
    bool going;      /* not over yet: it is left */
};

struct elevenlabs_erasure {
    struct elevenlabs at;
    char caller[CALLER_SIZE];
    struct far_call *calls; /* the oldest first */
    size_t count, room;
    size_t unreadable;            /* listed, but whose they are cannot be read */
    size_t deleted, gone, failed; /* gone: deleted by somebody else meanwhile */
};

#define ELEVENLABS_ERASURE_INIT                                                                              \
    {                                                                                                        \
        .at = ELEVENLABS_INIT                                                                                \
    }

/* Finds them; changes nothing. What cannot be read is said on standard error. elevenlabs_erasure_free() is
 * due in any case. */
int elevenlabs_erasure_find(struct elevenlabs_erasure *erasure, const struct instance *instance,
                            struct memory_store *memory, const char *caller, struct error *error);
/* Deletes them, and has none of them accepted here any more. 0 when all are gone; else -1 with the last
 * error, and what failed was said on standard error. It can be repeated. */
int elevenlabs_erasure_run(struct elevenlabs_erasure *erasure, const struct instance *instance,
                           struct error *error);
void elevenlabs_erasure_free(struct elevenlabs_erasure *erasure);

#endif
