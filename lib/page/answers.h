/*
 * answers: the pages, each a file of its own. pages.c has their table, which says who may see what.
 */
#ifndef CALLMEM_PAGE_ANSWERS_H
#define CALLMEM_PAGE_ANSWERS_H

#include "page/page.h"

/* login.c: without a session */
page_function login_page, login, logout, style_page;
/* callers.c, caller.c, call.c: to look at */
page_function callers_page, caller_page, call_page, recording_page;
/* requests.c, failed.c, numbers.c */
page_function requests_page, failed_page, numbers_page;
/* change.c: what changes something; a page that says what it will do, and the deed */
page_function change_page, change;

#endif
