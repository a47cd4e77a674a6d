/*
 * shared_link: the connections of a shared inbox, and its statements' parameters. For the files of shared.h.
 */
#ifndef CALLMEM_INBOX_SHARED_LINK_H
#define CALLMEM_INBOX_SHARED_LINK_H

#include "base/error.h"
#include "inbox/shared_ops.h"
#include "inbox/spool.h"
#include "postgres/link.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHARED_KEY (SPOOL_NAME_DIGITS / 2)

struct shared_link {
    struct pg_link link;
    struct shared_link *next;
    bool has_names; /* its database has what this machine's ledger has (shared_upload.c) */
};

struct shared *shared_open(const char *url); /* NULL when out of memory */
void shared_close(struct shared *shared);

/* A connection that nobody else uses until it is given back, made if need be, with `ms` for what it is to be
 * used for. NULL with ERROR_INBOX_UNAVAILABLE. With `upgrades` the tables are brought to this program's
 * version. */
struct shared_link *shared_take(struct shared *shared, int ms, bool upgrades, struct error *error);
/* Gives it back, whether it is still connected or not. NULL is allowed. */
void shared_give(struct shared *shared, struct shared_link *link);

/* The key of a name, to be a parameter; `bytes` is where it is kept. */
struct pg_value shared_key(const char *name, unsigned char bytes[SHARED_KEY]);
struct pg_value shared_number(int64_t number, unsigned char bytes[8]);
struct pg_value shared_text(const char *text); /* NULL: null */
/* The number, of 4 or 8 bytes, in a row of a result. */
int64_t shared_int(const struct shared_link *link, const PGresult *result, int row, int column);
/* The name of a key in a row of a result. */
void shared_name(const struct shared_link *link, const PGresult *result, int row, int column,
                 char name[SPOOL_NAME_DIGITS + 1]);

/* The functions of pg_link, with errors that say that it is the inbox that cannot be used. */
int shared_query(struct shared_link *link, const char *sql, const struct pg_value *values, int count,
                 const char *doing, PGresult **result, struct error *error);
int shared_execute(struct shared_link *link, const char *sql, const char *doing, PGresult **result,
                   struct error *error);
/* How many rows a statement changed; -1 when it failed. */
long shared_change(struct shared_link *link, const char *sql, const struct pg_value *values, int count,
                   const char *doing, struct error *error);

/* An event into the tables, over this connection. */
int shared_put(struct shared_link *link, const struct shared_event *event, bool *is_new, struct error *error);

/* The operations that have files of their own. */
int shared_upload(struct inbox *inbox, struct error *error);
void shared_work(struct inbox *inbox, inbox_handler *handler, void *ctx, const atomic_bool *stops);
int shared_drain(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed, size_t *failed,
                 struct error *error);

#endif
