#include "web/server.h"

#include "base/clock.h"
#include "base/log.h"
#include "service/metrics.h"
#include "web/exchange.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LISTENER      STDIN_FILENO
#define HEAD_SECS     10 /* a web server sends the variables as soon as it is connected */
#define IDLE_SECS     90 /* it may wait for its client's body, but not longer than this for the next byte */
#define RETRY_MS      100
#define COMPLAINT_SEC 10
#define HEAP_STEP     (64 * 1024)  /* bytes that a thread's heap grows by */
#define HEAP_KEPT     (512 * 1024) /* unused bytes that it does not return to the kernel */
#define GROWTH_SECS   60           /* between two looks at the memory of the process */
#define GROWTH_MIB    256          /* each doubling from here on is logged */

extern char **environ;

struct pool {
    const struct server *server;
    int stop; /* an eventfd, readable as soon as the threads have to end */
    atomic_bool stopping;
    bool is_tcp;                 /* of the listening socket */
    _Atomic(int64_t) complained; /* clock_ms() of the last log line about accept(), 0: none yet */
};

/* SIGQUIT because multiwatch 1.0.0 sends it in place of TERM. */
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

/* Waits RETRY_MS; true when the server is to stop. */
static bool wait_or_stop(const struct pool *pool)
{
    struct pollfd stop = {pool->stop, POLLIN, 0};
    return poll(&stop, 1, RETRY_MS) > 0;
}

static bool is_transient(int code)
{
    /* Another thread was faster, or the client has already gone. */
    return code == EAGAIN || code == EINTR || code == ECONNABORTED || code == EPROTO;
}

static void log_accept_failure(struct pool *pool, int code)
{
    int64_t now = clock_ms();
    if (pool->complained && now - pool->complained < (int64_t)COMPLAINT_SEC * 1000)
        return;
    pool->complained = now;
    struct error error;
    error_set(&error, ERROR_INTERNAL, "accept: %s", strerror(code));
    log_failure(LOG_ERROR, "cannot accept connections; retrying", &error);
}

/* An epoll of the listening socket and the stop event, -1 on failure. With EPOLLEXCLUSIVE the kernel wakes
 * one of all waiting threads of all processes for a connection, where poll() would wake each of them:
 * docs/performance.md. */
static int make_epoll(const struct pool *pool)
{
    struct epoll_event connection = {.events = EPOLLIN | EPOLLEXCLUSIVE}, stop = {.events = EPOLLIN};
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    if (epoll >= 0 && epoll_ctl(epoll, EPOLL_CTL_ADD, LISTENER, &connection) == 0 &&
        epoll_ctl(epoll, EPOLL_CTL_ADD, pool->stop, &stop) == 0)
        return epoll;
    if (epoll >= 0)
        close(epoll);
    return -1;
}

/* A connection, or -1 when the server is to stop. */
static int accept_connection(struct pool *pool, int epoll)
{
    while (!pool->stopping) {
        struct epoll_event ignored;
        if (epoll_wait(epoll, &ignored, 1, -1) < 0 && errno != EINTR && wait_or_stop(pool))
            break;
        int fd = accept4(LISTENER, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            return fd;
        if (is_transient(errno))
            continue;
        /* Out of file descriptors or memory: the socket stays readable, so do not spin. */
        log_accept_failure(pool, errno);
        if (wait_or_stop(pool))
            break;
    }
    return -1;
}

static void set_timeout(int fd, int option, int seconds)
{
    struct timeval timeout = {seconds, 0};
    setsockopt(fd, SOL_SOCKET, option, &timeout, sizeof timeout);
}

struct connection {
    FCGX_Request fcgi;
    int fd;
    bool read_to_end; /* the FastCGI record that ends the body was read */
};

static long fastcgi_read(void *ctx, void *bytes, size_t size)
{
    struct connection *connection = ctx;
    FCGX_Stream *in = connection->fcgi.in;
    int most = size < 65536 ? (int)size : 65536, got = FCGX_GetStr(bytes, most, in);
    bool failed = got < most && FCGX_GetError(in) != 0;
    connection->read_to_end = got < most && !failed;
    return got == 0 && failed ? -1 : got;
}

static void fastcgi_write(void *ctx, const void *bytes, size_t len)
{
    struct connection *connection = ctx;
    while (len > 0) {
        int part = len < 65536 ? (int)len : 65536;
        if (FCGX_PutStr(bytes, part, connection->fcgi.out) != part)
            return;
        bytes = (const char *)bytes + part;
        len -= (size_t)part;
    }
}

/* Whether the web server has sent the whole request, so that closing the connection loses nothing. Waits at
 * most one microsecond, the shortest timeout that there is, for what has not arrived. */
static bool is_read_to_end(const struct connection *connection)
{
    const struct timeval shortest = {0, 1};
    FCGX_Stream *in = connection->fcgi.in;
    if (connection->read_to_end)
        return true;
    setsockopt(connection->fd, SOL_SOCKET, SO_RCVTIMEO, &shortest, sizeof shortest);
    if (FCGX_GetChar(in) == EOF && FCGX_GetError(in) == 0)
        return true;
    set_timeout(connection->fd, SO_RCVTIMEO, IDLE_SECS);
    return false;
}

/*
 * FCGX_Accept_r() would block in its own accept(), where it cannot be stopped and a silent client has no time
 * limit. So the connection is accepted here and handed to the library as if it were kept from an earlier
 * request (ipcFd, keepConnection); its listening socket is -1, so it cannot fall back to accepting.
 * FCGX_Finish_r() would then wait until the web server closes, which is needed only if unread bytes are left,
 * and costs a third of the processor time of a request: docs/performance.md. A connection that was read to
 * its end is closed here.
 */
static void serve_connection(const struct pool *pool, int fd, void *thread)
{
    struct connection connection = {.fd = fd};
    FCGX_Request *fcgi = &connection.fcgi;
    FCGX_InitRequest(fcgi, -1, FCGI_FAIL_ACCEPT_ON_INTR);
    fcgi->ipcFd = fd;
    fcgi->keepConnection = 1;
    int on = 1;
    if (pool->is_tcp)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set_timeout(fd, SO_SNDTIMEO, IDLE_SECS);
    set_timeout(fd, SO_RCVTIMEO, HEAD_SECS);
    if (FCGX_Accept_r(fcgi) == 0) {
        set_timeout(fd, SO_RCVTIMEO, IDLE_SECS);
        struct gateway gateway = {{fastcgi_read, &connection, true}, fastcgi_write, &connection};
        exchange(pool->server, &gateway, fcgi->envp, thread);
        bool whole = is_read_to_end(&connection);
        fcgi->keepConnection = whole;
        FCGX_Finish_r(fcgi);
        if (whole) {
            close(fd);
            fcgi->ipcFd = -1;
        }
    }
    FCGX_Free(fcgi, 1); /* closes the socket if Finish has not */
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
    int fd, epoll;
    while ((epoll = make_epoll(pool)) < 0 && !wait_or_stop(pool))
        log_accept_failure(pool, errno);
    while (epoll >= 0 && (fd = accept_connection(pool, epoll)) >= 0)
        serve_connection(pool, fd, thread);
    if (epoll >= 0)
        close(epoll);
    thread_end(pool->server, thread);
    return NULL;
}

/* --- Memory of the process --- */

/* Returns the pages of a program or library that nobody has written to. A writable segment may differ from
 * its file. */
static int madvise_segments(struct dl_phdr_info *object, size_t size, void *page)
{
    (void)size;
    uintptr_t mask = *(const uintptr_t *)page - 1;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W)
            continue;
        uintptr_t start = object->dlpi_addr + segment->p_vaddr, end = start + segment->p_memsz;
        start = (start + mask) & ~mask;
        end &= ~mask;
        /* If the advice is not followed, no harm is done. */
        if (start < end)
            madvise((void *)start, end - start, MADV_DONTNEED); /* NOLINT(performance-no-int-to-ptr) */
    }
    return 0;
}

