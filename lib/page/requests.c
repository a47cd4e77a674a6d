/*
 * requests: what callers ask about their data, for a person to decide.
 */
#include "page/answers.h"
#include "page/html.h"
#include "page/known.h"
#include "page/notice.h"
#include "page/recorded.h"
#include "people/privacy.h"

#include <stdlib.h>

#define REQUESTS_SHOWN 200

/* With the words of the turn in which it was said. */
static int show_request(struct page *page, const struct memory *memory, struct error *error)
{
    const struct memory_filter filter = {
        .caller = memory->caller, .conversation = memory->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list turns;
    if (memory_list(page->memory, &filter, &turns, error) != 0)
        return -1;
    recorded_request(page, memory, known_words(&turns, memory->conversation, recorded_turn(memory)));
    memory_list_free(&turns);
    return 0;
}

static int show_open(struct page *page, const struct memory_list *list, struct error *error)
{
    size_t shown = 0;
    for (size_t i = 0; i < list->count && shown < REQUESTS_SHOWN; i++) {
        struct request request;
        if (!privacy_read(&list->items[i], &request))
            return error_no_memory(error);
        if (request.state != REQUEST_OPEN)
            continue;
        if (shown++ == 0)
            buf_puts(page->out, "<ul class=\"facts\">\n");
        if (show_request(page, &list->items[i], error) != 0)
            return -1;
    }
    buf_puts(page->out, shown ? "</ul>\n" : "<p class=\"none\">Nobody waits for an answer.</p>\n");
    if (shown == REQUESTS_SHOWN)
        buf_puts(page->out, "<p>There are more; they are shown when these are decided.</p>\n");
    return 0;
}

int requests_page(struct page *page, struct error *error)
{
    struct memory_list list;
    if (memory_requests(page->memory, 10000, &list, error) != 0)
        return -1;
    page_begin(page, "Requests about their data", PAGE_ROOT "requests");
    notice_show(page);
    buf_puts(page->out,
             "<p>What callers asked for, the oldest first. Nothing happens until somebody decides, "
             "unless the settings say so.</p>\n");
    int result = show_open(page, &list, error);
    page_end(page);
    memory_list_free(&list);
    return result;
}
