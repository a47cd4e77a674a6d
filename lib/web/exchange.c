#include "web/exchange.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/metrics.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Up to this much of a body that no handler read is read before the answer, since a web server that is still
 * sending may otherwise see a broken pipe instead of the answer. libfcgi reads the rest after it. */
#define DRAIN_MAX  ((size_t)256 * 1024)
#define FILE_PIECE 65536
#define HEAD_ROOM  ((size_t)512) /* enough bytes for the head of nearly every answer */

/* Where a web server puts the path, best first: DOCUMENT_URI is nginx's and normalised; SCRIPT_NAME and
 * PATH_INFO are CGI's, and a program that is mapped below a folder finds our path in PATH_INFO alone. */
static const char *const path_variables[][2] = {
    {"DOCUMENT_URI", NULL},
    {"REQUEST_URI", NULL},
    {"SCRIPT_NAME", "PATH_INFO"},
    {"PATH_INFO", NULL},
};
#define PATH_VARIABLES (sizeof path_variables / sizeof *path_variables)

static const struct {
    int status;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {204, "No Content"},
    {206, "Partial Content"},
    {303, "See Other"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
};

/* A method is untrusted text: only these are logged. */
static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

static const char *reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "Other";
}

static const char *method_for_log(const char *method)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (strcmp(method, methods[i]) == 0)
            return methods[i];
    return "other";
}

/* The first route of a path, whatever its method. */
static const struct route *find_path_route(const struct server *server, const char *path)
{
    for (size_t i = 0; i < server->route_count; i++)
        if (strcmp(server->routes[i].path, path) == 0)
            return &server->routes[i];
    return NULL;
}

static const struct route *find_route(const struct server *server, const char *path, const char *method)
{
    if (strcmp(method, "HEAD") == 0)
        method = "GET";
    for (size_t i = 0; i < server->route_count; i++)
        if (strcmp(server->routes[i].path, path) == 0 && strcmp(server->routes[i].method, method) == 0)
            return &server->routes[i];
    return NULL;
}

static void add_variable(struct buf *path, char *const *environment, const char *name)
{
    const char *value = name ? environment_get(environment, name) : NULL;
    if (value)
        buf_add(path, value, strcspn(value, "?#"));
}

static const char *make_path(char *const *environment, size_t which, struct buf *path)
{
    buf_reset(path);
    add_variable(path, environment, path_variables[which][0]);
    add_variable(path, environment, path_variables[which][1]);
    /* An event for "/webhook/post-call/" is not lost for the slash. */
    const char *method = environment_get(environment, "REQUEST_METHOD");
    if (path->len > 1 && path->data[path->len - 1] == '/' && method && strcmp(method, "POST") == 0)
        path->data[--path->len] = '\0';
    return buf_text(path);
}

/* Fills `path` with the first candidate that a route has, else with the first that is not empty. NULL when
 * out of memory. */
static const char *find_path(const struct server *server, char *const *environment, struct buf *path)
{
    const char *text;
    for (size_t i = 0; i < PATH_VARIABLES; i++)
        if (!(text = make_path(environment, i, path)) || find_path_route(server, text))
            return text;
    for (size_t i = 0; i < PATH_VARIABLES; i++)
        if (!(text = make_path(environment, i, path)) || *text)
            return text;
    return "";
}

static void list_methods(const struct server *server, const char *path, bool options, struct buf *allow)
{
    for (size_t i = 0; i < server->route_count; i++)
        if (strcmp(server->routes[i].path, path) == 0) {
            const char *method = server->routes[i].method;
            buf_printf(allow, "%s%s", allow->len ? ", " : "", method);
            if (strcmp(method, "GET") == 0)
                buf_puts(allow, ", HEAD");
        }
    if (options)
        buf_puts(allow, ", OPTIONS");
}

/* The path exists, but not with this method: answers a CORS preflight, or 405. */
static void answer_other(const struct server *server, const struct request *request,
                         struct response *response)
{
    bool is_options = strcmp(request_method(request), "OPTIONS") == 0;
    struct buf allow = BUF_INIT;
    /* If OPTIONS itself is refused, it is not listed as allowed. */
    list_methods(server, request_path(request), server->cors && server->cors->count > 0 && !is_options,
                 &allow);
    const char *list = buf_text(&allow);
    if (!list) {
        response->head.failed = true;
    } else if (!is_options || !cors_preflight(server->cors, request, list, response)) {
        struct error error;
        error_set(&error, ERROR_METHOD_NOT_ALLOWED, "this path accepts %s", list);
        response_error(response, &error, request_id(request));
        response_header(response, "Allow", list);
    }
    buf_free(&allow);
}

static void answer(const struct server *server, struct request *request, struct response *response,
                   void *thread)
{
    struct error error = {ERROR_NONE, ""};
    const char *path = request_path(request);
    const struct route *route = find_route(server, path, request_method(request));
    if (!route && find_path_route(server, path)) {
        answer_other(server, request, response);
        return;
    }
    if (!route)
        error_set(&error, ERROR_NOT_FOUND, "nothing is served at this path");
    if (!route || route->handle(request, response, server->app, thread, &error)) {
        if (error.code == ERROR_NONE)
            error_set(&error, ERROR_INTERNAL, "the request could not be answered");
        response_error(response, &error, request_id(request));
    }
}

