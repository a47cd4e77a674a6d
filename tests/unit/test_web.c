#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "web/server.h"

#include "tests/unit/unit.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECRET "a secret of the test"
#define KEY    "HTTP_X_API_KEY=" SECRET
#define LIMIT  1000
#define ORIGIN "https://app.example.com"

static const struct credentials either = {
    .hmac = true, .secret = true, .secrets = {SECRET}, .secret_count = 1, .tolerance = 1800};
static int opened, closed; /* how often the thread's own things were made and released */

static int handle_json(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const cJSON *body;
    assert_string_equal(app, "app");
    assert_ptr_equal(thread, &opened);
    if (request_json(request, &either, LIMIT, &body, error))
        return -1;
    request_note_caller(request, json_text(body, "caller_id"));
    cJSON *answer = cJSON_CreateObject();
    cJSON_AddStringToObject(answer, "hello",
                            json_text(body, "caller_id") ? json_text(body, "caller_id") : "");
    response_json(response, 200, answer);
    cJSON_Delete(answer);
    return 0;
}

struct sum {
    size_t len;
    bool refuse;
};

static int take(void *ctx, const void *bytes, size_t len, struct error *error)
{
    struct sum *sum = ctx;
    (void)bytes;
    sum->len += len;
    return sum->refuse ? error_set(error, ERROR_INBOX_UNAVAILABLE, "/var/lib/inbox cannot be written") : 0;
}

static int handle_stream(struct request *request, struct response *response, void *app, void *thread,
                         struct error *error)
{
    (void)app;
    (void)thread;
    struct sum sum = {0, request_header(request, "HTTP_X_REFUSE") != NULL};
    if (request_stream(request, &either, LIMIT, take, &sum, error))
        return -1;
    buf_printf(&response->body, "{\"bytes\":%zu}", sum.len);
    return 0;
}

static int handle_health(struct request *request, struct response *response, void *app, void *thread,
                         struct error *error)
{
    (void)app;
    (void)thread;
    (void)error;
    response_header(response, "X-Note", "one\r\ntwo");
    buf_printf(&response->body, "{\"status\":\"ok\",\"path\":\"%s\"}", request_path(request));
    return 0;
}

static int handle_nothing(struct request *request, struct response *response, void *app, void *thread,
                          struct error *error)
{
    (void)request;
    (void)app;
    (void)thread;
    (void)error;
    response->status = 204;
    return 0;
}

static int handle_failure(struct request *request, struct response *response, void *app, void *thread,
                          struct error *error)
{
    (void)app;
    (void)thread;
    (void)error;
    response_header(response, "X-Stale", "yes");
    buf_puts(&response->body, "half an ans");
    if (request_header(request, "HTTP_X_MEMORY"))
        response_json(response, 200, NULL); /* what cJSON gives when there is no memory */
    return request_header(request, "HTTP_X_MEMORY") ? 0 : -1;
}

static void *thread_open(void *app)
{
    (void)app;
    opened++;
    return &opened;
}

static void thread_close(void *app, void *thread)
{
    (void)app;
    assert_ptr_equal(thread, &opened);
    closed++;
}

static const struct route routes[] = {
    {"POST", "/webhook/client-data", "client-data", handle_json},
    {"POST", "/webhook/post-call", "post-call", handle_stream},
    {"GET", "/health", "health", handle_health},
    {"GET", "/both", "both", handle_health},
    {"DELETE", "/both", "both", handle_nothing},
    {"GET", "/broken", "broken", handle_failure},
};
static const char *const origins[] = {ORIGIN, "http://localhost:3000"};
static const struct cors named = {origins, 2};
static const char *const star[] = {"*"};
static const struct cors every = {star, 1};

static char app[] = "app";
static struct server server = {
    .routes = routes,
    .route_count = sizeof routes / sizeof *routes,
    .threads = 1,
    .app = app,
    .thread_open = thread_open,
    .thread_close = thread_close,
};

struct answer {
    int status;
    char *text; /* the whole */
    const char *body;
};

static void answer_free(struct answer *answer)
{
    free(answer->text);
}

