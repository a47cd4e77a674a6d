/*
 * Days: "next Friday", "in three days", "the sixth" against the date of the call.
 */
#include "understand/date.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

struct today {
    int64_t midnight;
    int year, month, day, weekday;
};

static int number_of(const struct reading *reading, enum capture what, const struct words *words,
                     int fallback)
{
    int value = fallback;
    size_t at = reading->matcher.captured[what].from;
    if (!reading->matcher.has[what])
        return fallback;
    if (what == CAPTURE_NUMBER)
        language_number(reading->language, words, at, &value);
    else
        language_value(reading->language, what == CAPTURE_WEEKDAY ? LIST_WEEKDAY : LIST_MONTH, words, at,
                       &value);
    return value;
}

/* The next day of that weekday after today; `weeks` later. */
static int64_t weekday_day(const struct today *today, int weekday, int weeks)
{
    int days = (weekday - today->weekday + 7) % 7;
    return today->midnight + (int64_t)((days == 0 ? 7 : days) + 7 * weeks) * CLOCK_DAY;
}

static int64_t calendar_day(const struct today *today, int month, int day)
{
    if (day < 1 || day > 31 || month < 0 || month > 12)
        return 0;
    if (month > 0) {
        int64_t when = clock_civil(today->year, month, day);
        return when < today->midnight ? clock_civil(today->year + 1, month, day) : when;
    }
    if (day >= today->day)
        return clock_civil(today->year, today->month, day);
    return today->month == 12 ? clock_civil(today->year + 1, 1, day)
                              : clock_civil(today->year, today->month + 1, day);
}

static int64_t month_end(const struct today *today)
{
    int month = today->month % 12 + 1, year = today->year + (today->month == 12);
    return clock_civil(year, month, 1) - CLOCK_DAY;
}

/* A rule's slot says what its words mean. */
static int64_t day_of(const struct reading *reading, const struct words *words, const struct rule *rule,
                      const struct today *today)
{
    int number = number_of(reading, CAPTURE_NUMBER, words, 0);
    int weekday = number_of(reading, CAPTURE_WEEKDAY, words, 0);
    int month = number_of(reading, CAPTURE_MONTH, words, 0);
    const char *what = rule->slot ? rule->slot : "";
    if (strcmp(what, "days") == 0)
        return today->midnight + (int64_t)(rule->value ? strtol(rule->value, NULL, 10) : number) * CLOCK_DAY;
    if (strcmp(what, "weeks") == 0)
        return today->midnight +
               (int64_t)(rule->value ? strtol(rule->value, NULL, 10) : number) * 7 * CLOCK_DAY;
    if (strcmp(what, "weekday") == 0)
        return weekday_day(today, weekday, 0);
    if (strcmp(what, "weekday next week") == 0)
        return today->midnight + (int64_t)(7 - today->weekday + weekday) * CLOCK_DAY;
    if (strcmp(what, "next week") == 0)
        return today->midnight + (int64_t)(7 - today->weekday) * CLOCK_DAY;
    if (strcmp(what, "week end") == 0)
        return today->midnight + (int64_t)((4 - today->weekday + 7) % 7) * CLOCK_DAY;
    if (strcmp(what, "month end") == 0)
        return month_end(today);
    if (strcmp(what, "date") == 0)
        return calendar_day(today, month, number);
    return 0;
}

int64_t date_find(struct reading *reading, const struct spoken *spoken, struct span span)
{
    struct today today;
    struct matcher before = reading->matcher;
    int64_t found = 0;
    clock_split(reading->transcript->started_at + reading->transcript->utc_offset, &today.year, &today.month,
                &today.day, &today.weekday);
    today.midnight = clock_civil(today.year, today.month, today.day);
    for (size_t at = span.from; at < span.to && found == 0; at++) {
        const struct rule *rule = reading_rule(reading, SECTION_DATE, spoken, at);
        if (rule)
            found = day_of(reading, &spoken->words, rule, &today);
    }
    reading->matcher = before;
    return found;
}
