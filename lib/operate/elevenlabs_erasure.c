#include "operate/elevenlabs_erasure.h"

#include "base/json.h"
#include "base/log.h"
#include "inbox/receive.h"
#include "operate/progress.h"
#include "operate/report.h"
#include "people/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ID_BYTES 256

static struct far_call *find_call(const struct elevenlabs_erasure *erasure, const char *id)
{
    for (size_t i = 0; i < erasure->count; i++)
        if (strcmp(erasure->calls[i].id, id) == 0)
            return &erasure->calls[i];
    return NULL;
}

static int add_call(struct elevenlabs_erasure *erasure, const char *id, bool remembered, struct error *error)
{
    if (find_call(erasure, id))
        return 0;
    if (erasure->count == erasure->room) {
        size_t room = erasure->room ? 2 * erasure->room : 64;
        struct far_call *more = realloc(erasure->calls, room * sizeof *more);
        if (!more)
            return error_no_memory(error);
        erasure->calls = more;
        erasure->room = room;
    }
    char *copy = strdup(id);
    if (!copy)
        return error_no_memory(error);
    erasure->calls[erasure->count++] = (struct far_call){.id = copy, .remembered = remembered};
    return 0;
}

static void free_call(struct far_call *call)
{
    free(call->id);
    free(call->agent);
}

void elevenlabs_erasure_free(struct elevenlabs_erasure *erasure)
{
    for (size_t i = 0; i < erasure->count; i++)
        free_call(&erasure->calls[i]);
    free(erasure->calls);
    elevenlabs_close(&erasure->at);
    *erasure = (struct elevenlabs_erasure)ELEVENLABS_ERASURE_INIT;
}

/* --- Which may be the caller's --- */

