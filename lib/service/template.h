/*
 * template: text with {{variables}}, for the overrides of a greeting. A template applies only when it is not
 * empty and every variable in it has a value; values are inserted as one line without control characters,
 * braces and markup.
 * Invalid templates are rejected when settings are loaded.
 */
#ifndef CALLMEM_SERVICE_TEMPLATE_H
#define CALLMEM_SERVICE_TEMPLATE_H

#include "base/buf.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

/* Reads a variable after its {{: where its name is, of letters, digits and _ and not beginning with a digit.
 * Returns what follows the }}, NULL when this is not a variable. */
const char *template_variable(const char *text, const char **name, size_t *len);
/* Calls `each` for the variables of a template that settings have accepted. */
void template_variables(const char *text, void (*each)(void *ctx, const char *name, size_t len), void *ctx);

/* Fills in `variables` (an object of strings, numbers, booleans). Spaces inside the braces are allowed.
 * False, and `out` unchanged, when the template does not apply. Numbers are printed as ElevenLabs would: 3,
 * 0.5. */
bool template_apply(const char *text, const cJSON *variables, struct buf *out);

#endif
