#include "service/template.h"

#include "base/text.h"

#include <ctype.h>
#include <string.h>

#define VALUE_CHARS 2000 /* of one value in a template */
#define NAME_SIZE   128
#define BLANKS      " \t\r\n"
#define NAME_CHARS  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

const char *template_variable(const char *text, const char **name, size_t *len)
{
    text += strspn(text, BLANKS);
    *name = text;
    *len = isdigit((unsigned char)*text) ? 0 : strspn(text, NAME_CHARS);
    text += *len;
    text += strspn(text, BLANKS);
    return *len && strncmp(text, "}}", 2) == 0 ? text + 2 : NULL;
}

void template_variables(const char *text, void (*each)(void *ctx, const char *name, size_t len), void *ctx)
{
    const char *name;
    size_t len;
    while ((text = strstr(text, "{{")) && (text = template_variable(text + 2, &name, &len)))
        each(ctx, name, len);
}

/* The value of a variable; NULL when there is none. */
static const cJSON *value_of(const cJSON *variables, const char *name, size_t len)
{
    char copy[NAME_SIZE];
    if (len >= sizeof copy)
        return NULL;
    memcpy(copy, name, len);
    copy[len] = '\0';
    return cJSON_GetObjectItemCaseSensitive(variables, copy);
}

/* Adds a value as text; false if it is empty. */
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
    text_disarm(out, before);
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
        const char *name;
        size_t len;
        const char *after = template_variable(open + 2, &name, &len);
        buf_add(out, text, (size_t)(open - text));
        applies = after && add_value(value_of(variables, name, len), out);
        text = after;
    }
    if (applies && !out->failed)
        return true;
    out->len = start;
    if (out->data)
        out->data[start] = '\0';
    return false;
}
