#include "cgi/caller_commands.h"

#include "base/clock.h"
#include "base/json.h"
#include "inbox/inbox.h"
#include "inbox/recordings.h"
#include "people/caller.h"
#include "people/event.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool caller_argument(const char *argument, char caller[])
{
    switch (caller_parse(argument, caller)) {
    case CALLER_NUMBER:
    case CALLER_OTHER:
        return true;
    case CALLER_NOBODY:
        fprintf(stderr, "A withheld number is nobody: nothing is kept of it.\n");
        return false;
    case CALLER_INVALID:
    default:
        fprintf(stderr, "That is no caller: a number such as +15550100001 is expected, or an identifier of "
                        "letters, digits and . _ : @ + - with at most 128 characters.\n");
        return false;
    }
}

/* Everything that is known of a caller. */
struct dossier {
    char caller[CALLER_SIZE];
    struct memory_store *memory;
    struct memory_profile profile;
    struct memory_list calls, memories;
};

static void dossier_close(struct dossier *dossier)
{
    memory_list_free(&dossier->calls);
    memory_list_free(&dossier->memories);
    memory_profile_free(&dossier->profile);
    memory_close(dossier->memory);
}

static int dossier_open(struct dossier *dossier, struct door *door, struct error *error)
{
    struct memory_filter filter = {.caller = dossier->caller};
    dossier->memory = memory_open(&door->memory);
    if (!dossier->memory)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    if (memory_profile(dossier->memory, dossier->caller, "", &dossier->profile, error) != 0 ||
        memory_conversations(dossier->memory, dossier->caller, &dossier->calls, error) != 0)
        return -1;
    return memory_list(dossier->memory, &filter, &dossier->memories, error);
}

/* --- Show --- */

static void show_variable(const cJSON *variables, const char *name, const char *label)
{
    const cJSON *value = json_get(variables, name);
    if (cJSON_IsNumber(value))
        printf("%-13s %d\n", label, value->valueint);
    else if (cJSON_IsString(value) && *value->valuestring)
        printf("%-13s %s\n", label, value->valuestring);
}

static void show_profile(const struct dossier *dossier)
{
    static const char *const lines[][2] = {
        {"caller_name", "Name"},           {"call_count", "Calls"},
        {"first_call_date", "First call"}, {"last_call_date", "Last call"},
        {"caller_sentiment", "Sentiment"}, {"caller_preferences", "Preferences"},
        {"key_topics", "Topics"},
    };
    cJSON *variables = profile_variables(dossier->profile.document, dossier->caller);
    printf("%-13s %s\n", "Caller", dossier->caller);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        show_variable(variables, lines[i][0], lines[i][1]);
    cJSON_Delete(variables);
}

static void show_memory(const struct memory *memory)
{
    if (!*memory->content)
        return;
    if (memory->kind == KIND_TURN)
        printf("  %s: %s\n", strcmp(memory->speaker, "agent") == 0 ? "agent " : "caller", memory->content);
    else
        printf("  [%s, %s, %.2f] %s\n", kind_name(memory->kind), sector_name(memory->sector),
               memory->salience, memory->content);
}

static void show_call(const struct dossier *dossier, const struct memory *call)
{
    char date[CLOCK_STAMP_SIZE];
    clock_stamp(call->created_at, date);
    printf("\n%s  %s%s%s\n", date, call->conversation, *call->agent ? ", " : "", call->agent);
    for (int turns = 0; turns <= 1; turns++)
        for (size_t i = 0; i < dossier->memories.count; i++) {
            const struct memory *memory = &dossier->memories.items[i];
            if (strcmp(memory->conversation, call->conversation) == 0 && (memory->kind == KIND_TURN) == turns)
                show_memory(memory);
        }
}

/* Nothing was there: digits without a country are an identifier, which is not what was meant. */
static void tell_digits(const char *caller)
{
    fflush(stdout);
    if (caller[strspn(caller, "0123456789")] == '\0')
        fprintf(
            stderr,
            "%s names no country, so it is taken for an identifier: a number begins with + and the country, "
            "such as +15550100001.\n",
            caller);
}

int caller_show(struct door *door, char **arguments)
{
    struct dossier dossier = {0};
    struct error error = {0};
    if (!caller_argument(arguments[0], dossier.caller))
        return EXIT_USAGE;
    int status = EXIT_SUCCESS;
    if (dossier_open(&dossier, door, &error) != 0) {
        status = door_failed(&error);
    } else if (dossier.calls.count == 0) {
        printf("Nothing is known of %s.\n", dossier.caller);
        tell_digits(dossier.caller);
    } else {
        show_profile(&dossier);
        for (size_t i = 0; i < dossier.calls.count; i++)
            show_call(&dossier, &dossier.calls.items[i]);
    }
    dossier_close(&dossier);
    return status;
}

/* --- Export --- */

/* Takes `item`, which may be NULL for lack of memory; false when it is not in the object afterwards. */
static bool add_item(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
    return add_item(object, name, cJSON_CreateString(text));
}

