/*
 * login: in and out, and the style of all pages.
 */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "page/answers.h"
#include "page/html.h"

#include <string.h>

#define PRELUDE_SECS 3600
#define WAY_MOST     2000

/* Where to go after the login: below the page's own path, so never another server. */
static const char *way(const char *then)
{
    return strlen(then) < WAY_MOST ? then : "";
}

/* The form needs a token of its own, so that nobody else can have a browser send it. */
static int give_token(struct page *page, struct error *error)
{
    if (session_token(page->token, error) != 0 ||
        session_form_token(page->site->sessions, page->token, page->form_token, error) != 0)
        return -1;
    page_set_cookie(page, PAGE_PRELUDE, page->token, PRELUDE_SECS);
    return 0;
}

static void show_form(struct page *page, const char *problem, const char *name, const char *then)
{
    struct buf *out = page->out;
    page_begin(page, "Log in", NULL);
    if (*problem)
        html_printf(out, "<p class=\"notice bad\" role=\"alert\" id=\"problem\">%s</p>\n", problem);
    buf_puts(out, "<p>Here is what callmem remembers of the people who called. The secret is the setting "
                  "<code>CALLMEM_OPERATOR_SECRET</code> of this installation.</p>\n");
    page_form(page, PAGE_LOGIN);
    page_hidden(page, "then", then);
    html_printf(
        out,
        "<p><label for=\"name\">Your name</label>\n<input id=\"name\" name=\"name\" required "
        "maxlength=\"%d\" autocomplete=\"name\" value=\"%s\" aria-describedby=\"name-why\"></p>\n"
        "<p class=\"hint\" id=\"name-why\">It stands beside what you change.</p>\n"
        "<p><label for=\"secret\">Secret</label>\n<input id=\"secret\" name=\"secret\" type=\"password\" "
        "required autocomplete=\"current-password\"",
        SESSION_NAME_CHARS, name);
    buf_puts(out, *problem ? " aria-describedby=\"problem\"></p>\n" : "></p>\n");
    page_form_end(page, "Log in", "");
    page_end(page);
}

int login_page(struct page *page, struct error *error)
{
    const char *then = way(form_value(page->query, "then"));
    if (page->logged_in)
        return page_redirect(page, PAGE_ROOT), 0;
    if (give_token(page, error) != 0)
        return -1;
    const char *problem = "";
    if (*form_value(page->query, "ended"))
        problem =
            "You are not logged in any more: a session ends half an hour after its last use, and twelve "
            "hours after it began. What you were about to change was not changed.";
    else if (*form_value(page->query, "out"))
        problem = "You are logged out.";
    show_form(page, problem, "", then);
    return 0;
}

static int refuse(struct page *page, int status, const char *problem, const char *name, struct error *error)
{
    page->logged_in = false;
    if (give_token(page, error) != 0)
        return -1;
    show_form(page, problem, name, way(form_value(page->form, "then")));
    page->response->status = status;
    if (status == 429)
        response_header(page->response, "Retry-After", "300");
    return 0;
}

static void go_on(struct page *page)
{
    struct buf url = BUF_INIT;
    buf_printf(&url, PAGE_ROOT "%s", way(form_value(page->form, "then")));
    page_redirect(page, buf_text(&url) ? buf_text(&url) : PAGE_ROOT);
    buf_free(&url);
}

int login(struct page *page, struct error *error)
{
    const char *address = request_header(page->request, "REMOTE_ADDR");
    const char *given = form_value(page->form, "name");
    struct error why = {0};
    struct buf name = BUF_INIT;
    text_add_line(&name, given, SESSION_NAME_CHARS);
    const char *text = buf_text(&name);
    int result = -1;
    if (!text)
        error_no_memory(error);
    else if (!*text)
        result = refuse(page, 400, "Enter your name.", "", error);
    else if (session_begin(page->site->sessions, form_value(page->form, "secret"), text,
                           address ? address : "", clock_now(), page->token, &why) == 0) {
        go_on(page);
        page_set_cookie(page, PAGE_SESSION, page->token, SESSION_MOST_SECS);
        page_set_cookie(page, PAGE_PRELUDE, NULL, 0);
        result = 0;
    } else if (why.code == ERROR_TOO_MANY_REQUESTS) {
        log_say(LOG_WARN, "too many tries to log in to the operator's page");
        result = refuse(page, 429,
                        "There were too many wrong tries. Wait five minutes; until then the right secret is "
                        "refused, too.",
                        text, error);
    } else if (why.code == ERROR_INVALID_SECRET) {
        log_say(LOG_WARN, "a wrong secret at the operator's page");
        result = refuse(page, 401, "The secret is wrong.", text, error);
    } else {
        *error = why;
    }
    buf_free(&name);
    return result;
}

int logout(struct page *page, struct error *error)
{
    bool all = *form_value(page->form, "all");
    if (session_end(page->site->sessions, all ? NULL : page->token, error) != 0)
        return -1;
    page_redirect(page, PAGE_LOGIN "?out=1");
    page_set_cookie(page, PAGE_SESSION, NULL, 0);
    return 0;
}

int style_page(struct page *page, struct error *error)
{
    (void)error;
    page->response->type = "text/css; charset=utf-8";
    page->response->cache = "public, max-age=31536000, immutable";
    buf_add(page->out, page->site->style, page->site->style_len);
    return 0;
}
