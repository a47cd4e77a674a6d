#include "memory/local/local.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "memory/local/schema.h"
#include "memory/search/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LANGUAGES_KEPT 16   /* analysers that are kept from one operation to the next */
#define LIST_FIRST     16   /* memories; a power of two */
#define LOOK_PAUSE     2000 /* microseconds between two looks whether the file is still there, when reading */
#define REOPEN_PAUSE   5000 /* microseconds until a disturbed opening is tried again */

/* The columns that take_row() reads, in its order. */
#define COLUMNS                                                                                              \
    "m.id, m.kind, m.sector, m.position, m.speaker, m.content, m.salience, m.decay_lambda, m.tags, "         \
    "m.metadata, m.created_at, m.updated_at, c.conversation, c.agent, c.language, k.caller "
#define JOINED                                                                                               \
    "FROM callers k JOIN conversations c ON c.caller_id = k.id JOIN memories m ON m.conversation_id = c.id "
/* Of the ids that SQL_GET_FOUND is given. */
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
    [SQL_LIST_MEMORIES] = "SELECT " COLUMNS JOINED "WHERE k.caller = ?1 "
                          "ORDER BY c.started_at, c.conversation, m.position, m.kind",
    [SQL_LIST_BUT_TURNS] = "SELECT " COLUMNS JOINED "WHERE k.caller = ?1 AND m.kind <> 1 "
                           "ORDER BY c.started_at, c.conversation, m.position, m.kind",
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
    [SQL_FORGET_EMPTY_CALLER] = "DELETE FROM callers WHERE caller = ?1 "
                                "AND NOT EXISTS (SELECT 1 FROM conversations WHERE caller_id = callers.id)",
    [SQL_FORGET_CONVERSATION] = "DELETE FROM conversations WHERE conversation = ?2 "
                                "AND caller_id = (SELECT id FROM callers WHERE caller = ?1)",
    [SQL_COUNT_OF_CALLER] = "SELECT count(*) " JOINED "WHERE k.caller = ?1",
    [SQL_FORGET_CALLER] = "DELETE FROM callers WHERE caller = ?1",
    [SQL_COUNT_CALLERS] = "SELECT count(*) FROM callers",
    [SQL_COUNT_MEMORIES] = "SELECT count(*) FROM memories",
};

static struct local *local_of(struct memory_store *store)
{
    return (struct local *)store;
}

int64_t local_now(const struct local *local)
{
    int64_t now;
    return local->options.now && local->options.now(&now) == 0 ? now : clock_now();
}

/* --- Connection --- */

static int write_timeout(const struct local *local)
{
    return local->options.write_timeout_ms ? local->options.write_timeout_ms : 5000;
}

/* A memory without a file: it has no other handles and nothing to be found by. */
static bool is_fileless(const struct local *local)
{
    return strcmp(local->options.path, ":memory:") == 0;
}

static void disconnect(struct local *local)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        sqlite3_finalize(local->statements[i]);
        local->statements[i] = NULL;
    }
    sqlite3_close(local->db);
    local->db = NULL;
    local->in_transaction = false;
}

int local_wrong(struct local *local, const char *doing, struct error *error)
{
    int code = local->db ? sqlite3_errcode(local->db) : SQLITE_NOMEM;
    if (code == SQLITE_INTERRUPT)
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: the memory did not answer in time", doing);
    else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
        error_set(error, ERROR_MEMORY_UNAVAILABLE,
                  "%s: %s; the file that OPENMEMORY_PATH names is damaged, or none of callmem's", doing,
                  sqlite3_errmsg(local->db));
    else
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: %s", doing,
                  local->db ? sqlite3_errmsg(local->db) : "out of memory");
    /* After these the connection itself may be what is wrong; the next operation opens a new one. */
    if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
        code == SQLITE_PROTOCOL)
        disconnect(local);
    return -1;
}

static int past_deadline(void *ctx)
{
    const struct local *local = ctx;
    return clock_ms() > local->deadline;
}

