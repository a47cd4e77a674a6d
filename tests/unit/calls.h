/*
 * calls: whole events for tests, from few words to a memory with its profile.
 */
#ifndef CALLMEM_TESTS_CALLS_H
#define CALLMEM_TESTS_CALLS_H

#include "base/json.h"
#include "language/lexicon.h"
#include "people/event.h"
#include "people/remember.h"
#include "service/settings.h"

#include "tests/unit/store.h"

/* A call as it is told to ElevenLabs' users: turns that begin with "A: " are the agent's. */
struct told {
    const char *conversation, *agent, *language;
    int days_ago; /* before NOW */
    const char *turns[8];
    const char *summary;   /* NULL: analysis is null */
    const char *collected; /* members of data_collection_results, as JSON */
    const char *members;   /* more of metadata, as JSON, with a comma before it */
    const char *tail;      /* more of data, in the same way */
    bool withheld, outbound;
};

/* An item that an LLM filled in, as a member of `collected`; lines are separated by \\n. */
#define FILLED(item, value) "\"callmem_" item "\":{\"value\":\"" value "\"}"

struct office {
    struct place *place;
    struct settings *settings;
    struct lexicon *lexicon;
};

static inline struct settings *settings_with(const char *lines)
{
    struct buf complaints = BUF_INIT, warnings = BUF_INIT;
    struct settings *settings = settings_parse(lines, strlen(lines), "test.env", &complaints, &warnings);
    if (!settings)
        fail_msg("%s", buf_text(&complaints));
    buf_free(&complaints);
    buf_free(&warnings);
    return settings;
}

static inline int office_open(void **state)
{
    struct office *office = calloc(1, sizeof *office);
    void *place;
    struct error error = {0};
    if (!office || place_make(&place) != 0)
        return -1;
    office->place = place;
    office->settings = settings_with("");
    office->lexicon = lexicon_load(NULL, &error);
    if (!office->lexicon)
        print_message("%s\n", error.message);
    *state = office;
    return office->lexicon ? 0 : -1;
}

static inline int office_close(void **state)
{
    struct office *office = *state;
    void *place = office->place;
    settings_free(office->settings);
    lexicon_free(office->lexicon);
    free(office);
    return place_remove(&place);
}

/* The operator changes his settings. */
static inline void office_set(struct office *office, const char *lines)
{
    settings_free(office->settings);
    office->settings = settings_with(lines);
}

static inline void write_turns(struct buf *b, const struct told *told)
{
    buf_puts(b, "\"transcript\":[");
    for (int i = 0; i < 8 && told->turns[i]; i++) {
        bool agent = strncmp(told->turns[i], "A: ", 3) == 0;
        const char *text = told->turns[i] + (agent ? 3 : 0);
        buf_printf(b, "%s{\"role\":\"%s\",\"time_in_call_secs\":%d,\"message\":", i ? "," : "",
                   agent ? "agent" : "user", 5 * i);
        buf_json(b, text, strlen(text));
        buf_putc(b, '}');
    }
    buf_puts(b, "],");
}

static inline void write_event(struct buf *b, const struct told *told, const char *caller)
{
    int64_t start = NOW - (int64_t)told->days_ago * DAY;
    buf_printf(b, "{\"type\":\"post_call_transcription\",\"event_timestamp\":%lld,\"data\":{",
               (long long)start + 90);
    buf_printf(b, "\"conversation_id\":\"%s\",\"agent_id\":\"%s\",", told->conversation,
               told->agent ? told->agent : "agent_1");
    write_turns(b, told);
    buf_printf(
        b,
        "\"metadata\":{\"start_time_unix_secs\":%lld,\"call_duration_secs\":60,\"main_language\":\"%s\","
        "\"phone_call\":{\"direction\":\"%s\",\"external_number\":\"%s\"}%s},",
        (long long)start, told->language ? told->language : "en", told->outbound ? "outbound" : "inbound",
        told->withheld ? "anonymous" : caller, told->members ? told->members : "");
    buf_puts(b, "\"analysis\":");
    if (told->summary) {
        buf_puts(b, "{\"call_successful\":\"success\",\"transcript_summary\":");
        buf_json(b, told->summary, strlen(told->summary));
        buf_printf(b, ",\"data_collection_results\":{%s}}", told->collected ? told->collected : "");
    } else {
        buf_puts(b, "null");
    }
    buf_printf(b, "%s}}", told->tail ? told->tail : "");
}

static inline int remember_json(struct office *office, const char *json)
{
    struct event event;
    struct error *error = &office->place->error;
    if (event_parse(json, strlen(json), &event, error) != 0)
        return -1;
    int result = remember_event(office->place->store, office->lexicon, office->settings, &event, error);
    event_free(&event);
    return result;
}

/* A call that ended is remembered. */
static inline void ends(struct office *office, const char *caller, const struct told *told)
{
    struct buf b = BUF_INIT;
    write_event(&b, told, caller);
    good(office->place, remember_json(office, buf_text(&b)));
    buf_free(&b);
}

/* A profile document, "" when there is none; free() it. */
static inline char *document_of(struct office *office, const char *caller, const char *scope)
{
    struct memory_profile profile;
    good(office->place, memory_profile(office->place->store, caller, scope, &profile, &office->place->error));
    char *document = strdup(profile.document ? profile.document : "");
    memory_profile_free(&profile);
    return document;
}

/* A text of the profile for all agents, or for one. */
static inline void check_profile_of(struct office *office, const char *caller, const char *scope,
                                    const char *name, const char *want)
{
    char *text = document_of(office, caller, scope);
    cJSON *document = cJSON_Parse(text);
    const char *value = json_text(document, name);
    if (!value || strcmp(value, want) != 0)
        fail_msg("%s is \"%s\", not \"%s\" in %s", name, value ? value : "(absent)", want, text);
    cJSON_Delete(document);
    free(text);
}

static inline void check_profile(struct office *office, const char *name, const char *want)
{
    check_profile_of(office, ANA, "", name, want);
}

/* Whether a text of the profile holds some words, or does not. */
static inline void profile_has(struct office *office, const char *name, const char *part, bool has)
{
    char *text = document_of(office, ANA, "");
    cJSON *document = cJSON_Parse(text);
    const char *value = json_text(document, name);
    if (!value || (strstr(value, part) != NULL) != has)
        fail_msg("%s: \"%s\" is %s in \"%s\"", name, part, has ? "not" : "there", value ? value : "(absent)");
    cJSON_Delete(document);
    free(text);
}

static inline int64_t calls_of(struct office *office, const char *caller, const char *scope)
{
    char *text = document_of(office, caller, scope);
    cJSON *document = cJSON_Parse(text);
    int64_t count = json_int(document, "call_count", -1);
    cJSON_Delete(document);
    free(text);
    return count;
}

#endif
