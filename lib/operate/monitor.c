#include "operate/monitor.h"

#include "base/clock.h"
#include "base/log.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/decision.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <string.h>

bool monitor_inbox(struct inbox *inbox, struct inbox_status *status)
{
    struct error error = {0};
    *status = (struct inbox_status){0};
    if (inbox_check(inbox, &error) == 0 && inbox_status(inbox, false, status, &error) == 0)
        return true;
    log_failure(LOG_ERROR, "the inbox does not work", &error);
    return false;
}

/* On a server that would mean to read all that it has: there the keeper sets the gauge (expiry.c). */
static void gauge_requests(struct memory_store *memory)
{
    struct error error = {0};
    size_t open;
    if (strcmp(memory_mode(memory), "remote") != 0 && decision_count_open(memory, &open, &error) == 0)
        metrics_set(METRIC_OPEN_REQUESTS, 0, (int64_t)open);
}

void monitor_gauges(struct inbox *inbox, struct llm_queue *llm_queue, struct memory_store *memory)
{
    struct inbox_status status;
    int64_t unread;
    struct error error = {0};
    bool memory_ok = memory && memory_check(memory, &error) == 0;
    if (!memory_ok)
        log_failure(LOG_ERROR, "the memory does not work", &error);
    metrics_set(METRIC_MEMORY_OK, 0, memory_ok);
    if (memory_ok)
        gauge_requests(memory);
    metrics_set(METRIC_INBOX_OK, 0, monitor_inbox(inbox, &status));
    metrics_set(METRIC_INBOX_EVENTS, INBOX_WAITING, status.pending);
    metrics_set(METRIC_INBOX_EVENTS, INBOX_FAILED, status.failed);
    int64_t waited = status.oldest ? clock_now() - status.oldest : 0;
    metrics_set(METRIC_INBOX_OLDEST, 0, waited > 0 ? waited : 0);
    if (llm_queue_count(llm_queue, &unread, &error) != 0)
        log_failure(LOG_ERROR, "the queue of the LLM does not work", &error);
    metrics_set(METRIC_LLM_WAITING, 0, unread);
}

int metrics_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct buf text = BUF_INIT;
    (void)args;
    struct inbox *inbox = instance_inbox(instance, &error);
    struct llm_queue *llm_queue = inbox ? instance_llm_queue(instance, &error) : NULL;
    if (!llm_queue) {
        inbox_close(inbox);
        return report_failure(&error);
    }
    struct memory_store *memory = memory_open(&instance->memory);
    instance_metrics(instance);
    monitor_gauges(inbox, llm_queue, memory);
    metrics_print(&text);
    memory_close(memory);
    llm_queue_close(llm_queue);
    inbox_close(inbox);
    if (buf_text(&text))
        fputs(buf_text(&text), stdout);
    else
        error_no_memory(&error);
    int status = text.failed ? report_failure(&error) : EXIT_SUCCESS;
    buf_free(&text);
    return status;
}
