#include "memory/openmemory/link.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "service/metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MOST   ((size_t)64 << 20)
#define CONNECT_MOST  2000 /* ms */
#define FAILURES      3    /* in a row, after which the circuit breaker opens */
#define FIRST_REST_MS 250
#define LAST_REST_MS  1000
#define PAUSE_SECS    60 /* at most, whatever a server asks for */
#define TRIES         3
#define LOCK_POLL_MS  3
#define RETRY_MS      40 /* half to one and a half times this before a retry */
#define NO_REASON     "no reason"
#define LEAST_MS      5 /* with less time left no request is made */
#define ADDRESSES     4096
#define REASON_BYTES  200 /* bytes of an answer that an error shows at most */

/* The state record of a caller; the callers' hash is the place. */
struct address {
    char *caller;
    char id[OM_ID_SIZE];
};

struct om_server {
    struct om_server *next;
    char *url;
    unsigned handles;
    enum om_kind kind;
    bool lacks_list;
    unsigned failures;               /* in a row */
    int64_t rest_until, pause_until; /* clock_ms(): it did not answer; it asked for patience */
    struct address *addresses;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct om_server *servers;

/* --- What the process knows of a server --- */

static struct om_server *server_new(const char *url)
{
    struct om_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    server->url = strdup(url);
    server->addresses = calloc(ADDRESSES, sizeof *server->addresses);
    if (server->url && server->addresses) {
        server->next = servers;
        servers = server;
        return server;
    }
    free(server->url);
    free(server->addresses);
    free(server);
    return NULL;
}

static struct om_server *server_use(const char *url)
{
    pthread_mutex_lock(&lock);
    struct om_server *server = servers;
    while (server && strcmp(server->url, url) != 0)
        server = server->next;
    if (!server)
        server = server_new(url);
    if (server)
        server->handles++;
    pthread_mutex_unlock(&lock);
    return server;
}

static void server_leave(struct om_server *server)
{
    pthread_mutex_lock(&lock);
    if (--server->handles == 0) {
        struct om_server **at = &servers;
        while (*at != server)
            at = &(*at)->next;
        *at = server->next;
        for (size_t i = 0; i < ADDRESSES; i++)
            free(server->addresses[i].caller);
        free(server->addresses);
        free(server->url);
        free(server);
    }
    pthread_mutex_unlock(&lock);
}

enum om_kind om_known_kind(struct om_link *link)
{
    pthread_mutex_lock(&lock);
    enum om_kind kind = link->server->kind;
    pthread_mutex_unlock(&lock);
    return kind;
}

void om_set_kind(struct om_link *link, enum om_kind kind)
{
    static const char *const messages[] = {"the OpenMemory server changed its behaviour",
                                           "the OpenMemory server separates callers by user_id",
                                           "the OpenMemory server separates callers by project"};
    pthread_mutex_lock(&lock);
    bool news = link->server->kind != kind;
    link->server->kind = kind;
    link->server->lacks_list = link->server->lacks_list && !news;
    pthread_mutex_unlock(&lock);
    if (news)
        log_say(kind == OM_UNKNOWN ? LOG_WARN : LOG_INFO, messages[kind]);
}

bool om_lacks_list(struct om_link *link)
{
    pthread_mutex_lock(&lock);
    bool lacks = link->server->lacks_list;
    pthread_mutex_unlock(&lock);
    return lacks;
}

void om_note_no_list(struct om_link *link)
{
    pthread_mutex_lock(&lock);
    link->server->lacks_list = true;
    pthread_mutex_unlock(&lock);
}

static struct address *place_of(struct om_server *server, const char *caller)
{
    size_t hash = 5381;
    for (const char *p = caller; *p; p++)
        hash = hash * 33 + (unsigned char)*p;
    return &server->addresses[hash % ADDRESSES];
}

bool om_address(struct om_link *link, const char *caller, char id[OM_ID_SIZE])
{
    pthread_mutex_lock(&lock);
    const struct address *address = place_of(link->server, caller);
    bool found = address->caller && strcmp(address->caller, caller) == 0;
    if (found)
        memcpy(id, address->id, OM_ID_SIZE);
    pthread_mutex_unlock(&lock);
    return found;
}

void om_set_address(struct om_link *link, const char *caller, const char *id)
{
    pthread_mutex_lock(&lock);
    struct address *address = place_of(link->server, caller);
    bool same = address->caller && strcmp(address->caller, caller) == 0;
    if (!same && id) {
        free(address->caller);
        address->caller = strdup(caller);
    }
    if (id && address->caller) {
        strncpy(address->id, id, OM_ID_SIZE - 1);
    } else if (same) {
        free(address->caller);
        address->caller = NULL;
    }
    pthread_mutex_unlock(&lock);
}

static void sleep_ms(int64_t ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Whether the server may be asked. While the breaker is open, one request now and then tries it. */
static int may_ask(struct om_link *link, struct error *error)
{
    struct om_server *server = link->server;
    int64_t now = clock_ms(), wait, rest;
    pthread_mutex_lock(&lock);
    wait = server->pause_until - now;
    rest = server->failures >= FAILURES && !link->probing ? server->rest_until - now : 0;
    if (wait <= 0 && rest <= 0 && server->failures >= FAILURES) {
        server->rest_until = now + FIRST_REST_MS; /* this one tries, the others wait for the outcome */
        metrics_breaker(BREAKER_HALF_OPEN);
    }
    pthread_mutex_unlock(&lock);
    if (rest > 0)
        return error_set(
            error, ERROR_MEMORY_UNAVAILABLE,
            "OpenMemory circuit breaker open: the server did not answer; next attempt in %lld ms",
            (long long)rest);
    if (wait <= 0)
        return 0;
    if (wait + LEAST_MS > link->deadline - now)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                         "the OpenMemory server limits the rate of requests; next attempt in %lld ms",
                         (long long)wait);
    sleep_ms(wait);
    return 0;
}

static void note_answered(struct om_link *link)
{
    pthread_mutex_lock(&lock);
    bool back = link->server->failures >= FAILURES;
    link->server->failures = 0;
    metrics_breaker(BREAKER_CLOSED);
    pthread_mutex_unlock(&lock);
    if (back)
        log_say(LOG_INFO, "the OpenMemory server answers again");
}

static void note_failed(struct om_link *link, const struct error *why)
{
    struct om_server *server = link->server;
    pthread_mutex_lock(&lock);
    unsigned failures = ++server->failures;
    if (failures >= FAILURES) {
        unsigned doublings = failures - FAILURES;
        int64_t rest = doublings > 6 ? LAST_REST_MS : FIRST_REST_MS << doublings;
        server->rest_until = clock_ms() + (rest > LAST_REST_MS ? LAST_REST_MS : rest);
        metrics_breaker(BREAKER_OPEN);
    }
    pthread_mutex_unlock(&lock);
    if (failures == FAILURES)
        log_failure(LOG_WARN, "OpenMemory circuit breaker open", why);
}

/* --- A handle's link --- */

/* Without the file all is well as long as nobody else stores at the same time. */
static int open_write_lock(const char *folder)
{
    struct buf path = BUF_INIT;
    int fd = -1;
    if (!folder)
        return -1;
    buf_printf(&path, "%s/openmemory.lock", folder);
    if (buf_text(&path))
        fd = open(buf_text(&path), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    buf_free(&path);
    if (fd < 0)
        log_say(LOG_WARN, "openmemory.lock in the state folder cannot be opened");
    return fd;
}

int om_link_open(struct om_link *link, const struct memory_options *options)
{
    *link = (struct om_link){.answer = HTTP_ANSWER_INIT, .write_lock = -1};
    link->write_lock = open_write_lock(options->state_dir);
    link->has_key = options->key && *options->key;
    if (link->has_key)
        buf_printf(&link->key, "x-api-key: %s", options->key);
    link->server = server_use(options->url);
    link->http = http_new(&(struct http_options){.url = options->url,
                                                 .ca_file = options->ca_file,
                                                 .connect_timeout_ms = CONNECT_MOST,
                                                 .limit = ANSWER_MOST,
                                                 .code = ERROR_MEMORY_UNAVAILABLE,
                                                 .what = "the OpenMemory server"});
    if (link->server && link->http && buf_text(&link->key))
        return 0;
    om_link_close(link);
    return -1;
}

void om_link_close(struct om_link *link)
{
    http_free(link->http);
    http_answer_free(&link->answer);
    buf_free(&link->key);
    if (link->write_lock >= 0)
        close(link->write_lock);
    if (link->server)
        server_leave(link->server);
    *link = (struct om_link){0};
}

void om_link_start(struct om_link *link, int timeout_ms, bool each)
{
    link->deadline = clock_ms() + timeout_ms;
    link->each_ms = each ? timeout_ms : 0;
    link->probing = false;
}

int om_write_lock(struct om_link *link, struct error *error)
{
    if (link->each_ms)
        link->deadline = clock_ms() + link->each_ms;
    while (link->write_lock >= 0 && flock(link->write_lock, LOCK_EX | LOCK_NB) != 0) {
        if ((errno != EWOULDBLOCK && errno != EINTR) || clock_ms() >= link->deadline)
            return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                             "timed out waiting for the OpenMemory write lock");
        sleep_ms(LOCK_POLL_MS);
    }
    return 0;
}

void om_write_unlock(struct om_link *link)
{
    if (link->write_lock >= 0)
        flock(link->write_lock, LOCK_UN);
}

bool om_is_busy(const char *text)
{
    return strstr(text, "transaction active") || strstr(text, "reading 'release'");
}

bool om_retry_pause(struct om_link *link)
{
    if (link->deadline - clock_ms() < 2 * RETRY_MS)
        return false;
    sleep_ms(RETRY_MS / 2 + (int64_t)arc4random_uniform(RETRY_MS));
    return true;
}

static void log_asked(const struct om_link *link, const char *what, int result)
{
    const struct http_answer *answer = &link->answer;
    struct log_line line;
    log_begin(&line, LOG_DEBUG, "asked the OpenMemory server");
    log_text(&line, "request", what);
    log_int(&line, "status", answer->status);
    log_ms(&line, "duration_ms", answer->microseconds);
    log_int(&line, "bytes", (int64_t)answer->body.len);
    log_text(&line, "connection", answer->connected ? "new" : "kept");
    log_text(&line, "result", result == 0 ? "answered" : "failed");
    log_end(&line);
}

/* Sends the request; once more where the connection broke on the way and there is time. */
static int send_request(struct om_link *link, const char *what, const struct http_request *given,
                        struct error *error)
{
    struct http_request request = *given;
    int result = 0;
    for (int tries = 0; tries < 2; tries++) {
        int64_t left = link->deadline - clock_ms();
        if (left < LEAST_MS)
            return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the OpenMemory server did not answer in time");
        request.timeout_ms = (int)left;
        result = http_ask(link->http, &request, &link->answer, error);
        log_asked(link, what, result);
        if (result == 0 || link->answer.failure != HTTP_BROKEN)
            break;
    }
    if (result != 0)
        note_failed(link, error);
    return result;
}

/* The reason in an error answer, as far as it is fit to be shown. */
static const char *reason_in(const cJSON *json)
{
    static const char *const names[] = {"error", "err", "message"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *text = json_text(json, names[i]);
        if (text && strlen(text) <= REASON_BYTES)
            return text;
    }
    return NO_REASON;
}

/* "Retry-After" in seconds, or retry_after in the body. */
static int note_rate_limit(struct om_link *link, const cJSON *json, struct error *error)
{
    double seconds =
        link->answer.retry_after >= 0 ? link->answer.retry_after : json_number(json, "retry_after", 1);
    int64_t wait = seconds > PAUSE_SECS ? PAUSE_SECS * 1000 : seconds > 0 ? (int64_t)(seconds * 1000) : 0;
    pthread_mutex_lock(&lock);
    link->server->pause_until = clock_ms() + wait;
    pthread_mutex_unlock(&lock);
    struct log_line line;
    log_begin(&line, LOG_WARN, "the OpenMemory server limits the rate of requests");
    log_int(&line, "wait_ms", wait);
    log_end(&line);
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "the OpenMemory server limits the rate of requests; next attempt in %lld ms",
                     (long long)wait);
}

