/*
 * speakers: who speaks on the caller's side, by what is said. Everything that points at a name becomes a
 * claim; corrections and denials remove claims; the surest that is left names the speaker.
 */
#ifndef CALLMEM_UNDERSTAND_SPEAKERS_H
#define CALLMEM_UNDERSTAND_SPEAKERS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Gives what rules found in a call with several speakers to the one who said it: by ElevenLabs'
 * user_identifier, or in the turn in which they named themselves. What is not clear is nobody's: `whose` is
 * WHOSE_UNCLEAR. */
void speakers_assign(const struct transcript *transcript, struct understanding *understanding);

/* Adds the speakers that rules find in the turns, the operator's own items and the dynamic variables. */
/* Whether the caller says in the call that they have a new name: "I got married". */
bool speakers_say_new_name(const struct reading *reading);

void speakers_find(struct reading *reading, struct understanding *understanding);

#endif
