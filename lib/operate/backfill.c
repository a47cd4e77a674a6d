/*
 * backfill: what ElevenLabs has and this instance has not comes into the inbox as if it had been sent: after
 * an outage, or when an agent had calls before callmem. It asks for one thing at a time over one connection
 * and waits when it is told to (429). What was fetched is safe and not fetched again, so that it can be
 * interrupted and repeated at any time.
 *
 * Sources: ElevenLabs' SDKs of 2026, GET /v1/convai/conversations and /v1/convai/conversations/{id}; the
 * latter answers what a post_call_transcription event has as its data.
 */
#include "base/clock.h"
#include "base/http.h"
#include "base/json.h"
#include "inbox/receive.h"
#include "operate/commands.h"
#include "operate/progress.h"
#include "operate/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EVENT_TYPE  "post_call_transcription"
#define PAGE_SIZE   100 /* the most that the API gives */
#define ID_BYTES    256
#define ANSWER_MOST ((size_t)64 << 20)
#define TIMEOUT_MS  60000

#define TRIES         4            /* of a request that the server could not answer */
#define FIRST_WAIT_MS 250          /* before the second; doubles */
#define BUSY_TRIES    20           /* of a request that is one too many for now */
#define BUSY_MOST_S   300          /* that we wait for a turn */
#define FAILED_MOST   3            /* conversations in a row that the server could not give: it is not well */
#define LAST_TIME     253370764800 /* the year 9999 */

/* A conversation that ElevenLabs has and we don't. */
struct missing {
    char id[ID_BYTES + 1];
    int64_t ended; /* Unix seconds */
};

struct backfill {
    struct inbox *inbox;
    struct http *http;
    struct http_answer answer;
    struct buf key; /* the header with it */
    const char *agent;
    int64_t since;
    struct missing *missing;
    size_t missing_count, missing_room;
    size_t listed, known, unfinished, fetched, unreadable;
};

/* --- Asking --- */

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        ;
}

/* How long to wait before the same is asked again; -1: what came is what there is. */
static int64_t wait_before(const struct http_answer *answer, int tries)
{
    int64_t doubled = (int64_t)FIRST_WAIT_MS << (tries - 1 < 8 ? tries - 1 : 8);
    if (answer->status == 429 && answer->failure == HTTP_ANSWERED) {
        if (tries >= BUSY_TRIES || answer->retry_after > BUSY_MOST_S)
            return -1;
        return answer->retry_after >= 0 ? (int64_t)answer->retry_after * 1000 : doubled;
    }
    bool passes = answer->status >= 500 || answer->status == 408 || answer->failure == HTTP_UNREACHABLE ||
                  answer->failure == HTTP_BROKEN || answer->failure == HTTP_TIMEOUT;
    return passes && tries < TRIES ? doubled : -1;
}

static int check_status(const struct http_answer *answer, struct error *error)
{
    switch (answer->status) {
    case 200:
        return 0;
    case 401:
    case 403:
        return error_set(error, ERROR_SETTINGS, "ElevenLabs does not accept ELEVENLABS_API_KEY (HTTP %d)",
                         answer->status);
    case 429:
        return error_set(error, ERROR_TOO_MANY_REQUESTS, "ElevenLabs wants fewer requests (HTTP 429)");
    case 404:
        return error_set(error, ERROR_NOT_FOUND, "ElevenLabs does not have it (HTTP 404)");
    default:
        return error_set(error, answer->status >= 500 ? ERROR_INTERNAL : ERROR_INVALID_REQUEST,
                         "ElevenLabs answered HTTP %d", answer->status);
    }
}

/* GETs a path; the answer is in b->answer. */
static int ask(struct backfill *b, const char *path, struct error *error)
{
    const char *headers[] = {buf_text(&b->key)};
    const struct http_request request = {
        .path = path, .headers = headers, .header_count = 1, .timeout_ms = TIMEOUT_MS};
    if (!path)
        return error_no_memory(error);
    for (int tries = 1;; tries++) {
        int result = http_ask(b->http, &request, &b->answer, error);
        int64_t wait = wait_before(&b->answer, tries);
        if (wait < 0)
            return result == 0 ? check_status(&b->answer, error) : -1;
        if (wait >= 1000)
            progress_note("ElevenLabs wants us to wait %lld s", (long long)(wait / 1000));
        wait_ms(wait);
    }
}

/* --- What is missing --- */

static int add_missing(struct backfill *b, const char *id, int64_t ended, struct error *error)
{
    if (b->missing_count == b->missing_room) {
        size_t room = b->missing_room ? 2 * b->missing_room : PAGE_SIZE;
        struct missing *more = realloc(b->missing, room * sizeof *more);
        if (!more)
            return error_no_memory(error);
        b->missing = more;
        b->missing_room = room;
    }
    struct missing *missing = &b->missing[b->missing_count++];
    memcpy(missing->id, id, strlen(id) + 1);
    missing->ended = ended;
    return 0;
}

/* A number that may be anything, within bounds. */
static int64_t bounded(const cJSON *entry, const char *name, int64_t fallback)
{
    int64_t number = json_int(entry, name, fallback);
    return number < 0 ? 0 : number > LAST_TIME ? LAST_TIME : number;
}

