/*
 * transcript: one call as it is to be understood: what was said, and what ElevenLabs' LLM collected of it.
 * Whoever makes one (people/event from an event, people/reread from memories) owns everything in it; nothing
 * here allocates.
 */
#ifndef CALLMEM_UNDERSTAND_TRANSCRIPT_H
#define CALLMEM_UNDERSTAND_TRANSCRIPT_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum role { ROLE_AGENT, ROLE_USER };

struct turn {
    enum role role;
    const char *text;    /* never empty: turns without words (tool calls) are left out */
    int position;        /* index in the transcript as it came */
    int64_t second;      /* of the call */
    const char *speaker; /* ElevenLabs' user_identifier where it tells several people apart, else "" */
};

/* One of data_collection_results. */
struct collected {
    const char *name;  /* "order_number"; where the id is opaque, the name that the operator gave it */
    const char *label; /* its description, or "" */
    char *value;       /* as text: strings as they are, numbers, true/false, JSON for the rest; never empty */
};

/* A number or code that a tool of the agent answered with. */
struct tool_result {
    char *name;  /* "book_table: booking_id" */
    char *value; /* "TBL-8812"; neither is ever empty */
};

struct transcript {
    char language[4];   /* ISO 639-1 as the event names it, "" when unknown */
    int64_t started_at; /* Unix seconds */
    int utc_offset;     /* seconds east of UTC of the zone in which the caller says "tomorrow" */
    bool outbound;
    const char *summary; /* analysis.transcript_summary, "" */
    struct turn *turns;
    size_t turn_count;
    struct collected *collected; /* each name once, none without a value */
    size_t collected_count;
    struct tool_result *results;
    size_t result_count;
    bool asked;   /* callmem's items are among what was collected, though perhaps without a value */
    bool own_llm; /* the operator's own LLM filled them in, not that of ElevenLabs */
    int rated;    /* what the caller gave the call after it: 1 good, -1 bad, 0 nothing clear */
    int judged;   /* how the caller felt, where an evaluation of the call says it plainly; as `rated` */
    const cJSON *variables; /* dynamic_variables that the call started with; may be NULL */
};

#endif
