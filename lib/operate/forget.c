/*
 * forget: erases a caller everywhere.
 */
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/erasure.h"
#include "operate/report.h"

#include <stdlib.h>

static int print_erased(const struct args *args, const char *caller, const struct erased *erased)
{
    if (args->json)
        return report_json(erasure_object(erased));
    erasure_print(caller, erased);
    if (erased->memories == 0 && erased->events == 0)
        caller_operand_hint(caller);
    return EXIT_SUCCESS;
}

int forget_command(struct instance *instance, const struct args *args)
{
    char caller[CALLER_SIZE];
    struct error error = {0};
    struct erased erased;
    if (!caller_operand_read(args, caller))
        return EXIT_USAGE;
    struct memory_store *memory = memory_open(&instance->memory);
    int result = memory ? erasure_run(instance, memory, caller, &erased, &error) : error_no_memory(&error);
    memory_close(memory);
    int status = result == 0 ? print_erased(args, caller, &erased) : report_failure(&error);
    return result == 0 && erasure_check_compressed(instance) != EXIT_SUCCESS ? EXIT_FAILURE : status;
}
