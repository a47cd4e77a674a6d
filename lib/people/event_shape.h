/*
 * event_shape: an event as event_parse() reads it.
 */
#ifndef CALLMEM_PEOPLE_EVENT_SHAPE_H
#define CALLMEM_PEOPLE_EVENT_SHAPE_H

#include "people/caller.h"
#include "service/event_type.h"
#include "understand/transcript.h"

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All text belongs to the event. */
struct event {
    enum event_type type;
    const char *type_name;    /* "post_call_transcription" */
    const char *conversation; /* conversation_id */
    const char *agent;        /* agent_id, "" when absent */
    enum caller_kind caller_kind;
    char caller[CALLER_SIZE];     /* "" for nobody */
    bool by_user;                 /* `caller` is a user_id */
    const char *user;             /* the user_id beside a number (people/alias.h), "" for none */
    struct transcript transcript; /* started_at: metadata.start_time_unix_secs, else event_timestamp, else
                                     now; language: of metadata.main_language ("pt-br" is "pt") */
    int64_t duration;             /* seconds, -1 when unknown */
    const char *title;            /* analysis.call_summary_title, "" */
    const char *outcome;          /* analysis.call_successful, "" */
    const char *failure;          /* failure_reason of a failure event, or why it is an attempt, "" */
    bool machine;         /* the carrier heard a machine: of EVENT_MACHINE, and set for remember_event() */
    bool attempt;         /* nobody was reached: no conversation with a person, and `failure` says why */
    bool analysed;        /* an LLM of ElevenLabs has said something of it */
    bool unredacted;      /* of a redacting workspace, as it was before redaction */
    const char *timezone; /* metadata.timezone, else system__timezone, "" when unknown */
    bool delete_pii;      /* metadata.deletion_settings.delete_transcript_and_pii */
    char *agents;  /* which agents had the call, in order, as a JSON array (event_agents.c); NULL when it is
                      the one in `agent` and no more is known of it. event_free() frees it. */
    char **voices; /* the texts of turns in several voices */
    size_t voice_count;
    bool unkept;    /* set by remember_event(): the caller asked that the call not be kept (unkept.h) */
    bool is_unread; /* set by remember_event(): no LLM has read what the caller said */
    cJSON *json;    /* owns the other text */
};

#endif
