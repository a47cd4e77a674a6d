#include "memory/local/connection.h"

#include "base/clock.h"
#include "base/log.h"
#include "memory/local/schema.h"
#include "memory/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CHECK_PAUSE                                                                                          \
    2000                  /* microseconds in which a live read does not compare the file with its path again \
                           */
#define REOPEN_PAUSE 5000 /* microseconds until opening is tried again after another process disturbed it */

/* The columns that take_memory() reads (local.c), in its order. */
#define COLUMNS                                                                                              \
    "m.id, m.kind, m.sector, m.position, m.speaker, m.content, m.salience, m.decay_lambda, m.tags, "         \
    "m.metadata, m.created_at, m.updated_at, c.conversation, c.agent, c.language, k.caller "
#define JOINED                                                                                               \
    "FROM callers k JOIN conversations c ON c.caller_id = k.id JOIN memories m ON m.conversation_id = c.id "
/* ?4 and ?5 are sets of bits, ?6 and ?7 the first and the last second, ?8 the least salience now, at ?9. */
#define LIST(more)                                                                                           \
    "SELECT " COLUMNS JOINED "WHERE k.caller = ?1 " more "AND (?3 = '' OR c.agent = ?3) "                    \
    "AND ?4 >> m.kind & 1 AND ?5 >> m.sector & 1 AND m.created_at BETWEEN ?6 AND ?7 "                        \
    "AND (?8 <= 0 OR decayed(m.salience, m.decay_lambda, ?9 - m.created_at) >= ?8) "                         \
    "ORDER BY c.started_at, c.conversation, m.position, m.kind LIMIT ?10"
/* Of the ids that SQL_GET_FOUND takes. */
#define EIGHT "(?), (?), (?), (?), (?), (?), (?), (?)"

