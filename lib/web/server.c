#include "web/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/metrics.h"
#include "web/exchange.h"
#include "web/pages.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LISTENER      STDIN_FILENO
#define OPENING_SECS  10 /* a web server sends the variables in one piece as soon as it is connected */
#define STALLED_SECS  90 /* it may wait for its client's body; no byte for so long, and it is gone */
#define UNWAITED      (64 * 1024) /* bytes that a Unix socket takes before anybody reads them */
#define PAUSE_MS      100
#define COMPLAINT_SEC 10
#define HEAP_STEP     (64 * 1024)  /* bytes that a thread's heap grows by */
#define HEAP_KEPT     (512 * 1024) /* bytes that it keeps though they are not used */
#define GROWTH_SECS   60           /* between two looks at how much memory the process has */
#define GROWTH_MIB    256          /* from here on each doubling is told */

extern char **environ;

struct pool {
    const struct server *server;
    int stop; /* an eventfd, readable from the moment that the loop shall end */
    atomic_bool stopping;
    bool is_tcp;                 /* the listening socket is no Unix socket */
    _Atomic(int64_t) complained; /* clock_ms() of the last line about accept(), 0: none yet */
};

/* SIGQUIT because multiwatch 1.0.0 sends that where it was told to send TERM. */
static const int stop_signals[] = {SIGTERM, SIGINT, SIGQUIT, SIGUSR1};

static void signal_set(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGHUP);
    for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
        sigaddset(set, stop_signals[i]);
}

