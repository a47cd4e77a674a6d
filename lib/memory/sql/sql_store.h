/*
 * sql_store: a memory in a database with tables for callers, conversations, memories, terms and profiles.
 * local/schema.h describes them. The code is the same whichever engine (database.h) the database has:
 * sql_store.c stores and lists, search.c indexes and searches, statements.c has the SQL.
 */
#ifndef CALLMEM_MEMORY_SQL_SQL_STORE_H
#define CALLMEM_MEMORY_SQL_SQL_STORE_H

struct db;
struct memory_store;

/* A memory over a database, which it owns and closes even where it cannot be made. NULL when out of memory,
 * and when `db` is. */
struct memory_store *sql_store_open(struct db *db);

/* For tests: the database of a store that sql_store_open() made. */
struct db *sql_store_db(struct memory_store *store);

#endif
