#include "memory/open.h"

#include "memory/local/local.h"
#include "memory/openmemory/openmemory.h"
#include "memory/postgres/postgres.h"

static bool has_database(const struct memory_options *options)
{
    return options->database && *options->database;
}

struct memory_store *memory_open(const struct memory_options *options)
{
    if (has_database(options))
        return postgres_open(options);
    return options->url && *options->url ? openmemory_open(options) : local_open(options);
}

int memory_check_options(const struct memory_options *options, struct error *error)
{
    return has_database(options) ? postgres_check_url(options->database, error) : 0;
}
