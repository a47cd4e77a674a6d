/*
 * call: one call: what was said in it, turn by turn, its recording, and what was left out and why.
 */
#include "base/json.h"
#include "page/answers.h"
#include "page/html.h"
#include "page/recorded.h"
#include "people/caller.h"
#include "understand/understanding.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Why a line of evidence was left out, for people. */
static const char *const reasons[DROPS] = {
    [DROP_FORM] = "It could not be read.",
    [DROP_UNGROUNDED] = "It was not said in the call.",
    [DROP_PERSON] = "It was said of somebody else, and it is not clear of whom.",
    [DROP_NEGATED] = "The opposite was said.",
    [DROP_PAST] = "It was so once, and was told as a memory.",
    [DROP_ASKED] = "It was a question or a condition.",
    [DROP_REFUSED] = "It was offered and not accepted.",
    [DROP_ONCE] = "It was meant for that time alone.",
    [DROP_SETTLED] = "It was settled in the call itself.",
    [DROP_SECRET] = "It is a card number, a password or another secret.",
    [DROP_ORDER] = "It tells the agent what to be, to ignore or to grant.",
    [DROP_NAME] = "It is no name of a person who spoke.",
    [DROP_MANY] = "It is more than is looked at of one call.",
};

static const char *reason_of(const char *why)
{
    for (enum drop drop = 0; drop < DROPS; drop++)
        if (strcmp(drop_name(drop), why) == 0)
            return reasons[drop];
    return why;
}

static void show_dropped(struct page *page, const struct memory *memory, bool *any)
{
    struct error error;
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const cJSON *item;
    cJSON_ArrayForEach(item, json_array(metadata, "dropped"))
    {
        if (!*any)
            buf_puts(page->out, "<section aria-labelledby=\"left\">\n<h2 id=\"left\">Left out, and why</h2>\n"
                                "<ul class=\"facts\">\n");
        *any = true;
        buf_puts(page->out, "<li class=\"fact\"><p class=\"what\">");
        html_said(page->out, json_text_or_empty(item, "line"));
        html_printf(page->out, "</p><p class=\"source\">%s</p></li>\n",
                    reason_of(json_text_or_empty(item, "why")));
    }
    if (strcmp(json_text_or_empty(metadata, "slot"), "order") == 0) {
        buf_puts(page->out,
                 "<p class=\"notice\">Words that would give the agent orders were taken out of turn ");
        buf_int(page->out, json_int(metadata, "turn", -1) + 1);
        buf_puts(page->out, ": ");
        html_said(page->out, memory->content);
        buf_puts(page->out, "</p>\n");
    }
    cJSON_Delete(metadata);
}

static void show_turns(struct page *page, const struct memory_list *list)
{
    bool any = false;
    buf_puts(page->out, "<section aria-labelledby=\"said\">\n<h2 id=\"said\">What was said</h2>\n");
    for (size_t i = 0; i < list->count; i++) {
        const struct memory *memory = &list->items[i];
        bool is_agent = strcmp(memory->speaker, "agent") == 0;
        if (memory->kind != KIND_TURN)
            continue;
        if (!any)
            buf_puts(page->out, "<ol class=\"turns\">\n");
        any = true;
        html_printf(page->out, "<li id=\"turn-%d\" class=\"%s\"><span class=\"speaker\">%s</span> ",
                    memory->position, is_agent ? "agent" : "caller", is_agent ? "Agent" : "Caller");
        html_said(page->out, memory->content);
        buf_puts(page->out, "</li>\n");
    }
    buf_puts(page->out, any ? "</ol>\n" : "<p class=\"none\">No words of this call are kept.</p>\n");
    buf_puts(page->out, "</section>\n");
}

static void show_recording(struct page *page, const char *caller, const char *conversation)
{
    if (recorded_size(page, conversation) == 0)
        return;
    buf_puts(page->out, "<section aria-labelledby=\"heard\">\n<h2 id=\"heard\">Recording</h2>\n"
                        "<audio controls preload=\"none\" aria-labelledby=\"heard\" src=\"" PAGE_ROOT
                        "recording?caller=");
    html_url(page->out, caller);
    buf_puts(page->out, "&amp;id=");
    html_url(page->out, conversation);
    buf_puts(page->out, "\"></audio>\n</section>\n");
}

static void show_summary(struct page *page, const struct memory_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if ((list->items[i].kind == KIND_SUMMARY || list->items[i].kind == KIND_ATTEMPT) &&
            *list->items[i].content) {
            buf_puts(page->out, "<p class=\"summary\">");
            html_said(page->out, list->items[i].content);
            buf_puts(page->out, "</p>\n");
        }
}

