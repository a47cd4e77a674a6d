/*
 * context: what an agent is told of a line, in short true sentences, in the order in which a receptionist
 * would want them: who; needs; how to treat them; what is open; facts; the last calls. Each text is made at
 * the end, when a call is over, and is fit for a prompt: one line, nothing in it that ElevenLabs or an LLM
 * could take for a template or markup. What is doubtful is left out. All of them give NULL when out of
 * memory; free() them.
 */
#ifndef CALLMEM_PEOPLE_CONTEXT_H
#define CALLMEM_PEOPLE_CONTEXT_H

#include "people/line.h"

#include <stddef.h>

struct settings; /* service/settings.h */

/* "Peggy"; "" when it is not known, or could be more than one person. */
char *context_name(const struct line *line);
/* Who is known on the line: "Maria Lopez; Carlos Lopez". */
char *context_people(const struct line *line);
/* Needs, preferences and instructions: "…; …". */
char *context_preferences(const struct line *line);
/* The titles of the last calls: "Refund of a flight, Passport copy". */
char *context_topics(const struct line *line);
/* The summary of the last call that has one. */
char *context_last_summary(const struct line *line);
/* What to greet with, made from what is sure: "Welcome back, Ana. Is it about what was left open last time?";
 * "" where there is doubt. */
char *context_greeting(const struct line *line);
/* The languages of the calls, newest first: "es, en". */
char *context_languages(const struct line *line);
/* How much is told. */
struct context_bounds {
    size_t chars;      /* at most */
    const char *items; /* names of the operator's items whose values are told, with commas; "": none */
    unsigned hide;     /* kinds that are left out, bits of 1 << KIND_… */
    const struct settings *settings; /* what else they say */
};

/* All of it. */
char *context_of(const struct line *line, const struct context_bounds *bounds);

#endif