static int look_at(struct backfill *b, const cJSON *entry, struct error *error)
{
    const char *id = json_text(entry, "conversation_id"), *status = json_text(entry, "status");
    int64_t started = bounded(entry, "start_time_unix_secs", clock_now());
    bool known = false;
    if (started < b->since)
        return 0;
    b->listed++;
    if (!id || !*id || strlen(id) > ID_BYTES) {
        b->unreadable++;
        return 0;
    }
    if (!status || strcmp(status, "done") != 0) {
        b->unfinished++;
        return 0;
    }
    if (inbox_has(b->inbox, EVENT_TYPE, id, &known, error) != 0)
        return -1;
    b->known += known;
    if (known)
        return 0;
    return add_missing(b, id, started + bounded(entry, "call_duration_secs", 0), error);
}

/* Looks at the conversations of one page and takes where the next one begins, "" after the last. */
static int read_page(struct backfill *b, struct buf *cursor, struct error *error)
{
    cJSON *page = json_parse(b->answer.body.data ? b->answer.body.data : "", b->answer.body.len, error);
    const cJSON *list = json_array(page, "conversations"), *entry;
    const char *next = json_bool(page, "has_more", false) ? json_text(page, "next_cursor") : NULL;
    int result = 0;
    if (!list)
        result =
            error_set(error, ERROR_INTERNAL,
                      "what ElevenLabs answered is no page of conversations: is ELEVENLABS_API_URL right?");
    cJSON_ArrayForEach(entry, list)
    {
        if (result == 0)
            result = look_at(b, entry, error);
    }
    /* Asked for the same page again we would go round for ever. */
    if (result == 0 && next && cursor->len && strcmp(next, buf_text(cursor)) == 0)
        result = error_set(error, ERROR_INTERNAL, "ElevenLabs' pages of conversations do not end");
    buf_reset(cursor);
    buf_puts(cursor, next ? next : "");
    cJSON_Delete(page);
    return result;
}

static void add_path(const struct backfill *b, const struct buf *cursor, struct buf *path)
{
    buf_reset(path);
    buf_printf(path, "/v1/convai/conversations?page_size=%d", PAGE_SIZE);
    if (*b->agent) {
        buf_puts(path, "&agent_id=");
        http_add_escaped(path, b->agent);
    }
    /* "after" may or may not mean this very second; look_at() decides. */
    if (b->since > 0)
        buf_printf(path, "&call_start_after_unix=%lld", (long long)(b->since - 1));
    if (cursor->len) {
        buf_puts(path, "&cursor=");
        http_add_escaped(path, cursor->data);
    }
}

static int compare_missing(const void *a, const void *b)
{
    const struct missing *left = a, *right = b;
    return (left->ended > right->ended) - (left->ended < right->ended);
}

/* The API lists the newest first; they are fetched in the order in which they would have come. */
static int find_missing(struct backfill *b, struct error *error)
{
    struct buf path = BUF_INIT, cursor = BUF_INIT;
    int result;
    do {
        progress_note("%zu conversations listed", b->listed);
        add_path(b, &cursor, &path);
        result = ask(b, buf_text(&path), error);
        if (result == 0)
            result = read_page(b, &cursor, error);
        if (result == 0 && cursor.failed)
            result = error_no_memory(error);
    } while (result == 0 && cursor.len);
    progress_clear();
    if (b->missing_count)
        qsort(b->missing, b->missing_count, sizeof *b->missing, compare_missing);
    buf_free(&path);
    buf_free(&cursor);
    return result;
}

/* --- Fetching --- */

/* The conversation that was asked for, whole and done. */
static int check_conversation(const struct backfill *b, const struct missing *missing, struct error *error)
{
    const struct buf *body = &b->answer.body;
    cJSON *data = json_parse(body->data ? body->data : "", body->len, error);
    if (!data)
        return -1;
    const char *id = json_text(data, "conversation_id"), *status = json_text(data, "status");
    int result = 0;
    if (!id || strcmp(id, missing->id) != 0 || !json_array(data, "transcript"))
        result = error_set(error, ERROR_INVALID_REQUEST, "what came is not this conversation");
    else if (status && strcmp(status, "done") != 0)
        result = error_set(error, ERROR_INVALID_REQUEST, "it is not done any more");
    cJSON_Delete(data);
    return result;
}

/* Puts it into the inbox as the event that it would have been. */
static int deliver(struct backfill *b, const struct missing *missing, struct error *error)
{
    struct receipt receipt = {0};
    char before[128];
    int len = snprintf(
        before, sizeof before,
        "{\"type\":\"" EVENT_TYPE "\",\"event_timestamp\":%lld,\"data\":", (long long)missing->ended);
    struct delivery *delivery = inbox_receive(b->inbox, error);
    if (!delivery)
        return -1;
    int result = delivery_write(delivery, before, (size_t)len, error);
    if (result == 0)
        result = delivery_write(delivery, b->answer.body.data, b->answer.body.len, error);
    if (result == 0)
        result = delivery_write(delivery, "}", 1, error);
    if (result == 0)
        result = delivery_accept(delivery, &receipt, error);
    delivery_close(delivery);
    if (result == 0 && receipt.accepted == ACCEPTED)
        b->fetched++;
    else if (result == 0)
        b->known++; /* it came by itself meanwhile */
    return result;
}

