#include "service/metrics_table.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

const int64_t metric_bounds[METRIC_BOUNDS] = {100,   250,    500,    1000,   2500,    5000,    10000,   25000,
                                              50000, 100000, 250000, 500000, 1000000, 2500000, 10000000};

static const char *const services[METRIC_SERVICES] = {"client-data", "search-data", "post-call"};
static const char *const endpoints[] = {"client-data", "search-data", "post-call", "operator",
                                        "health",      "metrics",     "other"};
static const char *const operations[OPERATIONS] = {"profile", "search", "add", "commit"};
static const char *const searches[SEARCHES] = {"found", "nothing"};
static const char *const receipts[RECEIPTS] = {"accepted", "duplicate", "ignored"};
static const char *const tries[TRIES] = {"worked", "postponed", "failed"};
static const char *const inbox_states[INBOX_STATES] = {"waiting", "failed"};
static const char *const drops[METRIC_DROPS] = {"form",  "ungrounded", "person", "negated", "past",
                                                "asked", "refused",    "once",   "settled", "secret",
                                                "order", "name",       "many"};
static const char *const llm_results[LLM_RESULTS] = {"answered",   "denied",  "limited",    "refused",
                                                     "unreadable", "timeout", "unavailable"};
static const char *const breakers[BREAKERS] = {"none", "closed", "half_open", "open"};

/* A request ends with one of these statuses, or with an error of base/error.h. */
static const int plain[] = {200, 204, 503};
#define OUTCOMES (LENGTH(plain) + ERROR_SETTINGS - 1)

static void label(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s=\"%s\"", name, value);
}

static void endpoint_label(struct buf *out, unsigned row)
{
    label(out, "endpoint", endpoints[row]);
}

static void request_labels(struct buf *out, unsigned row)
{
    unsigned outcome = row % OUTCOMES;
    bool is_plain = outcome < LENGTH(plain);
    enum error_code code = is_plain ? ERROR_NONE : (enum error_code)(outcome - LENGTH(plain) + 1);
    endpoint_label(out, row / (unsigned)OUTCOMES);
    buf_printf(out, ",status=\"%d\",code=\"%s\"", is_plain ? plain[outcome] : error_status(code),
               is_plain ? "" : error_name(code));
}

static void operation_label(struct buf *out, unsigned row)
{
    label(out, "operation", operations[row]);
}

static void search_label(struct buf *out, unsigned row)
{
    label(out, "result", searches[row]);
}

static void receipt_label(struct buf *out, unsigned row)
{
    label(out, "result", receipts[row]);
}

static void try_label(struct buf *out, unsigned row)
{
    label(out, "result", tries[row]);
}

static void inbox_label(struct buf *out, unsigned row)
{
    label(out, "state", inbox_states[row]);
}

static void drop_label(struct buf *out, unsigned row)
{
    label(out, "reason", drops[row]);
}

static void llm_label(struct buf *out, unsigned row)
{
    label(out, "result", llm_results[row]);
}

void metric_service_label(struct buf *out, unsigned service)
{
    label(out, "service", services[service]);
}

const char *metric_service_name(unsigned service)
{
    return service < METRIC_SERVICES ? services[service] : "unknown";
}

const char *metric_breaker_name(enum metrics_breaker state)
{
    return breakers[state];
}

