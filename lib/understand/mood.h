/*
 * mood: how the caller felt, by what their words weigh, the end of the call counting more than its beginning;
 * what an evaluation of the call says plainly counts more, then what the operator's own analysis found, then
 * callmem's item, and most what the caller gave the call themselves.
 */
#ifndef CALLMEM_UNDERSTAND_MOOD_H
#define CALLMEM_UNDERSTAND_MOOD_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Fills mood and feeling. */
void mood_find(struct reading *reading, struct understanding *understanding);

#endif
