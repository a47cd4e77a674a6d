#include "inbox/shared_link.h"

#include "base/clock.h"
#include "base/text.h"
#include "postgres/tables.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define REST_MS   1000 /* how long after a database that did not answer nobody waits for it */
#define IDLE_MOST 8    /* connections that are kept */

/* --- Values --- */

static unsigned char nibble(char c)
{
    return (unsigned char)(c <= '9' ? c - '0' : c - 'a' + 10);
}

struct pg_value shared_key(const char *name, unsigned char bytes[SHARED_KEY])
{
    if (!name)
        return (struct pg_value){.type = PG_BYTEA};
    for (size_t i = 0; i < SHARED_KEY; i++)
        bytes[i] = (unsigned char)(nibble(name[2 * i]) << 4 | nibble(name[2 * i + 1]));
    return (struct pg_value){PG_BYTEA, bytes, SHARED_KEY};
}

struct pg_value shared_number(int64_t number, unsigned char bytes[8])
{
    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (56 - 8 * i));
    return (struct pg_value){PG_INT8, bytes, 8};
}

struct pg_value shared_text(const char *text)
{
    return (struct pg_value){PG_TEXT, text, text ? strlen(text) : 0};
}

int64_t shared_int(const struct shared_link *link, const PGresult *result, int row, int column)
{
    const struct libpq *pq = link->link.pq;
    const unsigned char *bytes = (const unsigned char *)pq->PQgetvalue(result, row, column);
    int size = pq->PQgetlength(result, row, column);
    uint64_t bits = 0;
    for (int i = 0; i < size && i < 8; i++)
        bits = bits << 8 | bytes[i];
    return size == 4 ? (int32_t)(uint32_t)bits : (int64_t)bits;
}

void shared_name(const struct shared_link *link, const PGresult *result, int row, int column,
                 char name[SPOOL_NAME_DIGITS + 1])
{
    const struct libpq *pq = link->link.pq;
    unsigned char key[SHARED_KEY] = {0};
    int size = pq->PQgetlength(result, row, column);
    memcpy(key, pq->PQgetvalue(result, row, column), size < SHARED_KEY ? (size_t)size : SHARED_KEY);
    text_hex(key, SHARED_KEY, name);
}

/* A connection fails as that of a memory; here it is the inbox that waits for it. */
static int of_inbox(int result, struct error *error)
{
    if (result != 0 && error && error->code == ERROR_MEMORY_UNAVAILABLE)
        error->code = ERROR_INBOX_UNAVAILABLE;
    return result;
}

int shared_query(struct shared_link *link, const char *sql, const struct pg_value *values, int count,
                 const char *doing, PGresult **result, struct error *error)
{
    return of_inbox(pg_link_query(&link->link, sql, values, count, doing, result, error), error);
}

int shared_execute(struct shared_link *link, const char *sql, const char *doing, PGresult **result,
                   struct error *error)
{
    return of_inbox(pg_link_execute(&link->link, sql, doing, result, error), error);
}

long shared_change(struct shared_link *link, const char *sql, const struct pg_value *values, int count,
                   const char *doing, struct error *error)
{
    PGresult *result = NULL;
    if (shared_query(link, sql, values, count, doing, &result, error) != 0)
        return -1;
    long changed = strtol(link->link.pq->PQcmdTuples(result), NULL, 10);
    link->link.pq->PQclear(result);
    return changed;
}

/* --- Connections --- */

struct shared {
    char *url;
    pthread_mutex_t lock;
    struct shared_link *idle;
    size_t idle_count;
    int64_t rest_until; /* in clock_ms() */
};

struct shared *shared_open(const char *url)
{
    struct shared *shared = calloc(1, sizeof *shared);
    if (!shared)
        return NULL;
    shared->url = strdup(url);
    if (!shared->url || pthread_mutex_init(&shared->lock, NULL) != 0) {
        free(shared->url);
        free(shared);
        return NULL;
    }
    return shared;
}

