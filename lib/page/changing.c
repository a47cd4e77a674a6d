#include "page/changing.h"

#include "page/html.h"
#include "people/operator.h"

int changing_go_back(struct changing *changing, const char *done, const char *undo, const char *of)
{
    struct buf url = BUF_INIT;
    bool to_caller = *changing->caller && !*form_value(changing->form, "back");
    buf_puts(&url, PAGE_ROOT);
    if (to_caller) {
        buf_puts(&url, "caller?id=");
        html_url(&url, changing->caller);
        buf_putc(&url, '&');
    } else {
        buf_printf(&url, "%s?", *changing->caller ? "requests" : "failed");
    }
    buf_printf(&url, "done=%s", done);
    if (*undo) {
        buf_printf(&url, "&undo=%s&of=", undo);
        html_url(&url, of);
        if (!to_caller) {
            buf_puts(&url, "&id=");
            html_url(&url, changing->caller);
        }
    }
    page_redirect(changing->page, buf_text(&url) ? buf_text(&url) : PAGE_ROOT);
    buf_free(&url);
    return 0;
}

void changing_ask(struct changing *changing, const char *label, const char *hint, const char *value)
{
    html_printf(
        changing->page->out,
        "<p><label for=\"text\">%s</label>\n<input id=\"text\" name=\"text\" required maxlength=\"%d\" "
        "autocomplete=\"off\" value=\"%s\" aria-describedby=\"text-why\"></p>\n"
        "<p class=\"hint\" id=\"text-why\">%s</p>\n",
        label, OPERATOR_TEXT_CHARS, value, hint);
}
