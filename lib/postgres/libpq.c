#include "postgres/libpq.h"

#include "base/library.h"

#include <pthread.h>

static struct library loaded = {.file = "libpq.so.5"};
static struct libpq functions;

static void load(void)
{
    library_open(&loaded);
#define FIND(name) library_find(&loaded, #name, &functions.name, sizeof functions.name);
    LIBPQ_FUNCTIONS(FIND)
#undef FIND
}

const struct libpq *libpq_load(struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (library_is_whole(&loaded))
        return &functions;
    if (loaded.handle)
        error_set(error, ERROR_SETTINGS, "the installed %s has no %s; it must be of version 14 or newer",
                  loaded.file, loaded.missing);
    else
        error_set(error, ERROR_SETTINGS, "PostgreSQL's client library %s is not installed (Debian: libpq5)",
                  loaded.file);
    return NULL;
}
