#include "base/clock.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

int64_t clock_now(void)
{
    return (int64_t)time(NULL);
}

void clock_pause(int tries)
{
    long us = tries < 20 ? 100 : tries < 40 ? 500 : 2000;
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_ms(void)
{
    return clock_us() / 1000;
}

struct timespec clock_after(int64_t ms)
{
    int64_t us = clock_us() + ms * 1000;
    return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

/* Days from 1970-01-01 to a civil date, after H. Hinnant's chrono algorithms: years begin in March. */
static int64_t days_from_civil(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

int64_t clock_civil(int year, int month, int day)
{
    return days_from_civil(year, month, day) * CLOCK_DAY;
}

/* The nearest time with a year of four digits. */
static int64_t clamp(int64_t when)
{
    const int64_t first = -62135596800, last = 253402300799; /* years 1 and 9999 */
    return when < first ? first : when > last ? last : when;
}

static int64_t floor_day(int64_t when)
{
    return (when >= 0 ? when : when - (CLOCK_DAY - 1)) / CLOCK_DAY;
}

void clock_split(int64_t when, int *year, int *month, int *day, int *weekday)
{
    int64_t days = floor_day(clamp(when));
    if (weekday)
        *weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t m = (5 * of_year + 2) / 153;
    int in_month = (int)(m < 10 ? m + 3 : m - 9);
    if (day)
        *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    if (month)
        *month = in_month;
    if (year)
        *year = (int)(years + era * 400 + (in_month <= 2));
}

/* Writes `count` digits and the character `after`; returns the place behind them. */
static char *put(char *out, int number, int count, char after)
{
    for (int i = count; i-- > 0; number /= 10)
        out[i] = (char)('0' + number % 10);
    out[count] = after;
    return out + count + 1;
}

void clock_date(int64_t when, char out[CLOCK_STAMP_SIZE])
{
    int year, month, day;
    clock_split(when, &year, &month, &day, NULL);
    put(put(put(out, year, 4, '-'), month, 2, '-'), day, 2, '\0');
}

void clock_stamp(int64_t when, char out[CLOCK_STAMP_SIZE])
{
    when = clamp(when);
    clock_date(when, out);
    int rest = (int)(when - floor_day(when) * CLOCK_DAY);
    out += strlen(out);
    *out++ = 'T';
    out = put(put(put(out, rest / 3600, 2, ':'), rest / 60 % 60, 2, ':'), rest % 60, 2, 'Z');
    *out = '\0';
}

void clock_stamp_ms(char out[CLOCK_STAMP_SIZE])
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    /* Under load many are written in one second. */
    static _Thread_local struct {
        int64_t second;
        char stamp[CLOCK_STAMP_SIZE];
    } last = {-1, ""};
    if (last.second != now.tv_sec) {
        last.second = now.tv_sec;
        clock_stamp(now.tv_sec, last.stamp);
    }
    memcpy(out, last.stamp, sizeof last.stamp);
    out += strlen(out) - 1;
    *out++ = '.';
    out = put(out, (int)(now.tv_nsec / 1000000), 3, 'Z');
    *out = '\0';
}

/* Reads exactly `count` digits. */
static bool digits(const char **p, int count, int *value)
{
    *value = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        *value = *value * 10 + (**p - '0');
    }
    return true;
}

/* "Z", "+01:00", "-0230" or nothing; adds to `when`. */
static bool zone(const char *p, int64_t *when)
{
    if (*p == '\0' || ((*p == 'Z' || *p == 'z') && p[1] == '\0'))
        return true;
    if (*p != '+' && *p != '-')
        return false;
    int sign = *p++ == '+' ? -1 : 1, hours, minutes = 0;
    if (!digits(&p, 2, &hours))
        return false;
    bool colon = *p == ':';
    p += colon;
    if ((colon || *p) && !digits(&p, 2, &minutes))
        return false;
    *when += sign * (hours * 3600 + minutes * 60);
    return *p == '\0' && hours < 24 && minutes < 60;
}

static void skip_fraction(const char **p)
{
    if (**p != '.' || !isdigit((unsigned char)(*p)[1]))
        return;
    for ((*p)++; isdigit((unsigned char)**p); (*p)++)
        ;
}

static bool unix_seconds(const char *text, int64_t *when)
{
    const char *p = text;
    size_t len = strspn(p, "0123456789");
    if (len == 0 || len > 12)
        return false;
    *when = strtoll(text, NULL, 10);
    p += len;
    skip_fraction(&p);
    return *p == '\0';
}

bool clock_parse(const char *text, int64_t *when)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const char *p = text;
    int year, month, day, hour = 0, minute = 0, second = 0;
    if (unix_seconds(text, when))
        return true;
    if (!digits(&p, 4, &year) || *p++ != '-' || !digits(&p, 2, &month) || *p++ != '-' || !digits(&p, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > month_days[month - 1])
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month == 2 && day == 29 && !leap)
        return false;
    *when = clock_civil(year, month, day);
    if (*p == '\0')
        return true;
    if (*p != 'T' && *p != 't' && *p != ' ')
        return false;
    p++;
    if (!digits(&p, 2, &hour) || *p++ != ':' || !digits(&p, 2, &minute))
        return false;
    if (*p == ':') {
        p++;
        if (!digits(&p, 2, &second))
            return false;
        skip_fraction(&p);
    }
    if (hour > 23 || minute > 59 || second > 60)
        return false;
    *when += hour * 3600 + minute * 60 + second;
    return zone(p, when);
}