/* Whether it is storing something else. Of a change a server says no more than that it failed. */
static bool says_busy(const char *what, int status, const cJSON *json)
{
    return status == 500 && (om_is_busy(reason_in(json)) ||
                             (strcmp(what, OM_CHANGE) == 0 && strcmp(reason_in(json), "internal") == 0));
}

/*
 * LongMemory, as which OpenMemory goes on, has other routes, and wraps whatever it answers: {"data": …,
 * "meta":
 * {"duration_ms": …}}, or {"error": {"code", "message"}, "meta": …} (docs/api.md there). No OpenMemory server
 * has a "meta".
 */
static bool is_longmemory(const cJSON *json)
{
    const cJSON *failure = json_object(json, "error");
    return cJSON_IsNumber(json_get(json_object(json, "meta"), "duration_ms")) &&
           (json_get(json, "data") || (json_text(failure, "code") && json_text(failure, "message")));
}

static int longmemory_error(struct om_link *link, struct error *error)
{
    om_set_kind(link, OM_UNKNOWN);
    return error_set(error, ERROR_MEMORY_UNAVAILABLE,
                     "OPENMEMORY_URL is a LongMemory server, which has other routes than OpenMemory; use "
                     "OpenMemory 1.3 or PostgreSQL, see docs/openmemory.md");
}

