/*
 * link, unlink: several numbers of one person.
 */
#include "operate/author.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/linking.h"

#include <stdio.h>
#include <stdlib.h>

static bool add_line(cJSON *lines, const struct linked_line *line)
{
    cJSON *object = cJSON_CreateObject();
    if (object && cJSON_AddStringToObject(object, "caller", line->caller) &&
        cJSON_AddStringToObject(object, "person", line->person) &&
        cJSON_AddStringToObject(object, "people", line->people) &&
        cJSON_AddNumberToObject(object, "calls", (double)line->calls) && cJSON_AddItemToArray(lines, object))
        return true;
    cJSON_Delete(object);
    return false;
}

static int print_json(const struct linked *linked, bool dry)
{
    cJSON *object = cJSON_CreateObject(), *lines = cJSON_AddArrayToObject(object, "lines");
    if (lines && add_line(lines, &linked->lines[0]) && add_line(lines, &linked->lines[1]) &&
        cJSON_AddStringToObject(object, "id", linked->id) &&
        cJSON_AddBoolToObject(object, "before", linked->before) &&
        cJSON_AddBoolToObject(object, "dry_run", dry))
        return report_json(object);
    cJSON_Delete(object);
    return report_json(NULL);
}

static int print_linked(const struct args *args, const struct linked *linked, bool dry)
{
    const struct linked_line *a = &linked->lines[0], *b = &linked->lines[1];
    const char *person = *a->person ? a->person : b->person;
    if (args->json)
        return print_json(linked, dry);
    printf("%s and %s are one person%s%s%s%s.\n", a->caller, b->caller, *person ? ": " : "", person,
           linked->before ? ", as before" : "", dry ? " (nothing was changed)" : "");
    printf("Each is answered with the calls of this person on the other: %zu of %s, %zu of %s.\n", a->calls,
           a->caller, b->calls, b->caller);
    printf("Export and forget take those calls along. It is undone with: callmem unlink %s %s\n", a->caller,
           b->caller);
    return EXIT_SUCCESS;
}

/* Why not, and who is known on the lines. */
static int refuse(const struct linked *linked, const struct error *error)
{
    int status = report_failure(error);
    for (int i = 0; i < 2; i++)
        if (linked->lines[i].caller && *linked->lines[i].people)
            fprintf(stderr, "Known on %s: %s\n", linked->lines[i].caller, linked->lines[i].people);
    return status;
}

int link_command(struct instance *instance, const struct args *args)
{
    char a[CALLER_SIZE], b[CALLER_SIZE];
    struct error error = {0};
    struct linked linked = {0};
    if (!caller_operand_read_at(args, 0, a) || !caller_operand_read_at(args, 1, b))
        return EXIT_USAGE;
    const struct linking linking = {.store = memory_open(&instance->memory),
                                    .settings = instance->settings,
                                    .by = author_of(args),
                                    .dry = args_option(args, "dry-run") != NULL};
    int result = linking.store ? linking_link(&linking, a, b, args_option(args, "name"), &linked, &error)
                               : error_no_memory(&error);
    int status = result == 0 ? print_linked(args, &linked, linking.dry) : refuse(&linked, &error);
    linked_free(&linked);
    memory_close(linking.store);
    return status;
}

int unlink_command(struct instance *instance, const struct args *args)
{
    char a[CALLER_SIZE], b[CALLER_SIZE];
    struct error error = {0};
    size_t count = 0;
    if (!caller_operand_read_at(args, 0, a) || !caller_operand_read_at(args, 1, b))
        return EXIT_USAGE;
    const struct linking linking = {.store = memory_open(&instance->memory),
                                    .settings = instance->settings,
                                    .by = "",
                                    .dry = args_option(args, "dry-run") != NULL};
    int result = linking.store ? linking_unlink(&linking, a, b, &count, &error) : error_no_memory(&error);
    memory_close(linking.store);
    const struct report_count counts[] = {{"links", "links", (int64_t)count}};
    if (result != 0)
        return report_failure(&error);
    if (args->json)
        return report_counts(args, counts, 1);
    printf(linking.dry ? "%s and %s would not be linked any more (nothing was changed).\n"
                       : "%s and %s are not linked any more.\n",
           a, b);
    return EXIT_SUCCESS;
}
