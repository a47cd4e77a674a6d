/*
 * libpq: PostgreSQL's client library, loaded when a database is opened first. Nobody else pays
 * for it, and callmem runs where it is not installed. Its functions are called through the table that
 * libpq_load() returns: pq->PQstatus(…).
 */
#ifndef CALLMEM_POSTGRES_LIBPQ_H
#define CALLMEM_POSTGRES_LIBPQ_H

#include "base/error.h"
#include "base/library.h"

#include <libpq-fe.h>

#define LIBPQ_FUNCTIONS(X)                                                                                   \
    X(PQclear)                                                                                               \
    X(PQcmdStatus)                                                                                           \
    X(PQcmdTuples)                                                                                           \
    X(PQconnectPoll)                                                                                         \
    X(PQconnectStartParams)                                                                                  \
    X(PQconninfoFree)                                                                                        \
    X(PQconninfoParse)                                                                                       \
    X(PQconsumeInput)                                                                                        \
    X(PQenterPipelineMode)                                                                                   \
    X(PQerrorMessage)                                                                                        \
    X(PQfinish)                                                                                              \
    X(PQflush)                                                                                               \
    X(PQfreemem)                                                                                             \
    X(PQgetisnull)                                                                                           \
    X(PQgetlength)                                                                                           \
    X(PQgetResult)                                                                                           \
    X(PQgetvalue)                                                                                            \
    X(PQisBusy)                                                                                              \
    X(PQnfields)                                                                                             \
    X(PQntuples)                                                                                             \
    X(PQparameterStatus)                                                                                     \
    X(PQpipelineSync)                                                                                        \
    X(PQresultErrorField)                                                                                    \
    X(PQresultStatus)                                                                                        \
    X(PQsendPrepare)                                                                                         \
    X(PQsendQuery)                                                                                           \
    X(PQsendQueryParams)                                                                                     \
    X(PQsendQueryPrepared)                                                                                   \
    X(PQsetnonblocking)                                                                                      \
    X(PQsetNoticeProcessor)                                                                                  \
    X(PQsocket)                                                                                              \
    X(PQstatus)

struct libpq {
    LIBPQ_FUNCTIONS(LIBRARY_POINTER)
};

/* NULL with ERROR_SETTINGS where the library is missing or older than version 14. */
const struct libpq *libpq_load(struct error *error);

#endif
