#include "base/json.h"
#include "base/log.h"
#include "web/server.h"

#include "tests/unit/unit.h"

#include <errno.h>
#include <fastcgi.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS 4

static char directory[] = "/tmp/callmem-test-XXXXXX";
static struct sockaddr_un address = {AF_UNIX, ""};
static int listener = -1;
static pthread_barrier_t barrier;
static const struct credentials everybody = {
    .hmac = false, .secret = false, .secrets = {NULL}, .secret_count = 0, .tolerance = 0};

/* --- the program under test ---------------------------------------------------------------------------- */

static int count_bytes(void *ctx, const void *bytes, size_t len, struct error *error)
{
    (void)bytes;
    (void)error;
    *(size_t *)ctx += len;
    return 0;
}

static int handle_count(struct request *request, struct response *response, void *app, void *thread,
                        struct error *error)
{
    size_t count = 0;
    (void)app;
    (void)thread;
    if (request_stream(request, &everybody, (uint64_t)1 << 30, count_bytes, &count, error))
        return -1;
    buf_printf(&response->body, "{\"bytes\":%zu}", count);
    return 0;
}

/* Answered only when as many requests as there are threads are being worked on at once. */
static int handle_together(struct request *request, struct response *response, void *app, void *thread,
                           struct error *error)
{
    (void)request;
    (void)app;
    (void)thread;
    (void)error;
    pthread_barrier_wait(&barrier);
    buf_puts(&response->body, "{}");
    return 0;
}

static int handle_large(struct request *request, struct response *response, void *app, void *thread,
                        struct error *error)
{
    (void)request;
    (void)app;
    (void)thread;
    (void)error;
    buf_puts(&response->body, "{\"a\":\"");
    for (int i = 0; i < 300000; i++)
        buf_putc(&response->body, 'x');
    buf_puts(&response->body, "\"}");
    return 0;
}

static const struct route routes[] = {
    {"POST", "/count", "count", handle_count},
    {"GET", "/together", "together", handle_together},
    {"GET", "/large", "large", handle_large},
};
static struct server server = {.routes = routes, .route_count = 3, .threads = THREADS};

/* A process of the program with the listening socket on 0; its exit status is server_run()'s result. */
static pid_t start_server(int threads, const char *log_file)
{
    /* Blocked from its first moment on, so that it can be told to stop at any time. */
    sigset_t every, before;
    sigfillset(&every);
    pthread_sigmask(SIG_BLOCK, &every, &before);
    fflush(NULL);
    pid_t pid = fork();
    if (pid != 0)
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* when a test fails nobody stops it */
    dup2(listener, STDIN_FILENO);
    close(listener);
    server_signals();
    log_open("test", LOG_INFO, log_file ? log_file : "/dev/null", NULL);
    pthread_barrier_init(&barrier, NULL, THREADS);
    server.threads = threads;
    int result = server_run(&server, NULL);
    log_close();
    exit(result ? 1 : 0);
}

static void expect_end(pid_t pid, int signal_number)
{
    int status;
    if (signal_number)
        assert_int_equal(kill(pid, signal_number), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int start(void **state)
{
    (void)state;
    if (!mkdtemp(directory))
        return -1;
    snprintf(address.sun_path, sizeof address.sun_path, "%s/socket", directory);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 100))
        return -1;
    setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", "50", 1);
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    close(listener);
    unlink(address.sun_path);
    return rmdir(directory);
}

/* --- a web server, as far as it is needed -------------------------------------------------------------- */

static void add_record(struct buf *out, int type, const void *bytes, size_t len)
{
    const unsigned char header[FCGI_HEADER_LEN] = {FCGI_VERSION_1,
                                                   (unsigned char)type,
                                                   0,
                                                   1,
                                                   (unsigned char)(len >> 8),
                                                   (unsigned char)(len & 0xff),
                                                   0,
                                                   0};
    buf_add(out, header, sizeof header);
    buf_add(out, bytes, len);
}

