#include "operate/print.h"

#include "operate/commands.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* --- The manual page --- */

/* "CALLER QUERY..." as mdoc's " Ar caller Ar query ...". */
static void manual_operands(const char *operands, FILE *out)
{
    for (const char *word = operands; *word; word += strcspn(word, " "), word += strspn(word, " ")) {
        bool optional = *word == '[';
        const char *name = word + optional;
        size_t len = strcspn(name, " ].");
        fputs(optional ? " Oo Ar " : " Ar ", out);
        for (size_t i = 0; i < len; i++)
            fputc(tolower((unsigned char)name[i]), out);
        fputs(strncmp(name + len, "...", 3) == 0 ? " ..." : "", out);
        fputs(optional ? " Oc" : "", out);
    }
}

static void manual_option(const struct command_option *option, FILE *out)
{
    fprintf(out, " Fl -%s", option->name);
    if (option->value && strchr(option->value, '|'))
        fprintf(out, " Ar %s", option->value);
    else if (option->value)
        manual_operands(option->value, out);
}

/* A sentence on each line, beginning with a capital. */
static void manual_text(const char *text, const char *end, FILE *out)
{
    fputc(toupper((unsigned char)*text), out);
    for (text++; *text; text++) {
        fputc(*text, out);
        if (text[0] == '.' && text[1] == ' ')
            fputc('\n', out), text++;
    }
    fprintf(out, "%s\n", end);
}

static void manual_command(const struct command *command, FILE *out)
{
    fprintf(out, ".It Cm %s", command->name);
    for (const struct command_option *option = command->options; option->name; option++) {
        fputs(option->required ? "" : " Oo", out);
        manual_option(option, out);
        fputs(option->required ? "" : " Oc", out);
    }
    fputs(command->json ? " Oo Fl -json Oc" : "", out);
    manual_operands(command->operands, out);
    fputc('\n', out);
    manual_text(command->summary, ".", out);
    if (command->about)
        manual_text(command->about, "", out);
    if (!command->options->name)
        return;
    fputs(".Bl -tag -width Ds\n", out);
    for (const struct command_option *option = command->options; option->name; option++) {
        fputs(".It", out);
        manual_option(option, out);
        fputc('\n', out);
        manual_text(option->help, ".", out);
    }
    fputs(".El\n", out);
}

void print_manual(const struct command *commands, FILE *out)
{
    for (const struct command *command = commands; command->name; command++) {
        if (command->hidden)
            continue;
        if (command->group)
            fprintf(out, "%s.Ss %s\n.Bl -tag -width Ds\n", command == commands ? "" : ".El\n",
                    command->group);
        manual_command(command, out);
    }
    fputs(".El\n", out);
}

/* --- Completion --- */

static void completion_names(const struct command *commands, FILE *out)
{
    const char *between = "";
    for (const struct command *command = commands; command->name; command++)
        if (!command->hidden) {
            fprintf(out, "%s%s", between, command->name);
            between = " ";
        }
}

static void completion_settings(FILE *out)
{
    for (enum setting id = 0; id < SETTINGS; id++)
        fprintf(out, "%s%s", id ? " " : "", setting_name(id));
}

static void completion_options(const struct command *command, FILE *out)
{
    for (const struct command_option *option = command->options; option->name; option++)
        fprintf(out, "--%s ", option->name);
    fputs(command->json ? "--json --help" : "--help", out);
}

/* After an option that takes a value: the choices that there are, files, or nothing. */
static void completion_values(const struct command *command, FILE *out)
{
    for (const struct command_option *option = command->options; option->name; option++) {
        if (!option->value)
            continue;
        fprintf(out, "    '%s --%s') words='", command->name, option->name);
        for (const char *c = strchr(option->value, '|') ? option->value : ""; *c; c++)
            fputc(*c == '|' ? ' ' : *c, out);
        fputs(strcmp(option->value, "FILE") == 0 ? "' files=yes ;;\n" : "' ;;\n", out);
    }
}

static void completion_command(const struct command *command, const struct command *commands, FILE *out)
{
    fprintf(out, "    '%s '*) options='", command->name);
    completion_options(command, out);
    fputs(command->words == WORDS_FILES ? "' files=yes" : "'", out);
    if (command->words == WORDS_COMMANDS || command->words == WORDS_SETTINGS) {
        fputs(" words='", out);
        if (command->words == WORDS_COMMANDS)
            completion_names(commands, out);
        else
            completion_settings(out);
        fputs("'", out);
    }
    fputs(" ;;\n", out);
}

void print_completion(const struct command *commands, FILE *out)
{
    fputs("# shellcheck shell=bash\n"
          "# Completion of callmem for bash, made by env/generate from the table in cgi/callmem.c.\n"
          "\n"
          "_callmem() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} words='' options='' files=''\n"
          "    case \"${COMP_WORDS[1]} ${COMP_WORDS[COMP_CWORD - 1]}\" in\n",
          out);
    for (const struct command *command = commands; command->name; command++)
        if (!command->hidden)
            completion_values(command, out);
    for (const struct command *command = commands; command->name; command++)
        if (!command->hidden)
            completion_command(command, commands, out);
    fputs("    esac\n"
          "    if ((COMP_CWORD == 1)); then\n"
          "        files='' options='--help --version' words='",
          out);
    completion_names(commands, out);
    fputs("'\n"
          "    fi\n"
          "    [[ $word != -* ]] || words=$options files=''\n"
          "    mapfile -t COMPREPLY < <(compgen ${files:+-f} -W \"$words\" -- \"$word\")\n"
          "    [ -z \"$files\" ] || compopt -o filenames\n"
          "}\n"
          "complete -F _callmem callmem\n",
          out);
}

/* --- The command --- */

static void development(const struct command *commands, FILE *out)
{
    (void)commands;
    settings_print_development(out);
}

static void production(const struct command *commands, FILE *out)
{
    (void)commands;
    settings_print_production(out);
}

static void settings_markdown(const struct command *commands, FILE *out)
{
    (void)commands;
    settings_print_markdown(out);
}

static void settings_manual(const struct command *commands, FILE *out)
{
    (void)commands;
    settings_print_manual(out);
}

int print_command(struct instance *instance, const struct args *args)
{
    static const struct {
        const char *name;
        void (*print)(const struct command *commands, FILE *out);
    } documents[] = {
        {"development", development},
        {"production", production},
        {"settings-markdown", settings_markdown},
        {"settings-manual", settings_manual},
        {"manual", print_manual},
        {"completion", print_completion},
    };
    (void)instance;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        if (strcmp(args->operands[0], documents[i].name) == 0) {
            documents[i].print(args->commands, stdout);
            return EXIT_SUCCESS;
        }
    return args_refuse(args, "there is no document %s", args->operands[0]);
}