/* A header's value, NULL when it is not there; the same static room each time. */
static const char *header(const struct answer *answer, const char *name)
{
    static char value[1000];
    size_t len = strlen(name);
    for (const char *line = answer->text; line && line + 2 < answer->body; line = strstr(line, "\r\n") + 2)
        if (strncmp(line, name, len) == 0 && strncmp(line + len, ": ", 2) == 0) {
            const char *start = line + len + 2;
            snprintf(value, sizeof value, "%.*s", (int)(strstr(start, "\r\n") - start), start);
            return value;
        }
    return NULL;
}

static void expect_header(const struct answer *answer, const char *name, const char *value)
{
    const char *got = header(answer, name);
    if (!value) {
        assert_null(got);
        return;
    }
    if (!got)
        fail_msg("no %s in: %s", name, answer->text);
    assert_string_equal(got, value);
}

static struct answer handle_bytes(char *const *environment, const void *body, size_t len)
{
    struct buf out = BUF_INIT;
    server_handle(&server, environment, body, len, &out);
    struct answer answer = {0, buf_take(&out), NULL};
    assert_non_null(answer.text);
    assert_int_equal(sscanf(answer.text, "Status: %d ", &answer.status), 1);
    char *end = strstr(answer.text, "\r\n\r\n");
    assert_non_null(end);
    answer.body = end + 4;
    /* What every answer has. */
    expect_header(&answer, "Cache-Control", "no-store");
    expect_header(&answer, "X-Content-Type-Options", "nosniff");
    assert_non_null(header(&answer, "X-Request-Id"));
    expect_header(&answer, "Content-Type", answer.status == 204 ? NULL : "application/json; charset=utf-8");
    return answer;
}

/* `method` at `path` with further variables and a text as the body (with its CONTENT_LENGTH; NULL: none). */
static struct answer ask(const char *method, const char *path, const char *const *more, const char *body)
{
    char method_text[64], path_text[300], length[64];
    char *environment[24] = {method_text, path_text};
    size_t count = 2;
    snprintf(method_text, sizeof method_text, "REQUEST_METHOD=%s", method);
    snprintf(path_text, sizeof path_text, "DOCUMENT_URI=%s", path);
    if (body) {
        snprintf(length, sizeof length, "CONTENT_LENGTH=%zu", strlen(body));
        environment[count++] = length;
    }
    for (; more && *more; more++)
        environment[count++] = (char *)(uintptr_t)*more;
    environment[count] = NULL;
    return handle_bytes(environment, body, body ? strlen(body) : 0);
}

#define WITH(...)                                                                                            \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static void expect_error(struct answer *answer, int status, const char *code)
{
    cJSON *body = json_parse(answer->body, strlen(answer->body), NULL);
    const cJSON *error = json_object(body, "error");
    if (answer->status != status || !error || strcmp(json_text(error, "code"), code) != 0)
        fail_msg("not %d %s: %s", status, code, answer->text);
    assert_true(strlen(json_text(error, "message")) > 10);
    assert_string_equal(json_text(error, "request_id"), header(answer, "X-Request-Id"));
    char length[32];
    snprintf(length, sizeof length, "%zu", strlen(answer->body));
    expect_header(answer, "Content-Length", length);
    cJSON_Delete(body);
}

static void test_json(void **state)
{
    (void)state;
    opened = closed = 0;
    struct answer answer = ask("POST", "/webhook/client-data", WITH(KEY), "{\"caller_id\":\"Ana\"}");
    assert_int_equal(answer.status, 200);
    assert_string_equal(answer.body, "{\"hello\":\"Ana\"}");
    expect_header(&answer, "Content-Length", "15");
    assert_true(strncmp(answer.text, "Status: 200 OK\r\n", 16) == 0);
    assert_int_equal(opened, 1);
    assert_int_equal(closed, 1);
    answer_free(&answer);
}

/* A source may have more than CONTENT_LENGTH says, which is where the body ends. */
static void test_longer_than_said(void **state)
{
    (void)state;
    static const char body[] = "{\"caller_id\":\"Ana\"}{\"caller_id\":\"Ben\"}";
    static const char *const json[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/webhook/client-data",
                                       "CONTENT_LENGTH=19", KEY, NULL};
    static const char *const stream[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/webhook/post-call",
                                         "CONTENT_LENGTH=19", KEY, NULL};
    struct answer answer = handle_bytes((char *const *)(uintptr_t)json, body, sizeof body - 1);
    assert_string_equal(answer.body, "{\"hello\":\"Ana\"}");
    answer_free(&answer);
    answer = handle_bytes((char *const *)(uintptr_t)stream, body, sizeof body - 1);
    assert_string_equal(answer.body, "{\"bytes\":19}");
    answer_free(&answer);
}

