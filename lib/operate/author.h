/*
 * author: who does something with a command, which is kept with what they did.
 */
#ifndef CALLMEM_OPERATE_AUTHOR_H
#define CALLMEM_OPERATE_AUTHOR_H

#include "operate/command.h"

/* The option --by of the command, else the user, who may have become another one with sudo. */
const char *author_of(const struct args *args);

#endif
