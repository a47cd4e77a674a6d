#include "memory/open.h"

#include "memory/local/local.h"
#include "memory/openmemory/openmemory.h"

struct memory_store *memory_open(const struct memory_options *options)
{
    return options->url && *options->url ? openmemory_open(options) : local_open(options);
}