/* What comes first when several things are wrong: length, credentials, content type, JSON. */
static void test_order(void **state)
{
    (void)state;
    static const struct {
        const char *length, *key, *type, *body;
        int status;
        const char *code;
    } cases[] = {
        {"CONTENT_LENGTH=1001", "HTTP_X_API_KEY=wrong", "CONTENT_TYPE=text/plain", "", 413, "body_too_large"},
        {"CONTENT_LENGTH=99999999999999999999999", "X=", "X=", "", 413, "body_too_large"},
        {"CONTENT_LENGTH=5", "HTTP_X_API_KEY=wrong", "CONTENT_TYPE=text/plain", "nonse", 401,
         "invalid_secret"},
        {"CONTENT_LENGTH=5", "X=", "CONTENT_TYPE=text/plain", "nonse", 401, "missing_credentials"},
        {"CONTENT_LENGTH=5", "HTTP_ELEVENLABS_SIGNATURE=x", "X=", "nonse", 401, "malformed_signature"},
        {"CONTENT_LENGTH=5",
         "HTTP_ELEVENLABS_SIGNATURE=t=1,v0="
         "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
         "X=", "nonse", 401, "timestamp_out_of_tolerance"},
        {"CONTENT_LENGTH=5", KEY, "CONTENT_TYPE=text/plain", "nonse", 415, "unsupported_media_type"},
        {"CONTENT_LENGTH=5", KEY, "X=", "nonse", 400, "invalid_json"},
        {"CONTENT_LENGTH=2", KEY, "X=", "[]", 400, "invalid_json"},
        {"CONTENT_LENGTH=0", KEY, "X=", "", 400, "invalid_json"},
        {"CONTENT_LENGTH=", KEY, "X=", "", 400, "invalid_json"},
        {"CONTENT_LENGTH=10", KEY, "X=", "{}", 400, "invalid_request"},
        {"CONTENT_LENGTH=1000", KEY, "X=", "", 400, "invalid_request"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t path = 0; path < 2; path++) {
            /* Read as a stream, the JSON is not looked at. */
            if (path == 1 && strcmp(cases[i].code, "invalid_json") == 0)
                continue;
            const char *const environment[] = {
                "REQUEST_METHOD=POST",
                path ? "DOCUMENT_URI=/webhook/post-call" : "DOCUMENT_URI=/webhook/client-data",
                cases[i].length,
                cases[i].key,
                cases[i].type,
                NULL};
            struct answer answer =
                handle_bytes((char *const *)(uintptr_t)environment, cases[i].body, strlen(cases[i].body));
            expect_error(&answer, cases[i].status, cases[i].code);
            answer_free(&answer);
        }
}

/* A body that is broken off is never taken for whole, even when its signature fits what came. */
static void test_broken_off(void **state)
{
    (void)state;
    char signature[200], stamp[32];
    unsigned char mac[32];
    snprintf(stamp, sizeof stamp, "%lld", (long long)clock_now());
    char text[64];
    int len = snprintf(text, sizeof text, "%s.{}", stamp);
    HMAC(EVP_sha256(), SECRET, (int)strlen(SECRET), (unsigned char *)text, (size_t)len, mac, NULL);
    int at = snprintf(signature, sizeof signature, "HTTP_ELEVENLABS_SIGNATURE=t=%s,v0=", stamp);
    for (size_t i = 0; i < sizeof mac; i++)
        at += snprintf(signature + at, sizeof signature - (size_t)at, "%02x", mac[i]);
    const char *whole[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/webhook/client-data", signature,
                           "CONTENT_LENGTH=2", NULL};
    struct answer answer = handle_bytes((char *const *)(uintptr_t)whole, "{}", 2);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    whole[3] = "CONTENT_LENGTH=";
    answer = handle_bytes((char *const *)(uintptr_t)whole, "{}", 2);
    assert_int_equal(answer.status, 200);
    answer_free(&answer);
    whole[3] = "CONTENT_LENGTH=3";
    answer = handle_bytes((char *const *)(uintptr_t)whole, "{}", 2);
    expect_error(&answer, 400, "invalid_request");
    assert_non_null(strstr(answer.body, "ended after 2 of the 3 bytes"));
    answer_free(&answer);
    whole[3] = "CONTENT_LENGTH=2";
    answer = handle_bytes((char *const *)(uintptr_t)whole, "{ }", 3);
    expect_error(&answer, 401, "invalid_signature");
    answer_free(&answer);
}

/* Without a length, or with one that is no number, the body goes to its end. */
static void test_lengths(void **state)
{
    (void)state;
    static const char *const lengths[] = {"X=", "CONTENT_LENGTH=", "CONTENT_LENGTH=-1", "CONTENT_LENGTH=2x",
                                          "CONTENT_LENGTH= 2"};
    char large[LIMIT + 2];
    memset(large, ' ', sizeof large);
    memcpy(large, "{}", 2);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const char *const environment[] = {"REQUEST_METHOD=POST", "DOCUMENT_URI=/webhook/client-data", KEY,
                                           lengths[i], NULL};
        struct answer answer = handle_bytes((char *const *)(uintptr_t)environment, large, LIMIT);
        assert_int_equal(answer.status, 200);
        answer_free(&answer);
        answer = handle_bytes((char *const *)(uintptr_t)environment, large, LIMIT + 1);
        expect_error(&answer, 413, "body_too_large");
        assert_non_null(strstr(answer.body, "1000 bytes"));
        answer_free(&answer);
    }
}

