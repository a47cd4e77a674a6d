#include "inbox/shared.h"

#include "base/clock.h"
#include "inbox/ledger.h"
#include "inbox/shared_link.h"

#include <stdlib.h>
#include <string.h>

#define ACCEPT_MS   2000 /* a request waits no longer for the database before it turns to the folder */
#define MEGABYTE_MS 250  /* and that much longer for each megabyte that is sent */
#define ASK_MS      2000
#define WORK_MS     60000 /* operators, who may wait for an event that is being processed */

/* --- Accepting --- */

static int shared_accept(struct shared *shared, const struct shared_event *event, bool *is_new,
                         struct error *error)
{
    int ms = ACCEPT_MS + (int)(event->len / (1024 * 1024)) * MEGABYTE_MS;
    struct shared_link *link = shared_take(shared, ms, false, error);
    int result = link ? shared_put(link, event, is_new, error) : -1;
    shared_give(shared, link);
    return result;
}

/* --- Names --- */

/* Whether a statement with keys as parameters returns a row. */
static int ask(struct shared *shared, const char *sql, const struct pg_value *values, int count, bool *found,
               struct error *error)
{
    PGresult *result = NULL;
    struct shared_link *link = shared_take(shared, ASK_MS, false, error);
    int done = link ? shared_query(link, sql, values, count, "reading the ledger", &result, error) : -1;
    *found = done == 0 && link->link.pq->PQntuples(result) > 0;
    if (done == 0)
        link->link.pq->PQclear(result);
    shared_give(shared, link);
    return done;
}

static int shared_find(struct shared *shared, const char *const *names, size_t count, bool *found,
                       struct error *error)
{
    unsigned char keys[LEDGER_NAMES][SHARED_KEY];
    struct pg_value values[LEDGER_NAMES];
    for (size_t i = 0; i < LEDGER_NAMES; i++)
        values[i] = shared_key(i < count ? names[i] : NULL, keys[i]);
    return ask(shared, "SELECT 1 FROM ledger WHERE key IN ($1, $2, $3) LIMIT 1", values, LEDGER_NAMES, found,
               error);
}

/* Keys are sorted as bytes: those with the same first half lie between these two. */
static int shared_find_any(struct shared *shared, const char *name, bool *found, struct error *error)
{
    unsigned char keys[2][SHARED_KEY];
    const struct pg_value values[] = {shared_key(name, keys[0]), shared_key(name, keys[1])};
    memset(keys[0] + SHARED_KEY / 2, 0, SHARED_KEY / 2);
    memset(keys[1] + SHARED_KEY / 2, 0xff, SHARED_KEY / 2);
    return ask(shared, "SELECT 1 FROM ledger WHERE key BETWEEN $1 AND $2 LIMIT 1", values, 2, found, error);
}

static int shared_add(struct shared *shared, const char *name, struct error *error)
{
    unsigned char key[SHARED_KEY], at[8];
    const struct pg_value values[] = {shared_key(name, key), shared_number(clock_now(), at)};
    struct shared_link *link = shared_take(shared, ASK_MS, false, error);
    long added =
        link ? shared_change(link, "INSERT INTO ledger(key, at) VALUES($1, $2) ON CONFLICT DO NOTHING",
                             values, 2, "writing the ledger", error)
             : -1;
    shared_give(shared, link);
    return added < 0 ? -1 : 0;
}

/* --- For operators --- */

static int read_status(struct shared_link *link, bool with_done, struct inbox_status *status,
                       struct error *error)
{
    static const char counts[] =
        "SELECT count(*) FILTER (WHERE reason IS NULL), count(*) FILTER (WHERE reason IS NOT NULL), "
        "coalesce(extract(epoch FROM min(accepted_at) FILTER (WHERE reason IS NULL)), 0)::bigint FROM inbox";
    /* Without those that only keep versions of erased conversations away. */
    static const char done[] = "SELECT count(*) FROM ledger l WHERE substr(key, 9) <> "
                               "decode('0000000000000000', 'hex') "
                               "AND NOT EXISTS (SELECT 1 FROM inbox i WHERE i.key = l.key)";
    PGresult *result = NULL;
    if (shared_query(link, counts, NULL, 0, "counting the events", &result, error) != 0)
        return -1;
    status->pending = shared_int(link, result, 0, 0);
    status->failed = shared_int(link, result, 0, 1);
    status->oldest = shared_int(link, result, 0, 2);
    link->link.pq->PQclear(result);
    if (!with_done)
        return 0;
    result = NULL;
    if (shared_query(link, done, NULL, 0, "counting the events", &result, error) != 0)
        return -1;
    status->done = shared_int(link, result, 0, 0);
    link->link.pq->PQclear(result);
    return 0;
}

static int shared_status(struct shared *shared, bool with_done, struct inbox_status *status,
                         struct error *error)
{
    struct shared_link *link = shared_take(shared, with_done ? WORK_MS : ASK_MS, false, error);
    int result = link ? read_status(link, with_done, status, error) : -1;
    shared_give(shared, link);
    return result;
}

static int shared_check(struct shared *shared, struct error *error)
{
    bool found;
    return ask(shared, "SELECT 1 FROM inbox LIMIT 1", NULL, 0, &found, error);
}

