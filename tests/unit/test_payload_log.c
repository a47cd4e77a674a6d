#include "base/json.h"
#include "base/log.h"
#include "web/payload_log.h"
#include "web/server.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "a secret of the test"
#define KEY    "HTTP_X_API_KEY=" SECRET

static char directory[] = "/tmp/callmem-test-XXXXXX";
static char path[64], other[64], blocked[64];
static const struct credentials credentials = {
    .hmac = true, .secret = true, .secrets = {SECRET}, .secret_count = 1, .tolerance = 1800};

static int handle(struct request *request, struct response *response, void *app, void *thread,
                  struct error *error)
{
    const cJSON *body;
    (void)app;
    (void)thread;
    if (request_header(request, "HTTP_X_STREAM")) {
        static const char text[] = "{\"full_audio\":\"…\"} cut";
        request_note_body(request, text, strlen(text));
        return error_set(error, ERROR_INBOX_UNAVAILABLE, "the disk is full");
    }
    if (request_json(request, &credentials, 1000000, &body, error))
        return -1;
    request_note_caller(request, json_text(body, "caller_id"));
    request_note_conversation(request, json_text(body, "conversation_id"));
    buf_puts(&response->body, "{\"dynamic_variables\":{\"caller_name\":\"Ana\",\"secret__pin\":\"4711\"}}");
    return 0;
}

static const struct route routes[] = {
    {"POST", "/webhook/client-data", "client-data", handle},
    {"GET", "/webhook/client-data", "client-data", handle},
};
static struct server server = {.routes = routes, .route_count = 2, .threads = 1};

static int start(void **state)
{
    (void)state;
    struct error error;
    if (!mkdtemp(directory))
        return -1;
    snprintf(path, sizeof path, "%s/payloads.jsonl", directory);
    snprintf(other, sizeof other, "%s/payloads.jsonl.1", directory);
    snprintf(blocked, sizeof blocked, "%s/payloads.jsonl.erasing", directory);
    return log_open("test", LOG_ERROR, NULL, &error);
}

static int finish(void **state)
{
    (void)state;
    return rmdir(directory);
}

static int open_payloads(void **state)
{
    (void)state;
    server.payloads = payload_log_open(path, NULL);
    return server.payloads ? 0 : -1;
}

static int close_payloads(void **state)
{
    (void)state;
    payload_log_close(server.payloads);
    unlink(path);
    unlink(other);
    return 0;
}

static int ask(const char *const *more, const char *body)
{
    char *environment[24] = {(char *)(uintptr_t) "REQUEST_METHOD=POST",
                             (char *)(uintptr_t) "DOCUMENT_URI=/webhook/client-data"};
    size_t count = 2;
    for (; *more; more++)
        environment[count++] = (char *)(uintptr_t)*more;
    environment[count] = NULL;
    struct buf out = BUF_INIT;
    int status = 0;
    server_handle(&server, environment, body, strlen(body), &out);
    sscanf(buf_text(&out), "Status: %d", &status);
    buf_free(&out);
    return status;
}

#define WITH(...)                                                                                            \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        __VA_ARGS__, NULL                                                                                    \
    }

static char *slurp(const char *file_path)
{
    struct buf text = BUF_INIT;
    FILE *file = fopen(file_path, "r");
    char piece[4096];
    size_t got;
    if (!file)
        return NULL;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&text, piece, got);
    fclose(file);
    return buf_take(&text);
}

static void spill(const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

/* How many whole lines of JSON a file holds; fails when one is anything else. */
static int count_lines(const char *file_path)
{
    char *text = slurp(file_path), *rest = NULL;
    int count = 0;
    if (!text)
        return 0;
    size_t len = strlen(text);
    assert_true(len == 0 || text[len - 1] == '\n');
    for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest), count++) {
        struct error error;
        cJSON *entry = json_parse(line, strlen(line), &error);
        if (!entry)
            fail_msg("%s: %s", error.message, line);
        cJSON_Delete(entry);
    }
    free(text);
    return count;
}

