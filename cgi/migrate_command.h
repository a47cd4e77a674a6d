/*
 * migrate_command: post-call --migrate, which brings all memories from the embedded memory to an OpenMemory
 * server or back.
 */
#ifndef CALLMEM_CGI_MIGRATE_COMMAND_H
#define CALLMEM_CGI_MIGRATE_COMMAND_H

#include "cgi/program.h"

/* A command of door.h; its arguments are "--from", a mode, "--to", the other mode. */
int migrate_command(struct door *door, char **arguments);

#endif