void server_signals(void)
{
    sigset_t set;
    signal_set(&set);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Waits; true when the loop shall end meanwhile. */
static bool pause_or_stop(const struct pool *pool)
{
    struct pollfd stop = {pool->stop, POLLIN, 0};
    return poll(&stop, 1, PAUSE_MS) > 0;
}

static bool is_passing(int code)
{
    /* Another process was quicker, or the client has gone already. */
    return code == EAGAIN || code == EINTR || code == ECONNABORTED || code == EPROTO;
}

static void complain(struct pool *pool, int code)
{
    int64_t now = clock_ms();
    if (pool->complained && now - pool->complained < (int64_t)COMPLAINT_SEC * 1000)
        return;
    pool->complained = now;
    struct error error;
    error_set(&error, ERROR_INTERNAL, "accept: %s", strerror(code));
    log_failure(LOG_ERROR, "no connection can be accepted, trying on", &error);
}

/* What a thread waits on: the listening socket and the end. EPOLLEXCLUSIVE: of all threads of all processes
 * that wait, one is woken for a connection. -1 on failure. */
static int watch(const struct pool *pool)
{
    struct epoll_event connection = {.events = EPOLLIN | EPOLLEXCLUSIVE}, stop = {.events = EPOLLIN};
    int both = epoll_create1(EPOLL_CLOEXEC);
    if (both >= 0 && epoll_ctl(both, EPOLL_CTL_ADD, LISTENER, &connection) == 0 &&
        epoll_ctl(both, EPOLL_CTL_ADD, pool->stop, &stop) == 0)
        return both;
    if (both >= 0)
        close(both);
    return -1;
}

/* An accepted connection, -1 when the loop shall end. */
static int next_connection(struct pool *pool, int watched)
{
    while (!pool->stopping) {
        struct epoll_event ignored;
        if (epoll_wait(watched, &ignored, 1, -1) < 0 && errno != EINTR && pause_or_stop(pool))
            break;
        int connection = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
        if (connection >= 0)
            return connection;
        if (is_passing(errno))
            continue;
        /* Out of file descriptors or memory: the socket stays readable, so wait for better times. */
        complain(pool, errno);
        if (pause_or_stop(pool))
            break;
    }
    return -1;
}

static void set_patience(int connection, int which, int seconds)
{
    struct timeval patience = {seconds, 0};
    setsockopt(connection, SOL_SOCKET, which, &patience, sizeof patience);
}

/* A connection that is being answered. */
struct talk {
    FCGX_Request fcgi;
    int connection;
    bool read_out;         /* all that the web server has to send was read, to the mark of its end */
    bool writes_patiently; /* writing has a limit of time already */
};

static long fastcgi_read(void *ctx, void *bytes, size_t size)
{
    struct talk *talk = ctx;
    int most = size < 65536 ? (int)size : 65536, got = FCGX_GetStr(bytes, most, talk->fcgi.in);
    bool failed = got < most && FCGX_GetError(talk->fcgi.in) != 0;
    talk->read_out = got < most && !failed;
    return got == 0 && failed ? -1 : got;
}

static void fastcgi_write(void *ctx, const void *bytes, size_t len)
{
    struct talk *talk = ctx;
    if (len > UNWAITED && !talk->writes_patiently) {
        set_patience(talk->connection, SO_SNDTIMEO, STALLED_SECS);
        talk->writes_patiently = true;
    }
    while (len > 0) {
        int part = len < 65536 ? (int)len : 65536;
        if (FCGX_PutStr(bytes, part, talk->fcgi.out) != part)
            return;
        bytes = (const char *)bytes + part;
        len -= (size_t)part;
    }
}

/* Whether the web server has sent all that belongs to the request, and nothing is lost when the connection is
 * closed at once. Waits no longer than a moment for what is not there yet: the shortest that the kernel
 * knows. */
static bool is_read(const struct talk *talk)
{
    const struct timeval moment = {0, 1};
    if (talk->read_out)
        return true;
    setsockopt(talk->connection, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment);
    if (FCGX_GetChar(talk->fcgi.in) == EOF && FCGX_GetError(talk->fcgi.in) == 0)
        return true;
    set_patience(talk->connection, SO_RCVTIMEO, STALLED_SECS);
    return false;
}

/* Whether the body is so small that a web server sends it with the variables, or right after them. */
static bool comes_at_once(char *const *environment)
{
    const char *length = environment_get(environment, "CONTENT_LENGTH");
    return length && strlen(length) < 4 && length[strspn(length, "0123456789")] == '\0';
}

/* libfcgi's own accept would block within the library, with neither a way to end it nor a limit for a client
 * that sends nothing. So the connection is accepted here and handed over like one that was kept open from an
 * earlier request (ipcFd, keepConnection), and the library has no listening socket (-1) to go on with when it
 * fails. It would also end each connection by waiting for the web server to close first, which is only needed
 * when there may be something that was not read. */
static void serve_connection(const struct pool *pool, int connection, void *thread)
{
    struct talk talk = {.connection = connection};
    FCGX_Request *fcgi = &talk.fcgi;
    FCGX_InitRequest(fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    fcgi->ipcFd = connection;
    fcgi->keepConnection = 1;
    int on = 1;
    set_patience(connection, SO_RCVTIMEO, OPENING_SECS);
    if (pool->is_tcp) {
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        set_patience(connection, SO_SNDTIMEO, STALLED_SECS);
        talk.writes_patiently = true;
    }
    if (FCGX_Accept_r(fcgi) == 0) {
        if (!comes_at_once(fcgi->envp))
            set_patience(connection, SO_RCVTIMEO, STALLED_SECS);
        struct gateway gateway = {{fastcgi_read, &talk, true}, fastcgi_write, &talk};
        exchange(pool->server, &gateway, fcgi->envp, thread);
        bool whole = is_read(&talk);
        fcgi->keepConnection = whole;
        FCGX_Finish_r(fcgi);
        if (whole) {
            close(connection);
            fcgi->ipcFd = -1;
        }
    }
    FCGX_Free(fcgi, 1); /* closes what Finish leaves open */
}

static void *thread_begin(const struct server *server)
{
    return server->thread_open ? server->thread_open(server->app) : NULL;
}

static void thread_end(const struct server *server, void *thread)
{
    if (server->thread_close)
        server->thread_close(server->app, thread);
}

static void *serve(void *ctx)
{
    struct pool *pool = ctx;
    void *thread = thread_begin(pool->server);
    int connection, watched;
    while ((watched = watch(pool)) < 0 && !pause_or_stop(pool))
        complain(pool, errno);
    while (watched >= 0 && (connection = next_connection(pool, watched)) >= 0)
        serve_connection(pool, connection, thread);
    if (watched >= 0)
        close(watched);
    thread_end(pool->server, thread);
    return NULL;
}

/* Resident memory of this process in MiB, 0 when the kernel does not say. */
static long resident_mib(void)
{
    long all, resident = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file && fscanf(file, "%ld %ld", &all, &resident) != 2)
        resident = 0;
    if (file)
        fclose(file);
    return resident * sysconf(_SC_PAGESIZE) / (1024 * 1024);
}

/* A process that leaks is seen before the machine is full of it: each doubling is told once. */
static void watch_growth(long *bound)
{
    long resident = resident_mib();
    if (resident < *bound)
        return;
    while (resident >= *bound)
        *bound *= 2;
    struct log_line line;
    log_begin(&line, LOG_WARN, "this process has grown");
    log_int(&line, "resident_mib", resident);
    log_end(&line);
}

static void wait_for_stop(void)
{
    const struct timespec patience = {GROWTH_SECS, 0};
    long bound = GROWTH_MIB;
    sigset_t set;
    signal_set(&set);
    for (;;) {
        int signal_number = sigtimedwait(&set, NULL, &patience);
        watch_growth(&bound);
        if (signal_number == SIGHUP)
            log_reopen();
        else if (signal_number > 0)
            return;
    }
}

static int run_threads(struct pool *pool, struct error *error)
{
    pthread_t threads[SERVER_THREADS];
    int want = pool->server->threads, count = 0;
    want = want < 1 ? 1 : want > SERVER_THREADS ? SERVER_THREADS : want;
    while (count < want && pthread_create(&threads[count], NULL, serve, pool) == 0)
        count++;
    if (count == 0)
        return error_set(error, ERROR_INTERNAL, "no thread can be started");
    if (count < want)
        log_say(LOG_WARN, "fewer threads than set could be started");
    pages_release();
    log_say(LOG_INFO, "serving");
    wait_for_stop();
    log_say(LOG_INFO, "stopping when what is in flight is answered");
    pool->stopping = true;
    eventfd_write(pool->stop, 1);
    while (count > 0)
        pthread_join(threads[--count], NULL);
    log_say(LOG_INFO, "stopped");
    return 0;
}

static int run_fastcgi(const struct server *server, struct error *error)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    if (getsockopt(LISTENER, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens)
        return error_set(error, ERROR_INTERNAL, "file descriptor 0 is a socket that does not listen");
    int flags = fcntl(LISTENER, F_GETFL);
    if (flags < 0 || fcntl(LISTENER, F_SETFL, flags | O_NONBLOCK) != 0)
        return error_set(error, ERROR_INTERNAL, "file descriptor 0: %s", strerror(errno));
    struct sockaddr_storage address = {0};
    socklen_t address_size = sizeof address;
    getsockname(LISTENER, (struct sockaddr *)&address, &address_size);
    struct pool pool = {
        .server = server, .stop = eventfd(0, EFD_CLOEXEC), .is_tcp = address.ss_family != AF_UNIX};
    if (pool.stop < 0)
        return error_set(error, ERROR_INTERNAL, "eventfd: %s", strerror(errno));
    metrics_begin();
    int result = run_threads(&pool, error);
    metrics_end();
    close(pool.stop);
    return result;
}

static long cgi_read(void *ctx, void *bytes, size_t size)
{
    (void)ctx;
    ssize_t got;
    do
        got = read(STDIN_FILENO, bytes, size);
    while (got < 0 && errno == EINTR);
    return got;
}

static void cgi_write(void *ctx, const void *bytes, size_t len)
{
    (void)ctx;
    while (len > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return;
        bytes = (const char *)bytes + written;
        len -= (size_t)written;
    }
}

static int run_cgi(const struct server *server)
{
    /* By RFC 3875 there is no body without CONTENT_LENGTH, and no end of it to wait for; servers that hand on
     * a chunked one all the same say so and close it. */
    bool chunked = environment_get(environ, "HTTP_TRANSFER_ENCODING") != NULL;
    struct gateway gateway = {{cgi_read, NULL, chunked}, cgi_write, NULL};
    void *thread = thread_begin(server);
    exchange(server, &gateway, environ, thread);
    thread_end(server, thread);
    return 0;
}

/* A request needs some hundred kilobytes for a moment. By default malloc gives them back to the kernel and
 * fetches them anew each time, and sweeps its small pieces together while it does so. What is kept is little:
 * threads are few. */
static void keep_heap(void)
{
    mallopt(M_MXFAST, 0);
    mallopt(M_TOP_PAD, HEAP_STEP);
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
}

int server_run(const struct server *server, struct error *error)
{
    keep_heap();
    int failed = FCGX_Init();
    /* The library sets handlers of its own. */
    server_signals();
    if (failed)
        return error_set(error, ERROR_INTERNAL, "libfcgi cannot be initialised");
    if (credentials_prepare(error))
        return -1;
    if (!FCGX_IsCGI())
        return run_fastcgi(server, error);
    if (environment_get(environ, "REQUEST_METHOD"))
        return run_cgi(server);
    return error_set(
        error, ERROR_INTERNAL,
        "this serves FastCGI on file descriptor 0, which is no listening socket here: start it with "
        "spawn-fcgi (spawn-fcgi -n -s SOCKET -- PROGRAM), or as CGI from a web server; --help tells "
        "what else it does");
}

struct memory {
    const char *body;
    size_t len;
    struct buf *out;
};

static long memory_read(void *ctx, void *bytes, size_t size)
{
    struct memory *memory = ctx;
    if (size > memory->len)
        size = memory->len;
    if (size > 0)
        memcpy(bytes, memory->body, size);
    memory->body += size;
    memory->len -= size;
    return (long)size;
}

static void memory_write(void *ctx, const void *bytes, size_t len)
{
    struct memory *memory = ctx;
    buf_add(memory->out, bytes, len);
}

void server_handle(const struct server *server, char *const *environment, const void *body, size_t len,
                   struct buf *out)
{
    struct memory memory = {len ? body : "", len, out};
    struct gateway gateway = {{memory_read, &memory, true}, memory_write, &memory};
    void *thread = thread_begin(server);
    exchange(server, &gateway, environment, thread);
    thread_end(server, thread);
}
