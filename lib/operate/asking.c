#include "operate/asking.h"

#include "base/clock.h"
#include "base/http.h"
#include "base/log.h"
#include "language/lexicon.h"
#include "memory/open.h"
#include "people/reread.h"
#include "service/metrics.h"
#include "understand/llm.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ANSWER_MOST    ((size_t)1 << 20)
#define CONNECT_MS     10000
#define REFUSALS_MOST  5
#define GIVE_UP_SECS   CLOCK_DAY
#define FIRST_MS       1000   /* after the first failure, doubling */
#define REST_LATEST_MS 60000  /* of the thread */
#define CALL_LATEST_MS 900000 /* of a call */
#define DENIED_MS      60000
#define LIMIT_LATEST_S 3600 /* a longer Retry-After counts as this */
#define SEAT_MS        1000
#define BROKEN_MS      5000
#define LOG_SECS       60
#define ASKING_NICE    10
/* A process sees a little later what another one stored on an OpenMemory server: until a call is that old, it
 * may be there though it is not found. */
#define YOUNG_SECS 3

/* How asking about a call ended. */
enum outcome {
    OUTCOME_READ,    /* it is in memory */
    OUTCOME_GONE,    /* there is nothing to ask any more */
    OUTCOME_CALL,    /* the server, or the LLM, will not have this call */
    OUTCOME_SERVER,  /* the server does not work */
    OUTCOME_DENIED,  /* the settings are wrong */
    OUTCOME_MEMORY,  /* the memory does not work */
    OUTCOME_STOPPED, /* the program ends */
    OUTCOMES
};

struct asking {
    const struct instance *instance;
    struct llm_queue *queue;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t end; /* of CLOCK_MONOTONIC */
    atomic_bool ends;
    /* Of the thread alone. */
    struct http *http;
    struct buf key; /* the header; "" */
    struct memory_store *memory;
    struct lexicon *lexicon;     /* NULL until the first answer */
    unsigned options;            /* what the server is known to take */
    unsigned failures;           /* of the server, in a row */
    int64_t rest_until;          /* of clock_ms() */
    int64_t logged_at[OUTCOMES]; /* when something for which all calls wait was last logged */
};

bool asking_is_on(const struct instance *instance)
{
    return *setting_text(instance->settings, CALLMEM_LLM_URL) != '\0';
}

/* --- One request --- */

static bool is_ending(void *ctx)
{
    const struct asking *asking = ctx;
    return asking->ends;
}

static int send_request(struct asking *asking, const struct transcript *transcript, unsigned options,
                        struct http_answer *answer, struct error *error)
{
    const struct settings *settings = asking->instance->settings;
    const char *headers[] = {"Content-Type: application/json", buf_text(&asking->key)};
    struct buf body = BUF_INIT;
    llm_request(&body, setting_text(settings, CALLMEM_LLM_MODEL), options, transcript);
    int result = body.failed ? error_no_memory(error) : 0;
    if (result == 0)
        result = http_ask(asking->http,
                          &(struct http_request){
                              .path = llm_path(setting_text(settings, CALLMEM_LLM_URL)),
                              .headers = headers,
                              .header_count = asking->key.len > 0 ? 2 : 1,
                              .body = body.data,
                              .body_len = body.len,
                              .timeout_ms = (int)setting_int(settings, CALLMEM_LLM_TIMEOUT_MS),
                              .stops = is_ending,
                              .ctx = asking,
                          },
                          answer, error);
    else
        answer->failure = HTTP_REFUSED;
    if (answer->failure != HTTP_STOPPED)
        metrics_time(METRIC_LLM_SECONDS, 0, answer->microseconds);
    buf_free(&body);
    return result;
}

static enum outcome count(enum metrics_llm result, enum outcome outcome)
{
    metrics_count(METRIC_LLM_REQUESTS, result);
    return outcome;
}

/* What a failed request means. */
static enum outcome judge_failure(const struct http_answer *answer)
{
    switch (answer->failure) {
    case HTTP_STOPPED:
        return OUTCOME_STOPPED;
    case HTTP_TIMEOUT:
        return count(LLM_TIMEOUT, OUTCOME_SERVER);
    case HTTP_TOO_LARGE:
        return count(LLM_UNREADABLE, OUTCOME_CALL);
    default:
        return count(LLM_UNAVAILABLE, OUTCOME_SERVER);
    }
}

