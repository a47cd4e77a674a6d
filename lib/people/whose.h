/*
 * whose: who of those who use a line said something, put into the words that an agent reads. Where only one
 * person uses the line, nobody has to be named.
 */
#ifndef CALLMEM_PEOPLE_WHOSE_H
#define CALLMEM_PEOPLE_WHOSE_H

#include "base/arena.h"
#include "memory/memory.h"
#include "people/line.h"

#define WHOSE_NOT_CLEAR "It is not clear who said"

/* Whether a profile knows several people by name. */
bool whose_is_shared(const struct memory_profile *profile);

/* The name to put before a fact: of the one who said it of themselves; WHOSE_NOT_CLEAR; "" where one person
 * uses the line, or the fact begins with a name already, being of somebody else. */
const char *whose_by(const struct line *line, const struct known *known);
/* The name to put before a call's summary; "" for none. */
const char *whose_call(const struct line *line, const struct line_call *call);

/* Names who speaks in turns as a search writes them: "Rosa Hill: I need a tent." in place of "Caller: I need
 * a tent.", and before one turn of the caller's alone, which has nobody before it. NULL when out of memory.
 */
const char *whose_turns(struct arena *arena, const char *content, const char *name);

#endif
