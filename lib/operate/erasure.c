#include "operate/erasure.h"

#include "base/log.h"
#include "inbox/receive.h"
#include "inbox/recording_folders.h"
#include "operate/report.h"
#include "people/caller.h"
#include "people/event.h"
#include "people/linking.h"
#include "web/payload_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The conversations that belonged to the caller, from the memory and from the inbox: payload logs and audio
 * are known by them. */
struct forgetting {
    const char *caller;
    struct memory_list aliases; /* user_ids of the caller (people/alias.h), as memories */
    struct kin_share shared;    /* what goes with the caller (people/kin.h) */
    struct kin kin;             /* the lines that it is of */
    bool whole[KIN_LINES];      /* which of them go altogether */
    const char **conversations;
    size_t count;
    bool failed;
};

static void note_conversation(struct forgetting *forgetting, const char *conversation)
{
    for (size_t i = 0; i < forgetting->count; i++)
        if (strcmp(forgetting->conversations[i], conversation) == 0)
            return;
    const char **more = realloc(forgetting->conversations, (forgetting->count + 1) * sizeof *more);
    char *copy = strdup(conversation);
    if (more)
        forgetting->conversations = more;
    if (!more || !copy) {
        free(copy);
        forgetting->failed = true;
        return;
    }
    forgetting->conversations[forgetting->count++] = copy;
}

/* Sessions that would be understood as the caller's. */
static bool is_by_alias(const struct forgetting *forgetting, const struct event *event)
{
    for (size_t i = 0; i < forgetting->aliases.count && event->by_user; i++)
        if (strcmp(event->caller, forgetting->aliases.items[i].content) == 0)
            return caller_trusts_user_id();
    return false;
}

/* Calls of another number of the same person. */
static bool is_by_kin(const struct forgetting *forgetting, const struct event *event)
{
    for (size_t i = 1; i < forgetting->kin.count; i++)
        if (forgetting->whole[i] && strcmp(event->caller, forgetting->kin.lines[i]) == 0)
            return true;
    return false;
}

static bool is_about_caller(struct forgetting *forgetting, const struct event *event)
{
    if (strcmp(event->caller, forgetting->caller) == 0 || is_by_alias(forgetting, event) ||
        is_by_kin(forgetting, event)) {
        note_conversation(forgetting, event->conversation);
        return true;
    }
    /* These name no caller: they go with their conversation. */
    bool nameless = event->type == EVENT_AUDIO || event->type == EVENT_MACHINE;
    for (size_t i = 0; i < forgetting->count && (nameless || forgetting->shared.count); i++)
        if (strcmp(event->conversation, forgetting->conversations[i]) == 0)
            return true;
    return false;
}

static bool is_of_caller(void *ctx, const char *bytes, size_t len)
{
    struct event event;
    /* A file that is not an event is about nobody. */
    if (event_parse(bytes, len, &event, NULL) != 0)
        return false;
    bool about = is_about_caller(ctx, &event);
    event_free(&event);
    return about;
}

/* Erasing matters more than recognising what comes again. */
static void seal_conversations(struct inbox *inbox, const struct forgetting *forgetting)
{
    struct error why;
    for (size_t i = 0; i < forgetting->count; i++)
        if (inbox_seal(inbox, forgetting->conversations[i], &why) != 0)
            log_failure(LOG_WARN, "an erased conversation would be accepted again", &why);
}

static long forget_inbox(const struct instance *instance, struct forgetting *forgetting, struct error *error)
{
    struct inbox *inbox = instance_inbox(instance, error);
    if (!inbox)
        return -1;
    long first = inbox_erase(inbox, is_of_caller, forgetting, error);
    seal_conversations(inbox, forgetting);
    /* Once more for what came meanwhile, and audio that was looked at before its conversation was known. */
    long second = first < 0 ? -1 : inbox_erase(inbox, is_of_caller, forgetting, error);
    inbox_close(inbox);
    return second < 0 ? -1 : first + second;
}

/* A call that an LLM would have been asked about. */
static int forget_questions(const struct instance *instance, const struct forgetting *forgetting,
                            struct error *error)
{
    struct llm_queue *queue = instance_llm_queue(instance, error);
    long erased = queue ? llm_queue_erase(queue, forgetting->caller, NULL, error) : -1;
    for (size_t i = 0; i < forgetting->shared.count && erased >= 0; i++)
        erased = llm_queue_erase(queue, forgetting->shared.places[i].caller,
                                 forgetting->shared.places[i].conversation, error);
    llm_queue_close(queue);
    return erased < 0 ? -1 : 0;
}

