/*
 * rules: what a sentence says plainly of the speaker themselves: in the first person, present, not negated,
 * not asked, not quoted, not conditional, not narrated. Each rule stands in the lexicon of its language;
 * docs/understanding.md has how often each spoke on real dialogues and how often it was right. One below 0.95
 * goes.
 */
#ifndef CALLMEM_UNDERSTAND_RULES_H
#define CALLMEM_UNDERSTAND_RULES_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Adds needs, standing instructions, contact wishes and lasting preferences, family and work, and what is no
 * longer so. */
void rules_find(struct reading *reading, struct understanding *understanding);

/* Adds what the caller says has happened ("the statement came"), as ENDED with slot "done", and for which day
 * something is off ("I have to cancel the seventh"), with slot "cancelled" and the day as value: with
 * evidence as well, since it settles what was open. */
void rules_find_done(struct reading *reading, struct understanding *understanding);

#endif