static void show(struct page *page, const char *caller, const struct memory_list *list)
{
    const struct memory *first = &list->items[0];
    bool any = false;
    page_begin(page, "A call", PAGE_ROOT);
    buf_puts(page->out, "<p class=\"sub\">");
    page_time(page, first->created_at);
    buf_puts(page->out, " · ");
    page_link_caller(page, caller, caller);
    buf_puts(page->out, " · ");
    html_said(page->out, first->conversation);
    buf_puts(page->out, "</p>\n");
    show_summary(page, list);
    show_recording(page, caller, first->conversation);
    show_turns(page, list);
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == KIND_EVIDENCE)
            show_dropped(page, &list->items[i], &any);
    if (any)
        buf_puts(page->out, "</ul>\n</section>\n");
    page_end(page);
}

/* The memories of the call that the query names, which is one of the caller's. */
static int read_call(struct page *page, char caller[CALLER_SIZE], struct memory_list *list,
                     struct error *error)
{
    const struct memory_filter filter = {.caller = caller, .conversation = form_value(page->query, "id")};
    caller_parse(form_value(page->query, "caller"), caller);
    if (!*caller || !*filter.conversation)
        return error_set(error, ERROR_NOT_FOUND, "no call");
    if (memory_list(page->memory, &filter, list, error) != 0)
        return -1;
    return list->count ? 0 : error_set(error, ERROR_NOT_FOUND, "no such call");
}

int call_page(struct page *page, struct error *error)
{
    char caller[CALLER_SIZE];
    struct memory_list list = {0};
    int result = read_call(page, caller, &list, error);
    if (result == 0)
        show(page, caller, &list);
    memory_list_free(&list);
    return result;
}

/* --- The recording --- */

/* A number of at most 18 digits at the start of `*text`, which moves behind it; -1 when there is none. */
static int64_t read_offset(const char **text)
{
    size_t digits = strspn(*text, "0123456789");
    int64_t number = 0;
    if (digits == 0 || digits > 18)
        return -1;
    for (; digits > 0; digits--)
        number = number * 10 + (*(*text)++ - '0');
    return number;
}

/* "bytes=100-", "bytes=0-99", "bytes=-500" (https://www.rfc-editor.org/rfc/rfc9110#name-range). Any other
 * form is as if it were not there: 0; 1 when it is one range of the file, -1 when the file has no such bytes.
 */
static int read_range(const char *range, int64_t size, int64_t *from, int64_t *length)
{
    static const char unit[] = "bytes=";
    if (!range || strncmp(range, unit, sizeof unit - 1) != 0)
        return 0;
    range += sizeof unit - 1;
    bool is_suffix = *range == '-';
    int64_t first = is_suffix ? 0 : read_offset(&range);
    if (first < 0 || *range++ != '-')
        return 0;
    int64_t last = *range ? read_offset(&range) : size - 1;
    if (last < 0 || *range || (is_suffix && range[-1] == '-'))
        return 0;
    if (is_suffix) {
        first = last < size ? size - last : 0;
        last = last > 0 ? size - 1 : -1;
    }
    if (last >= size)
        last = size - 1;
    if (first >= size || (is_suffix && last < 0))
        return -1;
    if (last < first)
        return 0;
    *from = first;
    *length = last - first + 1;
    return 1;
}

int recording_page(struct page *page, struct error *error)
{
    char caller[CALLER_SIZE], content[96];
    struct memory_list list = {0};
    int64_t size = 0;
    struct response *response = page->response;
    int result = read_call(page, caller, &list, error);
    int fd = result == 0 ? recorded_open(page, list.items[0].conversation, &size) : -1;
    memory_list_free(&list);
    if (result != 0)
        return -1;
    if (fd < 0)
        return error_set(error, ERROR_NOT_FOUND, "no recording");
    response->type = "audio/mpeg";
    response->file = (struct response_file){fd, 0, size};
    response_header(response, "Accept-Ranges", "bytes");
    int range = read_range(request_header(page->request, "HTTP_RANGE"), size, &response->file.from,
                           &response->file.length);
    if (range == 0)
        return 0;
    response->status = range > 0 ? 206 : 416;
    if (range > 0)
        snprintf(content, sizeof content, "bytes %lld-%lld/%lld", (long long)response->file.from,
                 (long long)(response->file.from + response->file.length - 1), (long long)size);
    else
        snprintf(content, sizeof content, "bytes */%lld", (long long)size);
    if (range < 0)
        response->file.length = 0;
    response_header(response, "Content-Range", content);
    return 0;
}
