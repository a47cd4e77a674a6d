/*
 * import: brings back a caller whom export printed.
 */
#ifndef CALLMEM_OPERATE_IMPORT_H
#define CALLMEM_OPERATE_IMPORT_H

#include "operate/instance.h"
#include "people/caller.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* What was imported. */
struct imported {
    char caller[CALLER_SIZE];
    int conversations;
    size_t memories;
};

/* Stores the caller of an export, all of it or nothing. ERROR_INVALID_REQUEST when it is none. */
int import_object(const struct instance *instance, const cJSON *whole, struct imported *imported,
                  struct error *error);

#endif