/* The only line of the log, parsed. */
static cJSON *only_line(void)
{
    assert_int_equal(count_lines(path), 1);
    char *text = slurp(path);
    cJSON *entry = json_parse(text, strlen(text), NULL);
    free(text);
    return entry;
}

static void expect_text(const cJSON *object, const char *name, const char *value)
{
    const char *got = json_text(object, name);
    if (!got)
        fail_msg("no %s", name);
    assert_string_equal(got, value);
}

static void test_line(void **state)
{
    (void)state;
    const char *body =
        "{\"caller_id\": \"+15550100001\",\n \"conversation_id\": \"conv_1\", \"n\": [1, null, true],"
        "\"deep\": {\"secret__token\": {\"a\": \"hidden\"}, \"Authorization\": \"hidden\","
        "\"text\": \"{\\\"secret__x\\\": \\\"hidden\\\"}\"}, \"key_topics\": \"shown\"}";
    int status = ask(WITH(KEY, "REQUEST_ID=id-1", "HTTP_AUTHORIZATION=Basic hidden", "HTTP_COOKIE=hidden",
                          "HTTP_ELEVENLABS_SIGNATURE=hidden", "HTTP_PROXY_AUTHORIZATION=hidden",
                          "HTTP_X_MY_SECRET=hidden", "HTTP_USER_AGENT=a \xff \"b\"", "HTTP_HOST=example.com",
                          "CONTENT_TYPE=application/json", "HTTP_CONTENT_TYPE=application/json",
                          "CONTENT_LENGTH=", "SERVER_SOFTWARE=nginx"),
                     body);
    assert_int_equal(status, 200);
    char *text = slurp(path);
    assert_null(strstr(text, "hidden"));
    assert_null(strstr(text, SECRET));
    assert_null(strstr(text, "4711"));
    assert_null(strstr(text, "nginx"));
    free(text);
    cJSON *entry = only_line();
    expect_text(entry, "request_id", "id-1");
    expect_text(entry, "endpoint", "client-data");
    expect_text(entry, "caller", "+15550100001");
    expect_text(entry, "conversation_id", "conv_1");
    assert_int_equal(strlen(json_text(entry, "time")), 24);
    assert_true(json_number(entry, "duration_ms", -1) >= 0);
    const cJSON *request = json_object(entry, "request"), *headers = json_object(request, "headers");
    expect_text(request, "method", "POST");
    expect_text(request, "path", "/webhook/client-data");
    expect_text(headers, "host", "example.com");
    expect_text(headers, "user-agent", "a \xef\xbf\xbd \"b\"");
    expect_text(headers, "content-type", "application/json");
    static const char *const redacted[] = {"authorization",        "x-api-key",   "cookie",
                                           "elevenlabs-signature", "x-my-secret", "proxy-authorization"};
    for (size_t i = 0; i < sizeof redacted / sizeof *redacted; i++)
        expect_text(headers, redacted[i], "[redacted]");
    assert_int_equal(cJSON_GetArraySize(headers), 9);
    const cJSON *kept = json_object(request, "body"), *deep = json_object(kept, "deep");
    expect_text(kept, "conversation_id", "conv_1");
    expect_text(kept, "key_topics", "shown");
    assert_int_equal(cJSON_GetArraySize(json_array(kept, "n")), 3);
    expect_text(deep, "secret__token", "[redacted]");
    expect_text(deep, "Authorization", "[redacted]");
    expect_text(deep, "text", "[redacted]");
    const cJSON *response = json_object(entry, "response");
    assert_int_equal(json_int(response, "status", 0), 200);
    const cJSON *variables = json_object(json_object(response, "body"), "dynamic_variables");
    expect_text(variables, "caller_name", "Ana");
    expect_text(variables, "secret__pin", "[redacted]");
    cJSON_Delete(entry);
}

