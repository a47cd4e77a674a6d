/*
 * known: what is known of a caller, as lists on a page: who is on the line, what is known of each with the
 * words that it rests on, what is open, what is no longer so.
 */
#ifndef CALLMEM_PAGE_KNOWN_H
#define CALLMEM_PAGE_KNOWN_H

#include "page/page.h"
#include "people/line.h"

struct known_view {
    const char *caller;
    const struct line *line;
    const struct memory_list *memories; /* with the turns */
};

void known_people(struct page *page, const struct known_view *view);
void known_open(struct page *page, const struct known_view *view);
void known_over(struct page *page, const struct known_view *view);

/* The words of a turn of a call; NULL when they are not kept. */
const char *known_words(const struct memory_list *memories, const char *conversation, int turn);
/* The link to a page that asks before it changes something of this memory ("": of the caller). */
void known_change_link(struct page *page, const char *what, const char *caller, const char *id,
                       const char *label, const char *about);

#endif
