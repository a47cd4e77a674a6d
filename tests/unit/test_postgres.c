/*
 * What is so of a memory in PostgreSQL and of no other. The tests of what all memories promise are
 * test_memory, test_search and others, which run over PostgreSQL as well (tests/run).
 */
#include "memory/postgres/postgres.h"
#include "memory/sql/database.h"
#include "memory/sql/sql_store.h"
#include "postgres/schema.h"

#include "tests/unit/store.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>

/* --- URLs --- */

static void a_url_that_is_none_is_refused_without_showing_it(void **state)
{
    (void)state;
    static const char *const wrong[] = {"postgresql://u:secret@h/db?nonsense=1",
                                        "postgresql://[::1/db?password=secret",
                                        "postgresql://u:sec%ret@h/db"};
    struct error error = {0};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(postgres_check_url(wrong[i], &error), -1);
        assert_int_equal(error.code, ERROR_SETTINGS);
        assert_null(strstr(error.message, "sec"));
    }
    assert_int_equal(postgres_check_url("postgresql://callmem@a.example,b.example:5433/callmem", &error), 0);
}

/* --- Nobody there --- */

/* A port that takes connections and says nothing; the socket. */
static int silent_port(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(listener, 16), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return listener;
}

static void nobody_waits_longer_than_the_time_that_is_set(void **state)
{
    (void)state;
    struct place place = {.now = NOW};
    struct memory_profile profile;
    int port, silent = silent_port(&port);
    snprintf(place.database, sizeof place.database, "postgresql://callmem@127.0.0.1:%d/callmem", port);
    place.options = (struct memory_options){.database = place.database, .timeout_ms = 50, .now = place_clock};
    place_open(&place);
    fails(&place, ERROR_MEMORY_UNAVAILABLE, memory_profile(place.store, ANA, "", &profile, &place.error));
    /* Whoever calls just after that does not wait at all. */
    assert_int_equal(memory_profile(place.store, ANA, "", &profile, &place.error), -1);
    assert_non_null(strstr(place.error.message, "just now"));
    place_close(&place);
    close(silent);
}

static void the_next_host_is_tried_when_one_is_silent(void **state)
{
    struct place *p = *state, other = *p;
    char rest[96];
    int port, silent = silent_port(&port);
    say(p, ANA, "c", 0, "x");
    /* postgresql://callmem@HOST:PORT/postgres?options=… */
    snprintf(rest, sizeof rest, "%s", strchr(p->database, '@') + 1);
    snprintf(other.database, sizeof other.database, "postgresql://callmem@127.0.0.1:%d,%s", port, rest);
    snprintf(strrchr(other.database, '?'), 80, "?options=-csearch_path%%3D%s", p->schema);
    other.options.database = other.database;
    other.options.timeout_ms = 2000;
    place_open(&other);
    check_document(&other, ANA, "", NULL);
    check_contents(all_of(&other, ANA), "x");
    place_close(&other);
    close(silent);
}

/* --- The connection ends --- */

/* As when the server is restarted. The connections of this test are known by the name of its schema. */
static void end_connections(struct place *p)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = '%s' "
             "AND pid <> pg_backend_pid()",
             p->schema);
    by_hand(p, sql);
}

static void a_connection_that_ended_is_made_again(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "before");
    good(p, memory_set_profile(p->store, ANA, "", PROFILE("{}"), &p->error));
    end_connections(p);
    check_document(p, ANA, "", "{}"); /* a live call does not notice */
    end_connections(p);
    say(p, ANA, "c", 1, "after");
    check_contents(all_of(p, ANA), "before\nafter");
}

static void a_transaction_that_loses_its_connection_is_lost_as_a_whole(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 1, "within");
    say(p, ANA, "c", 0, "before");
    good(p, memory_begin(p->store, &p->error));
    good(p, memory_add(p->store, &memory, 1, NULL, &p->error));
    end_connections(p);
    memory.position = 2;
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, &memory, 1, NULL, &p->error));
    /* And not on a new connection of its own, beside the transaction that it was to be part of. */
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, &memory, 1, NULL, &p->error));
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_commit(p->store, &p->error));
    memory_rollback(p->store);
    check_contents(all_of(p, ANA), "before");
}

