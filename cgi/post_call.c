/*
 * post-call: after a call. The event is made safe on disk and acknowledged; a thread of this program makes
 * memories of it.
 */
#include "cgi/program.h"
#include "inbox/inbox.h"
#include "inbox/receive.h"
#include "inbox/worker.h"
#include "operate/asking.h"
#include "operate/keeper.h"
#include "operate/monitor.h"
#include "operate/process.h"
#include "people/event.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <string.h>

#define PAYLOAD_MOST (4 * 1024 * 1024) /* of a body in the payload log; audio is larger and left out */

/* What this program has beside the others. */
struct post_call {
    struct inbox *inbox;
    struct processor *processor;
    struct inbox_worker *worker; /* makes memories of what lies in the inbox */
    struct llm_queue *llm_queue;
    struct asking *asking; /* has the operator's LLM read calls, where the settings name one */
    struct keeper *keeper; /* forgets what is to be forgotten, reads old calls again */
};

/* --- Receiving --- */

/* An event on its way into the inbox: nothing is written before the first byte that passed the first checks.
 */
struct arrival {
    struct inbox *inbox;
    struct delivery *delivery;
};

static int keep(void *ctx, const void *bytes, size_t len, struct error *error)
{
    struct arrival *arrival = ctx;
    if (!arrival->delivery)
        arrival->delivery = inbox_receive(arrival->inbox, error);
    return arrival->delivery ? delivery_write(arrival->delivery, bytes, len, error) : -1;
}

/* Whether an event says that nothing of its call may be kept. One that cannot be read is treated as if it
 * did. */
static bool is_sealed(const char *text, size_t len)
{
    static const char member[] = "delete_transcript_and_pii";
    struct event event;
    struct error error;
    if (!memmem(text, len, member, sizeof member - 1))
        return false;
    if (event_parse(text, len, &event, &error) != 0)
        return true;
    bool sealed = event.delete_pii;
    event_free(&event);
    return sealed;
}

static void note_payload(struct request *request, const struct program *program, struct delivery *delivery)
{
    size_t len;
    if (!program->payloads || request_received(request) > PAYLOAD_MOST)
        return;
    char *text = delivery_text(delivery, PAYLOAD_MOST, &len);
    /* A packed body may be larger than what arrived. */
    if (text && len < PAYLOAD_MOST && !is_sealed(text, len))
        request_note_body(request, text, len);
    free(text);
}

static int answer(struct response *response, const struct receipt *receipt, struct error *error)
{
    static const char *const names[] = {
        [ACCEPTED] = "accepted", [DUPLICATE] = "duplicate", [IGNORED] = "ignored"};
    static const enum metrics_receipt rows[] = {
        [ACCEPTED] = RECEIPT_ACCEPTED, [DUPLICATE] = RECEIPT_DUPLICATE, [IGNORED] = RECEIPT_IGNORED};
    metrics_count(METRIC_EVENTS_RECEIVED, rows[receipt->accepted]);
    cJSON *body = cJSON_CreateObject();
    bool good = body && cJSON_AddStringToObject(body, "status", names[receipt->accepted]) &&
                cJSON_AddStringToObject(body, "type", receipt->type) &&
                cJSON_AddStringToObject(body, "conversation_id", receipt->conversation);
    if (good)
        response_json(response, 200, body);
    cJSON_Delete(body);
    return good ? 0 : error_no_memory(error);
}

static int post_call(struct request *request, struct response *response, void *app, void *thread,
                     struct error *error)
{
    const struct program *program = app;
    const struct post_call *own = program->own;
    struct receipt receipt;
    uint64_t limit = (uint64_t)setting_int(program->instance.settings, CALLMEM_MAX_BODY_MB) * 1024 * 1024;
    (void)thread;
    struct arrival arrival = {.inbox = own->inbox};
    int result = request_stream(request, &program->credentials, limit, keep, &arrival, error);
    if (result == 0 && !arrival.delivery)
        result = error_set(error, ERROR_INVALID_JSON, "the body is empty, an event is expected");
    if (result == 0) {
        note_payload(request, program, arrival.delivery);
        result = delivery_accept(arrival.delivery, &receipt, error);
    }
    delivery_close(arrival.delivery);
    if (result != 0)
        return -1;
    request_note_conversation(request, receipt.conversation);
    return answer(response, &receipt, error);
}

static cJSON *inbox_state(struct inbox *inbox, bool *ok)
{
    struct inbox_status status;
    *ok = monitor_inbox(inbox, &status);
    cJSON *state = cJSON_CreateObject();
    cJSON_AddNumberToObject(state, "pending", (double)status.pending);
    cJSON_AddNumberToObject(state, "failed", (double)status.failed);
    return state;
}

static int health(struct request *request, struct response *response, void *app, void *thread,
                  struct error *error)
{
    struct program *program = app;
    const struct post_call *own = program->own;
    bool ok;
    cJSON *inbox = inbox_state(own->inbox, &ok);
    return program_health(program, request, thread, inbox, ok, response, error);
}

static int metrics(struct request *request, struct response *response, void *app, void *thread,
                   struct error *error)
{
    const struct program *program = app;
    const struct post_call *own = program->own;
    (void)request;
    (void)error;
    monitor_gauges(own->inbox, own->llm_queue, thread);
    response->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_print(&response->body);
    return 0;
}

/* --- Starting and stopping --- */

static void stop(struct program *program)
{
    struct post_call *own = program->own;
    if (!own)
        return;
    keeper_stop(own->keeper);
    asking_stop(own->asking);
    inbox_worker_stop(own->worker);
    llm_queue_close(own->llm_queue);
    inbox_close(own->inbox);
    processor_free(own->processor);
    free(own);
    program->own = NULL;
}

static int open_all(struct post_call *own, const struct instance *instance, struct error *error)
{
    own->processor = processor_new(instance, error);
    if (own->processor)
        own->inbox = instance_inbox(instance, error);
    if (own->inbox)
        own->llm_queue = instance_llm_queue(instance, error);
    if (own->llm_queue)
        own->worker = inbox_worker_start(own->inbox, processor_event, processor_begin, processor_end,
                                         own->processor, error);
    if (!own->worker || asking_start(instance, own->llm_queue, &own->asking, error) != 0)
        return -1;
    own->keeper = keeper_start(instance, error);
    return own->keeper ? 0 : -1;
}

static int start(struct program *program, struct error *error)
{
    struct post_call *own = calloc(1, sizeof *own);
    if (!own)
        return error_no_memory(error);
    program->own = own;
    if (open_all(own, &program->instance, error) == 0)
        return 0;
    stop(program);
    return -1;
}

static const struct route routes[] = {
    {"POST", "/webhook/post-call", "post-call", post_call},
    {"GET", "/health", "health", health},
    {"GET", "/health/post-call", "health", health},
    {"GET", "/metrics", "metrics", metrics},
};

int main(int argc, char **argv)
{
    static const struct webhook webhook = {
        .name = "post-call",
        .purpose = "takes what ElevenLabs sends after a call and makes memories of it.",
        .secret = ELEVENLABS_POST_CALL_SECRET,
        .auth = ELEVENLABS_POST_CALL_AUTH,
        .payload_log = CALLMEM_PAYLOAD_LOG_POST_CALL,
        .routes = routes,
        .route_count = sizeof routes / sizeof *routes,
        .start = start,
        .stop = stop,
    };
    return program_main(&webhook, argc, argv);
}
