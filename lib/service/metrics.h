/*
 * metrics: what /metrics tells. Everything is counted in one small file in the state folder that all
 * processes of an instance map into their memory, so what is told is right over all of them, in whichever of
 * them it is asked for; and what a process counted is there when it has died. To count is an atomic addition
 * or three, no lock and no system call. metrics_table.c is the table of all that is counted.
 *
 * The file says which table it was made for. A program with another table begins a new one in its place, from
 * zero (Prometheus takes that for a restart); those that still run with the old one are told of no more. It
 * must not be cut short while programs run; it may be removed while none does.
 *
 * Like the log, this is one for the process: until metrics_open() everything here does nothing. All of it may
 * be used by several threads, except opening and closing.
 */
#ifndef CALLMEM_SERVICE_METRICS_H
#define CALLMEM_SERVICE_METRICS_H

#include "base/buf.h"
#include "base/error.h"
#include "service/metrics_table.h"

#include <stdint.h>

#define METRICS_FILE      "metrics" /* in the state folder */
#define METRICS_PROCESSES 256       /* the most that are seen as alive at once */

/* Opens the file in `directory`, making it when it is missing (0600) or of another table. `service` is the
 * name of the program. Several processes may do so at once. When that fails, this process counts for itself
 * from then on, and the error says why: no reason not to serve. */
int metrics_open(const char *directory, const char *service, struct error *error);
void metrics_close(void);

/* This process serves from now on, and is seen as alive until metrics_end() or until its end, however it
 * comes. Whoever begins logs "a process died" for each that ended without metrics_end(). */
void metrics_begin(void);
void metrics_end(void);

/* A request was answered. `endpoint` as in struct route, NULL when the path is none; `code` of the error that
 * was the answer, else ERROR_NONE. */
void metrics_request(const char *endpoint, int status, enum error_code code, int64_t microseconds);
/* One more; how long it took; what it is now. */
void metrics_count(enum metric counter, unsigned row);
void metrics_time(enum metric histogram, unsigned row, int64_t microseconds);
void metrics_set(enum metric gauge, unsigned row, int64_t value);
/* The state of this process's breaker, told at each change. It counts for as long as the process lives. */
void metrics_breaker(enum metrics_breaker state);

/* Prometheus' text format 0.0.4:
 * https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md */
void metrics_print(struct buf *out);

#endif