static enum outcome judge_status(int status, struct error *error)
{
    static const struct {
        int status;
        enum metrics_llm result;
        enum outcome outcome;
    } known[] = {
        {401, LLM_DENIED, OUTCOME_DENIED},      {403, LLM_DENIED, OUTCOME_DENIED},
        {404, LLM_DENIED, OUTCOME_DENIED},      {402, LLM_DENIED, OUTCOME_DENIED},
        {408, LLM_UNAVAILABLE, OUTCOME_SERVER}, {409, LLM_UNAVAILABLE, OUTCOME_SERVER},
        {425, LLM_UNAVAILABLE, OUTCOME_SERVER}, {429, LLM_LIMITED, OUTCOME_SERVER},
    };
    error_set(error, ERROR_INTERNAL, "the LLM server answered with status %d", status);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return count(known[i].result, known[i].outcome);
    if (status / 100 == 4)
        return count(LLM_REFUSED, OUTCOME_CALL);
    return count(LLM_UNAVAILABLE, OUTCOME_SERVER);
}

/* Asks, again where the server does not know a member of the request. */
static enum outcome ask(struct asking *asking, const struct transcript *transcript,
                        struct http_answer *answer, struct error *error)
{
    unsigned options = asking->options;
    for (;;) {
        if (send_request(asking, transcript, options, answer, error) != 0)
            return judge_failure(answer);
        if (answer->status == 200) {
            asking->options = options;
            return OUTCOME_READ;
        }
        bool unknown = (answer->status == 400 || answer->status == 422) && options;
        unsigned less = unknown ? llm_options_without(options, answer->body.data ? answer->body.data : "",
                                                      answer->body.len)
                                : 0;
        if (!less)
            return judge_status(answer->status, error);
        metrics_count(METRIC_LLM_REQUESTS, LLM_REFUSED);
        options = less;
    }
}

/* --- One call --- */

static int read_lexicon(struct asking *asking, struct error *error)
{
    if (!asking->lexicon)
        asking->lexicon = lexicon_load(setting_text(asking->instance->settings, CALLMEM_LEXICON_DIR), error);
    return asking->lexicon ? 0 : -1;
}

/* Takes the answer into memory. */
static enum outcome keep(const struct reread *reread, const struct reread_text *text,
                         const struct http_answer *answer, struct error *error)
{
    struct llm_answer said;
    int result = llm_read(answer->body.data ? answer->body.data : "", answer->body.len, &said, error);
    if (result == 0) {
        metrics_count(METRIC_LLM_REQUESTS, LLM_ANSWERED);
        result = reread_with(reread, text, item_names, (const char *const *)said.values, ITEMS, error);
    } else if (error->code != ERROR_INTERNAL) {
        llm_answer_free(&said);
        return count(error->code == ERROR_INVALID_REQUEST ? LLM_REFUSED : LLM_UNREADABLE, OUTCOME_CALL);
    }
    llm_answer_free(&said);
    if (result == 0)
        return OUTCOME_READ;
    return error->code == ERROR_NOT_FOUND ? OUTCOME_GONE : OUTCOME_MEMORY;
}

static enum outcome ask_about(struct asking *asking, const struct llm_call *waiting,
                              struct http_answer *answer, struct error *error)
{
    struct reread_text text;
    if (read_lexicon(asking, error) != 0)
        return OUTCOME_MEMORY;
    const struct reread reread = {
        .store = asking->memory, .lexicon = asking->lexicon, .settings = asking->instance->settings};
    enum outcome outcome = OUTCOME_MEMORY;
    if (reread_open(&reread, waiting->caller, waiting->conversation, &text, error) != 0)
        outcome = error->code == ERROR_NOT_FOUND ? OUTCOME_GONE : OUTCOME_MEMORY;
    else if (text.event.transcript.asked && !text.event.transcript.own_llm)
        outcome = OUTCOME_GONE; /* the items came after all */
    else
        outcome = ask(asking, &text.event.transcript, answer, error);
    if (outcome == OUTCOME_READ)
        outcome = keep(&reread, &text, answer, error);
    reread_close(&text);
    return outcome;
}

/* --- What comes after --- */

static void log_call(enum log_level level, const char *message, const struct llm_call *call,
                     const struct error *error)
{
    struct log_line line;
    log_begin(&line, level, message);
    log_text(&line, "conversation_id", call->conversation);
    log_caller(&line, call->caller);
    if (error)
        log_error(&line, error);
    log_end(&line);
}

