/*
 * search: what the webhook search-data would answer.
 */
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/search_answer.h"
#include "people/trust.h"

#include <stdlib.h>

#define LIMIT 10

int search_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    struct error error = {0};
    struct buf query = BUF_INIT, answer = BUF_INIT;
    if (!caller_operand_read(args, caller))
        return EXIT_USAGE;
    for (char **word = args->operands + 1; *word; word++)
        buf_printf(&query, "%s%s", query.len ? " " : "", *word);
    const struct memory_filter filter = {
        .caller = caller,
        .agent = args_option(args, "agent"),
        .limit = LIMIT,
        .hide = args_option(args, "verified") ? 0 : trust_private(instance->settings)};
    struct memory_store *memory = memory_open(&instance->memory);
    int result = buf_text(&query) ? search_answer_add(&answer, instance->settings, memory, &filter,
                                                      buf_text(&query), &error)
                                  : error_no_memory(&error);
    int status = result == 0 ? report_json(cJSON_Parse(buf_text(&answer))) : report_failure(&error);
    memory_close(memory);
    buf_free(&answer);
    buf_free(&query);
    return status;
}
