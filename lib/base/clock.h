/*
 * clock: wall time in Unix seconds, running time in milliseconds, and their ISO 8601 forms. All of it is UTC.
 */
#ifndef CALLMEM_BASE_CLOCK_H
#define CALLMEM_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define CLOCK_STAMP_SIZE 32
#define CLOCK_DAY        86400

int64_t clock_now(void);                                    /* Unix seconds */
int64_t clock_ms(void);                                     /* milliseconds of a monotonic clock */
int64_t clock_us(void);                                     /* the same in microseconds */
void clock_stamp(int64_t when, char out[CLOCK_STAMP_SIZE]); /* 2026-03-02T10:04:00Z */
void clock_stamp_ms(char out[CLOCK_STAMP_SIZE]);            /* now, 2026-03-02T10:04:00.123Z */
void clock_date(int64_t when, char out[CLOCK_STAMP_SIZE]);  /* 2026-03-02 */

/* So many milliseconds from now, for pthread_cond_timedwait() with a condition of CLOCK_MONOTONIC. */
struct timespec clock_after(int64_t ms);
/* Sleeps until something that another process holds is tried again after so many `tries`: 0.1 ms at first,
 * for what is held for less than a millisecond, and 2 ms at last. */
void clock_pause(int tries);

/* Reads `2026-03-02`, `2026-03-02T10:04`, `…:00`, `….123`, with `Z`, `+01:00`, `+0100` or nothing (UTC), a
 * blank or `t` in place of the `T`, or Unix seconds (digits, optional fraction). False for anything else. */
bool clock_parse(const char *text, int64_t *when);
/* Seconds of midnight of a civil date (proleptic Gregorian). Month 1 to 12; out-of-range days carry over. */
int64_t clock_civil(int year, int month, int day);
/* The civil date and the weekday (0 Monday to 6 Sunday) of a time. Any pointer may be NULL. */
void clock_split(int64_t when, int *year, int *month, int *day, int *weekday);

#endif
