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
#include "base/json.h"
#include "inbox/receive.h"
#include "operate/commands.h"
#include "operate/elevenlabs.h"
#include "operate/progress.h"
#include "operate/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_TYPE "post_call_transcription"
#define ID_BYTES   256
#define LAST_TIME  253370764800 /* the year 9999 */

/* A conversation that ElevenLabs has and we don't. */
struct missing {
    char id[ID_BYTES + 1];
    int64_t ended; /* Unix seconds */
};

struct backfill {
    struct inbox *inbox;
    struct elevenlabs at;
    const char *agent;
    int64_t since;
    struct missing *missing;
    size_t missing_count, missing_room;
    size_t listed, known, unfinished, fetched, unreadable;
};

/* --- What is missing --- */

static int add_missing(struct backfill *b, const char *id, int64_t ended, struct error *error)
{
    if (b->missing_count == b->missing_room) {
        size_t room = b->missing_room ? 2 * b->missing_room : 64;
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

/* An elevenlabs_each. */
static int look_at(void *ctx, const cJSON *entry, struct error *error)
{
    struct backfill *b = ctx;
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

static void add_filter(const struct backfill *b, struct buf *filter)
{
    if (*b->agent) {
        buf_puts(filter, "&agent_id=");
        http_add_escaped(filter, b->agent);
    }
    /* "after" may or may not mean this very second; look_at() decides. */
    if (b->since > 0)
        buf_printf(filter, "&call_start_after_unix=%lld", (long long)(b->since - 1));
}

static int compare_missing(const void *a, const void *b)
{
    const struct missing *left = a, *right = b;
    return (left->ended > right->ended) - (left->ended < right->ended);
}

/* The API lists the newest first; they are fetched in the order in which they would have come. */
static int find_missing(struct backfill *b, struct error *error)
{
    struct buf filter = BUF_INIT;
    add_filter(b, &filter);
    int result = elevenlabs_list(&b->at, &filter, look_at, b, error);
    if (b->missing_count)
        qsort(b->missing, b->missing_count, sizeof *b->missing, compare_missing);
    buf_free(&filter);
    return result;
}

/* --- Fetching --- */

/* The conversation that was asked for, whole and done. */
static int check_conversation(const struct backfill *b, const struct missing *missing, struct error *error)
{
    const struct buf *body = &b->at.answer.body;
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
        result = delivery_write(delivery, b->at.answer.body.data, b->at.answer.body.len, error);
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
    int result = elevenlabs_conversation(&b->at, NULL, missing->id, error);
    if (result == 0)
        result = check_conversation(b, missing, error);
    if (result == 0)
        result = deliver(b, missing, error);
    return result;
}

static int fetch_missing(struct backfill *b, struct error *error)
{
    for (size_t i = 0; i < b->missing_count; i++) {
        progress_show(i, b->missing_count, "conversations");
        if (fetch(b, &b->missing[i], error) == 0) {
            b->at.failed_in_a_row = 0;
            continue;
        }
        progress_clear();
        if (!elevenlabs_goes_on(&b->at, error))
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
    mind_retention(b, instance->settings);
    if (elevenlabs_open(&b->at, instance->settings, error) != 0)
        return -1;
    b->inbox = instance_inbox(instance, error);
    return b->inbox ? inbox_check(b->inbox, error) : -1;
}

static void close_backfill(struct backfill *b)
{
    elevenlabs_close(&b->at);
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
    struct backfill b = {.agent = "", .at = ELEVENLABS_INIT};
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
