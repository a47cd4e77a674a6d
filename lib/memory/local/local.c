#include "memory/local/local.h"

#include "memory/local/connection.h"
#include "memory/sql/sql_store.h"

struct memory_store *local_open(const struct memory_options *options)
{
    return sql_store_open(local_connection(options));
}
