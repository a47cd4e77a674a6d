#include "inbox/ledger.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "inbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS  2000
#define KEY_SIZE (SPOOL_NAME_DIGITS / 2)

static const char setup[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512;"
                            "CREATE TABLE IF NOT EXISTS accepted (key BLOB PRIMARY KEY, at INTEGER NOT NULL)"
                            " WITHOUT ROWID";

enum query { FIND, FIND_ANY, ADD, COUNT, QUERIES };
static const char *const queries[QUERIES] = {
    [FIND] = "SELECT 1 FROM accepted WHERE key IN (?1, ?2, ?3) LIMIT 1",
    [FIND_ANY] = "SELECT 1 FROM accepted WHERE key BETWEEN ?1 AND ?2 LIMIT 1",
    [ADD] = "INSERT INTO accepted (key, at) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
    /* Without those that only keep versions of erased conversations away. */
    [COUNT] = "SELECT count(*) FROM accepted WHERE substr(key, 9) <> zeroblob(8)",
};

struct connection {
    pthread_mutex_t lock;
    sqlite3 *db; /* NULL: not connected */
    sqlite3_stmt *statements[QUERIES];
    dev_t device; /* of the database file, to notice when the path leads to another one */
    ino_t inode;
    int64_t waits_since; /* clock_ms() of when it found another process writing */
};

/* Two connections, so that an accept does not wait for a worker. */
struct ledger {
    char *directory, *path;
    struct connection reading, writing;
    pthread_mutex_t log_lock;
    int64_t logged_at; /* clock_ms(), 0 never */
};

struct ledger *ledger_open(const char *directory)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return NULL;
    ledger->directory = strdup(directory);
    ledger->path = spool_path(directory, "ledger", ".sqlite");
    if (!ledger->directory || !ledger->path || pthread_mutex_init(&ledger->reading.lock, NULL) != 0 ||
        pthread_mutex_init(&ledger->writing.lock, NULL) != 0 ||
        pthread_mutex_init(&ledger->log_lock, NULL) != 0) {
        free(ledger->directory);
        free(ledger->path);
        free(ledger);
        return NULL;
    }
    return ledger;
}

static void disconnect(struct connection *connection)
{
    for (int i = 0; i < QUERIES; i++) {
        sqlite3_finalize(connection->statements[i]);
        connection->statements[i] = NULL;
    }
    /* SQLite notices when the file was moved away, and then leaves the -wal beside the path alone. */
    sqlite3_close(connection->db);
    connection->db = NULL;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    disconnect(&ledger->reading);
    disconnect(&ledger->writing);
    pthread_mutex_destroy(&ledger->reading.lock);
    pthread_mutex_destroy(&ledger->writing.lock);
    pthread_mutex_destroy(&ledger->log_lock);
    free(ledger->directory);
    free(ledger->path);
    free(ledger);
}

/* The file is made here, as SQLite would go by the umask. Nothing may close one that exists: that would drop
 * the locks of this process's other connection. */
