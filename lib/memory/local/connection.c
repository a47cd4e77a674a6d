#include "memory/local/connection.h"

#include "base/clock.h"
#include "base/log.h"
#include "memory/local/schema.h"
#include "memory/memory.h"
#include "memory/sql/database.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHECK_PAUSE                                                                                          \
    2000                  /* microseconds in which a live read does not compare the file with its path again \
                           */
#define REOPEN_PAUSE 5000 /* microseconds until opening is tried again after another process disturbed it */

/* The ids that SQL_GET_FOUND and SQL_GET_MEMORIES take. */
#define EIGHT "(?), (?), (?), (?), (?), (?), (?), (?)"
#define FOUND "WITH found(id) AS (VALUES " EIGHT ", " EIGHT ", " EIGHT ", " EIGHT ") "

/* What SQLite says in its own way. */
static const char *const own_texts[STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READING] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_VERSION] = "PRAGMA user_version",
    [SQL_GET_FOUND] = FOUND "SELECT m.content FROM found LEFT JOIN memories m ON m.id = found.id",
    /* CROSS JOIN: one table after the other, so in the order of the ids. */
    [SQL_GET_MEMORIES] =
        FOUND "SELECT " MEMORY_COLUMNS "FROM found CROSS JOIN memories m ON m.id = found.id "
              "CROSS JOIN conversations c ON c.id = m.conversation_id "
              "CROSS JOIN callers k ON k.id = c.caller_id WHERE " MEMORY_IS_THEIRS "LIMIT ?34",
    /* The index says whether there is any, before the callers are gone through. */
    [SQL_OUTDATED] = "SELECT '', '', '', 0, k.caller FROM callers k WHERE k.caller > ?2 "
                     "AND EXISTS (SELECT 1 FROM memories WHERE kind = 0 AND " SCHEMA_UNDERSTOOD " < ?1) "
                     "AND EXISTS (SELECT 1 FROM conversations c JOIN memories ON conversation_id = c.id "
                     "WHERE c.caller_id = k.id AND kind = 0 AND " SCHEMA_UNDERSTOOD " < ?1) "
                     "ORDER BY k.caller LIMIT ?3",
};

struct sqlite_query {
    struct query query; /* first */
    struct sqlite_db *db;
    sqlite3_stmt *statement;
};

struct sqlite_db {
    struct db db;    /* first: what local_connection() returns */
    sqlite3 *sqlite; /* NULL while the database is not open */
    dev_t device;    /* of the file that is open, to notice that another one took its place */
    ino_t inode;
    int64_t checked;  /* when the path was last compared with it, in clock_us() */
    ino_t journal;    /* inode of its write-ahead log */
    unsigned reading; /* how many times it was begun to read and not ended */
    bool upgrades;    /* opening the database upgrades an older one */
    struct sqlite_query queries[STATEMENTS];
};

static struct sqlite_db *sqlite_of(struct db *db)
{
    return (struct sqlite_db *)db;
}

static sqlite3_stmt *statement_of(struct query *query)
{
    return ((struct sqlite_query *)query)->statement;
}

/* --- Opening --- */

/* A memory without a file: it has no other handles, and no path to compare. */
static bool is_fileless(const struct sqlite_db *lite)
{
    return strcmp(lite->db.options.path, ":memory:") == 0;
}

static void disconnect(struct sqlite_db *lite)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(lite->queries[i].statement);
        lite->queries[i].statement = NULL;
    }
    sqlite3_close(lite->sqlite);
    lite->sqlite = NULL;
    lite->db.in_transaction = false;
}

static int failed(struct sqlite_db *lite, const char *doing, struct error *error)
{
    int code = lite->sqlite ? sqlite3_errcode(lite->sqlite) : SQLITE_NOMEM;
    if (code == SQLITE_INTERRUPT)
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: the memory did not answer in time", doing);
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        error_set(error, ERROR_MEMORY_UNAVAILABLE,
                  "%s: %s; the file that OPENMEMORY_PATH names is damaged, or not a memory of callmem", doing,
                  sqlite3_errmsg(lite->sqlite));
    else
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: %s", doing,
                  lite->sqlite ? sqlite3_errmsg(lite->sqlite) : "out of memory");
    /* After these the connection itself may be broken; the next operation opens a new one. */
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
        code == SQLITE_PROTOCOL)
        disconnect(lite);
    return -1;
}

static int past_deadline(void *ctx)
{
    const struct sqlite_db *lite = ctx;
    return clock_ms() > lite->db.deadline;
}

/* SQLite's own way of waiting sleeps up to 100 ms for a transaction that takes about one. */
static int wait_for_others(void *ctx, int tries)
{
    if (past_deadline(ctx))
        return 0;
    clock_pause(tries);
    return 1;
}

