/*
 * requests: what callers ask about their data, and what an operator decides.
 */
#include "base/clock.h"
#include "operate/commands.h"
#include "operate/erasure.h"
#include "operate/report.h"
#include "people/decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REQUESTS_SHOWN 10000

/* --- Listing --- */

static cJSON *object_of(const struct memory *memory, const struct request *request)
{
    char at[CLOCK_STAMP_SIZE];
    cJSON *item = cJSON_CreateObject();
    clock_stamp(memory->created_at, at);
    if (item && cJSON_AddStringToObject(item, "id", memory->id) &&
        cJSON_AddStringToObject(item, "caller", memory->caller) &&
        cJSON_AddStringToObject(item, "kind", privacy_name(request->kind)) &&
        cJSON_AddStringToObject(item, "at", at) &&
        cJSON_AddStringToObject(item, "conversation", memory->conversation) &&
        cJSON_AddStringToObject(item, "state", request_state_name(request->state)) &&
        cJSON_AddBoolToObject(item, "hidden", request->hidden > 0))
        return item;
    cJSON_Delete(item);
    return NULL;
}

static void print_request(const struct memory *memory, const struct request *request)
{
    char date[CLOCK_STAMP_SIZE];
    clock_date(memory->created_at, date);
    printf("%-12s %s  %-20s %-13s %s%s, in %s\n", memory->id, date, memory->caller,
           privacy_name(request->kind), request_state_name(request->state),
           request->hidden ? " (hidden)" : "", memory->conversation);
}

static int print_all(const struct args *args, const struct memory_list *list)
{
    cJSON *whole = args->json ? cJSON_CreateObject() : NULL;
    cJSON *array = cJSON_AddArrayToObject(whole, "requests");
    bool good = !args->json || array;
    size_t open = 0;
    for (size_t i = 0; i < list->count && good; i++) {
        struct request request;
        good = privacy_read(&list->items[i], &request);
        if (!good || request.state != REQUEST_OPEN)
            continue;
        open++;
        if (args->json)
            good = cJSON_AddItemToArray(array, object_of(&list->items[i], &request));
        else
            print_request(&list->items[i], &request);
    }
    if (!args->json && good && open == 0)
        printf("There are no open requests.\n");
    if (args->json && good)
        return report_json(whole);
    cJSON_Delete(whole);
    if (!good)
        fprintf(stderr, "out of memory\n");
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int list_requests(struct memory_store *memory, const struct args *args, struct error *error)
{
    struct memory_list list;
    if (memory_requests(memory, REQUESTS_SHOWN, &list, error) != 0)
        return report_failure(error);
    int status = print_all(args, &list);
    memory_list_free(&list);
    return status;
}

/* --- Deciding --- */

/* The receipt names the request as well, since nothing of it is left to look up. */
static int print_receipt(const struct args *args, const struct memory *memory, const struct erased *erased)
{
    if (!args->json) {
        printf("Request %s is approved.\n", memory->id);
        erasure_print(memory->caller, erased);
        return EXIT_SUCCESS;
    }
    cJSON *object = cJSON_CreateObject(), *counts = erasure_object(erased);
    bool good = object && counts && cJSON_AddStringToObject(object, "id", memory->id) &&
                cJSON_AddStringToObject(object, "caller", memory->caller) &&
                cJSON_AddStringToObject(object, "kind", privacy_name(PRIVACY_ERASE)) &&
                cJSON_AddStringToObject(object, "state", "erased") &&
                cJSON_AddItemToObject(object, "erased", counts);
    if (good)
        return report_json(object);
    cJSON_Delete(object);
    cJSON_Delete(counts);
    return report_json(NULL);
}

static int erase(struct instance *instance, struct memory_store *memory, const struct args *args,
                 const struct memory *request, struct error *error)
{
    struct erased erased;
    if (erasure_run(instance, memory, request->caller, &erased, error) != 0)
        return report_failure(error);
    int status = print_receipt(args, request, &erased);
    return erasure_check_rest(instance) != EXIT_SUCCESS ? EXIT_FAILURE : status;
}

static int set_state(struct instance *instance, struct memory_store *memory, const struct args *args,
                     const struct memory *item, struct request *request, enum request_state state,
                     struct error *error)
{
    if (decision_set(memory, instance->settings, item, state, error) != 0)
        return report_failure(error);
    request->state = state;
    request->hidden = 0;
    if (args->json)
        return report_json(object_of(item, request));
    printf("Request %s of %s is %s.\n", item->id, item->caller, request_state_name(state));
    return EXIT_SUCCESS;
}

static int decide(struct instance *instance, struct memory_store *memory, const struct args *args,
                  const char *id, bool approve, struct error *error)
{
    struct memory_list found;
    struct request request;
    int status;
    if (decision_find(memory, id, &found, error) != 0)
        return report_failure(error);
    if (!privacy_read(&found.items[0], &request))
        status = report_json(NULL);
    else if (approve && request.kind == PRIVACY_ERASE)
        status = erase(instance, memory, args, &found.items[0], error);
    else
        status = set_state(instance, memory, args, &found.items[0], &request,
                           approve ? REQUEST_GRANTED : REQUEST_DISMISSED, error);
    memory_list_free(&found);
    return status;
}

int requests_command(struct instance *instance, const struct args *args)
{
    const char *approve = args_option(args, "approve"), *dismiss = args_option(args, "dismiss");
    struct error error = {0};
    if (approve && dismiss)
        return args_refuse(args, "--approve and --dismiss exclude each other");
    struct memory_store *memory = memory_open(&instance->memory);
    if (!memory)
        return error_no_memory(&error), report_failure(&error);
    int status = approve   ? decide(instance, memory, args, approve, true, &error)
                 : dismiss ? decide(instance, memory, args, dismiss, false, &error)
                           : list_requests(memory, args, &error);
    memory_close(memory);
    return status;
}
