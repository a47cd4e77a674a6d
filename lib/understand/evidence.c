#include "understand/evidence.h"

#include <string.h>

bool evidence_is_item(const char *name)
{
    return strncmp(name, "callmem_", 8) == 0;
}
