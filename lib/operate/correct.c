/*
 * correct: what an operator says of a caller: correct, drop, note, split (people/operator.h).
 */
#include "base/clock.h"
#include "operate/author.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/operator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool add_change(cJSON *object, const struct operator_change *change)
{
    return cJSON_AddStringToObject(object, "caller", change->caller) &&
           (!*change->id || cJSON_AddStringToObject(object, "id", change->id)) &&
           cJSON_AddStringToObject(object, "was", change->was) &&
           cJSON_AddStringToObject(object, "now", change->now);
}

static int print_change(const struct args *args, const struct operator_change *change, bool dry)
{
    if (args->json) {
        cJSON *object = cJSON_CreateObject();
        if (object && add_change(object, change) && cJSON_AddBoolToObject(object, "dry_run", dry))
            return report_json(object);
        cJSON_Delete(object);
        return report_json(NULL);
    }
    printf("%s%s\n", change->caller, dry ? " (nothing was changed)" : "");
    if (*change->was)
        printf("- %s\n", change->was);
    if (*change->now)
        printf("+ %s\n", change->now);
    if (*change->id)
        printf("It is undone with: callmem drop --undo %s\n", change->id);
    return EXIT_SUCCESS;
}

typedef int change_by(const struct operator_context *context, const struct args *args,
                      struct operator_change *change, struct error *error);

static int run(const struct instance *instance, const struct args *args, change_by *make)
{
    struct operator_change change = {0};
    struct error error = {0};
    const struct operator_context context = {.store = memory_open(&instance->memory),
                                             .settings = instance->settings,
                                             .by = author_of(args),
                                             .dry = args_option(args, "dry-run") != NULL};
    int result = context.store ? make(&context, args, &change, &error) : error_no_memory(&error);
    int status = result == 0 ? print_change(args, &change, context.dry) : report_failure(&error);
    operator_change_free(&change);
    memory_close(context.store);
    return status;
}

/* The words from `at` on, with a blank between; free() it. */
static char *text_of(const struct args *args, size_t at)
{
    struct buf b = BUF_INIT;
    for (char **word = args->operands + at; *word; word++)
        buf_printf(&b, "%s%s", b.len ? " " : "", *word);
    return buf_take(&b);
}

/* --- correct --- */

static int correct(const struct operator_context *context, const struct args *args,
                   struct operator_change *change, struct error *error)
{
    char caller[CALLER_SIZE];
    char *text = text_of(args, 1);
    if (!text)
        return error_no_memory(error);
    int result = operator_correct(context, args->operands[0], text, change, error);
    /* In place of an id, whoever is alone on the line can be named by the number. */
    if (result != 0 && error->code == ERROR_NOT_FOUND &&
        caller_parse(args->operands[0], caller) == CALLER_NUMBER)
        result = operator_name(context, caller, text, change, error);
    free(text);
    return result;
}

int correct_command(struct instance *instance, const struct args *args)
{
    return run(instance, args, correct);
}

/* --- drop --- */

static int drop(const struct operator_context *context, const struct args *args,
                struct operator_change *change, struct error *error)
{
    return args_option(args, "undo") ? operator_undo(context, args->operands[0], change, error)
                                     : operator_drop(context, args->operands[0], change, error);
}

int drop_command(struct instance *instance, const struct args *args)
{
    return run(instance, args, drop);
}

/* --- note --- */

static int note(const struct operator_context *context, const struct args *args,
                struct operator_change *change, struct error *error)
{
    char caller[CALLER_SIZE];
    struct operator_note said = {
        .caller = caller, .until = args_option(args, "until"), .whose = args_option(args, "of")};
    if (caller_parse(args->operands[0], caller) == CALLER_INVALID)
        return error_set(error, ERROR_INVALID_REQUEST, "there is no such caller");
    char *text = text_of(args, 1);
    said.text = text;
    int result = text ? operator_add_note(context, &said, change, error) : error_no_memory(error);
    free(text);
    return result;
}

int note_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    int64_t when;
    const char *until = args_option(args, "until");
    if (!caller_operand_read(args, caller))
        return EXIT_USAGE;
    if (until && (strlen(until) != strlen("2026-03-27") || !clock_parse(until, &when)))
        return args_refuse(args, "--until takes a date such as 2026-03-27");
    return run(instance, args, note);
}

/* --- split --- */

static int split(const struct operator_context *context, const struct args *args,
                 struct operator_change *change, struct error *error)
{
    char caller[CALLER_SIZE];
    if (caller_parse(args->operands[0], caller) == CALLER_INVALID)
        return error_set(error, ERROR_INVALID_REQUEST, "there is no such caller");
    char *name = text_of(args, 1);
    int result = name ? operator_split(context, caller, name, args_option(args, "calls"), change, error)
                      : error_no_memory(error);
    free(name);
    return result;
}

int split_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    return caller_operand_read(args, caller) ? run(instance, args, split) : EXIT_USAGE;
}
