/*
 * metrics: what /metrics reports. All processes of an instance map one small file of the state folder and
 * count in it, so each of them reports the numbers of all, and those of a process outlive it. Counting takes
 * up to three atomic additions, no lock and no system call. The table of metrics is metrics_table.c.
 *
 * The file records which table it was made for. A program with another table replaces it by a new one that
 * starts from zero (for Prometheus, a restart); programs that still run with the old file are no longer
 * reported. The file must not be truncated while programs run; it may be removed when none does.
 *
 * Like the log, there is one per process: before metrics_open() all functions do nothing. All are thread-safe
 * except opening and closing.
 */
#ifndef CALLMEM_SERVICE_METRICS_H
#define CALLMEM_SERVICE_METRICS_H

#include "base/buf.h"
#include "base/error.h"
#include "service/metrics_table.h"

#include <stdbool.h>
#include <stdint.h>

#define METRICS_FILE      "metrics" /* in the state folder */
#define METRICS_PROCESSES 256       /* the most that can be alive at once */

/* Opens the file in `directory`; creates it (0600) if it is missing or made for another table. `service` is
 * the name of the program. Several processes may call this at once. If it fails, the process counts for
 * itself alone from then on, and the error says why; it can still serve. */
int metrics_open(const char *directory, const char *service, struct error *error);
void metrics_close(void);

/* The process serves from now on and counts as alive until metrics_end() or until it ends in any way.
 * metrics_begin() logs "a process died" for each process that ended without metrics_end(). */
void metrics_begin(void);
void metrics_end(void);

/* A request was answered. `endpoint` as in struct route, NULL when no route has the path; `code` of the error
 * that was returned, else ERROR_NONE. */
void metrics_request(const char *endpoint, int status, enum error_code code, int64_t microseconds);
/* Adds one; adds a duration; sets a value. */
void metrics_count(enum metric counter, unsigned row);
void metrics_time(enum metric histogram, unsigned row, int64_t microseconds);
void metrics_set(enum metric gauge, unsigned row, int64_t value);
/* The value of a counter or gauge, 0 before metrics_open(). */
int64_t metrics_value(enum metric metric, unsigned row);
/* What is known of a single day, for the operator's page: how much counters grew on it. Days are those of
 * UTC, numbered from 1970. Nothing is done for it when something is counted. */
enum metrics_daily { DAILY_NOTHING_FOUND, DAILY_LEFT_OUT, DAILIES };
#define METRICS_DAYS 32 /* that are kept */
/* Notes where the counters stand as a day begins; whoever notes it first is right. */
void metrics_begin_day(int64_t day);
/* Fills `counts` with those of a day; false when its beginning was not noted, or its end was not unless it is
 * `today`. */
bool metrics_day(int64_t day, int64_t today, int64_t counts[DAILIES]);
/* Call at each change of this process's circuit breaker. The state is reported while the process lives. */
void metrics_breaker(enum metrics_breaker state);

/* Prometheus' text format 0.0.4:
 * https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md */
void metrics_print(struct buf *out);

#endif
