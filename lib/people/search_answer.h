/*
 * search_answer: the result of a search, as the JSON of the webhook.
 */
#ifndef CALLMEM_PEOPLE_SEARCH_ANSWER_H
#define CALLMEM_PEOPLE_SEARCH_ANSWER_H

#include "base/buf.h"
#include "base/error.h"
#include "memory/memory.h"
#include "service/settings.h"

/* Searches the memories of filter->caller and adds the answer to `b`: {"count", "memories", "context",
 * "profile"}. A caller of "" is nobody: nothing is searched, and the answer is empty. `memory` may be NULL,
 * which is out of memory. */
int search_answer_add(struct buf *b, const struct settings *settings, struct memory_store *memory,
                      const struct memory_filter *filter, const char *query, struct error *error);

/* The same on a line that many people share: only what somebody of that name said there; "" finds nothing. */
int search_answer_named(struct buf *b, const struct settings *settings, struct memory_store *memory,
                        const struct memory_filter *filter, const char *name, const char *query,
                        struct error *error);

#endif
