/*
 * orders: what tells the agent what to be, to ignore, to reveal or to grant. A caller can say anything, and
 * what is remembered comes back into a prompt: such words are shown to the operator and reach no agent.
 */
#ifndef CALLMEM_UNDERSTAND_ORDERS_H
#define CALLMEM_UNDERSTAND_ORDERS_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Whether a text is an order, in the language of the call or in English, or has markup of templates and
 * prompts in it. */
bool orders_are_in(struct reading *reading, const char *text);
/* Finds the turns of the caller that are orders for good ("from now on", "always") or have markup in them:
 * they are kept for the operator to see and reach no prompt, not by way of a search either. */
void orders_find(struct reading *reading, struct understanding *understanding);
/* Markup alone: "{{", "system:", "<|". */
bool orders_are_markup(const char *text);
/* A placeholder of a redacting workspace: "[NAME]", "[EMAIL_ADDRESS]". */
bool orders_are_placeholder(const char *text);

#endif
