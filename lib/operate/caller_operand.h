/*
 * caller_operand: the caller whom an operator names on the command line.
 */
#ifndef CALLMEM_OPERATE_CALLER_OPERAND_H
#define CALLMEM_OPERATE_CALLER_OPERAND_H

#include "operate/command.h"
#include "people/caller.h"

/* The first operand as a caller, however the number is written; behind a "=" exactly that key, for those that
 * an earlier version made (orphans.h). False when it is nobody or no caller, which
 * was then said on standard error. */
bool caller_operand_read(const struct args *args, char caller[CALLER_SIZE]);
/* The same of another operand, which must be there. */
bool caller_operand_read_at(const struct args *args, size_t at, char caller[CALLER_SIZE]);
/* For a caller of whom nothing is known: says on standard error when it consists of digits alone. Without a
 * country they are an identifier, which is rarely what was meant. */
void caller_operand_hint(const char *caller);

#endif