/* Who does not know the secret cannot put anything into the file but a length. */
static void test_untrusted(void **state)
{
    (void)state;
    assert_int_equal(ask(WITH("HTTP_X_API_KEY=wrong"), "{\"caller_id\":\"+15550100001\"}"), 401);
    cJSON *entry = only_line();
    const cJSON *request = json_object(entry, "request");
    assert_null(json_get(request, "body"));
    assert_int_equal(json_int(request, "body_bytes", -1), 28);
    expect_text(json_object(json_object(json_object(entry, "response"), "body"), "error"), "code",
                "invalid_secret");
    assert_null(json_get(entry, "caller"));
    cJSON_Delete(entry);
}

static void test_no_json(void **state)
{
    (void)state;
    assert_int_equal(ask(WITH(KEY), "not \xff JSON\n"), 400);
    cJSON *entry = only_line();
    expect_text(json_object(entry, "request"), "body", "not \xef\xbf\xbd JSON\n");
    cJSON_Delete(entry);
    unlink(path);
    assert_int_equal(ask(WITH(KEY), "{\"secret__a\":\"hidden\","), 400);
    entry = only_line();
    expect_text(json_object(entry, "request"), "body", "[redacted]");
    cJSON_Delete(entry);
}

static void test_long(void **state)
{
    (void)state;
    struct buf body = BUF_INIT;
    buf_puts(&body, "{\"full_audio\":\"");
    for (int i = 0; i < 50000; i++)
        buf_puts(&body, "é");
    buf_puts(&body, "\",\"short\":\"");
    for (int i = 0; i < PAYLOAD_STRING; i++)
        buf_putc(&body, 'x');
    buf_puts(&body, "\"}");
    assert_int_equal(ask(WITH(KEY), buf_text(&body)), 200);
    buf_free(&body);
    cJSON *entry = only_line();
    const cJSON *kept = json_object(json_object(entry, "request"), "body");
    const char *audio = json_text(kept, "full_audio");
    assert_string_equal(audio + 64 * strlen("é"), "… (100000 bytes)");
    assert_int_equal(strlen(json_text(kept, "short")), PAYLOAD_STRING);
    cJSON_Delete(entry);
}

static void test_noted(void **state)
{
    (void)state;
    assert_int_equal(ask(WITH("HTTP_X_STREAM=1"), ""), 503);
    cJSON *entry = only_line();
    expect_text(json_object(entry, "request"), "body", "{\"full_audio\":\"…\"} cut");
    cJSON_Delete(entry);
}

