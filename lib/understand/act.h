/*
 * act: whether what somebody says they did is what was to be done: "I paid this morning" and "send the
 * payment". Words are compared by their stems and by what the language knows of their forms and of words near
 * in meaning.
 */
#ifndef CALLMEM_UNDERSTAND_ACT_H
#define CALLMEM_UNDERSTAND_ACT_H

#include "base/error.h"

enum act {
    ACT_OTHER,
    ACT_BARE, /* the act alone, without its thing: "sent it" */
    ACT_SAME
};

/* Compares the words of what was done (`did`, see STATEMENT_ENDED) with those of what was to be done. `act`
 * is the result; -1 when out of memory. */
int act_compare(const char *language, const char *did, const char *open, enum act *act, struct error *error);

#endif
