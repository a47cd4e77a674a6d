#include "base/http.h"

#include "tests/unit/unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* A server that reads requests and answers each with the next of `answers`; NULL closes the connection, ""
 * leaves the request without an answer. */
struct server {
    int listener;
    char url[64];
    const char *answers[8];
    int asked, connections;
    char last[4096]; /* the last request, head and body */
    pthread_t thread;
};

/* Reads one request; false when the connection ended. */
static bool read_request(struct server *server, int fd)
{
    size_t len = 0;
    while (len + 1 < sizeof server->last) {
        ssize_t n = read(fd, server->last + len, sizeof server->last - 1 - len);
        if (n <= 0)
            return false;
        len += (size_t)n;
        server->last[len] = '\0';
        const char *end = strstr(server->last, "\r\n\r\n");
        const char *length = strstr(server->last, "Content-Length: ");
        size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
        if (end && len >= (size_t)(end + 4 - server->last) + body)
            return true;
    }
    return false;
}

static void *serve(void *arg)
{
    struct server *server = arg;
    int fd;
    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        server->connections++;
        while (read_request(server, fd)) {
            const char *answer = server->answers[server->asked++];
            if (!answer)
                break;
            if (write(fd, answer, strlen(answer)) < 0)
                break;
        }
        close(fd);
    }
    return NULL;
}

static void start(struct server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len), 0);
    snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", ntohs(address.sin_port));
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* After the client let go of its connection. */
static void stop(struct server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}

static struct http *client(const struct server *server)
{
    struct http *http = http_new(&(struct http_options){
        .url = server->url, .limit = 100, .code = ERROR_MEMORY_UNAVAILABLE, .what = "the tested server"});
    assert_non_null(http);
    return http;
}

#define OK_TWO                                                                                               \
    "HTTP/1.1 200 OK\r\nContent-Type: Application/JSON; charset=utf-8\r\nContent-Length: 2\r\n\r\n{}"