/* The answer to a request that was answered. */
static int take_answer(struct om_link *link, const char *what, struct om_reply *reply, struct error *error)
{
    struct http_answer *answer = &link->answer;
    struct error why = {0};
    cJSON *json = json_parse(answer->body.data ? answer->body.data : "", answer->body.len, &why);
    int status = answer->status, result = 0;
    reply->status = status;
    reply->mismatch = status == 403 && strcmp(reason_in(json), "tenant_mismatch") == 0;
    reply->explained = strcmp(reason_in(json), NO_REASON) != 0;
    reply->duplicate = status == 500 && strcmp(what, "add") == 0 &&
                       strstr(reason_in(json), "invalid input syntax for type uuid");
    reply->busy = says_busy(what, status, json);
    bool foreign = is_longmemory(json);
    if (status / 100 == 2 && json && !foreign) {
        reply->json = json;
        note_answered(link);
        return 0;
    }
    if (foreign)
        result = longmemory_error(link, error);
    else if (status / 100 == 2)
        result = error_set(error, ERROR_MEMORY_UNAVAILABLE,
                           "the OpenMemory server answered %s with invalid JSON: %s", what, why.message);
    else if (status >= 500 && !reply->duplicate)
        result = error_set(error, ERROR_MEMORY_UNAVAILABLE, "the OpenMemory server answered %s with %d: %s",
                           what, status, reason_in(json));
    else if (status == 429)
        result = note_rate_limit(link, json, error);
    else if (status == 401 || (status == 403 && strcmp(reason_in(json), "invalid_api_key") == 0))
        result =
            error_set(error, ERROR_MEMORY_UNAVAILABLE,
                      "the OpenMemory server refused the key (%d: %s); is OPENMEMORY_API_KEY its OM_API_KEY?",
                      status, reason_in(json));
    else if (!reply->duplicate && status != 400 && status != 403 && status != 404 && status != 413)
        result = error_set(error, ERROR_MEMORY_UNAVAILABLE,
                           "the OpenMemory server answered %s with %d, which OpenMemory servers do not", what,
                           status);
    if (result != 0 && !foreign && !reply->busy && (status / 100 == 2 || status >= 500))
        note_failed(link, error);
    else
        note_answered(link);
    cJSON_Delete(json);
    return result;
}

