/*
 * store: a memory in a folder of its own, with a clock that the test sets, and short ways to fill and read
 * it. With UNIT_DATABASE in the environment, the URL of a PostgreSQL server (tests/postgres), it is in a
 * schema of its own there: the tests that place_run() is given for both are the same.
 */
#ifndef CALLMEM_TESTS_STORE_H
#define CALLMEM_TESTS_STORE_H

#include "base/buf.h"
#include "base/clock.h"
#include "memory/open.h"
#include "postgres/link.h"

#include "tests/unit/unit.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ANA "+15550600001"
#define BEN "+15550600002"
#define NOW 1772445600 /* 2026-03-02T10:00:00Z, a Monday */
#define DAY 86400

struct place {
    char folder[64], path[96];
    char schema[48], database[256]; /* "": in SQLite */
    struct memory_options options;
    struct memory_store *store;
    struct error error;
    int64_t now;
};

static struct place *place_now; /* whose clock it is: memory_options.now has no context */

static inline int place_clock(int64_t *when)
{
    *when = place_now->now;
    return 0;
}

static inline void place_open(struct place *place)
{
    place->store = memory_open(&place->options);
    assert_non_null(place->store);
}

static inline void place_close(struct place *place)
{
    memory_close(place->store);
    place->store = NULL;
}

/* Runs SQL on the database, as an operator with sqlite3 or psql would; the rows of the last command go into
 * `rows`, one a line with a bar behind each column. */
static inline void rows_from_postgres(struct place *place, const char *sql, struct buf *rows)
{
    struct pg_link link = {.deadline = clock_ms() + 60000};
    struct error error = {0};
    PGresult *result = NULL;
    if (pg_link_open(&link, place->database, &error) != 0 ||
        pg_link_execute(&link, sql, "by hand", &result, &error) != 0)
        fail_msg("%s: %s", sql, error.message);
    for (int row = 0; row < link.pq->PQntuples(result); row++) {
        for (int column = 0; column < link.pq->PQnfields(result); column++)
            buf_printf(rows, "%s|", link.pq->PQgetvalue(result, row, column));
        buf_putc(rows, '\n');
    }
    link.pq->PQclear(result);
    pg_link_close(&link);
}

static inline void rows_from_sqlite(struct place *place, const char *sql, struct buf *rows)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(place->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 60000);
    for (const char *rest = sql; *rest;) {
        sqlite3_stmt *statement;
        int step = SQLITE_DONE;
        if (sqlite3_prepare_v2(db, rest, -1, &statement, &rest) != SQLITE_OK)
            fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        while (statement && (step = sqlite3_step(statement)) == SQLITE_ROW) {
            for (int column = 0; column < sqlite3_column_count(statement); column++) {
                const unsigned char *text = sqlite3_column_text(statement, column);
                buf_printf(rows, "%s|", text ? (const char *)text : "");
            }
            buf_putc(rows, '\n');
        }
        if (step != SQLITE_DONE)
            fail_msg("%s: %s", sql, sqlite3_errmsg(db));
        sqlite3_finalize(statement);
    }
    sqlite3_close(db);
}

static inline void rows_by_hand(struct place *place, const char *sql, struct buf *rows)
{
    if (*place->database)
        rows_from_postgres(place, sql, rows);
    else
        rows_from_sqlite(place, sql, rows);
}

static inline void by_hand(struct place *place, const char *sql)
{
    struct buf ignored = BUF_INIT;
    rows_by_hand(place, sql, &ignored);
    buf_free(&ignored);
}

/* The number that a query returns. */
static inline int64_t number_of(struct place *place, const char *sql)
{
    struct buf rows = BUF_INIT;
    rows_by_hand(place, sql, &rows);
    assert_true(rows.len > 0);
    int64_t number = strtoll(buf_text(&rows), NULL, 10);
    buf_free(&rows);
    return number;
}

static inline bool is_postgres(void)
{
    return getenv("UNIT_DATABASE") != NULL;
}

/* A schema of its own on the server. */
static inline void place_make_schema(struct place *place)
{
    static int count;
    char sql[128];
    snprintf(place->schema, sizeof place->schema, "place_%d_%d", (int)getpid(), ++count);
    snprintf(place->database, sizeof place->database, "%s?options=-csearch_path%%3D%s&application_name=%s",
             getenv("UNIT_DATABASE"), place->schema, place->schema);
    snprintf(sql, sizeof sql, "CREATE SCHEMA %s", place->schema);
    by_hand(place, sql);
    place->options.database = place->database;
}

