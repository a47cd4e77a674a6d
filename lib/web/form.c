#include "web/form.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>

struct field {
    const char *name, *value;
};

struct form {
    struct field fields[FORM_FIELDS];
    size_t count;
    char *text; /* the fields, decoded in place */
};

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Decodes in place and ends it with NUL. False when it is malformed. */
static bool decode(char *text, size_t len)
{
    char *to = text;
    for (size_t i = 0; i < len; i++) {
        int high, low;
        char c = text[i] == '+' ? ' ' : text[i];
        if (c == '%') {
            if (len - i < 3 || (high = digit(text[i + 1])) < 0 || (low = digit(text[i + 2])) < 0)
                return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (c == '\0')
            return false;
        /* Browsers send line breaks as CR LF. */
        if (c == '\n' && to > text && to[-1] == '\r')
            to--;
        *to++ = c;
    }
    *to = '\0';
    return utf8_is_valid(text, (size_t)(to - text));
}

static bool take_field(struct form *form, char *text, size_t len)
{
    char *equals = memchr(text, '=', len);
    size_t name = equals ? (size_t)(equals - text) : len;
    if (form->count == FORM_FIELDS)
        return false;
    form->fields[form->count++] = (struct field){text, equals ? equals + 1 : ""};
    return (!equals || decode(equals + 1, len - name - 1)) && decode(text, name);
}

struct form *form_parse(const char *text, size_t len, struct error *error)
{
    struct form *form = calloc(1, sizeof *form);
    if (form && len <= FORM_BYTES)
        form->text = malloc(len + 1);
    if (!form || (len <= FORM_BYTES && !form->text)) {
        form_free(form);
        error_no_memory(error);
        return NULL;
    }
    bool good = form->text != NULL;
    if (good) {
        memcpy(form->text, text, len);
        form->text[len] = '&';
    }
    for (size_t at = 0; good && at < len;) {
        size_t field = (size_t)((char *)memchr(form->text + at, '&', len + 1 - at) - (form->text + at));
        if (field > 0)
            good = take_field(form, form->text + at, field);
        at += field + 1;
    }
    if (good)
        return form;
    form_free(form);
    error_set(error, ERROR_INVALID_REQUEST, "the fields of the form are malformed or too many");
    return NULL;
}

void form_free(struct form *form)
{
    if (!form)
        return;
    free(form->text);
    free(form);
}

const char *form_value(const struct form *form, const char *name)
{
    for (size_t i = 0; i < form->count; i++)
        if (strcmp(form->fields[i].name, name) == 0)
            return form->fields[i].value;
    return "";
}

bool cookie_value(const char *header, const char *name, char *value, size_t size)
{
    size_t name_len = strlen(name);
    bool found = false;
    while (header && *header) {
        header += strspn(header, "; \t");
        size_t len = strcspn(header, ";");
        if (len > name_len && header[name_len] == '=' && memcmp(header, name, name_len) == 0) {
            size_t value_len = len - name_len - 1;
            while (value_len > 0 && strchr(" \t", header[name_len + value_len]))
                value_len--;
            if (found || value_len == 0 || value_len >= size)
                return false;
            memcpy(value, header + name_len + 1, value_len);
            value[value_len] = '\0';
            found = true;
        }
        header += len;
    }
    return found;
}
