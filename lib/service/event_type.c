#include "service/event_type.h"

#include <string.h>

static const char *const names[EVENT_OTHER] = {
    [EVENT_TRANSCRIPTION] = "post_call_transcription",
    [EVENT_AUDIO] = "post_call_audio",
    [EVENT_FAILURE] = "call_initiation_failure",
    [EVENT_MACHINE] = "answering_machine_detection",
};

bool event_type_is_unredacted(const char *name)
{
    return strstr(name, "unredacted") != NULL;
}

enum event_type event_type_find(const char *name)
{
    if (event_type_is_unredacted(name))
        return strstr(name, "transcript") ? EVENT_TRANSCRIPTION
               : strstr(name, "audio")    ? EVENT_AUDIO
                                          : EVENT_OTHER;
    enum event_type type = EVENT_TRANSCRIPTION;
    while (type < EVENT_OTHER && strcmp(names[type], name) != 0)
        type++;
    return type;
}
