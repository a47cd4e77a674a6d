#include "memory/schema.h"

#include "tests/unit/store.h"

#include <sys/wait.h>

static sqlite3 *opened(const struct place *p)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(p->path, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 60000);
    return db;
}

/* The first column of the first row, as text; free() it. */
static char *value_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const unsigned char *text = sqlite3_column_text(statement, 0);
    char *value = strdup(text ? (const char *)text : "");
    sqlite3_finalize(statement);
    return value;
}

static void check_value(sqlite3 *db, const char *sql, const char *want)
{
    char *value = value_of(db, sql);
    if (strcmp(value, want) != 0)
        fail_msg("%s: %s, not %s", sql, value, want);
    free(value);
}

/* All tables and indexes as they were made; free() it. */
static char *shape_of(sqlite3 *db)
{
    return value_of(db, "SELECT group_concat(sql, char(10)) FROM "
                        "(SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name)");
}

static void an_empty_file_becomes_a_memory(void **state)
{
    struct place *p = *state;
    sqlite3 *db = opened(p);
    char version[16];
    snprintf(version, sizeof version, "%d", SCHEMA_VERSION);
    good(p, schema_migrate(db, &p->error));
    check_value(db, "PRAGMA user_version", version);
    check_value(db, "PRAGMA integrity_check", "ok");
    good(p, schema_migrate(db, &p->error)); /* again there is nothing to do */
    check_value(db, "PRAGMA user_version", version);
    sqlite3_close(db);
    say(p, ANA, "c", 0, "works");
    check_contents(all_of(p, ANA), "works");
}

/* Each older version becomes the same as what begins with an empty file. */
static void every_older_version_becomes_a_current_one(void **state)
{
    struct place *p = *state;
    sqlite3 *db = opened(p);
    good(p, schema_migrate(db, &p->error));
    char *shape = shape_of(db);
    sqlite3_close(db);
    for (int version = 0; version <= SCHEMA_VERSION; version++) {
        char number[16];
        snprintf(number, sizeof number, "%d", version);
        assert_int_equal(unlink(p->path), 0);
        db = opened(p);
        good(p, schema_migrate_to(db, version, &p->error));
        check_value(db, "PRAGMA user_version", number);
        good(p, schema_migrate(db, &p->error));
        char *migrated = shape_of(db);
        assert_string_equal(migrated, shape);
        check_value(db, "PRAGMA integrity_check", "ok");
        check_value(db, "SELECT count(*) FROM pragma_foreign_key_check", "0");
        free(migrated);
        sqlite3_close(db);
        say(p, ANA, "c", 0, "works");
        check_contents(all_of(p, ANA), "works");
        place_close(p);
        place_open(p);
    }
    free(shape);
}

/* What an older version had stored is there afterwards, and is found by a search. The rows are those that
 * each version wrote; a new version adds its own here. */
static void what_an_older_version_stored_is_kept(void **state)
{
    struct place *p = *state;
    static const char *const rows[SCHEMA_VERSION + 1] = {
        NULL, /* version 0 is an empty file */
        "INSERT INTO callers(id, caller) VALUES(7, '" ANA "');"
        "INSERT INTO conversations(id, caller_id, conversation, agent, language, started_at) "
        "VALUES(3, 7, 'c', 'agent_1', 'en', 1772445600);"
        "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "
        "decay_lambda, "
        "tags, metadata, created_at, updated_at) VALUES(3, 1, 0, 0, 'user', 'the parrot is called Hugo', "
        "0.4, 0, "
        "'', '{}', 1772445600, 1772445600);"
        "INSERT INTO terms(conversation_id, version, segment) VALUES(3, 0, x'00');"
        "INSERT INTO profiles(caller_id, scope, document) VALUES(7, '', '{\"call_count\":1}')",
    };
    for (int version = 1; version <= SCHEMA_VERSION; version++) {
        char *document;
        struct memory_list list;
        assert_non_null(rows[version]);
        unlink(p->path);
        sqlite3 *db = opened(p);
        good(p, schema_migrate_to(db, version, &p->error));
        assert_int_equal(sqlite3_exec(db, rows[version], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        check_contents(all_of(p, ANA), "the parrot is called Hugo");
        good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "parrot", &list, &p->error));
        check_contents(list, "the parrot is called Hugo");
        good(p, memory_profile(p->store, ANA, "", &document, &p->error));
        assert_string_equal(document, "{\"call_count\":1}");
        free(document);
        place_close(p);
        place_open(p);
    }
}

