#include "base/clock.h"

#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define MARCH_2 1772409600 /* 2026-03-02T00:00:00Z, a Monday */

static void reads_what_people_and_programs_write(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t when;
    } rows[] = {
        {"2026-03-02", MARCH_2},
        {"2026-03-02T10:04", MARCH_2 + 36240},
        {"2026-03-02T10:04:05", MARCH_2 + 36245},
        {"2026-03-02T10:04:05Z", MARCH_2 + 36245},
        {"2026-03-02t10:04:05z", MARCH_2 + 36245},
        {"2026-03-02 10:04:05", MARCH_2 + 36245},
        {"2026-03-02T10:04:05.999Z", MARCH_2 + 36245},
        {"2026-03-02T10:04:05.123456+00:00", MARCH_2 + 36245},
        {"2026-03-02T10:04:05+01:00", MARCH_2 + 32645},
        {"2026-03-02T10:04:05+0100", MARCH_2 + 32645},
        {"2026-03-02T10:04+01:00", MARCH_2 + 32640},
        {"2026-03-02T10:04:05-05:30", MARCH_2 + 56045},
        {"2026-03-02T00:30:00+01:00", MARCH_2 - 1800}, /* the day before, in Greenwich */
        {"2026-03-02T23:59:60Z", MARCH_2 + 86400},     /* a leap second */
        {"2024-02-29", 1709164800},
        {"2000-02-29", 951782400},
        {"1970-01-01", 0},
        {"1969-12-31T23:59:59Z", -1},
        {"0", 0},
        {"1772445942", 1772445942},
        {"1772445942.75", 1772445942},
        {"999999999999", 999999999999},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t when = 77;
        if (!clock_parse(rows[i].text, &when) || when != rows[i].when)
            fail_msg("%s: %lld, not %lld", rows[i].text, (long long)when, (long long)rows[i].when);
    }
}

static void refuses_what_is_no_time(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",
        " ",
        "yesterday",
        "2026-03",
        "2026-3-2",
        "2026-00-10",
        "2026-13-01",
        "2026-01-00",
        "2026-01-32",
        "2026-04-31",
        "2026-02-29",
        "2100-02-29",
        "1900-02-29",
        "2026-03-02T",
        "2026-03-02T10",
        "2026-03-02T1004",
        "2026-03-02T24:00",
        "2026-03-02T10:60",
        "2026-03-02T10:04:61",
        "2026-03-02T10:04:05.",
        "2026-03-02X10:04",
        "2026-03-02T10:04:05X",
        "2026-03-02T10:04:05Z ",
        "2026-03-02T10:04:05+24:00",
        "2026-03-02T10:04:05+01:60",
        "2026-03-02T10:04:05+1",
        "2026-03-02T10:04:05+01:",
        "2026-03-02T10:04:05+01:00Z",
        "2026-03-02Z",
        " 2026-03-02",
        "02.03.2026",
        "03/02/2026",
        "-1",
        "+1",
        "1e9",
        "0x10",
        "1234567890123",
        "12345678901234567890",
        "17724459 42",
        "1772445942.",
        "1772445942.x",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t when;
        if (clock_parse(rows[i], &when))
            fail_msg("taken: \"%s\"", rows[i]);
    }
}

/* The C library knows the calendar too. */
static void check_day(int64_t day)
{
    struct tm tm;
    int year, m, d, weekday;
    time_t noon = (time_t)(day * CLOCK_DAY + 43200);
    assert_non_null(gmtime_r(&noon, &tm));
    clock_split((int64_t)noon, &year, &m, &d, &weekday);
    if (year != tm.tm_year + 1900 || m != tm.tm_mon + 1 || d != tm.tm_mday || weekday != (tm.tm_wday + 6) % 7)
        fail_msg("day %lld is %d-%d-%d, weekday %d", (long long)day, year, m, d, weekday);
    assert_true(clock_civil(year, m, d) == day * CLOCK_DAY);
}

static void dates_there_and_back(void **state)
{
    (void)state;
    for (int64_t day = -40000; day < 60000; day++) /* 1860 to 2134 */
        check_day(day);
    for (int64_t day = -719162; day < 2932896; day += 97) /* years 1 to 9999 */
        check_day(day);
    check_day(-719162);
    check_day(2932896);
}

static void days_over_the_end_of_a_month_carry(void **state)
{
    (void)state;
    assert_true(clock_civil(2026, 3, 2) == MARCH_2);
    assert_true(clock_civil(2026, 2, 30) == MARCH_2);
    assert_true(clock_civil(2026, 3, 0) == MARCH_2 - 2 * CLOCK_DAY);
    assert_true(clock_civil(2025, 12, 92) == MARCH_2);
}

static void a_split_starts_and_ends_with_the_day(void **state)
{
    (void)state;
    int day, weekday;
    clock_split(MARCH_2 - 1, NULL, NULL, &day, &weekday);
    assert_int_equal(day, 1);
    assert_int_equal(weekday, 6);
    clock_split(MARCH_2, NULL, NULL, &day, &weekday);
    assert_int_equal(day, 2);
    assert_int_equal(weekday, 0);
    clock_split(MARCH_2 + CLOCK_DAY - 1, NULL, NULL, &day, &weekday);
    assert_int_equal(day, 2);
    clock_split(-1, NULL, NULL, &day, NULL);
    assert_int_equal(day, 31);
}

static void writes_dates_and_stamps(void **state)
{
    (void)state;
    static const struct {
        int64_t when;
        const char *date, *stamp;
    } rows[] = {
        {0, "1970-01-01", "1970-01-01T00:00:00Z"},
        {-1, "1969-12-31", "1969-12-31T23:59:59Z"},
        {MARCH_2 + 36245, "2026-03-02", "2026-03-02T10:04:05Z"},
        {951782400 + 86399, "2000-02-29", "2000-02-29T23:59:59Z"},
        {INT64_MAX, "9999-12-31", "9999-12-31T23:59:59Z"}, /* always four digits of a year */
        {INT64_MIN, "0001-01-01", "0001-01-01T00:00:00Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[CLOCK_STAMP_SIZE];
        clock_date(rows[i].when, out);
        assert_string_equal(out, rows[i].date);
        clock_stamp(rows[i].when, out);
        assert_string_equal(out, rows[i].stamp);
    }
}

static void the_stamp_of_now_has_milliseconds_and_is_now(void **state)
{
    (void)state;
    char out[CLOCK_STAMP_SIZE];
    int64_t before = clock_now(), when;
    clock_stamp_ms(out);
    assert_int_equal(strlen(out), strlen("2026-03-02T10:04:05.123Z"));
    assert_int_equal(out[19], '.');
    assert_true(clock_parse(out, &when));
    assert_true(when >= before && when <= clock_now());
}

static void running_time_runs_forwards(void **state)
{
    (void)state;
    int64_t us = clock_us(), ms = clock_ms();
    for (int i = 0; i < 1000; i++) {
        assert_true(clock_us() >= us);
        assert_true(clock_ms() >= ms);
        us = clock_us();
        ms = clock_ms();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_people_and_programs_write),
        cmocka_unit_test(refuses_what_is_no_time),
        cmocka_unit_test(dates_there_and_back),
        cmocka_unit_test(days_over_the_end_of_a_month_carry),
        cmocka_unit_test(a_split_starts_and_ends_with_the_day),
        cmocka_unit_test(writes_dates_and_stamps),
        cmocka_unit_test(the_stamp_of_now_has_milliseconds_and_is_now),
        cmocka_unit_test(running_time_runs_forwards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
