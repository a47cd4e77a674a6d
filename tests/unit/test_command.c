/* The command line of callmem, read by a table. */
#include "operate/command.h"

#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int nothing(struct instance *instance, const struct args *args)
{
    (void)instance;
    (void)args;
    return 0;
}

static const struct command table[] = {
    {.name = "look",
     .operands = "CALLER QUERY...",
     .summary = "looks",
     .run = nothing,
     .json = true,
     .options = {{"since", "DATE", "skips", false}, {"all", NULL, "takes all", false}}},
    {.name = "move",
     .operands = "",
     .summary = "moves",
     .run = nothing,
     .options = {{"to", "here|there", "moves there", true}}},
    {.name = "hidden", .operands = "[WHAT]", .summary = "hides", .run = nothing, .hidden = true},
    {.name = NULL},
};

/* Reads the words of a line, until the next call. What is wrong goes to standard error, out of the way. */
static int parse(struct args *args, const char *name, const char *line)
{
    static char text[200];
    static char *words[20];
    int count = 0, saved = dup(STDERR_FILENO), nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    snprintf(text, sizeof text, "%s", line);
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest));)
        words[count++] = word;
    words[count] = NULL;
    *args = (struct args){.commands = table, .command = command_find(table, name)};
    assert_non_null(args->command);
    dup2(nowhere, STDERR_FILENO);
    int result = args_parse(args, words);
    dup2(saved, STDERR_FILENO);
    close(saved);
    close(nowhere);
    return result;
}

static void options_stand_anywhere(void **state)
{
    struct args args;
    (void)state;
    assert_int_equal(parse(&args, "look", "--since 2026 ana --json a word"), 0);
    assert_string_equal(args_option(&args, "since"), "2026");
    assert_null(args_option(&args, "all"));
    assert_true(args.json);
    assert_string_equal(args.operands[0], "ana");
    assert_string_equal(args.operands[2], "word");
    assert_null(args.operands[3]);
    assert_int_equal(parse(&args, "look", "ana --since=2026 --all -- --json"), 0);
    assert_string_equal(args_option(&args, "since"), "2026");
    assert_string_equal(args_option(&args, "all"), "");
    assert_false(args.json);
    assert_string_equal(args.operands[1], "--json");
    assert_int_equal(parse(&args, "look", "- a"), 0);
    assert_string_equal(args.operands[0], "-");
}

static void wrong_lines_are_refused(void **state)
{
    struct args args;
    (void)state;
    assert_int_equal(parse(&args, "look", "ana"), EXIT_USAGE);
    assert_int_equal(parse(&args, "look", "ana a --since"), EXIT_USAGE);
    assert_int_equal(parse(&args, "look", "ana a --since="), EXIT_USAGE);
    assert_int_equal(parse(&args, "look", "ana a --sinc 2026"), EXIT_USAGE);
    assert_int_equal(parse(&args, "look", "ana a --all=yes"), EXIT_USAGE);
    assert_int_equal(parse(&args, "look", "ana a -x"), EXIT_USAGE);
    assert_int_equal(parse(&args, "move", "--to her"), EXIT_USAGE);
    assert_int_equal(parse(&args, "move", "--to here|there"), EXIT_USAGE);
    assert_int_equal(parse(&args, "move", "--to there more"), EXIT_USAGE);
    assert_int_equal(parse(&args, "move", "--to there --json"), EXIT_USAGE);
    assert_int_equal(parse(&args, "move", ""), EXIT_USAGE);
    assert_int_equal(parse(&args, "hidden", "a b"), EXIT_USAGE);
    assert_int_equal(parse(&args, "hidden", ""), 0);
    assert_int_equal(parse(&args, "move", "--to there"), 0);
    assert_string_equal(args_option(&args, "to"), "there");
}

static void help_needs_nothing_else(void **state)
{
    struct args args;
    (void)state;
    assert_int_equal(parse(&args, "move", "--help"), 0);
    assert_true(args.help);
    assert_int_equal(parse(&args, "look", "-h"), 0);
    assert_true(args.help);
}

static void the_usage_comes_from_the_table(void **state)
{
    struct buf usage = BUF_INIT;
    (void)state;
    command_usage(&table[0], &usage);
    assert_string_equal(buf_text(&usage), "callmem look [--since DATE] [--all] [--json] CALLER QUERY...");
    buf_reset(&usage);
    command_usage(&table[1], &usage);
    assert_string_equal(buf_text(&usage), "callmem move --to here|there");
    buf_free(&usage);
    assert_null(command_find(table, "loo"));
    assert_ptr_equal(command_find(table, "hidden"), &table[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_stand_anywhere),
        cmocka_unit_test(wrong_lines_are_refused),
        cmocka_unit_test(help_needs_nothing_else),
        cmocka_unit_test(the_usage_comes_from_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
