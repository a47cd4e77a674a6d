/*
 * metrics_table: the families of metrics.h, as data: names, what they mean, their rows. What is printed, how
 * the file is laid out and what the documentation and the tests hold against it all come from here.
 */
#ifndef CALLMEM_SERVICE_METRICS_TABLE_H
#define CALLMEM_SERVICE_METRICS_TABLE_H

#include "service/metrics.h"

#include <stddef.h>

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
/* Its number, METRIC_SERVICES when it is none of them. */
unsigned metric_service(const char *name);
const char *metric_service_name(unsigned service);
void metric_service_label(struct buf *out, unsigned service);
const char *metric_breaker_name(enum metrics_breaker state);

/* The row of METRIC_REQUEST_SECONDS: the last one is for everything that is no endpoint. */
unsigned metric_endpoint(const char *endpoint);
/* The row of METRIC_REQUESTS. */
unsigned metric_outcome(unsigned endpoint, int status, enum error_code code);

/* Upper bounds of the histograms' buckets in microseconds, ascending; above the last is +Inf. */
#define METRIC_BOUNDS 15
extern const int64_t metric_bounds[METRIC_BOUNDS];

#endif
