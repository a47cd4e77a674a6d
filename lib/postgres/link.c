#include "postgres/link.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MOST 16
#define PARAMETERS 8    /* of pg_link_query(), at most */
#define REST_MS    1000 /* how long after a server that did not answer live calls do not wait for it */

/* --- Errors --- */

/* After these the connection, or the server, is of no more use: it ends, is a standby now, has no room. */
static bool is_final(const char *state)
{
    static const char *const starts[] = {"08", "57P", "25006", "53300", "XX"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(state, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

int pg_link_failed(struct pg_link *link, const PGresult *result, const char *doing, struct error *error)
{
    const struct libpq *pq = link->pq;
    const char *state = result ? pq->PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    /* The first line alone: further ones may tell what was to be written. */
    const char *why = result ? pq->PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (!why)
        why = link->conn && *pq->PQerrorMessage(link->conn) ? pq->PQerrorMessage(link->conn)
                                                            : "the connection to PostgreSQL has ended";
    error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: %.*s", doing, (int)strcspn(why, "\n"), why);
    if (!state || is_final(state) || pq->PQstatus(link->conn) != CONNECTION_OK)
        pg_link_close(link);
    return -1;
}

static int too_late(struct pg_link *link, const char *doing, struct error *error)
{
    pg_link_close(link);
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: PostgreSQL did not answer in time", doing);
}

/* --- Waiting --- */

/* 1 when the socket is ready, 0 when the time is over, -1 when the socket cannot be waited for. */
static int wait_until(int socket, short events, int64_t deadline)
{
    struct pollfd wanted = {.fd = socket, .events = events};
    for (;;) {
        int64_t left = deadline - clock_ms();
        int ready = poll(&wanted, 1, left < 0 ? 0 : (int)left);
        if (ready > 0)
            return 1;
        if (ready < 0 && errno != EINTR)
            return -1;
        if (left <= 0)
            return 0;
    }
}

int pg_link_result(struct pg_link *link, PGresult **result, const char *doing, struct error *error)
{
    const struct libpq *pq = link->pq;
    *result = NULL;
    if (!link->conn)
        return pg_link_failed(link, NULL, doing, error);
    while (pq->PQisBusy(link->conn)) {
        int unsent = pq->PQflush(link->conn);
        if (unsent < 0)
            return pg_link_failed(link, NULL, doing, error);
        int ready = wait_until(pq->PQsocket(link->conn), unsent ? POLLIN | POLLOUT : POLLIN, link->deadline);
        if (ready == 0)
            return too_late(link, doing, error);
        if (ready < 0 || !pq->PQconsumeInput(link->conn))
            return pg_link_failed(link, NULL, doing, error);
    }
    *result = pq->PQgetResult(link->conn);
    return 0;
}

bool pg_link_is_open(struct pg_link *link)
{
    const struct libpq *pq = link->pq;
    if (!link->conn)
        return false;
    struct pollfd socket = {.fd = pq->PQsocket(link->conn), .events = POLLIN};
    return pq->PQstatus(link->conn) == CONNECTION_OK && poll(&socket, 1, 0) == 0;
}

void pg_link_close(struct pg_link *link)
{
    if (link->conn)
        link->pq->PQfinish(link->conn);
    link->conn = NULL;
}

/* Waits for what was sent. */
static int finish(struct pg_link *link, const char *doing, PGresult **result, struct error *error)
{
    const struct libpq *pq = link->pq;
    PGresult *next, *last = NULL;
    for (;;) {
        if (pg_link_result(link, &next, doing, error) != 0) {
            pq->PQclear(last);
            return -1;
        }
        if (!next)
            break;
        pq->PQclear(last);
        last = next;
    }
    ExecStatusType status = pq->PQresultStatus(last);
    int done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK
                   ? 0
                   : pg_link_failed(link, last, doing, error);
    if (result && done == 0)
        *result = last;
    else
        pq->PQclear(last);
    return done;
}

int pg_link_execute(struct pg_link *link, const char *sql, const char *doing, PGresult **result,
                    struct error *error)
{
    if (!link->conn || !link->pq->PQsendQuery(link->conn, sql))
        return pg_link_failed(link, NULL, doing, error);
    return finish(link, doing, result, error);
}

int pg_link_query(struct pg_link *link, const char *sql, const struct pg_value *values, int count,
                  const char *doing, PGresult **result, struct error *error)
{
    Oid types[PARAMETERS];
    const char *bytes[PARAMETERS];
    int sizes[PARAMETERS], formats[PARAMETERS];
    for (int i = 0; i < count && i < PARAMETERS; i++) {
        types[i] = values[i].type;
        bytes[i] = values[i].bytes;
        sizes[i] = (int)values[i].size;
        formats[i] = 1;
    }
    if (!link->conn || !link->pq->PQsendQueryParams(link->conn, sql, count, types, bytes, sizes, formats, 1))
        return pg_link_failed(link, NULL, doing, error);
    return finish(link, doing, result, error);
}

/* --- Connecting --- */

/* One of the parts of "a,b,c", or all of it where it has only one. The caller frees it. */
static char *part_of(const char *list, int at)
{
    const char *start = list;
    for (int i = 0; i < at; i++) {
        const char *comma = strchr(start, ',');
        if (!comma) {
            start = list;
            break;
        }
        start = comma + 1;
    }
    return strndup(start, strcspn(start, ","));
}

static int count_of(const char *list)
{
    int count = 1;
    for (; list && *list; list++)
        count += *list == ',';
    return count < HOSTS_MOST ? count : HOSTS_MOST;
}

static const char *option(const PQconninfoOption *options, const char *name)
{
    for (; options && options->keyword; options++)
        if (strcmp(options->keyword, name) == 0)
            return options->val;
    return NULL;
}

int pg_link_check_url(const char *url, struct error *error)
{
    const struct libpq *pq = libpq_load(error);
    char *why = NULL;
    if (!pq)
        return -1;
    /* What libpq says of a URL that it does not take may quote it, and it has a password. */
    PQconninfoOption *options = pq->PQconninfoParse(url, &why);
    bool good = options || why == NULL;
    pq->PQfreemem(why);
    if (!options)
        return good ? error_no_memory(error)
                    : error_set(
                          error, ERROR_SETTINGS,
                          "is not a connection URI of PostgreSQL; write postgresql://USER@HOST/DATABASE, "
                          "with %%XX for special characters in user and password");
    pq->PQconninfoFree(options);
    return 0;
}

/* The host of the URL that is tried: what it is called, where that is written otherwise (hostaddr), and its
 * port. NULL: the URL does not say. */
struct place {
    char *host, *hostaddr, *port;
};

static void place_free(struct place *place)
{
    free(place->host);
    free(place->hostaddr);
    free(place->port);
}

static bool place_read(struct place *place, const PQconninfoOption *options, int at)
{
    struct {
        const char *name;
        char **value;
    } parts[] = {{"host", &place->host}, {"hostaddr", &place->hostaddr}, {"port", &place->port}};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *list = option(options, parts[i].name);
        if (list && !(*parts[i].value = part_of(list, at)))
            return false;
    }
    return true;
}

static void ignore_notice(void *ctx, const char *message)
{
    (void)ctx;
    (void)message;
}

/* What is sent with each connection. The URL comes in the middle: what stands before it holds unless the URL
 * says otherwise, what stands after it always. */
static PGconn *start(const struct libpq *pq, const char *url, const struct place *place)
{
    const char *keys[] = {"gssencmode",
                          "target_session_attrs",
                          "keepalives_idle",
                          "keepalives_interval",
                          "keepalives_count",
                          "fallback_application_name",
                          "dbname",
                          "client_encoding",
                          "host",
                          "hostaddr",
                          "port",
                          NULL};
    const char *values[] = {"disable",   "read-write",    "30",        "5", "3", "callmem", url, "UTF8",
                            place->host, place->hostaddr, place->port, NULL};
    return pq->PQconnectStartParams(keys, values, 1);
}

/* Tries one host until `until`. */
static int connect_to(struct pg_link *link, const char *url, const struct place *place, int64_t until,
                      struct error *error)
{
    static const char doing[] = "connecting to PostgreSQL";
    const struct libpq *pq = link->pq;
    PostgresPollingStatusType status = PGRES_POLLING_WRITING;
    link->conn = start(pq, url, place);
    if (!link->conn)
        return error_no_memory(error);
    pq->PQsetNoticeProcessor(link->conn, ignore_notice, NULL);
    while (pq->PQstatus(link->conn) != CONNECTION_BAD && status != PGRES_POLLING_OK) {
        int ready =
            wait_until(pq->PQsocket(link->conn), status == PGRES_POLLING_READING ? POLLIN : POLLOUT, until);
        if (ready == 0) {
            link->rest_until = clock_ms() + REST_MS;
            return too_late(link, doing, error);
        }
        status = ready < 0 ? PGRES_POLLING_FAILED : pq->PQconnectPoll(link->conn);
        if (status == PGRES_POLLING_FAILED)
            break;
    }
    if (status != PGRES_POLLING_OK || pq->PQsetnonblocking(link->conn, 1) != 0) {
        pg_link_failed(link, NULL, doing, error);
        pg_link_close(link);
        return -1;
    }
    link->rest_until = 0;
    return 0;
}

/* Texts are UTF-8 in callmem; a database of another encoding cannot keep them all. */
static int check_encoding(struct pg_link *link, struct error *error)
{
    const char *encoding = link->pq->PQparameterStatus(link->conn, "server_encoding");
    if (encoding && strcmp(encoding, "UTF8") == 0)
        return 0;
    error_set(error, ERROR_MEMORY_UNAVAILABLE,
              "the database has the encoding %s; callmem needs one that was created with ENCODING 'UTF8'",
              encoding ? encoding : "unknown");
    pg_link_close(link);
    return -1;
}

/* The host that answered last, then those behind it. */
static int connect_to_any(struct pg_link *link, const char *url, const PQconninfoOption *options,
                          struct error *error)
{
    const char *hosts = option(options, "host") ? option(options, "host") : option(options, "hostaddr");
    int count = count_of(hosts), result = -1;
    for (int i = 0; i < count && result != 0; i++) {
        struct place place = {0};
        int at = (link->host + i) % count;
        int64_t now = clock_ms(), until = now + (link->deadline - now) / (count - i);
        result = place_read(&place, options, at) ? connect_to(link, url, &place, until, error)
                                                 : error_no_memory(error);
        place_free(&place);
        if (result == 0)
            link->host = at;
    }
    return result;
}

int pg_link_open(struct pg_link *link, const char *url, struct error *error)
{
    if (!link->pq && !(link->pq = libpq_load(error)))
        return -1;
    PQconninfoOption *options = link->pq->PQconninfoParse(url, NULL);
    if (!options)
        return pg_link_check_url(url, error);
    int result = connect_to_any(link, url, options, error);
    link->pq->PQconninfoFree(options);
    return result == 0 ? check_encoding(link, error) : -1;
}

int pg_link_pipeline(struct pg_link *link, struct error *error)
{
    return link->pq->PQenterPipelineMode(link->conn)
               ? 0
               : pg_link_failed(link, NULL, "connecting to PostgreSQL", error);
}
