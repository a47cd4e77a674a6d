#include "memory/postgres/connection.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "memory/sql/database.h"
#include "postgres/link.h"
#include "postgres/schema.h"
#include "postgres/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARAMETERS 34 /* of a statement, at most */

/* The ids that SQL_GET_FOUND and SQL_GET_MEMORIES take. */
#define FOUND                                                                                                \
    "unnest(ARRAY[?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, "    \
    "?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32]::bigint[]) "                           \
    "WITH ORDINALITY AS found(id, place) "

/* What PostgreSQL says in its own way. */
static const char *const own_texts[STATEMENTS] = {
    [SQL_BEGIN] = "BEGIN",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    /* With the limits of a transaction, in milliseconds: how long it waits for others, how long a statement
     * takes, and how long its locks stay when its front end is gone without a word. */
    [SQL_VERSION] = "SELECT version, least, set_config('lock_timeout', ?1, true), "
                    "set_config('statement_timeout', ?2, true), "
                    "set_config('idle_in_transaction_session_timeout', '60000', true) FROM callmem_schema",
    [SQL_CHECK] = "SELECT (pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on')::integer "
                  "FROM (SELECT count(*) FROM (SELECT 1 FROM callers LIMIT 1) k) c",
    [SQL_HOLD] = "SELECT 1 FROM pg_advisory_xact_lock(" POSTGRES_LOCKS ", hashtext(?1))",
    [SQL_GET_FOUND] = "SELECT m.content FROM " FOUND "LEFT JOIN memories m ON m.id = found.id ORDER BY place",
    [SQL_GET_MEMORIES] =
        "SELECT " MEMORY_COLUMNS "FROM " FOUND "JOIN memories m ON m.id = found.id "
        "JOIN conversations c ON c.id = m.conversation_id "
        "JOIN callers k ON k.id = c.caller_id WHERE " MEMORY_IS_THEIRS "ORDER BY place LIMIT ?34",
    [SQL_OUTDATED] = "SELECT '', '', '', 0, k.caller FROM callers k WHERE k.caller > ?2 "
                     "AND EXISTS (SELECT 1 FROM memories WHERE kind = 0 AND understood(metadata) < ?1) "
                     "AND EXISTS (SELECT 1 FROM conversations c JOIN memories ON conversation_id = c.id "
                     "WHERE c.caller_id = k.id AND kind = 0 AND understood(metadata) < ?1) "
                     "ORDER BY k.caller LIMIT ?3",
};

/* The types of parameters, by PostgreSQL's numbers for them. */
enum { TYPE_INT8 = 20, TYPE_TEXT = 25, TYPE_FLOAT8 = 701, TYPE_BYTEA = 17 };

struct parameter {
    Oid type;
    const char *value; /* NULL: the column is */
    int size;
    unsigned char number[8];
};

struct pg_query {
    struct query query; /* first */
    struct pg_db *db;
    enum sql which;
    bool prepared;
    bool under_way; /* its result is to be kept, and comes with the next look at the connection */
    int parameter_count;
    struct parameter parameters[PARAMETERS];
    PGresult *result;
    int row;
};

enum pending_what { PENDING_PREPARE, PENDING_RUN, PENDING_KEEP };

/* What a result that comes belongs to. */
struct pending {
    struct pg_query *query;
    enum pending_what what;
};

struct pg_db {
    struct db db; /* first: what postgres_connection() returns */
    struct pg_link link;
    int version; /* of the tables, as they were when the connection was made */
    bool upgrades;
    char *held; /* the caller who was held last in this transaction */
    struct pending *pending;
    size_t pending_count, pending_room;
    struct pg_query queries[STATEMENTS];
};

static struct pg_db *pg_of(struct db *db)
{
    return (struct pg_db *)db;
}

static struct pg_query *query_of(struct query *query)
{
    return (struct pg_query *)query;
}

/* --- Results that come --- */

static void drop_result(struct pg_query *query)
{
    if (query->result)
        query->db->link.pq->PQclear(query->result);
    query->result = NULL;
}

/* The connection is gone, and what was prepared and sent on it. */
static void forget_connection(struct pg_db *pg)
{
    for (size_t i = 0; i < STATEMENTS; i++) {
        if (pg->queries[i].db)
            drop_result(&pg->queries[i]);
        pg->queries[i].prepared = pg->queries[i].under_way = false;
    }
    pg->pending_count = 0;
}

