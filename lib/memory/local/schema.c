#include "memory/local/schema.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>

#define DISARMED(text)                                                                                       \
    "replace(replace(replace(replace(replace(" text ", '{', '('), '}', ')'), '<', '('), '>', ')'), '`', "    \
    "'''')"

/* migrations[n] leads from version n to n + 1. A step that was released is never changed. */
static const char *const migrations[] = {
    "CREATE TABLE callers("
    "  id INTEGER PRIMARY KEY,"
    "  caller TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE conversations("
    "  id INTEGER PRIMARY KEY,"
    "  caller_id INTEGER NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  conversation TEXT NOT NULL,"
    "  agent TEXT NOT NULL,"
    "  language TEXT NOT NULL,"
    "  started_at INTEGER NOT NULL,"
    "  UNIQUE(caller_id, conversation)) STRICT;"
    "CREATE INDEX conversations_by_age ON conversations(started_at);" /* for retention */
    "CREATE TABLE memories("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* an id is never given twice, not even after a deletion */
    "  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,"
    "  kind INTEGER NOT NULL,"
    "  position INTEGER NOT NULL,"
    "  sector INTEGER NOT NULL,"
    "  speaker TEXT NOT NULL,"
    "  content TEXT NOT NULL,"
    "  salience REAL NOT NULL,"
    "  decay_lambda REAL NOT NULL,"
    "  tags TEXT NOT NULL,"
    "  metadata TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL,"
    "  UNIQUE(conversation_id, kind, position)) STRICT;"
    /* What a profile is made of: everything but single turns (kind 1). */
    "CREATE INDEX memories_but_turns ON memories(conversation_id) WHERE kind <> 1;"
    "CREATE TABLE terms("
    "  conversation_id INTEGER PRIMARY KEY REFERENCES conversations(id) ON DELETE CASCADE,"
    "  version INTEGER NOT NULL,"
    "  segment BLOB NOT NULL) STRICT;"
    "CREATE TABLE profiles("
    "  caller_id INTEGER NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  scope TEXT NOT NULL,"
    "  document TEXT NOT NULL,"
    "  PRIMARY KEY(caller_id, scope)) STRICT, WITHOUT ROWID;",
    /* Version 2: the parts of a profile have columns of their own, those that live calls need before the
     * document. Version 1 had the document alone, of which all members but version and language are dynamic
     * variables: then the answer is all of it, with the variables that it did not know. Of a document that is
     * not like that the parts stay empty, and readers use the document. What is ready for searches is made
     * with the next profile. */
    "CREATE TABLE profiles_2("
    "  caller_id INTEGER NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  scope TEXT NOT NULL,"
    "  answer TEXT NOT NULL,"
    "  heading TEXT NOT NULL,"
    "  language TEXT NOT NULL,"
    "  document TEXT NOT NULL,"
    "  ready TEXT NOT NULL,"
    "  PRIMARY KEY(caller_id, scope)) STRICT, WITHOUT ROWID;"
    "INSERT INTO profiles_2 WITH old AS ("
    "  SELECT p.*, k.caller, CASE WHEN json_valid(document) THEN json_extract(document, '$.version') IS 1"
    "    AND json_type(document, '$.caller_name') IS 'text'"
    "    AND json_type(document, '$.call_count') IS 'integer'"
    "    AND json_type(document, '$.memory_context') IS 'text'"
    "    AND json_type(document, '$.language') IS 'text' END AS good,"
    "    CASE WHEN json_valid(document) THEN json_remove(document, '$.version', '$.language') END AS "
    "variables"
    "  FROM profiles p JOIN callers k ON k.id = p.caller_id) "
    "SELECT caller_id, scope,"
    "  iif(good, '\"caller_known\":true,\"caller_id\":' || json_quote(caller) || ','"
    "    || substr(variables, 2, length(variables) - 2)"
    "    || ',\"caller_people\":\"\",\"suggested_greeting\":\"\",\"caller_languages\":\"\"', ''),"
    "  iif(good, '\"caller_name\":' || json_quote(json_extract(document, '$.caller_name'))"
    "    || ',\"call_count\":' || json_extract(document, '$.call_count'), ''),"
    "  iif(good, json_extract(document, '$.language'), ''), iif(good, '', document), '' FROM old;"
    /* What version 1 left in its texts, as text_disarm() does it. */
    "UPDATE profiles_2 SET answer = " DISARMED("answer") ", heading = " DISARMED(
        "heading") ";"
                   "DROP TABLE profiles;"
                   "ALTER TABLE profiles_2 RENAME TO profiles;"
                   /* What callers asked about their data (kind 15) is listed for all callers together. */
                   "CREATE INDEX memories_requests ON memories(created_at) WHERE kind = 15;"
                   /* By which version a call (its summary, kind 0) was understood. */
                   "CREATE INDEX memories_understood ON memories(" SCHEMA_UNDERSTOOD ") WHERE kind = 0;",
    /* Version 3: callers are listed by their last call and by name, and a conversation is found without its
     * caller. */
    "ALTER TABLE callers ADD COLUMN last_call INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE callers ADD COLUMN calls INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE callers ADD COLUMN name TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE callers ADD COLUMN people TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE callers ADD COLUMN folded TEXT NOT NULL DEFAULT '';"
    "UPDATE callers SET last_call = coalesce((SELECT max(started_at) FROM conversations "
    "WHERE caller_id = callers.id), 0);"
    "UPDATE callers SET calls = p.calls, name = p.name, people = p.people, "
    "folded = folded(p.name || ' ' || p.people) FROM (SELECT caller_id, "
    "  CAST(coalesce(json_extract(document, '$.call_count'), 0) AS INTEGER) AS calls, "
    "  CAST(coalesce(json_extract(document, '$.caller_name'), '') AS TEXT) AS name, "
    "  CAST(coalesce(json_extract(document, '$.caller_people'), '') AS TEXT) AS people "
    "  FROM (SELECT caller_id, iif(document = '', '{' || answer || '}', document) AS document FROM profiles "
    "    WHERE scope = '') WHERE json_valid(document)) p WHERE p.caller_id = callers.id;"
    "CREATE INDEX callers_by_call ON callers(last_call);"
    "CREATE INDEX conversations_by_name ON conversations(conversation);",
    /* Version 4: the user_id of a caller, and conversations that are of the lines of others as well. */
    "ALTER TABLE callers ADD COLUMN user_id TEXT NOT NULL DEFAULT '';"
    "CREATE INDEX callers_by_user ON callers(user_id) WHERE user_id <> '';"
    "CREATE TABLE shared("
    "  caller_id INTEGER NOT NULL REFERENCES callers(id) ON DELETE CASCADE,"
    "  conversation_id INTEGER NOT NULL REFERENCES conversations(id) ON DELETE CASCADE,"
    "  PRIMARY KEY(caller_id, conversation_id)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX shared_by_conversation ON shared(conversation_id);", /* for what is forgotten */
    /* Version 5: of calls that were erased, a hash of each name: memory_seal(). */
    "CREATE TABLE sealed(key TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;",
};