static void test_types(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int status;
    } types[] = {
        {"CONTENT_TYPE=", 200},
        {"CONTENT_TYPE=application/json", 200},
        {"CONTENT_TYPE=application/json; charset=utf-8", 200},
        {"CONTENT_TYPE=APPLICATION/JSON;charset=\"x;y\"", 200},
        {"CONTENT_TYPE= application/json ", 200},
        {"CONTENT_TYPE=application/ld+json", 200},
        {"CONTENT_TYPE=application/vnd.example.V1+JSON ; a=b", 200},
        {"CONTENT_TYPE=application/jsonp", 415},
        {"CONTENT_TYPE=application/+json", 415},
        {"CONTENT_TYPE=application/json+xml", 415},
        {"CONTENT_TYPE=application/x-www-form-urlencoded", 415},
        {"CONTENT_TYPE=text/json", 415},
        {"CONTENT_TYPE=json", 415},
        {"CONTENT_TYPE=;application/json", 415},
    };
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct answer answer = ask("POST", "/webhook/client-data", WITH(KEY, types[i].type), "{}");
        if (answer.status != types[i].status)
            fail_msg("%s: %s", types[i].type, answer.text);
        answer_free(&answer);
    }
}

static void test_stream(void **state)
{
    (void)state;
    struct answer answer = ask("POST", "/webhook/post-call", WITH(KEY), "nonsense");
    assert_string_equal(answer.body, "{\"bytes\":8}");
    answer_free(&answer);
    answer = ask("POST", "/webhook/post-call", WITH(KEY, "HTTP_X_REFUSE=1"), "nonsense");
    expect_error(&answer, 503, "inbox_unavailable");
    assert_non_null(header(&answer, "Retry-After"));
    assert_null(strstr(answer.text, "/var/lib")); /* that is for the log */
    answer_free(&answer);
}

static void test_routes(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        int status;
        const char *code, *allow;
    } cases[] = {
        {"GET", "/nowhere", 404, "not_found", NULL},
        {"GET", "", 404, "not_found", NULL},
        {"GET", "/", 404, "not_found", NULL},
        {"GET", "/health/", 404, "not_found", NULL},
        {"GET", "/healt", 404, "not_found", NULL},
        {"GET", "/Health", 404, "not_found", NULL},
        {"OPTIONS", "/nowhere", 404, "not_found", NULL},
        {"GET", "/webhook/client-data", 405, "method_not_allowed", "POST"},
        {"HEAD", "/webhook/post-call", 405, "method_not_allowed", "POST"},
        {"post", "/webhook/post-call", 405, "method_not_allowed", "POST"},
        {"", "/webhook/post-call", 405, "method_not_allowed", "POST"},
        {"POST", "/health", 405, "method_not_allowed", "GET, HEAD"},
        {"OPTIONS", "/health", 405, "method_not_allowed", "GET, HEAD"},
        {"PUT", "/both", 405, "method_not_allowed", "GET, HEAD, DELETE"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct answer answer = ask(cases[i].method, cases[i].path, NULL, NULL);
        if (strcmp(cases[i].method, "HEAD") == 0) {
            assert_int_equal(answer.status, cases[i].status);
            assert_string_equal(answer.body, "");
        } else {
            expect_error(&answer, cases[i].status, cases[i].code);
        }
        expect_header(&answer, "Allow", cases[i].allow);
        answer_free(&answer);
    }
    struct answer answer = ask("DELETE", "/both", NULL, NULL);
    assert_int_equal(answer.status, 204);
    assert_string_equal(answer.body, "");
    expect_header(&answer, "Content-Length", NULL);
    answer_free(&answer);
}

