/*
 * library: a shared library that is loaded when it is first needed, for those that few programs need: nobody
 * else pays for it and for what it depends on.
 *
 * A module that uses one lists its functions, makes a struct of pointers to them, and fills it once:
 *
 *     #define THING_FUNCTIONS(X) X(thing_open) X(thing_close)
 *     static struct { THING_FUNCTIONS(LIBRARY_POINTER) } thing;
 *     static struct library loaded = {.file = "libthing.so.1"};
 *     library_open(&loaded);                       // within pthread_once()
 *     #define FIND(name) library_find(&loaded, #name, &thing.name, sizeof thing.name);
 *     THING_FUNCTIONS(FIND)
 */
#ifndef CALLMEM_BASE_LIBRARY_H
#define CALLMEM_BASE_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

struct library {
    const char *file; /* as the dynamic linker finds it: "libthing.so.1" */
    void *handle;     /* never closed: it may have started threads and registered handlers; NULL: not there */
    const char *missing; /* the first function that it does not have */
};

#define LIBRARY_POINTER(name) __typeof__(name) *name;

void library_open(struct library *library);
/* `pointer` is that of a function pointer, of `size` bytes. */
void library_find(struct library *library, const char *name, void *pointer, size_t size);
/* Whether it is there, with all that was looked for. */
bool library_is_whole(const struct library *library);

#endif
