/*
 * evidence: what an LLM says of a call, held against the call. callmem's items (contract: callmem_caller,
 * callmem_notes, callmem_open, callmem_request, callmem_mood) are read in whatever form they come; each line
 * counts only when it is grounded in the transcript, is true of the person whom it names, and is neither a
 * secret nor an order to the agent.
 */
#ifndef CALLMEM_UNDERSTAND_EVIDENCE_H
#define CALLMEM_UNDERSTAND_EVIDENCE_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Whether a collected item is one of callmem's own. */
bool evidence_is_item(const char *name);

/* Reads callmem's items of the transcript and adds what holds; what does not is dropped with its reason. Sets
 * `evidence` when any of the items is there, with a value or with null. `source` says whose LLM it was. */
void evidence_read(struct reading *reading, enum source source, struct understanding *understanding);

#endif
