#include "service/template.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define VALUE_CHARS 2000 /* of one value in a template */
#define NAME_SIZE   128

/* Reads a variable that begins at `p` ("{{ name }}") into `name`; returns what follows it, NULL when it is
 * none. */
static const char *read_variable(const char *p, char name[NAME_SIZE])
{
    p += 2;
    p += strspn(p, " \t");
    size_t len = 0;
    while ((isalnum((unsigned char)p[len]) || p[len] == '_') && len < NAME_SIZE - 1)
        len++;
    if (len == 0)
        return NULL;
    memcpy(name, p, len);
    name[len] = '\0';
    p += len;
    p += strspn(p, " \t");
    return strncmp(p, "}}", 2) == 0 ? p + 2 : NULL;
}

/* Adds a value as text; false when it has none. */
static bool add_value(const cJSON *value, struct buf *out)
{
    if (cJSON_IsBool(value)) {
        buf_puts(out, cJSON_IsTrue(value) ? "true" : "false");
        return true;
    }
    if (cJSON_IsNumber(value)) {
        buf_printf(out, "%.15g", value->valuedouble);
        return true;
    }
    size_t before = out->len;
    if (cJSON_IsString(value))
        text_add_line(out, value->valuestring, VALUE_CHARS);
    return out->len > before;
}

bool template_apply(const char *text, const cJSON *variables, struct buf *out)
{
    size_t start = out->len;
    bool applies = *text != '\0';
    while (applies && *text) {
        const char *open = strstr(text, "{{");
        if (!open) {
            buf_puts(out, text);
            break;
        }
        char name[NAME_SIZE];
        const char *after = read_variable(open, name);
        buf_add(out, text, (size_t)(open - text));
        applies = after && add_value(cJSON_GetObjectItemCaseSensitive(variables, name), out);
        text = after;
    }
    if (applies && !out->failed)
        return true;
    out->len = start;
    if (out->data)
        out->data[start] = '\0';
    return false;
}
