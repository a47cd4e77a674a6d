/*
 * post-call: after a call. The event is made safe on disk and acknowledged; a thread of this program makes
 * memories of it.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cgi/backfill_command.h"
#include "cgi/migrate_command.h"
#include "cgi/program.h"
#include "inbox/inbox.h"
#include "inbox/receive.h"
#include "inbox/recordings.h"
#include "inbox/worker.h"
#include "people/event.h"
#include "people/remember.h"
#include "people/retention.h"
#include "service/metrics.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define KEEPER_SECS  3600              /* between two looks for what is too old */
#define PAYLOAD_MOST (4 * 1024 * 1024) /* of a body in the payload log; audio is larger and left out */

/* What this program has beside the others. */
struct post_call {
    struct inbox *inbox;
    struct inbox_worker *worker;
    struct lexicon *lexicon; /* NULL until the first event, see know_words() */
    /* Forgets by age; runs only where CALLMEM_RETENTION_DAYS says so. */
    pthread_t keeper;
    bool keeping, ending;
    pthread_mutex_t lock;
    pthread_cond_t end;
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

/* Whether an event says that nothing of its call may be kept; one that cannot be read is taken for such a
 * one. */
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

static void note_payload(struct request *request, const struct door *door, struct delivery *delivery)
{
    size_t len;
    if (!door->payloads || request_received(request) > PAYLOAD_MOST)
        return;
    char *text = delivery_text(delivery, PAYLOAD_MOST, &len);
    if (text && !is_sealed(text, len))
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
    return good ? 0 : error_set(error, ERROR_INTERNAL, "out of memory");
}

static int post_call(struct request *request, struct response *response, void *app, void *thread,
                     struct error *error)
{
    const struct door *door = app;
    const struct post_call *own = door->own;
    struct receipt receipt;
    uint64_t limit = (uint64_t)setting_int(door->settings, CALLMEM_MAX_BODY_MB) * 1024 * 1024;
    (void)thread;
    struct arrival arrival = {.inbox = own->inbox};
    int result = request_stream(request, &door->credentials, limit, keep, &arrival, error);
    if (result == 0 && !arrival.delivery)
        result = error_set(error, ERROR_INVALID_JSON, "the body is empty, an event is expected");
    if (result == 0) {
        note_payload(request, door, arrival.delivery);
        result = delivery_accept(arrival.delivery, &receipt, error);
    }
    delivery_close(arrival.delivery);
    if (result != 0)
        return -1;
    request_note_conversation(request, receipt.conversation);
    return answer(response, &receipt, error);
}

/* Whether the inbox works, and what is in it. */
static bool look_into(struct inbox *inbox, struct inbox_status *status)
{
    struct error error = {0};
    *status = (struct inbox_status){0};
    if (inbox_check(inbox, &error) == 0 && inbox_status(inbox, false, status, &error) == 0)
        return true;
    log_failure(LOG_ERROR, "the inbox does not work", &error);
    return false;
}

static cJSON *inbox_state(struct inbox *inbox, bool *ok)
{
    struct inbox_status status;
    *ok = look_into(inbox, &status);
    cJSON *state = cJSON_CreateObject();
    cJSON_AddNumberToObject(state, "pending", (double)status.pending);
    cJSON_AddNumberToObject(state, "failed", (double)status.failed);
    return state;
}

static int health(struct request *request, struct response *response, void *app, void *thread,
                  struct error *error)
{
    struct door *door = app;
    const struct post_call *own = door->own;
    bool ok;
    cJSON *inbox = inbox_state(own->inbox, &ok);
    return door_health(door, request, thread, inbox, ok, response, error);
}

/* What is not counted as it happens, but looked at when it is asked for. */
static void look_around(struct inbox *inbox, struct memory_store *memory)
{
    struct inbox_status status;
    struct error error = {0};
    bool memory_ok = memory && memory_check(memory, &error) == 0;
    if (!memory_ok)
        log_failure(LOG_ERROR, "the memory does not work", &error);
    metrics_set(METRIC_MEMORY_OK, 0, memory_ok);
    metrics_set(METRIC_INBOX_OK, 0, look_into(inbox, &status));
    metrics_set(METRIC_INBOX_EVENTS, INBOX_WAITING, status.pending);
    metrics_set(METRIC_INBOX_EVENTS, INBOX_FAILED, status.failed);
    int64_t waited = status.oldest ? clock_now() - status.oldest : 0;
    metrics_set(METRIC_INBOX_OLDEST, 0, waited > 0 ? waited : 0);
}

static int metrics(struct request *request, struct response *response, void *app, void *thread,
                   struct error *error)
{
    const struct door *door = app;
    const struct post_call *own = door->own;
    (void)request;
    (void)error;
    look_around(own->inbox, thread);
    response->type = "text/plain; version=0.0.4; charset=utf-8";
    metrics_print(&response->body);
    return 0;
}

/* --- Working off --- */

/* What a worker has of its own. */
struct work {
    const struct door *door;
    struct memory_store *memory;
};

static void *work_open(void *app)
{
    struct work *work = calloc(1, sizeof *work);
    if (!work)
        return NULL;
    work->door = app;
    work->memory = memory_open(&work->door->memory);
    if (!work->memory) {
        free(work);
        return NULL;
    }
    /* Before there is any work: the other programs wait for it. What fails here is tried again with the first
     * event. */
    struct error error;
    if (memory_upgrade(work->memory, &error) != 0)
        log_failure(LOG_ERROR, "the memory is not up to date", &error);
    return work;
}

static void work_close(void *app, void *ctx)
{
    struct work *work = ctx;
    (void)app;
    if (work)
        memory_close(work->memory);
    free(work);
}

static void tell_worked(const struct event *event, const struct error *error, int64_t started_us)
{
    struct log_line line;
    log_begin(&line, error ? LOG_WARN : LOG_INFO,
              error ? "event could not be worked off" : "event worked off");
    log_text(&line, "type", event->type_name);
    log_text(&line, "conversation_id", event->conversation);
    log_caller(&line, event->caller);
    if (error)
        log_error(&line, error);
    log_ms(&line, "duration_ms", clock_us() - started_us);
    log_end(&line);
}

/* Reads the lexicon unless that is done. It takes as long as all the rest of a start and a third of the
 * memory at rest, so only what can be wrong, an operator's own lines, is read before serving. After that the
 * worker alone calls this.
 */
static int know_words(struct post_call *own, const struct door *door, struct error *error)
{
    if (!own->lexicon)
        own->lexicon = lexicon_load(setting_text(door->settings, CALLMEM_LEXICON_DIR), error);
    return own->lexicon ? 0 : -1;
}

/* What of a call that may not be kept lies outside the memory: its recording, and lines of payload logs. */
static int seal_call(const struct door *door, const struct event *event, struct error *error)
{
    static const enum setting logs[] = {CALLMEM_PAYLOAD_LOG_CLIENT_DATA, CALLMEM_PAYLOAD_LOG_SEARCH_DATA,
                                        CALLMEM_PAYLOAD_LOG_POST_CALL};
    const char *directory = setting_text(door->settings, CALLMEM_AUDIO_DIR);
    const char *const conversations[] = {event->conversation};
    if (*directory && recording_forbid(directory, event->conversation, error) != 0)
        return -1;
    for (size_t i = 0; i < sizeof logs / sizeof *logs; i++) {
        const char *path = setting_text(door->settings, logs[i]);
        struct error why = {0};
        /* The event must not wait for an operator: it holds what may not be kept. */
        if (*path && payload_log_erase(path, "", conversations, 1, &why) < 0)
            log_failure(LOG_ERROR, "a payload log could not be cleaned", &why);
    }
    return 0;
}

static enum worked work_event(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct work *work = ctx;
    struct event event;
    int64_t started = clock_us();
    if (!work) {
        error_set(error, ERROR_INTERNAL, "out of memory");
        return WORK_AGAIN;
    }
    struct post_call *own = work->door->own;
    if (know_words(own, work->door, error) != 0)
        return WORK_AGAIN;
    if (event_parse(bytes, len, &event, error) != 0)
        return error_is_transient(error->code) ? WORK_AGAIN : WORK_NEVER;
    int result = remember_event(work->memory, own->lexicon, work->door->settings, &event, error);
    if (result == 0 && event.delete_pii)
        result = seal_call(work->door, &event, error);
    tell_worked(&event, result == 0 ? NULL : error, started);
    event_free(&event);
    if (result == 0)
        return WORKED;
    return error_is_transient(error->code) ? WORK_AGAIN : WORK_NEVER;
}

/* --- Forgetting by age --- */

static int forget_audio(void *ctx, const char *conversation, struct error *error)
{
    const char *directory = setting_text(((const struct door *)ctx)->settings, CALLMEM_AUDIO_DIR);
    return *directory && recording_remove(directory, conversation, error) < 0 ? -1 : 0;
}

static int forget_old(struct door *door, size_t *forgotten, struct error *error)
{
    struct memory_store *memory = memory_open(&door->memory);
    int result = memory ? retention_run(memory, door->settings, forgotten, forget_audio, door, error)
                        : error_set(error, ERROR_INTERNAL, "out of memory");
    memory_close(memory);
    return result;
}

static void keep_house(struct door *door)
{
    struct error error = {0};
    struct log_line line;
    size_t forgotten = 0;
    if (forget_old(door, &forgotten, &error) != 0)
        log_failure(LOG_ERROR, "what is too old could not be forgotten", &error);
    log_begin(&line, forgotten ? LOG_INFO : LOG_DEBUG, "forgot what is too old");
    log_int(&line, "conversations", (int64_t)forgotten);
    log_end(&line);
}

static void *keeper(void *app)
{
    struct door *door = app;
    struct post_call *own = door->own;
    pthread_mutex_lock(&own->lock);
    while (!own->ending) {
        struct timespec until;
        pthread_mutex_unlock(&own->lock);
        keep_house(door);
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += KEEPER_SECS;
        pthread_mutex_lock(&own->lock);
        while (!own->ending && pthread_cond_timedwait(&own->end, &own->lock, &until) == 0)
            ;
    }
    pthread_mutex_unlock(&own->lock);
    return NULL;
}

static int start_keeper(struct door *door, struct error *error)
{
    struct post_call *own = door->own;
    if (setting_int(door->settings, CALLMEM_RETENTION_DAYS) == 0)
        return 0;
    if (pthread_create(&own->keeper, NULL, keeper, door) != 0)
        return error_set(error, ERROR_INTERNAL, "no thread can be started");
    own->keeping = true;
    return 0;
}

static void stop_keeper(struct post_call *own)
{
    if (!own->keeping)
        return;
    pthread_mutex_lock(&own->lock);
    own->ending = true;
    pthread_cond_signal(&own->end);
    pthread_mutex_unlock(&own->lock);
    pthread_join(own->keeper, NULL);
}

/* --- Starting and stopping --- */

static void close_own(struct door *door)
{
    struct post_call *own = door->own;
    if (!own)
        return;
    stop_keeper(own);
    inbox_worker_stop(own->worker);
    inbox_close(own->inbox);
    lexicon_free(own->lexicon);
    free(own);
    door->own = NULL;
}

static int open_own(struct door *door, struct error *error)
{
    struct post_call *own = calloc(1, sizeof *own);
    if (!own)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    door->own = own;
    own->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    own->end = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    bool own_words = *setting_text(door->settings, CALLMEM_LEXICON_DIR) != '\0';
    own->inbox = !own_words || know_words(own, door, error) == 0 ? door_inbox(door, error) : NULL;
    if (own->inbox)
        return 0;
    close_own(door);
    return -1;
}

static int start(struct door *door, struct error *error)
{
    if (open_own(door, error) != 0)
        return -1;
    struct post_call *own = door->own;
    own->worker = inbox_worker_start(own->inbox, work_event, work_open, work_close, door, error);
    if (own->worker && start_keeper(door, error) == 0)
        return 0;
    close_own(door);
    return -1;
}

/* --- Command line --- */

static void show_failed(void *ctx, const char *key, const char *reason)
{
    (void)ctx;
    printf("  %s  %s\n", key, reason);
}

static int print_status(struct inbox *inbox, struct error *error)
{
    struct inbox_status status;
    char oldest[CLOCK_STAMP_SIZE] = "none";
    if (inbox_status(inbox, true, &status, error) != 0)
        return -1;
    if (status.oldest)
        clock_stamp(status.oldest, oldest);
    printf("waiting: %lld\nfailed: %lld\ndone: %lld\noldest: %s\n", (long long)status.pending,
           (long long)status.failed, (long long)status.done, oldest);
    return status.failed ? inbox_each_failed(inbox, show_failed, NULL, error) : 0;
}

/* Why what waits does so, when it is the memory. Nothing is made or changed to find that out. */
static void print_memory(const struct door *door)
{
    struct error error;
    struct memory_options options = door->memory;
    options.upgrades = false;
    if (!options.url && access(options.path, F_OK) != 0)
        return;
    struct memory_store *memory = memory_open(&options);
    if (memory && memory_check(memory, &error) != 0)
        printf("memory: %s\n", error.message);
    memory_close(memory);
}

static int status_command(struct door *door, char **arguments)
{
    struct error error = {0};
    (void)arguments;
    struct inbox *inbox = door_inbox(door, &error);
    int result = inbox ? print_status(inbox, &error) : -1;
    inbox_close(inbox);
    if (result == 0)
        print_memory(door);
    return result == 0 ? EXIT_SUCCESS : door_failed(&error);
}

static int drain_command(struct door *door, char **arguments)
{
    struct error error = {0};
    size_t worked = 0, left = 0, failed = 0;
    (void)arguments;
    if (open_own(door, &error) != 0)
        return door_failed(&error);
    door_metrics(door);
    const struct post_call *own = door->own;
    void *ctx = work_open(door);
    int result = inbox_drain(own->inbox, work_event, ctx, &worked, &left, &failed, &error);
    work_close(door, ctx);
    close_own(door);
    if (result != 0)
        return door_failed(&error);
    printf("worked off: %zu\nleft: %zu\nfailed: %zu\n", worked, left, failed);
    return left == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int retry_command(struct door *door, char **arguments)
{
    struct error error = {0};
    (void)arguments;
    struct inbox *inbox = door_inbox(door, &error);
    long count = inbox ? inbox_retry(inbox, &error) : -1;
    inbox_close(inbox);
    if (count < 0)
        return door_failed(&error);
    printf("back in the inbox: %ld\n", count);
    return EXIT_SUCCESS;
}

/* For who has no Prometheus that reaches the web server: node_exporter reads such a file. */
static int metrics_command(struct door *door, char **arguments)
{
    struct error error = {0};
    struct buf text = BUF_INIT;
    (void)arguments;
    struct inbox *inbox = door_inbox(door, &error);
    if (!inbox)
        return door_failed(&error);
    struct memory_store *memory = memory_open(&door->memory);
    door_metrics(door);
    look_around(inbox, memory);
    metrics_print(&text);
    memory_close(memory);
    inbox_close(inbox);
    bool good = buf_text(&text) && fputs(text.data, stdout) >= 0;
    buf_free(&text);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* For cron, and for who does not want to wait for the next hour. */
static int expire_command(struct door *door, char **arguments)
{
    struct error error = {0};
    size_t forgotten = 0;
    (void)arguments;
    if (forget_old(door, &forgotten, &error) != 0)
        return door_failed(&error);
    printf("forgot conversations: %zu\n", forgotten);
    return EXIT_SUCCESS;
}

static const struct route routes[] = {
    {"POST", "/webhook/post-call", "post-call", post_call},
    {"GET", "/health", "health", health},
    {"GET", "/health/post-call", "health", health},
    {"GET", "/metrics", "metrics", metrics},
};

static const struct door_command commands[] = {
    {"--status", "", "how many events wait, failed, were done; the oldest", 0, 0, status_command},
    {"--drain", "", "works the inbox off now; exit status 0 when it is empty", 0, 0, drain_command},
    {"--retry", "", "puts failed events back into the inbox", 0, 0, retry_command},
    {"--metrics", "", "prints what /metrics tells, in Prometheus' text format", 0, 0, metrics_command},
    {"--backfill", "[--since DATE] [--agent ID]", "fetches what ElevenLabs has and we don't", 0, 4,
     backfill_command},
    {"--expire", "", "forgets now what is older than CALLMEM_RETENTION_DAYS", 0, 0, expire_command},
    {"--migrate", "--from MODE --to MODE", "brings all memories from local to remote memory, or back", 4, 4,
     migrate_command},
    {NULL, NULL, NULL, 0, 0, NULL},
};

int main(int argc, char **argv)
{
    static const struct door_program program = {
        .name = "post-call",
        .purpose = "takes what ElevenLabs sends after a call and makes memories of it.",
        .secret = ELEVENLABS_POST_CALL_SECRET,
        .auth = ELEVENLABS_POST_CALL_AUTH,
        .payload_log = CALLMEM_PAYLOAD_LOG_POST_CALL,
        .commands = commands,
        .routes = routes,
        .route_count = sizeof routes / sizeof *routes,
        .start = start,
        .stop = close_own,
    };
    return door_main(&program, argc, argv);
}
