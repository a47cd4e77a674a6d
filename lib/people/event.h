/*
 * event: what ElevenLabs sends after a call, read into a shape that the rest understands. Source:
 * ElevenLabs' post-call webhooks of 2026; unknown fields are ignored, missing ones are empty.
 */
#ifndef CALLMEM_PEOPLE_EVENT_H
#define CALLMEM_PEOPLE_EVENT_H

#include "base/error.h"
#include "people/event_shape.h"

#include <stddef.h>

/* Reads one event; `bytes` is not needed afterwards. ERROR_INVALID_JSON, or ERROR_INVALID_REQUEST (type is no
 * text; for events about a call: data or conversation_id is missing, or not 1 to 256 characters). Other types
 * are EVENT_OTHER with only type_name filled; of EVENT_MACHINE there are conversation, agent and machine. */
int event_parse(const char *bytes, size_t len, struct event *event, struct error *error);
void event_free(struct event *event);

#endif