static void what_failed_cannot_be_committed(void **state)
{
    struct place *p = *state;
    struct memory bad = a_memory(ANA, "c", 1, "not UTF-8: \xff");
    say(p, ANA, "c", 0, "before");
    good(p, memory_begin(p->store, &p->error));
    say(p, ANA, "d", 0, "within");
    assert_int_equal(memory_add(p->store, &bad, 1, NULL, &p->error), -1);
    assert_int_equal(memory_commit(p->store, &p->error), -1);
    check_contents(all_of(p, ANA), "before");
    say(p, ANA, "c", 1, "after"); /* the handle can be used */
    check_contents(all_of(p, ANA), "before\nafter");
}

/* --- Two front ends --- */

struct front {
    struct place place;
    int rounds;
    int failed;
};

/* Reads a number from the profile and writes the next one, as an event makes a profile of what it has read.
 */
static void *count_up(void *ctx)
{
    struct front *front = ctx;
    struct memory_store *store = front->place.store;
    struct error *error = &front->place.error;
    for (int i = 0; i < front->rounds; i++) {
        struct memory_list list = {0};
        struct memory_profile profile = {0};
        char next[32];
        bool good = memory_begin(store, error) == 0 &&
                    memory_list(store, &(struct memory_filter){.caller = ANA}, &list, error) == 0 &&
                    memory_profile(store, ANA, "", &profile, error) == 0;
        snprintf(next, sizeof next, "%ld", profile.document ? strtol(profile.document, NULL, 10) + 1 : 1);
        good = good && memory_set_profile(store, ANA, "", PROFILE(next), error) == 0 &&
               memory_commit(store, error) == 0;
        if (!good) {
            memory_rollback(store);
            front->failed++;
        }
        memory_list_free(&list);
        memory_profile_free(&profile);
    }
    return NULL;
}

static void events_of_one_caller_come_one_after_the_other(void **state)
{
    struct place *p = *state;
    struct front fronts[4];
    pthread_t threads[4];
    say(p, ANA, "c", 0, "x");
    for (int i = 0; i < 4; i++) {
        fronts[i] = (struct front){.place = *p, .rounds = 25};
        place_open(&fronts[i].place);
        assert_int_equal(pthread_create(&threads[i], NULL, count_up, &fronts[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(fronts[i].failed, 0);
        place_close(&fronts[i].place);
    }
    check_document(p, ANA, "", "100");
}

static void events_of_others_do_not_wait(void **state)
{
    struct place *p = *state, other = *p;
    other.options.write_timeout_ms = 500;
    place_open(&other);
    good(p, memory_begin(p->store, &p->error));
    say(p, ANA, "c", 0, "held");
    say(&other, BEN, "c", 0, "does not wait");
    struct memory memory = a_memory(ANA, "d", 0, "waits");
    fails(&other, ERROR_MEMORY_UNAVAILABLE, memory_add(other.store, &memory, 1, NULL, &other.error));
    good(p, memory_commit(p->store, &p->error));
    add_one(&other, &memory);
    place_close(&other);
    check_contents(all_of(p, ANA), "held\nwaits");
    check_contents(all_of(p, BEN), "does not wait");
}

/* --- Versions --- */

static void *open_and_read(void *ctx)
{
    struct front *front = ctx;
    struct memory_profile profile;
    front->failed = memory_profile(front->place.store, ANA, "", &profile, &front->place.error);
    return NULL;
}

static void all_front_ends_start_at_once(void **state)
{
    struct place *p = *state;
    struct front fronts[8];
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        fronts[i] = (struct front){.place = *p};
        place_open(&fronts[i].place);
        assert_int_equal(pthread_create(&threads[i], NULL, open_and_read, &fronts[i]), 0);
    }
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], NULL);
        good(&fronts[i].place, fronts[i].failed);
        place_close(&fronts[i].place);
    }
    assert_int_equal(number_of(p, "SELECT count(*) FROM callmem_schema"), 1);
}

/* A newer program is started while older ones run: `step` is what it does to the tables. */
static void upgrade_beside(struct place *p, const char *step)
{
    struct place newer = *p;
    newer.options.upgrades = true;
    postgres_next_version(step);
    place_open(&newer);
    good(&newer, memory_upgrade(newer.store, &newer.error));
    say(&newer, BEN, "c", 0, "by the newer one");
    place_close(&newer);
}

static void old_and_new_run_side_by_side(void **state)
{
    struct place *p = *state;
    say(p, ANA, "c", 0, "before");
    upgrade_beside(p, "ALTER TABLE callers ADD COLUMN note text; UPDATE callmem_schema SET version = 3");
    postgres_next_version(NULL);
    say(p, ANA, "c", 1, "by the older one");
    check_contents(all_of(p, ANA), "before\nby the older one");
    place_close(p);
    place_open(p);
    check_contents(all_of(p, BEN), "by the newer one");
}