void shared_close(struct shared *shared)
{
    while (shared->idle) {
        struct shared_link *link = shared->idle;
        shared->idle = link->next;
        pg_link_close(&link->link);
        free(link);
    }
    pthread_mutex_destroy(&shared->lock);
    free(shared->url);
    free(shared);
}

static struct shared_link *take_idle(struct shared *shared)
{
    pthread_mutex_lock(&shared->lock);
    struct shared_link *link = shared->idle;
    if (link) {
        shared->idle = link->next;
        shared->idle_count--;
    }
    pthread_mutex_unlock(&shared->lock);
    return link ? link : calloc(1, sizeof *link);
}

static int connect_to(struct shared *shared, struct shared_link *link, bool upgrades, struct error *error)
{
    int version;
    pg_link_close(&link->link);
    link->has_names = false;
    if (pg_link_open(&link->link, shared->url, error) == 0 &&
        postgres_tables_prepare(&link->link, upgrades, &version, error) == 0)
        return 0;
    pg_link_close(&link->link);
    if (error && error->code == ERROR_MEMORY_UNAVAILABLE)
        error->code = ERROR_INBOX_UNAVAILABLE;
    return -1;
}

static bool rests(struct shared *shared, int64_t now)
{
    pthread_mutex_lock(&shared->lock);
    bool rest = now < shared->rest_until;
    pthread_mutex_unlock(&shared->lock);
    return rest;
}

struct shared_link *shared_take(struct shared *shared, int ms, bool upgrades, struct error *error)
{
    int64_t now = clock_ms();
    struct shared_link *link = take_idle(shared);
    if (!link) {
        error_no_memory(error);
        return NULL;
    }
    link->link.deadline = now + ms;
    if (link->link.conn && pg_link_is_open(&link->link))
        return link;
    if (rests(shared, now)) {
        error_set(error, ERROR_INBOX_UNAVAILABLE, "PostgreSQL did not answer just now");
    } else if (connect_to(shared, link, upgrades, error) == 0) {
        link->link.deadline = clock_ms() + ms;
        return link;
    }
    shared_give(shared, link);
    return NULL;
}

void shared_give(struct shared *shared, struct shared_link *link)
{
    if (!link)
        return;
    pthread_mutex_lock(&shared->lock);
    if (link->link.rest_until)
        shared->rest_until = clock_ms() + REST_MS;
    link->link.rest_until = 0;
    bool kept = link->link.conn && shared->idle_count < IDLE_MOST;
    if (kept) {
        link->next = shared->idle;
        shared->idle = link;
        shared->idle_count++;
    }
    pthread_mutex_unlock(&shared->lock);
    if (!kept) {
        pg_link_close(&link->link);
        free(link);
    }
}

/* --- An event --- */

int shared_put(struct shared_link *link, const struct shared_event *event, bool *is_new, struct error *error)
{
    unsigned char key[3][SHARED_KEY], at[8];
    const struct pg_value values[] = {
        shared_key(event->name, key[0]),      shared_key(event->others[0], key[1]),
        shared_key(event->others[1], key[2]), {PG_BYTEA, event->bytes, event->len},
        shared_number(event->at, at),         shared_text(event->reason),
    };
    /* Whoever comes second waits for the first one's commit, and so promises nothing that may still fail. */
    long changed = shared_change(
        link,
        "WITH added AS (INSERT INTO ledger(key, at) SELECT $1, $5 "
        "WHERE NOT EXISTS (SELECT 1 FROM ledger WHERE key IN ($2, $3)) ON CONFLICT DO NOTHING RETURNING key) "
        "INSERT INTO inbox(key, accepted_at, body, reason) SELECT key, to_timestamp($5), $4, $6 FROM added",
        values, 6, "accepting an event", error);
    *is_new = changed > 0;
    return changed < 0 ? -1 : 0;
}
