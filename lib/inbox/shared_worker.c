#include "inbox/inbox.h"
#include "inbox/shared_link.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "service/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define POLL_MS     500 /* how soon an event of another front end is noticed */
#define UPLOAD_MS   500 /* how often the folder of this machine is looked at */
#define WORK_MS     5000
#define WAIT_MS     600000 /* of a drain, for an event that another worker has */
#define MAX_CRASHES 5
#define OUTAGE      8 /* failures in a row that mean that the memory is unavailable */

enum shift_outcome { SHIFT_NONE, SHIFT_PROCESSED, SHIFT_FAILED, SHIFT_POSTPONED, SHIFT_ERROR };

/* A worker and its event. */
struct shift {
    struct inbox *inbox;
    inbox_handler *handler;
    void *ctx;
    char name[SPOOL_NAME_DIGITS + 1];
    int64_t crashes, failures;        /* of the event, before */
    char owed[SPOOL_NAME_DIGITS + 1]; /* an event whose try returned without the database knowing; "": none */
    unsigned failures_in_a_row;
    int64_t logged_at, uploaded_at;
};

static void log_event(enum log_level level, const char *message, const char *name, const struct error *error)
{
    struct log_line line;
    log_begin(&line, level, message);
    log_text(&line, "event", name);
    if (error && error->code != ERROR_NONE)
        log_error(&line, error);
    log_end(&line);
}

/*
 * Counts the try, and takes the event out of the others' sight for a second, in which it is held: should this
 * program die, it is due again then. From the second such death on the pause grows, 1 s, 4 s, 16 s, so that
 * the others go first. The count must survive the program, not the server: it need not be synced.
 */
#define CLAIM                                                                                                \
    "UPDATE inbox SET tries = tries + 1, next_at = now() + interval '1 second' * power(4, greatest(tries - " \
    "1, "                                                                                                    \
    "0)) WHERE reason IS NULL AND key = "
#define CLAIMED                                                                                              \
    " RETURNING key, (tries - 1)::bigint, failures::bigint, set_config('synchronous_commit', 'off', true)"

/* The oldest that is due, or the one of that name, for which it waits. 1, 0 when there is none, -1. */
static int claim(struct shift *shift, struct shared_link *link, const char *name, struct error *error)
{
    static const char next[] =
        CLAIM "(SELECT key FROM inbox WHERE reason IS NULL AND next_at <= now() ORDER BY id LIMIT 1 "
              "FOR UPDATE SKIP LOCKED)" CLAIMED;
    static const char one[] = CLAIM "$1" CLAIMED;
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(name, key);
    PGresult *result = NULL;
    if (shared_query(link, name ? one : next, &value, name ? 1 : 0, "looking for events", &result, error) !=
        0)
        return -1;
    int found = link->link.pq->PQntuples(result) > 0;
    if (found) {
        shared_name(link, result, 0, 0, shift->name);
        shift->crashes = shared_int(link, result, 0, 1);
        shift->failures = shared_int(link, result, 0, 2);
    }
    link->link.pq->PQclear(result);
    return found;
}

/* What ends the transaction that holds the event. A row that comes back after a crash of the server is
 * processed once more: nothing of it is promised to anybody. */
static int conclude(struct shift *shift, struct shared_link *link, const char *change, struct error *error)
{
    char sql[512];
    snprintf(sql, sizeof sql, "%s WHERE key = decode('%s', 'hex'); COMMIT", change, shift->name);
    link->link.deadline = clock_ms() + WORK_MS;
    return shared_execute(link, sql, "concluding an event", NULL, error);
}

static int fail_event(struct shift *shift, struct shared_link *link, const char *code, const char *message,
                      struct error *error)
{
    char at[CLOCK_STAMP_SIZE];
    unsigned char key[SHARED_KEY];
    struct buf b = BUF_INIT;
    clock_stamp(clock_now(), at);
    buf_puts(&b, "{\"code\":");
    buf_json(&b, code, strlen(code));
    buf_puts(&b, ",\"message\":");
    buf_json(&b, message, strlen(message));
    buf_printf(&b, ",\"at\":\"%s\",\"attempts\":%" PRId64 "}", at, shift->failures + shift->crashes + 1);
    const struct pg_value values[] = {shared_text(buf_text(&b)), shared_key(shift->name, key)};
    link->link.deadline = clock_ms() + WORK_MS;
    int result = b.failed ? error_no_memory(error) : 0;
    if (result == 0 && shared_change(link, "UPDATE inbox SET reason = $1, tries = 0 WHERE key = $2", values,
                                     2, "concluding an event", error) < 0)
        result = -1;
    if (result == 0)
        result = shared_execute(link, "COMMIT", "concluding an event", NULL, error);
    buf_free(&b);
    if (result != 0)
        return -1;
    struct log_line line;
    log_begin(&line, LOG_ERROR, "event failed permanently");
    log_text(&line, "event", shift->name);
    log_text(&line, "error", code);
    log_text(&line, "reason", message);
    log_end(&line);
    return 0;
}

