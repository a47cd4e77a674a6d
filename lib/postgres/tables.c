#include "postgres/tables.h"

#include "base/clock.h"
#include "base/log.h"
#include "postgres/schema.h"

#include <stdlib.h>

#define UPGRADE_MS 600000 /* how long the steps to a newer version may take */

int postgres_tables_check(int version, int least, struct error *error)
{
    if (least <= postgres_newest())
        return 0;
    return error_set(
        error, ERROR_MEMORY_UNAVAILABLE,
        "the memory's tables have version %d, made by a newer callmem, which those that know only "
        "up to %d cannot use",
        version, postgres_newest());
}

/* The version of the tables, 0 where there are none. */
static int read_version(struct pg_link *link, int *version, struct error *error)
{
    static const char doing[] = "reading the version of the memory's tables";
    const struct libpq *pq = link->pq;
    PGresult *result = NULL;
    *version = 0;
    if (pg_link_execute(link, POSTGRES_ASK_VERSION, doing, &result, error) != 0)
        return -1;
    bool made = *pq->PQgetvalue(result, 0, 0) == 't';
    pq->PQclear(result);
    if (!made)
        return 0;
    result = NULL;
    if (pg_link_execute(link, POSTGRES_GET_VERSION, doing, &result, error) != 0)
        return -1;
    int least = 0;
    if (pq->PQntuples(result) > 0) {
        *version = atoi(pq->PQgetvalue(result, 0, 0));
        least = atoi(pq->PQgetvalue(result, 0, 1));
    }
    pq->PQclear(result);
    return postgres_tables_check(*version, least, error);
}

static void log_step(const char *message, int version)
{
    struct log_line line;
    if (version == 0)
        return; /* tables for an empty database */
    log_begin(&line, LOG_INFO, message);
    log_int(&line, "from_version", version);
    log_int(&line, "to_version", version + 1);
    log_end(&line);
}

/* One step, for which other front ends wait; whoever comes second finds it done. */
static int migrate_step(struct pg_link *link, int *version, struct error *error)
{
    static const char doing[] = "making the memory's tables";
    static const char lock[] = "BEGIN; SELECT pg_advisory_xact_lock(" POSTGRES_LOCKS ", 0)";
    int before = *version;
    int result = pg_link_execute(link, lock, doing, NULL, error);
    if (result == 0)
        result = read_version(link, version, error);
    bool mine = result == 0 && *version == before;
    if (mine) {
        log_step("the memory's tables are being brought to a newer version", before);
        result = pg_link_execute(link, postgres_step(before), doing, NULL, error);
    }
    if (link->conn &&
        pg_link_execute(link, result == 0 ? "COMMIT" : "ROLLBACK", doing, NULL, result ? NULL : error) != 0)
        result = -1;
    if (result == 0 && mine) {
        *version = before + 1;
        log_step("the memory's tables have the newer version", before);
    }
    return result;
}

int postgres_tables_prepare(struct pg_link *link, bool upgrades, int *version, struct error *error)
{
    if (read_version(link, version, error) != 0)
        return -1;
    if (*version != 0 && *version < postgres_newest() && !upgrades)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the memory's tables have version %d and are brought to version %d by post-call, "
                         "which does so when it starts, or with callmem drain",
                         *version, postgres_newest());
    /* Interrupted, it would start over each time. */
    if (*version != 0 && *version < postgres_newest())
        link->deadline = clock_ms() + UPGRADE_MS;
    int result = 0;
    while (result == 0 && *version < postgres_newest())
        result = migrate_step(link, version, error);
    return result;
}
