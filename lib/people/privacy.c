#include "people/privacy.h"

#include "base/json.h"

#include <string.h>

static const char *const state_names[REQUEST_STATES] = {"open", "granted", "dismissed"};

const char *request_state_name(enum request_state state)
{
    return state_names[state];
}

/* An unknown state counts as open: somebody should look at it. */
static enum request_state state_find(const char *name)
{
    for (int i = 0; i < REQUEST_STATES; i++)
        if (name && strcmp(state_names[i], name) == 0)
            return (enum request_state)i;
    return REQUEST_OPEN;
}

bool privacy_read(const struct memory *memory, struct request *request)
{
    struct error error = {0};
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    if (!metadata && error_is_transient(error.code))
        return false;
    const char *kind = json_text(metadata, "request");
    enum privacy privacy = kind ? privacy_find(kind) : PRIVACY_NONE;
    *request = (struct request){
        .memory = memory,
        .kind = privacy == PRIVACIES ? PRIVACY_NONE : privacy,
        .state = state_find(json_text(metadata, "state")),
        .turn = (int)json_int(metadata, "turn", -1),
    };
    cJSON_Delete(metadata);
    return true;
}