static inline int place_make(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return -1;
    snprintf(place->folder, sizeof place->folder, "/tmp/callmem-memory-XXXXXX");
    if (!mkdtemp(place->folder))
        return -1;
    snprintf(place->path, sizeof place->path, "%s/m.sqlite", place->folder);
    place->options = (struct memory_options){
        .path = place->path, .timeout_ms = 60000, .write_timeout_ms = 60000, .now = place_clock};
    if (is_postgres())
        place_make_schema(place);
    place->now = NOW;
    place_now = place;
    place_open(place);
    *state = place;
    return 0;
}

static inline int place_remove(void **state)
{
    struct place *place = *state;
    char command[128];
    place_close(place);
    if (*place->schema) {
        snprintf(command, sizeof command, "DROP SCHEMA %s CASCADE", place->schema);
        by_hand(place, command);
    }
    snprintf(command, sizeof command, "rm -rf %s", place->folder);
    int result = system(command);
    free(place);
    return result;
}

/* What has to work. */
static inline void good(const struct place *place, int result)
{
    if (result != 0)
        fail_msg("%s: %s", error_name(place->error.code), place->error.message);
}

/* What has to fail. */
static inline void fails(struct place *place, enum error_code code, int result)
{
    assert_int_equal(result, -1);
    assert_string_equal(error_name(place->error.code), error_name(code));
    assert_true(strlen(place->error.message) > 10);
    place->error = (struct error){0};
}

/* A turn of the caller's, to be changed before it is added. */
static inline struct memory a_memory(const char *caller, const char *conversation, int position,
                                     const char *content)
{
    return (struct memory){.caller = caller,
                           .agent = "agent_1",
                           .conversation = conversation,
                           .language = "en",
                           .kind = KIND_TURN,
                           .sector = SECTOR_EPISODIC,
                           .position = position,
                           .speaker = "user",
                           .content = content,
                           .salience = 0.4,
                           .tags = "",
                           .metadata = "{}",
                           .created_at = NOW + position};
}

/* A profile that has a document and nothing that is ready. */
#define PROFILE(text) (&(const struct memory_profile){.document = (text)})

/* Whether the document of a profile is this one; NULL: there is no profile. */
static inline void check_document(struct place *place, const char *caller, const char *scope,
                                  const char *want)
{
    struct memory_profile profile;
    good(place, memory_profile(place->store, caller, scope, &profile, &place->error));
    if (want && profile.document)
        assert_string_equal(profile.document, want);
    else
        assert_true(!want && !profile.document);
    memory_profile_free(&profile);
}

static inline void add_one(struct place *place, const struct memory *memory)
{
    good(place, memory_add(place->store, memory, 1, NULL, &place->error));
}

static inline void say(struct place *place, const char *caller, const char *conversation, int position,
                       const char *content)
{
    struct memory memory = a_memory(caller, conversation, position, content);
    add_one(place, &memory);
}

static inline struct memory_list listed(struct place *place, const struct memory_filter *filter)
{
    struct memory_list list;
    good(place, memory_list(place->store, filter, &list, &place->error));
    return list;
}

static inline struct memory_list all_of(struct place *place, const char *caller)
{
    return listed(place, &(struct memory_filter){.caller = caller});
}

/* The contents of a list, one a line. */
static inline void check_contents(struct memory_list list, const char *contents)
{
    struct buf b = BUF_INIT;
    for (size_t i = 0; i < list.count; i++)
        buf_printf(&b, "%s%s", i ? "\n" : "", list.items[i].content);
    memory_list_free(&list);
    assert_string_equal(buf_text(&b), contents);
    buf_free(&b);
}

/* Whether the bytes of `marker` stand in any file of the folder; in PostgreSQL, whose files are not ours, in
 * any row of any table. */
static inline bool is_in_files(struct place *place, const char *marker)
{
    char command[512];
    if (*place->database) {
        snprintf(command, sizeof command,
                 "SELECT count(*) FROM (SELECT t::text AS row FROM callers t UNION ALL SELECT t::text FROM "
                 "conversations t UNION ALL SELECT t::text FROM memories t UNION ALL SELECT t::text FROM "
                 "profiles t UNION ALL SELECT t::text FROM terms t) r WHERE row LIKE '%%%s%%'",
                 marker);
        return number_of(place, command) > 0;
    }
    snprintf(command, sizeof command, "grep -r -a -q -F -e '%s' %s", marker, place->folder);
    int result = system(command);
    assert_true(result == 0 || result == 256);
    return result == 0;
}

#endif
