/*
 * caller: everything that is known of one caller, each thing with where it comes from.
 */
#include "people/caller.h"
#include "base/json.h"
#include "page/answers.h"
#include "page/html.h"
#include "page/known.h"
#include "page/notice.h"
#include "page/recorded.h"
#include "people/line_read.h"
#include "people/link.h"
#include "people/privacy.h"
#include "people/profile.h"
#include "service/variables.h"

#include <string.h>

/* What is read of a caller. */
struct reading {
    const char *caller;
    struct memory_profile profile;
    struct memory_list calls, memories;
    struct memory_list told; /* what `line` is made of */
    struct line line;
    bool line_open;
    cJSON *variables;
};

static int read_caller(struct page *page, struct reading *reading, struct error *error)
{
    /* With what is shared: a fact of another line has its sentence there. */
    const struct memory_filter filter = {.caller = reading->caller, .line = true};
    if (memory_profile(page->memory, reading->caller, "", &reading->profile, error) != 0 ||
        memory_conversations(page->memory, reading->caller, &reading->calls, error) != 0 ||
        memory_list(page->memory, &filter, &reading->memories, error) != 0)
        return -1;
    if (reading->calls.count == 0)
        return error_set(error, ERROR_NOT_FOUND, "nothing is known of this caller");
    if (line_read(page->memory, reading->caller, "", &reading->told, &reading->line, error) != 0)
        return -1;
    reading->line_open = true;
    reading->variables = profile_variables(reading->profile.document, reading->caller);
    return reading->variables ? 0 : error_no_memory(error);
}

static void free_reading(struct reading *reading)
{
    cJSON_Delete(reading->variables);
    if (reading->line_open) {
        line_close(&reading->line);
        memory_list_free(&reading->told);
    }
    memory_list_free(&reading->memories);
    memory_list_free(&reading->calls);
    memory_profile_free(&reading->profile);
}

/* --- The parts of the page --- */

static void show_head(struct page *page, const struct reading *reading)
{
    struct buf *out = page->out;
    const char *name = json_text_or_empty(reading->variables, VARIABLE_CALLER_NAME);
    const char *people = json_text_or_empty(reading->variables, VARIABLE_CALLER_PEOPLE);
    const char *title = *name ? name : *people ? people : reading->caller;
    page_begin_plain(page, title, PAGE_ROOT);
    buf_puts(out, "<h1>");
    html_said(out, title);
    buf_puts(out, "</h1>\n<p class=\"sub\">");
    html_said(out, reading->caller);
    buf_puts(out, " · ");
    page_count(page, reading->line.conversations, "call", "calls");
    if (reading->line.last) {
        buf_puts(out, " · the last on ");
        page_time(page, reading->line.last);
    }
    buf_puts(out, "</p>\n");
    notice_show(page);
    if (privacy_hides(&reading->memories))
        buf_puts(
            out,
            "<p class=\"notice\">Agents treat this caller as unknown, because of the request below.</p>\n");
    buf_puts(out, "<p class=\"actions\">\n");
    known_change_link(page, "note", reading->caller, "", "Add a note", "");
    known_change_link(page, "link", reading->caller, "", "Join with another number", "");
    known_change_link(page, "split", reading->caller, "", "Make two people of one", "");
    known_change_link(page, "forget", reading->caller, "", "Forget everything", "");
    buf_puts(out, "</p>\n");
}

static void show_requests(struct page *page, const struct reading *reading)
{
    bool any = false;
    for (size_t i = 0; i < reading->memories.count; i++) {
        const struct memory *memory = &reading->memories.items[i];
        if (memory->kind != KIND_PRIVACY || strcmp(memory->caller, reading->caller) != 0)
            continue;
        if (!any)
            buf_puts(page->out,
                     "<section aria-labelledby=\"asked\">\n<h2 id=\"asked\">Requests about their data"
                     "</h2>\n<ul class=\"facts\">\n");
        any = true;
        recorded_request(page, memory,
                         known_words(&reading->memories, memory->conversation, recorded_turn(memory)));
    }
    if (any)
        buf_puts(page->out, "</ul>\n</section>\n");
}

