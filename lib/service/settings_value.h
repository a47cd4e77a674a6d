/*
 * settings_value: turns the text of a setting into its value, or says what is wrong with it. Part of
 * settings.c; others include settings.h.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_VALUE_H
#define CALLMEM_SERVICE_SETTINGS_VALUE_H

#include "base/buf.h"
#include "service/settings_table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct setting_value {
    char *text;     /* NUL-terminated, never NULL once taken */
    int64_t number; /* TYPE_INT; TYPE_CHOICE: index into the choices */
    double real;    /* TYPE_REAL */
    char **parts;   /* TYPE_SECRETS, TYPE_ORIGINS, TYPE_NETWORKS */
    size_t part_count;
};

/* Checks `text` against its row and copies it into `value`. False if it is invalid: `wrong` then says why and
 * how to fix it, without any secret, and `value` is unchanged. When out of memory `wrong` has failed. */
bool setting_value_take(const struct setting_row *row, const char *text, struct setting_value *value,
                        struct buf *wrong);
void setting_value_free(struct setting_value *value); /* wipes */

/* Why a secret is easy to guess, as the end of a sentence; NULL if it is not. */
const char *setting_secret_weakness(const char *secret);

#endif
