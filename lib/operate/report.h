/*
 * report: what a command prints in the end, for people or, with --json, as one JSON object.
 */
#ifndef CALLMEM_OPERATE_REPORT_H
#define CALLMEM_OPERATE_REPORT_H

#include "operate/command.h"

#include <cjson/cJSON.h>

/* A number with its name. */
struct report_count {
    const char *member; /* in JSON: "not_done" */
    const char *label;  /* for people: "not done" */
    int64_t count;
};

/* Prints numbers, "label: count" a line, or an object of them. Returns the exit status, which is
 * EXIT_SUCCESS unless the memory ran out. */
int report_counts(const struct args *args, const struct report_count *counts, size_t count);
/* An object of numbers; NULL when out of memory. */
cJSON *report_object(const struct report_count *counts, size_t count);
/* Prints an object, which it takes (NULL: one that could not be made). Returns the exit status. */
int report_json(cJSON *object);
/* The noun that goes with a number: `one` with 1, else `many`. */
const char *report_noun(int64_t count, const char *one, const char *many);
/* Says on standard error why a command failed; returns EXIT_FAILURE, or EXIT_UNKNOWN for ERROR_NOT_FOUND. */
int report_failure(const struct error *error);

#endif
