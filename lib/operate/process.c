#include "operate/process.h"

#include "base/clock.h"
#include "base/log.h"
#include "inbox/receive.h"
#include "language/lexicon.h"
#include "operate/asking.h"
#include "people/event.h"
#include "people/machine.h"
#include "people/remember.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What is sealed is sealed for any caller; the name of one is asked for nevertheless. */
#define NOBODY_IN_PARTICULAR "+"

struct processor {
    const struct instance *instance;
    struct lexicon *lexicon;     /* NULL until it is read */
    struct llm_queue *llm_queue; /* NULL: there is no LLM to ask */
};

struct worker {
    struct processor *processor;
    struct memory_store *memory;
    struct inbox *inbox; /* NULL until it is needed: whose calls machines answered */
};

static int read_lexicon(struct processor *processor, struct error *error)
{
    const char *folder = setting_text(processor->instance->settings, CALLMEM_LEXICON_DIR);
    if (!processor->lexicon)
        processor->lexicon = lexicon_load(folder, error);
    return processor->lexicon ? 0 : -1;
}

struct processor *processor_new(const struct instance *instance, struct error *error)
{
    struct processor *processor = calloc(1, sizeof *processor);
    if (!processor) {
        error_no_memory(error);
        return NULL;
    }
    processor->instance = instance;
    if (asking_is_on(instance) && !(processor->llm_queue = instance_llm_queue(instance, error))) {
        free(processor);
        return NULL;
    }
    if (!*setting_text(instance->settings, CALLMEM_LEXICON_DIR) || read_lexicon(processor, error) == 0)
        return processor;
    processor_free(processor);
    return NULL;
}

void processor_free(struct processor *processor)
{
    if (processor) {
        lexicon_free(processor->lexicon);
        llm_queue_close(processor->llm_queue);
    }
    free(processor);
}

void *processor_begin(void *processor)
{
    struct worker *worker = calloc(1, sizeof *worker);
    struct error error;
    if (!worker)
        return NULL;
    worker->processor = processor;
    worker->memory = memory_open(&worker->processor->instance->memory);
    if (!worker->memory) {
        free(worker);
        return NULL;
    }
    /* What fails here is tried again with the first event. */
    if (memory_upgrade(worker->memory, &error) != 0)
        log_failure(LOG_ERROR, "the memory is not up to date", &error);
    return worker;
}

void processor_end(void *processor, void *ctx)
{
    struct worker *worker = ctx;
    (void)processor;
    if (worker) {
        memory_close(worker->memory);
        inbox_close(worker->inbox);
    }
    free(worker);
}

static void log_processed(const struct event *event, const struct error *error, int64_t started_us)
{
    struct log_line line;
    log_begin(&line, error ? LOG_WARN : LOG_INFO, error ? "event processing failed" : "event processed");
    log_text(&line, "type", event->type_name);
    log_text(&line, "conversation_id", event->conversation);
    log_caller(&line, event->caller);
    if (error)
        log_error(&line, error);
    log_ms(&line, "duration_ms", clock_us() - started_us);
    log_end(&line);
}

static struct inbox *inbox_of(struct worker *worker, struct error *error)
{
    if (!worker->inbox)
        worker->inbox = instance_inbox(worker->processor->instance, error);
    return worker->inbox;
}

/* What the carrier said of a call that is remembered now. */
static int find_machine(struct worker *worker, struct event *event, struct error *error)
{
    if (event->type != EVENT_TRANSCRIPTION || !event->transcript.outbound)
        return 0;
    struct inbox *inbox = inbox_of(worker, error);
    return inbox ? inbox_had_machine(inbox, event->conversation, &event->machine, error) : -1;
}

/* A call that is in memory already becomes an attempt. */
static int remember_machine(struct worker *worker, const struct memory *call, struct error *error)
{
    const struct memory_filter filter = {.caller = call->caller, .conversation = call->conversation};
    struct memory_list list;
    struct event event = {
        .type = EVENT_TRANSCRIPTION,
        .type_name = "",
        .conversation = call->conversation,
        .agent = call->agent,
        .caller_kind = CALLER_OTHER,
        .transcript = {.started_at = call->created_at, .outbound = true, .summary = ""},
        .title = "",
        .outcome = "",
        .failure = MACHINE_ANSWERED,
        .timezone = "",
        .duration = -1,
        .machine = true,
        .attempt = true,
    };
    if (memory_list(worker->memory, &filter, &list, error) != 0)
        return -1;
    bool all = machine_was_all(&list);
    memory_list_free(&list);
    if (!all)
        return 0;
    snprintf(event.caller, sizeof event.caller, "%s", call->caller);
    return remember_event(worker->memory, worker->processor->lexicon, worker->processor->instance->settings,
                          &event, error);
}

/* The verdict comes before the transcript, as a rule. */
static int take_verdict(struct worker *worker, const struct event *event, struct error *error)
{
    struct memory_list calls;
    struct inbox *inbox;
    if (!event->machine)
        return 0;
    inbox = inbox_of(worker, error);
    if (!inbox || inbox_note_machine(inbox, event->conversation, error) != 0)
        return -1;
    /* A server would have to show every record. */
    if (strcmp(memory_mode(worker->memory), "remote") == 0)
        return 0;
    if (memory_find_conversation(worker->memory, event->conversation, &calls, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < calls.count && result == 0; i++)
        result = remember_machine(worker, &calls.items[i], error);
    memory_list_free(&calls);
    return result;
}

/* It is kept by now. Its call may have been erased, also by way of another front end. */
static int check_recording(struct worker *worker, const struct event *event, struct error *error)
{
    bool sealed;
    if (memory_is_sealed(worker->memory, NOBODY_IN_PARTICULAR, event->conversation, &sealed, error) != 0)
        return -1;
    return sealed && instance_forbid_recording(worker->processor->instance, event->conversation, error) < 0
               ? -1
               : 0;
}

static int remember(struct worker *worker, struct event *event, struct error *error)
{
    const struct processor *processor = worker->processor;
    const struct instance *instance = processor->instance;
    if (event->type == EVENT_MACHINE)
        return take_verdict(worker, event, error);
    if (event->type == EVENT_AUDIO)
        return check_recording(worker, event, error);
    if (find_machine(worker, event, error) != 0)
        return -1;
    if (remember_event(worker->memory, processor->lexicon, instance->settings, event, error) != 0)
        return -1;
    /* After the memory, so that the LLM is asked about nothing that is not there. */
    if (event->is_unread && !event->unkept && processor->llm_queue &&
        llm_queue_add(processor->llm_queue, event->caller, event->conversation, error) != 0)
        return -1;
    if (!event->delete_pii && !event->unkept)
        return 0;
    if (processor->llm_queue &&
        llm_queue_erase(processor->llm_queue, event->caller, event->conversation, error) < 0)
        return -1;
    return instance_seal(instance, event->conversation, error);
}

int processor_event(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct worker *worker = ctx;
    struct event event;
    int64_t started = clock_us();
    if (!worker)
        return error_no_memory(error);
    if (read_lexicon(worker->processor, error) != 0) {
        /* Not the event's fault, so it is tried again. */
        error->code = ERROR_INTERNAL;
        return -1;
    }
    if (event_parse(bytes, len, &event, error) != 0)
        return -1;
    int result = remember(worker, &event, error);
    log_processed(&event, result == 0 ? NULL : error, started);
    event_free(&event);
    return result;
}
