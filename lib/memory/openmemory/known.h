/*
 * known: what a handle knows of a caller: the calls that the caller's state names, and what the open
 * transaction changed.
 */
#ifndef CALLMEM_MEMORY_OPENMEMORY_KNOWN_H
#define CALLMEM_MEMORY_OPENMEMORY_KNOWN_H

#include "memory/openmemory/link.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OM_DIGEST_SIZE 33

/* A call as the state has it. */
struct om_call {
    char *conversation, *agent, *language;
    char *ids; /* of its records, in order, with blanks between */
    char digest[OM_DIGEST_SIZE];
    int64_t count;   /* memories */
    int64_t written; /* which change of the state it came with: a later one replaces */
    int64_t started_at;
    bool mirrored; /* the mirror has it */
    bool gone;     /* the server does not have it: another front end forgot it */
};

/* A caller as this handle knows it. */
struct om_known {
    char *caller;
    char id[OM_ID_SIZE]; /* of the state record; "" while there is none */
    char stamp[OM_DIGEST_SIZE];
    int64_t version, serial; /* the server's count of the state's changes, and ours */
    struct om_call *calls;
    size_t call_count;
    cJSON *profiles, *languages; /* documents and languages of profiles, by scope */
    /* Ids of other state records of the caller, with blanks between, and the stamps that they had when they
     * were read, in the same order: they go at the next write. */
    char *spare, *spare_stamps;
    int64_t asked_at;  /* clock_ms() of the last look at the server */
    size_t weight;     /* bytes of what the mirror has of it, roughly */
    bool mirror_ready; /* the mirror has nothing of the caller but what is noted here */
    /* What a transaction did to it. */
    bool touched, profiles_changed, forgotten;
    char **dirty; /* conversations that changed */
    size_t dirty_count;
};

/* Forgets what was read of the caller, so that it is read again; keeps the name, and what a transaction did.
 */
void om_known_clear(struct om_known *known);
/* A transaction is over. */
void om_known_settle(struct om_known *known);
void om_known_free(struct om_known *known);
struct om_call *om_known_call(struct om_known *known, const char *conversation); /* NULL: none */
/* Adds a call, or replaces the one of that conversation. NULL when out of memory. */
struct om_call *om_known_put(struct om_known *known, const char *conversation);
void om_known_drop(struct om_known *known, struct om_call *call);

/* Adds an id to a list of ids with blanks between; false when out of memory. */
bool om_ids_add(char **ids, const char *id);
/* Steps through such a list: copies the id at *at and moves on; false at the end. */
bool om_ids_next(const char **at, char id[OM_ID_SIZE]);
bool om_ids_have(const char *ids, const char *id);

#endif