static void disconnect(struct pg_db *pg)
{
    pg_link_close(&pg->link);
    forget_connection(pg);
}

static int note_pending(struct pg_db *pg, struct pg_query *query, enum pending_what what, struct error *error)
{
    if (pg->pending_count == pg->pending_room) {
        size_t room = pg->pending_room ? pg->pending_room * 2 : 64;
        struct pending *more = realloc(pg->pending, room * sizeof *more);
        if (!more)
            return error_no_memory(error);
        pg->pending = more;
        pg->pending_room = room;
    }
    pg->pending[pg->pending_count].query = query;
    pg->pending[pg->pending_count++].what = what;
    return 0;
}

/* Takes the result of one statement in; `failed`: one before it has failed already. */
static int take_result(struct pg_db *pg, const struct pending *pending, bool failed, const char *doing,
                       struct error *error)
{
    const struct libpq *pq = pg->link.pq;
    PGresult *result, *end;
    if (pg_link_result(&pg->link, &result, doing, error) != 0)
        return -1;
    ExecStatusType status = pq->PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    int done = good ? 0 : -1;
    if (pending->what == PENDING_PREPARE && !good)
        pending->query->prepared = false;
    if (!good && !failed)
        pg_link_failed(&pg->link, result, doing, error);
    if (good && pending->what == PENDING_KEEP)
        pending->query->result = result;
    else
        pq->PQclear(result);
    if (!pg->link.conn || pg_link_result(&pg->link, &end, doing, error) != 0)
        return -1;
    pq->PQclear(end); /* NULL: each statement has one result */
    return done;
}

/* Sends what is queued, and waits for the results of all of it. The first error counts; those behind it were
 * not run. */
static int synchronise(struct pg_db *pg, const char *doing, struct error *error)
{
    const struct libpq *pq = pg->link.pq;
    PGresult *end = NULL;
    int done = 0;
    if (!pg->link.conn || !pq->PQpipelineSync(pg->link.conn))
        done = pg_link_failed(&pg->link, NULL, doing, error);
    for (size_t i = 0; i < pg->pending_count && pg->link.conn; i++) {
        pg->pending[i].query->under_way = false;
        if (take_result(pg, &pg->pending[i], done != 0, doing, error) != 0)
            done = -1;
    }
    pg->pending_count = 0;
    if (pg->link.conn && pg_link_result(&pg->link, &end, doing, done ? NULL : error) != 0)
        done = -1;
    if (pg->link.conn)
        pq->PQclear(end);
    else
        forget_connection(pg);
    return done;
}

/* --- Statements --- */

/* "?1" becomes "$1". */
static char *text_of(enum sql which, int *parameter_count)
{
    char *text = text_dup(own_texts[which] ? own_texts[which] : sql_text(which));
    *parameter_count = 0;
    for (char *at = text; at && (at = strchr(at, '?')); at++) {
        int number = atoi(at + 1);
        *at = '$';
        if (number > *parameter_count)
            *parameter_count = number;
    }
    return text;
}

static void name_of(const struct pg_query *query, char name[16])
{
    snprintf(name, 16, "callmem_%d", (int)query->which);
}

static int prepare(struct pg_query *query, const char *name, const char *doing, struct error *error)
{
    struct pg_db *pg = query->db;
    Oid types[PARAMETERS];
    char *text = text_of(query->which, &query->parameter_count);
    if (!text)
        return error_no_memory(error);
    for (int i = 0; i < query->parameter_count; i++)
        types[i] = query->parameters[i].type;
    int sent = pg->link.pq->PQsendPrepare(pg->link.conn, name, text, query->parameter_count, types);
    free(text);
    if (!sent)
        return pg_link_failed(&pg->link, NULL, doing, error);
    query->prepared = true;
    return note_pending(pg, query, PENDING_PREPARE, error);
}

