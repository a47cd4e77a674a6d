#include "operate/help.h"

#include "operate/commands.h"

#include <stdlib.h>
#include <string.h>

#define COLUMNS 100
#define INDENT  32 /* of summaries and of what options do */

/* Prints words up to the last column; the first line begins at column `at`, the others at `indent`. */
static void print_wrapped(const char *text, int at, int indent, FILE *out)
{
    while (*text) {
        int len = (int)strcspn(text, " ");
        if (at > indent && at + 1 + len > COLUMNS) {
            fprintf(out, "\n%*s", indent, "");
            at = indent;
        }
        at += fprintf(out, at > indent ? " %.*s" : "%.*s", len, text);
        text += len;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

/* "  left    right", the right side below where the left one is too long. */
static void print_row(const char *left, const char *right, FILE *out)
{
    int at = fprintf(out, "  %s", left);
    if (at + 2 > INDENT)
        at = fprintf(out, "\n") - 1;
    fprintf(out, "%*s", INDENT - at, "");
    print_wrapped(right, INDENT, INDENT, out);
}

void help_print_all(const struct command *commands, FILE *out)
{
    fprintf(out, "usage: callmem COMMAND [OPTION...] [OPERAND...]\n");
    for (const struct command *command = commands; command->name; command++) {
        struct buf left = BUF_INIT;
        if (command->hidden)
            continue;
        if (command->group)
            fprintf(out, "\n%s\n", command->group);
        buf_printf(&left, "%s %s", command->name, command->operands);
        print_row(buf_text(&left) ? buf_text(&left) : command->name, command->summary, out);
        buf_free(&left);
    }
    fprintf(
        out,
        "\ncallmem help COMMAND and callmem COMMAND --help say more about one; callmem --version prints the\n"
        "version. Settings: callmem.env(5), from the environment and from the file named by\n"
        "CALLMEM_ENV_FILE. Exit status: 0 done, 1 failed, 2 wrong command line, 3 no such thing, 78 wrong "
        "settings.\n");
}

void help_print(const struct command *command, FILE *out)
{
    struct buf text = BUF_INIT;
    command_usage(command, &text);
    fprintf(out, "usage: %s\n\nIt", buf_text(&text) ? buf_text(&text) : command->name);
    buf_reset(&text);
    buf_printf(&text, "%s.", command->summary);
    if (command->about)
        buf_printf(&text, " %s", command->about);
    print_wrapped(buf_text(&text) ? buf_text(&text) : command->summary, 2, 0, out);
    if (command->options->name || command->json)
        fputc('\n', out);
    for (const struct command_option *option = command->options; option->name; option++) {
        buf_reset(&text);
        buf_printf(&text, "--%s %s", option->name, option->value ? option->value : "");
        print_row(buf_text(&text) ? buf_text(&text) : option->name, option->help, out);
    }
    if (command->json)
        print_row("--json", "prints one JSON object", out);
    buf_free(&text);
}

int help_command(struct instance *instance, const struct args *args)
{
    (void)instance;
    if (!*args->operands) {
        help_print_all(args->commands, stdout);
        return EXIT_SUCCESS;
    }
    const struct command *command = command_find(args->commands, *args->operands);
    if (!command)
        return command_unknown(args->commands, *args->operands);
    help_print(command, stdout);
    return EXIT_SUCCESS;
}
