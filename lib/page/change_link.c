/*
 * change_link: several numbers of one person are joined, or taken apart.
 */
#include "page/changes.h"
#include "page/html.h"
#include "people/linking.h"

#include <string.h>

static struct linking linking_of(const struct changing *changing, bool dry)
{
    const struct page *page = changing->page;
    return (struct linking){
        .store = page->memory, .settings = page->site->instance->settings, .by = page->who, .dry = dry};
}

/* The other number, as it was typed. */
static int read_other(const struct changing *changing, char other[CALLER_SIZE], struct error *error)
{
    caller_parse(form_value(changing->form, "other"), other);
    return *other ? 0
                  : error_set(error, ERROR_INVALID_REQUEST,
                              "the other number is not one: write it with + and its country code");
}

int change_ask_link(struct changing *changing, struct error *error)
{
    struct page *page = changing->page;
    (void)error;
    html_printf(
        page->out,
        "<p><label for=\"other\">The other number</label>\n<input id=\"other\" name=\"other\" type=\"tel\" "
        "required autocomplete=\"off\" value=\"%s\" aria-describedby=\"other-why\"></p>\n"
        "<p class=\"hint\" id=\"other-why\">With + and its country code.</p>\n",
        form_value(changing->form, "other"));
    html_printf(
        page->out,
        "<p><label for=\"name\">Who it is (may be left out)</label>\n<input id=\"name\" name=\"name\" "
        "maxlength=\"%d\" autocomplete=\"off\" value=\"%s\" aria-describedby=\"name-why\"></p>\n"
        "<p class=\"hint\" id=\"name-why\">Where several people use one of the numbers: the name of the one "
        "who uses both.</p>\n",
        LINKING_NAME_CHARS, form_value(changing->form, "name"));
    return 0;
}

static void show_line(struct page *page, const struct linked_line *line)
{
    buf_puts(page->out, "<tr><th scope=\"row\">");
    page_link_caller(page, line->caller, line->caller);
    buf_puts(page->out, "</th><td>");
    html_said(page->out, *line->person ? line->person : line->people);
    buf_puts(page->out, "</td><td class=\"count\">");
    buf_int(page->out, (int64_t)line->calls);
    buf_puts(page->out, "</td></tr>\n");
}

/* Before two numbers are joined, what is known of both: a wrong number would tell one person of another. */
static void show_both(struct changing *changing, const struct linked *linked)
{
    struct page *page = changing->page;
    page_begin(page, "Is this one person?", NULL);
    buf_puts(
        page->out,
        "<div class=\"wide\">\n<table>\n<thead><tr><th scope=\"col\">Number</th>"
        "<th scope=\"col\">Who</th><th scope=\"col\" class=\"count\">Calls</th></tr></thead>\n<tbody>\n");
    show_line(page, &linked->lines[0]);
    show_line(page, &linked->lines[1]);
    buf_puts(page->out,
             "</tbody>\n</table>\n</div>\n<p>Whoever calls from one of them is answered with what this "
             "person said on the other, too. Forgetting one forgets these calls of the other. It can be "
             "taken apart again.</p>\n");
    page_form(page, PAGE_ROOT "change");
    page_hidden(page, "do", "link");
    page_hidden(page, "caller", changing->caller);
    page_hidden(page, "other", linked->lines[1].caller);
    page_hidden(page, "name", form_value(changing->form, "name"));
    page_hidden(page, "sure", "1");
    buf_puts(page->out, "<p class=\"buttons\"><button type=\"submit\">Join them</button>\n"
                        "<a class=\"button\" href=\"" PAGE_ROOT "caller?id=");
    html_url(page->out, changing->caller);
    buf_puts(page->out, "\">Cancel</a></p>\n</form>\n");
    page_end(page);
}

int change_link(struct changing *changing, struct error *error)
{
    char other[CALLER_SIZE];
    struct linked linked = {0};
    bool sure = *form_value(changing->form, "sure");
    const struct linking linking = linking_of(changing, !sure);
    if (read_other(changing, other, error) != 0)
        return -1;
    int result =
        linking_link(&linking, changing->caller, other, form_value(changing->form, "name"), &linked, error);
    if (result == 0 && sure)
        changing_go_back(changing, "linked", "unlink", other);
    else if (result == 0)
        show_both(changing, &linked);
    linked_free(&linked);
    return result;
}

int change_unlink(struct changing *changing, struct error *error)
{
    char other[CALLER_SIZE];
    size_t count;
    const struct linking linking = linking_of(changing, false);
    caller_parse(form_value(changing->form, "id"), other);
    if (!*other)
        return error_set(error, ERROR_NOT_FOUND, "no other number");
    if (linking_unlink(&linking, changing->caller, other, &count, error) != 0)
        return -1;
    return changing_go_back(changing, "unlinked", "", "");
}