/* Puts the statement into the queue. */
static int queue(struct pg_query *query, enum pending_what what, const char *doing, struct error *error)
{
    struct pg_db *pg = query->db;
    const char *values[PARAMETERS];
    int sizes[PARAMETERS], formats[PARAMETERS];
    char name[16];
    name_of(query, name);
    if (!pg->link.conn)
        return pg_link_failed(&pg->link, NULL, doing, error);
    int done = query->prepared ? 0 : prepare(query, name, doing, error);
    for (int i = 0; i < query->parameter_count; i++) {
        values[i] = query->parameters[i].value;
        sizes[i] = query->parameters[i].size;
        formats[i] = 1;
    }
    if (done == 0 && !pg->link.pq->PQsendQueryPrepared(pg->link.conn, name, query->parameter_count, values,
                                                       sizes, formats, 1))
        done = pg_link_failed(&pg->link, NULL, doing, error);
    if (done == 0)
        done = note_pending(pg, query, what, error);
    if (done != 0)
        disconnect(pg); /* what was sent and what is noted may differ now */
    else
        query->under_way = what == PENDING_KEEP;
    return done;
}

static struct query *pg_query(struct db *db, enum sql which, struct error *error)
{
    struct pg_db *pg = pg_of(db);
    struct pg_query *query = &pg->queries[which];
    query->query.engine = db->engine;
    query->db = pg;
    query->which = which;
    if (query->under_way && synchronise(pg, "reading the memory", error) != 0)
        return NULL;
    drop_result(query);
    query->row = -1;
    for (int i = 0; i < PARAMETERS; i++)
        query->parameters[i] = (struct parameter){.type = TYPE_INT8};
    return &query->query;
}

static void bind(struct query *query, int at, Oid type, const void *value, size_t size)
{
    struct parameter *parameter = &query_of(query)->parameters[at - 1];
    parameter->type = type;
    parameter->value = value;
    parameter->size = (int)size;
}

/* Numbers go in network byte order. */
static void bind_number(struct query *query, int at, Oid type, uint64_t bits)
{
    unsigned char *number = query_of(query)->parameters[at - 1].number;
    for (int i = 0; i < 8; i++)
        number[i] = (unsigned char)(bits >> (56 - 8 * i));
    bind(query, at, type, number, 8);
}

static void pg_bind_text(struct query *query, int at, const char *text)
{
    bind(query, at, TYPE_TEXT, text, strlen(text));
}

static void pg_bind_int(struct query *query, int at, int64_t number)
{
    bind_number(query, at, TYPE_INT8, (uint64_t)number);
}

static void pg_bind_real(struct query *query, int at, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    bind_number(query, at, TYPE_FLOAT8, bits);
}

static void pg_bind_blob(struct query *query, int at, const void *bytes, size_t len)
{
    bind(query, at, TYPE_BYTEA, bytes ? bytes : "", len);
}

static int pg_send(struct query *query, const char *doing, struct error *error)
{
    return queue(query_of(query), PENDING_KEEP, doing, error);
}

static int pg_run(struct query *query, const char *doing, struct error *error)
{
    return queue(query_of(query), PENDING_RUN, doing, error);
}

/* Has the result here. */
static int fetch(struct pg_query *query, const char *doing, struct error *error)
{
    if (query->result)
        return 0;
    if (!query->under_way && queue(query, PENDING_KEEP, doing, error) != 0)
        return -1;
    return synchronise(query->db, doing, error);
}

static int pg_step(struct query *given, const char *doing, struct error *error)
{
    struct pg_query *query = query_of(given);
    if (fetch(query, doing, error) != 0)
        return -1;
    if (++query->row < query->db->link.pq->PQntuples(query->result))
        return QUERY_ROW;
    drop_result(query);
    return QUERY_DONE;
}

static int64_t pg_changes(struct query *given, const char *doing, struct error *error)
{
    struct pg_query *query = query_of(given);
    if (fetch(query, doing, error) != 0)
        return -1;
    int64_t count = strtoll(query->db->link.pq->PQcmdTuples(query->result), NULL, 10);
    drop_result(query);
    return count;
}

static void pg_reset(struct query *query)
{
    if (query_of(query)->db)
        drop_result(query_of(query));
}

/* --- Columns --- */

static bool pg_is_null(struct query *given, int column)
{
    const struct pg_query *query = query_of(given);
    return query->db->link.pq->PQgetisnull(query->result, query->row, column);
}

static const char *pg_text(struct query *given, int column)
{
    const struct pg_query *query = query_of(given);
    return pg_is_null(given, column) ? NULL
                                     : query->db->link.pq->PQgetvalue(query->result, query->row, column);
}

static const void *pg_blob(struct query *query, int column)
{
    return pg_text(query, column);
}

static size_t pg_size(struct query *given, int column)
{
    const struct pg_query *query = query_of(given);
    return (size_t)query->db->link.pq->PQgetlength(query->result, query->row, column);
}

