#include "service/metrics.h"

#include "tests/unit/unit.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHILDREN 4
#define TIMES    20000

static char directory[] = "/tmp/callmem-test-XXXXXX";
static const char accepted[] = "callmem_events_received_total{result=\"accepted\"}";

/* The value of a series as it is told; -1 when it is not. */
static double told(const char *series)
{
    struct buf text = BUF_INIT;
    double value = -1;
    size_t len = strlen(series);
    metrics_print(&text);
    assert_non_null(buf_text(&text));
    for (char *line = strtok(text.data, "\n"); line && value < 0; line = strtok(NULL, "\n"))
        if (strncmp(line, series, len) == 0 && line[len] == ' ')
            value = atof(line + len);
    buf_free(&text);
    return value;
}

static void assert_told(const char *series, double wanted)
{
    double got = told(series);
    if (got != wanted)
        fail_msg("%s: %g is told, not %g", series, got, wanted);
}

static void open_as(const char *service)
{
    struct error error;
    if (metrics_open(directory, service, &error) != 0)
        fail_msg("%s", error.message);
}

static int set_up(void **state)
{
    (void)state;
    strcpy(directory + strlen(directory) - 6, "XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[64];
    (void)state;
    metrics_close();
    snprintf(path, sizeof path, "%s/%s", directory, METRICS_FILE);
    unlink(path);
    return rmdir(directory);
}

/* A process of its own that runs `what`, says so with a byte, and then waits to be killed. */
struct child {
    pid_t pid;
    int says;
};

static struct child start_child(void (*what)(void))
{
    int said[2];
    assert_int_equal(pipe(said), 0);
    struct child child = {fork(), said[0]};
    assert_true(child.pid >= 0);
    if (child.pid == 0) {
        what();
        if (write(said[1], "x", 1) == 1)
            for (;;)
                pause();
        _exit(1);
    }
    close(said[1]);
    return child;
}

static void wait_for_child(const struct child *child)
{
    char byte;
    assert_int_equal(read(child->says, &byte, 1), 1);
}

static void kill_child(const struct child *child)
{
    kill(child->pid, SIGKILL);
    waitpid(child->pid, NULL, 0);
    close(child->says);
}

static void count_many(void)
{
    metrics_close();
    if (metrics_open(directory, "post-call", NULL) != 0)
        _exit(1);
    for (int i = 0; i < TIMES; i++) {
        metrics_count(METRIC_EVENTS_RECEIVED, RECEIPT_ACCEPTED);
        metrics_request("post-call", 200, ERROR_NONE, 700);
    }
}

static void test_processes_count_together(void **state)
{
    struct child children[CHILDREN];
    (void)state;
    /* The file is not there yet: all of them come to make it. */
    for (int i = 0; i < CHILDREN; i++)
        children[i] = start_child(count_many);
    for (int i = 0; i < CHILDREN; i++) {
        wait_for_child(&children[i]);
        kill_child(&children[i]);
    }
    open_as("post-call");
    assert_told(accepted, CHILDREN * TIMES);
    assert_told("callmem_requests_total{endpoint=\"post-call\",status=\"200\",code=\"\"}", CHILDREN * TIMES);
    assert_told("callmem_request_seconds_count{endpoint=\"post-call\"}", CHILDREN * TIMES);
    assert_told("callmem_request_seconds_bucket{endpoint=\"post-call\",le=\"0.0005\"}", 0);
    assert_told("callmem_request_seconds_bucket{endpoint=\"post-call\",le=\"0.001\"}", CHILDREN * TIMES);
    assert_told("callmem_request_seconds_sum{endpoint=\"post-call\"}", CHILDREN * TIMES * 0.0007);
}

static void test_what_was_counted_stays(void **state)
{
    struct stat st;
    char path[64];
    (void)state;
    open_as("post-call");
    metrics_count(METRIC_EVENTS_RECEIVED, RECEIPT_ACCEPTED);
    open_as("client-data");
    assert_told(accepted, 1);
    snprintf(path, sizeof path, "%s/%s", directory, METRICS_FILE);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void damage(off_t at, off_t size)
{
    char path[64];
    snprintf(path, sizeof path, "%s/%s", directory, METRICS_FILE);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "other", 5, at), 5);
    if (size)
        assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void test_another_table_begins_anew(void **state)
{
    static const struct {
        off_t at, size;
    } damages[] = {{16, 0}, {0, 0}, {0, 100}, {0, 100000}};
    (void)state;
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        open_as("post-call");
        metrics_count(METRIC_EVENTS_RECEIVED, RECEIPT_ACCEPTED);
        assert_told(accepted, 1);
        metrics_close();
        damage(damages[i].at, damages[i].size);
        open_as("post-call");
        assert_told(accepted, 0);
    }
}