static bool add_number(cJSON *object, const char *name, double number)
{
    return add_item(object, name, cJSON_CreateNumber(number));
}

static bool add_stamp(cJSON *object, const char *name, int64_t when)
{
    char text[CLOCK_STAMP_SIZE];
    clock_stamp(when, text);
    return add_text(object, name, text);
}

/* What is stored as JSON; what cannot be read is an empty object. NULL when out of memory. */
static cJSON *read_json(const char *text)
{
    struct error error = {0};
    cJSON *json = json_parse(text, strlen(text), &error);
    return json || error_is_transient(error.code) ? json : cJSON_CreateObject();
}

/* These give NULL when out of memory: an export that lacked something would be taken for whole. */
static cJSON *export_memory(const struct memory *memory)
{
    cJSON *item = cJSON_CreateObject();
    if (item && add_text(item, "id", memory->id) && add_text(item, "kind", kind_name(memory->kind)) &&
        add_text(item, "sector", sector_name(memory->sector)) &&
        add_number(item, "position", memory->position) &&
        (!*memory->speaker || add_text(item, "speaker", memory->speaker)) &&
        add_text(item, "content", memory->content) && add_number(item, "salience", memory->salience) &&
        add_number(item, "decay_lambda", memory->decay_lambda) && add_text(item, "tags", memory->tags) &&
        add_item(item, "metadata", read_json(memory->metadata)) &&
        add_stamp(item, "created_at", memory->created_at) &&
        add_stamp(item, "updated_at", memory->updated_at))
        return item;
    cJSON_Delete(item);
    return NULL;
}

static cJSON *export_call(const struct dossier *dossier, const struct memory *call)
{
    cJSON *item = cJSON_CreateObject(), *memories = NULL;
    bool good = item && add_text(item, "conversation_id", call->conversation) &&
                add_text(item, "agent_id", call->agent) && add_text(item, "language", call->language) &&
                add_stamp(item, "started_at", call->created_at) &&
                (memories = cJSON_AddArrayToObject(item, "memories")) != NULL;
    for (size_t i = 0; good && i < dossier->memories.count; i++) {
        if (strcmp(dossier->memories.items[i].conversation, call->conversation) != 0)
            continue;
        cJSON *memory = export_memory(&dossier->memories.items[i]);
        good = memory && cJSON_AddItemToArray(memories, memory);
    }
    if (good)
        return item;
    cJSON_Delete(item);
    return NULL;
}

/* The profile; one that cannot be read is left out, as everything in it stands in the memories, too. */
static bool add_profile(cJSON *whole, const struct dossier *dossier)
{
    const char *document = dossier->profile.document;
    cJSON *profile = profile_variables(document, dossier->caller);
    if (profile)
        return add_item(whole, "profile", profile);
    struct error error = {0};
    cJSON *read = document ? json_parse(document, strlen(document), &error) : NULL;
    cJSON_Delete(read);
    return !read && error.code != ERROR_NONE && !error_is_transient(error.code);
}

static char *export_text(const struct dossier *dossier)
{
    cJSON *whole = cJSON_CreateObject(), *calls = NULL;
    bool good = whole && add_text(whole, "format", "callmem-export") && add_number(whole, "version", 1) &&
                add_text(whole, "caller", dossier->caller) && add_stamp(whole, "exported_at", clock_now()) &&
                add_profile(whole, dossier) &&
                (calls = cJSON_AddArrayToObject(whole, "conversations")) != NULL;
    for (size_t i = 0; good && i < dossier->calls.count; i++) {
        cJSON *call = export_call(dossier, &dossier->calls.items[i]);
        good = call && cJSON_AddItemToArray(calls, call);
    }
    char *text = good ? cJSON_Print(whole) : NULL;
    cJSON_Delete(whole);
    return text;
}

static int export_print(const struct dossier *dossier)
{
    char *text = export_text(dossier);
    if (!text) {
        fprintf(stderr, "out of memory\n");
        return EXIT_FAILURE;
    }
    printf("%s\n", text);
    cJSON_free(text);
    return EXIT_SUCCESS;
}

int caller_export(struct door *door, char **arguments)
{
    struct dossier dossier = {0};
    struct error error = {0};
    if (!caller_argument(arguments[0], dossier.caller))
        return EXIT_USAGE;
    int status = dossier_open(&dossier, door, &error) == 0 ? export_print(&dossier) : door_failed(&error);
    dossier_close(&dossier);
    return status;
}

/* --- Forget --- */

/* The conversations that belonged to the caller, from the memory and from the inbox: payload logs and audio
 * are known by them. */
