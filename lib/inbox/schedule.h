/*
 * schedule: which events wait for their next try, and until when. It is lost with the process; trying an
 * event a little early after a restart does no harm. Times are those of clock_ms().
 */
#ifndef CALLMEM_INBOX_SCHEDULE_H
#define CALLMEM_INBOX_SCHEDULE_H

#include "inbox/spool.h"

#include <stdbool.h>
#include <stdint.h>

/* The most events in it. When more have to wait, the memory is unavailable and none of them would succeed. */
#define SCHEDULE_MOST 8192

struct schedule;
struct schedule *schedule_new(void); /* NULL when out of memory */
void schedule_free(struct schedule *schedule);

/* The event failed for now: it is tried again after 250 ms, doubling with each call to 60 s, plus up to half
 * of that at random. False when there is no room for it. */
bool schedule_postpone(struct schedule *schedule, const char *name, int64_t now);
/* It is not to be tried before `when`, which does not count as a failure. False when there is no room. */
bool schedule_hold(struct schedule *schedule, const char *name, int64_t when);
void schedule_drop(struct schedule *schedule, const char *name);
/* The number of times it was postponed. */
unsigned schedule_failures(const struct schedule *schedule, const char *name);
/* Whether it may be tried now, as any that was never postponed. Marks it as still there. */
bool schedule_is_due(struct schedule *schedule, const char *name, int64_t now);
/* Drops all events that schedule_is_due() was not asked about since the last call. */
void schedule_purge(struct schedule *schedule);
/* When the next one is due, INT64_MAX when none waits. */
int64_t schedule_next(const struct schedule *schedule);
/* All may be tried at once; their numbers of failures are kept. */
void schedule_hurry(struct schedule *schedule);

#endif