static int64_t pause_after(unsigned failures, int64_t latest)
{
    int64_t pause = failures >= 20 ? latest : (int64_t)FIRST_MS << failures;
    if (pause > latest)
        pause = latest;
    return pause + (int64_t)arc4random_uniform((uint32_t)pause / 2 + 1);
}

/* All calls wait for something; it is logged once a minute. */
static void rest(struct asking *asking, enum outcome why, int64_t ms, const struct error *error)
{
    static const struct {
        enum log_level level;
        const char *message;
    } messages[OUTCOMES] = {
        [OUTCOME_SERVER] = {LOG_WARN, "the LLM server does not work; calls wait for it"},
        [OUTCOME_DENIED] = {LOG_ERROR, "the LLM server refuses every request: CALLMEM_LLM_URL, "
                                       "CALLMEM_LLM_KEY or CALLMEM_LLM_MODEL is wrong"},
        [OUTCOME_MEMORY] = {LOG_ERROR, "memory or queue do not work; the LLM is not asked"},
    };
    int64_t now = clock_ms();
    asking->rest_until = now + ms;
    if (asking->logged_at[why] && now - asking->logged_at[why] < LOG_SECS * 1000)
        return;
    asking->logged_at[why] = now;
    log_failure(messages[why].level, messages[why].message, error);
}

static void finish(struct asking *asking, struct llm_call *call)
{
    struct error error = {0};
    if (llm_queue_finish(asking->queue, call, &error) != 0)
        log_failure(LOG_ERROR, "a call that the LLM has read still waits", &error);
}

static void give_up(struct asking *asking, struct llm_call *call, const struct error *error)
{
    metrics_count(METRIC_LLM_GIVEN_UP, 0);
    log_call(LOG_ERROR, "the LLM did not read a call; given up", call, error);
    finish(asking, call);
}

/* The server did not do its part: this call and all others wait. */
static void wait_for_server(struct asking *asking, struct llm_call *call, const struct http_answer *answer,
                            const struct error *error)
{
    int64_t pause = pause_after(asking->failures++, REST_LATEST_MS);
    int64_t own = pause_after(call->failures, CALL_LATEST_MS);
    if (answer->retry_after >= 0) {
        int64_t wanted =
            (answer->retry_after < LIMIT_LATEST_S ? answer->retry_after : LIMIT_LATEST_S) * (int64_t)1000;
        pause = wanted > pause ? wanted : pause;
        own = wanted > own ? wanted : own;
    }
    rest(asking, OUTCOME_SERVER, pause, error);
    llm_queue_postpone(asking->queue, call, LLM_FAILED, own);
}

static void mark_working(struct asking *asking)
{
    if (asking->failures > 0)
        llm_queue_hurry(asking->queue);
    asking->failures = 0;
    memset(asking->logged_at, 0, sizeof asking->logged_at);
}

static void settle(struct asking *asking, struct llm_call *call, enum outcome outcome,
                   const struct http_answer *answer, const struct error *error)
{
    bool late = clock_now() - call->since >= GIVE_UP_SECS;
    if (outcome == OUTCOME_READ || outcome == OUTCOME_CALL)
        mark_working(asking);
    switch (outcome) {
    case OUTCOME_READ:
        log_call(LOG_INFO, "the LLM has read a call", call, NULL);
        finish(asking, call);
        return;
    case OUTCOME_GONE:
        if (clock_now() - call->since < YOUNG_SECS)
            llm_queue_postpone(asking->queue, call, LLM_FAILED_NOT, YOUNG_SECS * 1000);
        else
            finish(asking, call);
        return;
    case OUTCOME_STOPPED:
        llm_queue_postpone(asking->queue, call, LLM_FAILED_NOT, 0);
        return;
    default:
        break;
    }
    if (late || (outcome == OUTCOME_CALL && call->refusals + 1 >= REFUSALS_MOST)) {
        give_up(asking, call, error);
        return;
    }
    if (outcome == OUTCOME_CALL) {
        log_call(LOG_WARN, "the LLM did not read a call; asked again later", call, error);
        llm_queue_postpone(asking->queue, call, LLM_FAILED_CALL, pause_after(call->failures, CALL_LATEST_MS));
    } else if (outcome == OUTCOME_SERVER) {
        wait_for_server(asking, call, answer, error);
    } else if (outcome == OUTCOME_DENIED) {
        rest(asking, OUTCOME_DENIED, DENIED_MS, error);
        llm_queue_postpone(asking->queue, call, LLM_FAILED_NOT, DENIED_MS);
    } else {
        rest(asking, OUTCOME_MEMORY, BROKEN_MS, error);
        llm_queue_postpone(asking->queue, call, LLM_FAILED_NOT, BROKEN_MS);
    }
}

