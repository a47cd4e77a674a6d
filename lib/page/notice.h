/*
 * notice: what was done, said at the top of the page that follows.
 */
#ifndef CALLMEM_PAGE_NOTICE_H
#define CALLMEM_PAGE_NOTICE_H

#include "page/page.h"

/* Shows what the query says was done ("done=note"), with a button that takes it back where the query names
 * what ("undo=ID"). Nothing where it says nothing. */
void notice_show(struct page *page);

#endif
