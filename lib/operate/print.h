/*
 * print: what env/generate puts into the checkout, made from the table of commands.
 */
#ifndef CALLMEM_OPERATE_PRINT_H
#define CALLMEM_OPERATE_PRINT_H

#include "operate/command.h"

/* The list of commands in callmem(8), in mdoc. */
void print_manual(const struct command *commands, FILE *out);
/* The completion for bash. */
void print_completion(const struct command *commands, FILE *out);

#endif
