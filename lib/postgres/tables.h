/*
 * tables: brings a database to the version of the tables that this program knows (schema.h), for the memory
 * and the inbox alike.
 */
#ifndef CALLMEM_POSTGRES_TABLES_H
#define CALLMEM_POSTGRES_TABLES_H

#include "base/error.h"
#include "postgres/link.h"

#include <stdbool.h>

/* Makes the tables of an empty database; those of an older version are changed only with `upgrades`, by who
 * has the time: then link->deadline moves by as much as that may take, and is to be set again. `version` is
 * that of the tables afterwards. The connection is still one of the simple protocol. */
int postgres_tables_prepare(struct pg_link *link, bool upgrades, int *version, struct error *error);
/* Whether tables of that version, which say that `least` is the least to know, are of use to this program. */
int postgres_tables_check(int version, int least, struct error *error);

#endif
