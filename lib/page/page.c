#include "page/page.h"

#include "base/clock.h"
#include "page/html.h"

#include <string.h>

/* The pages of the navigation. */
static const struct {
    const char *path, *label;
} places[] = {
    {PAGE_ROOT, "Callers"},
    {PAGE_ROOT "requests", "Requests"},
    {PAGE_ROOT "failed", "Failed events"},
    {PAGE_ROOT "numbers", "Numbers"},
};

/* No script, nothing from elsewhere, in no frame. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; style-src 'self'; img-src data:; media-src 'self'; form-action 'self'; "
     "base-uri 'none'; frame-ancestors 'none'"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Permissions-Policy", "camera=(), geolocation=(), microphone=()"},
};

static void add_headers(struct page *page)
{
    page->response->type = "text/html; charset=utf-8";
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        response_header(page->response, headers[i][0], headers[i][1]);
}

/* --- The frame --- */

static void add_navigation(struct page *page, const char *here)
{
    struct buf *out = page->out;
    buf_puts(out, "<nav aria-label=\"Pages\"><ul>");
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        bool is_here = here && strcmp(here, places[i].path) == 0;
        html_printf(out, "<li><a href=\"%s\"", places[i].path);
        buf_puts(out, is_here ? " aria-current=\"page\">" : ">");
        html_printf(out, "%s</a></li>\n", places[i].label);
    }
    buf_puts(out, "</ul></nav>\n");
}

void page_begin_plain(struct page *page, const char *title, const char *here)
{
    struct buf *out = page->out;
    add_headers(page);
    buf_reset(out);
    html_printf(out,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<title>%s - callmem</title>\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n"
                "<meta name=\"robots\" content=\"noindex\">\n"
                "<link rel=\"icon\" href=\"data:,\">\n"
                "<link rel=\"stylesheet\" href=\"%s\">\n</head>\n<body>\n"
                "<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header class=\"top\">\n"
                "<p class=\"brand\">callmem</p>\n",
                title, page->site->style_url);
    if (page->logged_in) {
        add_navigation(page, here);
        page_form(page, PAGE_ROOT "logout");
        html_printf(out, "<span class=\"who\">%s</span> ", page->who);
        page_form_end(page, "Log out", "plain");
    }
    buf_puts(out, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
}

void page_begin(struct page *page, const char *title, const char *here)
{
    page_begin_plain(page, title, here);
    html_printf(page->out, "<h1>%s</h1>\n", title);
}

void page_end(struct page *page)
{
    buf_puts(page->out, "</main>\n");
    if (page->logged_in)
        buf_puts(page->out, "<footer><p>All times are in UTC.</p></footer>\n");
    buf_puts(page->out, "</body>\n</html>\n");
}

void page_say(struct page *page, int status, const char *title, const char *text)
{
    page->response->status = status;
    page_begin(page, title, NULL);
    html_printf(page->out, "<p>%s</p>\n", text);
    if (page->logged_in)
        buf_puts(page->out, "<p><a href=\"" PAGE_ROOT "\">To the list of callers</a></p>\n");
    else
        buf_puts(page->out, "<p><a href=\"" PAGE_LOGIN "\">Log in</a></p>\n");
    page_end(page);
}

void page_error(struct page *page, const struct error *error)
{
    static const struct {
        enum error_code code;
        const char *title, *text;
    } known[] = {
        {ERROR_NOT_FOUND, "Not found", "There is nothing here any more. It may have been forgotten."},
        {ERROR_MEMORY_UNAVAILABLE, "The memory does not answer",
         "Nothing can be shown or changed just now; what was changed before is kept. Try again in a minute. "
         "The "
         "reason is in the program's log."},
        {ERROR_INBOX_UNAVAILABLE, "The inbox does not answer",
         "The folder of the events cannot be read. The reason is in the program's log."},
        {ERROR_MISSING_CREDENTIALS, "This form has expired",
         "Nothing was changed. Go back, load the page again and send it once more."},
    };
    page->response->error = *error;
    buf_reset(&page->response->head);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].code == error->code) {
            page_say(page, error->code == ERROR_MISSING_CREDENTIALS ? 403 : error_status(error->code),
                     known[i].title, known[i].text);
            return;
        }
    if (error_status(error->code) < 500)
        page_say(page, error_status(error->code), "That did not work", error->message);
    else
        page_say(page, 500, "Something went wrong",
                 "Nothing was changed, or not all of it. The reason is in the program's log.");
}