/* Holds the event and reads its body. 1, 0 when another one has it or it has gone, -1. */
static int hold(const struct shift *shift, struct shared_link *link, PGresult **body, struct error *error)
{
    /* A machine that disappears in the middle is noticed by the server within half a minute. */
    static const char begin[] =
        "BEGIN; SET LOCAL synchronous_commit = off; SET LOCAL tcp_keepalives_idle = 15; "
        "SET LOCAL tcp_keepalives_interval = 5; SET LOCAL tcp_keepalives_count = 3; "
        "SET LOCAL idle_in_transaction_session_timeout = '10min'";
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(shift->name, key);
    if (shared_execute(link, begin, "holding an event", NULL, error) != 0 ||
        shared_query(link, "SELECT body FROM inbox WHERE key = $1 AND reason IS NULL FOR UPDATE SKIP LOCKED",
                     &value, 1, "holding an event", body, error) != 0)
        return -1;
    return link->link.pq->PQntuples(*body) > 0;
}

static int handle(const struct shift *shift, const struct libpq *pq, const PGresult *body,
                  struct error *error)
{
    size_t len = (size_t)pq->PQgetlength(body, 0, 0);
    /* libpq puts a NUL behind each value. */
    return shift->handler(shift->ctx, pq->PQgetvalue(body, 0, 0), len, error);
}

static enum shift_outcome conclude_try(struct shift *shift, struct shared_link *link, int result,
                                       const struct error *why, struct error *error)
{
    if (result == 0)
        return conclude(shift, link, "DELETE FROM inbox", error) == 0 ? SHIFT_PROCESSED : SHIFT_ERROR;
    if (!error_is_transient(why->code))
        return fail_event(shift, link, error_name(why->code), why->message, error) == 0 ? SHIFT_FAILED
                                                                                        : SHIFT_ERROR;
    log_event(shift->failures_in_a_row == 0 ? LOG_WARN : LOG_DEBUG, "event processing postponed", shift->name,
              why);
    /* 0.25 s, doubling to 60 s, and up to half of that at random. */
    static const char postpone[] =
        "UPDATE inbox SET tries = 0, failures = failures + 1, next_at = clock_timestamp() + "
        "interval '1 millisecond' * (least(60000, 250 * power(2, least(failures, 8))) * (1 + random() / 2))";
    return conclude(shift, link, postpone, error) == 0 ? SHIFT_POSTPONED : SHIFT_ERROR;
}

static enum shift_outcome process_held(struct shift *shift, struct shared_link *link, const PGresult *body,
                                       struct error *error)
{
    struct error why = {0};
    if (shift->crashes >= MAX_CRASHES) {
        char message[100];
        snprintf(message, sizeof message, "the program ended %" PRId64 " times while it processed this event",
                 shift->crashes);
        return fail_event(shift, link, "crashed", message, error) == 0 ? SHIFT_FAILED : SHIFT_ERROR;
    }
    if (shift->crashes > 0) {
        struct log_line line;
        log_begin(&line, LOG_WARN, "the program ended while it processed this event; trying again");
        log_text(&line, "event", shift->name);
        log_int(&line, "times", shift->crashes);
        log_end(&line);
    }
    int64_t started = clock_us();
    int result = handle(shift, link->link.pq, body, &why);
    enum shift_outcome outcome = conclude_try(shift, link, result, &why, error);
    metrics_time(METRIC_EVENT_SECONDS, 0, clock_us() - started);
    metrics_count(METRIC_EVENTS_WORKED, outcome == SHIFT_PROCESSED ? TRY_WORKED
                                        : outcome == SHIFT_FAILED  ? TRY_FAILED
                                                                   : TRY_POSTPONED);
    /* The program did not end: when the count could not be taken back now, it is as soon as that can be. */
    if (outcome == SHIFT_ERROR)
        memcpy(shift->owed, shift->name, sizeof shift->owed);
    if (outcome == SHIFT_PROCESSED)
        log_event(LOG_DEBUG, "event processed", shift->name, NULL);
    return outcome;
}

static int pay_back(struct shift *shift, struct shared_link *link, struct error *error)
{
    unsigned char key[SHARED_KEY];
    const struct pg_value value = shared_key(shift->owed, key);
    if (*shift->owed && shared_change(link, "UPDATE inbox SET tries = greatest(tries - 1, 0) WHERE key = $1",
                                      &value, 1, "looking for events", error) < 0)
        return -1;
    *shift->owed = '\0';
    return 0;
}

