/*
 * settings: everything an operator can set, in one table (settings_table.c). It loads and validates the
 * values, and prints the templates in env/, the manual page callmem.env(5) and the tables in
 * docs/configuration.md (env/generate).
 *
 * A value comes from the environment first, then from the file named by CALLMEM_ENV_FILE (default ./.env),
 * then from the default. A name that is set but empty is empty text, or the default where empty text is not
 * valid. A setting marked `file` may be given as NAME_FILE: its value is the content of that file without the
 * line break at its end.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_H
#define CALLMEM_SERVICE_SETTINGS_H

#include "base/buf.h"
#include "service/settings_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct settings;

/* Reads environment and file and checks everything. On failure returns NULL and adds one line for each wrong
 * setting to `complaints`, "FILE:LINE: NAME: what is wrong; how to fix it" or "environment: NAME: …"; when
 * out of memory `complaints` has failed. The lines never contain a secret, and a value cannot break them into
 * two. Warnings (development without a secret) go to `warnings` in the same form. */
struct settings *settings_load(struct buf *complaints, struct buf *warnings);
/* The same for a program that serves one endpoint: what is wrong with the secrets and the authentication of
 * other endpoints than that with this secret is among the warnings, and does not keep it from starting. */
struct settings *settings_load_for(enum setting secret, struct buf *complaints, struct buf *warnings);
void settings_free(struct settings *settings);

/* Whether one of the secrets of an endpoint is that of another one, too. */
bool setting_secret_is_shared(const struct settings *settings, enum setting secret, const char *part);

/* Never NULL; owned by settings. A list has no spaces around its parts and no empty ones. */
const char *setting_text(const struct settings *settings, enum setting id);
int64_t setting_int(const struct settings *settings, enum setting id);
double setting_real(const struct settings *settings, enum setting id);
int setting_choice(const struct settings *settings, enum setting id); /* index into the table's choices */

/* The parts of a comma-separated setting (secrets, origins), trimmed, empty ones left out. */
size_t setting_count(const struct settings *settings, enum setting id);
const char *setting_part(const struct settings *settings, enum setting id, size_t at);

/* CALLMEM_VARIABLE_<NAME>, names in lower case, in the order of their names. */
size_t settings_variables(const struct settings *settings);
const char *settings_variable_name(const struct settings *settings, size_t at);
const char *settings_variable_value(const struct settings *settings, size_t at);

/* For the operator: every value in effect as NAME=value, one per line, a secret as "set (34 characters)",
 * line breaks as spaces. */
void settings_print(const struct settings *settings, FILE *out);
/* Generated from the table alone: env/development.env, env/production.env, the tables of
 * docs/configuration.md, the body of callmem.env(5). */
void settings_print_development(FILE *out);
void settings_print_production(FILE *out);
void settings_print_markdown(FILE *out);
void settings_print_manual(FILE *out);

/* For the fuzzing harness and the tests: parses the bytes of a settings file as settings_load() does, with
 * nothing from the environment. */
struct settings *settings_parse(const char *bytes, size_t len, const char *name, struct buf *complaints,
                                struct buf *warnings);

#endif
