/*
 * recorded: recordings of calls, and requests of callers about their data, as pages show them.
 */
#ifndef CALLMEM_PAGE_RECORDED_H
#define CALLMEM_PAGE_RECORDED_H

#include "page/page.h"

#include <stdint.h>

/* The bytes of the recording of a conversation; 0 when none is kept. */
int64_t recorded_size(const struct page *page, const char *conversation);
/* Opens it; -1 when there is none. */
int recorded_open(const struct page *page, const char *conversation, int64_t *size);

/* The turn in which a request was made; -1 when it is not known. */
int recorded_turn(const struct memory *request);
/* A request as an item of a list, with its words (NULL: not kept) and, while it is open, its buttons. */
void recorded_request(struct page *page, const struct memory *request, const char *words);

#endif
