/*
 * server: the loop that every program runs. Serves FastCGI on file descriptor 0 with a pool of threads, or
 * one request as plain CGI when the process was started as one (FCGX_IsCGI).
 *
 * One thread at a time waits for a connection (the listening socket is shared with other processes, so it
 * does so with poll() and a non-blocking accept); a request is then handled by that thread alone. SIGTERM,
 * SIGINT, SIGQUIT and SIGUSR1 let the requests in flight be answered and end the loop; what waits in the
 * socket's backlog is left for the process that takes over. SIGHUP reopens the logs. A connection carries one
 * request, whatever the web server would like: an idle one that is kept would hold a thread.
 *
 * A process that has grown to 256 MiB says so in the log, and again each time that it has doubled.
 */
#ifndef CALLMEM_WEB_SERVER_H
#define CALLMEM_WEB_SERVER_H

#include "base/buf.h"
#include "base/error.h"
#include "web/routes.h"

#include <stddef.h>

/* Serves until it is told to stop. 0, or -1 with ERROR_INTERNAL when file descriptor 0 is no listening socket
 * and the process was not started as CGI, or when no thread could be started. Returns only after the last
 * request was answered and every thread has ended. */
int server_run(const struct server *server, struct error *error);
/* Call once at the start of the program, before any thread: blocks the signals that server_run() waits for
 * (so that they are blocked in every thread of the program) and ignores SIGPIPE. */
void server_signals(void);

/* For tests and the fuzzing harness: one request from a CGI environment and a body, answered into `out` as a
 * FastCGI web server gets it, "Status: …" first. */
void server_handle(const struct server *server, char *const *environment, const void *body, size_t len,
                   struct buf *out);

#endif