static int shared_each_failed(struct shared *shared,
                              void (*each)(void *ctx, const char *name, const char *reason), void *ctx,
                              struct error *error)
{
    PGresult *rows = NULL;
    struct shared_link *link = shared_take(shared, WORK_MS, false, error);
    int result =
        link ? shared_query(link, "SELECT key, reason FROM inbox WHERE reason IS NOT NULL ORDER BY id", NULL,
                            0, "reading the events that failed", &rows, error)
             : -1;
    for (int i = 0; result == 0 && i < link->link.pq->PQntuples(rows); i++) {
        char name[SPOOL_NAME_DIGITS + 1];
        shared_name(link, rows, i, 0, name);
        each(ctx, name, link->link.pq->PQgetvalue(rows, i, 1));
    }
    if (result == 0)
        link->link.pq->PQclear(rows);
    shared_give(shared, link);
    return result;
}

/* The body of an event of at most so many bytes, ended by a NUL; NULL without an error: there is none. */
static char *read_body(struct shared_link *link, const char *name, size_t max, size_t *len,
                       struct error *error)
{
    unsigned char key[SHARED_KEY], most[8];
    const struct pg_value values[] = {shared_key(name, key), shared_number((int64_t)max, most)};
    PGresult *result = NULL;
    char *bytes = NULL;
    *len = 0;
    if (shared_query(link, "SELECT body FROM inbox WHERE key = $1 AND octet_length(body) <= $2", values, 2,
                     "reading an event", &result, error) != 0)
        return NULL;
    const struct libpq *pq = link->link.pq;
    if (pq->PQntuples(result) > 0) {
        *len = (size_t)pq->PQgetlength(result, 0, 0);
        bytes = malloc(*len + 1);
        if (bytes)
            memcpy(bytes, pq->PQgetvalue(result, 0, 0), *len);
        else
            error_no_memory(error);
    }
    if (bytes)
        bytes[*len] = '\0';
    pq->PQclear(result);
    return bytes;
}

static char *shared_failed_body(struct shared *shared, const char *name, size_t max, size_t *len,
                                struct error *error)
{
    struct shared_link *link = shared_take(shared, WORK_MS, false, error);
    char *bytes = link ? read_body(link, name, max, len, error) : NULL;
    shared_give(shared, link);
    return bytes;
}

static long shared_retry(struct shared *shared, const char *name, struct error *error)
{
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(name, key);
    struct shared_link *link = shared_take(shared, WORK_MS, false, error);
    long count = link ? shared_change(link,
                                      "UPDATE inbox SET reason = NULL, tries = 0, failures = 0, next_at = "
                                      "now() WHERE reason IS NOT NULL AND ($1::bytea IS NULL OR key = $1)",
                                      &value, 1, "putting events back", error)
                      : -1;
    shared_give(shared, link);
    return count;
}

/* Its key stays. Waits for a worker that has the event; then it is in memory, and there is nothing to erase.
 */
static long erase_one(struct shared_link *link, const char *name,
                      bool (*match)(void *ctx, const char *bytes, size_t len), void *ctx, struct error *error)
{
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(name, key);
    struct error why = {0};
    size_t len;
    link->link.deadline = clock_ms() + WORK_MS;
    char *bytes = read_body(link, name, INT32_MAX, &len, &why);
    long erased = why.code == ERROR_NONE ? 0 : -1;
    if (bytes && match(ctx, bytes, len))
        erased = shared_change(link, "DELETE FROM inbox WHERE key = $1", &value, 1, "erasing an event", &why);
    free(bytes);
    if (erased < 0 && error)
        *error = why;
    return erased;
}

static long erase_all(struct shared_link *link, bool (*match)(void *ctx, const char *bytes, size_t len),
                      void *ctx, struct error *error)
{
    PGresult *rows = NULL;
    long all = 0;
    if (shared_query(link, "SELECT key FROM inbox ORDER BY id", NULL, 0, "reading the inbox", &rows, error) !=
        0)
        return -1;
    for (int i = 0; all >= 0 && i < link->link.pq->PQntuples(rows); i++) {
        char name[SPOOL_NAME_DIGITS + 1];
        shared_name(link, rows, i, 0, name);
        long erased = erase_one(link, name, match, ctx, error);
        all = erased < 0 ? -1 : all + erased;
    }
    link->link.pq->PQclear(rows);
    return all;
}

static long shared_erase(struct shared *shared, bool (*match)(void *ctx, const char *bytes, size_t len),
                         void *ctx, struct error *error)
{
    struct shared_link *link = shared_take(shared, WORK_MS, false, error);
    long erased = link ? erase_all(link, match, ctx, error) : -1;
    shared_give(shared, link);
    return erased;
}

/* --- Opening --- */

static const struct shared_ops ops = {
    .close = shared_close,
    .accept = shared_accept,
    .find = shared_find,
    .find_any = shared_find_any,
    .add = shared_add,
    .status = shared_status,
    .check = shared_check,
    .each_failed = shared_each_failed,
    .failed_body = shared_failed_body,
    .retry = shared_retry,
    .erase = shared_erase,
    .upload = shared_upload,
    .work = shared_work,
    .drain = shared_drain,
};

int inbox_share(struct inbox *inbox, const char *url, bool refuses, struct error *error)
{
    inbox->database = shared_open(url);
    if (!inbox->database)
        return error_no_memory(error);
    inbox->shared = &ops;
    inbox->refuses = refuses;
    return 0;
}