static void add_variable(struct buf *params, const char *name, const char *value)
{
    buf_putc(params, (char)strlen(name));
    buf_putc(params, (char)strlen(value));
    buf_puts(params, name);
    buf_puts(params, value);
}

/* What comes before the body. */
static void add_begin(struct buf *out, const char *method, const char *path, const char *length, int flags)
{
    const unsigned char begin[8] = {0, FCGI_RESPONDER, (unsigned char)flags};
    struct buf params = BUF_INIT;
    add_record(out, FCGI_BEGIN_REQUEST, begin, sizeof begin);
    add_variable(&params, "REQUEST_METHOD", method);
    add_variable(&params, "DOCUMENT_URI", path);
    add_variable(&params, "CONTENT_LENGTH", length);
    add_record(out, FCGI_PARAMS, params.data, params.len);
    add_record(out, FCGI_PARAMS, "", 0);
    buf_free(&params);
}

static int dial(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void put(int fd, struct buf *bytes)
{
    for (size_t at = 0; at < bytes->len;) {
        ssize_t sent = write(fd, bytes->data + at, bytes->len - at);
        assert_true(sent > 0);
        at += (size_t)sent;
    }
    buf_free(bytes);
}

static void get(int fd, void *bytes, size_t len)
{
    for (size_t at = 0; at < len;) {
        ssize_t got = read(fd, (char *)bytes + at, len - at);
        assert_true(got > 0);
        at += (size_t)got;
    }
}

/* The answer to its FCGI_END_REQUEST. free()d by the caller. */
static char *get_answer(int fd)
{
    struct buf answer = BUF_INIT;
    for (;;) {
        unsigned char header[FCGI_HEADER_LEN];
        char content[65536 + 256];
        get(fd, header, sizeof header);
        size_t len = (size_t)header[4] << 8 | header[5];
        get(fd, content, len + header[6]);
        if (header[1] == FCGI_END_REQUEST)
            return buf_take(&answer);
        assert_int_equal(header[1], FCGI_STDOUT);
        buf_add(&answer, content, len);
    }
}

static void expect_body(int fd, const char *body)
{
    char *answer = get_answer(fd);
    const char *end = strstr(answer, "\r\n\r\n");
    assert_true(strncmp(answer, "Status: 200 OK\r\n", 16) == 0);
    assert_non_null(end);
    assert_string_equal(end + 4, body);
    free(answer);
}

static void send_get(int fd, const char *path, int flags)
{
    struct buf out = BUF_INIT;
    add_begin(&out, "GET", path, "", flags);
    add_record(&out, FCGI_STDIN, "", 0);
    put(fd, &out);
}

/* A POST of `len` bytes, of which the first `sent` go out. */
static void send_post(int fd, size_t len, size_t sent)
{
    struct buf out = BUF_INIT;
    char length[32], piece[32768] = "";
    snprintf(length, sizeof length, "%zu", len);
    add_begin(&out, "POST", "/count", length, 0);
    for (size_t at = 0; at < sent; at += sizeof piece)
        add_record(&out, FCGI_STDIN, piece, sent - at < sizeof piece ? sent - at : sizeof piece);
    if (sent == len)
        add_record(&out, FCGI_STDIN, "", 0);
    put(fd, &out);
}

static void expect_service(void)
{
    int fd = dial();
    send_post(fd, 3, 3);
    expect_body(fd, "{\"bytes\":3}");
    close(fd);
}

/* --- the tests ----------------------------------------------------------------------------------------- */

static void test_serves(void **state)
{
    (void)state;
    pid_t pid = start_server(THREADS, NULL);
    for (int i = 0; i < 20; i++)
        expect_service();
    static const size_t sizes[] = {0, 1, 8191, 8192, 65536, 3000000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char body[64];
        snprintf(body, sizeof body, "{\"bytes\":%zu}", sizes[i]);
        int fd = dial();
        send_post(fd, sizes[i], sizes[i]);
        expect_body(fd, body);
        close(fd);
    }
    int fd = dial();
    send_get(fd, "/large", 0);
    char *answer = get_answer(fd);
    assert_int_equal(strlen(strstr(answer, "\r\n\r\n") + 4), 300008);
    free(answer);
    close(fd);
    expect_end(pid, SIGQUIT);
}

static void test_threads(void **state)
{
    (void)state;
    pid_t pid = start_server(THREADS, NULL);
    int fds[THREADS];
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < THREADS; i++) {
            fds[i] = dial();
            send_get(fds[i], "/together", 0);
        }
        for (int i = 0; i < THREADS; i++) {
            expect_body(fds[i], "{}");
            close(fds[i]);
        }
    }
    expect_end(pid, SIGINT);
}

