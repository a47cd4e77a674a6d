/*
 * schema: the tables in PostgreSQL: those of a memory, as memory/local/schema.h has them, and those of the
 * inbox that all front ends share (inbox/shared.h). They are in the schema in which the role creates tables,
 * which callmem has for itself; callmem_schema says which version they have.
 *
 * Front ends are upgraded one after the other. A step that older programs can live with leaves
 * callmem_schema.least as it is: they go on. One that they cannot live with sets it to its own version: from
 * then on older programs refuse to work, and those that are asked on the phone say that nobody is known.
 */
#ifndef CALLMEM_POSTGRES_SCHEMA_H
#define CALLMEM_POSTGRES_SCHEMA_H

/* How a memory in PostgreSQL is asked for its version and made: what to send with the simple protocol. */

#define POSTGRES_VERSION 2

/* The step that leads from `version` to the next; 0 is an empty database. NULL: there is none. Each is run in
 * a transaction that holds POSTGRES_LOCK, and sets callmem_schema. */
const char *postgres_step(int version);
/* The newest version that this program knows. */
int postgres_newest(void);

/* One row, of no columns' meaning but these: version, least; none for an empty database. */
#define POSTGRES_ASK_VERSION                                                                                 \
    "SELECT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'callmem_schema' AND pg_table_is_visible(oid))"
#define POSTGRES_GET_VERSION "SELECT version, least FROM callmem_schema"

/* Advisory locks have two numbers: this is the first one of all of callmem's. With 0 behind it, it is held by
 * who changes the tables; else the second one is made of a caller. */
#define POSTGRES_LOCKS "1667329132" /* "call" */

/* For tests: from now on there is one version more, which this step makes; NULL: no more. Borrowed. */
void postgres_next_version(const char *step);

#endif