/* A header made by a handler cannot break out of its line. */
static void test_head(void **state)
{
    (void)state;
    struct answer got = ask("GET", "/health", NULL, NULL), head = ask("HEAD", "/health", NULL, NULL);
    assert_string_equal(got.body, "{\"status\":\"ok\",\"path\":\"/health\"}");
    expect_header(&got, "X-Note", "one  two");
    assert_int_equal(head.status, 200);
    assert_string_equal(head.body, "");
    char length[32];
    snprintf(length, sizeof length, "%zu", strlen(got.body));
    expect_header(&head, "Content-Length", length);
    answer_free(&got);
    answer_free(&head);
}

/* Servers say in different variables which path was asked for. */
static void test_paths(void **state)
{
    (void)state;
    static const struct {
        const char *variables[4];
        int status;
    } cases[] = {
        {{"DOCUMENT_URI=/health"}, 200},
        {{"REQUEST_URI=/health?x=/nowhere"}, 200},
        {{"REQUEST_URI=/health?"}, 200},
        {{"SCRIPT_NAME=/health"}, 200},
        {{"SCRIPT_NAME=/health", "PATH_INFO="}, 200},
        {{"SCRIPT_NAME=", "PATH_INFO=/health"}, 200},
        {{"SCRIPT_NAME=/hea", "PATH_INFO=lth"}, 200},
        {{"DOCUMENT_URI=/health", "REQUEST_URI=/nowhere", "SCRIPT_NAME=/elsewhere"}, 200},
        {{"REQUEST_URI=/cgi-bin/post-call/health", "SCRIPT_NAME=/cgi-bin/post-call", "PATH_INFO=/health"},
         200},
        {{"DOCUMENT_URI=/index.cgi", "REQUEST_URI=/health"}, 200},
        {{"REQUEST_URI=/nowhere?/health"}, 404},
        {{"QUERY_STRING=/health"}, 404},
        {{"XDOCUMENT_URI=/health"}, 404},
        {{"DOCUMENT_URI"}, 404},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *environment[6] = {"REQUEST_METHOD=GET"};
        for (size_t j = 0; j < 4 && cases[i].variables[j]; j++)
            environment[j + 1] = cases[i].variables[j];
        struct answer answer = handle_bytes((char *const *)(uintptr_t)environment, "", 0);
        if (answer.status != cases[i].status)
            fail_msg("case %zu: %s", i, answer.text);
        if (answer.status == 200)
            assert_string_equal(answer.body, "{\"status\":\"ok\",\"path\":\"/health\"}");
        answer_free(&answer);
    }
}

static void test_request_id(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "0123456789abcdef0123456789abcdef", "A.b_c-9"};
    static const char *const bad[] = {"",
                                      "a b",
                                      "a\r\nX-Evil: 1",
                                      "\"",
                                      "\xc3\xa9",
                                      "a/b",
                                      "0123456789012345678901234567890123456789012345678901234567890123x"};
    char variable[200], first[100];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        snprintf(variable, sizeof variable, "REQUEST_ID=%s", good[i]);
        struct answer answer = ask("GET", "/nowhere", WITH(variable), NULL);
        expect_header(&answer, "X-Request-Id", good[i]);
        expect_error(&answer, 404, "not_found");
        answer_free(&answer);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        snprintf(variable, sizeof variable, "REQUEST_ID=%s", bad[i]);
        struct answer answer = ask("GET", "/nowhere", WITH(variable), NULL);
        snprintf(first, sizeof first, "%s", header(&answer, "X-Request-Id"));
        assert_int_equal(strlen(first), 32);
        assert_int_equal(strspn(first, "0123456789abcdef"), 32);
        assert_null(header(&answer, "X-Evil"));
        struct answer again = ask("GET", "/nowhere", WITH(variable), NULL);
        assert_string_not_equal(header(&again, "X-Request-Id"), first);
        answer_free(&answer);
        answer_free(&again);
    }
}

