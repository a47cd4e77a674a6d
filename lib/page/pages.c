#include "page/pages.h"

#include "base/clock.h"
#include "page/answers.h"
#include "page/html.h"

#include <string.h>

const struct page_row page_rows[] = {
    {"GET", PAGE_LOGIN, login_page, ACCESS_OPEN},
    {"POST", PAGE_LOGIN, login, ACCESS_OPEN},
    {"GET", PAGE_ROOT "style.css", style_page, ACCESS_OPEN},
    {"GET", PAGE_ROOT, callers_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "caller", caller_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "call", call_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "recording", recording_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "requests", requests_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "failed", failed_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "numbers", numbers_page, ACCESS_SESSION},
    {"GET", PAGE_ROOT "change", change_page, ACCESS_SESSION},
    {"POST", PAGE_ROOT "change", change, ACCESS_SESSION},
    {"POST", PAGE_ROOT "logout", logout, ACCESS_SESSION},
};
const size_t page_count_of_rows = sizeof page_rows / sizeof *page_rows;

static const struct page_row *find_row(const struct request *request)
{
    const char *method = request_method(request);
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < page_count_of_rows; i++)
        if (strcmp(page_rows[i].path, request_path(request)) == 0 && strcmp(page_rows[i].method, method) == 0)
            return &page_rows[i];
    return NULL;
}

/* Whether the client is at one of the addresses that may see the page. */
static bool may_come(const struct site *site, const struct request *request)
{
    static const char *const forwarding[] = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA",
                                             "HTTP_X_REAL_IP"};
    const char *address = request_header(request, "REMOTE_ADDR");
    bool forwarded = false;
    for (size_t i = 0; i < sizeof forwarding / sizeof *forwarding; i++)
        forwarded = forwarded || request_header(request, forwarding[i]);
    return address && site_allows(site, address, forwarded);
}

static int read_query(struct page *page, struct error *error)
{
    const char *query = request_header(page->request, "QUERY_STRING");
    page->query = form_parse(query ? query : "", query ? strlen(query) : 0, error);
    return page->query ? 0 : -1;
}

/* Who asks. Without a session, the token is that of the form to log in. */
static int find_session(struct page *page, struct error *error)
{
    struct error why = {0};
    if (page_cookie(page, PAGE_SESSION, page->token)) {
        if (session_find(page->site->sessions, page->token, clock_now(), page->who, &why) == 0)
            page->logged_in = true;
        else if (why.code != ERROR_MISSING_CREDENTIALS)
            return *error = why, -1;
    }
    if (!page->logged_in)
        page_cookie(page, PAGE_PRELUDE, page->token);
    return *page->token ? session_form_token(page->site->sessions, page->token, page->form_token, error) : 0;
}

/* A form must have been given out by this page, to the same browser. */
static int check_form(struct page *page, struct error *error)
{
    const char *site = request_header(page->request, "HTTP_SEC_FETCH_SITE");
    if (strcmp(request_method(page->request), "POST") != 0)
        return 0;
    if (request_form(page->request, &page->form, error) != 0)
        return -1;
    if ((site && strcmp(site, "same-origin") != 0) ||
        !session_form_is_ours(page->site->sessions, page->token, form_value(page->form, "token")))
        return error_set(error, ERROR_MISSING_CREDENTIALS, "a form that was not given out here");
    return 0;
}

/* To the login, and back to what was asked for if that changes nothing. */
static int ask_to_log_in(struct page *page)
{
    struct buf url = BUF_INIT;
    bool is_post = strcmp(request_method(page->request), "POST") == 0;
    const char *query = request_header(page->request, "QUERY_STRING");
    buf_puts(&url, PAGE_LOGIN);
    char token[SESSION_TOKEN_SIZE];
    buf_printf(&url, "?%s", page_cookie(page, PAGE_SESSION, token) || is_post ? "ended=1&" : "");
    if (!is_post && strcmp(request_path(page->request), PAGE_ROOT) != 0) {
        buf_puts(&url, "then=");
        html_url(&url, request_path(page->request) + strlen(PAGE_ROOT));
        if (query) {
            html_url(&url, "?");
            html_url(&url, query);
        }
    }
    while (url.len > 0 && strchr("?&", url.data[url.len - 1]))
        url.data[--url.len] = '\0';
    const char *text = buf_text(&url);
    page_redirect(page, text ? text : PAGE_LOGIN);
    buf_free(&url);
    return 0;
}

static int answer(struct page *page, const struct page_row *row, struct error *error)
{
    if (read_query(page, error) != 0 || find_session(page, error) != 0)
        return -1;
    if (row->access == ACCESS_SESSION && !page->logged_in)
        return ask_to_log_in(page);
    if (row->access == ACCESS_SESSION && !page->memory)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory could not be opened");
    return check_form(page, error) == 0 ? row->answer(page, error) : -1;
}

int pages_answer(const struct site *site, struct memory_store *memory, struct request *request,
                 struct response *response, struct error *error)
{
    const struct page_row *row = find_row(request);
    if (!row || !may_come(site, request))
        return error_set(error, ERROR_NOT_FOUND, "nothing is served at this path");
    struct page page = {
        .site = site, .request = request, .response = response, .out = &response->body, .memory = memory};
    struct error why = {0};
    if (answer(&page, row, &why) != 0)
        page_error(&page, &why);
    form_free(page.query);
    form_free(page.form);
    return 0;
}