/* Makes the file, so that it has our mode and not the umask's; SQLite gives the same to the files beside it.
 * A file that is there is not opened: closing it would take away, unseen, the locks that other handles of
 * this process have on it, and then another process may delete the journal that they write. */
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
static bool find_journal(const struct local *local, const char *end, char path[PATH_MAX], struct stat *file)
{
    int len = snprintf(path, PATH_MAX, "%s%s", local->options.path, end);
    return len > 0 && len < PATH_MAX && stat(path, file) == 0;
}

/* Lets go of a database that was moved away or that another one took the place of. SQLite knows journals by
 * their path: the old one's would be read as the new one's. What is in it goes into the old file; a journal
 * that came with the new one is left. */
static void let_go(struct local *local)
{
    char path[PATH_MAX];
    struct stat file;
    sqlite3_wal_checkpoint_v2(local->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if (find_journal(local, "-wal", path, &file) && file.st_dev == local->device &&
        file.st_ino == local->journal) {
        unlink(path);
        if (find_journal(local, "-shm", path, &file))
            unlink(path);
    }
    disconnect(local);
}

/* Whether it was others who were in the way: SQLite does not wait for them while they turn a new file into a
 * database with a journal, but fails at once. */
static bool was_disturbed(const struct local *local)
{
    int code = sqlite3_errcode(local->db);
    return code == SQLITE_BUSY || code == SQLITE_PROTOCOL || code == SQLITE_IOERR;
}

/* An upgrade takes its time; interrupted, it would begin again and again and never end. */
static int prepare_tables(struct local *local, struct error *error)
{
    if (!local->upgrades && !local->options.upgrades)
        return schema_ready(local->db, error);
    sqlite3_progress_handler(local->db, 0, NULL, NULL);
    int result = schema_migrate(local->db, error);
    sqlite3_progress_handler(local->db, 1000, past_deadline, local);
    local->deadline = clock_ms() + write_timeout(local);
    return result;
}

static int open_database(struct local *local, bool *again, struct error *error)
{
    /* secure_delete: what is deleted is overwritten. synchronous FULL: a commit is on disk in WAL mode too.
     */
    static const char pragmas[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; "
        "PRAGMA secure_delete = ON; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY; "
        "PRAGMA journal_size_limit = 4194304;";
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
    int result = sqlite3_open_v2(local->options.path, &local->db, flags, NULL);
    if (result == SQLITE_OK) {
        sqlite3_busy_timeout(local->db, (int)(local->deadline - clock_ms()) + 1);
        sqlite3_progress_handler(local->db, 1000, past_deadline, local);
        result = sqlite3_exec(local->db, pragmas, NULL, NULL, NULL);
    }
    if (result == SQLITE_OK && prepare_tables(local, error) == 0)
        return 0;
    *again = local->db && was_disturbed(local);
    if (result != SQLITE_OK)
        local_wrong(local, "opening the memory", error);
    disconnect(local);
    return -1;
}

static int connect_to(struct local *local, struct error *error)
{
    struct stat file, journal;
    char path[PATH_MAX];
    bool again = false;
    struct error last;
    if (is_fileless(local))
        return open_database(local, &again, error);
    if (make_file(local->options.path, &file, error) != 0)
        return -1;
    while (open_database(local, &again, &last) != 0) {
        if (!again || clock_ms() >= local->deadline) {
            if (error)
                *error = last;
            return -1;
        }
        usleep(REOPEN_PAUSE);
    }
    local->device = file.st_dev;
    local->inode = file.st_ino;
    local->journal = find_journal(local, "-wal", path, &journal) ? journal.st_ino : 0;
    return 0;
}

static void forget_languages(struct local *local)
{
    for (size_t i = 0; i < local->spoken_count; i++)
        analyser_free(local->spoken[i].analyser);
    free(local->spoken);
    local->spoken = NULL;
    local->spoken_count = 0;
}

/* Whether the path still names the file that is open. */
static bool is_ours(struct local *local)
{
    struct stat file;
    local->looked = clock_us();
    return stat(local->options.path, &file) == 0 && file.st_dev == local->device &&
           file.st_ino == local->inode;
}

static int make_ready(struct local *local, int timeout_ms, bool look, struct error *error)
{
    local->deadline = clock_ms() + timeout_ms;
    if (local->spoken_count > LANGUAGES_KEPT)
        forget_languages(local);
    /* A file that was moved away or restored over would go on to be read and written unseen. */
    if (look && local->db && !local->in_transaction && !is_fileless(local) && !is_ours(local))
        let_go(local);
    if (!local->db)
        return connect_to(local, error);
    sqlite3_busy_timeout(local->db, timeout_ms);
    return 0;
}

int local_ready(struct local *local, int timeout_ms, struct error *error)
{
    return make_ready(local, timeout_ms, true, error);
}

int local_ready_to_read(struct local *local, struct error *error)
{
    /* Many requests a second need not look each: what they read, they could have read a moment ago. */
    return make_ready(local, local->options.timeout_ms, clock_us() - local->looked > LOOK_PAUSE, error);
}

sqlite3_stmt *local_sql(struct local *local, enum statement which, struct error *error)
{
    sqlite3_stmt **statement = &local->statements[which];
    if (*statement) {
        sqlite3_reset(*statement);
        sqlite3_clear_bindings(*statement);
        return *statement;
    }
    if (sqlite3_prepare_v3(local->db, sql[which], -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) !=
        SQLITE_OK) {
        local_wrong(local, "reading the memory", error);
        return NULL;
    }
    return *statement;
}

static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text ? text : "", -1, SQLITE_STATIC);
}

