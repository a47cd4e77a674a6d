/*
 * html: writes HTML. What comes from calls may hold anything: markup, control characters, marks that turn the
 * direction of a text around so that it reads as something else.
 */
#ifndef CALLMEM_PAGE_HTML_H
#define CALLMEM_PAGE_HTML_H

#include "base/buf.h"

/* Adds text as it can stand in an element or in a quoted attribute. Control characters (but line breaks and
 * tabs), and characters that are invisible or change the direction of what follows, become U+FFFD. */
void html_text(struct buf *b, const char *text);
/* The same of what a person said, in an element of its own, so that its direction does not move what stands
 * around it. */
void html_said(struct buf *b, const char *text);
/* Adds text as a part of a URL, such as the value of a query. */
void html_url(struct buf *b, const char *text);
/* As printf() with %s, %d, %zu and %% alone; each %s is escaped by html_text(). */
void html_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