static void test_errors(void **state)
{
    (void)state;
    struct answer answer = ask("GET", "/broken", NULL, NULL);
    expect_error(&answer, 500, "internal_error");
    assert_null(strstr(answer.text, "half an ans"));
    expect_header(&answer, "X-Stale", NULL);
    answer_free(&answer);
    answer = ask("GET", "/broken", WITH("HTTP_X_MEMORY=1"), NULL);
    expect_error(&answer, 500, "internal_error");
    answer_free(&answer);
    answer = ask("POST", "/webhook/client-data", NULL, "{}");
    expect_error(&answer, 401, "missing_credentials");
    assert_non_null(header(&answer, "WWW-Authenticate"));
    expect_header(&answer, "Retry-After", NULL);
    answer_free(&answer);
}

static void expect_cors(const struct answer *answer, const char *origin, const char *vary)
{
    expect_header(answer, "Access-Control-Allow-Origin", origin);
    expect_header(answer, "Access-Control-Expose-Headers", origin ? "Retry-After, X-Request-Id" : NULL);
    expect_header(answer, "Vary", vary);
    expect_header(answer, "Access-Control-Allow-Credentials", NULL);
}

static void test_cors(void **state)
{
    (void)state;
    static const struct {
        const struct cors *cors;
        const char *origin, *allowed, *vary;
    } cases[] = {
        {NULL, "HTTP_ORIGIN=" ORIGIN, NULL, NULL},
        {&named, "HTTP_ORIGIN=" ORIGIN, ORIGIN, "Origin"},
        {&named, "HTTP_ORIGIN=http://localhost:3000", "http://localhost:3000", "Origin"},
        {&named, "HTTP_ORIGIN=", NULL, "Origin"},
        {&named, "HTTP_ORIGIN=null", NULL, "Origin"},
        {&named, "HTTP_ORIGIN=*", NULL, "Origin"},
        {&named, "HTTP_ORIGIN=" ORIGIN ".evil.example", NULL, "Origin"},
        {&named, "HTTP_ORIGIN=http://app.example.com", NULL, "Origin"},
        {&named, "HTTP_ORIGIN=https://APP.example.com", NULL, "Origin"},
        {&every, "HTTP_ORIGIN=https://anything.example", "*", NULL},
        {&every, "HTTP_ORIGIN=", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        server.cors = cases[i].cors;
        struct answer good = ask("GET", "/health", WITH(cases[i].origin), NULL);
        struct answer bad = ask("GET", "/nowhere", WITH(cases[i].origin), NULL);
        struct answer preflight = ask("OPTIONS", "/webhook/client-data",
                                      WITH(cases[i].origin, "HTTP_ACCESS_CONTROL_REQUEST_METHOD=POST"), NULL);
        expect_cors(&good, cases[i].allowed, cases[i].vary);
        expect_cors(&bad, cases[i].allowed, cases[i].vary);
        expect_cors(&preflight, cases[i].allowed, cases[i].vary);
        if (cases[i].allowed) {
            assert_int_equal(preflight.status, 204);
            assert_string_equal(preflight.body, "");
            expect_header(&preflight, "Access-Control-Allow-Methods", "POST");
            expect_header(&preflight, "Access-Control-Max-Age", "600");
            assert_non_null(strstr(header(&preflight, "Access-Control-Allow-Headers"), "X-Api-Key"));
            assert_non_null(strstr(header(&preflight, "Access-Control-Allow-Headers"), "Authorization"));
        } else {
            expect_error(&preflight, 405, "method_not_allowed");
            expect_header(&preflight, "Allow", "POST");
            expect_header(&preflight, "Access-Control-Allow-Methods", NULL);
        }
        answer_free(&good);
        answer_free(&bad);
        answer_free(&preflight);
    }
    server.cors = &named;
    struct answer plain = ask("OPTIONS", "/health", WITH("HTTP_ORIGIN=" ORIGIN), NULL);
    expect_error(&plain, 405, "method_not_allowed");
    answer_free(&plain);
    struct answer put = ask("PUT", "/health", NULL, NULL);
    expect_header(&put, "Allow", "GET, HEAD, OPTIONS");
    answer_free(&put);
    server.cors = NULL;
}

/* Reads a file whole; free()d by the caller. */
static char *slurp(const char *path)
{
    struct buf text = BUF_INIT;
    FILE *file = fopen(path, "r");
    char piece[4096];
    size_t got;
    assert_non_null(file);
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&text, piece, got);
    fclose(file);
    return buf_take(&text);
}

