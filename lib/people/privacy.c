#include "people/privacy.h"

#include "base/json.h"
#include "people/fact.h"

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
        .kind = privacy == PRIVACIES ? PRIVACY_NONE : privacy,
        .state = state_find(json_text(metadata, "state")),
        .turn = (int)json_int(metadata, "turn", -1),
        .hidden = json_int(metadata, "hidden", 0),
        .decided = json_int(metadata, "decided", 0),
    };
    cJSON_Delete(metadata);
    return true;
}

const char *privacy_content(enum privacy kind)
{
    static const char *const contents[PRIVACIES] = {
        "Asked about their data", "Asked that what is stored about them be erased",
        "Asked not to be called again", "Asked that the call not be kept"};
    return contents[kind];
}

static bool add_number(cJSON *object, const char *name, int64_t number, int64_t none)
{
    return number == none || cJSON_AddNumberToObject(object, name, (double)number);
}

const char *privacy_metadata(struct arena *arena, const struct request *request)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && cJSON_AddStringToObject(object, "request", privacy_name(request->kind)) &&
                cJSON_AddStringToObject(object, "state", request_state_name(request->state)) &&
                add_number(object, "turn", request->turn, -1) &&
                add_number(object, "hidden", request->hidden, 0) &&
                add_number(object, "decided", request->decided, 0);
    if (good)
        return fact_json(arena, object);
    cJSON_Delete(object);
    return NULL;
}

bool privacy_hides(const struct memory_list *memories)
{
    for (size_t i = 0; i < memories->count; i++) {
        struct request request;
        if (memories->items[i].kind == KIND_PRIVACY && privacy_read(&memories->items[i], &request) &&
            request.kind == PRIVACY_ERASE && request.state == REQUEST_OPEN && request.hidden > 0)
            return true;
    }
    return false;
}