/* The other numbers of people on this line. */
static void show_links(struct page *page, const struct reading *reading)
{
    for (size_t i = 0; i < reading->line.link_count; i++) {
        const struct link *link = &reading->line.links[i];
        if (i == 0)
            buf_puts(page->out,
                     "<section aria-labelledby=\"linked\">\n<h2 id=\"linked\">Joined numbers</h2>\n"
                     "<ul class=\"facts\">\n");
        buf_puts(page->out, "<li class=\"fact\">\n<p class=\"what\">");
        page_link_caller(page, link->other, link->other);
        if (*link->other_name) {
            buf_puts(page->out, " ");
            html_said(page->out, link->other_name);
        }
        buf_puts(page->out, "</p>\n<p class=\"source\">said by an operator (");
        html_said(page->out, link->by);
        buf_puts(page->out, "), ");
        page_time(page, link->memory->created_at);
        buf_puts(page->out, "</p>\n<p class=\"actions\">");
        known_change_link(page, "unlink", reading->caller, link->other, "Take apart", link->other);
        buf_puts(page->out, "</p>\n</li>\n");
    }
    if (reading->line.link_count > 0)
        buf_puts(page->out, "</ul>\n</section>\n");
}

static const struct line_call *line_call(const struct line *line, const char *conversation)
{
    for (size_t i = 0; i < line->call_count; i++)
        if (strcmp(line->calls[i].memory->conversation, conversation) == 0)
            return &line->calls[i];
    return NULL;
}

static void show_call(struct page *page, const struct reading *reading, const struct memory *call)
{
    const struct line_call *seen = line_call(&reading->line, call->conversation);
    struct buf *out = page->out;
    buf_puts(out, "<tr><th scope=\"row\">");
    buf_puts(out, "<a href=\"" PAGE_ROOT "call?caller=");
    html_url(out, reading->caller);
    buf_puts(out, "&amp;id=");
    html_url(out, call->conversation);
    buf_puts(out, "\">");
    page_time(page, call->created_at);
    buf_puts(out, "</a></th><td class=\"about-what\">");
    if (seen && seen->attempt)
        buf_puts(out, "Nobody was spoken with. ");
    html_said(out, seen && *seen->title ? seen->title : seen ? seen->memory->content : "");
    html_printf(out, "</td><td>%s</td><td>", seen ? seen->mood : "");
    if (recorded_size(page, call->conversation) > 0)
        buf_puts(out, "recorded");
    buf_puts(out, "</td></tr>\n");
}

static void show_calls(struct page *page, const struct reading *reading)
{
    buf_puts(page->out,
             "<section aria-labelledby=\"calls\">\n<h2 id=\"calls\">Calls</h2>\n"
             "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-labelledby=\"calls\">\n<table>\n"
             "<thead><tr><th scope=\"col\">When</th><th scope=\"col\">What it was about</th>"
             "<th scope=\"col\">Mood</th><th scope=\"col\">Recording</th></tr></thead>\n<tbody>\n");
    for (size_t i = reading->calls.count; i-- > 0;)
        if (memory_is_call(reading->calls.items[i].conversation))
            show_call(page, reading, &reading->calls.items[i]);
    buf_puts(page->out, "</tbody>\n</table>\n</div>\n</section>\n");
}

static void show_told(struct page *page, const struct reading *reading)
{
    const char *told = json_text_or_empty(reading->variables, VARIABLE_MEMORY_CONTEXT);
    buf_puts(page->out, "<details>\n<summary>What agents are told</summary>\n<p>");
    if (*told)
        html_said(page->out, told);
    else
        buf_puts(page->out, "Nothing: to agents this caller is unknown.");
    buf_puts(page->out, "</p>\n</details>\n");
}

static void show(struct page *page, const struct reading *reading)
{
    const struct known_view view = {reading->caller, &reading->line, &reading->memories};
    show_head(page, reading);
    show_requests(page, reading);
    known_people(page, &view);
    known_open(page, &view);
    show_links(page, reading);
    show_calls(page, reading);
    known_over(page, &view);
    show_told(page, reading);
    page_end(page);
}

int caller_page(struct page *page, struct error *error)
{
    char caller[CALLER_SIZE];
    caller_parse(form_value(page->query, "id"), caller);
    if (!*caller)
        return error_set(error, ERROR_NOT_FOUND, "no caller");
    struct reading reading = {.caller = caller};
    int result = read_caller(page, &reading, error);
    if (result == 0)
        show(page, &reading);
    free_reading(&reading);
    return result;
}