static void serve_with_open_breaker(void)
{
    metrics_close();
    if (metrics_open(directory, "search-data", NULL) != 0)
        _exit(1);
    metrics_begin();
    metrics_breaker(BREAKER_OPEN);
}

static void test_who_lives_is_seen(void **state)
{
    static const char processes[] = "callmem_processes{service=\"search-data\"}";
    static const char open_breakers[] = "callmem_memory_breaker{service=\"search-data\",state=\"open\"}";
    static const char closed_breakers[] = "callmem_memory_breaker{service=\"search-data\",state=\"closed\"}";
    (void)state;
    open_as("search-data");
    metrics_begin();
    metrics_breaker(BREAKER_CLOSED);
    assert_told(processes, 1);
    struct child child = start_child(serve_with_open_breaker);
    wait_for_child(&child);
    assert_told(processes, 2);
    assert_told(open_breakers, 1);
    assert_told(closed_breakers, 1);
    kill_child(&child);
    assert_told(processes, 1);
    assert_told(open_breakers, 0);
    assert_told("callmem_process_starts_total{service=\"search-data\"}", 2);
    assert_told("callmem_process_stops_total{service=\"search-data\"}", 0);
    metrics_end();
    assert_told(processes, 0);
    assert_told(closed_breakers, 0);
    assert_told("callmem_process_stops_total{service=\"search-data\"}", 1);
}

static void test_without_a_folder_one_counts_alone(void **state)
{
    struct error error = {0};
    (void)state;
    assert_int_equal(metrics_open("/nowhere/at/all", "client-data", &error), -1);
    assert_non_null(strstr(error.message, "/nowhere/at/all/metrics"));
    metrics_begin();
    metrics_request("client-data", 200, ERROR_NONE, 1);
    assert_told("callmem_requests_total{endpoint=\"client-data\",status=\"200\",code=\"\"}", 1);
    assert_told("callmem_processes{service=\"client-data\"}", 1);
    metrics_end();
}

static void test_unopened_nothing_happens(void **state)
{
    (void)state;
    metrics_begin();
    metrics_request("client-data", 200, ERROR_NONE, 1);
    metrics_breaker(BREAKER_OPEN);
    metrics_end();
    assert_told(accepted, -1);
    /* A program that is none of the three counts, and is not seen. */
    open_as("unit");
    metrics_begin();
    metrics_count(METRIC_EVENTS_RECEIVED, RECEIPT_ACCEPTED);
    metrics_end();
    assert_told(accepted, 1);
}

static void test_every_error_has_its_row(void **state)
{
    (void)state;
    open_as("client-data");
    for (enum error_code code = ERROR_INVALID_JSON; code < ERROR_SETTINGS; code++) {
        char series[128];
        metrics_request("search-data", error_status(code), code, 1);
        snprintf(series, sizeof series,
                 "callmem_requests_total{endpoint=\"search-data\",status=\"%d\",code=\"%s\"}",
                 error_status(code), error_name(code));
        assert_told(series, 1);
    }
    metrics_request(NULL, 404, ERROR_NOT_FOUND, 1);
    assert_told("callmem_requests_total{endpoint=\"other\",status=\"404\",code=\"not_found\"}", 1);
    metrics_request("health", 503, ERROR_NONE, 1);
    assert_told("callmem_requests_total{endpoint=\"health\",status=\"503\",code=\"\"}", 1);
    metrics_request("client-data", 204, ERROR_NONE, 1);
    assert_told("callmem_requests_total{endpoint=\"client-data\",status=\"204\",code=\"\"}", 1);
}