/* Runs a statement that gives no rows, and lets go of its lock. */
static int run(struct local *local, sqlite3_stmt *statement, const char *doing, struct error *error)
{
    if (!statement)
        return -1;
    int result = sqlite3_step(statement);
    if (result != SQLITE_DONE && result != SQLITE_ROW)
        return local_wrong(local, doing, error);
    sqlite3_reset(statement);
    return 0;
}

/* --- Transactions --- */

static int count_of(struct local *local, enum statement which, const char *caller, int64_t *count,
                    struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, which, error);
    if (!statement)
        return -1;
    if (caller)
        bind_text(statement, 1, caller);
    if (sqlite3_step(statement) != SQLITE_ROW)
        return local_wrong(local, "counting memories", error);
    *count = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return 0;
}

static void rollback(struct memory_store *store)
{
    struct local *local = local_of(store);
    if (local->db && !sqlite3_get_autocommit(local->db)) {
        local->deadline = clock_ms() + write_timeout(local);
        run(local, local_sql(local, SQL_ROLLBACK, NULL), "taking back", NULL);
    }
    local->in_transaction = false;
}

/* An older program that has the database open goes on reading it after an upgrade, but writes it no more. */
static int refuse_newer(struct local *local, struct error *error)
{
    int64_t version = 0;
    if (count_of(local, SQL_VERSION, NULL, &version, error) != 0)
        return -1;
    return schema_refuse_newer((int)version, error);
}

static int upgrade(struct memory_store *store, struct error *error)
{
    struct local *local = local_of(store);
    local->upgrades = true;
    int result = local_ready(local, write_timeout(local), error);
    local->upgrades = false;
    return result;
}

static int begin(struct memory_store *store, struct error *error)
{
    struct local *local = local_of(store);
    if (upgrade(store, error) != 0 ||
        run(local, local_sql(local, SQL_BEGIN, error), "beginning to write the memory", error) != 0)
        return -1;
    local->in_transaction = true;
    local->deleted = false;
    if (refuse_newer(local, error) == 0)
        return 0;
    rollback(store);
    return -1;
}

/* Deleted content is overwritten in the database (secure_delete), but older versions of its pages may lie in
 * the write-ahead log: move everything into the database and cut the log to nothing. Readers can hold that
 * up; then it happens at a later checkpoint. */
static void clean_journal(struct local *local)
{
    if (sqlite3_wal_checkpoint_v2(local->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL) != SQLITE_OK)
        log_say(
            LOG_WARN,
            "the memory's journal could not be emptied after an erasure, it will be at the next checkpoint");
}

static int commit(struct memory_store *store, struct error *error)
{
    struct local *local = local_of(store);
    if (!local->db || !local->in_transaction)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory was lost before it was written");
    local->deadline = clock_ms() + write_timeout(local);
    if (run(local, local_sql(local, SQL_COMMIT, error), "writing the memory", error) != 0) {
        rollback(store);
        return -1;
    }
    local->in_transaction = false;
    if (local->deleted)
        clean_journal(local);
    return 0;
}

