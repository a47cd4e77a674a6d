/*
 * schema: the tables of the embedded memory, and how an older database becomes a current one.
 *
 *     callers        one row for each caller, with what a list of callers shows (struct memory_caller);
 *                    `folded`: names without case and accents; user_id: memory_set_user()
 *     conversations  one for each call, of a caller; started_at is the earliest created_at of its memories
 *     memories       one for each memory; the key (conversation, kind, position) makes adding again a
 *                    replacement
 *     terms          what is searched, one row for each conversation: the analysed terms of its memories
 *                    (segment.h), so that a search reads what one caller has and nothing else
 *     shared         conversations of others that a caller shares (memory_share())
 *     profiles       what memory_set_profile() was given (struct memory_profile)
 *     sealed         of calls that were erased, a hash of each name (memory_seal())
 */
#ifndef CALLMEM_MEMORY_LOCAL_SCHEMA_H
#define CALLMEM_MEMORY_LOCAL_SCHEMA_H

#include "base/error.h"

#include <sqlite3.h>

#define SCHEMA_VERSION 5

/* What a summary says of the version that its call was understood by, as an index has it. */
#define SCHEMA_UNDERSTOOD                                                                                    \
    "CASE WHEN json_valid(metadata) THEN coalesce(json_extract(metadata, '$.understood'), 0) ELSE 0 END"

/* Brings the open database to SCHEMA_VERSION, one transaction for each step: one that fails or dies in the
 * middle leaves the version before it. A database of a newer version is not touched:
 * ERROR_MEMORY_UNAVAILABLE that says so. A step takes as long as there is to change, so nobody does this who
 * has to answer; who migrates must not be interrupted (sqlite3_progress_handler). */
int schema_migrate(sqlite3 *db, struct error *error);
/* For all others: makes the tables of an empty file. ERROR_MEMORY_UNAVAILABLE for an older or newer one; for
 * an older one that somebody writes just now it says that the database "is being brought" to SCHEMA_VERSION.
 * Then the busy timeout is 0. */
int schema_ready(sqlite3 *db, struct error *error);
/* ERROR_MEMORY_UNAVAILABLE when this version is newer than SCHEMA_VERSION. */
int schema_refuse_newer(int version, struct error *error);

/* For tests: migrates only up to `version`. */
int schema_migrate_to(sqlite3 *db, int version, struct error *error);
/* For tests: from now on there is one version more, which this step makes; NULL: no more. Borrowed. */
void schema_next_version(const char *step);

#endif
