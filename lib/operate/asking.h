/*
 * asking: the operator's own LLM (CALLMEM_LLM_URL) reads the calls that came without callmem's items. A
 * thread of post-call takes them from their queue, one after the other, when they are in memory with what
 * rules know, so that nothing waits for it. What the LLM says passes the same checks as ElevenLabs' items do.
 *
 * A server that does not answer, or says that it is busy, is asked again after pauses that grow; so is a
 * call that it refuses, while the others go on. After a day, or after five refusals, a call is given up: what
 * rules know of it stays.
 */
#ifndef CALLMEM_OPERATE_ASKING_H
#define CALLMEM_OPERATE_ASKING_H

#include "base/error.h"
#include "inbox/llm_queue.h"
#include "operate/instance.h"

#include <stdbool.h>

/* Whether the settings name an LLM. */
bool asking_is_on(const struct instance *instance);

struct asking; /* the thread */
/* Starts it where the settings name an LLM; else `*asking` is NULL. Instance and queue are borrowed. */
int asking_start(const struct instance *instance, struct llm_queue *queue, struct asking **asking,
                 struct error *error);
/* Ends it; a request that runs is ended within a second, and the call waits for the next start. NULL is
 * taken. */
void asking_stop(struct asking *asking);

#endif
