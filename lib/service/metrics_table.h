/*
 * metrics_table: the table of metrics: names, meaning, rows. Output, file layout, documentation and tests
 * follow it.
 */
#ifndef CALLMEM_SERVICE_METRICS_TABLE_H
#define CALLMEM_SERVICE_METRICS_TABLE_H

#include "base/buf.h"
#include "base/error.h"

#include <stdint.h>

/* The metrics. In the comments: their type and rows, numbered by an enum below. */
enum metric {
    METRIC_REQUESTS,         /* by endpoint, status and code: metrics_request() */
    METRIC_REQUEST_SECONDS,  /* by endpoint: metrics_request() */
    METRIC_MEMORY_SECONDS,   /* histogram by enum metrics_operation */
    METRIC_MEMORY_FAILURES,  /* counter by enum metrics_operation */
    METRIC_EVENTS_RECEIVED,  /* counter by enum metrics_receipt */
    METRIC_EVENTS_WORKED,    /* counter by enum metrics_try */
    METRIC_EVENT_SECONDS,    /* histogram, one row */
    METRIC_STARTS,           /* by program: metrics_begin() */
    METRIC_STOPS,            /* by program: metrics_end() */
    METRIC_INBOX_EVENTS,     /* gauge by enum metrics_inbox */
    METRIC_INBOX_OLDEST,     /* gauge, one row: seconds that the oldest event has waited */
    METRIC_INBOX_OK,         /* gauge, one row: 0 or 1 */
    METRIC_MEMORY_OK,        /* gauge, one row: 0 or 1 */
    METRIC_OPEN_REQUESTS,    /* gauge, one row: what callers asked about their data and nobody decided on */
    METRIC_EVIDENCE_DROPPED, /* counter by enum drop (understand/understanding.h) */
    METRIC_LLM_REQUESTS,     /* counter by enum metrics_llm */
    METRIC_LLM_SECONDS,      /* histogram, one row */
    METRIC_LLM_GIVEN_UP,     /* counter, one row */
    METRIC_LLM_WAITING,      /* gauge, one row */
    METRIC_SEARCHES,         /* counter by enum metrics_search */
    METRIC_REFUSED,          /* gauge by program: metrics_request() */
    METRICS
};

#define METRIC_DROPS 13 /* the reasons of METRIC_EVIDENCE_DROPPED */

enum metrics_operation { OPERATION_PROFILE, OPERATION_SEARCH, OPERATION_ADD, OPERATION_COMMIT, OPERATIONS };
enum metrics_search { SEARCH_FOUND, SEARCH_NOTHING, SEARCHES };
enum metrics_receipt { RECEIPT_ACCEPTED, RECEIPT_DUPLICATE, RECEIPT_IGNORED, RECEIPTS };
enum metrics_try { TRY_WORKED, TRY_POSTPONED, TRY_FAILED, TRIES };
/* How a request to the operator's LLM ended. */
enum metrics_llm {
    LLM_ANSWERED,    /* the call was read */
    LLM_DENIED,      /* 401, 403 or 404: key, URL or model are wrong */
    LLM_LIMITED,     /* 429 */
    LLM_REFUSED,     /* another 4xx, or the model declined */
    LLM_UNREADABLE,  /* no such answer as was asked for */
    LLM_TIMEOUT,     /* none in time */
    LLM_UNAVAILABLE, /* 5xx, or no connection */
    LLM_RESULTS
};
enum metrics_inbox { INBOX_WAITING, INBOX_FAILED, INBOX_STATES };
/* Of a process's circuit breaker for a remote memory; NONE: it has none. */
enum metrics_breaker { BREAKER_NONE, BREAKER_CLOSED, BREAKER_HALF_OPEN, BREAKER_OPEN, BREAKERS };

enum metric_type { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metric_family {
    const char *name, *help;
    enum metric_type type;
    unsigned rows;
    void (*labels)(struct buf *out, unsigned row); /* `a="b",c="d"`; NULL: none */
};
extern const struct metric_family metric_families[METRICS];

/* The programs of an instance. */
#define METRIC_SERVICES 3
/* The index of a program, METRIC_SERVICES for another name. */
unsigned metric_service(const char *name);
const char *metric_service_name(unsigned service);
void metric_service_label(struct buf *out, unsigned service);
const char *metric_breaker_name(enum metrics_breaker state);

/* The row of METRIC_REQUEST_SECONDS; the last one is for all other paths. */
unsigned metric_endpoint(const char *endpoint);
/* The row of METRIC_REQUESTS. */
unsigned metric_outcome(unsigned endpoint, int status, enum error_code code);

/* Upper bounds of the histograms' buckets in microseconds, ascending; then +Inf. */
#define METRIC_BOUNDS 15
extern const int64_t metric_bounds[METRIC_BOUNDS];

#endif
