#include "page/session.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/text.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define BUSY_MS 2000

struct sessions {
    const struct settings *settings;
    unsigned char key[DIGEST_SIZE];
    pthread_mutex_t lock;
    sqlite3 *db;
};

/* --- Tokens --- */

int session_token(char token[SESSION_TOKEN_SIZE], struct error *error)
{
    unsigned char bytes[DIGEST_SIZE];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(error, ERROR_INTERNAL, "there are no random numbers");
    text_hex(bytes, sizeof bytes, token);
    return 0;
}

/* HMAC of "PURPOSE TEXT". */
static int make_mac(const struct sessions *sessions, const char *purpose, const char *text,
                    unsigned char mac[DIGEST_SIZE], struct error *error)
{
    struct buf b = BUF_INIT;
    unsigned len = DIGEST_SIZE;
    buf_printf(&b, "%s ", purpose);
    buf_puts(&b, text);
    const unsigned char *made = b.failed ? NULL
                                         : HMAC(EVP_sha256(), sessions->key, sizeof sessions->key,
                                                (const unsigned char *)b.data, b.len, mac, &len);
    if (b.data)
        OPENSSL_cleanse(b.data, b.len);
    buf_free(&b);
    return made ? 0 : error_set(error, ERROR_INTERNAL, "an HMAC could not be computed");
}

int session_form_token(const struct sessions *sessions, const char *token, char out[SESSION_TOKEN_SIZE],
                       struct error *error)
{
    unsigned char mac[DIGEST_SIZE];
    if (make_mac(sessions, "form", token, mac, error) != 0)
        return -1;
    text_hex(mac, sizeof mac, out);
    return 0;
}

bool session_form_is_ours(const struct sessions *sessions, const char *token, const char *given)
{
    char wanted[SESSION_TOKEN_SIZE];
    return *token && session_form_token(sessions, token, wanted, NULL) == 0 &&
           strlen(given) == sizeof wanted - 1 && CRYPTO_memcmp(given, wanted, sizeof wanted - 1) == 0;
}

/* Every secret is compared, in the form of HMACs of the same length. */
static int compare_secret(const struct sessions *sessions, const char *secret, bool *right,
                          struct error *error)
{
    unsigned char given[DIGEST_SIZE], own[DIGEST_SIZE];
    int same = 0;
    if (make_mac(sessions, "secret", secret, given, error) != 0)
        return -1;
    for (size_t i = 0; i < setting_count(sessions->settings, CALLMEM_OPERATOR_SECRET); i++) {
        if (make_mac(sessions, "secret", setting_part(sessions->settings, CALLMEM_OPERATOR_SECRET, i), own,
                     error) != 0)
            return -1;
        same |= CRYPTO_memcmp(given, own, sizeof own) == 0;
    }
    *right = same && *secret;
    return 0;
}

/* --- The database --- */

static int failed(const struct sessions *sessions, struct error *error)
{
    return error_set(error, ERROR_INTERNAL, "the sessions' database: %s", sqlite3_errmsg(sessions->db));
}

/* What a statement is given: texts and numbers in the order of its parameters. */
struct binding {
    const void *bytes;
    int len; /* of `bytes`; 0: `number` counts */
    int64_t number;
};

/* Runs a statement; a first row's first column, when there is one, goes to `text` (of SESSION_NAME_SIZE) or
 * `number`, and what was there stays otherwise. Returns how many rows there were, 0 or 1; -1 on failure. */
static int run(struct sessions *sessions, const char *sql, const struct binding *bindings, int count,
               char *text, int64_t *number, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(sessions->db, sql, -1, &statement, NULL) != SQLITE_OK)
        return failed(sessions, error);
    for (int i = 0; i < count; i++)
        if (bindings[i].bytes)
            sqlite3_bind_blob(statement, i + 1, bindings[i].bytes, bindings[i].len, SQLITE_STATIC);
        else
            sqlite3_bind_int64(statement, i + 1, bindings[i].number);
    int step = sqlite3_step(statement), rows = step == SQLITE_ROW;
    if (rows && text) {
        const void *bytes = sqlite3_column_blob(statement, 0);
        int len = sqlite3_column_bytes(statement, 0);
        len = bytes && len < SESSION_NAME_SIZE ? len : 0;
        if (len > 0)
            memcpy(text, bytes, (size_t)len);
        text[len] = '\0';
    }
    if (rows && number)
        *number = sqlite3_column_int64(statement, 0);
    while (step == SQLITE_ROW)
        step = sqlite3_step(statement);
    if (step != SQLITE_DONE)
        rows = failed(sessions, error);
    sqlite3_finalize(statement);
    return rows;
}