/* A change stands in the transaction that is open, or is one of its own. */
static int change_begin(struct local *local, bool *own, struct error *error)
{
    *own = !local->in_transaction;
    if (*own)
        return begin(&local->store, error);
    /* Each change has its own time: nobody waits for a transaction that has the lock. */
    local->deadline = clock_ms() + write_timeout(local);
    return local->db
               ? 0
               : error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory was lost before it was written");
}

static int change_end(struct local *local, bool own, int result, struct error *error)
{
    if (!own)
        return result;
    if (result == 0)
        return commit(&local->store, error);
    rollback(&local->store);
    return result;
}

/* --- Reading --- */

/* No column is NULL: where SQLite says so it had no memory for the text. */
static const char *column(struct memory_list *list, sqlite3_stmt *row, int at)
{
    const unsigned char *text = sqlite3_column_text(row, at);
    if (!text)
        arena_fail(list->arena);
    return text ? arena_text(list->arena, (const char *)text, (size_t)sqlite3_column_bytes(row, at)) : NULL;
}

struct memory *local_list_next(struct memory_list *list)
{
    if (!list->arena && !(list->arena = arena_new()))
        return NULL;
    /* Full at each power of two from the first on, as many as a search mostly finds. */
    if (list->count == 0 || (list->count >= LIST_FIRST && (list->count & (list->count - 1)) == 0)) {
        struct memory *items =
            realloc(list->items, (list->count ? list->count * 2 : LIST_FIRST) * sizeof *items);
        if (!items)
            return NULL;
        list->items = items;
    }
    list->items[list->count] = (struct memory){0};
    return &list->items[list->count];
}

const char *local_id(struct memory_list *list, int64_t row)
{
    char text[32];
    struct buf id = {text, 0, sizeof text, false}; /* never grows */
    buf_putc(&id, 'm');
    buf_int(&id, row);
    return arena_text(list->arena, id.data, id.len);
}

static bool take_row(struct memory_list *list, sqlite3_stmt *row)
{
    struct memory *item = local_list_next(list);
    if (!item)
        return false;
    item->id = local_id(list, sqlite3_column_int64(row, 0));
    item->kind = (enum kind)sqlite3_column_int(row, 1);
    item->sector = (enum sector)sqlite3_column_int(row, 2);
    item->position = sqlite3_column_int(row, 3);
    item->speaker = column(list, row, 4);
    item->content = column(list, row, 5);
    item->salience = sqlite3_column_double(row, 6);
    item->decay_lambda = sqlite3_column_double(row, 7);
    item->tags = column(list, row, 8);
    item->metadata = column(list, row, 9);
    item->created_at = sqlite3_column_int64(row, 10);
    item->updated_at = sqlite3_column_int64(row, 11);
    item->conversation = column(list, row, 12);
    item->agent = column(list, row, 13);
    item->language = column(list, row, 14);
    item->caller = column(list, row, 15);
    list->count++;
    return !arena_failed(list->arena);
}

/* Reads all rows of a statement into a list. */
static int take_rows(struct local *local, sqlite3_stmt *rows, struct memory_list *list,
                     bool (*take)(struct memory_list *list, sqlite3_stmt *row), struct error *error)
{
    int result;
    while ((result = sqlite3_step(rows)) == SQLITE_ROW)
        if (!take(list, rows)) {
            sqlite3_reset(rows);
            memory_list_free(list);
            return error_set(error, ERROR_INTERNAL, "out of memory");
        }
    if (result != SQLITE_DONE) {
        memory_list_free(list);
        return local_wrong(local, "reading the memory", error);
    }
    sqlite3_reset(rows);
    return 0;
}

static bool parse_id(const char *id, int64_t *row)
{
    char *end;
    if (id[0] != 'm' || id[1] < '0' || id[1] > '9')
        return false;
    errno = 0;
    *row = strtoll(id + 1, &end, 10);
    return errno == 0 && *end == '\0';
}

static int not_found(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND, "the caller has no such memory");
}

