#include "inbox/shared_link.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "inbox/shared.h"
#include "postgres/tables.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

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
