#include "service/settings_name.h"

#include "base/text.h"
#include "service/settings_table.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_CHARS 64 /* as many as text_distance() looks at */

static const char *const prefixes[] = {"CALLMEM_", "ELEVENLABS_", "OPENMEMORY_"};
enum { PREFIXES = sizeof prefixes / sizeof *prefixes };

struct nearest {
    char name[SETTINGS_NAME_SIZE];
    int distance;
};

/* `len` is that of `name`. */
static void consider(struct nearest *nearest, const char *name, size_t len, const char *candidate,
                     const char *rest)
{
    char whole[SETTINGS_NAME_SIZE];
    size_t begin = strlen(candidate), end = strlen(rest);
    int least = abs((int)len - (int)(begin + end)); /* the distance is that at least */
    if (begin + end >= sizeof whole || least >= nearest->distance)
        return;
    memcpy(whole, candidate, begin);
    memcpy(whole + begin, rest, end + 1);
    int distance = text_distance(name, whole);
    if (distance < nearest->distance) {
        nearest->distance = distance;
        memcpy(nearest->name, whole, begin + end + 1);
    }
}

/* The name as it would be if only its case, its separators and an `export` before it were wrong. */
static void as_meant(const char *name, char out[NAME_CHARS + 1])
{
    size_t len = 0;
    if (strncmp(name, "export ", 7) == 0)
        name += 7 + strspn(name + 7, " \t");
    for (; *name && len < NAME_CHARS; name++)
        out[len++] = (char)(isascii(*name) && isalnum((unsigned char)*name) ? toupper(*name) : '_');
    out[len] = '\0';
}

/* The known name that is nearest to a wrong one and nearer than `limit`; "" when none is. */
static struct nearest find_nearest(const char *wrong, int limit)
{
    struct nearest nearest = {"", limit};
    char name[NAME_CHARS + 1], start[sizeof SETTING_VARIABLE] = "";
    as_meant(wrong, name);
    size_t len = strlen(name);
    for (enum setting id = 0; id < SETTINGS; id++) {
        consider(&nearest, name, len, setting_rows[id].name, "");
        if (setting_rows[id].flags & SETTING_FILE)
            consider(&nearest, name, len, setting_rows[id].name, "_FILE");
    }
    consider(&nearest, name, len, setting_row_env_file.name, "");
    memcpy(start, name, strnlen(name, sizeof start - 1));
    if (len > strlen(start) && text_distance(start, SETTING_VARIABLE) <= 2)
        consider(&nearest, name, len, SETTING_VARIABLE,
                 name + strlen(start) + strspn(name + strlen(start), "_"));
    return nearest;
}

/* Whether somebody who wrote this name in a settings file had us in mind. */
static bool is_meant_for_us(const char *wrong)
{
    char name[NAME_CHARS + 1];
    as_meant(wrong, name);
    for (size_t i = 0; i < PREFIXES; i++) {
        size_t word = strcspn(name, "_"), own = strlen(prefixes[i]) - 1;
        if (strncmp(name, prefixes[i], own + 1) == 0)
            return true;
        char first[NAME_CHARS + 1] = "", prefix[NAME_CHARS + 1] = "";
        memcpy(first, name, word);
        memcpy(prefix, prefixes[i], own);
        if (name[word] == '_' && text_distance(first, prefix) == 1)
            return true;
    }
    return strlen(name) >= 8 && *find_nearest(wrong, 3).name;
}

enum name_kind settings_name_classify(const char *name, enum source source, enum setting *id)
{
    size_t len = strlen(name), file = strlen("_FILE");
    *id = setting_find(name);
    if (*id != SETTINGS)
        return NAME_VALUE;
    if (len > file && strcmp(name + len - file, "_FILE") == 0) {
        *id = setting_find_n(name, len - file);
        if (*id != SETTINGS && setting_rows[*id].flags & SETTING_FILE)
            return NAME_FILE;
    }
    if (strcmp(name, setting_row_env_file.name) == 0)
        return source == FROM_ENVIRONMENT ? NAME_FOREIGN : NAME_WRONG;
    if (strncmp(name, SETTING_VARIABLE, strlen(SETTING_VARIABLE)) == 0)
        return NAME_VARIABLE;
    for (size_t i = 0; i < PREFIXES; i++)
        if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
            return NAME_WRONG;
    /* The environment is everybody's: there, only a known name in lower case can be meant. */
    bool meant = source == FROM_FILE ? is_meant_for_us(name) : *find_nearest(name, 1).name;
    return meant ? NAME_WRONG : NAME_FOREIGN;
}

void settings_name_nearest(const char *wrong, char nearest[SETTINGS_NAME_SIZE])
{
    memcpy(nearest, find_nearest(wrong, INT_MAX).name, SETTINGS_NAME_SIZE);
}