static int get(struct memory_store *store, const char *caller, const char *id, struct memory_list *found,
               struct error *error)
{
    struct local *local = local_of(store);
    int64_t row;
    if (!parse_id(id, &row))
        return not_found(error);
    if (local_ready(local, local->options.timeout_ms, error) != 0)
        return -1;
    sqlite3_stmt *statement = local_sql(local, SQL_GET_MEMORY, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    sqlite3_bind_int64(statement, 2, row);
    if (take_rows(local, statement, found, take_row, error) != 0)
        return -1;
    return found->count ? 0 : not_found(error);
}

static bool text_fits(const char *want, const char *text)
{
    return !want || !*want || strcmp(want, text) == 0;
}

static bool fits(const struct memory_filter *filter, const struct memory *item, int64_t now)
{
    if ((filter->kinds && !(filter->kinds >> item->kind & 1)) ||
        (filter->sectors && !(filter->sectors >> item->sector & 1)) ||
        (filter->since && item->created_at < filter->since) ||
        (filter->until && item->created_at > filter->until) || !text_fits(filter->agent, item->agent) ||
        !text_fits(filter->conversation, item->conversation))
        return false;
    return filter->min_salience <= 0 ||
           memory_decayed(item->salience, item->decay_lambda, now - item->created_at) >= filter->min_salience;
}

static int list(struct memory_store *store, const struct memory_filter *filter, struct memory_list *found,
                struct error *error)
{
    struct local *local = local_of(store);
    /* Lists are for the work after a call and for operators: they may take as long as a write. */
    if (local_ready(local, write_timeout(local), error) != 0)
        return -1;
    bool turns = filter->kinds == 0 || filter->kinds >> KIND_TURN & 1;
    sqlite3_stmt *statement = local_sql(local, turns ? SQL_LIST_MEMORIES : SQL_LIST_BUT_TURNS, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, filter->caller);
    if (take_rows(local, statement, found, take_row, error) != 0)
        return -1;
    int64_t now = local_now(local);
    size_t kept = 0;
    for (size_t i = 0; i < found->count && (filter->limit == 0 || kept < filter->limit); i++)
        if (fits(filter, &found->items[i], now))
            found->items[kept++] = found->items[i];
    found->count = kept;
    return 0;
}

static bool take_conversation(struct memory_list *found, sqlite3_stmt *row)
{
    struct memory *item = local_list_next(found);
    if (!item)
        return false;
    item->conversation = column(found, row, 0);
    item->agent = column(found, row, 1);
    item->language = column(found, row, 2);
    item->created_at = sqlite3_column_int64(row, 3);
    item->caller = item->speaker = item->content = item->tags = item->metadata = "";
    found->count++;
    return !arena_failed(found->arena);
}

static bool take_older(struct memory_list *found, sqlite3_stmt *row)
{
    if (!take_conversation(found, row))
        return false;
    found->items[found->count - 1].caller = column(found, row, 4);
    return !arena_failed(found->arena);
}

static int older(struct memory_store *store, int64_t before, size_t limit, struct memory_list *found,
                 struct error *error)
{
    struct local *local = local_of(store);
    if (local_ready(local, write_timeout(local), error) != 0)
        return -1;
    sqlite3_stmt *statement = local_sql(local, SQL_OLDER, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, before);
    sqlite3_bind_int64(statement, 2, (int64_t)limit);
    return take_rows(local, statement, found, take_older, error);
}

static int conversations(struct memory_store *store, const char *caller, struct memory_list *found,
                         struct error *error)
{
    struct local *local = local_of(store);
    if (local_ready(local, write_timeout(local), error) != 0)
        return -1;
    sqlite3_stmt *statement = local_sql(local, SQL_CONVERSATIONS, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    return take_rows(local, statement, found, take_conversation, error);
}

/* --- Writing --- */

/* The row of a conversation; 0 when there is none, -1 on failure. */
static int64_t find_conversation(struct local *local, const char *caller, const char *conversation,
                                 char language[4], struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, SQL_FIND_CONVERSATION, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    bind_text(statement, 2, conversation);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return local_wrong(local, "reading the memory", error);
    int64_t row = 0;
    language[0] = '\0';
    if (result == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(statement, 1);
        row = text ? sqlite3_column_int64(statement, 0) : error_no_memory(error);
        snprintf(language, 4, "%s", text ? text : "");
    }
    sqlite3_reset(statement);
    return row;
}

static int64_t make_conversation(struct local *local, const struct memory *items, size_t count,
                                 struct error *error)
{
    int64_t started = items[0].created_at;
    char language[4];
    for (size_t i = 1; i < count; i++)
        if (items[i].created_at < started)
            started = items[i].created_at;
    sqlite3_stmt *statement = local_sql(local, SQL_ADD_CALLER, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, items[0].caller);
    if (run(local, statement, "writing the memory", error) != 0 ||
        !(statement = local_sql(local, SQL_ADD_CONVERSATION, error)))
        return -1;
    bind_text(statement, 1, items[0].caller);
    bind_text(statement, 2, items[0].conversation);
    bind_text(statement, 3, items[0].agent);
    bind_text(statement, 4, items[0].language);
    sqlite3_bind_int64(statement, 5, started);
    if (run(local, statement, "writing the memory", error) != 0)
        return -1;
    return find_conversation(local, items[0].caller, items[0].conversation, language, error);
}

static int add_item(struct local *local, int64_t conversation, const struct memory *item, size_t *added,
                    struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, SQL_HAS_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, conversation);
    sqlite3_bind_int(statement, 2, (int)item->kind);
    sqlite3_bind_int(statement, 3, item->position);
    int result = sqlite3_step(statement);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        return local_wrong(local, "writing the memory", error);
    *added += result == SQLITE_DONE;
    sqlite3_reset(statement);
    statement = local_sql(local, SQL_ADD_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, conversation);
    sqlite3_bind_int(statement, 2, (int)item->kind);
    sqlite3_bind_int(statement, 3, item->position);
    sqlite3_bind_int(statement, 4, (int)item->sector);
    bind_text(statement, 5, item->speaker);
    bind_text(statement, 6, item->content);
    sqlite3_bind_double(statement, 7, item->salience);
    sqlite3_bind_double(statement, 8, item->decay_lambda);
    bind_text(statement, 9, item->tags);
    bind_text(statement, 10, item->metadata && *item->metadata ? item->metadata : "{}");
    sqlite3_bind_int64(statement, 11, item->created_at);
    sqlite3_bind_int64(statement, 12, item->updated_at > 0 ? item->updated_at : local_now(local));
    return run(local, statement, "writing the memory", error);
}

static int add(struct memory_store *store, const struct memory *items, size_t count, size_t *added,
               struct error *error)
{
    struct local *local = local_of(store);
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    int64_t conversation = make_conversation(local, items, count, error);
    int result = conversation > 0 ? 0 : -1;
    for (size_t i = 0; i < count && result == 0; i++)
        result = add_item(local, conversation, &items[i], added, error);
    if (result == 0)
        result = local_index(local, conversation, items[0].language, error);
    return change_end(local, own, result, error);
}

#define REFRESHED 50 /* calls whose index is made at once: some ten milliseconds */

/* Makes the indexes of these conversations, which are older ones of a caller or none. An index of a newer
 * version is left to who made it. */
static int refresh_some(struct local *local, const char *caller, struct error *error)
{
    struct {
        int64_t row;
        char language[4];
    } old[REFRESHED];
    size_t count = 0;
    int step;
    sqlite3_stmt *statement = local_sql(local, SQL_OLD_TERMS, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    sqlite3_bind_int(statement, 2, SEGMENT_VERSION);
    sqlite3_bind_int(statement, 3, REFRESHED);
    while ((step = sqlite3_step(statement)) == SQLITE_ROW && count < REFRESHED) {
        const char *language = (const char *)sqlite3_column_text(statement, 1);
        old[count].row = sqlite3_column_int64(statement, 0);
        snprintf(old[count].language, sizeof old[count].language, "%s", language ? language : "");
        count++;
    }
    if (step != SQLITE_DONE)
        return local_wrong(local, "reading the memory", error);
    sqlite3_reset(statement);
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        result = local_index(local, old[i].row, old[i].language, error);
    return result;
}

static int refresh(struct memory_store *store, const char *caller, struct error *error)
{
    struct local *local = local_of(store);
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    return change_end(local, own, refresh_some(local, caller, error), error);
}

/* Looks up a memory that is to be changed: its row and its conversation. */
static int find_item(struct local *local, const char *caller, const char *id, int64_t *row,
                     int64_t *conversation, char language[4], struct error *error)
{
    struct memory_list found;
    if (!parse_id(id, row))
        return not_found(error);
    if (memory_get(&local->store, caller, id, &found, error) != 0)
        return -1;
    *conversation = find_conversation(local, caller, found.items[0].conversation, language, error);
    memory_list_free(&found);
    return *conversation > 0 ? 0 : -1;
}

static int update_row(struct local *local, int64_t row, const struct memory *change, struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, SQL_UPDATE_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    bind_text(statement, 2, change->content);
    sqlite3_bind_int(statement, 3, (int)change->sector);
    sqlite3_bind_double(statement, 4, change->salience);
    sqlite3_bind_double(statement, 5, change->decay_lambda);
    bind_text(statement, 6, change->tags);
    bind_text(statement, 7, change->metadata && *change->metadata ? change->metadata : "{}");
    sqlite3_bind_int64(statement, 8, local_now(local));
    return run(local, statement, "writing the memory", error);
}

static int update(struct memory_store *store, const char *caller, const char *id, const struct memory *change,
                  struct error *error)
{
    struct local *local = local_of(store);
    int64_t row, conversation;
    char language[4];
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    int result = find_item(local, caller, id, &row, &conversation, language, error);
    if (result == 0)
        result = update_row(local, row, change, error);
    if (result == 0)
        result = local_index(local, conversation, language, error);
    return change_end(local, own, result, error);
}

static int delete_row(struct local *local, int64_t row, struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, SQL_DELETE_MEMORY, error);
    if (!statement)
        return -1;
    sqlite3_bind_int64(statement, 1, row);
    local->deleted = true;
    return run(local, statement, "deleting from the memory", error);
}

static int remove_item(struct memory_store *store, const char *caller, const char *id, struct error *error)
{
    struct local *local = local_of(store);
    int64_t row, conversation;
    char language[4];
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    int result = find_item(local, caller, id, &row, &conversation, language, error);
    if (result == 0)
        result = delete_row(local, row, error);
    if (result == 0)
        result = local_index(local, conversation, language, error);
    return change_end(local, own, result, error);
}

/* --- Profiles --- */

/* A copy of the profile in a row; -1 when out of memory. No column is NULL: where SQLite says so it had no
 * memory for the text. */
static int take_profile(sqlite3_stmt *row, struct memory_profile *profile)
{
    const char *texts[4];
    for (int i = 0; i < 4; i++)
        if (!(texts[i] = (const char *)sqlite3_column_text(row, i)))
            return -1;
    return memory_profile_keep(profile, texts[0], texts[1], texts[2], texts[3]);
}

int local_profile(struct local *local, const char *caller, const char *scope, struct memory_profile *profile,
                  struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, SQL_GET_PROFILE, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    bind_text(statement, 2, scope);
    int step = sqlite3_step(statement), result = 0;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return local_wrong(local, "reading the profile", error);
    if (step == SQLITE_ROW && take_profile(statement, profile) != 0)
        result = error_no_memory(error);
    sqlite3_reset(statement);
    return result;
}

static int profile(struct memory_store *store, const char *caller, const char *scope,
                   struct memory_profile *profile, struct error *error)
{
    struct local *local = local_of(store);
    return local_ready_to_read(local, error) == 0 ? local_profile(local, caller, scope, profile, error) : -1;
}

static int set_profile(struct memory_store *store, const char *caller, const char *scope,
                       const struct memory_profile *profile, struct error *error)
{
    struct local *local = local_of(store);
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    sqlite3_stmt *statement = local_sql(local, profile ? SQL_SET_PROFILE : SQL_DELETE_PROFILE, error);
    int result = -1;
    if (statement) {
        bind_text(statement, 1, caller);
        bind_text(statement, 2, scope);
        if (profile) {
            bind_text(statement, 3, profile->answer);
            bind_text(statement, 4, profile->heading);
            bind_text(statement, 5, profile->language);
            bind_text(statement, 6, profile->document);
        }
        result = run(local, statement, "writing the profile", error);
    }
    return change_end(local, own, result, error);
}

/* --- Forgetting --- */

static int forget_rows(struct local *local, enum statement which, const char *caller,
                       const char *conversation, struct error *error)
{
    sqlite3_stmt *statement = local_sql(local, which, error);
    if (!statement)
        return -1;
    bind_text(statement, 1, caller);
    if (conversation)
        bind_text(statement, 2, conversation);
    local->deleted = true;
    return run(local, statement, "forgetting", error);
}

static int forget_conversation(struct memory_store *store, const char *caller, const char *conversation,
                               struct error *error)
{
    struct local *local = local_of(store);
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    int result = forget_rows(local, SQL_FORGET_CONVERSATION, caller, conversation, error);
    if (result == 0 && sqlite3_changes(local->db) == 0)
        result = error_set(error, ERROR_NOT_FOUND, "the caller has no such conversation");
    if (result == 0)
        result = forget_rows(local, SQL_FORGET_EMPTY_CALLER, caller, NULL, error);
    return change_end(local, own, result, error);
}

static int forget(struct memory_store *store, const char *caller, size_t *count, struct error *error)
{
    struct local *local = local_of(store);
    int64_t memories = 0;
    bool own;
    if (change_begin(local, &own, error) != 0)
        return -1;
    int result = count_of(local, SQL_COUNT_OF_CALLER, caller, &memories, error);
    if (result == 0)
        result = forget_rows(local, SQL_FORGET_CALLER, caller, NULL, error);
    result = change_end(local, own, result, error);
    if (result == 0)
        *count = (size_t)memories;
    return result;
}

/* --- The rest --- */

static int check(struct memory_store *store, struct error *error)
{
    struct local *local = local_of(store);
    int64_t ignored;
    if (local_ready(local, local->options.timeout_ms, error) != 0 ||
        count_of(local, SQL_CHECK, NULL, &ignored, error) != 0)
        return -1;
    if (sqlite3_db_readonly(local->db, "main") == 1 || access(local->options.path, W_OK) != 0)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database cannot be written");
    return 0;
}

static int count_all(struct memory_store *store, int64_t *callers, int64_t *memories, struct error *error)
{
    struct local *local = local_of(store);
    if (local_ready(local, write_timeout(local), error) != 0 ||
        count_of(local, SQL_COUNT_CALLERS, NULL, callers, error) != 0)
        return -1;
    return count_of(local, SQL_COUNT_MEMORIES, NULL, memories, error);
}

struct analyser *local_analyser(struct local *local, const char *language)
{
    for (size_t i = 0; i < local->spoken_count; i++)
        if (strcmp(local->spoken[i].language, language) == 0)
            return local->spoken[i].analyser;
    struct spoken *more = realloc(local->spoken, (local->spoken_count + 1) * sizeof *more);
    if (!more)
        return NULL;
    local->spoken = more;
    struct spoken *spoken = &more[local->spoken_count];
    spoken->analyser = analyser_new(language);
    if (!spoken->analyser)
        return NULL;
    snprintf(spoken->language, sizeof spoken->language, "%s", language);
    local->spoken_count++;
    return spoken->analyser;
}

static void close_store(struct memory_store *store)
{
    struct local *local = local_of(store);
    rollback(store);
    disconnect(local);
    forget_languages(local);
    free(local);
}

static const struct memory_ops ops = {
    .mode = "local",
    .close = close_store,
    .check = check,
    .begin = begin,
    .commit = commit,
    .rollback = rollback,
    .upgrade = upgrade,
    .refresh = refresh,
    .add = add,
    .update = update,
    .get = get,
    .remove = remove_item,
    .list = list,
    .search = local_search,
    .profile = profile,
    .set_profile = set_profile,
    .conversations = conversations,
    .older = older,
    .forget_conversation = forget_conversation,
    .forget = forget,
    .count = count_all,
};

/* Counting what it allocates, SQLite would have all threads queue for one lock. Refused, and no matter, when
 * it is in use already. */
static void set_sqlite(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

struct memory_store *local_open(const struct memory_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_sqlite);
    struct local *local = calloc(1, sizeof *local);
    if (!local)
        return NULL;
    local->store.ops = &ops;
    local->options = *options;
    if (local->options.timeout_ms <= 0)
        local->options.timeout_ms = 800;
    return &local->store;
}