static long forget_recordings(const struct instance *instance, const struct forgetting *forgetting,
                              struct error *error)
{
    long all = 0;
    for (size_t i = 0; i < forgetting->count; i++) {
        int gone = instance_forbid_recording(instance, forgetting->conversations[i], error);
        if (gone < 0)
            return -1;
        all += gone;
    }
    return all;
}

/* Requests of sessions that were answered as the caller's. */
static int forget_aliases(const struct instance *instance, const struct forgetting *forgetting, long *lines,
                          struct error *error)
{
    for (size_t i = 0; i < forgetting->aliases.count && caller_trusts_user_id(); i++) {
        long erased = instance_erase_payloads(instance, forgetting->aliases.items[i].content, NULL, 0, error);
        if (erased < 0)
            return -1;
        *lines += erased;
    }
    return 0;
}

/* Requests on the other numbers of the same person, whose answers had what goes now. */
static int forget_kin(const struct instance *instance, const struct forgetting *forgetting, long *lines,
                      struct error *error)
{
    for (size_t i = 1; i < forgetting->kin.count; i++) {
        long erased = instance_erase_payloads(instance, forgetting->kin.lines[i], NULL, 0, error);
        if (erased < 0)
            return -1;
        *lines += erased;
    }
    return 0;
}

static int note_kin(struct memory_store *memory, struct forgetting *forgetting, struct error *error)
{
    kin_free(&forgetting->shared);
    if (linking_read(memory, forgetting->caller, &forgetting->kin, &forgetting->shared, error) != 0)
        return -1;
    for (size_t i = 0; i < forgetting->shared.count; i++)
        if (memory_is_call(forgetting->shared.places[i].conversation))
            note_conversation(forgetting, forgetting->shared.places[i].conversation);
    for (size_t i = 1; i < forgetting->kin.count; i++)
        if (kin_is_whole(memory, &forgetting->shared, forgetting->kin.lines[i], &forgetting->whole[i],
                         error) != 0)
            return -1;
    return 0;
}

static int note_calls(struct memory_store *memory, struct forgetting *forgetting, struct error *error)
{
    const struct memory_filter aliases = {.caller = forgetting->caller, .kinds = 1u << KIND_ALIAS};
    struct memory_list calls;
    memory_list_free(&forgetting->aliases);
    if (memory_list(memory, &aliases, &forgetting->aliases, error) != 0)
        return -1;
    if (memory_conversations(memory, forgetting->caller, &calls, error) != 0)
        return -1;
    for (size_t i = 0; i < calls.count; i++)
        if (memory_is_call(calls.items[i].conversation))
            note_conversation(forgetting, calls.items[i].conversation);
    memory_list_free(&calls);
    return note_kin(memory, forgetting, error);
}

/* What an operator said of the caller goes with the caller, also where the memory was copied to. */
static int seal_remarks(struct memory_store *memory, const struct forgetting *forgetting, struct error *error)
{
    struct memory_list all;
    int result = memory_conversations(memory, forgetting->caller, &all, error);
    if (result != 0)
        return -1;
    for (size_t i = 0; i < all.count && result == 0; i++)
        if (!memory_is_call(all.items[i].conversation))
            result = memory_seal(memory, forgetting->caller, all.items[i].conversation, error);
    memory_list_free(&all);
    for (size_t i = 0; i < forgetting->shared.count && result == 0; i++)
        if (!memory_is_call(forgetting->shared.places[i].conversation))
            result =
                memory_seal(memory, forgetting->caller, forgetting->shared.places[i].conversation, error);
    return result;
}

/* From here on no other front end that has one of the calls brings it back: one that is remembering it just
 * now is waited for. */
