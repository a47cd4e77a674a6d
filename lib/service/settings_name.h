/*
 * settings_name: whether a name is ours, and what somebody meant who mistyped one. Part of settings.c; others
 * include settings.h.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_NAME_H
#define CALLMEM_SERVICE_SETTINGS_NAME_H

#include "service/settings.h"

/* Where a name stands, in the order in which settings are looked for. */
enum source { FROM_ENVIRONMENT, FROM_FILE, SOURCES };

enum name_kind {
    NAME_FOREIGN,  /* another program's */
    NAME_VALUE,    /* NAME */
    NAME_FILE,     /* NAME_FILE */
    NAME_VARIABLE, /* CALLMEM_VARIABLE_<NAME>; whether <NAME> will do is not looked at */
    NAME_WRONG,    /* meant for us, but there is no such setting */
};

/* `id` is the setting of NAME_VALUE and NAME_FILE, and of a NAME_WRONG that is NAME_FILE where no file is
 * allowed; else SETTINGS. CALLMEM_ENV_FILE is wrong in a file and foreign in the environment: its reader
 * knows it. */
enum name_kind settings_name_classify(const char *name, enum source source, enum setting *id);

#define SETTINGS_NAME_SIZE 128
/* The known name that is nearest to a wrong one. */
void settings_name_nearest(const char *wrong, char nearest[SETTINGS_NAME_SIZE]);

#endif
