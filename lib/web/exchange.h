/*
 * exchange: one request from its CGI variables to its answer. Finds the route, calls the handler, adds the
 * headers that every answer has, and writes the log lines. FastCGI, plain CGI and the tests differ only in
 * their gateway.
 */
#ifndef CALLMEM_WEB_EXCHANGE_H
#define CALLMEM_WEB_EXCHANGE_H

#include "web/request.h"
#include "web/routes.h"

#include <stddef.h>

/* Where the body comes from and where the answer goes. A client that has gone away is not our failure, so
 * write() returns nothing. */
struct gateway {
    struct request_source source;
    void (*write)(void *ctx, const void *bytes, size_t len);
    void *ctx; /* of write() */
};

/* `thread` comes from server->thread_open(). The answer is written at the end, in one call;
 * a file that follows it, in pieces. */
void exchange(const struct server *server, const struct gateway *gateway, char *const *environment,
              void *thread);

#endif