/* Drops the pages of code and constants that only the start needed: 5 to 7 MiB resident of a process,
 * docs/performance.md. Those in use come back from the kernel's cache. */
static void madvise_text_dontneed(void)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    dl_iterate_phdr(madvise_segments, &page);
}

/* A request needs some hundred kilobytes for a moment, which malloc would return to the kernel and fetch
 * again with each: 6 to 8 % of the processor time of a search, docs/performance.md. */
static void keep_heap(void)
{
    mallopt(M_TOP_PAD, HEAP_STEP);
    mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
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

/* Logs each doubling once, so that a leak is noticed before the machine runs out of memory. */
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
    const struct timespec interval = {GROWTH_SECS, 0};
    long bound = GROWTH_MIB;
    sigset_t set;
    signal_set(&set);
    for (;;) {
        int signal_number = sigtimedwait(&set, NULL, &interval);
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
        return error_set(error, ERROR_INTERNAL, "cannot start any thread");
    if (count < want)
        log_say(LOG_WARN, "started fewer threads than CALLMEM_THREADS");
    madvise_text_dontneed();
    log_say(LOG_INFO, "serving");
    wait_for_stop();
    log_say(LOG_INFO, "stopping once the requests in flight are answered");
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
    /* By RFC 3875 there is no body without CONTENT_LENGTH. Servers that pass on a chunked body nevertheless
     * say so in this header and close the stream after it. */
    bool chunked = environment_get(environ, "HTTP_TRANSFER_ENCODING") != NULL;
    struct gateway gateway = {{cgi_read, NULL, chunked}, cgi_write, NULL};
    void *thread = thread_begin(server);
    exchange(server, &gateway, environ, thread);
    thread_end(server, thread);
    return 0;
}

int server_run(const struct server *server, struct error *error)
{
    keep_heap();
    int failed = FCGX_Init();
    /* FCGX_Init() installs signal handlers. */
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
        "this program serves FastCGI on file descriptor 0, which is not a listening socket: start it with "
        "spawn-fcgi (spawn-fcgi -n -s SOCKET -- PROGRAM), or as CGI from a web server; --help lists "
        "its other uses");
}

/* A request from memory, answered into memory. */
struct memory_exchange {
    const char *body;
    size_t len;
    struct buf *out;
};

static long memory_read(void *ctx, void *bytes, size_t size)
{
    struct memory_exchange *memory = ctx;
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
    struct memory_exchange *memory = ctx;
    buf_add(memory->out, bytes, len);
}

void server_handle(const struct server *server, char *const *environment, const void *body, size_t len,
                   struct buf *out)
{
    struct memory_exchange memory = {len ? body : "", len, out};
    struct gateway gateway = {{memory_read, &memory, true}, memory_write, &memory};
    void *thread = thread_begin(server);
    exchange(server, &gateway, environment, thread);
    thread_end(server, thread);
}