/* --- The thread --- */

/* Waits for so long, or until the end. */
static void wait_ms(struct asking *asking, int64_t ms)
{
    struct timespec until = clock_after(ms);
    pthread_mutex_lock(&asking->lock);
    while (!asking->ends && pthread_cond_timedwait(&asking->end, &asking->lock, &until) == 0)
        ;
    pthread_mutex_unlock(&asking->lock);
}

/* One call, or a wait. */
static void step(struct asking *asking)
{
    struct llm_call call;
    struct error error = {0};
    struct http_answer answer = HTTP_ANSWER_INIT;
    int64_t pause = asking->rest_until - clock_ms();
    int taken = 0;
    if (pause <= 0)
        taken = llm_queue_take(asking->queue, &call, &pause, &error);
    if (taken == 1) {
        enum outcome outcome = ask_about(asking, &call, &answer, &error);
        settle(asking, &call, outcome, &answer, &error);
    } else if (taken == 0) {
        wait_ms(asking, pause);
    } else {
        rest(asking, OUTCOME_MEMORY, BROKEN_MS, &error);
    }
    http_answer_free(&answer);
}

static void *run(void *ctx)
{
    struct asking *asking = ctx;
    int seat = -1;
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), ASKING_NICE);
    while (!asking->ends) {
        if (seat < 0)
            seat = llm_queue_sit(asking->queue);
        if (seat < 0)
            wait_ms(asking, SEAT_MS);
        else
            step(asking);
    }
    if (seat >= 0)
        close(seat);
    return NULL;
}

static void free_asking(struct asking *asking)
{
    http_free(asking->http);
    if (asking->key.data)
        explicit_bzero(asking->key.data, asking->key.cap);
    buf_free(&asking->key);
    memory_close(asking->memory);
    lexicon_free(asking->lexicon);
    pthread_cond_destroy(&asking->end);
    pthread_mutex_destroy(&asking->lock);
    free(asking);
}

static bool open_all(struct asking *asking)
{
    const struct settings *settings = asking->instance->settings;
    const char *key = setting_text(settings, CALLMEM_LLM_KEY);
    if (*key && buf_reserve(&asking->key, strlen(key) + 64))
        buf_printf(&asking->key, "Authorization: Bearer %s", key);
    asking->http = http_new(&(struct http_options){
        .url = setting_text(settings, CALLMEM_LLM_URL),
        .connect_timeout_ms = CONNECT_MS,
        .limit = ANSWER_MOST,
        .what = "the LLM server",
        .environment_proxy = true,
    });
    asking->memory = memory_open(&asking->instance->memory);
    return asking->http && asking->memory && !asking->key.failed;
}

/* Signals go to the program's other threads. */
static int start_thread(struct asking *asking)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&asking->thread, NULL, run, asking);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc;
}

int asking_start(const struct instance *instance, struct llm_queue *queue, struct asking **asking,
                 struct error *error)
{
    pthread_condattr_t attributes;
    *asking = NULL;
    if (!asking_is_on(instance))
        return 0;
    struct asking *fresh = calloc(1, sizeof *fresh);
    if (!fresh)
        return error_no_memory(error);
    *fresh = (struct asking){
        .instance = instance, .queue = queue, .lock = PTHREAD_MUTEX_INITIALIZER, .options = LLM_USUAL};
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&fresh->end, &attributes);
    pthread_condattr_destroy(&attributes);
    if (open_all(fresh) && start_thread(fresh) == 0) {
        *asking = fresh;
        return 0;
    }
    free_asking(fresh);
    return error_set(error, ERROR_INTERNAL, "the LLM cannot be asked: out of memory or threads");
}

void asking_stop(struct asking *asking)
{
    if (!asking)
        return;
    pthread_mutex_lock(&asking->lock);
    asking->ends = true;
    pthread_cond_broadcast(&asking->end);
    pthread_mutex_unlock(&asking->lock);
    pthread_join(asking->thread, NULL);
    free_asking(asking);
}
