/*
 * event_parts: how event.c divides its work: who the caller is, whether it is a call at all, what tools said,
 * what the caller thought of it, and which agents had it.
 */
#ifndef CALLMEM_PEOPLE_EVENT_PARTS_H
#define CALLMEM_PEOPLE_EVENT_PARTS_H

#include "people/event_shape.h"

/* Fills caller, caller_kind and transcript.outbound of a conversation, and of a call that failed to start. */
void event_find_caller(struct event *event, const cJSON *data, const cJSON *metadata);
void event_find_failed_caller(struct event *event, const cJSON *metadata);

/* Sets `attempt` and `failure` where nobody was reached; turns of a machine that a person followed on are
 * taken out. After the turns were read. */
void event_find_attempt(struct event *event, const cJSON *data, const cJSON *metadata);

/* Whether the data of an event answering_machine_detection says that a machine answered. */
bool event_says_machine(const cJSON *data);

/* What the caller gave the call (metadata.feedback) and what its evaluation says plainly of how they felt:
 * transcript.rated and .judged. NULL is allowed for both. */
void event_read_feedback(struct event *event, const cJSON *metadata, const cJSON *analysis);
/* What the caller wrote with it, NULL when there is nothing that can be kept. */
const char *event_feedback_comment(const cJSON *metadata);

/* Which agents had the call, as event.agents. -1 when out of memory. */
int event_read_agents(struct event *event, const cJSON *data);

/* Adds to transcript.results the numbers and codes in what tools answered. -1 when out of memory. */
int event_read_results(struct event *event, const cJSON *transcript);

#endif
