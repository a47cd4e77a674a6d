#include "people/event.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "people/event_parts.h"
#include "understand/evidence.h"
#include "understand/orders.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LAST_TIME      253370764800 /* the year 9999 */
#define TURNS_MOST     20000        /* of a call that are kept: some days of talking */
#define COLLECTED_MOST 1000         /* values of a call that are kept */

/* The words of a turn in several voices, which has no message of its own; owned by the event. NULL when there
 * are none, or no memory. */
static char *voices_text(const cJSON *item)
{
    const cJSON *part;
    struct buf b = BUF_INIT;
    cJSON_ArrayForEach(part, json_array(json_object(item, "multivoice_message"), "parts"))
    {
        const char *text = json_text_or_empty(part, "text");
        buf_printf(&b, "%s%s", b.len && *text ? " " : "", text);
    }
    if (b.len)
        return buf_take(&b);
    buf_free(&b);
    return NULL;
}

/* What nobody said: notes of the application, and what the platform notes of itself. */
static bool is_speech(const cJSON *item)
{
    return !json_object(item, "contextual_update_info") && !json_text(item, "platform_event");
}

static int read_turns(struct event *event, const cJSON *transcript)
{
    int count = cJSON_GetArraySize(transcript), position = 0;
    const cJSON *item;
    if (count == 0)
        return 0;
    event->transcript.turns = calloc((size_t)count, sizeof *event->transcript.turns);
    event->voices = calloc((size_t)count, sizeof *event->voices);
    if (!event->transcript.turns || !event->voices)
        return -1;
    cJSON_ArrayForEach(item, transcript)
    {
        if (event->transcript.turn_count == TURNS_MOST)
            break;
        const char *text = json_text_or_empty(item, "message");
        char *voices = *text ? NULL : voices_text(item);
        if (voices) {
            event->voices[event->voice_count++] = voices;
            text = voices;
        }
        const char *role = json_text_or_empty(item, "role");
        struct turn *turn = &event->transcript.turns[event->transcript.turn_count];
        turn->position = position++;
        if (text[strspn(text, " \t\r\n")] == '\0' || !is_speech(item) ||
            (strcmp(role, "user") != 0 && strcmp(role, "agent") != 0))
            continue;
        turn->role = *role == 'u' ? ROLE_USER : ROLE_AGENT;
        turn->text = text;
        turn->speaker = json_text_or_empty(item, "user_identifier");
        turn->second = json_int(item, "time_in_call_secs", 0);
        event->transcript.turn_count++;
    }
    return 0;
}

static char *value_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return text_dup(value->valuestring);
    struct buf b = BUF_INIT;
    json_add(&b, value);
    return buf_take(&b);
}

/* The values of a call while they are read. */
struct collecting {
    struct event *event;
    size_t most;
    uint16_t slots[2 * COLLECTED_MOST]; /* by name: number of a value plus one, 0 free */
};

/* The place of a name among the slots. */
static uint16_t *slot_of(struct collecting *collecting, const char *name)
{
    size_t count = sizeof collecting->slots / sizeof *collecting->slots, at = 5381;
    for (const char *c = name; *c; c++)
        at = at * 33 ^ (unsigned char)*c;
    for (at %= count; collecting->slots[at]; at = (at + 1) % count)
        if (strcmp(collecting->event->transcript.collected[collecting->slots[at] - 1].name, name) == 0)
            break;
    return &collecting->slots[at];
}

/* The name of a value. Items by reference have an opaque id and the name that the operator gave them. */
static const char *collected_name(const cJSON *entry, const char *id)
{
    const char *name = json_text_or_empty(entry, "name");
    return (id && evidence_is_item(id)) || !*name ? id : name;
}

static bool is_value(const char *text)
{
    return text[strspn(text, " \t\r\n")] != '\0' && !orders_are_placeholder(text);
}

