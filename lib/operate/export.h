/*
 * export: everything that is kept of one caller, as JSON.
 */
#ifndef CALLMEM_OPERATE_EXPORT_H
#define CALLMEM_OPERATE_EXPORT_H

#include "operate/dossier.h"

#include <cjson/cJSON.h>

/* NULL when out of memory. */
cJSON *export_whole(const struct dossier *dossier);

#endif