static void test_methods_headers_and_bodies(void **state)
{
    static const char *const headers[] = {"x-api-key: k1", "Content-Type: application/json"};
    struct server server = {.answers = {OK_TWO, OK_TWO, OK_TWO}};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    (void)state;
    start(&server);
    struct http *http = client(&server);
    struct http_request request = {.path = "/memory/add",
                                   .headers = headers,
                                   .header_count = 2,
                                   .body = "{\"a\":1}",
                                   .body_len = 7,
                                   .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(answer.status, 200);
    assert_string_equal(buf_text(&answer.body), "{}");
    assert_string_equal(answer.content_type, "application/json");
    assert_int_equal(answer.retry_after, -1);
    assert_true(answer.connected);
    assert_memory_equal(server.last, "POST /memory/add HTTP/1.1\r\n", 27);
    assert_non_null(strstr(server.last, "\r\nx-api-key: k1\r\n"));
    assert_non_null(strstr(server.last, "\r\nUser-Agent: callmem/"));
    assert_null(strstr(server.last, "Expect:"));
    assert_string_equal(strstr(server.last, "\r\n\r\n") + 4, "{\"a\":1}");

    request.method = "PATCH";
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_false(answer.connected);
    assert_memory_equal(server.last, "PATCH /memory/add HTTP/1.1\r\n", 28);

    request = (struct http_request){.method = "DELETE", .path = "/memory/7", .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_memory_equal(server.last, "DELETE /memory/7 HTTP/1.1\r\n", 27);
    assert_null(strstr(server.last, "x-api-key"));
    assert_null(strstr(server.last, "Content-Length"));
    assert_int_equal(server.connections, 1);
    http_free(http);
    http_answer_free(&answer);
    stop(&server);
}

static void test_statuses_are_answers(void **state)
{
    struct server server = {
        .answers = {"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\nContent-Length: 3\r\n\r\nno!",
                    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"}};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    (void)state;
    start(&server);
    struct http *http = client(&server);
    const struct http_request request = {.path = "/", .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(answer.status, 429);
    assert_int_equal(answer.retry_after, 7);
    assert_string_equal(buf_text(&answer.body), "no!");
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(answer.status, 302);
    assert_int_equal(answer.retry_after, -1);
    assert_string_equal(buf_text(&answer.body), "");
    assert_int_equal(server.asked, 2);
    http_free(http);
    http_answer_free(&answer);
    stop(&server);
}

/* A kept connection may have been closed by the server meanwhile; one that ends without an answer is no
 * answer. */
static void test_connections_that_end(void **state)
{
    struct server server = {.answers = {OK_TWO, NULL, OK_TWO,
                                        "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal", NULL, NULL, NULL}};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    (void)state;
    start(&server);
    struct http *http = client(&server);
    struct http_request request = {.path = "/", .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(server.asked, 3);
    assert_true(answer.connected);

    request.timeout_ms = 200;
    assert_int_equal(http_ask(http, &request, &answer, &error), -1); /* half of an answer, then nothing */
    assert_int_equal(answer.failure, HTTP_TIMEOUT);
    assert_string_equal(error_name(error.code), "memory_unavailable");
    assert_string_equal(error.message, "the tested server did not answer within 200 ms");

    request.timeout_ms = 20000;
    assert_int_equal(http_ask(http, &request, &answer, &error), -1); /* closed on a new connection */
    assert_int_equal(answer.failure, HTTP_BROKEN);
    assert_int_equal(answer.status, 0);
    http_free(http);
    http_answer_free(&answer);
    stop(&server);
}

static bool count_bytes(void *ctx, const char *bytes, size_t len)
{
    size_t *left = ctx;
    (void)bytes;
    if (len > *left)
        return false;
    *left -= len;
    return true;
}

static void test_sizes(void **state)
{
    static char large[400];
    struct server server = {.answers = {large, large, large}};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    size_t left = 200;
    (void)state;
    snprintf(large, sizeof large, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n%0200d", 7);
    start(&server);
    struct http *http = client(&server);
    struct http_request request = {.path = "/", .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), -1);
    assert_int_equal(answer.failure, HTTP_TOO_LARGE);
    assert_string_equal(error.message, "the tested server answered more than 100 bytes");
    request.take = count_bytes;
    request.ctx = &left;
    assert_int_equal(http_ask(http, &request, &answer, &error), 0);
    assert_int_equal(left, 0);
    assert_int_equal(http_ask(http, &request, &answer, &error), -1);
    assert_int_equal(answer.failure, HTTP_STOPPED);
    http_free(http);
    http_answer_free(&answer);
    stop(&server);
}

static void test_nobody_there(void **state)
{
    struct server server = {0};
    struct http_answer answer = HTTP_ANSWER_INIT;
    struct error error = {0};
    static const char *const broken[] = {"x-api-key: a\r\nHost: elsewhere"};
    (void)state;
    start(&server);
    stop(&server);
    struct http *http = client(&server);
    struct http_request request = {.path = "/", .timeout_ms = 20000};
    assert_int_equal(http_ask(http, &request, &answer, &error), -1);
    assert_int_equal(answer.failure, HTTP_UNREACHABLE);
    request.headers = broken;
    request.header_count = 1;
    assert_int_equal(http_ask(http, &request, &answer, &error), -1);
    assert_int_equal(answer.failure, HTTP_REFUSED);
    http_free(http);
    http_answer_free(&answer);
}

static void test_escapes(void **state)
{
    struct buf b = BUF_INIT;
    (void)state;
    http_add_escaped(&b, "+1555 a/b?c=ü~-._");
    assert_string_equal(buf_text(&b), "%2B1555%20a%2Fb%3Fc%3D%C3%BC~-._");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_methods_headers_and_bodies),
        cmocka_unit_test(test_statuses_are_answers),
        cmocka_unit_test(test_connections_that_end),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_nobody_there),
        cmocka_unit_test(test_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
