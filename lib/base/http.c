#include "base/http.h"

#include "base/library.h"

#include <ctype.h>
/* Its checks of types are macros, which do not go with a call through a pointer. */
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LIMIT        ((size_t)16 << 20)
#define RETRY_LATEST 86400 /* seconds; a longer Retry-After counts as this */

struct http {
    CURL *curl;
    struct buf url; /* the base, to which each request adds its path */
    size_t url_len;
    char *ca_file, *what;
    int connect_timeout_ms;
    size_t limit;
    enum error_code code;
    char wrong[CURL_ERROR_SIZE];
    /* Of the current request. */
    const struct http_request *request;
    struct http_answer *answer;
    bool too_large, stopped;
};

/* libcurl is loaded by the first handle. It depends on 28 other libraries: linked, they would double the
 * resident memory of the programs that ask no server (docs/performance.md). */
#define LIBCURL_FUNCTIONS(X)                                                                                 \
    X(curl_easy_cleanup)                                                                                     \
    X(curl_easy_getinfo)                                                                                     \
    X(curl_easy_init)                                                                                        \
    X(curl_easy_perform)                                                                                     \
    X(curl_easy_setopt)                                                                                      \
    X(curl_easy_strerror)                                                                                    \
    X(curl_getdate)                                                                                          \
    X(curl_global_init)                                                                                      \
    X(curl_slist_append)                                                                                     \
    X(curl_slist_free_all)

static struct {
    LIBCURL_FUNCTIONS(LIBRARY_POINTER)
} lib;
static struct library loaded = {.file = "libcurl.so.4"};

static void load_curl(void)
{
    library_open(&loaded);
#define FIND(name) library_find(&loaded, #name, &lib.name, sizeof lib.name);
    LIBCURL_FUNCTIONS(FIND)
#undef FIND
    if (library_is_whole(&loaded))
        lib.curl_global_init(CURL_GLOBAL_DEFAULT);
}

/* --- Answers --- */

static long status_of(const struct http *http)
{
    long status = 0;
    lib.curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}

static size_t take_body(char *bytes, size_t size, size_t len, void *ctx)
{
    struct http *http = ctx;
    struct buf *body = &http->answer->body;
    (void)size; /* always 1 */
    if (http->request->take && status_of(http) / 100 == 2) {
        http->stopped = !http->request->take(http->request->ctx, bytes, len);
        return http->stopped ? 0 : len;
    }
    http->too_large = len > http->limit - body->len;
    if (http->too_large)
        return 0;
    buf_add(body, bytes, len);
    return body->failed ? 0 : len;
}

static int look_up(void *ctx, curl_off_t to_get, curl_off_t got, curl_off_t to_send, curl_off_t sent)
{
    struct http *http = ctx;
    const struct http_request *request = http->request;
    (void)to_get, (void)got, (void)to_send, (void)sent;
    http->stopped = http->stopped || (request->stops && request->stops(request->ctx));
    return http->stopped;
}

static void take_content_type(struct http_answer *answer, const char *value, size_t len)
{
    size_t to = 0;
    for (size_t i = 0; i < len && value[i] != ';' && value[i] != ' ' && to + 1 < sizeof answer->content_type;
         i++)
        answer->content_type[to++] = (char)tolower((unsigned char)value[i]);
    answer->content_type[to] = '\0';
}

/* Seconds, or the date after which. */
static void take_retry_after(struct http_answer *answer, const char *value, size_t len)
{
    char text[64];
    char *end;
    if (len == 0 || len >= sizeof text)
        return;
    memcpy(text, value, len);
    text[len] = '\0';
    double seconds = strtod(text, &end);
    if (*end) {
        time_t when = lib.curl_getdate(text, NULL);
        if (when == (time_t)-1)
            return;
        seconds = difftime(when, time(NULL));
    }
    answer->retry_after = seconds > RETRY_LATEST ? RETRY_LATEST : seconds > 0 ? (int)seconds : 0;
}