/* Creates the file, so that it has our mode and not the umask's; SQLite gives the same to the files beside
 * it. An existing file is not opened: closing it would silently drop the locks that other handles of this
 * process hold on it, and another process might then delete the journal that they write. */
static int make_file(const char *path, struct stat *file, struct error *error)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool made = fd >= 0 || errno == EEXIST;
    if (fd >= 0)
        close(fd);
    pthread_mutex_unlock(&making);
    if (!made || access(path, R_OK | W_OK) != 0 || stat(path, file) != 0)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database %s cannot be opened: %s",
                         path, strerror(errno));
    return 0;
}

/* Looks at the journal that belongs to the path. */
static bool find_journal(const struct sqlite_db *lite, const char *end, char path[PATH_MAX],
                         struct stat *file)
{
    int len = snprintf(path, PATH_MAX, "%s%s", lite->db.options.path, end);
    return len > 0 && len < PATH_MAX && stat(path, file) == 0;
}

/* Closes a database that was moved away or replaced. SQLite finds journals by their path: the old one's would
 * be read as the new one's. Its content goes into the old file; a journal that came with the new file
 * stays. */
static void detach(struct sqlite_db *lite)
{
    char path[PATH_MAX];
    struct stat file;
    sqlite3_wal_checkpoint_v2(lite->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (find_journal(lite, "-wal", path, &file) && file.st_dev == lite->device &&
        file.st_ino == lite->journal) {
        unlink(path);
        if (find_journal(lite, "-shm", path, &file))
            unlink(path);
    }
    disconnect(lite);
}

/* Whether other processes were in the way: SQLite does not wait for them while they turn a new file into a
 * database with a journal, but fails at once. */
static bool was_disturbed(const struct sqlite_db *lite)
{
    int code = sqlite3_errcode(lite->sqlite);
    return code == SQLITE_BUSY || code == SQLITE_PROTOCOL || code == SQLITE_IOERR;
}

/* An upgrade has no deadline; interrupted, it would start over each time and never end. */
static int prepare_tables(struct sqlite_db *lite, struct error *error)
{
    if (!lite->upgrades && !lite->db.options.upgrades)
        return schema_ready(lite->sqlite, error);
    sqlite3_progress_handler(lite->sqlite, 0, NULL, NULL);
    int result = schema_migrate(lite->sqlite, error);
    sqlite3_progress_handler(lite->sqlite, 1000, past_deadline, lite);
    lite->db.deadline = clock_ms() + lite->db.options.write_timeout_ms;
    return result;
}

/* SQL: decayed(salience, lambda, age in seconds). */
static void sql_decayed(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_double(context,
                          memory_decayed(sqlite3_value_double(values[0]), sqlite3_value_double(values[1]),
                                         sqlite3_value_int64(values[2])));
}

static int configure(struct sqlite_db *lite)
{
    /* secure_delete: deleted content is overwritten. synchronous FULL: a commit is on disk in WAL mode
     * too. */
    static const char pragmas[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA secure_delete = ON; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY; "
        "PRAGMA journal_size_limit = 4194304;";
    sqlite3_busy_handler(lite->sqlite, wait_for_others, lite);
    sqlite3_progress_handler(lite->sqlite, 1000, past_deadline, lite);
    int result = sqlite3_exec(lite->sqlite, pragmas, NULL, NULL, NULL);
    return result != SQLITE_OK
               ? result
               : sqlite3_create_function(lite->sqlite, "decayed", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                         sql_decayed, NULL, NULL);
}

static int open_database(struct sqlite_db *lite, bool *again, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int result = sqlite3_open_v2(lite->db.options.path, &lite->sqlite, flags, NULL);
    if (result == SQLITE_OK)
        result = configure(lite);
    if (result == SQLITE_OK && prepare_tables(lite, error) == 0)
        return 0;
    *again = lite->sqlite && was_disturbed(lite);
    if (result != SQLITE_OK)
        failed(lite, "opening the memory", error);
    disconnect(lite);
    return -1;
}

static int connect_to(struct sqlite_db *lite, struct error *error)
{
    struct stat file, journal;
    char path[PATH_MAX];
    bool again = false;
    struct error last;
    if (is_fileless(lite))
        return open_database(lite, &again, error);
    if (make_file(lite->db.options.path, &file, error) != 0)
        return -1;
    while (open_database(lite, &again, &last) != 0) {
        if (!again || clock_ms() >= lite->db.deadline) {
            if (error)
                *error = last;
            return -1;
        }
        usleep(REOPEN_PAUSE);
    }
    lite->device = file.st_dev;
    lite->inode = file.st_ino;
    lite->journal = find_journal(lite, "-wal", path, &journal) ? journal.st_ino : 0;
    return 0;
}

/* Whether the path still names the file that is open. */
static bool is_current(struct sqlite_db *lite)
{
    struct stat file;
    lite->checked = clock_us();
    return stat(lite->db.options.path, &file) == 0 && file.st_dev == lite->device &&
           file.st_ino == lite->inode;
}

static int make_ready(struct sqlite_db *lite, int timeout_ms, bool check, struct error *error)
{
    lite->db.deadline = clock_ms() + timeout_ms;
    /* A file that was moved away or replaced would silently be read and written on. */
    if (check && lite->sqlite && !lite->db.in_transaction && !lite->reading && !is_fileless(lite) &&
        !is_current(lite))
        detach(lite);
    return lite->sqlite ? 0 : connect_to(lite, error);
}

static int sqlite_ready(struct db *db, enum db_wait wait, struct error *error)
{
    struct sqlite_db *lite = sqlite_of(db);
    bool check = wait != DB_LIVE || clock_us() - lite->checked > CHECK_PAUSE;
    return make_ready(lite, db_patience(db, wait), check, error);
}

/* --- Statements --- */

static struct query *sqlite_query(struct db *db, enum sql which, struct error *error)
{
    struct sqlite_db *lite = sqlite_of(db);
    struct sqlite_query *query = &lite->queries[which];
    if (query->statement) {
        sqlite3_reset(query->statement);
        sqlite3_clear_bindings(query->statement);
        return &query->query;
    }
    const char *text = own_texts[which] ? own_texts[which] : sql_text(which);
    query->query.engine = db->engine;
    query->db = lite;
    if (sqlite3_prepare_v3(lite->sqlite, text, -1, SQLITE_PREPARE_PERSISTENT, &query->statement, NULL) !=
        SQLITE_OK) {
        failed(lite, "reading the memory", error);
        return NULL;
    }
    return &query->query;
}

static void sqlite_bind_text(struct query *query, int at, const char *text)
{
    sqlite3_bind_text(statement_of(query), at, text, -1, SQLITE_STATIC);
}

static void sqlite_bind_int(struct query *query, int at, int64_t number)
{
    sqlite3_bind_int64(statement_of(query), at, number);
}

static void sqlite_bind_real(struct query *query, int at, double number)
{
    sqlite3_bind_double(statement_of(query), at, number);
}

static void sqlite_bind_bytes(struct query *query, int at, const void *bytes, size_t len)
{
    sqlite3_bind_blob64(statement_of(query), at, bytes, len, SQLITE_STATIC);
}

static void sqlite_reset(struct query *query)
{
    sqlite3_reset(statement_of(query)); /* which releases its lock; NULL is taken */
}

static int sqlite_step(struct query *query, const char *doing, struct error *error)
{
    int result = sqlite3_step(statement_of(query));
    if (result == SQLITE_ROW)
        return QUERY_ROW;
    if (result != SQLITE_DONE)
        return failed(((struct sqlite_query *)query)->db, doing, error);
    sqlite_reset(query);
    return QUERY_DONE;
}

static int sqlite_run(struct query *query, const char *doing, struct error *error)
{
    int result = sqlite_step(query, doing, error);
    if (result == QUERY_ROW)
        sqlite_reset(query);
    return result < 0 ? -1 : 0;
}

static int64_t sqlite_changes(struct query *query, const char *doing, struct error *error)
{
    return sqlite_run(query, doing, error) == 0 ? sqlite3_changes(((struct sqlite_query *)query)->db->sqlite)
                                                : -1;
}

static const char *sqlite_text(struct query *query, int column)
{
    return (const char *)sqlite3_column_text(statement_of(query), column);
}

static const void *sqlite_blob(struct query *query, int column)
{
    return sqlite3_column_blob(statement_of(query), column);
}

static size_t sqlite_size(struct query *query, int column)
{
    return (size_t)sqlite3_column_bytes(statement_of(query), column);
}

static int64_t sqlite_integer(struct query *query, int column)
{
    return sqlite3_column_int64(statement_of(query), column);
}

static double sqlite_real(struct query *query, int column)
{
    return sqlite3_column_double(statement_of(query), column);
}

static bool sqlite_is_null(struct query *query, int column)
{
    return sqlite3_column_type(statement_of(query), column) == SQLITE_NULL;
}

/* --- Transactions --- */

static int run(struct db *db, enum sql which, const char *doing, struct error *error)
{
    return query_run(db_query(db, which, error), doing, error);
}

static void sqlite_rollback(struct db *db)
{
    struct sqlite_db *lite = sqlite_of(db);
    if (lite->sqlite && !sqlite3_get_autocommit(lite->sqlite)) {
        db->deadline = clock_ms() + db->options.write_timeout_ms;
        run(db, SQL_ROLLBACK, "rolling back", NULL);
    }
    db->in_transaction = false;
}

/* An older program that has the database open goes on reading it after an upgrade, but writes it no more. */
static int refuse_newer(struct db *db, struct error *error)
{
    int64_t version = 0;
    if (db_number(db, SQL_VERSION, NULL, &version, error) != 0)
        return -1;
    return schema_refuse_newer((int)version, error);
}

static int sqlite_upgrade(struct db *db, struct error *error)
{
    struct sqlite_db *lite = sqlite_of(db);
    lite->upgrades = true;
    int result = sqlite_ready(db, DB_WORK, error);
    lite->upgrades = false;
    return result;
}

static int sqlite_begin(struct db *db, struct error *error)
{
    if (sqlite_upgrade(db, error) != 0 || run(db, SQL_BEGIN, "beginning to write the memory", error) != 0)
        return -1;
    db->in_transaction = true;
    db->deleted = false;
    if (refuse_newer(db, error) == 0)
        return 0;
    sqlite_rollback(db);
    return -1;
}

/* Deleted content is overwritten in the database (secure_delete), but older versions of its pages may be in
 * the write-ahead log: move everything into the database and truncate the log. Readers can hold that up; then
 * it happens at a later checkpoint. */
static void clean_journal(struct sqlite_db *lite)
{
    if (sqlite3_wal_checkpoint_v2(lite->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        log_say(LOG_WARN, "the memory's journal could not be truncated after an erasure; the next checkpoint "
                          "will do it");
}

static int lost(struct error *error)
{
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory was closed before it was written");
}

/* Each change has a deadline of its own: nobody waits for a transaction that has the lock. */
static int sqlite_proceed(struct db *db, struct error *error)
{
    db->deadline = clock_ms() + db->options.write_timeout_ms;
    return sqlite_of(db)->sqlite ? 0 : lost(error);
}

static int sqlite_commit(struct db *db, struct error *error)
{
    if (!sqlite_of(db)->sqlite || !db->in_transaction)
        return lost(error);
    db->deadline = clock_ms() + db->options.write_timeout_ms;
    if (run(db, SQL_COMMIT, "writing the memory", error) != 0) {
        sqlite_rollback(db);
        return -1;
    }
    db->in_transaction = false;
    if (db->deleted)
        clean_journal(sqlite_of(db));
    return 0;
}

static int sqlite_read_begin(struct db *db, struct error *error)
{
    struct sqlite_db *lite = sqlite_of(db);
    if (!db->in_transaction && lite->reading == 0 &&
        run(db, SQL_BEGIN_READING, "reading the memory", error) != 0)
        return -1;
    lite->reading++;
    return 0;
}

static void sqlite_read_end(struct db *db)
{
    struct sqlite_db *lite = sqlite_of(db);
    if (--lite->reading == 0 && lite->sqlite && !db->in_transaction && !sqlite3_get_autocommit(lite->sqlite))
        run(db, SQL_ROLLBACK, "reading the memory", NULL);
}

/* --- The rest --- */

static int sqlite_check(struct db *db, struct error *error)
{
    int64_t ignored;
    if (sqlite_ready(db, DB_SOON, error) != 0 || db_number(db, SQL_CHECK, NULL, &ignored, error) != 0)
        return -1;
    if (sqlite3_db_readonly(sqlite_of(db)->sqlite, "main") == 1 || access(db->options.path, W_OK) != 0)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database cannot be written");
    return 0;
}

static void sqlite_close(struct db *db)
{
    sqlite_rollback(db);
    disconnect(sqlite_of(db));
    free(db);
}

static const struct db_engine engine = {
    .mode = "local",
    .close = sqlite_close,
    .ready = sqlite_ready,
    .check = sqlite_check,
    .upgrade = sqlite_upgrade,
    .begin = sqlite_begin,
    .proceed = sqlite_proceed,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .read_begin = sqlite_read_begin,
    .read_end = sqlite_read_end,
    .query = sqlite_query,
    .bind_text = sqlite_bind_text,
    .bind_int = sqlite_bind_int,
    .bind_real = sqlite_bind_real,
    .bind_blob = sqlite_bind_bytes,
    .run = sqlite_run,
    .step = sqlite_step,
    .changes = sqlite_changes,
    .reset = sqlite_reset,
    .text = sqlite_text,
    .blob = sqlite_blob,
    .size = sqlite_size,
    .integer = sqlite_integer,
    .real = sqlite_real,
    .is_null = sqlite_is_null,
};

/* If SQLite counted what it allocates, all threads would queue for one lock. Refused, which does not matter,
 * when SQLite is already in use. */
static void set_sqlite(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct db *local_connection(const struct memory_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_sqlite);
    struct sqlite_db *lite = calloc(1, sizeof *lite);
    if (!lite)
        return NULL;
    db_init(&lite->db, &engine, options);
    return &lite->db;
}
