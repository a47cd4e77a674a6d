/*
 * caller_commands: what an operator can ask about one caller on the command line: show, export, forget.
 */
#ifndef CALLMEM_CGI_CALLER_COMMANDS_H
#define CALLMEM_CGI_CALLER_COMMANDS_H

#include "cgi/program.h"
#include "people/caller.h"

/* Commands of door.h with one argument, the caller however it is written; they return the exit status. */
int caller_show(struct door *door, char **arguments);
int caller_export(struct door *door, char **arguments);
int caller_forget(struct door *door, char **arguments);
/* With one argument, a file that --export wrote ("-": standard input). */
int caller_import(struct door *door, char **arguments);

/* Normalises the caller that an operator named; false when it is nobody or no caller, which was then said. */
bool caller_argument(const char *argument, char caller[]);

#endif
