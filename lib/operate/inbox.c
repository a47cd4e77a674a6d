/*
 * status, drain and retry: the events that wait in the inbox.
 */
#include "inbox/inbox.h"

#include "base/clock.h"
#include "base/json.h"
#include "operate/commands.h"
#include "operate/process.h"
#include "operate/report.h"

#include <stdlib.h>
#include <unistd.h>

/* --- status --- */

static void print_failed(void *ctx, const char *key, const char *reason)
{
    (void)ctx;
    printf("  %s  %s\n", key, reason);
}

static void add_failed(void *ctx, const char *key, const char *reason)
{
    struct error error;
    cJSON *item = cJSON_CreateObject();
    cJSON *why = json_parse(reason, strlen(reason), &error);
    cJSON_AddStringToObject(item, "key", key);
    if (!why || !cJSON_AddItemToObject(item, "reason", why))
        cJSON_Delete(why);
    if (!cJSON_AddItemToArray(ctx, item))
        cJSON_Delete(item);
}

/* Why events wait, when it is the memory. Nothing is made or changed to find that out. */
static bool memory_works(const struct instance *instance, struct error *error)
{
    struct memory_options options = instance->memory;
    options.upgrades = false;
    if (!options.url && access(options.path, F_OK) != 0)
        return true;
    struct memory_store *memory = memory_open(&options);
    bool works = memory ? memory_check(memory, error) == 0 : error_no_memory(error) == 0;
    memory_close(memory);
    return works;
}

static cJSON *status_object(const struct report_count *counts, size_t count, const char *oldest)
{
    cJSON *object = report_object(counts, count);
    cJSON_AddItemToObject(object, "oldest", oldest ? cJSON_CreateString(oldest) : cJSON_CreateNull());
    return object;
}

static int count_unread(const struct instance *instance, int64_t *count, struct error *error)
{
    struct llm_queue *queue = instance_llm_queue(instance, error);
    int result = queue ? llm_queue_count(queue, count, error) : -1;
    llm_queue_close(queue);
    return result;
}

static int print_status(const struct instance *instance, const struct args *args, struct inbox *inbox,
                        struct error *error)
{
    struct inbox_status status;
    struct error why;
    char oldest[CLOCK_STAMP_SIZE] = "none";
    int64_t unread;
    if (inbox_status(inbox, true, &status, error) != 0 || count_unread(instance, &unread, error) != 0)
        return -1;
    if (status.oldest)
        clock_stamp(status.oldest, oldest);
    const struct report_count counts[] = {{"waiting", "waiting", status.pending},
                                          {"failed", "failed", status.failed},
                                          {"done", "done", status.done},
                                          {"waiting_for_llm", "waiting for the LLM", unread}};
    if (args->json) {
        cJSON *object = status_object(counts, sizeof counts / sizeof *counts, status.oldest ? oldest : NULL);
        cJSON *failures = cJSON_AddArrayToObject(object, "failures");
        if (inbox_each_failed(inbox, add_failed, failures, error) != 0) {
            cJSON_Delete(object);
            return -1;
        }
        if (!memory_works(instance, &why))
            cJSON_AddStringToObject(object, "memory", why.message);
        return report_json(object) == EXIT_SUCCESS ? 0 : error_no_memory(error);
    }
    report_counts(args, counts, sizeof counts / sizeof *counts);
    printf("oldest: %s\n", oldest);
    if (status.failed && inbox_each_failed(inbox, print_failed, NULL, error) != 0)
        return -1;
    if (!memory_works(instance, &why))
        printf("memory: %s\n", why.message);
    return 0;
}

int status_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct inbox *inbox = instance_inbox(instance, &error);
    int result = inbox ? print_status(instance, args, inbox, &error) : -1;
    inbox_close(inbox);
    return result == 0 ? EXIT_SUCCESS : report_failure(&error);
}

/* --- drain and retry --- */

int drain_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    size_t processed = 0, left = 0, failed = 0;
    struct processor *processor = processor_new(instance, &error);
    struct inbox *inbox = processor ? instance_inbox(instance, &error) : NULL;
    int result = -1;
    if (inbox) {
        instance_metrics(instance);
        void *worker = processor_begin(processor);
        result = inbox_drain(inbox, processor_event, worker, &processed, &left, &failed, &error);
        processor_end(processor, worker);
    }
    inbox_close(inbox);
    processor_free(processor);
    if (result != 0)
        return report_failure(&error);
    const struct report_count counts[] = {{"processed", "processed", (int64_t)processed},
                                          {"left", "left", (int64_t)left},
                                          {"failed", "failed", (int64_t)failed}};
    int status = report_counts(args, counts, sizeof counts / sizeof *counts);
    return left == 0 ? status : EXIT_FAILURE;
}

int retry_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct inbox *inbox = instance_inbox(instance, &error);
    const char *name = args->operands[0];
    long count = -1;
    if (inbox)
        count = name ? inbox_retry_one(inbox, name, &error) : inbox_retry(inbox, &error);
    inbox_close(inbox);
    if (count < 0)
        return report_failure(&error);
    const struct report_count counts[] = {{"waiting_again", "back in the inbox", count}};
    return report_counts(args, counts, 1);
}
