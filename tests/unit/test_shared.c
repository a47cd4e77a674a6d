/*
 * The inbox that front ends share in PostgreSQL: what each of them promises where another one, the database
 * or the machine's own folder may have the event as well. Most of it needs UNIT_DATABASE (tests/run). t0313
 * does the same with programs and kills.
 */
#include "inbox/receive.h"
#include "inbox/shared.h"
#include "inbox/worker.h"

#include "tests/unit/store.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>

#define SILENT "postgresql://callmem@127.0.0.1:1/callmem" /* nobody listens there */

#define WITHOUT_SERVER 1

/* A front end: a folder of its own. */
static struct inbox *front_end(const struct place *place, const char *name, const char *url, bool refuses)
{
    char path[128];
    struct error error = {0};
    snprintf(path, sizeof path, "%s/%s", place->folder, name);
    struct inbox *inbox = inbox_open(path, &error);
    if (!inbox || (url && inbox_share(inbox, url, refuses, &error) != 0))
        fail_msg("%s", error.message);
    return inbox;
}

static char *event_of(const char *conversation, char out[300])
{
    snprintf(out, 300,
             "{\"type\":\"post_call_transcription\",\"data\":{\"agent_id\":\"agent_1\","
             "\"conversation_id\":\"%s\",\"transcript\":[]}}",
             conversation);
    return out;
}

static int deliver(struct inbox *to, const char *conversation, enum accepted *accepted, struct error *error)
{
    char body[300];
    struct receipt receipt = {0};
    struct delivery *delivery = inbox_receive(to, error);
    event_of(conversation, body);
    int result = delivery ? delivery_write(delivery, body, strlen(body), error) : -1;
    if (delivery && result == 0)
        result = delivery_accept(delivery, &receipt, error);
    delivery_close(delivery);
    *accepted = receipt.accepted;
    return result;
}

static enum accepted accept_one(struct inbox *to, const char *conversation)
{
    struct error error = {0};
    enum accepted accepted;
    if (deliver(to, conversation, &accepted, &error) != 0)
        fail_msg("%s: %s", conversation, error.message);
    return accepted;
}

/* What a handler is to do, and what it saw; of several threads and, where it is shared, processes. */
struct work {
    atomic_int calls;
    atomic_int seen[64]; /* conv-N */
    int fails;           /* enum error_code; ERROR_NONE: not at all */
    bool kills;
};

static int handle(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct work *work = ctx;
    const char *number = strstr(bytes, "conv-");
    assert_int_equal(strlen(bytes), len);
    work->calls++;
    if (number && strtol(number + 5, NULL, 10) < 64)
        work->seen[strtol(number + 5, NULL, 10)]++;
    if (work->kills)
        raise(SIGKILL);
    return work->fails ? error_set(error, (enum error_code)work->fails, "this handler fails") : 0;
}