/* Processes the next event, or the one of that name. */
static enum shift_outcome process_next(struct shift *shift, const char *name, struct error *error)
{
    PGresult *body = NULL;
    enum shift_outcome outcome = SHIFT_ERROR;
    struct shared *shared = shift->inbox->database;
    struct shared_link *link = shared_take(shared, name ? WAIT_MS : WORK_MS, true, error);
    if (!link)
        return SHIFT_ERROR;
    int found = pay_back(shift, link, error);
    if (found == 0)
        found = claim(shift, link, name, error);
    if (found == 0)
        outcome = SHIFT_NONE;
    if (found > 0) {
        found = hold(shift, link, &body, error);
        if (found > 0)
            outcome = process_held(shift, link, body, error);
        else if (found == 0 && shared_execute(link, "ROLLBACK", "letting go of an event", NULL, error) == 0)
            outcome = SHIFT_NONE;
        if (body)
            link->link.pq->PQclear(body);
    }
    /* Its transaction must not stay. */
    if (outcome == SHIFT_ERROR)
        pg_link_close(&link->link);
    shared_give(shared, link);
    return outcome;
}

/* --- A worker --- */

static void log_unavailable(struct shift *shift, const struct error *error)
{
    int64_t now = clock_ms();
    if (shift->logged_at && now - shift->logged_at < 60000)
        return;
    shift->logged_at = now;
    log_failure(LOG_ERROR, "inbox unavailable; events wait", error);
}

/* The pauses were for an unavailable memory; when it is back, all events are tried at once. */
static void note_success(struct shift *shift)
{
    if (shift->failures_in_a_row >= OUTAGE) {
        struct shared_link *link = shared_take(shift->inbox->database, WORK_MS, true, NULL);
        log_say(LOG_INFO, "memory is back; events are processed again");
        if (link)
            shared_change(link, "UPDATE inbox SET next_at = now() WHERE reason IS NULL AND tries = 0", NULL,
                          0, "looking for events", NULL);
        shared_give(shift->inbox->database, link);
    }
    shift->failures_in_a_row = 0;
}

void shared_work(struct inbox *inbox, inbox_handler *handler, void *ctx, const atomic_bool *stops)
{
    struct shift shift = {.inbox = inbox, .handler = handler, .ctx = ctx};
    while (!*stops) {
        struct error error = {0};
        uint64_t arrivals = inbox_arrivals(inbox);
        enum shift_outcome outcome = process_next(&shift, NULL, &error);
        if (outcome == SHIFT_PROCESSED)
            note_success(&shift);
        else if (outcome == SHIFT_POSTPONED)
            shift.failures_in_a_row++;
        bool reached = outcome != SHIFT_ERROR;
        if (reached && clock_ms() - shift.uploaded_at >= UPLOAD_MS) {
            shift.uploaded_at = clock_ms();
            reached = shared_upload(inbox, &error) == 0;
        }
        if (!reached)
            log_unavailable(&shift, &error);
        if (!reached || outcome == SHIFT_NONE)
            inbox_wait(inbox, reached ? arrivals : inbox_arrivals(inbox), POLL_MS, stops);
    }
}

/* --- One pass --- */

static int list_waiting(struct inbox *inbox, char (**names)[SPOOL_NAME_DIGITS + 1], size_t *count,
                        struct error *error)
{
    PGresult *rows = NULL;
    struct shared_link *link = shared_take(inbox->database, WORK_MS, true, error);
    int result = link ? shared_query(link, "SELECT key FROM inbox WHERE reason IS NULL ORDER BY id", NULL, 0,
                                     "reading the inbox", &rows, error)
                      : -1;
    if (result == 0) {
        *count = (size_t)link->link.pq->PQntuples(rows);
        *names = calloc(*count + 1, sizeof **names);
        if (!*names)
            result = error_no_memory(error);
        for (size_t i = 0; i < *count && result == 0; i++)
            shared_name(link, rows, (int)i, 0, (*names)[i]);
        link->link.pq->PQclear(rows);
    }
    shared_give(inbox->database, link);
    return result;
}

int shared_drain(struct inbox *inbox, inbox_handler *handler, void *ctx, size_t *processed, size_t *failed,
                 struct error *error)
{
    struct shift shift = {.inbox = inbox, .handler = handler, .ctx = ctx};
    char(*names)[SPOOL_NAME_DIGITS + 1] = NULL;
    size_t count = 0;
    *processed = *failed = 0;
    if (shared_upload(inbox, error) != 0 || list_waiting(inbox, &names, &count, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++) {
        enum shift_outcome outcome = process_next(&shift, names[i], error);
        *processed += outcome == SHIFT_PROCESSED;
        *failed += outcome == SHIFT_FAILED;
        result = outcome == SHIFT_ERROR ? -1 : 0;
    }
    free(names);
    return result;
}
