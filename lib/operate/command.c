#include "operate/command.h"

#include "base/text.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define INPUT_MOST (1024L * 1024 * 1024)

/* --- The table --- */

const struct command *command_find(const struct command *commands, const char *name)
{
    while (commands->name && strcmp(commands->name, name) != 0)
        commands++;
    return commands->name ? commands : NULL;
}

int command_unknown(const struct command *commands, const char *name)
{
    const char *nearest = commands->name;
    int least = INT_MAX;
    for (const struct command *command = commands; command->name; command++) {
        int distance = command->hidden ? INT_MAX : text_distance(name, command->name);
        if (distance < least) {
            least = distance;
            nearest = command->name;
        }
    }
    fprintf(stderr, "callmem: there is no command %s. The nearest is %s; callmem help lists all.\n", name,
            nearest);
    return EXIT_USAGE;
}

static void add_option(struct buf *b, const struct command_option *option)
{
    buf_printf(b, option->required ? " --%s" : " [--%s", option->name);
    if (option->value)
        buf_printf(b, " %s", option->value);
    buf_puts(b, option->required ? "" : "]");
}

void command_usage(const struct command *command, struct buf *b)
{
    buf_printf(b, "callmem %s", command->name);
    for (const struct command_option *option = command->options; option->name; option++)
        add_option(b, option);
    if (command->json)
        buf_puts(b, " [--json]");
    if (*command->operands)
        buf_printf(b, " %s", command->operands);
}

/* --- The command line --- */

int args_refuse(const struct args *args, const char *format, ...)
{
    struct buf usage = BUF_INIT;
    va_list list;
    fprintf(stderr, "callmem %s: ", args->command->name);
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
    command_usage(args->command, &usage);
    fprintf(stderr, "\nusage: %s\n", buf_text(&usage) ? buf_text(&usage) : "");
    buf_free(&usage);
    return EXIT_USAGE;
}

static size_t option_at(const struct command *command, const char *name, size_t len)
{
    size_t at = 0;
    while (command->options[at].name &&
           (strlen(command->options[at].name) != len || memcmp(command->options[at].name, name, len) != 0))
        at++;
    return at;
}

/* Whether a value is one of "local|remote"; one that is called "DATE" may be anything. */
static bool is_choice(const char *choices, const char *value)
{
    size_t len = strlen(value);
    if (!strchr(choices, '|'))
        return true;
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (strcspn(at, "|") == len && memcmp(at, value, len) == 0)
            return true;
    return false;
}

/* Reads the option that words[0] begins with; how many words it took, 0 after a complaint. */
static int read_option(struct args *args, char **words)
{
    const char *name = words[0] + 2, *equals = strchr(name, '=');
    size_t len = equals ? (size_t)(equals - name) : strlen(name);
    if (strcmp(words[0], "-h") == 0 || strcmp(words[0], "--help") == 0)
        return args->help = true;
    if (args->command->json && strcmp(words[0], "--json") == 0)
        return args->json = true;
    size_t at = strncmp(words[0], "--", 2) == 0 ? option_at(args->command, name, len) : COMMAND_OPTIONS;
    const struct command_option *option = &args->command->options[at];
    if (!option->name)
        return args_refuse(args, "there is no option %s", words[0]), 0;
    if (!option->value) {
        args->values[at] = "";
        return equals ? args_refuse(args, "--%s takes no value", option->name), 0 : 1;
    }
    const char *value = equals ? equals + 1 : words[1];
    if (!value || !*value)
        return args_refuse(args, "--%s needs a value: %s", option->name, option->value), 0;
    if (!is_choice(option->value, value))
        return args_refuse(args, "--%s must be one of %s", option->name, option->value), 0;
    args->values[at] = value;
    return equals ? 1 : 2;
}

/* Whether `count` operands satisfy "CALLER QUERY...". */
static bool is_enough(const char *operands, int count)
{
    int least = 0, most = 0;
    for (const char *word = operands; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
        most++;
        least += *word != '[';
    }
    return count >= least && (count <= most || strstr(operands, "..."));
}

static int check(const struct args *args, int count)
{
    for (size_t i = 0; args->command->options[i].name; i++)
        if (args->command->options[i].required && !args->values[i])
            return args_refuse(args, "--%s is missing", args->command->options[i].name);
    if (!is_enough(args->command->operands, count))
        return *args->command->operands ? args_refuse(args, "%s is expected", args->command->operands)
                                        : args_refuse(args, "nothing may follow it but options");
    return 0;
}

int args_parse(struct args *args, char **words)
{
    int count = 0;
    bool options = true;
    args->operands = words;
    for (char **word = words; *word;) {
        if (options && strcmp(*word, "--") == 0) {
            options = false;
            word++;
        } else if (options && **word == '-' && (*word)[1]) {
            int taken = read_option(args, word);
            if (taken == 0)
                return EXIT_USAGE;
            word += taken;
        } else {
            words[count++] = *word++;
        }
    }
    words[count] = NULL;
    return args->help ? 0 : check(args, count);
}

const char *args_option(const struct args *args, const char *name)
{
    size_t at = option_at(args->command, name, strlen(name));
    if (!args->command->options[at].name)
        abort(); /* the table and the command do not agree */
    return args->values[at];
}

static const char *input_path(const struct args *args)
{
    const struct command_option *options = args->command->options;
    if (args->command->opens)
        return args->operands[0];
    for (size_t i = 0; options[i].name; i++)
        if (options[i].value && strcmp(options[i].value, "FILE") == 0)
            return args->values[i];
    return NULL;
}

int args_open(struct args *args, struct error *error)
{
    const char *path = input_path(args);
    if (!path)
        return 0;
    args->input = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!args->input)
        return error_set(error, ERROR_INVALID_REQUEST, "%s cannot be opened: %s", path, strerror(errno));
    return 0;
}

int args_read(const struct args *args, struct buf *text, struct error *error)
{
    char piece[65536];
    size_t got;
    while ((got = fread(piece, 1, sizeof piece, args->input)) > 0 && text->len < INPUT_MOST)
        buf_add(text, piece, got);
    if (ferror(args->input))
        return error_set(error, ERROR_INVALID_REQUEST, "%s cannot be read", input_path(args));
    return buf_text(text) ? 0 : error_no_memory(error);
}
