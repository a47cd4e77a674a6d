#include "service/event_type.h"

#include <string.h>

static const char *const names[EVENT_OTHER] = {
    [EVENT_TRANSCRIPTION] = "post_call_transcription",
    [EVENT_AUDIO] = "post_call_audio",
    [EVENT_FAILURE] = "call_initiation_failure",
};

enum event_type event_type_find(const char *name)
{
    enum event_type type = EVENT_TRANSCRIPTION;
    while (type < EVENT_OTHER && strcmp(names[type], name) != 0)
        type++;
    return type;
}