/* A connection that the web server would like to keep does not hold the only thread. */
static void test_kept_connections(void **state)
{
    (void)state;
    pid_t pid = start_server(1, NULL);
    int fds[3];
    for (int i = 0; i < 3; i++) {
        fds[i] = dial();
        send_get(fds[i], "/large", FCGI_KEEP_CONN);
        free(get_answer(fds[i]));
    }
    for (int i = 0; i < 3; i++) {
        char byte;
        assert_int_equal(read(fds[i], &byte, 1), 0);
        close(fds[i]);
    }
    expect_end(pid, SIGUSR1);
}

static void test_broken_clients(void **state)
{
    (void)state;
    pid_t pid = start_server(1, NULL);
    struct buf whole = BUF_INIT, out = BUF_INIT;
    add_begin(&whole, "POST", "/count", "100", 0);
    add_record(&whole, FCGI_STDIN, "abc", 3);
    /* Gone after each number of bytes. */
    for (size_t len = 0; len <= whole.len; len++) {
        int fd = dial();
        buf_add(&out, whole.data, len);
        put(fd, &out);
        close(fd);
    }
    buf_free(&whole);
    static const char *const nonsense[] = {"GET / HTTP/1.1\r\n\r\n", "\1\1\0\1\0\0\0\0",
                                           "\xff\xff\xff\xff\xff\xff\xff\xff"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++) {
        int fd = dial();
        buf_add(&out, nonsense[i], 8);
        put(fd, &out);
        close(fd);
    }
    /* Gone before the answer, which does not fit into a socket's buffer. */
    for (int i = 0; i < 3; i++) {
        int fd = dial();
        send_get(fd, "/large", 0);
        close(fd);
    }
    expect_service();
    /* A body that breaks off is an error, and said to who still listens. */
    int fd = dial();
    add_begin(&out, "POST", "/count", "100", 0);
    add_record(&out, FCGI_STDIN, "abc", 3);
    add_record(&out, FCGI_STDIN, "", 0);
    put(fd, &out);
    char *answer = get_answer(fd);
    assert_true(strncmp(answer, "Status: 400 ", 12) == 0);
    free(answer);
    close(fd);
    /* One that goes on behind its end is answered, and what is too much is nobody's. */
    fd = dial();
    add_begin(&out, "POST", "/count", "3", 0);
    add_record(&out, FCGI_STDIN, "abcdef", 6);
    add_record(&out, FCGI_STDIN, "", 0);
    put(fd, &out);
    expect_body(fd, "{\"bytes\":3}");
    close(fd);
    expect_service();
    expect_end(pid, SIGTERM);
}

/* More of a body than is drained: the answer arrives all the same. */
static void test_unread_body(void **state)
{
    (void)state;
    pid_t pid = start_server(1, NULL);
    struct buf out = BUF_INIT;
    char piece[32768] = "";
    int fd = dial();
    add_begin(&out, "POST", "/nowhere", "1638400", 0);
    for (int i = 0; i < 50; i++)
        add_record(&out, FCGI_STDIN, piece, sizeof piece);
    add_record(&out, FCGI_STDIN, "", 0);
    put(fd, &out);
    char *answer = get_answer(fd);
    assert_true(strncmp(answer, "Status: 404 ", 12) == 0);
    free(answer);
    close(fd);
    expect_end(pid, SIGTERM);
}