/* A step more, of tests. */
static const char *next_step;

static int wrong(sqlite3 *db, struct error *error)
{
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory's database cannot be prepared: %s",
                     sqlite3_errmsg(db));
}

static int read_version(sqlite3 *db, int *version, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        return wrong(db, error);
    }
    *version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return 0;
}

static void log_step(const char *message, int from, int64_t started_us)
{
    struct log_line line;
    if (from == 0)
        return; /* tables for an empty file */
    log_begin(&line, LOG_INFO, message);
    log_int(&line, "from_version", from);
    log_int(&line, "to_version", from + 1);
    if (started_us)
        log_ms(&line, "duration_ms", clock_us() - started_us);
    log_end(&line);
}

/* SQL: folded(text). */
static void sql_folded(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    const char *text = (const char *)sqlite3_value_text(values[0]);
    char *folded = text_folded(text ? text : "");
    if (folded)
        sqlite3_result_text(context, folded, -1, free);
    else
        sqlite3_result_text(context, "", 0, SQLITE_STATIC);
}

/* The steps from one version to another. */
static int change(sqlite3 *db, int from, int to, struct error *error)
{
    char set_version[64];
    snprintf(set_version, sizeof set_version, "PRAGMA user_version = %d", to);
    if (sqlite3_create_function(db, "folded", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_folded, NULL,
                                NULL) != SQLITE_OK)
        return wrong(db, error);
    for (; from < to; from++)
        if (sqlite3_exec(db, from < SCHEMA_VERSION ? migrations[from] : next_step, NULL, NULL, NULL) !=
            SQLITE_OK)
            return wrong(db, error);
    return sqlite3_exec(db, set_version, NULL, NULL, NULL) == SQLITE_OK ? 0 : wrong(db, error);
}

static int migrate_step(sqlite3 *db, int from, int to, struct error *error)
{
    int version;
    if (sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
        return wrong(db, error);
    int64_t started = clock_us();
    /* Another process may have done the step while this one waited for the lock. */
    int result = read_version(db, &version, error);
    bool mine = result == 0 && version == from;
    if (mine) {
        log_step("the memory's database is being brought to a newer version", from, 0);
        result = change(db, from, to, error);
    }
    if (result == 0 && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        result = wrong(db, error);
    if (result != 0)
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    else if (mine)
        log_step("the memory's database has the newer version", from, started);
    return result;
}

void schema_next_version(const char *step)
{
    next_step = step;
}

static int newest(void)
{
    _Static_assert(sizeof migrations / sizeof *migrations == SCHEMA_VERSION, "each version has its step");
    return next_step ? SCHEMA_VERSION + 1 : SCHEMA_VERSION;
}

int schema_refuse_newer(int version, struct error *error)
{
    if (version <= newest())
        return 0;
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "the memory's database has version %d, made by a newer callmem; this one knows up to %d",
                     version, newest());
}

int schema_migrate_to(sqlite3 *db, int target, struct error *error)
{
    int version;
    if (read_version(db, &version, error) != 0 || schema_refuse_newer(version, error) != 0)
        return -1;
    while (version < target) {
        /* An empty file gets all its tables at once: nobody meets it as one of an older version. */
        int next = version ? version + 1 : target;
        if (migrate_step(db, version, next, error) != 0)
            return -1;
        version = next;
    }
    return 0;
}

int schema_migrate(sqlite3 *db, struct error *error)
{
    return schema_migrate_to(db, newest(), error);
}

/* Whether somebody writes the database just now. Not waited for: whoever asks this has to answer. */
static bool is_written(sqlite3 *db)
{
    sqlite3_busy_timeout(db, 0);
    bool written = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_BUSY;
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return written;
}

int schema_ready(sqlite3 *db, struct error *error)
{
    int version;
    if (read_version(db, &version, error) != 0 || schema_refuse_newer(version, error) != 0)
        return -1;
    if (version == 0)
        return schema_migrate(db, error);
    if (version == newest())
        return 0;
    if (is_written(db))
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the memory's database has version %d and is being brought to version %d", version,
                         newest());
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "the memory's database has version %d and is brought to version %d by post-call, which "
                     "does so when it starts, or with callmem drain",
                     version, newest());
}