/* One entry of data_collection_results; nothing is kept of one without a value. */
static int read_collected(struct collecting *collecting, const char *id, const cJSON *entry)
{
    struct transcript *transcript = &collecting->event->transcript;
    const cJSON *value = json_get(entry, "value");
    const char *name = collected_name(entry, id);
    bool own = name && evidence_is_item(name);
    transcript->asked = transcript->asked || own;
    if (!value || !name || !*name || transcript->collected_count == collecting->most)
        return 0;
    uint16_t *slot = slot_of(collecting, name);
    if (*slot)
        return 0;
    char *text = value_text(value);
    if (!text)
        return -1;
    if (!is_value(text)) {
        free(text);
        return 0;
    }
    struct collected *item = &transcript->collected[transcript->collected_count++];
    item->name = name;
    item->label = json_text_or_empty(json_object(entry, "json_schema"), "description");
    item->value = text;
    *slot = (uint16_t)transcript->collected_count;
    return 0;
}

/* Both forms in which an object has its results. */
static int read_results(struct collecting *collecting, const cJSON *object)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_object(object, "data_collection_results"))
    {
        if (read_collected(collecting, entry->string, entry) != 0)
            return -1;
    }
    cJSON_ArrayForEach(entry, json_array(object, "data_collection_results_list"))
    {
        if (read_collected(collecting, json_text(entry, "data_collection_id"), entry) != 0)
            return -1;
    }
    return 0;
}

/* callmem's own items first: whatever else there is, they are among those that are kept. */
static int read_own_items(struct collecting *collecting, const cJSON *object)
{
    const cJSON *entry;
    cJSON_ArrayForEach(entry, json_object(object, "data_collection_results"))
    {
        const char *name = collected_name(entry, entry->string);
        if (name && evidence_is_item(name) && read_collected(collecting, entry->string, entry) != 0)
            return -1;
    }
    return 0;
}

/* What the caller wrote of the call, as one value more; ElevenLabs has no name for it. */
static int add_comment(struct event *event, const cJSON *metadata)
{
    struct transcript *transcript = &event->transcript;
    const char *comment = event_feedback_comment(metadata);
    if (!comment)
        return 0;
    if (!transcript->collected && !(transcript->collected = calloc(1, sizeof *transcript->collected)))
        return -1;
    char *value = text_dup(comment);
    if (value)
        transcript->collected[transcript->collected_count++] =
            (struct collected){.name = "feedback_comment", .label = "", .value = value};
    return value ? 0 : -1;
}

static int read_all_collected(struct event *event, const cJSON *analysis)
{
    struct collecting *collecting = calloc(1, sizeof *collecting);
    event->transcript.collected = calloc(COLLECTED_MOST + 1, sizeof *event->transcript.collected);
    int result = collecting && event->transcript.collected ? 0 : -1;
    const cJSON *scoped;
    if (result == 0) {
        *collecting = (struct collecting){.event = event, .most = COLLECTED_MOST};
        if (read_own_items(collecting, analysis) != 0 || read_results(collecting, analysis) != 0)
            result = -1;
    }
    /* Agents that the call was transferred to have results of their own. */
    cJSON_ArrayForEach(scoped, json_array(analysis, "scoped"))
    {
        if (result == 0)
            result = read_results(collecting, scoped);
    }
    free(collecting);
    return result;
}

/* What ElevenLabs writes where its LLM made no summary. */
static bool is_summary(const char *text)
{
    return !strcasestr(text, "summary couldn't be generated") &&
           !strcasestr(text, "summary couldn\xe2\x80\x99t be generated");
}

static int read_analysis(struct event *event, const cJSON *analysis)
{
    const char *summary = json_text_or_empty(analysis, "transcript_summary");
    event->transcript.summary = is_summary(summary) ? summary : "";
    event->title = json_text_or_empty(analysis, "call_summary_title");
    event->outcome = json_text_or_empty(analysis, "call_successful");
    event->analysed = *event->transcript.summary || json_get(analysis, "data_collection_results") ||
                      json_get(analysis, "data_collection_results_list");
    return analysis ? read_all_collected(event, analysis) : 0;
}

/* "pt-br" is "pt"; anything that does not begin with two or three letters is unknown. */
static void read_language(struct event *event, const char *language)
{
    size_t len = 0;
    while (isalpha((unsigned char)language[len]))
        len++;
    if (len < 2 || len > 3)
        return;
    for (size_t i = 0; i < len; i++)
        event->transcript.language[i] = (char)tolower((unsigned char)language[i]);
}

/* Whether a call can have begun then: what a date cannot show is a mistake. */
static bool is_time(int64_t when)
{
    return when > 0 && when < LAST_TIME;
}