struct forgetting {
    const char *caller;
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

static bool is_about_caller(struct forgetting *forgetting, const struct event *event)
{
    if (strcmp(event->caller, forgetting->caller) == 0) {
        note_conversation(forgetting, event->conversation);
        return true;
    }
    /* An audio event names no caller: it goes with its conversation. */
    for (size_t i = 0; i < forgetting->count && event->type == EVENT_AUDIO; i++)
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

static long forget_inbox(struct door *door, struct forgetting *forgetting, struct error *error)
{
    struct inbox *inbox = door_inbox(door, error);
    if (!inbox)
        return -1;
    long first = inbox_erase(inbox, is_of_caller, forgetting, error);
    /* Once more for audio that was looked at before its conversation was known. */
    long second = first < 0 ? -1 : inbox_erase(inbox, is_of_caller, forgetting, error);
    inbox_close(inbox);
    return second < 0 ? -1 : first + second;
}

static const enum setting payload_logs[] = {CALLMEM_PAYLOAD_LOG_CLIENT_DATA, CALLMEM_PAYLOAD_LOG_SEARCH_DATA,
                                            CALLMEM_PAYLOAD_LOG_POST_CALL};

static long forget_payloads(struct door *door, const struct forgetting *forgetting, struct error *error)
{
    long all = 0;
    for (size_t i = 0; i < sizeof payload_logs / sizeof *payload_logs; i++) {
        const char *path = setting_text(door->settings, payload_logs[i]);
        if (!*path)
            continue;
        long lines =
            payload_log_erase(path, forgetting->caller, forgetting->conversations, forgetting->count, error);
        if (lines < 0)
            return -1;
        all += lines;
    }
    return all;
}

static long forget_audio(struct door *door, const struct forgetting *forgetting, struct error *error)
{
    const char *directory = setting_text(door->settings, CALLMEM_AUDIO_DIR);
    long all = 0;
    for (size_t i = 0; i < forgetting->count && *directory; i++) {
        int gone = recording_remove(directory, forgetting->conversations[i], error);
        if (gone < 0)
            return -1;
        all += gone;
    }
    return all;
}

static int note_calls(struct memory_store *memory, struct forgetting *forgetting, struct error *error)
{
    struct memory_list calls;
    if (memory_conversations(memory, forgetting->caller, &calls, error) != 0)
        return -1;
    for (size_t i = 0; i < calls.count; i++)
        note_conversation(forgetting, calls.items[i].conversation);
    memory_list_free(&calls);
    return 0;
}

/* The inbox first, so that nothing that waits is worked off behind our back, and once more what came into
 * memory meanwhile. The memory last: payload logs and recordings are known by the conversations in it, and
 * when one of them fails it has to be possible to ask again. */
static int forget_everywhere(struct door *door, struct memory_store *memory, struct forgetting *forgetting,
                             struct error *error)
{
    size_t memories;
    if (note_calls(memory, forgetting, error) != 0)
        return -1;
    long events = forget_inbox(door, forgetting, error);
    if (events < 0 || note_calls(memory, forgetting, error) != 0)
        return -1;
    long lines = forget_payloads(door, forgetting, error);
    long recordings = lines < 0 ? -1 : forget_audio(door, forgetting, error);
    if (recordings < 0)
        return -1;
    if (forgetting->failed)
        return error_set(error, ERROR_INTERNAL, "out of memory: run it again");
    if (memory_forget(memory, forgetting->caller, &memories, error) != 0)
        return -1;
    printf(
        "Forgot %s: %zu memories of %zu conversations, %ld events in the inbox, %ld lines of payload logs, "
        "%ld recordings.\n",
        forgetting->caller, memories, forgetting->count, events, lines, recordings);
    if (memories == 0 && events == 0)
        tell_digits(forgetting->caller);
    return 0;
}

/* What cannot be looked into is said, and no success. */
static int tell_compressed(struct door *door)
{
    struct buf names = BUF_INIT;
    bool good = true;
    for (size_t i = 0; i < sizeof payload_logs / sizeof *payload_logs; i++) {
        const char *path = setting_text(door->settings, payload_logs[i]);
        good = good && (!*path || payload_log_compressed(path, &names) == 0);
    }
    if (names.len)
        fprintf(
            stderr,
            "Not looked into, as they are compressed: %s. Unpack them and run this again, or remove them.\n",
            buf_text(&names) ? buf_text(&names) : "?");
    else if (!good)
        fprintf(stderr, "It could not be seen whether there are compressed payload logs.\n");
    bool any = names.len > 0 || !good;
    buf_free(&names);
    return any ? EXIT_FAILURE : EXIT_SUCCESS;
}

int caller_forget(struct door *door, char **arguments)
{
    char caller[CALLER_SIZE];
    struct error error = {0};
    if (!caller_argument(arguments[0], caller))
        return EXIT_USAGE;
    struct forgetting forgetting = {.caller = caller};
    struct memory_store *memory = memory_open(&door->memory);
    int result = memory ? forget_everywhere(door, memory, &forgetting, &error)
                        : error_set(&error, ERROR_INTERNAL, "out of memory");
    memory_close(memory);
    for (size_t i = 0; i < forgetting.count; i++)
        free((char *)forgetting.conversations[i]);
    free(forgetting.conversations);
    return result == 0 ? tell_compressed(door) : door_failed(&error);
}
