#include "memory/postgres/libpq.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBRARY "libpq.so.5"

static struct {
    struct libpq functions;
    const char *missing; /* the first function that the library does not have */
    void *library;       /* never closed: it may have started threads and registered handlers */
} loaded;

static void find(const char *name, void *pointer, size_t size)
{
    void *found = dlsym(loaded.library, name);
    if (found)
        memcpy(pointer, &found, size); /* C has no cast from a pointer to data to one to a function */
    else if (!loaded.missing)
        loaded.missing = name;
}

static void load(void)
{
    loaded.library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!loaded.library)
        return;
#define FIND(name) find(#name, &loaded.functions.name, sizeof loaded.functions.name);
    LIBPQ_FUNCTIONS(FIND)
#undef FIND
}

const struct libpq *libpq_load(struct error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded.library && !loaded.missing)
        return &loaded.functions;
    if (loaded.library)
        error_set(error, ERROR_SETTINGS,
                  "the installed " LIBRARY " has no %s; it must be of version 14 or newer", loaded.missing);
    else
        error_set(error, ERROR_SETTINGS,
                  "PostgreSQL's client library " LIBRARY " is not installed (Debian: libpq5)");
    return NULL;
}