/* "Name: value\r\n"; the first line of an answer begins a new set, as after "100 Continue". */
static size_t take_header(char *bytes, size_t size, size_t len, void *ctx)
{
    static const struct {
        const char *name;
        void (*take)(struct http_answer *answer, const char *value, size_t len);
    } wanted[] = {{"content-type", take_content_type}, {"retry-after", take_retry_after}};
    struct http *http = ctx;
    const char *colon = memchr(bytes, ':', len);
    (void)size; /* always 1 */
    if (!colon)
        return len;
    const char *value = colon + 1, *end = bytes + len;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && (unsigned char)end[-1] <= ' ')
        end--;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (strlen(wanted[i].name) == (size_t)(colon - bytes) &&
            strncasecmp(bytes, wanted[i].name, (size_t)(colon - bytes)) == 0)
            wanted[i].take(http->answer, value, (size_t)(end - value));
    return len;
}

/* --- The handle --- */

static bool prepare(struct http *http, const struct http_options *options)
{
    CURL *curl = http->curl;
    bool good = lib.curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->wrong) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_WRITEDATA, http) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_HEADERDATA, http) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_XFERINFODATA, http) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_USERAGENT, "callmem/" CALLMEM_VERSION) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L) == CURLE_OK &&
                /* Threads: a timeout must not be a signal. */
                lib.curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK;
    if (good && http->ca_file)
        good = lib.curl_easy_setopt(curl, CURLOPT_CAINFO, http->ca_file) == CURLE_OK &&
               lib.curl_easy_setopt(curl, CURLOPT_CAPATH, NULL) == CURLE_OK;
    if (good && !options->environment_proxy)
        good = lib.curl_easy_setopt(curl, CURLOPT_PROXY, "") == CURLE_OK;
    return good;
}

static char *copy(const char *text, bool *failed)
{
    char *made = text && *text ? strdup(text) : NULL;
    *failed = *failed || (text && *text && !made);
    return made;
}

struct http *http_new(const struct http_options *options)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    bool failed = false;
    pthread_once(&once, load_curl);
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return NULL;
    bool there = library_is_whole(&loaded);
    http->curl = there ? lib.curl_easy_init() : NULL;
    http->ca_file = copy(options->ca_file, &failed);
    http->what = copy(options->what ? options->what : "the server", &failed);
    http->connect_timeout_ms = options->connect_timeout_ms;
    http->limit = options->limit ? options->limit : LIMIT;
    http->code = options->code == ERROR_NONE ? ERROR_INTERNAL : options->code;
    buf_puts(&http->url, options->url);
    http->url_len = http->url.len;
    /* Without the library a request says so. */
    if (failed || http->url.failed || (there && (!http->curl || !prepare(http, options)))) {
        http_free(http);
        return NULL;
    }
    return http;
}

void http_free(struct http *http)
{
    if (!http)
        return;
    if (http->curl)
        lib.curl_easy_cleanup(http->curl);
    buf_free(&http->url);
    free(http->ca_file);
    free(http->what);
    free(http);
}

/* --- A request --- */

/* NULL with `failed` when out of memory or where a header would break into two. */
static struct curl_slist *make_headers(const struct http_request *request, bool *failed)
{
    /* Do not wait for "100 Continue" before sending a body. */
    struct curl_slist *list = lib.curl_slist_append(NULL, "Expect:");
    *failed = !list;
    for (size_t i = 0; i < request->header_count && !*failed; i++) {
        struct curl_slist *longer = NULL;
        if (!strpbrk(request->headers[i], "\r\n"))
            longer = lib.curl_slist_append(list, request->headers[i]);
        *failed = !longer;
    }
    if (*failed) {
        lib.curl_slist_free_all(list);
        return NULL;
    }
    return list;
}

static int connect_timeout(const struct http *http, const struct http_request *request)
{
    int most = http->connect_timeout_ms, whole = request->timeout_ms;
    return most > 0 && (whole <= 0 || most < whole) ? most : whole;
}

