/*
 * speakers: who speaks on the caller's side, by what is said. Everything that points at a name becomes a
 * claim; corrections and denials remove claims; the surest that is left names the speaker.
 */
#ifndef CALLMEM_UNDERSTAND_SPEAKERS_H
#define CALLMEM_UNDERSTAND_SPEAKERS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Adds the speakers that rules find in the turns, the operator's own items and the dynamic variables. */
void speakers_find(struct reading *reading, struct understanding *understanding);

#endif
