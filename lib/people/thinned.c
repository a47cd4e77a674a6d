#include "people/thinned.h"

#include <stddef.h>
#include <string.h>

/* A quotation mark within a text is printed with a backslash before it, so none of these is part of one. */
bool thinned_is(const char *metadata)
{
    return strstr(metadata, "\"" THINNED_TURNS "\":true") || strstr(metadata, "\"" THINNED_FACTS "\":true") ||
           strstr(metadata, "\"" THINNED_REQUESTS "\":true");
}
