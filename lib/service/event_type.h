/*
 * event_type: the events of ElevenLabs' post-call webhooks that callmem knows, by the name in their "type".
 */
#ifndef CALLMEM_SERVICE_EVENT_TYPE_H
#define CALLMEM_SERVICE_EVENT_TYPE_H

#include <stdbool.h>

#define EVENT_ID_CHARS 256 /* the most characters of a conversation_id or agent_id */

/* All but EVENT_OTHER are about one call and name its conversation. An EVENT_MACHINE without one is taken for
 * EVENT_OTHER: ElevenLabs does not document what is in it. */
enum event_type {
    EVENT_TRANSCRIPTION, /* what was said */
    EVENT_AUDIO,         /* the recording */
    EVENT_FAILURE,       /* the call did not come about */
    EVENT_MACHINE,       /* whether a machine answered a call of ours, as the carrier heard it */
    EVENT_OTHER,
};

enum event_type event_type_find(const char *name);
/* Whether it is the event of a redacting workspace with everything in it (`unredacted_transcript`,
 * `unredacted_audio` among the webhook's events; ElevenLabs does not document the types' names, so any that
 * says so counts). */
bool event_type_is_unredacted(const char *name);

#endif
