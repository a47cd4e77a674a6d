/*
 * callers: who called, the last call first, and what waits for somebody to decide.
 */
#include "page/answers.h"
#include "page/html.h"
#include "people/caller.h"
#include "people/decision.h"

#include <stdlib.h>
#include <string.h>

#define CALLERS_SHOWN 50
#define SKIP_MOST     1000000
#define TEXT_MOST     200

/* Requests are looked for only where that does not mean to read everything. */
static int show_waiting(struct page *page, struct error *error)
{
    size_t open = 0;
    struct inbox_status status = {0};
    bool local = strcmp(memory_mode(page->memory), "local") == 0;
    if ((local && decision_count_open(page->memory, &open, error) != 0) ||
        inbox_status(page->site->inbox, false, &status, error) != 0)
        return -1;
    if (open == 0 && status.failed == 0)
        return 0;
    buf_puts(page->out, "<section class=\"waiting\" aria-labelledby=\"waiting\">\n"
                        "<h2 id=\"waiting\">Waiting for you</h2>\n<ul>\n");
    if (open > 0) {
        buf_puts(page->out, "<li><a href=\"" PAGE_ROOT "requests\">");
        page_count(page, (int64_t)open, "request of a caller", "requests of callers");
        buf_puts(page->out, "</a> about their data</li>\n");
    }
    if (status.failed > 0) {
        buf_puts(page->out, "<li><a href=\"" PAGE_ROOT "failed\">");
        page_count(page, status.failed, "event", "events");
        buf_puts(page->out, "</a> that could not be processed</li>\n");
    }
    buf_puts(page->out, "</ul>\n</section>\n");
    return 0;
}

static void show_search(struct page *page, const char *text)
{
    html_printf(
        page->out,
        "<form method=\"get\" action=\"" PAGE_ROOT "\" role=\"search\" class=\"search\">\n"
        "<label for=\"q\">Name or number</label>\n"
        "<input id=\"q\" name=\"q\" type=\"search\" value=\"%s\" maxlength=\"%d\" autocomplete=\"off\">\n",
        text, TEXT_MOST);
    page_form_end(page, "Search", "");
}

static void show_caller(struct page *page, const struct memory_caller *caller)
{
    const char *name = *caller->name ? caller->name : *caller->people ? caller->people : "";
    buf_puts(page->out, "<tr><th scope=\"row\">");
    page_link_caller(page, caller->caller, *name ? name : caller->caller);
    buf_puts(page->out, "</th><td class=\"number\">");
    html_said(page->out, caller->caller);
    buf_puts(page->out, "</td><td>");
    if (caller->last_call)
        page_time(page, caller->last_call);
    buf_puts(page->out, "</td><td class=\"count\">");
    buf_int(page->out, caller->calls);
    buf_puts(page->out, "</td></tr>\n");
}

static void show_table(struct page *page, const struct memory_callers *found, size_t shown)
{
    buf_puts(page->out,
             "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Callers\">\n<table>\n"
             "<caption class=\"unseen\">Callers, the last call first</caption>\n"
             "<thead><tr><th scope=\"col\">Who</th><th scope=\"col\">Number</th>"
             "<th scope=\"col\">Last call</th><th scope=\"col\" class=\"count\">Calls</th></tr></thead>\n"
             "<tbody>\n");
    for (size_t i = 0; i < shown; i++)
        show_caller(page, &found->items[i]);
    buf_puts(page->out, "</tbody>\n</table>\n</div>\n");
}

static void show_way(struct page *page, const char *text, size_t skip, const char *rel, const char *label)
{
    html_printf(page->out, "<a rel=\"%s\" href=\"" PAGE_ROOT "?skip=%zu", rel, skip);
    if (*text) {
        buf_puts(page->out, "&amp;q=");
        html_url(page->out, text);
    }
    html_printf(page->out, "\">%s</a>\n", label);
}

static void show_paging(struct page *page, const char *text, size_t skip, bool more)
{
    if (skip == 0 && !more)
        return;
    buf_puts(page->out, "<nav class=\"paging\" aria-label=\"Further callers\">\n");
    if (skip > 0)
        show_way(page, text, skip > CALLERS_SHOWN ? skip - CALLERS_SHOWN : 0, "prev", "Later calls");
    if (more)
        show_way(page, text, skip + CALLERS_SHOWN, "next", "Earlier calls");
    buf_puts(page->out, "</nav>\n");
}

static void show_none(struct page *page, const char *text, size_t skip)
{
    if (*text)
        html_printf(page->out,
                    "<p>Nobody with “%s” in the name or number. Names are found without accents and in any "
                    "case; of a number a part is enough.</p>\n<p><a href=\"" PAGE_ROOT
                    "\">All callers</a></p>\n",
                    text);
    else if (skip > 0)
        buf_puts(page->out, "<p>There are no more callers.</p>\n");
    else
        buf_puts(page->out,
                 "<p>Nobody has called yet, or nothing was kept. After a call it takes a few seconds "
                 "until its caller stands here.</p>\n");
}

/* What was typed, as numbers are stored where it is one: "(555) 010-0200" finds +15550100200. */
static void take_text(const char *typed, char text[TEXT_MOST + 1])
{
    char caller[CALLER_SIZE];
    size_t len = 0, digits = strspn(typed, "0123456789 +()-./");
    if (typed[digits] == '\0' && strpbrk(typed, "0123456789")) {
        if (*typed == '+' && caller_parse(typed, caller) == CALLER_NUMBER) {
            memcpy(text, caller, strlen(caller) + 1);
            return;
        }
        for (; *typed && len < TEXT_MOST; typed++)
            if (strchr("0123456789", *typed))
                text[len++] = *typed;
    } else {
        len = strnlen(typed, TEXT_MOST);
        while (len > 0 && ((unsigned char)typed[len] & 0xc0) == 0x80)
            len--; /* not within a character */
        memcpy(text, typed, len);
    }
    text[len] = '\0';
}

int callers_page(struct page *page, struct error *error)
{
    char text[TEXT_MOST + 1];
    struct memory_callers found;
    const char *typed = form_value(page->query, "q");
    typed += strspn(typed, " ");
    size_t skip = strtoul(form_value(page->query, "skip"), NULL, 10);
    skip = skip < SKIP_MOST ? skip : SKIP_MOST;
    take_text(typed, text);
    const struct memory_callers_filter filter = {.text = text, .skip = skip, .limit = CALLERS_SHOWN + 1};
    if (memory_callers(page->memory, &filter, &found, error) != 0)
        return -1;
    size_t shown = found.count < CALLERS_SHOWN ? found.count : CALLERS_SHOWN;
    page_begin(page, "Callers", PAGE_ROOT);
    int result = *text || skip ? 0 : show_waiting(page, error);
    show_search(page, typed);
    if (shown > 0)
        show_table(page, &found, shown);
    else
        show_none(page, typed, skip);
    show_paging(page, typed, skip, found.count > shown);
    page_end(page);
    memory_callers_free(&found);
    return result;
}