static int make_tables(struct sessions *sessions, struct error *error)
{
    static const char tables[] =
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        "CREATE TABLE IF NOT EXISTS sessions(id BLOB PRIMARY KEY, name BLOB NOT NULL, began INTEGER NOT NULL,"
        "  seen INTEGER NOT NULL) WITHOUT ROWID;"
        "CREATE TABLE IF NOT EXISTS tries(address BLOB NOT NULL, at INTEGER NOT NULL);";
    return sqlite3_exec(sessions->db, tables, NULL, NULL, NULL) == SQLITE_OK ? 0 : failed(sessions, error);
}

struct sessions *sessions_open(const char *directory, const struct settings *settings, struct error *error)
{
    const char *secrets = setting_text(settings, CALLMEM_OPERATOR_SECRET);
    struct buf path = BUF_INIT;
    struct sessions *sessions = calloc(1, sizeof *sessions);
    buf_printf(&path, "%s/" SESSION_FILE, directory);
    bool good = sessions && buf_text(&path) && digest_ready() &&
                digest_sha256(secrets, strlen(secrets), sessions->key);
    if (!good) {
        error_no_memory(error);
    } else {
        sessions->settings = settings;
        pthread_mutex_init(&sessions->lock, NULL);
        if (sqlite3_open_v2(path.data, &sessions->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) !=
            SQLITE_OK) {
            failed(sessions, error);
            good = false;
        } else {
            sqlite3_busy_timeout(sessions->db, BUSY_MS);
            good = make_tables(sessions, error) == 0;
        }
    }
    buf_free(&path);
    if (good)
        return sessions;
    sessions_close(sessions);
    return NULL;
}

void sessions_close(struct sessions *sessions)
{
    if (!sessions)
        return;
    if (sessions->settings)
        pthread_mutex_destroy(&sessions->lock);
    sqlite3_close(sessions->db);
    OPENSSL_cleanse(sessions->key, sizeof sessions->key);
    free(sessions);
}

/* --- Logging in --- */

#define TEXT(text)                                                                                           \
    {                                                                                                        \
        (text), (int)strlen(text), 0                                                                         \
    }
#define BYTES(bytes)                                                                                         \
    {                                                                                                        \
        (bytes), sizeof(bytes), 0                                                                            \
    }
#define NUMBER(number)                                                                                       \
    {                                                                                                        \
        NULL, 0, (number)                                                                                    \
    }

/* Counts this try before it is looked at, so that tries at once in several processes are all counted. */
static int count_try(struct sessions *sessions, const char *address, int64_t now, struct error *error)
{
    const struct binding since[] = {NUMBER(now - SESSION_TRIES_SECS)};
    const struct binding of_address[] = {NUMBER(now - SESSION_TRIES_SECS), TEXT(address)};
    const struct binding fresh[] = {TEXT(address), NUMBER(now)};
    int64_t all = 0, own = 0;
    if (run(sessions, "DELETE FROM tries WHERE at <= ?1", since, 1, NULL, NULL, error) < 0 ||
        run(sessions, "SELECT count(*) FROM tries WHERE at > ?1", since, 1, NULL, &all, error) < 0 ||
        run(sessions, "SELECT count(*) FROM tries WHERE at > ?1 AND address = ?2", of_address, 2, NULL, &own,
            error) < 0)
        return -1;
    if (own >= SESSION_TRIES || all >= SESSION_TRIES_ALL)
        return error_set(error, ERROR_TOO_MANY_REQUESTS, "too many tries to log in");
    return run(sessions, "INSERT INTO tries VALUES(?1, ?2)", fresh, 2, NULL, NULL, error) < 0 ? -1 : 0;
}