static void test_buckets_hold_what_is_below_them(void **state)
{
    static const int64_t took[] = {0, 100, 101, 10000000, 10000001, -5};
    (void)state;
    open_as("post-call");
    for (size_t i = 0; i < sizeof took / sizeof *took; i++)
        metrics_time(METRIC_EVENT_SECONDS, 0, took[i]);
    assert_told("callmem_event_seconds_bucket{le=\"0.0001\"}", 3);
    assert_told("callmem_event_seconds_bucket{le=\"0.00025\"}", 4);
    assert_told("callmem_event_seconds_bucket{le=\"2.5\"}", 4);
    assert_told("callmem_event_seconds_bucket{le=\"10\"}", 5);
    assert_told("callmem_event_seconds_bucket{le=\"+Inf\"}", 6);
    assert_told("callmem_event_seconds_count", 6);
    assert_told("callmem_event_seconds_sum", 20.000202);
}

static void test_days_are_counted_apart(void **state)
{
    int64_t counts[DAILIES];
    (void)state;
    assert_false(metrics_day(20000, 20000, counts));
    metrics_begin_day(20000);
    open_as("post-call");
    metrics_count(METRIC_SEARCHES, SEARCH_NOTHING); /* before the day is noted: of none */
    assert_false(metrics_day(20000, 20000, counts));
    metrics_begin_day(20000);
    metrics_count(METRIC_SEARCHES, SEARCH_NOTHING);
    metrics_count(METRIC_SEARCHES, SEARCH_FOUND);
    metrics_count(METRIC_EVIDENCE_DROPPED, 0);
    metrics_count(METRIC_EVIDENCE_DROPPED, METRIC_DROPS - 1);
    metrics_begin_day(20000); /* another process, or the next hour */
    assert_true(metrics_day(20000, 20000, counts));
    assert_int_equal(counts[DAILY_NOTHING_FOUND], 1);
    assert_int_equal(counts[DAILY_LEFT_OUT], 2);
    assert_false(metrics_day(20000, 20001, counts));
    metrics_begin_day(20001);
    metrics_count(METRIC_SEARCHES, SEARCH_NOTHING);
    open_as("operator"); /* another program sees the same */
    assert_true(metrics_day(20000, 20001, counts));
    assert_int_equal(counts[DAILY_NOTHING_FOUND], 1);
    assert_int_equal(counts[DAILY_LEFT_OUT], 2);
    assert_true(metrics_day(20001, 20001, counts));
    assert_int_equal(counts[DAILY_NOTHING_FOUND], 1);
    assert_int_equal(counts[DAILY_LEFT_OUT], 0);
    /* Nobody was there when a day began: then neither it nor the one before is known. */
    metrics_begin_day(20003);
    assert_false(metrics_day(20001, 20003, counts));
    assert_false(metrics_day(20002, 20003, counts));
    assert_true(metrics_day(20003, 20003, counts));
    metrics_begin_day(20000 + METRICS_DAYS);
    assert_false(metrics_day(20000, 20000 + METRICS_DAYS, counts));
}

static void test_wrong_credentials_count_until_one_is_right(void **state)
{
    static const char refused[] = "callmem_refused_in_a_row{service=\"post-call\"}";
    (void)state;
    open_as("post-call");
    metrics_request("post-call", 401, ERROR_INVALID_SIGNATURE, 1);
    metrics_request("post-call", 401, ERROR_TIMESTAMP_OUT_OF_TOLERANCE, 1);
    metrics_request("search-data", 401, ERROR_INVALID_SECRET, 1);
    assert_told(refused, 2);
    assert_int_equal(metrics_value(METRIC_REFUSED, metric_service("search-data")), 1);
    /* Anybody can send these, and health checks say nothing of credentials. */
    metrics_request("post-call", 401, ERROR_MISSING_CREDENTIALS, 1);
    metrics_request("post-call", 401, ERROR_MALFORMED_SIGNATURE, 1);
    metrics_request("health", 200, ERROR_NONE, 1);
    metrics_request("post-call", 503, ERROR_INBOX_UNAVAILABLE, 1);
    assert_told(refused, 2);
    metrics_request("post-call", 200, ERROR_NONE, 1);
    assert_told(refused, 0);
    assert_int_equal(metrics_value(METRIC_REFUSED, metric_service("search-data")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_processes_count_together, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_was_counted_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_another_table_begins_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_who_lives_is_seen, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_without_a_folder_one_counts_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_unopened_nothing_happens, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_every_error_has_its_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_buckets_hold_what_is_below_them, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_days_are_counted_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_credentials_count_until_one_is_right, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