/* The bits of a number of 4 or 8 bytes. */
static uint64_t bits_of(struct query *query, int column)
{
    const unsigned char *bytes = pg_blob(query, column);
    uint64_t bits = 0;
    for (size_t i = 0, size = bytes ? pg_size(query, column) : 0; i < size && i < 8; i++)
        bits = bits << 8 | bytes[i];
    return bits;
}

static int64_t pg_integer(struct query *query, int column)
{
    uint64_t bits = bits_of(query, column);
    return pg_size(query, column) == 4 ? (int32_t)(uint32_t)bits : (int64_t)bits;
}

static double pg_real(struct query *query, int column)
{
    uint64_t bits = bits_of(query, column);
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* --- Connecting --- */

/* Those of an older version are changed only by who has the time. */
static int prepare_tables(struct pg_db *pg, struct error *error)
{
    bool upgrades = pg->upgrades || pg->db.options.upgrades;
    int result = postgres_tables_prepare(&pg->link, upgrades, &pg->version, error);
    pg->link.deadline = pg->db.deadline = clock_ms() + pg->db.options.write_timeout_ms;
    return result;
}

static int pg_connect(struct pg_db *pg, struct error *error)
{
    forget_connection(pg);
    if (pg_link_open(&pg->link, pg->db.options.database, error) == 0 && prepare_tables(pg, error) == 0 &&
        pg_link_pipeline(&pg->link, error) == 0)
        return 0;
    disconnect(pg);
    return -1;
}

static int pg_ready(struct db *db, enum db_wait wait, struct error *error)
{
    struct pg_db *pg = pg_of(db);
    int64_t now = clock_ms();
    pg->link.deadline = db->deadline = now + db_patience(db, wait);
    if (db->in_transaction)
        return pg->link.conn ? 0 : pg_link_failed(&pg->link, NULL, "the transaction", error);
    if (pg->pending_count)
        synchronise(pg, "reading the memory", NULL); /* what an operation left that ended early */
    if (pg->link.conn && pg_link_is_open(&pg->link) && !(pg->upgrades && pg->version < postgres_newest()))
        return 0;
    if (wait == DB_LIVE && now < pg->link.rest_until)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "PostgreSQL did not answer just now");
    disconnect(pg);
    return pg_connect(pg, error);
}

static int pg_upgrade(struct db *db, struct error *error)
{
    pg_of(db)->upgrades = true;
    int result = pg_ready(db, DB_WORK, error);
    pg_of(db)->upgrades = false;
    return result;
}

/* --- Transactions --- */

static int run(struct db *db, enum sql which, const char *doing, struct error *error)
{
    return query_run(db_query(db, which, error), doing, error);
}

static void end_transaction(struct pg_db *pg)
{
    pg->db.in_transaction = false;
    free(pg->held);
    pg->held = NULL;
}

/* What was queued may have failed: then nothing more is run until the end of it is read. */
static void pg_rollback(struct db *db)
{
    static const char doing[] = "rolling back";
    struct pg_db *pg = pg_of(db);
    bool open = db->in_transaction && pg->link.conn;
    pg->link.deadline = clock_ms() + db->options.write_timeout_ms;
    if (open && pg->pending_count)
        synchronise(pg, doing, NULL);
    if (open && pg->link.conn &&
        (run(db, SQL_ROLLBACK, doing, NULL) != 0 || synchronise(pg, doing, NULL) != 0))
        disconnect(pg);
    end_transaction(pg);
}

/* The server gives up waiting, and working, before the connection does, so that it can be used again. */
static int ask_version(struct db *db, int *version, int *least, struct error *error)
{
    static const char doing[] = "beginning to write the memory";
    char lock_ms[16], statement_ms[16];
    snprintf(lock_ms, sizeof lock_ms, "%d", db->options.write_timeout_ms * 4 / 5 + 1);
    snprintf(statement_ms, sizeof statement_ms, "%d", db->options.write_timeout_ms * 9 / 10 + 1);
    struct query *query = run(db, SQL_BEGIN, doing, error) == 0 ? db_query(db, SQL_VERSION, error) : NULL;
    if (!query)
        return -1;
    bind_text(query, 1, lock_ms);
    bind_text(query, 2, statement_ms);
    int result = query_step(query, doing, error);
    if (result < 0)
        return -1;
    *version = result == QUERY_ROW ? (int)query_int(query, 0) : 0;
    *least = result == QUERY_ROW ? (int)query_int(query, 1) : 0;
    query_reset(query);
    return 0;
}

