/*
 * requests: what a caller clearly asks about their own data: that it be erased, not to be called again, that
 * the call not be kept. There is one judgement of "clearly asked, by the speaker, for themselves", which
 * holds an LLM's word against the call and lets rules speak where there is no LLM.
 */
#ifndef CALLMEM_UNDERSTAND_REQUESTS_H
#define CALLMEM_UNDERSTAND_REQUESTS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Whether a turn of the caller asks for erasure, where an LLM says so: DROPS, with its index in *turn, or why
 * it does not count. */
enum drop requests_judge_erasure(struct reading *reading, const struct spoken *turns, size_t count,
                                 size_t *turn);
/* The same for "do not record this": the caller speaks of recording, or refuses it where the agent does. */
enum drop requests_judge_recording(const struct reading *reading, const struct spoken *turns, size_t count,
                                   size_t *turn);
/* Whether all that the caller refuses of being reached is a way, a time or a place: "text me, don't ring". */
bool requests_are_of_how(const struct reading *reading, const struct spoken *turns, size_t count);
/* The index of the first turn in which the caller asks for it in so many words; SIZE_MAX when there is none.
 */
size_t requests_find_turn(struct reading *reading, const struct spoken *turns, size_t count,
                          enum privacy privacy);

/* Fills request and request_turn from the words of the caller, where no LLM read the call. */
void requests_find(struct reading *reading, struct understanding *understanding);

#define REQUESTS_NOT_CALLED "Asked not to be called again"

/* Who asked not to be called again is not to be called: adds that as an instruction, unless one says so. */
void requests_add_instruction(struct reading *reading, struct understanding *understanding);

#endif
