/*
 * list: the callers, the last call first.
 */
#include "base/clock.h"
#include "operate/commands.h"
#include "operate/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static cJSON *object_of(const struct memory_caller *caller)
{
    char last[CLOCK_STAMP_SIZE];
    cJSON *item = cJSON_CreateObject();
    clock_stamp(caller->last_call, last);
    if (item && cJSON_AddStringToObject(item, "caller", caller->caller) &&
        cJSON_AddStringToObject(item, "caller_name", caller->name) &&
        cJSON_AddStringToObject(item, "caller_people", caller->people) &&
        cJSON_AddNumberToObject(item, "call_count", (double)caller->calls) &&
        cJSON_AddStringToObject(item, "last_call", last))
        return item;
    cJSON_Delete(item);
    return NULL;
}

static int print_json(const struct memory_callers *callers)
{
    cJSON *whole = cJSON_CreateObject(), *array = cJSON_AddArrayToObject(whole, "callers");
    bool good = array != NULL;
    for (size_t i = 0; i < callers->count && good; i++)
        good = cJSON_AddItemToArray(array, object_of(&callers->items[i]));
    if (good)
        return report_json(whole);
    cJSON_Delete(whole);
    return report_json(NULL);
}

static int print_lines(const struct memory_callers *callers)
{
    for (size_t i = 0; i < callers->count; i++) {
        const struct memory_caller *caller = &callers->items[i];
        char last[CLOCK_STAMP_SIZE];
        clock_stamp(caller->last_call, last);
        last[strlen("2026-03-02T10:04")] = '\0';
        last[strlen("2026-03-02")] = ' ';
        printf("%s  %-20s %5lld  %s\n", last, caller->caller, (long long)caller->calls,
               *caller->people ? caller->people : caller->name);
    }
    if (callers->count == 0)
        printf("There are no such callers.\n");
    return EXIT_SUCCESS;
}

/* "20"; false for anything but a number above 0. */
static bool read_limit(const char *text, size_t *limit)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    *limit = number;
    return *text >= '0' && *text <= '9' && *end == '\0' && number > 0;
}

int list_command(struct instance *instance, const struct args *args)
{
    const char *since = args_option(args, "since"), *limit = args_option(args, "limit");
    struct memory_callers_filter filter = {.text = args_option(args, "name")};
    struct memory_callers callers = {0};
    struct error error = {0};
    if (since && !clock_parse(since, &filter.since))
        return args_refuse(args,
                           "--since takes a date such as 2026-03-02, 2026-03-02T10:04Z or Unix seconds");
    if (limit && !read_limit(limit, &filter.limit))
        return args_refuse(args, "--limit takes a number above 0");
    struct memory_store *memory = memory_open(&instance->memory);
    int result = memory ? memory_callers(memory, &filter, &callers, &error) : error_no_memory(&error);
    memory_close(memory);
    int status = result != 0  ? report_failure(&error)
                 : args->json ? print_json(&callers)
                              : print_lines(&callers);
    memory_callers_free(&callers);
    return status;
}