static int pg_begin(struct db *db, struct error *error)
{
    int version = 0, least = 0;
    if (pg_upgrade(db, error) != 0)
        return -1;
    db->in_transaction = true;
    db->deleted = false;
    if (ask_version(db, &version, &least, error) == 0 && postgres_tables_check(version, least, error) == 0)
        return 0;
    pg_rollback(db);
    return -1;
}

static int lost(struct error *error)
{
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory was closed before it was written");
}

static int pg_proceed(struct db *db, struct error *error)
{
    struct pg_db *pg = pg_of(db);
    pg->link.deadline = db->deadline = clock_ms() + db->options.write_timeout_ms;
    return pg->link.conn ? 0 : lost(error);
}

static int pg_hold(struct db *db, const char *caller, struct error *error)
{
    struct pg_db *pg = pg_of(db);
    if (pg->held && strcmp(pg->held, caller) == 0)
        return 0;
    char *held = text_dup(caller);
    if (!held)
        return error_no_memory(error);
    free(pg->held);
    pg->held = held;
    struct query *query = db_query(db, SQL_HOLD, error);
    if (query)
        bind_text(query, 1, caller);
    return query_run(query, "waiting for others who write about the caller", error);
}

/* A transaction in which something failed answers a COMMIT with "ROLLBACK". */
static int pg_commit(struct db *db, struct error *error)
{
    static const char doing[] = "writing the memory";
    struct pg_db *pg = pg_of(db);
    if (!pg->link.conn || !db->in_transaction) {
        end_transaction(pg);
        return lost(error);
    }
    pg->link.deadline = db->deadline = clock_ms() + db->options.write_timeout_ms;
    struct query *query = db_query(db, SQL_COMMIT, error);
    if (!query || fetch(query_of(query), doing, error) != 0) {
        pg_rollback(db);
        return -1;
    }
    bool done = strcmp(pg->link.pq->PQcmdStatus(query_of(query)->result), "COMMIT") == 0;
    query_reset(query);
    end_transaction(pg);
    return done ? 0 : error_set(error, ERROR_MEMORY_UNAVAILABLE, "%s: an earlier change had failed", doing);
}

/* Each statement sees what was committed before it; a transaction would cost a live call a round trip. */
static int pg_read_begin(struct db *db, struct error *error)
{
    (void)db;
    (void)error;
    return 0;
}

static void pg_read_end(struct db *db)
{
    (void)db;
}

/* --- The rest --- */

static int pg_check(struct db *db, struct error *error)
{
    int64_t is_read_only;
    if (pg_ready(db, DB_SOON, error) != 0 || db_number(db, SQL_CHECK, NULL, &is_read_only, error) != 0)
        return -1;
    if (is_read_only)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database cannot be written");
    return 0;
}

static void pg_close(struct db *db)
{
    struct pg_db *pg = pg_of(db);
    if (db->in_transaction)
        pg_rollback(db);
    disconnect(pg);
    free(pg->pending);
    free(pg);
}

static const struct db_engine engine = {
    .mode = "postgres",
    .close = pg_close,
    .ready = pg_ready,
    .check = pg_check,
    .upgrade = pg_upgrade,
    .begin = pg_begin,
    .proceed = pg_proceed,
    .hold = pg_hold,
    .commit = pg_commit,
    .rollback = pg_rollback,
    .read_begin = pg_read_begin,
    .read_end = pg_read_end,
    .query = pg_query,
    .bind_text = pg_bind_text,
    .bind_int = pg_bind_int,
    .bind_real = pg_bind_real,
    .bind_blob = pg_bind_blob,
    .send = pg_send,
    .run = pg_run,
    .step = pg_step,
    .changes = pg_changes,
    .reset = pg_reset,
    .text = pg_text,
    .blob = pg_blob,
    .size = pg_size,
    .integer = pg_integer,
    .real = pg_real,
    .is_null = pg_is_null,
};

struct db *postgres_connection(const struct memory_options *options)
{
    struct pg_db *pg = calloc(1, sizeof *pg);
    if (!pg)
        return NULL;
    db_init(&pg->db, &engine, options);
    return &pg->db;
}