static bool set_request(struct http *http, const struct http_request *request, struct curl_slist *headers)
{
    CURL *curl = http->curl;
    const char *method = request->method ? request->method : request->body ? "POST" : "GET";
    int connecting = connect_timeout(http, request);
    http->url.len = http->url_len;
    buf_puts(&http->url, request->path);
    bool good = buf_text(&http->url) &&
                lib.curl_easy_setopt(curl, CURLOPT_URL, buf_text(&http->url)) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_NOPROGRESS, request->stops ? 0L : 1L) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)request->timeout_ms) == CURLE_OK &&
                /* 0 is curl's default of 300 seconds, which is right if there is no other limit. */
                lib.curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)connecting) == CURLE_OK &&
                lib.curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L) == CURLE_OK;
    if (good && request->body)
        good = lib.curl_easy_setopt(curl, CURLOPT_POST, 1L) == CURLE_OK &&
               lib.curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body) == CURLE_OK &&
               lib.curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_len) ==
                   CURLE_OK;
    return good && lib.curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
}

static enum http_failure failure_of(const struct http *http, CURLcode code)
{
    if (http->too_large)
        return HTTP_TOO_LARGE;
    if (http->stopped)
        return HTTP_STOPPED;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
        return HTTP_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return HTTP_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_OUT_OF_MEMORY:
        return HTTP_REFUSED;
    default:
        return HTTP_BROKEN;
    }
}

static int set_failure(const struct http *http, CURLcode code, struct error *error)
{
    switch (http->answer->failure) {
    case HTTP_TOO_LARGE:
        return error_set(error, http->code, "%s answered more than %zu bytes", http->what, http->limit);
    case HTTP_STOPPED:
        return error_set(error, http->code, "the request to %s was ended", http->what);
    case HTTP_TIMEOUT:
        return error_set(error, http->code, "%s did not answer within %d ms", http->what,
                         http->request->timeout_ms);
    default:
        return error_set(error, http->code, "%s cannot be reached: %s", http->what,
                         *http->wrong ? http->wrong : lib.curl_easy_strerror(code));
    }
}

static int perform(struct http *http, struct error *error)
{
    struct http_answer *answer = http->answer;
    curl_off_t took = 0;
    long connections = 0;
    *http->wrong = '\0';
    http->too_large = http->stopped = false;
    CURLcode code = lib.curl_easy_perform(http->curl);
    lib.curl_easy_getinfo(http->curl, CURLINFO_TOTAL_TIME_T, &took);
    lib.curl_easy_getinfo(http->curl, CURLINFO_NUM_CONNECTS, &connections);
    answer->status = (int)status_of(http);
    answer->microseconds = took;
    answer->connected = connections > 0;
    if (code == CURLE_OK)
        return 0;
    answer->failure = failure_of(http, code);
    return set_failure(http, code, error);
}

int http_ask(struct http *http, const struct http_request *request, struct http_answer *answer,
             struct error *error)
{
    struct buf body = answer->body;
    bool failed;
    buf_reset(&body);
    *answer = (struct http_answer){.body = body, .retry_after = -1};
    if (!http->curl) {
        answer->failure = HTTP_REFUSED;
        return error_set(error, http->code, "%s cannot be reached: %s is not installed (Debian: libcurl4)",
                         http->what, loaded.file);
    }
    http->request = request;
    http->answer = answer;
    struct curl_slist *headers = make_headers(request, &failed);
    int result;
    if (failed || !set_request(http, request, headers)) {
        answer->failure = HTTP_REFUSED;
        result = error_set(error, http->code,
                           "the request to %s cannot be made: out of memory, or a line "
                           "break in a header",
                           http->what);
    } else {
        result = perform(http, error);
    }
    lib.curl_slist_free_all(headers);
    http->request = NULL;
    http->answer = NULL;
    return result;
}

void http_answer_free(struct http_answer *answer)
{
    buf_free(&answer->body);
}

void http_add_escaped(struct buf *b, const char *text)
{
    static const char plain[] = "-._~";
    for (; *text; text++)
        if (isalnum((unsigned char)*text) || strchr(plain, *text))
            buf_putc(b, *text);
        else
            buf_printf(b, "%%%02X", (unsigned char)*text);
}
