/*
 * database: a database that holds a memory, for the store over it (sql_store.h): connections that come when
 * they are needed and again after a failure, statements with parameters and rows, transactions. An engine
 * implements it: SQLite (local/connection.h) or PostgreSQL (postgres/connection.h). Every function here does
 * what the one of its engine does.
 */
#ifndef CALLMEM_MEMORY_SQL_DATABASE_H
#define CALLMEM_MEMORY_SQL_DATABASE_H

#include "base/error.h"
#include "memory/options.h"
#include "memory/sql/statements.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;

/* A statement with its parameters and the row that it is at. Prepared when first used, and kept with the
 * connection; one of each is in use at a time. */
struct query {
    const struct db_engine *engine;
};

/* How long an operation may take. */
enum db_wait {
    DB_LIVE, /* somebody is on the phone: the store's timeout */
    DB_SOON, /* the same, for what is not asked by every call */
    DB_WORK, /* the work after a call, and operators: a write's timeout */
};

enum { QUERY_DONE, QUERY_ROW };

struct db_engine {
    const char *mode; /* as memory_mode() says it */
    void (*close)(struct db *db);
    int (*ready)(struct db *db, enum db_wait wait, struct error *error);
    int (*check)(struct db *db, struct error *error);
    int (*upgrade)(struct db *db, struct error *error);
    int (*begin)(struct db *db, struct error *error);
    int (*proceed)(struct db *db, struct error *error); /* instead of begin, within a transaction */
    int (*hold)(struct db *db, const char *caller, struct error *error); /* NULL: begin holds everything */
    int (*commit)(struct db *db, struct error *error);
    void (*rollback)(struct db *db);
    int (*read_begin)(struct db *db, struct error *error);
    void (*read_end)(struct db *db);
    struct query *(*query)(struct db *db, enum sql which, struct error *error);
    void (*bind_text)(struct query *query, int at, const char *text);
    void (*bind_int)(struct query *query, int at, int64_t number);
    void (*bind_real)(struct query *query, int at, double number);
    void (*bind_blob)(struct query *query, int at, const void *bytes, size_t len);
    int (*send)(struct query *query, const char *doing, struct error *error); /* NULL: nothing to be sent */
    int (*run)(struct query *query, const char *doing, struct error *error);
    int (*step)(struct query *query, const char *doing, struct error *error);
    int64_t (*changes)(struct query *query, const char *doing, struct error *error);
    void (*reset)(struct query *query);
    const char *(*text)(struct query *query, int column);
    const void *(*blob)(struct query *query, int column);
    size_t (*size)(struct query *query, int column);
    int64_t (*integer)(struct query *query, int column);
    double (*real)(struct query *query, int column);
    bool (*is_null)(struct query *query, int column);
};

/* The first member of each engine's own. */
struct db {
    const struct db_engine *engine;
    struct memory_options options; /* borrowed strings; timeouts are filled in */
    int64_t deadline;              /* of the current operation, in clock_ms() */
    bool in_transaction;
    bool deleted; /* something was deleted in the transaction: its traces are cleaned after the commit */
};

void db_init(struct db *db, const struct db_engine *engine, const struct memory_options *options);
/* The time that decay is computed with. */
int64_t db_now(const struct db *db);
/* The milliseconds that an operation of that kind may take. */
int db_patience(const struct db *db, enum db_wait wait);

/* Begins an operation: opens the database if need be, and sets its deadline. Within a transaction `caller`
 * (NULL: none) is held from then on: nobody else changes what is of this caller until it ends. */
int db_ready(struct db *db, const char *caller, enum db_wait wait, struct error *error);
/* Brackets one change of a caller, who is held: within the open transaction, or (`own`) in one of its own,
 * which is committed when `result` is 0 and else rolled back. */
int db_change_begin(struct db *db, const char *caller, bool *own, struct error *error);
int db_change_end(struct db *db, bool own, int result, struct error *error);

/* The statement, reset and without bindings; NULL with an error. */
static inline struct query *db_query(struct db *db, enum sql which, struct error *error)
{
    return db->engine->query(db, which, error);
}
/* The number that a statement returns; `text` may be NULL, else it is bound as ?1. */
int db_number(struct db *db, enum sql which, const char *text, int64_t *number, struct error *error);

/* Parameters count from 1. Text and bytes are borrowed until the statement is run, or was stepped to its end;
 * a text that is NULL is "". */
static inline void bind_text(struct query *query, int at, const char *text)
{
    query->engine->bind_text(query, at, text ? text : "");
}
static inline void bind_int(struct query *query, int at, int64_t number)
{
    query->engine->bind_int(query, at, number);
}
static inline void bind_real(struct query *query, int at, double number)
{
    query->engine->bind_real(query, at, number);
}
static inline void bind_blob(struct query *query, int at, const void *bytes, size_t len)
{
    query->engine->bind_blob(query, at, bytes, len);
}

/* Has a statement under way, so that its first step need not wait for the network alone. */
static inline int query_send(struct query *query, const char *doing, struct error *error)
{
    return query->engine->send ? query->engine->send(query, doing, error) : 0;
}
/* Runs a statement whose rows, if there are any, nobody reads. `query` may be NULL: then db_query() has
 * failed. `doing` says in an error what was being done. */
static inline int query_run(struct query *query, const char *doing, struct error *error)
{
    return query ? query->engine->run(query, doing, error) : -1;
}
/* The next row: QUERY_ROW, QUERY_DONE after the last one, or -1. Whoever does not read to the end resets. */
static inline int query_step(struct query *query, const char *doing, struct error *error)
{
    return query->engine->step(query, doing, error);
}
static inline void query_reset(struct query *query)
{
    query->engine->reset(query);
}
/* Runs a statement, and says how many rows it changed; -1 when it failed. */
static inline int64_t query_changes(struct query *query, const char *doing, struct error *error)
{
    return query ? query->engine->changes(query, doing, error) : -1;
}

/* The columns of the row, counted from 0. Text and bytes last until the next step. Text is NULL when out of
 * memory, and where the column is. */
static inline const char *query_text(struct query *query, int column)
{
    return query->engine->text(query, column);
}
static inline const void *query_blob(struct query *query, int column)
{
    return query->engine->blob(query, column);
}
static inline size_t query_size(struct query *query, int column) /* of a text or of bytes */
{
    return query->engine->size(query, column);
}
static inline int64_t query_int(struct query *query, int column)
{
    return query->engine->integer(query, column);
}
static inline double query_real(struct query *query, int column)
{
    return query->engine->real(query, column);
}
static inline bool query_is_null(struct query *query, int column)
{
    return query->engine->is_null(query, column);
}

#endif
