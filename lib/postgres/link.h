/*
 * link: a connection to PostgreSQL in which nothing waits longer than a deadline. Several hosts of a URL are
 * tried one after the other, each for its part of the time: libpq would wait for the first one alone. What
 * takes too long ends the connection, since nobody knows what comes on it later.
 */
#ifndef CALLMEM_POSTGRES_LINK_H
#define CALLMEM_POSTGRES_LINK_H

#include "base/error.h"
#include "postgres/libpq.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zero-initialise. */
struct pg_link {
    const struct libpq *pq;
    PGconn *conn;     /* NULL: not connected */
    int64_t deadline; /* of what is being done, in clock_ms() */
    int host;         /* of the URL's hosts the one that answered last */
    int64_t
        rest_until; /* in clock_ms(); nobody was there: until then whoever is on the phone does not wait */
};

/* Whether libpq is there and takes the URL: else ERROR_SETTINGS, without the URL. */
int pg_link_check_url(const char *url, struct error *error);

/* Connects, to a server that can be written unless the URL asks for another (target_session_attrs). The
 * connection takes the simple protocol, pg_link_execute(), until pg_link_pipeline() is called. */
int pg_link_open(struct pg_link *link, const char *url, struct error *error);
int pg_link_pipeline(struct pg_link *link, struct error *error);
void pg_link_close(struct pg_link *link);
/* Whether the connection is as it was; nothing is sent for it. A server that says something without having
 * been asked is about to end it, as a rule. */
bool pg_link_is_open(struct pg_link *link);

/* Runs commands and waits for them. `result` (may be NULL): that of the last one, to be cleared. */
int pg_link_execute(struct pg_link *link, const char *sql, const char *doing, PGresult **result,
                    struct error *error);
/* A parameter, by PostgreSQL's number of its type, in the binary form of that. */
enum { PG_INT8 = 20, PG_TEXT = 25, PG_BYTEA = 17 };
struct pg_value {
    unsigned type;
    const void *bytes; /* NULL: null */
    size_t size;
};
/* Runs one statement with parameters, and waits for it; columns of the result are in binary form. */
int pg_link_query(struct pg_link *link, const char *sql, const struct pg_value *values, int count,
                  const char *doing, PGresult **result, struct error *error);
/* The next result of what was sent, NULL for the end of one statement's. -1 when it did not come in time, or
 * the connection has ended. */
int pg_link_result(struct pg_link *link, PGresult **result, const char *doing, struct error *error);

/* An error from a result that is one, or from the connection where `result` is NULL; always -1. Ends the
 * connection where another one may help. */
int pg_link_failed(struct pg_link *link, const PGresult *result, const char *doing, struct error *error);

#endif
