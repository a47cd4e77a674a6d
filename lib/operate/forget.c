/*
 * forget: erases a caller everywhere; with --at-elevenlabs there as well. There first, and here only when
 * nothing is left there: by what is in memory here the rest is found when it is run again.
 */
#include "base/clock.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/elevenlabs_erasure.h"
#include "operate/erasure.h"
#include "operate/report.h"
#include "people/linking.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- At ElevenLabs --- */

static cJSON *call_object(const struct far_call *call)
{
    char stamp[CLOCK_STAMP_SIZE];
    cJSON *object = cJSON_CreateObject();
    clock_stamp(call->started, stamp);
    if (object && cJSON_AddStringToObject(object, "conversation_id", call->id) &&
        cJSON_AddStringToObject(object, "agent_id", call->agent) &&
        cJSON_AddStringToObject(object, "started_at", stamp) &&
        cJSON_AddBoolToObject(object, "in_memory", call->remembered) &&
        cJSON_AddBoolToObject(object, "over", !call->going))
        return object;
    cJSON_Delete(object);
    return NULL;
}

/* {"found", "deleted", "gone", "failed", "not_readable", "conversations"}; NULL when out of memory. */
static cJSON *far_object(const struct elevenlabs_erasure *far)
{
    const struct report_count counts[] = {
        {"found", NULL, (int64_t)far->count},
        {"deleted", NULL, (int64_t)far->deleted},
        {"gone", NULL, (int64_t)far->gone},
        {"failed", NULL, (int64_t)far->failed},
        {"not_readable", NULL, (int64_t)far->unreadable},
    };
    cJSON *object = report_object(counts, sizeof counts / sizeof *counts);
    cJSON *list = object ? cJSON_AddArrayToObject(object, "conversations") : NULL;
    bool good = list != NULL;
    for (size_t i = 0; good && i < far->count; i++) {
        cJSON *call = call_object(&far->calls[i]);
        good = call && cJSON_AddItemToArray(list, call);
    }
    if (good)
        return object;
    cJSON_Delete(object);
    return NULL;
}

static void print_found(const struct elevenlabs_erasure *far)
{
    if (far->count == 0) {
        printf("ElevenLabs has no conversation of %s.\n", far->caller);
        return;
    }
    printf("At ElevenLabs, of %s:\n", far->caller);
    for (size_t i = 0; i < far->count; i++) {
        const struct far_call *call = &far->calls[i];
        char stamp[CLOCK_STAMP_SIZE];
        clock_stamp(call->started, stamp);
        printf("  %s  %s  %s%s%s\n", call->id, stamp, call->agent,
               call->remembered ? "" : ", not in memory here", call->going ? ", not over yet" : "");
    }
}

static bool is_confirmed(const struct elevenlabs_erasure *far)
{
    char line[16] = "";
    printf("Delete %s there, and erase the caller here? Type yes: ",
           far->count == 1 ? "this conversation" : "these conversations");
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) && (strcmp(line, "yes\n") == 0 || strcmp(line, "yes") == 0))
        return true;
    puts("Nothing was deleted.");
    return false;
}

static int print_far(const struct args *args, const struct elevenlabs_erasure *far)
{
    cJSON *whole = NULL, *object;
    if (!args->json) {
        if (far->deleted + far->gone + far->failed)
            printf("At ElevenLabs: %zu %s deleted, %zu %s gone already, %zu %s left.\n", far->deleted,
                   report_noun((int64_t)far->deleted, "conversation", "conversations"), far->gone,
                   report_noun((int64_t)far->gone, "was", "were"), far->failed,
                   report_noun((int64_t)far->failed, "is", "are"));
        return EXIT_SUCCESS;
    }
    object = far_object(far);
    if (object && (whole = cJSON_CreateObject()) && cJSON_AddItemToObject(whole, "at_elevenlabs", object))
        return report_json(whole);
    cJSON_Delete(object);
    cJSON_Delete(whole);
    return report_json(NULL);
}

/* EXIT_SUCCESS: nothing is left there, and the caller is to be erased here. `done`: nothing more is to be
 * done. */
static int erase_far(struct instance *instance, const struct args *args, struct memory_store *memory,
                     const char *caller, struct elevenlabs_erasure *far, bool *done, struct error *error)
{
    *done = true;
    if (elevenlabs_erasure_find(far, instance, memory, caller, error) != 0)
        return report_failure(error);
    if (!args->json)
        print_found(far);
    if (args_option(args, "dry-run"))
        return args->json ? print_far(args, far) : EXIT_SUCCESS;
    if (far->count && !args_option(args, "yes") && !is_confirmed(far))
        return EXIT_FAILURE;
    if (elevenlabs_erasure_run(far, instance, error) != 0) {
        print_far(args, far);
        fprintf(stderr, "%s. Nothing was erased here, so that they are found again: run this again.\n",
                error->message);
        return EXIT_FAILURE;
    }
    *done = false;
    return EXIT_SUCCESS;
}

/* --- Here --- */