static int keep_session(struct sessions *sessions, const unsigned char id[DIGEST_SIZE], const char *name,
                        const char *address, int64_t now, struct error *error)
{
    const struct binding row[] = {{id, DIGEST_SIZE, 0}, TEXT(name), NUMBER(now)};
    const struct binding from[] = {TEXT(address)};
    const struct binding ended[] = {NUMBER(now - SESSION_IDLE_SECS), NUMBER(now - SESSION_MOST_SECS)};
    if (run(sessions, "DELETE FROM sessions WHERE seen <= ?1 OR began <= ?2", ended, 2, NULL, NULL, error) <
            0 ||
        run(sessions, "DELETE FROM tries WHERE address = ?1", from, 1, NULL, NULL, error) < 0)
        return -1;
    return run(sessions, "INSERT INTO sessions VALUES(?1, ?2, ?3, ?3)", row, 3, NULL, NULL, error) < 0 ? -1
                                                                                                       : 0;
}

static int begin_locked(struct sessions *sessions, const char *secret, const char *name, const char *address,
                        int64_t now, char token[SESSION_TOKEN_SIZE], struct error *error)
{
    unsigned char id[DIGEST_SIZE];
    bool right = false;
    if (run(sessions, "BEGIN IMMEDIATE", NULL, 0, NULL, NULL, error) < 0)
        return -1;
    int result = count_try(sessions, address, now, error);
    if (run(sessions, "COMMIT", NULL, 0, NULL, NULL, result == 0 ? error : NULL) < 0 || result != 0) {
        sqlite3_exec(sessions->db, "ROLLBACK", NULL, NULL, NULL);
        return -1;
    }
    if (compare_secret(sessions, secret, &right, error) != 0)
        return -1;
    if (!right)
        return error_set(error, ERROR_INVALID_SECRET, "the secret is wrong");
    if (session_token(token, error) != 0 || make_mac(sessions, "session", token, id, error) != 0)
        return -1;
    return keep_session(sessions, id, name, address, now, error);
}

int session_begin(struct sessions *sessions, const char *secret, const char *name, const char *address,
                  int64_t now, char token[SESSION_TOKEN_SIZE], struct error *error)
{
    pthread_mutex_lock(&sessions->lock);
    int result = begin_locked(sessions, secret, name, address, now, token, error);
    pthread_mutex_unlock(&sessions->lock);
    return result;
}

int session_find(struct sessions *sessions, const char *token, int64_t now, char name[SESSION_NAME_SIZE],
                 struct error *error)
{
    unsigned char id[DIGEST_SIZE];
    if (make_mac(sessions, "session", token, id, error) != 0)
        return -1;
    const struct binding who[] = {BYTES(id), NUMBER(now - SESSION_IDLE_SECS),
                                  NUMBER(now - SESSION_MOST_SECS)};
    const struct binding seen[] = {BYTES(id), NUMBER(now), NUMBER(now - SESSION_IDLE_SECS / 30)};
    pthread_mutex_lock(&sessions->lock);
    int rows = run(sessions, "SELECT name FROM sessions WHERE id = ?1 AND seen > ?2 AND began > ?3", who, 3,
                   name, NULL, error);
    /* Not at each request, so that most of them write nothing. */
    if (rows > 0 && run(sessions, "UPDATE sessions SET seen = ?2 WHERE id = ?1 AND seen < ?3", seen, 3, NULL,
                        NULL, error) < 0)
        rows = -1;
    pthread_mutex_unlock(&sessions->lock);
    if (rows == 0)
        return error_set(error, ERROR_MISSING_CREDENTIALS, "there is no such session");
    return rows > 0 ? 0 : -1;
}

int session_end(struct sessions *sessions, const char *token, struct error *error)
{
    unsigned char id[DIGEST_SIZE] = {0};
    if (token && make_mac(sessions, "session", token, id, error) != 0)
        return -1;
    const struct binding which[] = {BYTES(id), NUMBER(token == NULL)};
    pthread_mutex_lock(&sessions->lock);
    int rows = run(sessions, "DELETE FROM sessions WHERE id = ?1 OR ?2", which, 2, NULL, NULL, error);
    pthread_mutex_unlock(&sessions->lock);
    return rows < 0 ? -1 : 0;
}
