/*
 * receipt: what is kept of one person, for that person to read: in plain words, complete, and nothing of
 * others who use the line. `callmem export --for-caller`.
 */
#ifndef CALLMEM_OPERATE_RECEIPT_H
#define CALLMEM_OPERATE_RECEIPT_H

#include "operate/command.h"
#include "operate/dossier.h"

/* Prints it. `name` is whom it is for; NULL or "": whoever is alone on the line. Returns the exit status:
 * EXIT_UNKNOWN where nobody of that name uses the line, EXIT_USAGE where several do and none was named. */
int receipt_print(const struct dossier *dossier, const char *name);

#endif