/* What goes with the caller: the calls of the same person on other lines (callmem link). */
static int print_kin(const struct kin *kin, const struct kin_share *share, struct memory_store *memory,
                     bool dry, FILE *out, struct error *error)
{
    for (size_t i = 1; i < kin->count; i++) {
        size_t count = 0;
        bool whole;
        for (size_t place = 0; place < share->count; place++)
            count += strcmp(share->places[place].caller, kin->lines[i]) == 0 &&
                     memory_is_call(share->places[place].conversation);
        if (kin_is_whole(memory, share, kin->lines[i], &whole, error) != 0)
            return -1;
        fprintf(out, "Linked with %s, as one person: %zu %s of that number%s %s too.\n", kin->lines[i], count,
                report_noun((int64_t)count, "conversation", "conversations"),
                !whole       ? ""
                : count == 1 ? ", which is all,"
                             : ", which are all,",
                dry          ? "would go"
                : count == 1 ? "goes"
                             : "go");
    }
    return 0;
}

static int announce(const struct args *args, struct memory_store *memory, const char *caller,
                    struct error *error)
{
    struct kin kin;
    struct kin_share share;
    bool dry = args_option(args, "dry-run"), far = args_option(args, "at-elevenlabs");
    int result = linking_read(memory, caller, &kin, &share, error);
    if (result == 0 && kin.count > 1 && far)
        result = error_set(error, ERROR_INVALID_REQUEST,
                           "the caller is linked with other numbers, whose calls --at-elevenlabs would leave "
                           "there: callmem unlink them first, and forget each");
    if (result == 0 && !far)
        result = print_kin(&kin, &share, memory, dry, args->json ? stderr : stdout, error);
    kin_free(&share);
    return result;
}

static int print_dry(const struct args *args, struct memory_store *memory, const char *caller,
                     struct error *error)
{
    struct memory_list calls;
    size_t count = 0;
    if (memory_conversations(memory, caller, &calls, error) != 0)
        return report_failure(error);
    for (size_t i = 0; i < calls.count; i++)
        count += memory_is_call(calls.items[i].conversation);
    memory_list_free(&calls);
    const struct report_count counts[] = {{"conversations", NULL, (int64_t)count}};
    if (args->json)
        return report_json(report_object(counts, 1));
    printf("%zu %s of %s would go. Nothing was erased.\n", count,
           report_noun((int64_t)count, "conversation", "conversations"), caller);
    return EXIT_SUCCESS;
}

static int print_erased(const struct args *args, const char *caller, const struct erased *erased,
                        const struct elevenlabs_erasure *far)
{
    if (args->json) {
        cJSON *whole = erasure_object(erased), *object = far ? far_object(far) : NULL;
        if (!far || (whole && object && cJSON_AddItemToObject(whole, "at_elevenlabs", object)))
            return report_json(whole);
        cJSON_Delete(object);
        cJSON_Delete(whole);
        return report_json(NULL);
    }
    if (far)
        print_far(args, far);
    erasure_print(caller, erased);
    if (erased->memories == 0 && erased->events == 0 && (!far || far->count == 0))
        caller_operand_hint(caller);
    return EXIT_SUCCESS;
}

static int erase_here(struct instance *instance, const struct args *args, struct memory_store *memory,
                      const char *caller, const struct elevenlabs_erasure *far, struct error *error)
{
    struct erased erased;
    if (erasure_run(instance, memory, caller, &erased, error) != 0)
        return report_failure(error);
    int status = print_erased(args, caller, &erased, far);
    if (erasure_check_rest(instance) != EXIT_SUCCESS || (far && far->unreadable))
        return EXIT_FAILURE;
    return status;
}

static int check_options(const struct args *args)
{
    bool far = args_option(args, "at-elevenlabs"), dry = args_option(args, "dry-run"),
         yes = args_option(args, "yes");
    if (!far && yes)
        return args_refuse(args, "--yes goes with --at-elevenlabs");
    if (far && args->json && !dry && !yes)
        return args_refuse(args, "--json cannot ask whether to delete: --yes or --dry-run is needed");
    return EXIT_SUCCESS;
}

int forget_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    struct error error = {0};
    bool far = args_option(args, "at-elevenlabs"), done = false;
    int status = check_options(args);
    if (status != EXIT_SUCCESS)
        return status;
    if (!caller_operand_read(args, caller))
        return EXIT_USAGE;
    struct elevenlabs_erasure erasure = ELEVENLABS_ERASURE_INIT;
    struct memory_store *memory = memory_open(&instance->memory);
    if (!memory) {
        error_no_memory(&error);
        status = report_failure(&error);
    } else if (announce(args, memory, caller, &error) != 0) {
        status = report_failure(&error);
        done = true;
    } else if (!far && args_option(args, "dry-run")) {
        status = print_dry(args, memory, caller, &error);
        done = true;
    } else if (far) {
        status = erase_far(instance, args, memory, caller, &erasure, &done, &error);
    }
    if (memory && !done)
        status = erase_here(instance, args, memory, caller, far ? &erasure : NULL, &error);
    memory_close(memory);
    elevenlabs_erasure_free(&erasure);
    return status;
}
