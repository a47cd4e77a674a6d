#include "people/event.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "understand/evidence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define LAST_TIME 253370764800 /* the year 9999 */

static const char *text_or_empty(const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text ? text : "";
}

/* Takes a candidate for the caller; true when it settles who it is. A withheld number settles it too: nobody
 * may be found behind it by way of another field. */
static bool try_caller(struct event *event, const char *text)
{
    char key[CALLER_SIZE];
    if (!text || !*text)
        return false;
    enum caller_kind kind = caller_parse(text, key);
    if (kind == CALLER_INVALID)
        return false;
    event->caller_kind = kind;
    memcpy(event->caller, key, sizeof key);
    return true;
}

static void find_caller(struct event *event, const cJSON *data, const cJSON *metadata)
{
    const cJSON *phone = json_object(metadata, "phone_call");
    const cJSON *initiation = json_object(data, "conversation_initiation_client_data");
    event->transcript.outbound = strcmp(text_or_empty(phone, "direction"), "outbound") == 0;
    event->caller_kind = CALLER_NOBODY;
    event->caller[0] = '\0';
    const char *side = event->transcript.outbound ? "system__called_number" : "system__caller_id";
    bool found = try_caller(event, json_text(phone, "external_number")) ||
                 try_caller(event, json_text(event->transcript.variables, side)) ||
                 try_caller(event, json_text(data, "user_id")) ||
                 try_caller(event, json_text(initiation, "user_id")) ||
                 try_caller(event, json_text(event->transcript.variables, "user_id"));
    if (!found)
        event->caller_kind = CALLER_NOBODY;
}

/* Who a call that did not come about was meant for, or came from. */
static void find_failed_caller(struct event *event, const cJSON *metadata)
{
    const cJSON *body = json_object(metadata, "body");
    const char *direction = text_or_empty(body, "Direction");
    if (!*direction)
        direction = text_or_empty(body, "direction");
    const char *to = json_text(body, "To"), *from = json_text(body, "From");
    to = to ? to : json_text(body, "to_number");
    from = from ? from : json_text(body, "from_number");
    /* A failed initiation without a direction is a call that we made: one that nobody made cannot fail to
     * start. */
    event->transcript.outbound = strncmp(direction, "inbound", 7) != 0;
    if (!try_caller(event, event->transcript.outbound ? to : from))
        event->caller_kind = CALLER_NOBODY;
}

static int read_turns(struct event *event, const cJSON *transcript)
{
    int count = cJSON_GetArraySize(transcript), position = 0;
    const cJSON *item;
    if (count == 0)
        return 0;
    event->transcript.turns = calloc((size_t)count, sizeof *event->transcript.turns);
    if (!event->transcript.turns)
        return -1;
    cJSON_ArrayForEach(item, transcript)
    {
        const char *text = text_or_empty(item, "message");
        const char *role = text_or_empty(item, "role");
        struct turn *turn = &event->transcript.turns[event->transcript.turn_count];
        turn->position = position++;
        if (text[strspn(text, " \t\r\n")] == '\0' ||
            (strcmp(role, "user") != 0 && strcmp(role, "agent") != 0))
            continue;
        turn->role = *role == 'u' ? ROLE_USER : ROLE_AGENT;
        turn->text = text;
        turn->speaker = text_or_empty(item, "user_identifier");
        turn->second = json_int(item, "time_in_call_secs", 0);
        event->transcript.turn_count++;
    }
    return 0;
}

static bool has_collected(const struct event *event, const char *name)
{
    for (size_t i = 0; i < event->transcript.collected_count; i++)
        if (strcmp(event->transcript.collected[i].name, name) == 0)
            return true;
    return false;
}

static char *value_text(const cJSON *value)
{
    if (cJSON_IsString(value))
        return text_dup(value->valuestring);
    struct buf b = BUF_INIT;
    json_add(&b, value);
    return buf_take(&b);
}

/* One entry of data_collection_results; nothing is kept of one without a value. */
static int read_collected(struct event *event, const char *name, const cJSON *entry)
{
    const cJSON *value = json_get(entry, "value");
    event->transcript.asked = event->transcript.asked || (name && evidence_is_item(name));
    if (!value || !name || !*name || has_collected(event, name))
        return 0;
    char *text = value_text(value);
    if (!text)
        return -1;
    if (text[strspn(text, " \t\r\n")] == '\0') {
        free(text);
        return 0;
    }
    struct collected *item = &event->transcript.collected[event->transcript.collected_count++];
    item->name = name;
    item->label = text_or_empty(json_object(entry, "json_schema"), "description");
    item->value = text;
    return 0;
}

static int read_analysis(struct event *event, const cJSON *analysis)
{
    event->transcript.summary = text_or_empty(analysis, "transcript_summary");
    event->title = text_or_empty(analysis, "call_summary_title");
    event->outcome = text_or_empty(analysis, "call_successful");
    const cJSON *results = json_object(analysis, "data_collection_results");
    const cJSON *list = json_array(analysis, "data_collection_results_list");
    const cJSON *entry;
    int most = cJSON_GetArraySize(results) + cJSON_GetArraySize(list);
    if (most == 0)
        return 0;
    event->transcript.collected = calloc((size_t)most, sizeof *event->transcript.collected);
    if (!event->transcript.collected)
        return -1;
    cJSON_ArrayForEach(entry, results) if (read_collected(event, entry->string, entry) != 0) return -1;
    cJSON_ArrayForEach(entry, list)
    {
        if (read_collected(event, json_text(entry, "data_collection_id"), entry) != 0)
            return -1;
    }
    return 0;
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
        event->failure = text_or_empty(data, "failure_reason");
        find_failed_caller(event, metadata);
        return 0;
    }
    const cJSON *initiation = json_object(data, "conversation_initiation_client_data");
    event->transcript.variables = json_object(initiation, "dynamic_variables");
    event->delete_pii =
        json_bool(json_object(metadata, "deletion_settings"), "delete_transcript_and_pii", false);
    read_language(event, text_or_empty(metadata, "main_language"));
    find_caller(event, data, metadata);
    if (read_turns(event, json_array(data, "transcript")) != 0 ||
        read_analysis(event, json_object(data, "analysis")) != 0)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    return 0;
}

static int check_envelope(struct event *event, struct error *error)
{
    event->type_name = json_text(event->json, "type");
    if (!event->type_name || !*event->type_name)
        return error_set(error, ERROR_INVALID_REQUEST, "type: the name of the event is expected, as text");
    event->type = event_type_find(event->type_name);
    if (event->type == EVENT_OTHER)
        return 0;
    const cJSON *data = json_object(event->json, "data");
    if (!data)
        return error_set(error, ERROR_INVALID_REQUEST, "data: an object is expected");
    event->conversation = json_text(data, "conversation_id");
    if (!event->conversation || !*event->conversation || text_chars(event->conversation) > EVENT_ID_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST,
                         "data.conversation_id: a text of 1 to %d characters is expected", EVENT_ID_CHARS);
    event->agent = text_or_empty(data, "agent_id");
    if (text_chars(event->agent) > EVENT_ID_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST, "data.agent_id: at most %d characters are expected",
                         EVENT_ID_CHARS);
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
    free(event->transcript.collected);
    free(event->transcript.turns);
    cJSON_Delete(event->json);
    *event = (struct event){.type = EVENT_OTHER};
}