static int read_call(struct event *event, const cJSON *data, struct error *error)
{
    const cJSON *metadata = json_object(data, "metadata");
    int64_t sent_at = json_int(event->json, "event_timestamp", 0);
    event->transcript.started_at = json_int(metadata, "start_time_unix_secs", sent_at);
    if (!is_time(event->transcript.started_at))
        event->transcript.started_at = is_time(sent_at) ? sent_at : clock_now();
    event->duration = json_int(metadata, "call_duration_secs", -1);
    if (event->type == EVENT_FAILURE) {
        event->failure = json_text_or_empty(data, "failure_reason");
        event_find_failed_caller(event, metadata);
        return 0;
    }
    const cJSON *initiation = json_object(data, "conversation_initiation_client_data");
    event->transcript.variables = json_object(initiation, "dynamic_variables");
    event->delete_pii =
        json_bool(json_object(metadata, "deletion_settings"), "delete_transcript_and_pii", false);
    read_language(event, json_text_or_empty(metadata, "main_language"));
    event->timezone = json_text_or_empty(metadata, "timezone");
    if (!*event->timezone)
        event->timezone = json_text_or_empty(event->transcript.variables, "system__timezone");
    event_find_caller(event, data, metadata);
    const cJSON *transcript = json_array(data, "transcript");
    const cJSON *analysis = json_object(data, "analysis");
    if (read_turns(event, transcript) != 0 || event_read_results(event, transcript) != 0 ||
        read_analysis(event, analysis) != 0 || add_comment(event, metadata) != 0 ||
        event_read_agents(event, data) != 0)
        return error_no_memory(error);
    event_read_feedback(event, metadata, analysis);
    event_find_attempt(event, data, metadata);
    return 0;
}

static int check_envelope(struct event *event, struct error *error)
{
    event->type_name = json_text(event->json, "type");
    if (!event->type_name || !*event->type_name)
        return error_set(error, ERROR_INVALID_REQUEST, "type: the name of the event is expected, as text");
    event->type = event_type_find(event->type_name);
    event->unredacted = event_type_is_unredacted(event->type_name);
    if (event->type == EVENT_OTHER)
        return 0;
    const cJSON *data = json_object(event->json, "data");
    if (!data)
        return error_set(error, ERROR_INVALID_REQUEST, "data: an object is expected");
    event->conversation = json_text(data, "conversation_id");
    if (!event->conversation || !*event->conversation || text_chars(event->conversation) > EVENT_ID_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST,
                         "data.conversation_id: a text of 1 to %d characters is expected", EVENT_ID_CHARS);
    event->agent = json_text_or_empty(data, "agent_id");
    if (text_chars(event->agent) > EVENT_ID_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST, "data.agent_id: at most %d characters are expected",
                         EVENT_ID_CHARS);
    if (event->type == EVENT_MACHINE) {
        event->machine = event_says_machine(data);
        return 0;
    }
    return read_call(event, data, error);
}

int event_parse(const char *bytes, size_t len, struct event *event, struct error *error)
{
    *event = (struct event){.type = EVENT_OTHER,
                            .type_name = "",
                            .conversation = "",
                            .agent = "",
                            .transcript = {.summary = ""},
                            .title = "",
                            .outcome = "",
                            .failure = "",
                            .timezone = "",
                            .duration = -1};
    event->json = json_parse(bytes, len, error);
    if (!event->json)
        return -1;
    if (check_envelope(event, error) == 0)
        return 0;
    event_free(event);
    return -1;
}

void event_free(struct event *event)
{
    for (size_t i = 0; i < event->transcript.collected_count; i++)
        free(event->transcript.collected[i].value);
    for (size_t i = 0; i < event->transcript.result_count; i++) {
        free(event->transcript.results[i].name);
        free(event->transcript.results[i].value);
    }
    for (size_t i = 0; i < event->voice_count; i++)
        free(event->voices[i]);
    free(event->voices);
    cJSON_free(event->agents);
    free(event->transcript.results);
    free(event->transcript.collected);
    free(event->transcript.turns);
    cJSON_Delete(event->json);
    *event = (struct event){.type = EVENT_OTHER};
}