const struct metric_family metric_families[METRICS] = {
    [METRIC_REQUESTS] = {"callmem_requests_total", "Requests answered.", METRIC_COUNTER,
                         LENGTH(endpoints) * OUTCOMES, request_labels},
    [METRIC_REQUEST_SECONDS] = {"callmem_request_seconds", "Duration of a request in the program.",
                                METRIC_HISTOGRAM, LENGTH(endpoints), endpoint_label},
    [METRIC_MEMORY_SECONDS] = {"callmem_memory_seconds", "Duration of one memory operation.",
                               METRIC_HISTOGRAM, OPERATIONS, operation_label},
    [METRIC_MEMORY_FAILURES] = {"callmem_memory_failures_total", "Failed memory operations.", METRIC_COUNTER,
                                OPERATIONS, operation_label},
    [METRIC_EVENTS_RECEIVED] = {"callmem_events_received_total", "Events answered with 200, by result.",
                                METRIC_COUNTER, RECEIPTS, receipt_label},
    [METRIC_EVENTS_WORKED] = {"callmem_events_worked_total", "Attempts to process an event, by result.",
                              METRIC_COUNTER, TRIES, try_label},
    [METRIC_EVENT_SECONDS] = {"callmem_event_seconds", "Duration of one attempt to process an event.",
                              METRIC_HISTOGRAM, 1, NULL},
    [METRIC_STARTS] = {"callmem_process_starts_total", "Processes started.", METRIC_COUNTER, METRIC_SERVICES,
                       metric_service_label},
    [METRIC_STOPS] = {"callmem_process_stops_total", "Processes stopped regularly.", METRIC_COUNTER,
                      METRIC_SERVICES, metric_service_label},
    [METRIC_INBOX_EVENTS] = {"callmem_inbox_events", "Events in the inbox.", METRIC_GAUGE, INBOX_STATES,
                             inbox_label},
    [METRIC_INBOX_OLDEST] = {"callmem_inbox_oldest_seconds",
                             "Age of the oldest waiting event in seconds, 0 without one.", METRIC_GAUGE, 1,
                             NULL},
    [METRIC_INBOX_OK] = {"callmem_inbox_ok", "Whether events can be accepted now.", METRIC_GAUGE, 1, NULL},
    [METRIC_MEMORY_OK] = {"callmem_memory_ok", "Whether the memory can be read and written now.",
                          METRIC_GAUGE, 1, NULL},
    [METRIC_OPEN_REQUESTS] = {"callmem_open_requests",
                              "What callers asked about their data that waits for callmem requests.",
                              METRIC_GAUGE, 1, NULL},
    [METRIC_EVIDENCE_DROPPED] = {"callmem_evidence_dropped_total",
                                 "Lines of callmem's items that were left out, by reason.", METRIC_COUNTER,
                                 METRIC_DROPS, drop_label},
    [METRIC_LLM_REQUESTS] = {"callmem_llm_requests_total",
                             "Requests to the LLM of the operator's own, by their end.", METRIC_COUNTER,
                             LLM_RESULTS, llm_label},
    [METRIC_LLM_SECONDS] = {"callmem_llm_request_seconds", "How long one such request took.",
                            METRIC_HISTOGRAM, 1, NULL},
    [METRIC_LLM_GIVEN_UP] = {"callmem_llm_given_up_total",
                             "Calls that the LLM will not be asked about again.", METRIC_COUNTER, 1, NULL},
    [METRIC_LLM_WAITING] = {"callmem_llm_waiting", "Calls that the LLM has not read yet.", METRIC_GAUGE, 1,
                            NULL},
    [METRIC_SEARCHES] = {"callmem_searches_total", "Searches of agents, by whether they found anything.",
                         METRIC_COUNTER, SEARCHES, search_label},
    [METRIC_REFUSED] = {"callmem_refused_in_a_row",
                        "Requests with a wrong signature or secret since the last one that was accepted.",
                        METRIC_GAUGE, METRIC_SERVICES, metric_service_label},
};

/* The index of a name, `count` if it is not there. */
static unsigned find(const char *const *names, unsigned count, const char *name)
{
    unsigned i = 0;
    while (i < count && strcmp(names[i], name) != 0)
        i++;
    return i;
}

unsigned metric_service(const char *name)
{
    return find(services, METRIC_SERVICES, name);
}

unsigned metric_endpoint(const char *endpoint)
{
    unsigned last = LENGTH(endpoints) - 1;
    return endpoint ? find(endpoints, last, endpoint) : last;
}

unsigned metric_outcome(unsigned endpoint, int status, enum error_code code)
{
    unsigned outcome = 0;
    if (code > ERROR_NONE && code < ERROR_SETTINGS)
        outcome = (unsigned)LENGTH(plain) + code - 1;
    else
        while (outcome < LENGTH(plain) - 1 && plain[outcome] != status)
            outcome++;
    return endpoint * (unsigned)OUTCOMES + outcome;
}
