/*
 * answer: what client-data would answer, for calls that are made.
 */
#include "people/answer.h"

#include "operate/batch.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/privacy.h"

#include <stdio.h>
#include <stdlib.h>

struct answering {
    const struct settings *settings;
    struct memory_store *memory;
    const char *scope;
};

/* Names a caller who asked not to be called, whatever was decided but that it was not meant. */
static int warn(const struct answering *answering, const char *caller, struct error *error)
{
    const struct memory_filter filter = {.caller = caller, .kinds = 1u << KIND_PRIVACY};
    struct memory_list list;
    if (memory_list(answering->memory, &filter, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        struct request request;
        if (privacy_read(&list.items[i], &request) && request.kind == PRIVACY_DO_NOT_CALL &&
            request.state != REQUEST_DISMISSED) {
            fprintf(stderr, "%s asked not to be called (request %s).\n", caller, list.items[i].id);
            break;
        }
    }
    memory_list_free(&list);
    return 0;
}

static int add_answer(void *ctx, const char *caller, struct buf *b, struct error *error)
{
    const struct answering *answering = ctx;
    struct memory_profile profile;
    if (memory_profile(answering->memory, caller, answering->scope, &profile, error) != 0)
        return -1;
    int result = answer_add(b, answering->settings, &profile, caller, NULL, error);
    memory_profile_free(&profile);
    return result == 0 ? warn(answering, caller, error) : -1;
}

static int print_one(struct answering *answering, const char *caller)
{
    struct error error = {0};
    struct buf b = BUF_INIT;
    int result = add_answer(answering, caller, &b, &error);
    int status = result == 0 ? report_json(cJSON_Parse(buf_text(&b))) : report_failure(&error);
    buf_free(&b);
    return status;
}

static int print_batch(struct answering *answering, const struct args *args)
{
    struct error error = {0};
    struct buf text = BUF_INIT, out = BUF_INIT, complaints = BUF_INIT;
    int status = EXIT_SUCCESS, result = args_read(args, &text, &error);
    if (result == 0)
        result = batch_fill(text.data ? text.data : "", text.len, add_answer, answering, &out, &complaints,
                            &error);
    if (complaints.len && buf_text(&complaints))
        fputs(buf_text(&complaints), stderr);
    if (result != 0)
        status = report_failure(&error);
    else if (out.len)
        fwrite(out.data, 1, out.len, stdout);
    buf_free(&complaints);
    buf_free(&out);
    buf_free(&text);
    return status;
}

int answer_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    const char *agent = args_option(args, "agent"), *batch = args_option(args, "batch");
    struct error error = {0};
    if (!batch == !*args->operands)
        return args_refuse(args, "CALLER or --batch FILE is expected");
    if (!batch && !caller_operand_read(args, caller))
        return EXIT_USAGE;
    struct answering answering = {.settings = instance->settings,
                                  .scope = answer_scope(instance->settings, agent ? agent : "")};
    if (!answering.scope)
        return args_refuse(args, "with CALLMEM_SCOPE=agent, --agent ID is expected");
    answering.memory = memory_open(&instance->memory);
    if (!answering.memory)
        return error_no_memory(&error), report_failure(&error);
    int status = batch ? print_batch(&answering, args) : print_one(&answering, caller);
    memory_close(answering.memory);
    return status;
}
