/*
 * event_parts: how event.c divides its work: who the caller is, whether it is a call at all, and what tools
 * said.
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

/* Adds to transcript.results the numbers and codes in what tools answered. -1 when out of memory. */
int event_read_results(struct event *event, const cJSON *transcript);

#endif