static void test_file(void **state)
{
    (void)state;
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    /* GET is not kept. */
    const char *get[] = {"REQUEST_METHOD=GET", "DOCUMENT_URI=/webhook/client-data", KEY, NULL};
    struct buf out = BUF_INIT;
    server_handle(&server, (char *const *)(uintptr_t)get, "{}", 2, &out);
    buf_free(&out);
    assert_int_equal(count_lines(path), 0);
    /* Renamed by logrotate, and removed. */
    ask(WITH(KEY), "{}");
    assert_int_equal(rename(path, other), 0);
    ask(WITH(KEY), "{}");
    ask(WITH(KEY), "{}");
    assert_int_equal(count_lines(other), 1);
    assert_int_equal(count_lines(path), 2);
    unlink(path);
    ask(WITH(KEY), "{}");
    assert_int_equal(count_lines(path), 1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    /* What a process that was killed left behind. */
    spill("{\"whole\":1}\n{\"torn\":\"ab");
    ask(WITH(KEY), "{}");
    assert_int_equal(count_lines(path), 2);
    struct error error;
    assert_null(payload_log_open("/nowhere/at/all", &error));
    assert_int_equal(error.code, ERROR_SETTINGS);
    assert_non_null(strstr(error.message, "/nowhere/at/all"));
}

/* A disk that is full in the middle of a line: no torn line, and the answer is what it was. */
static void test_full(void **state)
{
    (void)state;
    struct rlimit before, small;
    ask(WITH(KEY), "{}");
    char *text = slurp(path);
    getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = strlen(text) + 50;
    signal(SIGXFSZ, SIG_IGN);
    /* The complaint goes to where it does not disturb the test's output. */
    log_open("test", LOG_ERROR, "/dev/null", NULL);
    setrlimit(RLIMIT_FSIZE, &small);
    int status = ask(WITH(KEY), "{}");
    setrlimit(RLIMIT_FSIZE, &before);
    log_open("test", LOG_ERROR, NULL, NULL);
    assert_int_equal(status, 200);
    char *after = slurp(path);
    assert_string_equal(after, text);
    free(text);
    free(after);
    ask(WITH(KEY), "{}");
    assert_int_equal(count_lines(path), 2);
}

#define KEEP_1 "{\"caller\":\"+15550100002\",\"text\":\"blanks   and\\u2028 escapes stay\"}\n"
#define KEEP_2 "{\"caller\":\"+155501000012\",\"n\":115550100001,\"id\":\"conv_10\"}\n"
#define KEEP_3 "{\"text\":\"1555, 0100001 and 155501 00002\"}\n"

static void expect_erased(const char *lines, const char *caller, const char *const *conversations,
                          size_t count, long want)
{
    struct buf before = BUF_INIT;
    buf_printf(&before, KEEP_1 "%s" KEEP_2 KEEP_3, lines);
    spill(buf_text(&before));
    buf_free(&before);
    int held = open(path, O_RDONLY);
    long got = payload_log_erase(path, caller, conversations, count, NULL);
    if (got != want)
        fail_msg("%ld lines of: %s", got, lines);
    char *after = slurp(path);
    if (want)
        assert_string_equal(after, KEEP_1 KEEP_2 KEEP_3);
    free(after);
    /* Who still has the old file open finds nothing in it. */
    struct stat status;
    assert_int_equal(fstat(held, &status), 0);
    assert_true(want ? status.st_size == 0 : status.st_size > 0);
    close(held);
    assert_int_equal(access(blocked, F_OK), -1);
}

static void test_erase(void **state)
{
    (void)state;
    static const char *const numbers[] = {
        "{\"caller\":\"+15550100001\"}\n",
        "{\"text\":\"tel:0015550100001\"}\n",
        "{\"text\":\"call (1) 555-010.0001!\"}\n",
        "{\"text\":\"+1 555 010 0001\"}\n",
        "{\"text\":\"+1–555–010–0001\"}\n",
        "{\"from\":\"sip:+15550100001@host\"}\n",
        "{\"n\":15550100001}\n",
        "{\"text\":\"99 15550100001\"}\n",
    };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        expect_erased(numbers[i], "+15550100001", NULL, 0, 1);
    static const char *const conversations[] = {"conv_1", "conv_\"2"};
    expect_erased("{\"conversation_id\":\"conv_1\"}\n{\"a\":{\"id\":\"conv_\\\"2\"}}\n", "nobody at all",
                  conversations, 2, 2);
    expect_erased("{\"caller\":\"user:42\"}\n{\"x\":\"a user:42.\"}\n", "user:42", NULL, 0, 2);
    expect_erased("{\"caller\":\"user:421\"}\n{\"x\":\"auser:42\"}\n", "user:42", NULL, 0, 0);
    /* A search that names nobody may be about anybody. */
#define HEAD "{\"time\":\"t\",\"request_id\":\"r\",\"endpoint\":"
    static const char of_nobody[] = HEAD "\"search-data\",\"request\":{\"body\":{\"query\":\"Nora\"}}}\n";
    expect_erased(of_nobody, "+15550100001", NULL, 0, 1);
    expect_erased(of_nobody, "", NULL, 0, 0);
    expect_erased(HEAD "\"search-data\",\"caller\":\"+15550100002\",\"request\":{}}\n" HEAD
                       "\"client-data\",\"request\":{}}\n",
                  "+15550100001", NULL, 0, 0);
    expect_erased("", "", NULL, 0, 0);
    spill("{\"caller\":\"x\"}");
    assert_int_equal(payload_log_erase(path, "x", NULL, 0, NULL), 1);
    assert_int_equal(count_lines(path), 0);
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    assert_int_equal(payload_log_erase(other, "x", NULL, 0, NULL), 0);
    assert_int_equal(access(other, F_OK), -1);
}

/* The writer of before goes on in the file that erasing made. */
static void test_erase_then_write(void **state)
{
    (void)state;
    ask(WITH(KEY), "{\"caller_id\":\"+15550100001\"}");
    ask(WITH(KEY), "{\"caller_id\":\"+15550100002\"}");
    assert_int_equal(payload_log_erase(path, "+15550100001", NULL, 0, NULL), 1);
    ask(WITH(KEY), "{\"caller_id\":\"+15550100003\"}");
    assert_int_equal(count_lines(path), 2);
    char *text = slurp(path);
    assert_non_null(strstr(text, "+15550100002"));
    assert_non_null(strstr(text, "+15550100003"));
    free(text);
}

static void test_erase_fails(void **state)
{
    (void)state;
    char in_the_way[100];
    snprintf(in_the_way, sizeof in_the_way, "%s/x", blocked);
    assert_int_equal(mkdir(blocked, 0700), 0);
    assert_int_equal(mkdir(in_the_way, 0700), 0);
    spill(KEEP_1 "{\"caller\":\"x\"}\n");
    struct error error = {ERROR_NONE, ""};
    assert_int_equal(payload_log_erase(path, "x", NULL, 0, &error), -1);
    assert_int_equal(error.code, ERROR_INTERNAL);
    assert_non_null(strstr(error.message, "cannot rewrite"));
    char *text = slurp(path);
    assert_string_equal(text, KEEP_1 "{\"caller\":\"x\"}\n");
    free(text);
    assert_int_equal(rmdir(in_the_way), 0);
    assert_int_equal(rmdir(blocked), 0);
}

static void write_many(const char *body, int count)
{
    payload_log_close(server.payloads); /* the parent's */
    struct payload_log *log = payload_log_open(path, NULL);
    server.payloads = log;
    for (int i = 0; i < count; i++)
        if (ask(WITH(KEY), body) != 200)
            _exit(1);
    payload_log_close(log);
    _exit(0);
}

/* Several processes write while one erases: every line of the others is there, whole and once. */
static void test_together(void **state)
{
    (void)state;
    enum { PROCESSES = 4, LINES = 100 };
    char body[6000];
    memset(body, ' ', sizeof body);
    pid_t writers[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) {
        int len = snprintf(body, sizeof body, "{\"caller_id\":\"user-%d\",\"text\":\"", i % 2);
        memset(body + len, 'x', sizeof body - (size_t)len - 3);
        memcpy(body + sizeof body - 3, "\"}", 3);
        fflush(NULL);
        writers[i] = fork();
        assert_true(writers[i] >= 0);
        if (writers[i] == 0)
            write_many(body, LINES);
    }
    long removed = 0;
    int running = PROCESSES;
    while (running > 0) {
        int status;
        pid_t ended = waitpid(-1, &status, WNOHANG);
        if (ended > 0) {
            assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
            running--;
        }
        long now = payload_log_erase(path, "user-1", NULL, 0, NULL);
        assert_true(now >= 0);
        removed += now;
    }
    removed += payload_log_erase(path, "user-1", NULL, 0, NULL);
    assert_int_equal(removed, PROCESSES / 2 * LINES);
    assert_int_equal(count_lines(path), PROCESSES / 2 * LINES);
}

#define WITH_LOG(test) cmocka_unit_test_setup_teardown(test, open_payloads, close_payloads)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_LOG(test_line),        WITH_LOG(test_untrusted), WITH_LOG(test_no_json),
        WITH_LOG(test_long),        WITH_LOG(test_noted),     WITH_LOG(test_file),
        WITH_LOG(test_full),        WITH_LOG(test_erase),     WITH_LOG(test_erase_then_write),
        WITH_LOG(test_erase_fails), WITH_LOG(test_together),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