/* One line for each request, with what an operator looks for and nothing that is private. */
static void test_log(void **state)
{
    (void)state;
    char path[] = "/tmp/callmem-test-XXXXXX";
    close(mkstemp(path));
    struct error error;
    assert_int_equal(log_open("test", LOG_INFO, path, &error), 0);
    struct answer answers[] = {
        ask("POST", "/webhook/client-data", WITH(KEY, "REQUEST_ID=id-1", "REQUEST_URI=/x?q=private"),
            "{\"caller_id\":\"+15550100001\"}"),
        ask("GET", "/health", NULL, NULL),
        ask("EVIL", "/private/path", NULL, NULL),
        ask("POST", "/webhook/client-data", WITH("HTTP_X_API_KEY=private"), "{\"caller_id\":\"private\"}"),
        ask("GET", "/broken", NULL, NULL),
    };
    log_close();
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        answer_free(&answers[i]);
    char *text = slurp(path), *rest = NULL;
    remove(path);
    assert_null(strstr(text, "private"));
    assert_null(strstr(text, SECRET));
    assert_null(strstr(text, "555010"));
    static const struct {
        const char *level, *endpoint, *method, *path, *error, *caller;
        int status;
    } want[] = {
        {"info", "client-data", "POST", "/webhook/client-data", NULL, "…01", 200},
        {"info", NULL, "other", NULL, "not_found", NULL, 404},
        {"info", "client-data", "POST", "/webhook/client-data", "invalid_secret", NULL, 401},
        {"warn", "broken", "GET", "/broken", "internal_error", NULL, 500},
    };
    char *line = strtok_r(text, "\n", &rest);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++, line = strtok_r(NULL, "\n", &rest)) {
        cJSON *entry = line ? json_parse(line, strlen(line), &error) : NULL;
        assert_non_null(entry);
        const char *const pairs[][2] = {{"level", want[i].level},   {"endpoint", want[i].endpoint},
                                        {"method", want[i].method}, {"path", want[i].path},
                                        {"error", want[i].error},   {"caller", want[i].caller}};
        for (size_t j = 0; j < sizeof pairs / sizeof *pairs; j++) {
            const char *got = json_text(entry, pairs[j][0]);
            if (!pairs[j][1])
                assert_null(got);
            else
                assert_string_equal(got, pairs[j][1]);
        }
        assert_int_equal(json_int(entry, "status", 0), want[i].status);
        assert_true(json_number(entry, "duration_ms", -1) >= 0);
        assert_true(json_int(entry, "bytes_out", -1) > 0);
        if (i == 0) {
            assert_string_equal(json_text(entry, "request_id"), "id-1");
            assert_int_equal(json_int(entry, "bytes_in", -1), 28);
            assert_int_equal(json_int(entry, "bytes_out", -1), 24);
        }
        cJSON_Delete(entry);
    }
    assert_null(line);
    free(text);
}

int main(void)
{
    /* What the requests of the tests would log. */
    struct error error;
    log_open("test", LOG_ERROR, NULL, &error);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),    cmocka_unit_test(test_longer_than_said),
        cmocka_unit_test(test_order),   cmocka_unit_test(test_broken_off),
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_types),
        cmocka_unit_test(test_stream),  cmocka_unit_test(test_routes),
        cmocka_unit_test(test_head),    cmocka_unit_test(test_paths),
        cmocka_unit_test(test_errors),  cmocka_unit_test(test_request_id),
        cmocka_unit_test(test_cors),    cmocka_unit_test(test_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
