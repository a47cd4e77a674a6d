/*
 * local: the embedded memory's own interior, shared by local.c (connection, storing) and local_search.c.
 */
#ifndef CALLMEM_MEMORY_LOCAL_LOCAL_H
#define CALLMEM_MEMORY_LOCAL_LOCAL_H

#include "base/arena.h"
#include "language/terms.h"
#include "memory/store.h"

#include <sqlite3.h>
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
    SQL_LIST_MEMORIES,
    SQL_LIST_BUT_TURNS,
    SQL_CONVERSATION_TEXTS,
    SQL_SET_TERMS,
    SQL_OLD_TERMS,
    SQL_SEARCH_TERMS,
    SQL_GET_PROFILE,
    SQL_SET_PROFILE,
    SQL_DELETE_PROFILE,
    SQL_CONVERSATIONS,
    SQL_OLDER,
    SQL_FORGET_CONVERSATION,
    SQL_FORGET_EMPTY_CALLER,
    SQL_COUNT_OF_CALLER,
    SQL_FORGET_CALLER,
    SQL_COUNT_CALLERS,
    SQL_COUNT_MEMORIES,
    STATEMENTS
};

/* SQL_GET_FOUND is given so many ids, and has a row for each in their order: of NULLs where there is none. */
#define FOUND_AT_ONCE 32

struct spoken {
    struct analyser *analyser;
    char language[8];
};

struct local {
    struct memory_store store; /* first: what memory.h hands out */
    struct memory_options options;
    sqlite3 *db;  /* NULL while the database is not open */
    dev_t device; /* of the file that is open, to notice that another one took its place */
    ino_t inode;
    int64_t looked; /* when the path was last compared with it, in clock_us() */
    ino_t journal;  /* inode of its write-ahead log */
    sqlite3_stmt *statements[STATEMENTS];
    int64_t deadline; /* of the operation that runs, in clock_ms() */
    bool upgrades;    /* who opens the database now brings an older one up to date */
    bool in_transaction;
    bool deleted; /* something was deleted in the transaction: its traces are cleaned when it is through */
    struct spoken *spoken; /* the languages that were needed */
    size_t spoken_count;
};

/* Begins an operation that may take `timeout_ms`: opens the database when it is not, and looks whether its
 * path still names it. */
int local_ready(struct local *local, int timeout_ms, struct error *error);
/* The same for a live read, within the store's timeout. A file that took the place of another is noticed
 * within some thousandths of a second. */
int local_ready_to_read(struct local *local, struct error *error);
/* The statement, reset and without bindings; NULL with an error. */
sqlite3_stmt *local_sql(struct local *local, enum statement which, struct error *error);
/* Turns what SQLite just said into an error (always -1), and closes the database where a new start may help.
 */
int local_wrong(struct local *local, const char *doing, struct error *error);
/* The analyser of a language; NULL when out of memory. It lives until the operation ends, at least. */
struct analyser *local_analyser(struct local *local, const char *language);
int64_t local_now(const struct local *local);

/* Room for one more memory, zeroed and not counted yet; NULL when out of memory. */
struct memory *local_list_next(struct memory_list *list);
/* The id of a row as it is shown, of the list's arena; NULL when out of memory. */
const char *local_id(struct memory_list *list, int64_t row);
/* Reads a profile in an operation that has begun; see memory_profile(). */
int local_profile(struct local *local, const char *caller, const char *scope, struct memory_profile *profile,
                  struct error *error);
/* Writes the terms of a conversation anew from its memories. */
int local_index(struct local *local, int64_t conversation, const char *language, struct error *error);
int local_search(struct memory_store *store, const struct memory_filter *filter, const char *query,
                 const char *scope, struct memory_list *found, struct memory_profile *profile,
                 struct error *error);

#endif
