/*
 * fuzz_request: a whole request as a web server hands it over: CGI variables, one a line, a blank line, the
 * body. Whatever it is, there is one well-formed answer, and one line of JSON in the payload log at most.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "base/utf8.h"
#include "web/server.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define VARIABLES 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct credentials either = {
    .hmac = true, .secret = true, .secrets = {"secret"}, .secret_count = 1, .tolerance = 1800};
static const struct credentials everybody = {
    .hmac = false, .secret = false, .secrets = {NULL}, .secret_count = 0, .tolerance = 0};

static int handle_json(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const cJSON *body;
    (void)app;
    (void)thread;
    if (request_json(request, &either, 4096, &body, error))
        return -1;
    request_note_caller(request, json_text(body, "caller_id"));
    request_note_conversation(request, json_text(body, "conversation_id"));
    response_json(response, 200, body);
    return 0;
}

static int take(void *ctx, const void *bytes, size_t len, struct error *error)
{
    (void)error;
    buf_add(ctx, bytes, len);
    return 0;
}

static int handle_stream(struct request *request, struct response *response, void *app, void *thread,
                         struct error *error)
{
    struct buf body = BUF_INIT;
    (void)app;
    (void)thread;
    int result = request_stream(request, &everybody, 4096, take, &body, error);
    if (result == 0) {
        assert(body.len <= 4096);
        request_note_body(request, body.data, body.len);
        buf_puts(&response->body, "{}");
    }
    buf_free(&body);
    return result;
}

static int handle_get(struct request *request, struct response *response, void *app, void *thread,
                      struct error *error)
{
    (void)request;
    (void)app;
    (void)thread;
    (void)error;
    buf_puts(&response->body, "{}");
    return 0;
}

static const struct route routes[] = {
    {"POST", "/json", "json", handle_json},
    {"POST", "/stream", "stream", handle_stream},
    {"GET", "/health", "health", handle_get},
};
static const char *const origins[] = {"https://app.example.com"};
static const struct cors cors = {origins, 1};
static struct server server = {.routes = routes, .route_count = 3, .cors = &cors, .threads = 1};
static int log_memory; /* the payload log, in memory */

static void prepare(void)
{
    char path[64];
    struct error error;
    log_memory = memfd_create("payloads", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", log_memory);
    server.payloads = payload_log_open(path, &error);
    assert(server.payloads);
    log_open("fuzz", LOG_DEBUG, "/dev/null", &error);
}

/* A header's value; the rest of the answer follows it. */
static const char *header(const char *answer, const char *name)
{
    const char *at = strstr(answer, name);
    return at ? at + strlen(name) : NULL;
}

static void check_answer(const char *answer, size_t len, bool is_head)
{
    int status = 0;
    size_t said = 0;
    const char *end = strstr(answer, "\r\n\r\n"), *length = header(answer, "\r\nContent-Length: ");
    assert(end && sscanf(answer, "Status: %d ", &status) == 1 && status >= 200 && status < 600);
    const char *id = header(answer, "\r\nX-Request-Id: ");
    assert(id && id < end && *id != '\r');
    assert(utf8_is_valid(end, len - (size_t)(end - answer)));
    end += 4;
    size_t body_len = len - (size_t)(end - answer);
    if (status == 204 || is_head) {
        assert(body_len == 0);
        return;
    }
    assert(length && length < end && sscanf(length, "%zu", &said) == 1 && said == body_len);
    cJSON *body = json_parse(end, body_len, NULL);
    assert(body && (status == 200 || json_object(body, "error")));
    cJSON_Delete(body);
}

/* The log's lines are deeper than json_parse() takes, as a body of any depth may be in them. */
static void check_log(void)
{
    static char line[1 << 17];
    ssize_t len = pread(log_memory, line, sizeof line - 1, 0);
    assert(len >= 0 && len < (ssize_t)sizeof line - 1);
    if (len == 0)
        return;
    line[len] = '\0';
    assert(strchr(line, '\n') == line + len - 1);
    assert(utf8_is_valid(line, (size_t)len));
    cJSON *entry = cJSON_ParseWithLength(line, (size_t)len);
    assert(entry && json_object(entry, "request") && json_object(entry, "response"));
    cJSON_Delete(entry);
    assert(ftruncate(log_memory, 0) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (log_memory == 0)
        prepare();
    char *text = text_dup_n((const char *)data, size), *environment[VARIABLES + 1], *rest = text;
    assert(text);
    size_t count = 0;
    bool is_head = false;
    while (rest && *rest && *rest != '\n' && count < VARIABLES) {
        environment[count] = strsep(&rest, "\n");
        count++;
    }
    environment[count] = NULL;
    const char *method = environment_get(environment, "REQUEST_METHOD");
    is_head = method && strcmp(method, "HEAD") == 0;
    size_t used = rest ? (size_t)(rest - text) + (*rest == '\n') : size;
    used = used < size ? used : size;
    struct buf out = BUF_INIT;
    server_handle(&server, environment, data + used, size - used, &out);
    assert(buf_text(&out) && strlen(out.data) == out.len);
    check_answer(out.data, out.len, is_head);
    check_log();
    buf_free(&out);
    free(text);
    return 0;
}
