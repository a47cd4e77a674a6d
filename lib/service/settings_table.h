/*
 * settings_table: the one table of what an operator can set. Loading (settings.c), checking
 * (settings_value.c) and everything printed from it (settings_print.c) follow it; nothing else knows a
 * default or a bound. It is no part of what other modules use: they include settings.h.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_TABLE_H
#define CALLMEM_SERVICE_SETTINGS_TABLE_H

#include "service/settings.h"

enum setting_type {
    TYPE_TEXT,     /* min, max: characters */
    TYPE_INT,      /* min, max: the value */
    TYPE_REAL,     /* min, max: the value */
    TYPE_CHOICE,   /* one of `choices` */
    TYPE_PATH,     /* of a file or folder; slashes at its end are dropped; max: characters */
    TYPE_SECRETS,  /* several during a rotation, separated by commas; max: how many */
    TYPE_URL,      /* http or https; slashes at its end are dropped; max: characters */
    TYPE_LISTEN,   /* address and port */
    TYPE_ORIGINS,  /* of browsers' pages, separated by commas; max: how many */
    TYPE_LANGUAGE, /* a language tag */
    TYPE_TEMPLATE, /* text with {{variables}}; min, max: characters */
};

enum {
    SETTING_SECRET = 1 << 0, /* never printed, wiped when freed */
    SETTING_FILE = 1 << 1,   /* may be given as NAME_FILE */
    SETTING_FILL = 1 << 2,   /* has a line NAME= in the template, for spawn/up to fill */
    SETTING_LINES = 1 << 3,  /* may hold line breaks and tabs */
};

struct setting_row {
    const char *name;
    enum setting_type type;
    unsigned flags;
    double min, max;
    const char *const *choices; /* ends with NULL */
    const char *fallback; /* the default; "": empty is a value, or the default is made of other settings */
    const char *fallback_told; /* what the documents say of a default that is made; else NULL */
    const char *help;          /* whole sentences in plain text */
};

extern const struct setting_row setting_rows[SETTINGS];
/* CALLMEM_ENV_FILE, which only the environment can hold, and CALLMEM_VARIABLE_<NAME>. */
extern const struct setting_row setting_row_env_file;
extern const struct setting_row setting_row_variable;
/* What has a value in env/production.env, and which. */
struct setting_production {
    enum setting id;
    bool is_file; /* given as NAME_FILE */
    const char *value;
};
extern const struct setting_production setting_production_rows[];
extern const size_t setting_production_count;
/* The heading before a setting, NULL when there is none. */
const char *setting_group(enum setting id);

#define SETTING_SECRETS_MAX 8 /* as many as an endpoint can have, see web/credentials.h */
#define SETTING_VARIABLE    "CALLMEM_VARIABLE_"
#define SETTING_DATABASE    "openmemory.sqlite" /* in CALLMEM_STATE_DIR, where OPENMEMORY_PATH is empty */

/* As setting_find(), for the first `len` bytes of `name`. */
enum setting setting_find_n(const char *name, size_t len);

/* The dynamic variables that callmem fills itself; ends with NULL. */
extern const char *const setting_own_variables[];

#endif
