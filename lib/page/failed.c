/*
 * failed: events that could not be processed, and why.
 */
#include "base/json.h"
#include "page/answers.h"
#include "page/html.h"
#include "page/notice.h"
#include "people/event.h"

#include <stdlib.h>
#include <string.h>

#define EVENTS_SHOWN 100
#define EVENT_MOST   (4 * 1024 * 1024) /* larger files (recordings) are not looked into */

struct showing {
    struct page *page;
    size_t count;
};

/* What a kind of reason means, in words for the reader. */
static const struct {
    const char *code, *meaning;
} meanings[] = {
    {"invalid_json", "What ElevenLabs sent, or what a disk kept, is not whole. Trying again does not help; "
                     "callmem backfill fetches the call once more."},
    {"invalid_request",
     "The event lacks something that callmem needs. Trying again helps only after an update of "
     "callmem."},
    {"internal_error",
     "callmem itself failed on this event. Try again after an update; if it stays, report it with "
     "the reason."},
    {"memory_unavailable", "The memory could not be written for too long. Try again when it works."},
    {"inbox_unavailable", "The disk could not be written. Try again when there is room."},
};

static void show_meaning(struct page *page, const char *code)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (strcmp(meanings[i].code, code) == 0)
            html_printf(page->out, "<p>%s</p>\n", meanings[i].meaning);
}

/* Whose call it is, where the event can be read that far. */
static void show_event(struct page *page, const char *name)
{
    struct event event;
    size_t len = 0;
    char *bytes = inbox_failed_body(page->site->inbox, name, EVENT_MOST, &len);
    if (bytes && event_parse(bytes, len, &event, NULL) == 0) {
        buf_puts(page->out, "<p>Call ");
        html_said(page->out, event.conversation);
        if (*event.caller) {
            buf_puts(page->out, " of ");
            page_link_caller(page, event.caller, event.caller);
        }
        buf_puts(page->out, "</p>\n");
        event_free(&event);
    }
    free(bytes);
}

static void show_failed(void *ctx, const char *name, const char *text)
{
    struct showing *showing = ctx;
    struct page *page = showing->page;
    struct error error;
    if (showing->count++ >= EVENTS_SHOWN)
        return;
    cJSON *reason = json_parse(text, strlen(text), &error);
    if (showing->count == 1)
        buf_puts(page->out, "<ul class=\"facts\">\n");
    const char *message = json_text_or_empty(reason, "message");
    buf_puts(page->out, "<li class=\"fact\">\n<p class=\"what\">");
    html_said(page->out, *message ? message : "No reason is noted.");
    buf_puts(page->out, "</p>\n<div class=\"source\">");
    show_event(page, name);
    show_meaning(page, json_text_or_empty(reason, "code"));
    html_printf(page->out, "<p>%s, after ", json_text_or_empty(reason, "at"));
    page_count(page, json_int(reason, "attempts", 0), "try", "tries");
    html_printf(page->out, ", reason <code>%s</code>, event <code>%s</code></p></div>\n",
                json_text_or_empty(reason, "code"), name);
    html_printf(page->out,
                "<p class=\"actions\"><a class=\"button\" href=\"" PAGE_ROOT
                "change?do=retry-one&amp;id=%s\">Try this one again</a></p>\n</li>\n",
                name);
    cJSON_Delete(reason);
}

int failed_page(struct page *page, struct error *error)
{
    struct showing showing = {page, 0};
    page_begin(page, "Events that failed", PAGE_ROOT "failed");
    notice_show(page);
    buf_puts(page->out,
             "<p>After a call, ElevenLabs sends an event. Of those here nothing is in memory yet; they "
             "are kept until they are processed.</p>\n");
    if (inbox_each_failed(page->site->inbox, show_failed, &showing, error) != 0)
        return -1;
    if (showing.count == 0)
        buf_puts(page->out, "<p class=\"none\">Every event was processed.</p>\n");
    else
        buf_puts(page->out, "</ul>\n");
    if (showing.count > EVENTS_SHOWN) {
        buf_puts(page->out, "<p>And ");
        buf_int(page->out, (int64_t)(showing.count - EVENTS_SHOWN));
        buf_puts(page->out, " more.</p>\n");
    }
    if (showing.count > 0)
        buf_puts(page->out, "<p class=\"actions\"><a class=\"button\" href=\"" PAGE_ROOT
                            "change?do=retry\">Try them again</a></p>\n");
    page_end(page);
    return 0;
}
