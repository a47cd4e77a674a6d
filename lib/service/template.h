/*
 * template: text with {{variables}}, for the overrides of a greeting. A template applies only when it is not
 * empty and every variable in it has a value; a value goes in as one line without control characters. What is
 * no template is refused when settings are loaded.
 */
#ifndef CALLMEM_SERVICE_TEMPLATE_H
#define CALLMEM_SERVICE_TEMPLATE_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Fills in `variables` (an object of strings, numbers, booleans). Blanks inside the braces are allowed.
 * False, and `out` unchanged, when the template does not apply. Numbers are printed as ElevenLabs would: 3,
 * 0.5. */
bool template_apply(const char *text, const cJSON *variables, struct buf *out);

#endif