static int make_file(const struct ledger *ledger)
{
    int fd = open(ledger->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? SQLITE_OK : SQLITE_CANTOPEN;
    close(fd);
    return SQLITE_OK;
}

/* As the memory's connection waits, for the same reason. */
static int wait_for_others(void *ctx, int tries)
{
    struct connection *connection = ctx;
    int64_t now = clock_ms();
    if (tries == 0)
        connection->waits_since = now;
    if (now - connection->waits_since >= BUSY_MS)
        return 0;
    clock_pause(tries);
    return 1;
}

static int connect_to(const struct ledger *ledger, struct connection *connection)
{
    struct stat st;
    int rc = make_file(ledger);
    if (rc == SQLITE_OK)
        rc =
            sqlite3_open_v2(ledger->path, &connection->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_handler(connection->db, wait_for_others, connection);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(connection->db, setup, NULL, NULL, NULL);
    for (int i = 0; i < QUERIES && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(connection->db, queries[i], -1, SQLITE_PREPARE_PERSISTENT,
                                &connection->statements[i], NULL);
    if (rc == SQLITE_OK && stat(ledger->path, &st) != 0)
        rc = SQLITE_CANTOPEN;
    if (rc == SQLITE_OK) {
        connection->device = st.st_dev;
        connection->inode = st.st_ino;
    }
    return rc;
}

static bool is_current(const struct ledger *ledger, const struct connection *connection)
{
    struct stat st;
    return connection->db && stat(ledger->path, &st) == 0 && st.st_dev == connection->device &&
           st.st_ino == connection->inode;
}

/* SQLite may report nearly anything about a damaged file, so all codes count as damage but those about other
 * processes and the disk. A file that may be written to and still is "readonly" has a damaged header. */
static bool is_damage(const struct ledger *ledger, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOLFS:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
        return false;
    case SQLITE_READONLY:
        return access(ledger->path, W_OK) == 0;
    default:
        return true;
    }
}

/* The database goes first: other connections see by its inode that it has gone. */
static void set_aside(const struct ledger *ledger)
{
    static const char *const parts[] = {"", "-wal", "-shm"};
    int64_t now = clock_now();
    bool moved = true;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && moved; i++) {
        char *from = NULL, *to = NULL;
        moved = asprintf(&from, "%s%s", ledger->path, parts[i]) >= 0 &&
                asprintf(&to, "%s.broken-%lld%s", ledger->path, (long long)now, parts[i]) >= 0 &&
                (rename(from, to) == 0 || errno == ENOENT);
        free(from);
        free(to);
    }
    struct log_line line;
    log_begin(&line, LOG_ERROR,
              moved ? "ledger damaged; set aside, a new one is made"
                    : "ledger damaged and cannot be set aside");
    log_text(&line, "ledger", ledger->path);
    log_end(&line);
}

/* Keys are sorted as bytes: those with the same first half lie between these two. */
static int bind_range(sqlite3_stmt *statement, const unsigned char *key)
{
    unsigned char low[KEY_SIZE] = {0}, high[KEY_SIZE];
    memset(high, 0xff, sizeof high);
    memcpy(low, key, KEY_SIZE / 2);
    memcpy(high, key, KEY_SIZE / 2);
    int rc = sqlite3_bind_blob(statement, 1, low, KEY_SIZE, SQLITE_TRANSIENT);
    return rc == SQLITE_OK ? sqlite3_bind_blob(statement, 2, high, KEY_SIZE, SQLITE_TRANSIENT) : rc;
}

/* The keys that a query is about. */
struct keys {
    size_t count;
    unsigned char bytes[LEDGER_NAMES][KEY_SIZE];
};

static int bind_keys(struct connection *connection, enum query query, const struct keys *keys)
{
    sqlite3_stmt *statement = connection->statements[query];
    int rc = SQLITE_OK;
    if (query == FIND_ANY)
        return bind_range(statement, keys->bytes[0]);
    for (size_t i = 0; i < keys->count && rc == SQLITE_OK; i++)
        rc = sqlite3_bind_blob(statement, (int)i + 1, keys->bytes[i], KEY_SIZE, SQLITE_STATIC);
    return rc == SQLITE_OK && query == ADD ? sqlite3_bind_int64(statement, 2, clock_now()) : rc;
}

/* Runs a query; `answer` is the first column. */
static int run_query(struct connection *connection, enum query query, const struct keys *keys,
                     int64_t *answer)
{
    sqlite3_stmt *statement = connection->statements[query];
    *answer = 0;
    int rc = bind_keys(connection, query, keys);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(statement);
    if (rc == SQLITE_ROW)
        *answer = sqlite3_column_int64(statement, 0);
    int reset = sqlite3_reset(statement);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        rc = reset;
    sqlite3_clear_bindings(statement);
    return rc;
}

/* Runs a query on a new connection. Two failures in a row are damage; one may be a moment without memory. The
 * directory is locked meanwhile, so that no other process makes or moves the file that is judged here. */
static int reconnect_and_run(const struct ledger *ledger, struct connection *connection, enum query query,
                             const struct keys *keys, int64_t *answer)
{
    int directory = open(ledger->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = directory >= 0 && flock(directory, LOCK_EX) == 0 ? SQLITE_OK : SQLITE_CANTOPEN;
    bool wanted = rc == SQLITE_OK;
    for (int failures = 0; wanted && failures < 3; failures++) {
        disconnect(connection);
        if (failures == 2)
            set_aside(ledger);
        rc = connect_to(ledger, connection);
        if (rc == SQLITE_OK)
            rc = run_query(connection, query, keys, answer);
        wanted = is_damage(ledger, rc);
    }
    if (rc != SQLITE_OK)
        disconnect(connection);
    if (directory >= 0)
        close(directory);
    return rc;
}

static unsigned char nibble(char c)
{
    return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

static int run(struct ledger *ledger, struct connection *connection, enum query query,
               const char *const *names, size_t count, int64_t *answer)
{
    struct keys keys = {.count = count < LEDGER_NAMES ? count : LEDGER_NAMES};
    for (size_t i = 0; i < keys.count; i++)
        for (size_t j = 0; j < KEY_SIZE; j++)
            keys.bytes[i][j] = (unsigned char)(nibble(names[i][2 * j]) << 4 | nibble(names[i][2 * j + 1]));
    pthread_mutex_lock(&connection->lock);
    bool current = is_current(ledger, connection);
    int rc = current ? run_query(connection, query, &keys, answer) : SQLITE_OK;
    if (!current || is_damage(ledger, rc))
        rc = reconnect_and_run(ledger, connection, query, &keys, answer);
    pthread_mutex_unlock(&connection->lock);
    return rc;
}

static void log_unavailable(struct ledger *ledger, int rc)
{
    pthread_mutex_lock(&ledger->log_lock);
    int64_t now = clock_ms();
    bool due = ledger->logged_at == 0 || now - ledger->logged_at >= 60000;
    if (due)
        ledger->logged_at = now;
    pthread_mutex_unlock(&ledger->log_lock);
    if (!due)
        return;
    struct log_line line;
    log_begin(&line, LOG_WARN, "ledger unavailable; duplicates may be treated as new events");
    log_text(&line, "ledger", ledger->path);
    log_text(&line, "reason", sqlite3_errstr(rc));
    log_end(&line);
}

static enum ledger_found find(struct ledger *ledger, struct connection *connection, enum query query,
                              const char *const *names, size_t count)
{
    int64_t answer;
    int rc = run(ledger, connection, query, names, count, &answer);
    if (rc == SQLITE_OK)
        return answer ? LEDGER_PRESENT : LEDGER_ABSENT;
    log_unavailable(ledger, rc);
    return LEDGER_UNKNOWN;
}

enum ledger_found ledger_find(struct ledger *ledger, const char *name)
{
    return find(ledger, &ledger->reading, FIND, &name, 1);
}

enum ledger_found ledger_find_one(struct ledger *ledger, const char *const *names, size_t count)
{
    return find(ledger, &ledger->reading, FIND, names, count);
}

enum ledger_found ledger_find_as_worker(struct ledger *ledger, const char *name)
{
    return find(ledger, &ledger->writing, FIND, &name, 1);
}

enum ledger_found ledger_find_any(struct ledger *ledger, const char *name)
{
    return find(ledger, &ledger->reading, FIND_ANY, &name, 1);
}

static int unavailable(const struct ledger *ledger, int rc, struct error *error)
{
    return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be used: %s", ledger->path,
                     sqlite3_errstr(rc));
}

int ledger_add(struct ledger *ledger, const char *name, struct error *error)
{
    int64_t answer;
    int rc = run(ledger, &ledger->writing, ADD, &name, 1, &answer);
    return rc == SQLITE_OK ? 0 : unavailable(ledger, rc, error);
}

int ledger_count(struct ledger *ledger, int64_t *count, struct error *error)
{
    int rc = run(ledger, &ledger->reading, COUNT, NULL, 0, count);
    return rc == SQLITE_OK ? 0 : unavailable(ledger, rc, error);
}

int ledger_each(struct ledger *ledger, bool (*each)(void *ctx, const char *name, int64_t at), void *ctx,
                struct error *error)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    if (access(ledger->path, F_OK) != 0 && errno == ENOENT)
        return 0;
    int rc = sqlite3_open_v2(ledger->path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db, BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, "SELECT key, at FROM accepted WHERE length(key) = 16", -1, &rows, NULL);
    while (rc == SQLITE_OK && (rc = sqlite3_step(rows)) == SQLITE_ROW) {
        char name[SPOOL_NAME_DIGITS + 1];
        text_hex(sqlite3_column_blob(rows, 0), KEY_SIZE, name);
        rc = each(ctx, name, sqlite3_column_int64(rows, 1)) ? SQLITE_OK : SQLITE_DONE;
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return rc == SQLITE_DONE ? 0 : unavailable(ledger, rc, error);
}