static void an_old_one_stops_where_it_would_do_harm(void **state)
{
    struct place *p = *state;
    struct memory memory = a_memory(ANA, "c", 1, "by the older one");
    struct memory_profile profile;
    say(p, ANA, "c", 0, "before");
    upgrade_beside(p, "ALTER TABLE callers ADD COLUMN note text NOT NULL DEFAULT ''; "
                      "UPDATE callmem_schema SET version = 3, least = 3");
    postgres_next_version(NULL);
    fails(p, ERROR_MEMORY_UNAVAILABLE, memory_add(p->store, &memory, 1, NULL, &p->error));
    place_close(p);
    place_open(p);
    assert_int_equal(memory_profile(p->store, ANA, "", &profile, &p->error), -1);
    assert_non_null(strstr(p->error.message, "newer"));
}

/* Until post-call of the newer version has run, its client-data says that it waits for that. */
static void an_upgrade_is_for_who_has_the_time(void **state)
{
    struct place *p = *state, newer = *p;
    struct memory_profile profile;
    say(p, ANA, "c", 0, "before");
    postgres_next_version("UPDATE callmem_schema SET version = 3");
    place_open(&newer);
    assert_int_equal(memory_profile(newer.store, ANA, "", &profile, &newer.error), -1);
    assert_non_null(strstr(newer.error.message, "post-call"));
    good(&newer, memory_upgrade(newer.store, &newer.error));
    check_contents(all_of(&newer, ANA), "before");
    place_close(&newer);
    postgres_next_version(NULL);
}

static void a_step_that_fails_leaves_the_version_before_it(void **state)
{
    struct place *p = *state, newer = *p;
    say(p, ANA, "c", 0, "before");
    postgres_next_version("UPDATE callmem_schema SET version = 3; SELECT 1 / 0");
    place_open(&newer);
    fails(&newer, ERROR_MEMORY_UNAVAILABLE, memory_upgrade(newer.store, &newer.error));
    place_close(&newer);
    postgres_next_version(NULL);
    assert_int_equal(number_of(p, "SELECT version FROM callmem_schema"), POSTGRES_VERSION);
    say(p, ANA, "c", 1, "after");
}

static void another_encoding_is_refused(void **state)
{
    struct place *p = *state, other = *p;
    struct memory_profile profile;
    char sql[128];
    snprintf(sql, sizeof sql, "CREATE DATABASE %s_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
             p->schema);
    by_hand(p, sql);
    char *rest = strstr(other.database, "/postgres?");
    snprintf(rest, 64, "/%s_latin", p->schema);
    other.options.database = other.database;
    place_open(&other);
    assert_int_equal(memory_profile(other.store, ANA, "", &profile, &other.error), -1);
    assert_non_null(strstr(other.error.message, "LATIN1"));
    place_close(&other);
    snprintf(sql, sizeof sql, "DROP DATABASE %s_latin", p->schema);
    by_hand(p, sql);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

#define WITHOUT_SERVER 2

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_that_is_none_is_refused_without_showing_it),
        cmocka_unit_test(nobody_waits_longer_than_the_time_that_is_set),
        /* Up to here without a server: WITHOUT_SERVER. */
        IN_PLACE(the_next_host_is_tried_when_one_is_silent),
        IN_PLACE(a_connection_that_ended_is_made_again),
        IN_PLACE(a_transaction_that_loses_its_connection_is_lost_as_a_whole),
        IN_PLACE(what_failed_cannot_be_committed),
        IN_PLACE(events_of_one_caller_come_one_after_the_other),
        IN_PLACE(events_of_others_do_not_wait),
        IN_PLACE(all_front_ends_start_at_once),
        IN_PLACE(old_and_new_run_side_by_side),
        IN_PLACE(an_old_one_stops_where_it_would_do_harm),
        IN_PLACE(an_upgrade_is_for_who_has_the_time),
        IN_PLACE(a_step_that_fails_leaves_the_version_before_it),
        IN_PLACE(another_encoding_is_refused),
    };
    return _cmocka_run_group_tests("postgres", tests,
                                   is_postgres() ? sizeof tests / sizeof *tests : WITHOUT_SERVER, NULL, NULL);
}
