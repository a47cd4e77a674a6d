/*
 * options: where a memory is, and how long it may take.
 */
#ifndef CALLMEM_MEMORY_OPTIONS_H
#define CALLMEM_MEMORY_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

struct memory_options {
    const char
        *path; /* local: database file, created with mode 0600; ":memory:": no file, gone when closed */
    const char *database;  /* postgres: the URI; NULL or "": local or remote */
    const char *url;       /* remote: the server; NULL or "": local */
    const char *key;       /* remote: NULL or "": none is sent */
    const char *ca_file;   /* remote: see base/http.h */
    const char *state_dir; /* remote: a folder that all handles of an instance share, for the lock by which
                            * they store one after the other; NULL: without it */
    int timeout_ms;        /* the most that a live read waits */
    int write_timeout_ms;  /* the most that a write waits for others (remote: that each request waits for
                            * the server); 0: 5,000 (remote: 8,000) */
    bool upgrades;         /* an older database is upgraded when it is opened: see memory_upgrade() */
    int (*now)(int64_t *when); /* for tests: the clock that decay is computed with; NULL: clock_now() */
};

#endif