static int fetch(struct backfill *b, const struct missing *missing, struct error *error)
{
    struct buf path = BUF_INIT;
    buf_puts(&path, "/v1/convai/conversations/");
    http_add_escaped(&path, missing->id);
    int result = ask(b, buf_text(&path), error);
    if (result == 0)
        result = check_conversation(b, missing, error);
    if (result == 0)
        result = deliver(b, missing, error);
    buf_free(&path);
    return result;
}

/* Whether the next conversation may fare better than one that failed. */
static bool only_this_one(const struct backfill *b, const struct error *error, int failed_in_a_row)
{
    if (b->answer.failure == HTTP_UNREACHABLE || failed_in_a_row >= FAILED_MOST)
        return false;
    return error->code == ERROR_INVALID_JSON || error->code == ERROR_INVALID_REQUEST ||
           error->code == ERROR_NOT_FOUND || error->code == ERROR_INTERNAL;
}

static int fetch_missing(struct backfill *b, struct error *error)
{
    int failed = 0;
    for (size_t i = 0; i < b->missing_count; i++) {
        progress_show(i, b->missing_count, "conversations");
        if (fetch(b, &b->missing[i], error) == 0) {
            failed = 0;
            continue;
        }
        failed = error->code == ERROR_INTERNAL ? failed + 1 : 0;
        progress_clear();
        if (!only_this_one(b, error, failed))
            return -1;
        fprintf(stderr, "%s: %s\n", b->missing[i].id, error->message);
        b->unreadable++;
    }
    progress_clear();
    return 0;
}

/* --- The command --- */

static int read_options(struct backfill *b, const struct args *args)
{
    const char *since = args_option(args, "since"), *agent = args_option(args, "agent");
    if (agent)
        b->agent = agent;
    if (since && !clock_parse(since, &b->since))
        return args_refuse(args,
                           "--since takes a date such as 2026-03-02, 2026-03-02T10:04Z or Unix seconds");
    return EXIT_SUCCESS;
}

/* What would be forgotten at once is not fetched. */
static void mind_retention(struct backfill *b, const struct settings *settings)
{
    int64_t days = setting_int(settings, CALLMEM_RETENTION_DAYS);
    int64_t oldest = clock_now() - days * CLOCK_DAY;
    if (days && b->since < oldest)
        b->since = oldest;
}

static int open_backfill(struct backfill *b, const struct instance *instance, struct error *error)
{
    const char *key = setting_text(instance->settings, ELEVENLABS_API_KEY);
    if (!*key)
        return error_set(error, ERROR_SETTINGS,
                         "ELEVENLABS_API_KEY is empty: put a key of your workspace into the settings");
    mind_retention(b, instance->settings);
    buf_reserve(&b->key, sizeof "xi-api-key: " + strlen(key));
    buf_printf(&b->key, "xi-api-key: %s", key);
    b->http = http_new(&(struct http_options){
        .url = setting_text(instance->settings, ELEVENLABS_API_URL),
        .limit = ANSWER_MOST,
        .what = "the ElevenLabs API",
        .environment_proxy = true,
    });
    if (b->key.failed || !b->http)
        return error_no_memory(error);
    b->inbox = instance_inbox(instance, error);
    return b->inbox ? inbox_check(b->inbox, error) : -1;
}

static void close_backfill(struct backfill *b)
{
    if (b->key.data)
        explicit_bzero(b->key.data, b->key.cap);
    buf_free(&b->key);
    http_answer_free(&b->answer);
    http_free(b->http);
    inbox_close(b->inbox);
    free(b->missing);
}

static int report(const struct args *args, const struct backfill *b)
{
    const struct report_count counts[] = {
        {"listed", "conversations at ElevenLabs", (int64_t)b->listed},
        {"not_done", "not done", (int64_t)b->unfinished},
        {"known", "known already", (int64_t)b->known},
        {"fetched", "fetched", (int64_t)b->fetched},
        {"not_readable", "not readable", (int64_t)b->unreadable},
    };
    int status = report_counts(args, counts, sizeof counts / sizeof *counts);
    if (b->fetched && !args->json)
        puts("What was fetched waits in the inbox. A running post-call makes memories of it; so does callmem "
             "drain.");
    return status;
}

int backfill_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct backfill b = {.agent = "", .answer = HTTP_ANSWER_INIT};
    int status = read_options(&b, args);
    if (status != EXIT_SUCCESS)
        return status;
    int result = open_backfill(&b, instance, &error);
    if (result == 0) {
        result = find_missing(&b, &error);
        if (result == 0)
            result = fetch_missing(&b, &error);
        status = report(args, &b);
    }
    if (result != 0)
        status = report_failure(&error);
    else if (b.unreadable)
        status = EXIT_FAILURE;
    close_backfill(&b);
    return status;
}
