#include "base/library.h"

#include <dlfcn.h>
#include <string.h>

void library_open(struct library *library)
{
    library->handle = dlopen(library->file, RTLD_NOW | RTLD_LOCAL);
}

void library_find(struct library *library, const char *name, void *pointer, size_t size)
{
    void *found = library->handle ? dlsym(library->handle, name) : NULL;
    if (found)
        memcpy(pointer, &found, size); /* C has no cast from a pointer to data to one to a function */
    else if (!library->missing)
        library->missing = name;
}

bool library_is_whole(const struct library *library)
{
    return library->handle && !library->missing;
}
