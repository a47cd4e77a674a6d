/*
 * pages: the table of the operator's pages, and the way of each request: may it come from there, is somebody
 * logged in, does a form carry what the page gave it.
 */
#ifndef CALLMEM_PAGE_PAGES_H
#define CALLMEM_PAGE_PAGES_H

#include "page/page.h"

#include <stddef.h>

enum page_access {
    ACCESS_OPEN,    /* without a session */
    ACCESS_SESSION, /* with one */
};

struct page_row {
    const char *method, *path;
    page_function *answer;
    enum page_access access;
};
extern const struct page_row page_rows[];
extern const size_t page_count_of_rows;

/* Answers a request for one of them. -1 with ERROR_NOT_FOUND for those who may not reach the page. */
int pages_answer(const struct site *site, struct memory_store *memory, struct request *request,
                 struct response *response, struct error *error);

#endif