int om_ask(struct om_link *link, const char *what, const char *method, const char *path, const cJSON *body,
           struct om_reply *reply, struct error *error)
{
    const char *headers[] = {"Accept: application/json, text/event-stream", "Content-Type: application/json",
                             buf_text(&link->key)};
    struct buf text = BUF_INIT;
    struct error why = {0};
    *reply = (struct om_reply){0};
    if (body)
        json_add(&text, body);
    if (!buf_text(&text))
        return error_no_memory(error);
    struct http_request request = {.method = method,
                                   .path = path,
                                   .headers = headers,
                                   .header_count = link->has_key ? 3 : 2,
                                   .body = body ? buf_text(&text) : NULL,
                                   .body_len = text.len};
    int result = -1;
    if (link->each_ms)
        link->deadline = clock_ms() + link->each_ms;
    /* After 429 and while the server is busy it is asked again, if there is time. */
    for (int tries = 0; tries == 0 || (tries < TRIES && reply->status == 429) ||
                        (tries < OM_BUSY_TRIES && reply->busy && om_retry_pause(link));
         tries++) {
        result = may_ask(link, &why);
        if (result == 0)
            result = send_request(link, what, &request, &why);
        if (result != 0)
            break;
        result = take_answer(link, what, reply, &why);
    }
    buf_free(&text);
    if (result != 0 && error)
        *error = why;
    return result;
}
