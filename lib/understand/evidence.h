/*
 * evidence: what an LLM says of a call, held against the call. callmem's items (contract: callmem_caller,
 * callmem_notes, callmem_open, callmem_request, callmem_mood) are read in whatever form they come (items.h);
 * each line counts only when it is grounded in the transcript (ground.h), is true of the person whom it names
 * and told as something that is so (manner.h), and is neither a secret nor an order to the agent (secrets.h,
 * orders.h). What is left out is kept with its reason.
 */
#ifndef CALLMEM_UNDERSTAND_EVIDENCE_H
#define CALLMEM_UNDERSTAND_EVIDENCE_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Whether a collected item is one of callmem's own. */
bool evidence_is_item(const char *name);

/* Reads callmem's items of the transcript and adds what holds; what does not is dropped with its reason. Sets
 * `evidence` when they were asked for, with a value or with null. Items of the operator's own that are
 * contact data or numbers of the caller
 * ("email", "order_number") are added as well, as SOURCE_COLLECTED. */
void evidence_read(struct reading *reading, struct understanding *understanding);

/* Finds where the caller says that they are not whom the agent took them for: is_other, denied. */
void evidence_find_denials(struct reading *reading, struct understanding *understanding);

/* After the rules have added theirs behind the first `speakers` and `statements`, which are those of the
 * evidence: rules only complete it. There is one entry for each person; a fuller form of a name and a name
 * that was wrong are taken over. A person whom only rules found is left out when the LLM named the speakers;
 * not when it named nobody, or the agent or a company. Contact data and numbers that are there already, or of
 * which there are others, are left out. */
void evidence_complete(struct reading *reading, struct understanding *understanding, size_t speakers,
                       size_t statements);

#endif