static void a_newer_version_is_left_alone(void **state)
{
    struct place *p = *state;
    static const int newer[] = {SCHEMA_VERSION + 1, 1000};
    for (size_t i = 0; i < 2; i++) {
        char sql[64], number[16];
        sqlite3 *db = opened(p);
        snprintf(number, sizeof number, "%d", newer[i]);
        snprintf(sql, sizeof sql, "PRAGMA user_version = %d", newer[i]);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_int_equal(schema_migrate(db, &p->error), -1);
        assert_non_null(strstr(p->error.message, number));
        fails(p, ERROR_MEMORY_UNAVAILABLE, schema_migrate_to(db, 0, &p->error));
        check_value(db, "PRAGMA user_version", number);
        check_value(db, "SELECT count(*) FROM sqlite_schema", "0");
        sqlite3_close(db);
    }
}

static void a_step_that_fails_leaves_the_version_before_it(void **state)
{
    struct place *p = *state;
    sqlite3 *db = opened(p);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE memories(x)", NULL, NULL, NULL),
                     SQLITE_OK); /* in the way */
    fails(p, ERROR_MEMORY_UNAVAILABLE, schema_migrate(db, &p->error));
    check_value(db, "PRAGMA user_version", "0");
    check_value(db, "SELECT count(*) FROM sqlite_schema", "1");
    assert_int_equal(sqlite3_exec(db, "DROP TABLE memories", NULL, NULL, NULL), SQLITE_OK);
    good(p, schema_migrate(db, &p->error));
    sqlite3_close(db);
}

#define PROCESSES 5

/* Several programs of a new version start at the same moment with a new or an old file. They are forked
 * before SQLite is used here, and told to go all at once. */
static void processes_that_start_together_migrate_once(void **state)
{
    struct place *p = *state;
    pid_t children[PROCESSES];
    int gate[2], status;
    char name[16];
    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < PROCESSES; i++) {
        children[i] = fork();
        assert_true(children[i] >= 0);
        if (children[i] > 0)
            continue;
        char none;
        close(gate[1]);
        snprintf(name, sizeof name, "c%d", i);
        struct memory memory = a_memory(ANA, name, 0, name);
        bool began = read(gate[0], &none, 1) == 0;
        int result = memory_add(p->store, &memory, 1, NULL, &p->error);
        if (result != 0)
            fprintf(stderr, "# %s\n", p->error.message);
        memory_close(p->store);
        _exit(began && result == 0 ? 0 : 1);
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < PROCESSES; i++) {
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_int_equal(status, 0);
    }
    check_contents(all_of(p, ANA), "c0\nc1\nc2\nc3\nc4");
    sqlite3 *db = opened(p);
    check_value(db, "PRAGMA integrity_check", "ok");
    sqlite3_close(db);
}

static void processes_that_start_together_again_and_again(void **state)
{
    struct place *p = *state;
    for (int round = 0; round < 10; round++) {
        processes_that_start_together_migrate_once(state);
        place_close(p);
        assert_int_equal(unlink(p->path), 0);
        place_open(p);
    }
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(an_empty_file_becomes_a_memory),
        IN_PLACE(every_older_version_becomes_a_current_one),
        IN_PLACE(what_an_older_version_stored_is_kept),
        IN_PLACE(a_newer_version_is_left_alone),
        IN_PLACE(a_step_that_fails_leaves_the_version_before_it),
        IN_PLACE(processes_that_start_together_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
