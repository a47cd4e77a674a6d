/*
 * page: one answer of the operator's page: who asks, and the frame around what is shown. Each page is a file
 * of its own with a function of page_function's type (answers.h); pages.h has their table.
 */
#ifndef CALLMEM_PAGE_PAGE_H
#define CALLMEM_PAGE_PAGE_H

#include "base/buf.h"
#include "base/error.h"
#include "memory/memory.h"
#include "page/session.h"
#include "page/site.h"
#include "web/form.h"
#include "web/request.h"
#include "web/response.h"

#include <stdbool.h>

#define PAGE_ROOT  "/operator/"
#define PAGE_LOGIN PAGE_ROOT "login"

struct page {
    const struct site *site;
    struct request *request;
    struct response *response;
    struct buf *out;             /* the body */
    struct memory_store *memory; /* NULL when it could not be opened */
    struct form *query, *form;   /* of the URL, and what was posted (NULL: nothing) */
    bool logged_in;
    char who[SESSION_NAME_SIZE];         /* the name of who is logged in; "" */
    char token[SESSION_TOKEN_SIZE];      /* of the session or of the form to log in; "" */
    char form_token[SESSION_TOKEN_SIZE]; /* what its forms carry */
};

/* Makes the answer; 0, or -1 with an error, which is shown as a page in place of it. */
typedef int page_function(struct page *page, struct error *error);

/* The frame: all before, and all behind what a page shows. `here` is the path of the entry in the navigation
 * that the page belongs to; NULL: none. The title is the page's heading as well, unless `heading` is false.
 */
void page_begin(struct page *page, const char *title, const char *here);
void page_begin_plain(struct page *page, const char *title, const char *here);
void page_end(struct page *page);
/* A page that says only this: a heading, and a sentence of plain text. */
void page_say(struct page *page, int status, const char *title, const char *text);
/* The page for an error. */
void page_error(struct page *page, const struct error *error);

/* The path that was asked for. */
const char *page_path(const struct page *page);
/* Answers with "look there": a path of this page, with its query. */
void page_redirect(struct page *page, const char *url);

/* The beginning of a form that changes something, and the end of any, with its button. `url` is written as it
 * is; `class` of the button: "", "danger" or "plain". */
void page_form(struct page *page, const char *path);
void page_form_end(struct page *page, const char *button, const char *class);
/* A field that is not seen. */
void page_hidden(struct page *page, const char *name, const char *value);
/* A time as "2026-03-02 10:04", in an element that says so to programs, too. */
void page_time(struct page *page, int64_t when);
/* "1 call", "2 calls". */
void page_count(struct page *page, int64_t count, const char *one, const char *many);
/* The link to a caller, and to a call of a caller (at a turn, unless that is negative). Text is escaped. */
void page_link_caller(struct page *page, const char *caller, const char *text);
void page_link_call(struct page *page, const char *caller, const char *conversation, int turn,
                    const char *text);

/* The cookie of a session or a form. NULL: it goes. `seconds`: how long it stays. */
void page_set_cookie(struct page *page, const char *name, const char *value, int seconds);
/* Its name, which depends on whether the request came over TLS. */
#define PAGE_SESSION "callmem_operator"
#define PAGE_PRELUDE "callmem_login"
bool page_cookie(const struct page *page, const char *name, char value[SESSION_TOKEN_SIZE]);

#endif
