/*
 * ledger: the names of all events that were accepted and processed, in SQLite (ledger.sqlite in the inbox).
 * By it a duplicate is recognised for good; the safety of events does not depend on it.
 *
 * So a failing ledger stops nothing. Processing an event twice changes nothing, while an event that was
 * rejected may never come again: an accept that cannot ask goes on as if the name were not there. Only a
 * worker insists: an event leaves the inbox when its name is in the ledger, and until then it is tried again.
 *
 * A damaged ledger is set aside (ledger.sqlite.broken-<time>) and a new one is made. That loses the knowledge
 * of old duplicates, and nothing else.
 */
#ifndef CALLMEM_INBOX_LEDGER_H
#define CALLMEM_INBOX_LEDGER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ledger; /* safe to use from several threads; not across a fork() */

/* Only keeps the path; the database is opened, and made, when it is first needed, and again after it was
 * replaced or its folder went away. NULL when out of memory. */
struct ledger *ledger_open(const char *directory);
void ledger_close(struct ledger *ledger); /* NULL is allowed */

/* Names are those of spool.h, without a suffix. */
enum ledger_found { LEDGER_ABSENT, LEDGER_PRESENT, LEDGER_UNKNOWN };
/* LEDGER_UNKNOWN: it cannot be asked now; that is logged, at most once a minute. */
enum ledger_found ledger_find(struct ledger *ledger, const char *name);
/* Whether one of `count` names is there, at most LEDGER_NAMES of them. */
#define LEDGER_NAMES 3
enum ledger_found ledger_find_one(struct ledger *ledger, const char *const *names, size_t count);
/* ledger_find() for a worker, over the connection that adds names: requests share the other one, and a thread
 * of low priority that is interrupted while it has that connection would make all of them wait. */
enum ledger_found ledger_find_as_worker(struct ledger *ledger, const char *name);
/* Whether any name is there whose first half is that of this one: another version of the same event. */
enum ledger_found ledger_find_any(struct ledger *ledger, const char *name);
/* Durable (synced) when it returns 0. Adding a name again changes nothing. ERROR_INBOX_UNAVAILABLE when it
 * cannot be written now. */
int ledger_add(struct ledger *ledger, const char *name, struct error *error);
/* Calls `each` for every name, with the Unix seconds of when it was added, until it returns false. */
int ledger_each(struct ledger *ledger, bool (*each)(void *ctx, const char *name, int64_t at), void *ctx,
                struct error *error);
/* Counts the names, which reads all of them. */
int ledger_count(struct ledger *ledger, int64_t *count, struct error *error);

#endif
