/*
 * help: the usage texts of callmem, made from its table.
 */
#ifndef CALLMEM_OPERATE_HELP_H
#define CALLMEM_OPERATE_HELP_H

#include "operate/command.h"

/* All commands with their summaries, by group. */
void help_print_all(const struct command *commands, FILE *out);
/* One command: usage, what it does, its options. */
void help_print(const struct command *command, FILE *out);

#endif
