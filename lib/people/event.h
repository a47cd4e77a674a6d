/*
 * event: what ElevenLabs sends after a call, read into a shape that the rest understands. Source:
 * ElevenLabs' post-call webhooks of 2026; unknown fields are ignored, missing ones are empty.
 */
#ifndef CALLMEM_PEOPLE_EVENT_H
#define CALLMEM_PEOPLE_EVENT_H

#include "base/error.h"
#include "people/caller.h"
#include "service/event_type.h"
#include "understand/transcript.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All text belongs to the event (to the JSON that it holds). */
struct event {
    enum event_type type;
    const char *type_name;    /* "post_call_transcription" */
    const char *conversation; /* conversation_id */
    const char *agent;        /* agent_id, "" when absent */
    enum caller_kind caller_kind;
    char caller[CALLER_SIZE];     /* "" for nobody */
    struct transcript transcript; /* started_at: metadata.start_time_unix_secs, else event_timestamp, else
                                     now; language: of metadata.main_language ("pt-br" is "pt") */
    int64_t duration;             /* seconds, -1 when unknown */
    const char *title;            /* analysis.call_summary_title, "" */
    const char *outcome;          /* analysis.call_successful, "" */
    const char *failure;          /* failure_reason of a failure event, "" */
    bool delete_pii;              /* metadata.deletion_settings.delete_transcript_and_pii */
    cJSON *json;                  /* owns the text */
};

/* Reads one event; `bytes` is not needed afterwards. ERROR_INVALID_JSON, or ERROR_INVALID_REQUEST (type is no
 * text; for events about a call: data or conversation_id is missing, or not 1 to 256 characters). Other types
 * are EVENT_OTHER with only type_name filled. */
int event_parse(const char *bytes, size_t len, struct event *event, struct error *error);
void event_free(struct event *event);

#endif