/* Connections are accepted in their order, so the slow one is in flight when a later one was answered. */
static void test_stop_in_flight(void **state)
{
    (void)state;
    pid_t pid = start_server(2, NULL);
    struct buf rest = BUF_INIT;
    int slow = dial();
    send_post(slow, 6, 3);
    expect_service();
    assert_int_equal(kill(pid, SIGTERM), 0);
    int late = dial();
    send_post(late, 5, 5);
    add_record(&rest, FCGI_STDIN, "abc", 3);
    add_record(&rest, FCGI_STDIN, "", 0);
    put(slow, &rest);
    expect_body(slow, "{\"bytes\":6}");
    close(slow);
    expect_end(pid, 0);
    /* What came too late waits for the next process, or was answered by the first. */
    pid = start_server(1, NULL);
    expect_body(late, "{\"bytes\":5}");
    close(late);
    expect_end(pid, SIGTERM);
}

/* A process, since what a thread of ours has in hand at a fork() would be a leak of the server's. */
static pid_t start_client(void)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    for (int i = 0; i < 300; i++)
        expect_service();
    _exit(0);
}

/* Processes come and go while requests arrive: each is answered. */
static void test_restarts(void **state)
{
    (void)state;
    pid_t clients[3];
    pid_t pids[2] = {start_server(2, NULL), start_server(2, NULL)};
    for (int i = 0; i < 3; i++)
        assert_true((clients[i] = start_client()) > 0);
    for (int i = 0; i < 20; i++) {
        pid_t next = start_server(2, NULL);
        expect_end(pids[i % 2], SIGTERM);
        pids[i % 2] = next;
    }
    for (int i = 0; i < 3; i++)
        expect_end(clients[i], 0);
    expect_end(pids[0], SIGTERM);
    expect_end(pids[1], SIGTERM);
}

static void test_hangup(void **state)
{
    (void)state;
    char path[100], other[100];
    snprintf(path, sizeof path, "%s/log", directory);
    snprintf(other, sizeof other, "%s/log.1", directory);
    pid_t pid = start_server(1, path);
    expect_service();
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(kill(pid, SIGHUP), 0);
    while (access(path, F_OK) != 0)
        usleep(1000);
    expect_service();
    expect_end(pid, SIGTERM);
    char line[1000] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_non_null(strstr(line, "\"endpoint\":\"count\""));
    fclose(file);
    unlink(path);
    unlink(other);
}

/* Out of file descriptors: it waits, says so once, and goes on when there are some again. */
static void test_no_descriptors(void **state)
{
    (void)state;
    char path[100];
    snprintf(path, sizeof path, "%s/log", directory);
    pid_t pid = start_server(2, path);
    expect_service();
    struct rlimit few = {3, 3}, before;
    assert_int_equal(prlimit(pid, RLIMIT_NOFILE, NULL, &before), 0);
    few.rlim_max = before.rlim_max;
    assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &few, NULL), 0);
    int fd = dial();
    send_post(fd, 3, 3);
    char line[1000];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    int complaints = 0;
    while (complaints == 0) {
        clearerr(file);
        while (fgets(line, sizeof line, file))
            complaints += strstr(line, "cannot accept connections") != NULL;
        usleep(1000);
    }
    struct pollfd wait = {fd, POLLIN, 0};
    assert_int_equal(poll(&wait, 1, 300), 0);
    assert_int_equal(prlimit(pid, RLIMIT_NOFILE, &before, NULL), 0);
    expect_body(fd, "{\"bytes\":3}");
    close(fd);
    while (fgets(line, sizeof line, file))
        complaints += strstr(line, "cannot accept connections") != NULL;
    assert_int_equal(complaints, 1);
    fclose(file);
    unlink(path);
    expect_end(pid, SIGTERM);
}