const char *page_path(const struct page *page)
{
    return request_path(page->request);
}

void page_redirect(struct page *page, const char *url)
{
    add_headers(page);
    buf_reset(page->out);
    page->response->status = 303;
    response_header(page->response, "Location", url);
}

/* --- Parts --- */

void page_form(struct page *page, const char *path)
{
    html_printf(page->out, "<form method=\"post\" action=\"%s\">\n", path);
    page_hidden(page, "token", page->form_token);
}

void page_form_end(struct page *page, const char *button, const char *class)
{
    html_printf(page->out, "<button type=\"submit\"");
    if (*class)
        html_printf(page->out, " class=\"%s\"", class);
    html_printf(page->out, ">%s</button>\n</form>\n", button);
}

void page_hidden(struct page *page, const char *name, const char *value)
{
    html_printf(page->out, "<input type=\"hidden\" name=\"%s\" value=\"%s\">\n", name, value);
}

void page_time(struct page *page, int64_t when)
{
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp(when, stamp);
    html_printf(page->out, "<time datetime=\"%s\">", stamp);
    stamp[strlen("2026-03-02")] = ' ';
    stamp[strlen("2026-03-02 10:04")] = '\0';
    html_printf(page->out, "%s</time>", stamp);
}

void page_count(struct page *page, int64_t count, const char *one, const char *many)
{
    buf_int(page->out, count);
    html_printf(page->out, " %s", count == 1 ? one : many);
}

void page_link_caller(struct page *page, const char *caller, const char *text)
{
    buf_puts(page->out, "<a href=\"" PAGE_ROOT "caller?id=");
    html_url(page->out, caller);
    buf_puts(page->out, "\">");
    html_said(page->out, text);
    buf_puts(page->out, "</a>");
}

void page_link_call(struct page *page, const char *caller, const char *conversation, int turn,
                    const char *text)
{
    buf_puts(page->out, "<a href=\"" PAGE_ROOT "call?caller=");
    html_url(page->out, caller);
    buf_puts(page->out, "&amp;id=");
    html_url(page->out, conversation);
    if (turn >= 0)
        html_printf(page->out, "#turn-%d", turn);
    html_printf(page->out, "\">%s</a>", text);
}

/* --- Cookies --- */

static bool is_secure(const struct page *page)
{
    static const char *const says[][2] = {
        {"REQUEST_SCHEME", "https"}, {"HTTPS", "on"}, {"HTTP_X_FORWARDED_PROTO", "https"}};
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        const char *value = request_header(page->request, says[i][0]);
        if (value && strcmp(value, says[i][1]) == 0)
            return true;
    }
    return false;
}

/* A cookie that begins like this is taken by browsers only over TLS. */
static void add_name(const struct page *page, struct buf *b, const char *name)
{
    buf_printf(b, "%s%s", is_secure(page) ? "__Secure-" : "", name);
}

void page_set_cookie(struct page *page, const char *name, const char *value, int seconds)
{
    struct buf b = BUF_INIT;
    add_name(page, &b, name);
    buf_printf(&b, "=%s; Path=" PAGE_ROOT "; Max-Age=%d; HttpOnly; SameSite=Strict%s", value ? value : "",
               value ? seconds : 0, is_secure(page) ? "; Secure" : "");
    const char *text = buf_text(&b);
    if (text)
        response_header(page->response, "Set-Cookie", text);
    else
        page->response->head.failed = true;
    buf_free(&b);
}

bool page_cookie(const struct page *page, const char *name, char value[SESSION_TOKEN_SIZE])
{
    struct buf b = BUF_INIT;
    add_name(page, &b, name);
    const char *text = buf_text(&b);
    bool found =
        text && cookie_value(request_header(page->request, "HTTP_COOKIE"), text, value, SESSION_TOKEN_SIZE);
    buf_free(&b);
    if (!found)
        value[0] = '\0';
    return found;
}
