/*
 * ledger: the keys of all events that were accepted and worked off, in SQLite (ledger.sqlite in the inbox).
 * It makes a duplicate known for ever; it is not what keeps an event safe.
 *
 * So a ledger that does not work stops nothing. Working an event off twice changes nothing, while an event
 * that was turned away may never come again: an accept that cannot ask goes on as if the key were not there.
 * Only a worker insists: an event leaves the inbox when its key is in the ledger, and until then it is tried
 * again.
 *
 * A ledger that is no database any more is moved aside (ledger.sqlite.broken-…) and begun anew; what is lost
 * with it is that very old duplicates are known, which again does no harm.
 */
#ifndef CALLMEM_INBOX_LEDGER_H
#define CALLMEM_INBOX_LEDGER_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

#define LEDGER_KEY_SIZE 16

struct ledger; /* safe to use from several threads; not across a fork() */

/* Keeps the name only; the database is opened, and made, when it is first needed, and again after it was
 * replaced or its folder went away. NULL when out of memory. */
struct ledger *ledger_open(const char *directory);
void ledger_close(struct ledger *ledger); /* NULL is taken */

enum ledger_found { LEDGER_ABSENT, LEDGER_PRESENT, LEDGER_UNKNOWN };
/* LEDGER_UNKNOWN: it cannot be asked now; that is logged, once a minute at most. */
enum ledger_found ledger_find(struct ledger *ledger, const unsigned char key[LEDGER_KEY_SIZE]);
/* Durable (synced) when it returns 0. Adding a key again changes nothing. */
int ledger_add(struct ledger *ledger, const unsigned char key[LEDGER_KEY_SIZE], struct error *error);
/* How many keys there are. It costs a scan. */
int ledger_count(struct ledger *ledger, int64_t *count, struct error *error);

#endif
