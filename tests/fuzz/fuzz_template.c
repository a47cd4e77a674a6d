/*
 * An operator's template, and after its line the variables, one a line: "name=value"; "#" before a value
 * makes it a number. What comes out is one text without anything that a value smuggled in, or nothing at all.
 */
#include "base/text.h"
#include "base/utf8.h"
#include "service/template.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static cJSON *read_variables(char *rest)
{
    cJSON *variables = cJSON_CreateObject();
    for (char *line; (line = strsep(&rest, "\n"));) {
        char *value = strchr(line, '=');
        if (!value)
            continue;
        *value++ = '\0';
        if (*value == '#')
            must(cJSON_AddNumberToObject(variables, line, strtod(value + 1, NULL)) != NULL);
        else if (strcmp(value, "true") == 0)
            must(cJSON_AddBoolToObject(variables, line, true) != NULL);
        else
            must(cJSON_AddStringToObject(variables, line, value) != NULL);
    }
    return variables;
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

static void check(const char *text, const cJSON *variables)
{
    static const char before[] = "before";
    struct buf out = BUF_INIT;
    buf_puts(&out, before);
    bool applies = template_apply(text, variables, &out);
    must(buf_text(&out) && strlen(out.data) == out.len && memcmp(out.data, before, strlen(before)) == 0);
    must(utf8_is_valid(out.data, out.len));
    if (applies) {
        must(out.len > strlen(before));
        must(has_control(text) || !has_control(out.data));
        must(strstr(text, "{{") || strcmp(out.data + strlen(before), text) == 0);
    } else {
        must(out.len == strlen(before));
        must(!*text || strstr(text, "{{"));
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (memchr(data, '\0', size) || !utf8_is_valid((const char *)data, size))
        return 0;
    char *text = text_dup_n((const char *)data, size), *rest = text;
    must(text != NULL);
    const char *template = strsep(&rest, "\n");
    cJSON *variables = read_variables(rest);
    check(template, variables);
    cJSON_Delete(variables);
    free(text);
    return 0;
}
