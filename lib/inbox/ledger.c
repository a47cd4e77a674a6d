#include "inbox/ledger.h"

#include "base/clock.h"
#include "base/log.h"

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

/* In the header of a database, https://www.sqlite.org/fileformat2.html */
#define WRITE_VERSION_AT 18
#define WRITE_VERSION    2 /* with a write-ahead log */

#define BUSY_MS 2000

/* Each takes the schema from its index to the next; PRAGMA user_version counts them. A newer version only
 * ever adds to what is here, so that two versions of the program can use one ledger for a while. */
static const char *const migrations[] = {
    "CREATE TABLE accepted (key BLOB PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID",
};

#define VERSION ((int)(sizeof migrations / sizeof *migrations))

/* What is asked, in the order of the statements of a connection. */
enum question { FIND, ADD, COUNT, QUESTIONS };
static const char *const questions[QUESTIONS] = {
    [FIND] = "SELECT 1 FROM accepted WHERE key = ?1",
    [ADD] = "INSERT INTO accepted (key, at) VALUES (?1, ?2) ON CONFLICT (key) DO NOTHING",
    [COUNT] = "SELECT count(*) FROM accepted",
};

struct connection {
    pthread_mutex_t lock;
    sqlite3 *db;
    sqlite3_stmt *statements[QUESTIONS];
    dev_t device; /* of the database file, to see that the path still means it */
    ino_t inode;
};

/* Two connections, so that an accept that asks does not wait for a worker's sync. */
struct ledger {
    char *directory, *path;
    struct connection asking, adding;
    pthread_mutex_t complaint_lock;
    int64_t complained_at; /* clock_ms(), 0 never */
};

static int init_connection(struct connection *connection)
{
    return pthread_mutex_init(&connection->lock, NULL);
}

struct ledger *ledger_open(const char *directory)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger)
        return NULL;
    ledger->directory = strdup(directory);
    if (asprintf(&ledger->path, "%s/ledger.sqlite", directory) < 0)
        ledger->path = NULL;
    if (!ledger->directory || !ledger->path || init_connection(&ledger->asking) != 0 ||
        init_connection(&ledger->adding) != 0 || pthread_mutex_init(&ledger->complaint_lock, NULL) != 0) {
        free(ledger->directory);
        free(ledger->path);
        free(ledger);
        return NULL;
    }
    return ledger;
}

static void disconnect(struct connection *connection)
{
    for (int i = 0; i < QUESTIONS; i++) {
        sqlite3_finalize(connection->statements[i]);
        connection->statements[i] = NULL;
    }
    /* SQLite sees when the file was moved away, and then leaves the -wal beside the path alone. */
    sqlite3_close(connection->db);
    connection->db = NULL;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    disconnect(&ledger->asking);
    disconnect(&ledger->adding);
    pthread_mutex_destroy(&ledger->asking.lock);
    pthread_mutex_destroy(&ledger->adding.lock);
    pthread_mutex_destroy(&ledger->complaint_lock);
    free(ledger->directory);
    free(ledger->path);
    free(ledger);
}

static int migrate(sqlite3 *db)
{
    sqlite3_stmt *ask = NULL;
    int version = 0;
    int rc = sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &ask, NULL);
    if (rc == SQLITE_OK && (rc = sqlite3_step(ask)) == SQLITE_ROW) {
        version = sqlite3_column_int(ask, 0);
        rc = SQLITE_OK;
    }
    sqlite3_finalize(ask);
    for (; rc == SQLITE_OK && version >= 0 && version < VERSION; version++) {
        char text[512];
        snprintf(text, sizeof text, "BEGIN IMMEDIATE; %s; PRAGMA user_version = %d; COMMIT",
                 migrations[version], version + 1);
        rc = sqlite3_exec(db, text, NULL, NULL, NULL);
    }
    return rc;
}