/* The whole answer, head and body. */
static void write_answer(const struct request *request, const struct response *response, struct buf *out)
{
    buf_reserve(out, HEAD_ROOM + response->body.len);
    buf_puts(out, "Status: ");
    buf_int(out, response->status);
    buf_putc(out, ' ');
    buf_puts(out, reason(response->status));
    buf_puts(out, "\r\nX-Request-Id: ");
    buf_puts(out, request_id(request));
    buf_puts(out, "\r\nCache-Control: ");
    buf_puts(out, response->cache ? response->cache : "no-store");
    buf_puts(out, "\r\nX-Content-Type-Options: nosniff\r\n");
    bool has_body = response->status != 204;
    if (has_body) {
        buf_puts(out, "Content-Type: ");
        buf_puts(out, response->type ? response->type : "application/json; charset=utf-8");
        buf_puts(out, "\r\nContent-Length: ");
        buf_int(out, (int64_t)response->body.len + response->file.length);
        buf_puts(out, "\r\n");
    }
    if (response->head.len)
        buf_add(out, response->head.data, response->head.len);
    buf_puts(out, "\r\n");
    if (has_body && response->body.len && strcmp(request_method(request), "HEAD") != 0)
        buf_add(out, response->body.data, response->body.len);
}

/* An answer that needs no allocation. */
static void write_last_resort(const struct gateway *gateway, const char *id)
{
    char body[256], out[512];
    int len = snprintf(body, sizeof body,
                       "{\"error\":{\"code\":\"internal_error\",\"message\":\"out of memory\","
                       "\"request_id\":\"%s\"}}",
                       id);
    int all = snprintf(out, sizeof out,
                       "Status: 500 %s\r\nX-Request-Id: %s\r\nCache-Control: no-store\r\n"
                       "Content-Type: application/json; charset=utf-8\r\nContent-Length: %d\r\n\r\n%s",
                       reason(500), id, len, body);
    gateway->write(gateway->ctx, out, (size_t)all);
}

/* Requested by a monitoring system every few seconds. */
static bool is_monitoring(const struct route *place)
{
    return place && (strcmp(place->endpoint, "health") == 0 || strcmp(place->endpoint, "metrics") == 0);
}

static void log_request(const struct route *place, const struct request *request,
                        const struct response *response, int64_t duration_us)
{
    enum log_level level = is_monitoring(place) ? LOG_DEBUG : response->status >= 500 ? LOG_WARN : LOG_INFO;
    struct log_line line;
    log_begin(&line, level, "answered");
    log_text(&line, "request_id", request_id(request));
    log_text(&line, "endpoint", place ? place->endpoint : NULL);
    log_text(&line, "method", method_for_log(request_method(request)));
    log_text(&line, "path", place ? place->path : NULL);
    log_int(&line, "status", response->status);
    if (response->error.code != ERROR_NONE)
        log_error(&line, &response->error);
    log_caller(&line, request_caller(request));
    log_ms(&line, "duration_ms", duration_us);
    log_int(&line, "bytes_in", (int64_t)request_received(request));
    log_int(&line, "bytes_out", (int64_t)response->body.len + response->file.length);
    log_end(&line);
}

/* Sends the part of the file that the head has promised; a file that is shorter ends the answer early. */
static void send_file(const struct gateway *gateway, const struct request *request,
                      const struct response_file *file)
{
    char piece[FILE_PIECE];
    int64_t at = file->from, end = file->from + file->length;
    while (file->fd > 0 && at < end && strcmp(request_method(request), "HEAD") != 0) {
        size_t size = end - at < FILE_PIECE ? (size_t)(end - at) : FILE_PIECE;
        ssize_t got = pread(file->fd, piece, size, (off_t)at);
        if (got <= 0)
            return;
        gateway->write(gateway->ctx, piece, (size_t)got);
        at += got;
    }
}

/* Answers into `out`; false when out of memory even for an error. */
static bool answer_into(const struct server *server, struct request *request, void *thread,
                        struct response *response, struct buf *out)
{
    int64_t started = clock_us();
    answer(server, request, response, thread);
    request_drain(request, DRAIN_MAX);
    cors_add(server->cors, request, response);
    if (response->head.failed || response->body.failed) {
        struct error error;
        error_no_memory(&error);
        response_error(response, &error, request_id(request));
    }
    write_answer(request, response, out);
    bool good = !response->head.failed && !response->body.failed && !out->failed;
    /* Both logs are written before the answer, so that whoever has the answer finds its lines. */
    int64_t duration_us = clock_us() - started;
    const char *path = request_path(request);
    const struct route *place = find_path_route(server, path);
    const struct route *route = find_route(server, path, request_method(request));
    if (server->payloads && route && strcmp(route->method, "GET") != 0)
        payload_log_write(server->payloads, route->endpoint, request, response, duration_us);
    log_request(place, request, response, duration_us);
    metrics_request(place ? place->endpoint : NULL, response->status, response->error.code, duration_us);
    return good;
}

void exchange(const struct server *server, const struct gateway *gateway, char *const *environment,
              void *thread)
{
    struct buf path = BUF_INIT, out = BUF_INIT;
    const char *text = find_path(server, environment, &path);
    struct request *request = text ? request_open(environment, text, &gateway->source) : NULL;
    struct response response = RESPONSE_INIT;
    if (request && answer_into(server, request, thread, &response, &out)) {
        gateway->write(gateway->ctx, out.data, out.len);
        send_file(gateway, request, &response.file);
    } else {
        write_last_resort(gateway, request ? request_id(request) : "none");
    }
    response_free(&response);
    request_close(request);
    buf_free(&path);
    buf_free(&out);
}