static const char *const sql[STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_BEGIN_READING] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_VERSION] = "PRAGMA user_version",
    [SQL_CHECK] = "SELECT count(*) FROM (SELECT 1 FROM callers LIMIT 1)",
    [SQL_ADD_CALLER] = "INSERT INTO callers(caller) VALUES(?1) ON CONFLICT DO NOTHING",
    [SQL_ADD_CONVERSATION] =
        "INSERT INTO conversations(caller_id, conversation, agent, language, started_at) "
        "SELECT id, ?2, ?3, ?4, ?5 FROM callers WHERE caller = ?1 "
        "ON CONFLICT(caller_id, conversation) DO UPDATE SET agent = excluded.agent, "
        "language = excluded.language, started_at = min(started_at, excluded.started_at)",
    [SQL_FIND_CONVERSATION] =
        "SELECT c.id, c.language FROM callers k JOIN conversations c ON c.caller_id = k.id "
        "WHERE k.caller = ?1 AND c.conversation = ?2",
    [SQL_HAS_MEMORY] = "SELECT 1 FROM memories WHERE conversation_id = ?1 AND kind = ?2 AND position = ?3",
    [SQL_ADD_MEMORY] =
        "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
        "decay_lambda, tags, metadata, created_at, updated_at) "
        "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) "
        "ON CONFLICT(conversation_id, kind, position) DO UPDATE SET sector = excluded.sector, "
        "speaker = excluded.speaker, content = excluded.content, salience = excluded.salience, "
        "decay_lambda = excluded.decay_lambda, tags = excluded.tags, metadata = excluded.metadata, "
        "created_at = excluded.created_at, updated_at = excluded.updated_at",
    [SQL_UPDATE_MEMORY] = "UPDATE memories SET content = ?2, sector = ?3, salience = ?4, decay_lambda = ?5, "
                          "tags = ?6, metadata = ?7, updated_at = ?8 WHERE id = ?1",
    [SQL_GET_MEMORY] = "SELECT " COLUMNS "FROM memories m JOIN conversations c ON c.id = m.conversation_id "
                       "JOIN callers k ON k.id = c.caller_id WHERE m.id = ?2 AND k.caller = ?1",
    [SQL_GET_FOUND] = "WITH found(id) AS (VALUES " EIGHT ", " EIGHT ", " EIGHT ", " EIGHT ") "
                      "SELECT m.speaker, m.content, m.salience, m.decay_lambda "
                      "FROM found LEFT JOIN memories m ON m.id = found.id",
    [SQL_DELETE_MEMORY] = "DELETE FROM memories WHERE id = ?1",
    [SQL_LIST] = LIST(""),
    [SQL_LIST_BUT_TURNS] = LIST("AND m.kind <> 1 "), /* as the index memories_but_turns says it */
    [SQL_LIST_CONVERSATION] = LIST("AND c.conversation = ?2 "),
    [SQL_CONVERSATION_TEXTS] =
        "SELECT id, kind, sector, position, speaker, content, salience, decay_lambda, "
        "created_at, metadata FROM memories WHERE conversation_id = ?1 ORDER BY position, kind",
    [SQL_SET_TERMS] = "INSERT INTO terms(conversation_id, version, segment) VALUES(?1, ?2, ?3) "
                      "ON CONFLICT(conversation_id) DO UPDATE SET version = excluded.version, "
                      "segment = excluded.segment",
    [SQL_OLD_TERMS] =
        "SELECT c.id, c.language FROM callers k JOIN conversations c ON c.caller_id = k.id "
        "LEFT JOIN terms t ON t.conversation_id = c.id "
        "WHERE k.caller = ?1 AND coalesce(t.version, 0) < ?2 ORDER BY c.started_at DESC LIMIT ?3",
    [SQL_SEARCH_TERMS] =
        "SELECT c.id, c.conversation, c.agent, c.language, c.started_at, t.version, t.segment "
        "FROM callers k JOIN conversations c ON c.caller_id = k.id "
        "LEFT JOIN terms t ON t.conversation_id = c.id WHERE k.caller = ?1",
    [SQL_GET_PROFILE] = "SELECT p.answer, p.heading, p.language, p.document FROM callers k JOIN profiles p "
                        "ON p.caller_id = k.id "
                        "WHERE k.caller = ?1 AND p.scope = ?2",
    [SQL_SET_PROFILE] =
        "INSERT INTO profiles(caller_id, scope, answer, heading, language, document) "
        "SELECT id, ?2, ?3, ?4, ?5, ?6 FROM callers WHERE caller = ?1 "
        "ON CONFLICT(caller_id, scope) DO UPDATE SET answer = excluded.answer, heading = excluded.heading, "
        "language = excluded.language, document = excluded.document",
    [SQL_DELETE_PROFILE] = "DELETE FROM profiles WHERE scope = ?2 "
                           "AND caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_CONVERSATIONS] = "SELECT c.conversation, c.agent, c.language, c.started_at FROM callers k "
                          "JOIN conversations c ON c.caller_id = k.id WHERE k.caller = ?1 "
                          "ORDER BY c.started_at, c.conversation",
    [SQL_OLDER] =
        "SELECT c.conversation, c.agent, c.language, c.started_at, k.caller FROM conversations c "
        "JOIN callers k ON k.id = c.caller_id WHERE c.started_at < ?1 ORDER BY c.started_at LIMIT ?2",
    [SQL_REQUESTS] = "SELECT " COLUMNS "FROM memories m JOIN conversations c ON c.id = m.conversation_id "
                     "JOIN callers k ON k.id = c.caller_id WHERE m.kind = 15 ORDER BY m.created_at LIMIT ?1",
    /* The index says whether there is any, before the callers are gone through. */
    [SQL_OUTDATED] = "SELECT '', '', '', 0, k.caller FROM callers k WHERE k.caller > ?2 "
                     "AND EXISTS (SELECT 1 FROM memories WHERE kind = 0 AND " SCHEMA_UNDERSTOOD " < ?1) "
                     "AND EXISTS (SELECT 1 FROM conversations c JOIN memories ON conversation_id = c.id "
                     "WHERE c.caller_id = k.id AND kind = 0 AND " SCHEMA_UNDERSTOOD " < ?1) "
                     "ORDER BY k.caller LIMIT ?3",
    [SQL_FORGET_EMPTY_CALLER] = "DELETE FROM callers WHERE caller = ?1 "
                                "AND NOT EXISTS (SELECT 1 FROM conversations WHERE caller_id = callers.id)",
    [SQL_FORGET_CONVERSATION] = "DELETE FROM conversations WHERE conversation = ?2 "
                                "AND caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_COUNT_OF_CALLER] = "SELECT count(*) " JOINED "WHERE k.caller = ?1",
    [SQL_FORGET_CALLER] = "DELETE FROM callers WHERE caller = ?1",
    [SQL_COUNT_CALLERS] = "SELECT count(*) FROM callers",
    [SQL_COUNT_MEMORIES] = "SELECT count(*) FROM memories",
};

