#include "memory/postgres/postgres.h"

#ifdef CALLMEM_LIBPQ
#include "memory/postgres/connection.h"
#include "memory/sql/sql_store.h"
#include "postgres/link.h"

struct memory_store *postgres_open(const struct memory_options *options)
{
    return sql_store_open(postgres_connection(options));
}

int postgres_check_url(const char *url, struct error *error)
{
    return pg_link_check_url(url, error);
}

#else

#include <stddef.h>

struct memory_store *postgres_open(const struct memory_options *options)
{
    (void)options;
    return NULL;
}

int postgres_check_url(const char *url, struct error *error)
{
    (void)url;
    return error_set(error, ERROR_SETTINGS,
                     "this callmem was built without PostgreSQL; build it where libpq-dev is installed");
}

#endif
