/*
 * export: everything that is kept of one caller, as JSON. import.c brings it back.
 */
#include "operate/export.h"
#include "base/clock.h"
#include "base/json.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/dossier.h"
#include "operate/receipt.h"
#include "operate/report.h"
#include "people/privacy.h"
#include "people/profile.h"

#include <stdlib.h>
#include <string.h>

/* Takes `item`, which may be NULL for lack of memory; false when it is not in the object afterwards. */
static bool add_item(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool add_text(cJSON *object, const char *name, const char *text)
{
    return add_item(object, name, cJSON_CreateString(text));
}

static bool add_number(cJSON *object, const char *name, double number)
{
    return add_item(object, name, cJSON_CreateNumber(number));
}

static bool add_stamp(cJSON *object, const char *name, int64_t when)
{
    char text[CLOCK_STAMP_SIZE];
    clock_stamp(when, text);
    return add_text(object, name, text);
}

/* What is stored as JSON; what cannot be read is an empty object. NULL when out of memory. */
static cJSON *read_json(const char *text)
{
    struct error error = {0};
    cJSON *json = json_parse(text, strlen(text), &error);
    return json || error_is_transient(error.code) ? json : cJSON_CreateObject();
}

/* These return NULL when out of memory: an export that lacked something would be treated as complete. */
static cJSON *export_memory(const struct memory *memory)
{
    cJSON *item = cJSON_CreateObject();
    if (item && add_text(item, "id", memory->id) && add_text(item, "kind", kind_name(memory->kind)) &&
        add_text(item, "sector", sector_name(memory->sector)) &&
        add_number(item, "position", memory->position) &&
        (!*memory->speaker || add_text(item, "speaker", memory->speaker)) &&
        add_text(item, "content", memory->content) && add_number(item, "salience", memory->salience) &&
        add_number(item, "decay_lambda", memory->decay_lambda) && add_text(item, "tags", memory->tags) &&
        add_item(item, "metadata", read_json(memory->metadata)) &&
        add_stamp(item, "created_at", memory->created_at) &&
        add_stamp(item, "updated_at", memory->updated_at))
        return item;
    cJSON_Delete(item);
    return NULL;
}

static cJSON *export_call(const struct memory_list *list, const struct memory *call)
{
    cJSON *item = cJSON_CreateObject(), *memories = NULL;
    bool good = item && add_text(item, "conversation_id", call->conversation) &&
                add_text(item, "agent_id", call->agent) && add_text(item, "language", call->language) &&
                add_stamp(item, "started_at", call->created_at) &&
                (memories = cJSON_AddArrayToObject(item, "memories")) != NULL;
    for (size_t i = 0; good && i < list->count; i++) {
        if (strcmp(list->items[i].conversation, call->conversation) != 0)
            continue;
        cJSON *memory = export_memory(&list->items[i]);
        good = memory && cJSON_AddItemToArray(memories, memory);
    }
    if (good)
        return item;
    cJSON_Delete(item);
    return NULL;
}

static bool add_calls(cJSON *object, const struct memory_list *calls, const struct memory_list *memories)
{
    cJSON *list = cJSON_AddArrayToObject(object, "conversations");
    bool good = list != NULL;
    for (size_t i = 0; good && i < calls->count; i++) {
        cJSON *call = export_call(memories, &calls->items[i]);
        good = call && cJSON_AddItemToArray(list, call);
    }
    return good;
}

/* What the person is known by on other lines (callmem link). */
static bool add_linked(cJSON *whole, const struct dossier *dossier)
{
    cJSON *list = dossier->linked_count ? cJSON_AddArrayToObject(whole, "linked") : NULL;
    bool good = dossier->linked_count == 0 || list;
    for (size_t i = 0; good && i < dossier->linked_count; i++) {
        const struct dossier_line *linked = &dossier->linked[i];
        cJSON *line = cJSON_CreateObject();
        good = line && add_text(line, "caller", linked->caller) &&
               add_calls(line, &linked->calls, &linked->memories) && cJSON_AddItemToArray(list, line);
        if (!good)
            cJSON_Delete(line);
    }
    return good;
}

/* The profile; one that cannot be read is left out, as everything in it stands in the memories, too. */
static bool add_profile(cJSON *whole, const struct dossier *dossier)
{
    const char *document = dossier->profile.document;
    cJSON *profile = profile_variables(document, dossier->caller);
    if (profile)
        return add_item(whole, "profile", profile);
    struct error error = {0};
    cJSON *read = document ? json_parse(document, strlen(document), &error) : NULL;
    cJSON_Delete(read);
    return !read && error.code != ERROR_NONE && !error_is_transient(error.code);
}

static cJSON *export_request(const struct memory *memory)
{
    struct request request;
    cJSON *item = cJSON_CreateObject();
    if (item && privacy_read(memory, &request) && add_text(item, "id", memory->id) &&
        add_text(item, "kind", privacy_name(request.kind)) && add_stamp(item, "at", memory->created_at) &&
        add_text(item, "conversation", memory->conversation) &&
        add_text(item, "state", request_state_name(request.state)))
        return item;
    cJSON_Delete(item);
    return NULL;
}

/* What the caller asked about their data. It stands among the memories, too, from which an import takes it.
 */
static bool add_requests(cJSON *whole, const struct dossier *dossier)
{
    cJSON *list = cJSON_AddArrayToObject(whole, "requests");
    bool good = list != NULL;
    for (size_t i = 0; good && i < dossier->memories.count; i++) {
        if (dossier->memories.items[i].kind != KIND_PRIVACY)
            continue;
        cJSON *request = export_request(&dossier->memories.items[i]);
        good = request && cJSON_AddItemToArray(list, request);
    }
    return good;
}

cJSON *export_whole(const struct dossier *dossier)
{
    cJSON *whole = cJSON_CreateObject();
    bool good = whole && add_text(whole, "format", "callmem-export") && add_number(whole, "version", 1) &&
                add_text(whole, "caller", dossier->caller) && add_stamp(whole, "exported_at", clock_now()) &&
                add_profile(whole, dossier) && add_requests(whole, dossier) &&
                add_calls(whole, &dossier->calls, &dossier->memories) && add_linked(whole, dossier);
    if (good)
        return whole;
    cJSON_Delete(whole);
    return NULL;
}

int export_command(struct instance *instance, const struct args *args)
{
    struct dossier dossier = {0};
    struct error error = {0};
    if (!caller_operand_read(args, dossier.caller))
        return EXIT_USAGE;
    if (args_option(args, "name") && !args_option(args, "for-caller"))
        return args_refuse(args, "--name goes with --for-caller");
    int status = EXIT_SUCCESS;
    if (dossier_open(&dossier, instance, &error) != 0)
        status = report_failure(&error);
    else if (args_option(args, "for-caller"))
        status = receipt_print(&dossier, args_option(args, "name"));
    else
        status = report_json(export_whole(&dossier));
    dossier_close(&dossier);
    return status;
}