static int add_remembered(struct elevenlabs_erasure *erasure, struct memory_store *memory,
                          struct error *error)
{
    struct memory_list calls;
    if (memory_conversations(memory, erasure->caller, &calls, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < calls.count && result == 0; i++)
        result = add_call(erasure, calls.items[i].conversation, true, error);
    memory_list_free(&calls);
    return result;
}

/* An elevenlabs_each. */
static int add_listed(void *ctx, const cJSON *entry, struct error *error)
{
    const char *id = json_text(entry, "conversation_id");
    return id && *id && strlen(id) <= ID_BYTES ? add_call(ctx, id, false, error) : 0;
}

/* `variable` NULL: those whose user_id is `value`; else those that began with the variable at that value, for
 * a number with or without its plus. */
static int list_by(struct elevenlabs_erasure *erasure, const char *variable, const char *value,
                   struct error *error)
{
    struct buf filter = BUF_INIT, text = BUF_INIT;
    if (!variable)
        buf_puts(&text, value);
    else if (*value == '+')
        buf_printf(&text, "%s:in:%s|%s", variable, value, value + 1);
    else
        buf_printf(&text, "%s:eq:%s", variable, value);
    buf_puts(&filter, variable ? "&dynamic_variable_params=" : "&user_id=");
    if (buf_text(&text))
        http_add_escaped(&filter, text.data);
    filter.failed = filter.failed || text.failed;
    int result = elevenlabs_list(&erasure->at, &filter, add_listed, erasure, error);
    buf_free(&filter);
    buf_free(&text);
    return result;
}

/* What the caller's key has before what ElevenLabs knows, see people/caller.h. */
static const char *plain_id(const char *caller)
{
    static const char *const namespaces[] = {"user:", "whatsapp:"};
    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (strncmp(caller, namespaces[i], strlen(namespaces[i])) == 0)
            return caller + strlen(namespaces[i]);
    return caller;
}

static int add_all_listed(struct elevenlabs_erasure *erasure, struct error *error)
{
    const char *id = plain_id(erasure->caller);
    bool is_number = *id == '+';
    if (list_by(erasure, NULL, id, error) != 0)
        return -1;
    if (!is_number)
        return list_by(erasure, "user_id", id, error);
    if (list_by(erasure, NULL, id + 1, error) != 0 || list_by(erasure, "system__caller_id", id, error) != 0)
        return -1;
    return list_by(erasure, "system__called_number", id, error);
}

/* --- Which are --- */

/* A conversation as the event that it would be. */
static int parse(const struct buf *body, struct event *event, struct error *error)
{
    struct buf whole = BUF_INIT;
    buf_puts(&whole, "{\"type\":\"post_call_transcription\",\"data\":");
    buf_add(&whole, body->data ? body->data : "", body->len);
    buf_puts(&whole, "}");
    int result = buf_text(&whole) ? event_parse(whole.data, whole.len, event, error) : error_no_memory(error);
    buf_free(&whole);
    return result;
}

/* Fills in what a list for an operator says; false when it is somebody else's. */
static bool read_call(const struct elevenlabs_erasure *erasure, struct far_call *call,
                      const struct event *event, struct error *error)
{
    const char *status = json_text_or_empty(json_object(event->json, "data"), "status");
    call->started = event->transcript.started_at;
    call->going = *status && strcmp(status, "done") != 0 && strcmp(status, "failed") != 0;
    call->agent = strdup(event->agent);
    if (!call->agent)
        error_no_memory(error);
    return call->remembered || strcmp(event->caller, erasure->caller) == 0;
}

/* 1 when it is the caller's, 0 when it is not or is not there any more, -1. */
static int look_at(struct elevenlabs_erasure *erasure, struct far_call *call, struct error *error)
{
    struct event event;
    if (elevenlabs_conversation(&erasure->at, NULL, call->id, error) != 0) {
        bool is_gone = error->code == ERROR_NOT_FOUND;
        error->code = is_gone ? ERROR_NONE : error->code;
        return is_gone ? 0 : -1;
    }
    if (parse(&erasure->at.answer.body, &event, error) == 0) {
        bool is_theirs = read_call(erasure, call, &event, error);
        event_free(&event);
        return !call->agent ? -1 : is_theirs;
    }
    if (error_is_transient(error->code))
        return -1;
    if (call->remembered)
        return (call->agent = strdup("")) ? 1 : error_no_memory(error);
    progress_clear();
    fprintf(stderr, "%s: %s\n", call->id, error->message);
    erasure->unreadable++;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct far_call *left = a, *right = b;
    return left->started != right->started
               ? (left->started > right->started) - (left->started < right->started)
               : strcmp(left->id, right->id);
}

/* Leaves those that are the caller's. */
static int look_at_all(struct elevenlabs_erasure *erasure, struct error *error)
{
    size_t kept = 0, at = 0;
    int theirs = 0;
    for (; at < erasure->count && theirs >= 0; at++) {
        progress_show(at, erasure->count, "conversations");
        theirs = look_at(erasure, &erasure->calls[at], error);
        if (theirs == 0)
            free_call(&erasure->calls[at]);
        else
            erasure->calls[kept++] = erasure->calls[at];
    }
    while (at < erasure->count)
        free_call(&erasure->calls[at++]);
    erasure->count = kept;
    progress_clear();
    if (kept)
        qsort(erasure->calls, kept, sizeof *erasure->calls, by_start);
    return theirs < 0 ? -1 : 0;
}

int elevenlabs_erasure_find(struct elevenlabs_erasure *erasure, const struct instance *instance,
                            struct memory_store *memory, const char *caller, struct error *error)
{
    snprintf(erasure->caller, sizeof erasure->caller, "%s", caller);
    if (elevenlabs_open(&erasure->at, instance->settings, error) != 0 ||
        add_remembered(erasure, memory, error) != 0 || add_all_listed(erasure, error) != 0)
        return -1;
    return look_at_all(erasure, error);
}

/* --- Deleting --- */

static int delete_call(struct elevenlabs_erasure *erasure, const struct instance *instance,
                       const struct far_call *call, struct inbox *inbox, struct error *error)
{
    struct error why;
    if (elevenlabs_conversation(&erasure->at, "DELETE", call->id, error) == 0)
        erasure->deleted++;
    else if (error->code == ERROR_NOT_FOUND)
        erasure->gone++;
    else
        return -1;
    erasure->at.failed_in_a_row = 0;
    /* A copy of its event may still be on its way. */
    if (inbox_seal(inbox, call->id, &why) != 0)
        log_failure(LOG_WARN, "an erased conversation would be accepted again", &why);
    /* Of one whose transcript never came, only this says whose recording it is. */
    return instance_forbid_recording(instance, call->id, error) < 0 ? -1 : 0;
}

int elevenlabs_erasure_run(struct elevenlabs_erasure *erasure, const struct instance *instance,
                           struct error *error)
{
    struct inbox *inbox = instance_inbox(instance, error);
    bool goes_on = inbox != NULL;
    for (size_t i = 0; i < erasure->count; i++) {
        const struct far_call *call = &erasure->calls[i];
        progress_show(i, erasure->count, "conversations");
        if (goes_on && !call->going && delete_call(erasure, instance, call, inbox, error) == 0)
            continue;
        erasure->failed++;
        progress_clear();
        if (call->going)
            fprintf(stderr, "%s is not over yet\n", call->id);
        else if (goes_on)
            fprintf(stderr, "%s: %s\n", call->id, error->message);
        goes_on = goes_on && (call->going || elevenlabs_goes_on(&erasure->at, error));
    }
    progress_clear();
    inbox_close(inbox);
    if (erasure->failed && inbox)
        return error_set(error, ERROR_INTERNAL, "%zu of %zu %s %s still at ElevenLabs", erasure->failed,
                         erasure->count,
                         report_noun((int64_t)erasure->count, "conversation", "conversations"),
                         report_noun((int64_t)erasure->failed, "is", "are"));
    return inbox ? 0 : -1;
}
