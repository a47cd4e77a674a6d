/*
 * form: what browsers send: the fields of a query string or of a form (application/x-www-form-urlencoded, as
 * https://url.spec.whatwg.org/#application/x-www-form-urlencoded has it), and cookies
 * (https://www.rfc-editor.org/rfc/rfc6265).
 */
#ifndef CALLMEM_WEB_FORM_H
#define CALLMEM_WEB_FORM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

#define FORM_FIELDS 64    /* the most */
#define FORM_BYTES  65536 /* the most of all fields together, as they are sent */

struct form;

/* NULL with ERROR_INVALID_REQUEST: too many fields or bytes, a % without two hexadecimal digits behind it, or
 * a value that is not UTF-8 or has a NUL. No fields are a form, too. */
struct form *form_parse(const char *text, size_t len, struct error *error);
void form_free(struct form *form); /* NULL is taken */
/* The first field of that name, "" when there is none; line breaks are "\n". Owned by the form. */
const char *form_value(const struct form *form, const char *name);

/* Copies the value of a cookie out of the header Cookie (NULL: absent). False when there is none of that
 * name, when it has more than one value, or when the value is empty or has no room. */
bool cookie_value(const char *header, const char *name, char *value, size_t size);

#endif
