#include "page/notice.h"

#include "page/html.h"

#include <string.h>

static const struct {
    const char *done, *text;
} notices[] = {
    {"corrected", "It is corrected. Agents are told so from now on."},
    {"named", "The caller has this name from now on."},
    {"dropped", "It is dropped. Agents are not told it any more."},
    {"noted", "The note is added."},
    {"split", "They are two people from now on."},
    {"linked", "The numbers are joined: they are of one person from now on."},
    {"unlinked", "The numbers are apart."},
    {"undone", "It is as it was before."},
    {"approved", "The request is approved."},
    {"dismissed", "The request is dismissed."},
    {"reopened", "The request is open again."},
    {"retried-one", "The event is being tried again. If it fails once more, it comes back here."},
    {"retried", "The events are being tried again. Those that fail once more come back here."},
};

void notice_show(struct page *page)
{
    const char *done = form_value(page->query, "done");
    const char *undo = form_value(page->query, "undo"), *id = form_value(page->query, "of");
    for (size_t i = 0; i < sizeof notices / sizeof *notices; i++) {
        if (strcmp(notices[i].done, done) != 0)
            continue;
        html_printf(page->out, "<div class=\"notice good\" role=\"status\">\n<p>%s</p>\n", notices[i].text);
        if (*undo) {
            page_form(page, PAGE_ROOT "change");
            page_hidden(page, "do", undo);
            page_hidden(page, "id", id);
            page_hidden(page, "caller", form_value(page->query, "id"));
            page_hidden(page, "back", strcmp(page_path(page), PAGE_ROOT "requests") == 0 ? "requests" : "");
            page_form_end(page, "Undo", "plain");
        }
        buf_puts(page->out, "</div>\n");
        return;
    }
}