void db_init(struct db *db, const struct memory_options *options)
{
    *db = (struct db){.options = *options};
    if (db->options.timeout_ms <= 0)
        db->options.timeout_ms = 800;
    if (db->options.write_timeout_ms <= 0)
        db->options.write_timeout_ms = 5000;
}

int64_t db_now(const struct db *db)
{
    int64_t now;
    return db->options.now && db->options.now(&now) == 0 ? now : clock_now();
}

/* --- Opening --- */

/* A memory without a file: it has no other handles, and no path to compare. */
static bool is_fileless(const struct db *db)
{
    return strcmp(db->options.path, ":memory:") == 0;
}

static void disconnect(struct db *db)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(db->statements[i]);
        db->statements[i] = NULL;
    }
    sqlite3_close(db->sqlite);
    db->sqlite = NULL;
    db->in_transaction = false;
}

int db_failed(struct db *db, const char *doing, struct error *error)
{
    int code = db->sqlite ? sqlite3_errcode(db->sqlite) : SQLITE_NOMEM;
    if (code == SQLITE_INTERRUPT)
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: the memory did not answer in time", doing);
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        error_set(error, ERROR_MEMORY_UNAVAILABLE,
                  "%s: %s; the file that OPENMEMORY_PATH names is damaged, or not a memory of callmem", doing,
                  sqlite3_errmsg(db->sqlite));
    else
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: %s", doing,
                  db->sqlite ? sqlite3_errmsg(db->sqlite) : "out of memory");
    /* After these the connection itself may be broken; the next operation opens a new one. */
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
        code == SQLITE_PROTOCOL)
        disconnect(db);
    return -1;
}

