/*
 * server: the loop that every program runs. Serves FastCGI on file descriptor 0 with a pool of threads, or
 * one request as plain CGI when the process was started as one (FCGX_IsCGI).
 *
 * Every thread waits on the listening socket, which all processes of a program share, and handles a request
 * alone. After SIGTERM, SIGINT, SIGQUIT or SIGUSR1 the requests in flight are answered and the loop ends;
 * connections in the backlog are left to the next process. SIGHUP reopens the logs. A connection carries one
 * request even if the web server wants to keep it: an idle connection would occupy a thread.
 *
 * A process that has grown to 256 MiB logs a warning, and another each time that it has doubled.
 */
#ifndef CALLMEM_WEB_SERVER_H
#define CALLMEM_WEB_SERVER_H

#include "base/buf.h"
#include "base/error.h"
#include "web/routes.h"

#include <stddef.h>

/* Serves until a signal stops it. 0, or -1 with ERROR_INTERNAL when file descriptor 0 is not a listening
 * socket and the process was not started as CGI, or when no thread could be started. Returns after the last
 * request was answered and every thread has ended. */
int server_run(const struct server *server, struct error *error);
/* Call once at the start of the program, before any thread: blocks the signals that server_run() waits for
 * (so that they are blocked in every thread of the program) and ignores SIGPIPE. */
void server_signals(void);

/* For tests and fuzzers: one request from a CGI environment and a body, answered into `out` in the form that
 * a FastCGI web server receives, "Status: …" first. */
void server_handle(const struct server *server, char *const *environment, const void *body, size_t len,
                   struct buf *out);

#endif
