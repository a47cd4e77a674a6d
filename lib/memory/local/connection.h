/*
 * connection: the database of the embedded memory: opening it, its statements, its transactions. A database
 * that cannot be used is opened again by the next operation; a file that was moved away or replaced is
 * noticed when an operation begins.
 */
#ifndef CALLMEM_MEMORY_LOCAL_CONNECTION_H
#define CALLMEM_MEMORY_LOCAL_CONNECTION_H

#include "base/error.h"
#include "memory/options.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

/* Every statement, prepared when first used and kept with the connection. */
enum statement {
    SQL_BEGIN,
    SQL_BEGIN_READING,
    SQL_COMMIT,
    SQL_ROLLBACK,
    SQL_VERSION,
    SQL_CHECK,
    SQL_ADD_CALLER,
    SQL_ADD_CONVERSATION,
    SQL_FIND_CONVERSATION,
    SQL_ADD_MEMORY,
    SQL_HAS_MEMORY,
    SQL_UPDATE_MEMORY,
    SQL_GET_MEMORY,
    SQL_GET_FOUND,
    SQL_DELETE_MEMORY,
    SQL_LIST,
    SQL_LIST_BUT_TURNS,
    SQL_LIST_CONVERSATION,
    SQL_CONVERSATION_TEXTS,
    SQL_SET_TERMS,
    SQL_OLD_TERMS,
    SQL_SEARCH_TERMS,
    SQL_GET_PROFILE,
    SQL_SET_PROFILE,
    SQL_DELETE_PROFILE,
    SQL_CONVERSATIONS,
    SQL_OLDER,
    SQL_REQUESTS,
    SQL_OUTDATED,
    SQL_FORGET_CONVERSATION,
    SQL_FORGET_EMPTY_CALLER,
    SQL_COUNT_OF_CALLER,
    SQL_FORGET_CALLER,
    SQL_COUNT_CALLERS,
    SQL_COUNT_MEMORIES,
    STATEMENTS
};

/* SQL_GET_FOUND takes this many ids, and returns a row for each in their order: of NULLs where there is no
 * such memory. */
#define FOUND_AT_ONCE 32

struct db {
    struct memory_options options; /* borrowed strings; timeouts are filled in */
    sqlite3 *sqlite;               /* NULL while the database is not open */
    dev_t device;                  /* of the file that is open, to notice that another one took its place */
    ino_t inode;
    int64_t checked; /* when the path was last compared with it, in clock_us() */
    ino_t journal;   /* inode of its write-ahead log */
    sqlite3_stmt *statements[STATEMENTS];
    int64_t deadline; /* of the current operation, in clock_ms() */
    bool upgrades;    /* opening the database upgrades an older one */
    bool in_transaction;
    bool deleted; /* something was deleted in the transaction: its traces are cleaned after the commit */
};

void db_init(struct db *db, const struct memory_options *options);
void db_close(struct db *db); /* rolls back what is open */
/* The time that decay is computed with. */
int64_t db_now(const struct db *db);

/* Begin an operation: open the database if need be, and set its deadline. Reads of live calls have the
 * store's timeout, and compare the file with its path only every few milliseconds; all else has a write's. */
int db_ready(struct db *db, struct error *error);
int db_ready_to_read(struct db *db, struct error *error);
/* As db_ready() within the timeout of a live read. */
int db_ready_soon(struct db *db, struct error *error);

/* The statement, reset and without bindings; NULL with an error. */
sqlite3_stmt *db_statement(struct db *db, enum statement which, struct error *error);
/* NULL is "". Borrowed until the statement is reset. */
void db_bind_text(sqlite3_stmt *statement, int at, const char *text);
/* Runs a statement that returns no rows. `statement` may be NULL: then db_statement() has failed. */
int db_run(struct db *db, sqlite3_stmt *statement, const char *doing, struct error *error);
/* The number that a statement returns; `caller` may be NULL, else it is bound as ?1. */
int db_number(struct db *db, enum statement which, const char *caller, int64_t *number, struct error *error);
/* Turns SQLite's last error into an error (always -1), and closes the database where opening it again may
 * help. */
int db_failed(struct db *db, const char *doing, struct error *error);

/* Like memory_upgrade(), memory_begin(), memory_commit() and memory_rollback(). */
int db_upgrade(struct db *db, struct error *error);
int db_begin(struct db *db, struct error *error);
int db_commit(struct db *db, struct error *error);
void db_rollback(struct db *db);
/* Brackets one change: within the open transaction, or (`own`) in one of its own, which is committed when
 * `result` is 0 and else rolled back. */
int db_change_begin(struct db *db, bool *own, struct error *error);
int db_change_end(struct db *db, bool own, int result, struct error *error);
/* Brackets several reads that see the same moment. Within a transaction there is nothing to do. */
int db_read_begin(struct db *db, struct error *error);
void db_read_end(struct db *db);

#endif