static int past_deadline(void *ctx)
{
    const struct db *db = ctx;
    return clock_ms() > db->deadline;
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
static bool find_journal(const struct db *db, const char *end, char path[PATH_MAX], struct stat *file)
{
    int len = snprintf(path, PATH_MAX, "%s%s", db->options.path, end);
    return len > 0 && len < PATH_MAX && stat(path, file) == 0;
}

/* Closes a database that was moved away or replaced. SQLite finds journals by their path: the old one's would
 * be read as the new one's. Its content goes into the old file; a journal that came with the new file
 * stays. */
static void db_detach(struct db *db)
{
    char path[PATH_MAX];
    struct stat file;
    sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (find_journal(db, "-wal", path, &file) && file.st_dev == db->device && file.st_ino == db->journal) {
        unlink(path);
        if (find_journal(db, "-shm", path, &file))
            unlink(path);
    }
    disconnect(db);
}

/* Whether other processes were in the way: SQLite does not wait for them while they turn a new file into a
 * database with a journal, but fails at once. */
static bool was_disturbed(const struct db *db)
{
    int code = sqlite3_errcode(db->sqlite);
    return code == SQLITE_BUSY || code == SQLITE_PROTOCOL || code == SQLITE_IOERR;
}

/* An upgrade has no deadline; interrupted, it would start over each time and never end. */
static int prepare_tables(struct db *db, struct error *error)
{
    if (!db->upgrades && !db->options.upgrades)
        return schema_ready(db->sqlite, error);
    sqlite3_progress_handler(db->sqlite, 0, NULL, NULL);
    int result = schema_migrate(db->sqlite, error);
    sqlite3_progress_handler(db->sqlite, 1000, past_deadline, db);
    db->deadline = clock_ms() + db->options.write_timeout_ms;
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

static int configure(struct db *db)
{
    /* secure_delete: deleted content is overwritten. synchronous FULL: a commit is on disk in WAL mode
     * too. */
    static const char pragmas[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA secure_delete = ON; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY; "
        "PRAGMA journal_size_limit = 4194304;";
    sqlite3_busy_timeout(db->sqlite, (int)(db->deadline - clock_ms()) + 1);
    sqlite3_progress_handler(db->sqlite, 1000, past_deadline, db);
    int result = sqlite3_exec(db->sqlite, pragmas, NULL, NULL, NULL);
    return result != SQLITE_OK
               ? result
               : sqlite3_create_function(db->sqlite, "decayed", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL,
                                         sql_decayed, NULL, NULL);
}

static int open_database(struct db *db, bool *again, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int result = sqlite3_open_v2(db->options.path, &db->sqlite, flags, NULL);
    if (result == SQLITE_OK)
        result = configure(db);
    if (result == SQLITE_OK && prepare_tables(db, error) == 0)
        return 0;
    *again = db->sqlite && was_disturbed(db);
    if (result != SQLITE_OK)
        db_failed(db, "opening the memory", error);
    disconnect(db);
    return -1;
}

static int connect_to(struct db *db, struct error *error)
{
    struct stat file, journal;
    char path[PATH_MAX];
    bool again = false;
    struct error last;
    if (is_fileless(db))
        return open_database(db, &again, error);
    if (make_file(db->options.path, &file, error) != 0)
        return -1;
    while (open_database(db, &again, &last) != 0) {
        if (!again || clock_ms() >= db->deadline) {
            if (error)
                *error = last;
            return -1;
        }
        usleep(REOPEN_PAUSE);
    }
    db->device = file.st_dev;
    db->inode = file.st_ino;
    db->journal = find_journal(db, "-wal", path, &journal) ? journal.st_ino : 0;
    return 0;
}

/* Whether the path still names the file that is open. */
static bool db_is_current(struct db *db)
{
    struct stat file;
    db->checked = clock_us();
    return stat(db->options.path, &file) == 0 && file.st_dev == db->device && file.st_ino == db->inode;
}

static int make_ready(struct db *db, int timeout_ms, bool check, struct error *error)
{
    db->deadline = clock_ms() + timeout_ms;
    /* A file that was moved away or replaced would silently be read and written on. */
    if (check && db->sqlite && !db->in_transaction && !is_fileless(db) && !db_is_current(db))
        db_detach(db);
    if (!db->sqlite)
        return connect_to(db, error);
    sqlite3_busy_timeout(db->sqlite, timeout_ms);
    return 0;
}

int db_ready(struct db *db, struct error *error)
{
    return make_ready(db, db->options.write_timeout_ms, true, error);
}

int db_ready_soon(struct db *db, struct error *error)
{
    return make_ready(db, db->options.timeout_ms, true, error);
}

int db_ready_to_read(struct db *db, struct error *error)
{
    return make_ready(db, db->options.timeout_ms, clock_us() - db->checked > CHECK_PAUSE, error);
}

/* --- Statements --- */

sqlite3_stmt *db_statement(struct db *db, enum statement which, struct error *error)
{
    sqlite3_stmt **statement = &db->statements[which];
    if (*statement) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
        return *statement;
    }
    if (sqlite3_prepare_v3(db->sqlite, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK) {
        db_failed(db, "reading the memory", error);
        return NULL;
    }
    return *statement;
}

void db_bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text ? text : "", -1, SQLITE_STATIC);
}

int db_run(struct db *db, sqlite3_stmt *statement, const char *doing, struct error *error)
{
    if (!statement)
        return -1;
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        return db_failed(db, doing, error);
    sqlite3_reset(statement); /* which releases its lock */
    return 0;
}

int db_number(struct db *db, enum statement which, const char *caller, int64_t *number, struct error *error)
{
    sqlite3_stmt *statement = db_statement(db, which, error);
    if (!statement)
        return -1;
    if (caller)
        db_bind_text(statement, 1, caller);
    if (sqlite3_step(statement) != SQLITE_ROW)
        return db_failed(db, "counting memories", error);
    *number = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

/* --- Transactions --- */

void db_rollback(struct db *db)
{
    if (db->sqlite && !sqlite3_get_autocommit(db->sqlite)) {
        db->deadline = clock_ms() + db->options.write_timeout_ms;
        db_run(db, db_statement(db, SQL_ROLLBACK, NULL), "rolling back", NULL);
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

int db_upgrade(struct db *db, struct error *error)
{
    db->upgrades = true;
    int result = db_ready(db, error);
    db->upgrades = false;
    return result;
}

int db_begin(struct db *db, struct error *error)
{
    if (db_upgrade(db, error) != 0 ||
        db_run(db, db_statement(db, SQL_BEGIN, error), "beginning to write the memory", error) != 0)
        return -1;
    db->in_transaction = true;
    db->deleted = false;
    if (refuse_newer(db, error) == 0)
        return 0;
    db_rollback(db);
    return -1;
}

/* Deleted content is overwritten in the database (secure_delete), but older versions of its pages may be in
 * the write-ahead log: move everything into the database and truncate the log. Readers can hold that up; then
 * it happens at a later checkpoint. */
static void clean_journal(struct db *db)
{
    if (sqlite3_wal_checkpoint_v2(db->sqlite, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        log_say(LOG_WARN, "the memory's journal could not be truncated after an erasure; the next checkpoint "
                          "will do it");
}

static int lost(struct error *error)
{
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory was closed before it was written");
}

int db_commit(struct db *db, struct error *error)
{
    if (!db->sqlite || !db->in_transaction)
        return lost(error);
    db->deadline = clock_ms() + db->options.write_timeout_ms;
    if (db_run(db, db_statement(db, SQL_COMMIT, error), "writing the memory", error) != 0) {
        db_rollback(db);
        return -1;
    }
    db->in_transaction = false;
    if (db->deleted)
        clean_journal(db);
    return 0;
}

int db_change_begin(struct db *db, bool *own, struct error *error)
{
    *own = !db->in_transaction;
    if (*own)
        return db_begin(db, error);
    /* Each change has a deadline of its own: nobody waits for a transaction that has the lock. */
    db->deadline = clock_ms() + db->options.write_timeout_ms;
    return db->sqlite ? 0 : lost(error);
}

int db_change_end(struct db *db, bool own, int result, struct error *error)
{
    if (!own)
        return result;
    if (result == 0)
        return db_commit(db, error);
    db_rollback(db);
    return result;
}

int db_read_begin(struct db *db, struct error *error)
{
    if (db->in_transaction)
        return 0;
    return db_run(db, db_statement(db, SQL_BEGIN_READING, error), "reading the memory", error);
}

void db_read_end(struct db *db)
{
    if (db->sqlite && !db->in_transaction)
        db_run(db, db_statement(db, SQL_ROLLBACK, NULL), "reading the memory", NULL);
}

void db_close(struct db *db)
{
    db_rollback(db);
    disconnect(db);
}