static int seal_calls(struct memory_store *memory, const struct forgetting *forgetting, struct error *error)
{
    if (memory_begin(memory, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < forgetting->count && result == 0; i++)
        result = memory_seal(memory, forgetting->caller, forgetting->conversations[i], error);
    if (result == 0)
        result = seal_remarks(memory, forgetting, error);
    if (result == 0)
        return memory_commit(memory, error);
    memory_rollback(memory);
    return -1;
}

/* The inbox first, so that nothing that waits becomes memory afterwards, then what came into memory
 * meanwhile. The memory last: payload logs and recordings are found by the conversations in it, and when one
 * of them fails it must be possible to ask again. */
static int erase_everywhere(const struct instance *instance, struct memory_store *memory,
                            struct forgetting *forgetting, struct erased *erased, struct error *error)
{
    if (note_calls(memory, forgetting, error) != 0)
        return -1;
    erased->events = forget_inbox(instance, forgetting, error);
    if (erased->events < 0 || forget_questions(instance, forgetting, error) != 0 ||
        note_calls(memory, forgetting, error) != 0)
        return -1;
    erased->lines = instance_erase_payloads(instance, forgetting->caller, forgetting->conversations,
                                            forgetting->count, error);
    if (erased->lines < 0 || forget_aliases(instance, forgetting, &erased->lines, error) != 0 ||
        forget_kin(instance, forgetting, &erased->lines, error) != 0)
        return -1;
    erased->recordings = forget_recordings(instance, forgetting, error);
    if (erased->recordings < 0)
        return -1;
    if (forgetting->failed)
        return error_set(error, ERROR_INTERNAL, "out of memory: run it again");
    if (seal_calls(memory, forgetting, error) != 0)
        return -1;
    if (forgetting->kin.count > 1)
        return linking_forget(memory, instance->settings, forgetting->caller, &erased->memories, error);
    return memory_forget(memory, forgetting->caller, &erased->memories, error);
}

int erasure_run(const struct instance *instance, struct memory_store *memory, const char *caller,
                struct erased *erased, struct error *error)
{
    struct forgetting forgetting = {.caller = caller};
    *erased = (struct erased){0};
    int result = erase_everywhere(instance, memory, &forgetting, erased, error);
    memory_list_free(&forgetting.aliases);
    kin_free(&forgetting.shared);
    erased->conversations = forgetting.count;
    for (size_t i = 0; i < forgetting.count; i++)
        free((char *)forgetting.conversations[i]);
    free(forgetting.conversations);
    return result;
}

void erasure_print(const char *caller, const struct erased *erased)
{
    printf("Forgot %s: %zu %s of %zu %s, %ld %s in the inbox, %ld %s of payload logs, %ld %s.\n", caller,
           erased->memories, report_noun((int64_t)erased->memories, "memory", "memories"),
           erased->conversations,
           report_noun((int64_t)erased->conversations, "conversation", "conversations"), erased->events,
           report_noun(erased->events, "event", "events"), erased->lines,
           report_noun(erased->lines, "line", "lines"), erased->recordings,
           report_noun(erased->recordings, "recording", "recordings"));
}

cJSON *erasure_object(const struct erased *erased)
{
    const struct report_count counts[] = {
        {"memories", NULL, (int64_t)erased->memories},
        {"conversations", NULL, (int64_t)erased->conversations},
        {"events", NULL, erased->events},
        {"payload_log_lines", NULL, erased->lines},
        {"recordings", NULL, erased->recordings},
    };
    return report_object(counts, sizeof counts / sizeof *counts);
}

static void say_missing(void *ctx, const char *folder)
{
    bool *any = ctx;
    *any = true;
    fprintf(stderr,
            "%s is not there, where recordings were kept before: those in it were not erased. If it is gone "
            "for good, take its line out of the file " RECORDING_FOLDERS_FILE " in the state folder.\n",
            folder);
}

static bool has_missing_folders(const struct instance *instance)
{
    bool any = false;
    struct error error;
    if (instance_missing_folders(instance, say_missing, &any, &error) != 0) {
        fprintf(stderr, "Where recordings were kept before is not known: %s\n", error.message);
        any = true;
    }
    return any;
}

int erasure_check_rest(const struct instance *instance)
{
    struct buf names = BUF_INIT;
    bool good = true;
    for (size_t i = 0; i < instance->payload_log_count && good; i++)
        good = payload_log_compressed(instance->payload_logs[i], &names) == 0;
    if (names.len)
        fprintf(stderr,
                "Not searched, as they are compressed: %s. Unpack them and run this again, or remove them.\n",
                buf_text(&names) ? buf_text(&names) : "?");
    else if (!good)
        fprintf(stderr, "Whether there are compressed payload logs could not be checked.\n");
    bool any = names.len > 0 || !good || has_missing_folders(instance);
    buf_free(&names);
    return any ? EXIT_FAILURE : EXIT_SUCCESS;
}
