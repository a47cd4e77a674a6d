/*
 * dossier: everything that is kept of a caller, read for an operator.
 */
#ifndef CALLMEM_OPERATE_DOSSIER_H
#define CALLMEM_OPERATE_DOSSIER_H

#include "operate/command.h"
#include "people/caller.h"
#include "people/line.h"
#include "people/linking.h"

/* A line that is joined with the caller's, and what is shared of it. */
struct dossier_line {
    const char *caller;
    struct memory_list calls, memories; /* of `calls`, those that are shared and those that say so */
};

struct dossier {
    char caller[CALLER_SIZE];
    struct memory_store *memory;
    struct memory_profile profile;
    struct memory_list calls, memories;
    struct memory_list told; /* what `line` is made of */
    struct line line;        /* who is behind the number, see people/line.h */
    struct kin kin;          /* the lines that are joined with it */
    struct dossier_line linked[KIN_LINES];
    size_t linked_count;
};

/* Reads all of `dossier->caller`; dossier_close() is due in any case. */
int dossier_open(struct dossier *dossier, const struct instance *instance, struct error *error);
void dossier_close(struct dossier *dossier);

#endif