/* Runs it as CGI with `body` in a file on 0; what it printed, free()d by the caller. */
static char *run_cgi(const char *const *variables, const char *body)
{
    char path[100];
    int pipes[2], status;
    snprintf(path, sizeof path, "%s/body", directory);
    FILE *file = fopen(path, "w+");
    assert_non_null(file);
    fputs(body, file);
    rewind(file);
    unlink(path);
    assert_int_equal(pipe(pipes), 0);
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(fileno(file), STDIN_FILENO);
        dup2(pipes[1], STDOUT_FILENO);
        close(pipes[0]);
        close(pipes[1]);
        for (; *variables; variables++)
            putenv((char *)(uintptr_t)*variables);
        log_open("test", LOG_ERROR, "/dev/null", NULL);
        server_signals();
        _exit(server_run(&server, NULL) ? 1 : 0);
    }
    close(pipes[1]);
    fclose(file);
    struct buf out = BUF_INIT;
    char piece[4096];
    ssize_t got;
    while ((got = read(pipes[0], piece, sizeof piece)) > 0)
        buf_add(&out, piece, (size_t)got);
    close(pipes[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return buf_take(&out);
}

static void test_cgi(void **state)
{
    (void)state;
    static const struct {
        const char *variables[6];
        const char *status, *body;
    } cases[] = {
        {{"REQUEST_METHOD=POST", "SCRIPT_NAME=/count", "CONTENT_LENGTH=5"}, "Status: 200 ", "{\"bytes\":5}"},
        {{"REQUEST_METHOD=POST", "SCRIPT_NAME=/cgi", "PATH_INFO=/count", "CONTENT_LENGTH=3"},
         "Status: 200 ",
         "{\"bytes\":3}"},
        {{"REQUEST_METHOD=POST", "SCRIPT_NAME=/count"}, "Status: 200 ", "{\"bytes\":0}"},
        {{"REQUEST_METHOD=POST", "SCRIPT_NAME=/count", "HTTP_TRANSFER_ENCODING=chunked"},
         "Status: 200 ",
         "{\"bytes\":5}"},
        {{"REQUEST_METHOD=POST", "SCRIPT_NAME=/count", "CONTENT_LENGTH=6"}, "Status: 400 ", NULL},
        {{"REQUEST_METHOD=GET", "SCRIPT_NAME=/count"}, "Status: 405 ", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *out = run_cgi(cases[i].variables, "hello");
        assert_true(strncmp(out, cases[i].status, strlen(cases[i].status)) == 0);
        if (cases[i].body)
            assert_string_equal(strstr(out, "\r\n\r\n") + 4, cases[i].body);
        free(out);
    }
}

/* Started by hand, without a web server: says how it is meant. */
static void test_by_hand(void **state)
{
    (void)state;
    int sockets[] = {open("/dev/null", O_RDWR), socket(AF_UNIX, SOCK_STREAM, 0)};
    static const char *const says[] = {"spawn-fcgi", "does not listen"};
    for (size_t i = 0; i < 2; i++) {
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            struct error error = {ERROR_NONE, ""};
            dup2(sockets[i], STDIN_FILENO);
            unsetenv("REQUEST_METHOD");
            bool good = server_run(&server, &error) == -1 && error.code == ERROR_INTERNAL &&
                        strstr(error.message, says[i]);
            _exit(good ? 0 : 1);
        }
        expect_end(pid, 0);
        close(sockets[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serves),           cmocka_unit_test(test_threads),
        cmocka_unit_test(test_kept_connections), cmocka_unit_test(test_broken_clients),
        cmocka_unit_test(test_unread_body),      cmocka_unit_test(test_stop_in_flight),
        cmocka_unit_test(test_restarts),         cmocka_unit_test(test_hangup),
        cmocka_unit_test(test_no_descriptors),   cmocka_unit_test(test_cgi),
        cmocka_unit_test(test_by_hand),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
