#include "memory/local/schema.h"

#include "base/log.h"

#include "tests/unit/store.h"

#include <signal.h>
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

static void check_version(sqlite3 *db, int want)
{
    char version[16];
    snprintf(version, sizeof version, "%d", want);
    check_value(db, "PRAGMA user_version", version);
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
    good(p, schema_migrate(db, &p->error));
    check_version(db, SCHEMA_VERSION);
    check_value(db, "PRAGMA integrity_check", "ok");
    good(p, schema_migrate(db, &p->error)); /* again there is nothing to do */
    check_version(db, SCHEMA_VERSION);
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

#define OLD_ROWS                                                                                             \
    "INSERT INTO callers(id, caller) VALUES(7, '" ANA "');"                                                  \
    "INSERT INTO conversations(id, caller_id, conversation, agent, language, started_at) "                   \
    "VALUES(3, 7, 'c', 'agent_1', 'en', 1772445600);"                                                        \
    "INSERT INTO memories(conversation_id, kind, position, sector, speaker, content, salience, "             \
    "decay_lambda, tags, metadata, created_at, updated_at) "                                                 \
    "VALUES(3, 1, 0, 0, 'user', 'the parrot is called Hugo', 0.4, 0, '', '{}', 1772445600, 1772445600);"     \
    "INSERT INTO terms(conversation_id, version, segment) VALUES(3, 0, x'00');"

/* What an older version had stored is there afterwards, and is found by a search. The rows are those that
 * each version wrote; a new version adds its own here. */
static void what_an_older_version_stored_is_kept(void **state)
{
    struct place *p = *state;
    static const char *const rows[SCHEMA_VERSION + 1] = {
        NULL, /* version 0 is an empty file */
        OLD_ROWS "INSERT INTO profiles(caller_id, scope, document) VALUES(7, '', '{\"call_count\":1}')",
        OLD_ROWS "INSERT INTO profiles VALUES(7, '', '\"a\":1', '\"h\":1', 'en', '{\"call_count\":1}', '')",
        OLD_ROWS "INSERT INTO profiles VALUES(7, '', '\"a\":1', '\"h\":1', 'en', '{\"call_count\":1}', '')",
        OLD_ROWS "INSERT INTO profiles VALUES(7, '', '\"a\":1', '\"h\":1', 'en', '{\"call_count\":1}', '')",
        OLD_ROWS "INSERT INTO profiles VALUES(7, '', '\"a\":1', '\"h\":1', 'en', '{\"call_count\":1}', '')",
    };
    for (int version = 1; version <= SCHEMA_VERSION; version++) {
        struct memory_list list;
        assert_non_null(rows[version]);
        unlink(p->path);
        sqlite3 *db = opened(p);
        good(p, schema_migrate_to(db, version, &p->error));
        assert_int_equal(sqlite3_exec(db, rows[version], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        good(p, memory_upgrade(p->store, &p->error));
        check_contents(all_of(p, ANA), "the parrot is called Hugo");
        good(p, memory_search(p->store, &(struct memory_filter){.caller = ANA}, "parrot", &list, &p->error));
        check_contents(list, "the parrot is called Hugo");
        check_document(p, ANA, "", "{\"call_count\":1}");
        place_close(p);
        place_open(p);
    }
}

/* Version 1 had a document alone, of which version 2 has the answers made; what is no such document is left
 * to be read. */
static void the_profiles_of_version_1_are_ready_answers(void **state)
{
    struct place *p = *state;
#define VARIABLES(name, some)                                                                                \
    "\"caller_name\":\"" name                                                                                \
    "\",\"call_count\":2,\"first_call_date\":\"2026-01-09\",\"memory_context\":\"Name: " some " " name "\""
#define DOCUMENT(name, language)                                                                             \
    "{\"version\":1," VARIABLES(name, "{{x}} <b>`") ",\"language\":\"" language "\"}"
#define ANSWER(name)                                                                                         \
    "\"caller_known\":true,\"caller_id\":\"" ANA "\"," VARIABLES(                                            \
        name, "((x)) (b)'") ",\"caller_people\":\"\",\"suggested_greeting\":\"\",\"caller_languages\":\"\""
#define NAME "\\\"A\\\" \xc3\x81na, \\\\ \\u001b"
    static const struct {
        const char *document, *answer, *heading, *language;
    } cases[] = {
        {DOCUMENT("Ana", "es"), ANSWER("Ana"), "\"caller_name\":\"Ana\",\"call_count\":2", "es"},
        {DOCUMENT(NAME, ""), ANSWER(NAME), "\"caller_name\":\"" NAME "\",\"call_count\":2", ""},
        {"{\"version\":1,\"caller_name\":\"Ana\",\"call_count\":2}", "", "", ""},
        {"{\"version\":2,\"caller_name\":\"Ana\",\"call_count\":2,\"memory_context\":\"\",\"language\":\"\"}",
         "", "", ""},
        {"{\"version\":1,\"caller_name\":7,\"call_count\":2,\"memory_context\":\"\",\"language\":\"\"}", "",
         "", ""},
        {"{\"version\":1,\"caller_name\":\"\",\"call_count\":\"2\",\"memory_context\":\"\",\"language\":"
         "\"\"}",
         "", "", ""},
        {"{\"version\":1,\"caller_name\":\"\",\"call_count\":2,\"memory_context\":\"\",\"language\":{}}", "",
         "", ""},
        {"{\"version\":1,", "", "", ""},
        {"[]", "", "", ""},
        {"null", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct memory_profile profile;
        unlink(p->path);
        sqlite3 *db = opened(p);
        good(p, schema_migrate_to(db, 1, &p->error));
        assert_int_equal(sqlite3_exec(db, OLD_ROWS, NULL, NULL, NULL), SQLITE_OK);
        char *sql = sqlite3_mprintf("INSERT INTO profiles VALUES(7, '', %Q)", cases[i].document);
        assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
        sqlite3_free(sql);
        good(p, schema_migrate(db, &p->error));
        sqlite3_close(db);
        good(p, memory_profile(p->store, ANA, "", &profile, &p->error));
        assert_string_equal(profile.answer, cases[i].answer);
        assert_string_equal(profile.heading, cases[i].heading);
        assert_string_equal(profile.language, cases[i].language);
        if (*cases[i].answer) {
            char *object = sqlite3_mprintf("{%s}", cases[i].answer);
            assert_string_equal(profile.document, object);
            sqlite3_free(object);
        } else {
            assert_string_equal(profile.document, cases[i].document);
        }
        memory_profile_free(&profile);
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

/* --- The next version, whatever it will be --- */

/* A step that changes tables, rows and indexes, and would show if it were done twice or by half. */
#define NEXT_STEP                                                                                            \
    "ALTER TABLE callers ADD COLUMN note TEXT NOT NULL DEFAULT '';"                                          \
    "UPDATE memories SET content = content || '!';"                                                          \
    "CREATE TABLE more(id INTEGER PRIMARY KEY, caller TEXT NOT NULL, room BLOB) STRICT;"                     \
    "INSERT INTO more(caller, room) SELECT k.caller, zeroblob(2000) FROM callers k, memories;"               \
    "CREATE INDEX memories_by_salience ON memories(salience);"
/* The same for a large memory: nobody who waits for an answer could wait for that. */
#define LONG_STEP                                                                                            \
    NEXT_STEP "CREATE TABLE numbers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "      \
              "LIMIT 100000) SELECT i FROM n;"

#define ROWS 200

static void fill(struct place *p)
{
    for (int i = 0; i < ROWS; i++)
        say(p, ANA, "c", i, "a row");
    place_close(p);
}

static int ends_with_next(void **state)
{
    schema_next_version(NULL);
    return place_remove(state);
}

static void check_next(sqlite3 *db)
{
    char count[16];
    snprintf(count, sizeof count, "%d", ROWS);
    check_version(db, SCHEMA_VERSION + 1);
    check_value(db, "PRAGMA integrity_check", "ok");
    check_value(db, "SELECT count(*) FROM memories WHERE content = 'a row!'", count);
    check_value(db, "SELECT count(*) FROM more", count);
}

static void check_before(sqlite3 *db)
{
    char count[16];
    snprintf(count, sizeof count, "%d", ROWS);
    check_version(db, SCHEMA_VERSION);
    check_value(db, "PRAGMA integrity_check", "ok");
    check_value(db, "SELECT count(*) FROM memories WHERE content = 'a row'", count);
    check_value(db, "SELECT count(*) FROM sqlite_schema WHERE name IN ('more', 'memories_by_salience')", "0");
}

static int die(void *ctx)
{
    if (--*(int *)ctx == 0)
        raise(SIGKILL);
    return 0;
}

/* Is killed in the middle, so many steps of SQLite's machine from the beginning. False: it was done before
 * that. */
static bool migrate_and_die(const struct place *p, int when)
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct error error;
        sqlite3 *db;
        if (sqlite3_open(p->path, &db) != SQLITE_OK)
            _exit(1);
        sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA cache_size = 1", NULL, NULL, NULL);
        sqlite3_progress_handler(db, 1, die, &when);
        int result = schema_migrate(db, &error);
        sqlite3_progress_handler(db, 0, NULL, NULL);
        sqlite3_close(db);
        _exit(result == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status))
        return true;
    assert_int_equal(status, 0);
    return false;
}

static void an_upgrade_that_is_killed_is_done_by_the_next_start(void **state)
{
    struct place *p = *state;
    int deaths = 0;
    bool died = true;
    fill(p);
    schema_next_version(NEXT_STEP);
    for (int when = 1; died; when += 1 + when / 20) {
        died = migrate_and_die(p, when);
        deaths += died;
        sqlite3 *db = opened(p);
        /* It may die when all is written, too, and before it says so. */
        char *version = value_of(db, "PRAGMA user_version");
        if (died && atoi(version) == SCHEMA_VERSION)
            check_before(db);
        else
            check_next(db);
        free(version);
        sqlite3_close(db);
    }
    assert_true(deaths > 50);
    place_open(p);
}

static void an_upgrade_that_finds_the_disk_full_is_done_when_there_is_room(void **state)
{
    struct place *p = *state;
    char limit[64];
    int full = 0;
    fill(p);
    schema_next_version(NEXT_STEP);
    sqlite3 *db = opened(p);
    char *pages = value_of(db, "PRAGMA page_count");
    for (int room = 0; room < 1000; room += 9) {
        snprintf(limit, sizeof limit, "PRAGMA max_page_count = %d", atoi(pages) + room);
        assert_int_equal(sqlite3_exec(db, limit, NULL, NULL, NULL), SQLITE_OK);
        if (schema_migrate(db, &p->error) == 0)
            break;
        full++;
        assert_non_null(strstr(p->error.message, "full"));
        fails(p, ERROR_MEMORY_UNAVAILABLE, -1);
        check_before(db);
    }
    free(pages);
    assert_true(full > 5);
    check_next(db);
    sqlite3_close(db);
    place_open(p);
}

/* Who waits for an answer is not made to wait for an upgrade, and does not begin one that it would have to
 * break off: who writes does it, and that as long as it takes. */
static void an_upgrade_is_left_to_who_has_time(void **state)
{
    struct place *p = *state;
    struct memory_list list;
    struct memory_profile profile;
    fill(p);
    schema_next_version(LONG_STEP);
    p->options.timeout_ms = 50;
    p->options.write_timeout_ms = 50;
    place_open(p);
    assert_int_equal(memory_profile(p->store, ANA, "", &profile, &p->error), -1);
    assert_non_null(strstr(p->error.message, "callmem drain"));
    fails(p, ERROR_MEMORY_UNAVAILABLE, -1);
    fails(p, ERROR_MEMORY_UNAVAILABLE,
          memory_search(p->store, &(struct memory_filter){.caller = ANA}, "row", &list, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_check(p->store, &p->error));
    sqlite3 *db = opened(p);
    check_before(db);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(memory_check(p->store, &p->error), -1);
    assert_non_null(strstr(p->error.message, "is being brought")); /* somebody is at it */
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    good(p, memory_upgrade(p->store, &p->error));
    check_next(db);
    check_value(db, "SELECT count(*) FROM numbers", "100000");
    sqlite3_close(db);
    p->options.timeout_ms = p->options.write_timeout_ms = 60000;
    place_close(p);
    place_open(p);
    say(p, BEN, "c", 0, "works");
    check_contents(all_of(p, BEN), "works");
}

static void the_first_write_upgrades_too(void **state)
{
    struct place *p = *state;
    fill(p);
    schema_next_version(NEXT_STEP);
    place_open(p);
    say(p, BEN, "c", 0, "a row!");
    check_contents(all_of(p, BEN), "a row!");
    sqlite3 *db = opened(p);
    check_value(db, "SELECT count(*) FROM memories WHERE content = 'a row!'", "201");
    sqlite3_close(db);
}

/* An older program that has the memory open while a newer one upgrades it writes nothing more there. */
static void an_open_memory_is_not_written_after_an_upgrade(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", ROWS, "of the older program");
    size_t count;
    fill(p);
    place_open(p);
    good(p, memory_check(p->store, &p->error));
    schema_next_version(NEXT_STEP);
    sqlite3 *db = opened(p);
    good(p, schema_migrate(db, &p->error));
    schema_next_version(NULL);
    assert_int_equal(memory_add(p->store, &memory, 1, NULL, &p->error), -1);
    assert_non_null(strstr(p->error.message, "newer"));
    fails(p, ERROR_MEMORY_UNAVAILABLE, -1);
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_begin(p->store, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_forget(p->store, ANA, &count, &p->error));
    check_next(db);
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

#define WITH_NEXT(test) cmocka_unit_test_setup_teardown(test, place_make, ends_with_next)
#define IN_PLACE(test)  cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
    log_open("test", LOG_WARN, NULL, NULL); /* it upgrades a thousand times */
    const struct CMUnitTest tests[] = {
        IN_PLACE(an_empty_file_becomes_a_memory),
        IN_PLACE(every_older_version_becomes_a_current_one),
        IN_PLACE(what_an_older_version_stored_is_kept),
        IN_PLACE(the_profiles_of_version_1_are_ready_answers),
        IN_PLACE(a_newer_version_is_left_alone),
        IN_PLACE(a_step_that_fails_leaves_the_version_before_it),
        WITH_NEXT(an_upgrade_that_is_killed_is_done_by_the_next_start),
        WITH_NEXT(an_upgrade_that_finds_the_disk_full_is_done_when_there_is_room),
        WITH_NEXT(an_upgrade_is_left_to_who_has_time),
        WITH_NEXT(the_first_write_upgrades_too),
        WITH_NEXT(an_open_memory_is_not_written_after_an_upgrade),
        IN_PLACE(processes_that_start_together_again_and_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
