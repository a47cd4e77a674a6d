/*
 * command: what an operator can ask of callmem. Each command is a row of one table (cgi/callmem.c). The
 * command line is read by the table, and the usage texts (help.h), the manual page callmem(8) and the
 * completion for bash (print.h) are made from it.
 */
#ifndef CALLMEM_OPERATE_COMMAND_H
#define CALLMEM_OPERATE_COMMAND_H

#include "base/buf.h"
#include "operate/instance.h"

#include <stdbool.h>
#include <stdio.h>

#define COMMAND_OPTIONS 4 /* the most that a command has of its own */

struct command_option {
    const char *name;  /* "since", which is typed as --since */
    const char *value; /* "DATE"; "local|remote": one of these; "FILE": is opened; NULL: a switch */
    const char *help;  /* what it does: "skips conversations that began before it" */
    bool required;
};

/* What a command needs before it runs. */
enum command_needs {
    NEEDS_INSTANCE, /* settings and state folder */
    NEEDS_SETTINGS, /* settings */
    NEEDS_FILES,    /* the same, but root stays root: the command reads or writes files of root's */
    NEEDS_USER,     /* to run as the service's user (service_user.h); the command reads the settings itself */
    NEEDS_NOTHING
};

/* What completion offers for the operands. */
enum command_words { WORDS_ANY, WORDS_FILES, WORDS_SETTINGS, WORDS_COMMANDS };

struct args;

struct command {
    const char *group; /* the heading above it; NULL: that of the command before */
    const char *name;
    /* "CALLER QUERY...": "..." after the last word: once or more. In square brackets: may be left out. */
    const char *operands;
    const char
        *summary;      /* a line of `callmem help`, which begins with a verb: "erases a caller everywhere" */
    const char *about; /* whole sentences for the manual page and `callmem help COMMAND`; NULL: the summary
                          says it all */
    int (*run)(struct instance *instance, const struct args *args); /* returns the exit status */
    enum command_needs needs;
    enum command_words words;
    bool json;   /* takes --json: what it prints for people is then one JSON object */
    bool opens;  /* its first operand is a file, see args->input */
    bool hidden; /* from help, manual and completion: for scripts of the checkout */
    struct command_option options[COMMAND_OPTIONS + 1]; /* ends with a NULL name */
};

/* A command line that was understood. */
struct args {
    const struct command *commands; /* the table; ends with a NULL name */
    const struct command *command;
    const char *values[COMMAND_OPTIONS]; /* of the options, see args_option() */
    char **operands;                     /* end with NULL */
    bool json, help;
    /* The file of a command that `opens`, or of an option whose value is a FILE; opened before the program
     * changes its user. NULL: there is none. */
    FILE *input;
};

/* The command of that name, NULL when there is none. */
const struct command *command_find(const struct command *commands, const char *name);
/* Says on standard error that there is no such command, and which one is nearest; returns EXIT_USAGE. */
int command_unknown(const struct command *commands, const char *name);
/* Adds "callmem backfill [--since DATE] [--agent ID] [--json]". */
void command_usage(const struct command *command, struct buf *b);

/* Fills args->values, operands, json and help from what stands after the command's name; `words` ends with
 * NULL and is reordered. Options may stand anywhere, as --since DATE or --since=DATE; after "--" all words
 * are operands. 0, or EXIT_USAGE after saying what is wrong. */
int args_parse(struct args *args, char **words);
/* The value of an option of this command: NULL when it was not given, "" for a switch that was. */
const char *args_option(const struct args *args, const char *name);
/* Says "callmem NAME: …" and the usage on standard error; returns EXIT_USAGE. */
int args_refuse(const struct args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Opens args->input where the command line names one ("-": standard input). */
int args_open(struct args *args, struct error *error);
/* Reads all of it, at most 1 GiB. */
int args_read(const struct args *args, struct buf *text, struct error *error);

#endif