static void drain(struct inbox *inbox, struct work *work, size_t processed, size_t left, size_t failed)
{
    size_t done, waiting, lost;
    struct error error = {0};
    if (inbox_drain(inbox, handle, work, &done, &waiting, &lost, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(done, processed);
    assert_int_equal(waiting, left);
    assert_int_equal(lost, failed);
}

static void check_status(struct inbox *inbox, int64_t pending, int64_t failed)
{
    struct inbox_status status;
    struct error error = {0};
    if (inbox_status(inbox, false, &status, &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(status.pending, pending);
    assert_int_equal(status.failed, failed);
    assert_true(pending == 0 || status.oldest > 0);
}

/* --- One event, several front ends ---------------------------------------------------------------------- */

static void any_front_end_processes_what_another_accepted(void **state)
{
    struct place *p = *state;
    struct inbox *a = front_end(p, "a", p->database, false), *b = front_end(p, "b", p->database, false);
    struct work work = {0};
    assert_int_equal(accept_one(a, "conv-1"), ACCEPTED);
    assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
    check_status(a, 1, 0);
    check_status(b, 1, 0);
    drain(b, &work, 1, 0, 0);
    assert_int_equal(work.seen[1], 1);
    check_status(a, 0, 0);
    assert_int_equal(accept_one(a, "conv-1"), DUPLICATE);
    drain(a, &work, 0, 0, 0);
    assert_int_equal(work.calls, 1);
    inbox_close(a);
    inbox_close(b);
}

struct courier {
    struct inbox *to;
    int accepted;
};

static void *deliver_all(void *arg)
{
    struct courier *courier = arg;
    for (int i = 0; i < 20; i++) {
        char name[16];
        enum accepted accepted;
        snprintf(name, sizeof name, "conv-%d", i);
        if (deliver(courier->to, name, &accepted, NULL) == 0)
            courier->accepted += accepted == ACCEPTED;
    }
    return NULL;
}

static bool is_worked(struct inbox *inbox)
{
    struct inbox_status status;
    for (int tries = 0; tries < 2000; tries++) {
        if (inbox_status(inbox, false, &status, NULL) == 0 && status.pending == 0)
            return true;
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return false;
}

/* Four deliveries of each event at once, at two front ends, each of which has a worker. */
static void each_event_is_accepted_once_and_processed_once(void **state)
{
    struct place *p = *state;
    struct inbox *fronts[] = {front_end(p, "a", p->database, false), front_end(p, "b", p->database, false)};
    struct inbox_worker *workers[2];
    struct work work = {0};
    struct courier couriers[4];
    pthread_t threads[4];
    int accepted = 0;
    for (int i = 0; i < 2; i++)
        assert_non_null(workers[i] = inbox_worker_start(fronts[i], handle, NULL, NULL, &work, NULL));
    for (int i = 0; i < 4; i++) {
        couriers[i] = (struct courier){.to = fronts[i % 2]};
        assert_int_equal(pthread_create(&threads[i], NULL, deliver_all, &couriers[i]), 0);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], NULL);
        accepted += couriers[i].accepted;
    }
    assert_int_equal(accepted, 20);
    assert_true(is_worked(fronts[0]));
    for (int i = 0; i < 2; i++) {
        inbox_worker_stop(workers[i]);
        inbox_close(fronts[i]);
    }
    assert_int_equal(work.calls, 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(work.seen[i], 1);
}

/* --- Events that fail ----------------------------------------------------------------------------------- */

static void note_reason(void *ctx, const char *name, const char *reason)
{
    char *kept = ctx;
    assert_int_equal(strlen(name), SPOOL_NAME_DIGITS);
    memcpy(kept, name, SPOOL_NAME_DIGITS + 1);
    snprintf(kept + SPOOL_NAME_DIGITS + 1, 200, "%s", reason);
}

static void what_fails_for_now_waits_and_what_fails_for_good_is_kept(void **state)
{
    struct place *p = *state;
    struct inbox *a = front_end(p, "a", p->database, false), *b = front_end(p, "b", p->database, false);
    struct work work = {.fails = ERROR_MEMORY_UNAVAILABLE};
    char kept[SPOOL_NAME_DIGITS + 1 + 200] = "", body[300];
    size_t len;
    accept_one(a, "conv-1");
    drain(a, &work, 0, 1, 0);
    check_status(b, 1, 0);
    work.fails = ERROR_INVALID_REQUEST;
    drain(b, &work, 0, 0, 1);
    check_status(a, 0, 1);
    assert_int_equal(inbox_each_failed(a, note_reason, kept, NULL), 0);
    assert_non_null(strstr(kept + SPOOL_NAME_DIGITS + 1, "\"code\":\"invalid_request\""));
    assert_non_null(strstr(kept + SPOOL_NAME_DIGITS + 1, "\"attempts\":2"));
    char *bytes = inbox_failed_body(b, kept, 1000, &len);
    assert_non_null(bytes);
    assert_string_equal(bytes, event_of("conv-1", body));
    free(bytes);
    assert_null(inbox_failed_body(b, kept, 10, &len)); /* more than is asked for */
    assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
    assert_int_equal(inbox_retry_one(b, kept, NULL), 1);
    work.fails = ERROR_NONE;
    drain(a, &work, 1, 0, 0);
    check_status(b, 0, 0);
    inbox_close(a);
    inbox_close(b);
}

/* Each time in a program of its own, which ends in the middle; the sixth one does not try. */
static void an_event_that_ends_programs_is_put_aside(void **state)
{
    struct place *p = *state;
    struct inbox *a = front_end(p, "a", p->database, false);
    accept_one(a, "conv-1");
    inbox_close(a);
    for (int i = 0; i < 5; i++) {
        int status;
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            struct work work = {.kills = true};
            size_t ignored;
            struct inbox *of_child = front_end(p, "a", p->database, false);
            inbox_drain(of_child, handle, &work, &ignored, &ignored, &ignored, NULL);
            _exit(0);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    }
    struct work work = {0};
    struct inbox *b = front_end(p, "b", p->database, false);
    drain(b, &work, 0, 0, 1);
    assert_int_equal(work.calls, 0);
    check_status(b, 0, 1);
    inbox_close(b);
}

/* --- Erasing -------------------------------------------------------------------------------------------- */

static bool has_text(void *ctx, const char *bytes, size_t len)
{
    return len > 0 && strstr(bytes, ctx) != NULL;
}

static void what_was_erased_comes_back_through_no_front_end(void **state)
{
    struct place *p = *state;
    struct inbox *a = front_end(p, "a", p->database, false), *b = front_end(p, "b", p->database, false);
    char wanted[] = "\"conv-1\"";
    struct work work = {0};
    accept_one(a, "conv-1");
    accept_one(a, "conv-2");
    assert_int_equal(inbox_erase(b, has_text, wanted, NULL), 1);
    assert_int_equal(accept_one(a, "conv-1"), DUPLICATE);
    /* Nor does a call that no front end has seen, once its caller is erased. */
    assert_int_equal(inbox_seal(b, "conv-3", NULL), 0);
    assert_int_equal(accept_one(a, "conv-3"), DUPLICATE);
    drain(a, &work, 1, 0, 0);
    assert_int_equal(work.seen[2], 1);
    inbox_close(a);
    inbox_close(b);
}

/* --- The database is away ------------------------------------------------------------------------------- */

static void without_a_database_events_are_kept_or_refused(void **state)
{
    struct place *p = *state;
    struct inbox *keeps = front_end(p, "a", SILENT, false), *refuses = front_end(p, "b", SILENT, true);
    struct inbox_status status = {0};
    struct error error = {0};
    enum accepted accepted;
    assert_int_equal(accept_one(keeps, "conv-1"), ACCEPTED);
    assert_int_equal(accept_one(keeps, "conv-1"), DUPLICATE);
    assert_int_equal(inbox_status(keeps, false, &status, NULL), -1);
    assert_int_equal(status.spooled, 1);
    assert_int_equal(deliver(refuses, "conv-1", &accepted, &error), -1);
    assert_string_equal(error_name(error.code), "inbox_unavailable");
    assert_int_equal(inbox_status(refuses, false, &status, NULL), -1);
    assert_int_equal(status.spooled, 0);
    inbox_close(keeps);
    inbox_close(refuses);
}

static void while_the_database_is_away_events_wait_on_their_machine(void **state)
{
    struct place *p = *state;
    struct inbox *away = front_end(p, "a", SILENT, false), *b = front_end(p, "b", p->database, false);
    struct work work = {0};
    for (int i = 1; i <= 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "conv-%d", i);
        assert_int_equal(accept_one(away, name), ACCEPTED);
    }
    inbox_close(away);
    /* Meanwhile the other one has got the second, and the caller of the third was erased. */
    assert_int_equal(accept_one(b, "conv-2"), ACCEPTED);
    assert_int_equal(inbox_seal(b, "conv-3", NULL), 0);
    struct inbox *back = front_end(p, "a", p->database, false);
    drain(back, &work, 2, 0, 0);
    assert_int_equal(work.seen[1], 1);
    assert_int_equal(work.seen[2], 1);
    assert_int_equal(work.seen[3], 0);
    assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
    inbox_close(back);
    inbox_close(b);
}

/* As when the server is restarted. */
static void a_connection_that_ended_is_made_again(void **state)
{
    struct place *p = *state;
    struct inbox *a = front_end(p, "a", p->database, true);
    struct work work = {0};
    char sql[256];
    snprintf(sql, sizeof sql,
             "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE application_name = '%s' "
             "AND pid <> pg_backend_pid()",
             p->schema);
    assert_int_equal(accept_one(a, "conv-1"), ACCEPTED);
    by_hand(p, sql);
    assert_int_equal(accept_one(a, "conv-1"), DUPLICATE);
    by_hand(p, sql);
    assert_int_equal(accept_one(a, "conv-2"), ACCEPTED);
    drain(a, &work, 2, 0, 0);
    inbox_close(a);
}

/* --- A machine that had an inbox of its own ------------------------------------------------------------- */

/* Another database, as far as an inbox can tell. */
static struct place *another(const struct place *place)
{
    struct place *other = calloc(1, sizeof *other);
    assert_non_null(other);
    other->options = place->options;
    place_make_schema(other);
    place_open(other);
    return other;
}

static void remove_other(struct place *other)
{
    char sql[80];
    place_close(other);
    snprintf(sql, sizeof sql, "DROP SCHEMA %s CASCADE", other->schema);
    by_hand(other, sql);
    free(other);
}

static int64_t names_in(struct place *place)
{
    return number_of(place, "SELECT count(*) FROM ledger");
}

static void its_names_go_into_each_database_once(void **state)
{
    struct place *p = *state, *q = another(p);
    struct work work = {0};
    struct inbox *alone = front_end(p, "a", NULL, false);
    accept_one(alone, "conv-1");
    drain(alone, &work, 1, 0, 0);
    inbox_close(alone);
    struct place *const moves[] = {p, q, p};
    for (size_t i = 0; i < 3; i++) {
        struct inbox *a = front_end(p, "a", moves[i]->database, false);
        struct inbox *b = front_end(p, "b", moves[i]->database, false);
        drain(a, &work, 0, 0, 0); /* a worker of post-call does the same */
        assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
        inbox_close(a);
        inbox_close(b);
    }
    /* Where they are they are not copied again: one that an operator took away stays away. */
    by_hand(p, "DELETE FROM ledger WHERE substr(key, 9) <> decode('0000000000000000', 'hex')");
    int64_t before = names_in(p);
    struct inbox *a = front_end(p, "a", p->database, false);
    drain(a, &work, 0, 0, 0);
    assert_int_equal(names_in(p), before);
    /* But a database that was restored from before they came has not got them. */
    by_hand(p, "DELETE FROM ledger");
    inbox_close(a);
    a = front_end(p, "a", p->database, false);
    drain(a, &work, 0, 0, 0);
    struct inbox *b = front_end(p, "b", p->database, false);
    assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
    inbox_close(a);
    inbox_close(b);
    assert_int_equal(work.calls, 1);
    remove_other(q);
}

/* A mark of the first version of the shared inbox did not say of which database it is. */
static void an_old_mark_says_nothing(void **state)
{
    struct place *p = *state;
    struct work work = {0};
    char path[160];
    static const char *const marks[] = {"", "0123", "zz23456789abcdef0000000000000000",
                                        "01234567012345670000000000000000"};
    struct inbox *alone = front_end(p, "a", NULL, false);
    accept_one(alone, "conv-1");
    drain(alone, &work, 1, 0, 0);
    inbox_close(alone);
    snprintf(path, sizeof path, "%s/a/ledger.shared", p->folder);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        FILE *file = fopen(path, "we");
        assert_non_null(file);
        fputs(marks[i], file);
        assert_int_equal(fclose(file), 0);
        if (i > 0)
            by_hand(p, "DELETE FROM ledger");
        struct inbox *a = front_end(p, "a", p->database, false);
        drain(a, &work, 0, 0, 0);
        inbox_close(a);
        struct inbox *b = front_end(p, "b", p->database, false);
        assert_int_equal(accept_one(b, "conv-1"), DUPLICATE);
        inbox_close(b);
    }
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, place_make, place_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_PLACE(without_a_database_events_are_kept_or_refused),
        /* Up to here without a server: WITHOUT_SERVER. */
        IN_PLACE(any_front_end_processes_what_another_accepted),
        IN_PLACE(each_event_is_accepted_once_and_processed_once),
        IN_PLACE(what_fails_for_now_waits_and_what_fails_for_good_is_kept),
        IN_PLACE(an_event_that_ends_programs_is_put_aside),
        IN_PLACE(what_was_erased_comes_back_through_no_front_end),
        IN_PLACE(while_the_database_is_away_events_wait_on_their_machine),
        IN_PLACE(a_connection_that_ended_is_made_again),
        IN_PLACE(its_names_go_into_each_database_once),
        IN_PLACE(an_old_mark_says_nothing),
    };
    return _cmocka_run_group_tests("shared", tests,
                                   is_postgres() ? sizeof tests / sizeof *tests : WITHOUT_SERVER, NULL, NULL);
}
