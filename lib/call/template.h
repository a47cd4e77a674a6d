/*
 * template: text with {{variables}}, for the overrides of a greeting. A template applies only when it is not
 * empty and every variable in it has a value; a value goes in as one line without control characters.
 */
#ifndef CALLMEM_CALL_TEMPLATE_H
#define CALLMEM_CALL_TEMPLATE_H

#include "base/buf.h"
#include "base/error.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* Fills in `variables` (an object of strings, numbers, booleans). Blanks inside the braces are allowed. False,
 * and `out` unchanged, when the template does not apply. Numbers are printed as ElevenLabs would: 3, 0.5. */
bool template_apply(const char *text, const cJSON *variables, struct buf *out);
/* Whether the braces pair up and the names are names; a complaint for settings otherwise. */
int template_check(const char *text, struct error *error);

#endif