static int prepare(struct connection *connection)
{
    sqlite3 *db = connection->db;
    int rc = sqlite3_busy_timeout(db, BUSY_MS);
    if (rc == SQLITE_OK)
        rc =
            sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -512",
                         NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = migrate(db);
    for (int i = 0; i < QUESTIONS && rc == SQLITE_OK; i++)
        rc = sqlite3_prepare_v3(db, questions[i], -1, SQLITE_PREPARE_PERSISTENT, &connection->statements[i],
                                NULL);
    return rc;
}

/* Nobody opens, makes or moves the database while another process does: each sees one file with its own -wal.
 */
static int lock_directory(const struct ledger *ledger)
{
    int fd = open(ledger->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* The file is made here, not by SQLite, which would go by the umask. */
static int make_file(const struct ledger *ledger)
{
    int fd = open(ledger->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? SQLITE_OK : SQLITE_CANTOPEN;
    close(fd);
    return SQLITE_OK;
}

static int connect_locked(struct ledger *ledger, struct connection *connection)
{
    struct stat st;
    int rc = make_file(ledger);
    if (rc == SQLITE_OK)
        rc =
            sqlite3_open_v2(ledger->path, &connection->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = prepare(connection);
    if (rc == SQLITE_OK && stat(ledger->path, &st) != 0)
        rc = SQLITE_CANTOPEN;
    if (rc != SQLITE_OK) {
        disconnect(connection);
        return rc;
    }
    connection->device = st.st_dev;
    connection->inode = st.st_ino;
    return SQLITE_OK;
}

static bool is_current(const struct ledger *ledger, const struct connection *connection)
{
    struct stat st;
    return connection->db && stat(ledger->path, &st) == 0 && st.st_dev == connection->device &&
           st.st_ino == connection->inode;
}

/* Whether the header says that it is of a format that is only read: no SQLite has made such a one, so a bit
 * of it is wrong. A file that may not be written is not looked at; there waiting helps. */
static bool has_odd_format(const struct ledger *ledger)
{
    unsigned char version = 0;
    int fd = open(ledger->path, O_RDWR | O_CLOEXEC);
    bool odd = fd >= 0 && pread(fd, &version, 1, WRITE_VERSION_AT) == 1 && version > WRITE_VERSION;
    if (fd >= 0)
        close(fd);
    return odd;
}

static bool has_memory(void)
{
    void *volatile some =
        malloc((size_t)1024 * 1024); /* a compiler may take the pair for nothing otherwise */
    free(some);
    return some != NULL;
}

/* Whether waiting cannot help: it is no database, is damaged, or has tables that are not ours. What SQLite
 * says of a damaged file can be nearly anything, so these are all codes but those of what is around the file.
 */
static bool is_broken(const struct ledger *ledger, int rc)
{
    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_PERM:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_INTERRUPT:
    case SQLITE_IOERR:
    case SQLITE_FULL:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_NOLFS:
        return false;
    case SQLITE_READONLY:
        return has_odd_format(ledger);
    default:
        return true;
    }
}

static void move_part(const struct ledger *ledger, const char *part, int64_t now)
{
    char *from = NULL, *to = NULL;
    if (asprintf(&from, "%s%s", ledger->path, part) < 0)
        from = NULL;
    if (asprintf(&to, "%s.broken-%lld%s", ledger->path, (long long)now, part) < 0)
        to = NULL;
    if (from && to && rename(from, to) != 0 && errno != ENOENT)
        log_say(LOG_ERROR, "the broken ledger of the inbox cannot be moved aside");
    free(from);
    free(to);
}

/* The directory is locked. The database goes first: whoever has it open sees by its inode that it is gone. */
static void move_aside(const struct ledger *ledger)
{
    int64_t now = clock_now();
    move_part(ledger, "", now);
    move_part(ledger, "-wal", now);
    move_part(ledger, "-shm", now);
    struct log_line line;
    log_begin(&line, LOG_ERROR, "the ledger of the inbox is broken: moved aside and begun anew");
    log_text(&line, "ledger", ledger->path);
    log_end(&line);
}

/* `broken`: this connection met a database that is none. Another process may have replaced it since. */
static int reconnect(struct ledger *ledger, struct connection *connection, bool broken)
{
    int directory = lock_directory(ledger);
    if (directory < 0) {
        disconnect(connection);
        return SQLITE_CANTOPEN;
    }
    bool same = is_current(ledger, connection);
    disconnect(connection);
    if (broken && same)
        move_aside(ledger);
    int rc = connect_locked(ledger, connection);
    if (is_broken(ledger, rc) || (broken && rc == SQLITE_NOMEM)) {
        move_aside(ledger);
        rc = connect_locked(ledger, connection);
    }
    close(directory);
    return rc;
}

/* Asks once; `answer` is the first column. */
static int ask_once(struct connection *connection, enum question question, const unsigned char *key,
                    int64_t *answer)
{
    sqlite3_stmt *statement = connection->statements[question];
    int rc = SQLITE_OK;
    *answer = 0;
    if (key)
        rc = sqlite3_bind_blob(statement, 1, key, LEDGER_KEY_SIZE, SQLITE_STATIC);
    if (rc == SQLITE_OK && question == ADD)
        rc = sqlite3_bind_int64(statement, 2, clock_now());
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

static int ask(struct ledger *ledger, struct connection *connection, enum question question,
               const unsigned char *key, int64_t *answer)
{
    pthread_mutex_lock(&connection->lock);
    int rc = is_current(ledger, connection) ? SQLITE_OK : reconnect(ledger, connection, false);
    if (rc == SQLITE_OK)
        rc = ask_once(connection, question, key, answer);
    if (rc == SQLITE_NOMEM) {
        /* SQLite says so of some damaged files, too: of those again, while there is memory. */
        rc = reconnect(ledger, connection, false);
        if (rc == SQLITE_OK)
            rc = ask_once(connection, question, key, answer);
        if (rc == SQLITE_NOMEM && has_memory())
            rc = SQLITE_CORRUPT;
    }
    if (is_broken(ledger, rc)) {
        rc = reconnect(ledger, connection, true);
        if (rc == SQLITE_OK)
            rc = ask_once(connection, question, key, answer);
    }
    pthread_mutex_unlock(&connection->lock);
    return rc;
}

static void complain(struct ledger *ledger, int rc)
{
    pthread_mutex_lock(&ledger->complaint_lock);
    int64_t now = clock_ms();
    bool due = ledger->complained_at == 0 || now - ledger->complained_at >= 60000;
    if (due)
        ledger->complained_at = now;
    pthread_mutex_unlock(&ledger->complaint_lock);
    if (!due)
        return;
    struct log_line line;
    log_begin(&line, LOG_WARN, "the ledger of the inbox cannot be asked: duplicates may be taken for new");
    log_text(&line, "ledger", ledger->path);
    log_text(&line, "reason", sqlite3_errstr(rc));
    log_end(&line);
}

enum ledger_found ledger_find(struct ledger *ledger, const unsigned char key[LEDGER_KEY_SIZE])
{
    int64_t answer;
    int rc = ask(ledger, &ledger->asking, FIND, key, &answer);
    if (rc == SQLITE_OK)
        return answer ? LEDGER_PRESENT : LEDGER_ABSENT;
    complain(ledger, rc);
    return LEDGER_UNKNOWN;
}

static int unavailable(const struct ledger *ledger, int rc, struct error *error)
{
    return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be used: %s", ledger->path,
                     sqlite3_errstr(rc));
}

int ledger_add(struct ledger *ledger, const unsigned char key[LEDGER_KEY_SIZE], struct error *error)
{
    int64_t answer;
    int rc = ask(ledger, &ledger->adding, ADD, key, &answer);
    return rc == SQLITE_OK ? 0 : unavailable(ledger, rc, error);
}

int ledger_count(struct ledger *ledger, int64_t *count, struct error *error)
{
    int rc = ask(ledger, &ledger->asking, COUNT, NULL, count);
    return rc == SQLITE_OK ? 0 : unavailable(ledger, rc, error);
}
