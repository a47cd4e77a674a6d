/*
 * evaluate: how often what is understood is right, on one's own calls: draws stored calls, shows each
 * statement that was understood in them beside the turn that it rests on, takes an answer for each, and sums
 * them up with an interval.
 */
#include "base/clock.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/fact.h"
#include "people/line_read.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE     20 /* statements, unless --count says otherwise */
#define SAMPLE_MAX 10000
#define Z          1.959964 /* of a 95 % interval */

struct evaluation {
    struct memory_store *memory;
    const struct args *args;
    size_t wanted, calls, asked, right, wrong, unclear; /* statements, but for `calls` */
    bool ended;
    unsigned seed;
};

/* Wilson's interval of `right` of `count`. */
static void interval(size_t right, size_t count, double *low, double *high)
{
    double n = (double)count, p = count ? (double)right / n : 0;
    double middle = p + Z * Z / (2 * n), width = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    *low = count ? (middle - width) / (1 + Z * Z / n) : 0;
    *high = count ? (middle + width) / (1 + Z * Z / n) : 1;
}

/* The turn and the two before it, which it may answer. */
static int print_turns(struct evaluation *evaluation, const struct known *known, struct error *error)
{
    const struct memory *memory = known->fact.memory;
    const struct memory_filter filter = {
        .caller = memory->caller, .conversation = memory->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list turns;
    int turn = known->fact.statement.turn;
    if (memory_list(evaluation->memory, &filter, &turns, error) != 0)
        return -1;
    for (size_t i = 0; i < turns.count; i++) {
        const struct memory *each = &turns.items[i];
        if (each->position <= turn && each->position > turn - 3)
            fprintf(stderr, "  %c %s: %s\n", each->position == turn ? '>' : ' ',
                    strcmp(each->speaker, "agent") == 0 ? "agent " : "caller", each->content);
    }
    memory_list_free(&turns);
    return 0;
}

/* Asks until the answer is one. */
static void take_answer(struct evaluation *evaluation)
{
    char line[64];
    for (;;) {
        fprintf(stderr, "Is it so? y (yes), n (no), ? (cannot tell), q (enough): ");
        if (!fgets(line, sizeof line, stdin) || line[0] == 'q') {
            evaluation->ended = true;
            return;
        }
        size_t *count = line[0] == 'y'   ? &evaluation->right
                        : line[0] == 'n' ? &evaluation->wrong
                        : line[0] == '?' ? &evaluation->unclear
                                         : NULL;
        if (count && (line[1] == '\n' || line[1] == '\0')) {
            ++*count;
            return;
        }
    }
}

static int ask(struct evaluation *evaluation, const struct line *line, const struct known *known,
               struct error *error)
{
    const struct statement *statement = &known->fact.statement;
    const char *whose = known->owner == NOBODY ? "" : line->persons[known->owner].full;
    fprintf(stderr, "\n%zu of %zu  [%s] %s%s%s (%s)\n", ++evaluation->asked, evaluation->wanted,
            kind_name(known->fact.memory->kind), whose, *whose ? ": " : "", statement->text,
            source_name(statement->source));
    if (print_turns(evaluation, known, error) != 0)
        return -1;
    take_answer(evaluation);
    return 0;
}

static size_t pick(struct evaluation *evaluation, size_t count)
{
    return (size_t)rand_r(&evaluation->seed) % count;
}

/* What was understood in a call and rests on a turn. */
static bool is_understood(const struct known *known)
{
    return known->fact.statement.turn >= 0 && known->fact.statement.source != SOURCE_OPERATOR;
}

static bool are_of_one_call(const struct known *one, const struct known *other)
{
    return strcmp(one->fact.memory->conversation, other->fact.memory->conversation) == 0;
}

/* A statement of one of the calls in which something was understood, each as likely; NULL when there are
 * none. */
static const struct known *draw_call(struct evaluation *evaluation, const struct line *line)
{
    const struct known *drawn = NULL;
    size_t count = 0;
    for (size_t i = 0; i < line->known_count; i++) {
        bool first = is_understood(&line->known[i]);
        for (size_t j = 0; j < i && first; j++)
            first = !is_understood(&line->known[j]) || !are_of_one_call(&line->known[i], &line->known[j]);
        if (first && pick(evaluation, ++count) == 0)
            drawn = &line->known[i];
    }
    return drawn;
}

/* One call of a caller, with all that was understood in it. */
static int ask_caller(struct evaluation *evaluation, const char *caller, struct error *error)
{
    struct memory_list list;
    struct line line;
    int result = 0;
    if (line_read(evaluation->memory, caller, "", &list, &line, error) != 0)
        return -1;
    const struct known *drawn = draw_call(evaluation, &line);
    if (drawn) {
        char date[CLOCK_STAMP_SIZE];
        clock_date(drawn->fact.memory->created_at, date);
        fprintf(stderr, "\nCall %zu, of %s\n", ++evaluation->calls, date);
    }
    for (size_t i = 0; drawn && i < line.known_count && result == 0; i++)
        if (is_understood(&line.known[i]) && are_of_one_call(&line.known[i], drawn) && !evaluation->ended &&
            evaluation->asked < evaluation->wanted)
            result = ask(evaluation, &line, &line.known[i], error);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

static int ask_all(struct evaluation *evaluation, struct memory_callers *callers, struct error *error)
{
    int result = 0;
    for (size_t left = callers->count; left > 0 && result == 0 && !evaluation->ended; left--) {
        size_t at = pick(evaluation, left);
        struct memory_caller caller = callers->items[at];
        callers->items[at] = callers->items[left - 1];
        if (evaluation->asked == evaluation->wanted)
            break;
        result = ask_caller(evaluation, caller.caller, error);
    }
    return result;
}

static int report(const struct evaluation *evaluation)
{
    size_t judged = evaluation->right + evaluation->wrong;
    double low, high;
    interval(evaluation->right, judged, &low, &high);
    if (evaluation->args->json) {
        const struct report_count counts[] = {{"calls", NULL, (int64_t)evaluation->calls},
                                              {"right", NULL, (int64_t)evaluation->right},
                                              {"wrong", NULL, (int64_t)evaluation->wrong},
                                              {"unclear", NULL, (int64_t)evaluation->unclear}};
        cJSON *object = report_object(counts, sizeof counts / sizeof *counts);
        if (object && cJSON_AddNumberToObject(object, "low", low) &&
            cJSON_AddNumberToObject(object, "high", high))
            return report_json(object);
        cJSON_Delete(object);
        return report_json(NULL);
    }
    printf("calls: %zu\nright: %zu\nwrong: %zu\ncannot tell: %zu\n", evaluation->calls, evaluation->right,
           evaluation->wrong, evaluation->unclear);
    if (judged)
        printf("%.0f %% are right; with 95 %% confidence between %.0f %% and %.0f %%\n",
               100.0 * (double)evaluation->right / (double)judged, 100 * low, 100 * high);
    else
        printf("Nothing was judged.\n");
    return EXIT_SUCCESS;
}

static bool read_number(const char *text, unsigned long most, unsigned long *number)
{
    char *end;
    *number = strtoul(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && *number > 0 && *number <= most;
}

int evaluate_command(struct instance *instance, const struct args *args)
{
    const char *count = args_option(args, "count"), *seed = args_option(args, "seed"),
               *since = args_option(args, "since");
    struct memory_callers_filter filter = {.limit = 0};
    struct memory_callers callers = {0};
    struct error error = {0};
    unsigned long number = SAMPLE, start = (unsigned long)clock_us();
    if (count && !read_number(count, SAMPLE_MAX, &number))
        return args_refuse(args, "--count takes a number from 1 to %d", SAMPLE_MAX);
    if (seed && !read_number(seed, 1000000, &start))
        return args_refuse(args, "--seed takes a number from 1 to 1000000");
    if (since && !clock_parse(since, &filter.since))
        return args_refuse(args,
                           "--since takes a date such as 2026-03-02, 2026-03-02T10:04Z or Unix seconds");
    struct evaluation evaluation = {
        .memory = memory_open(&instance->memory), .args = args, .wanted = number, .seed = (unsigned)start};
    int result = evaluation.memory ? memory_callers(evaluation.memory, &filter, &callers, &error)
                                   : error_no_memory(&error);
    if (result == 0)
        result = ask_all(&evaluation, &callers, &error);
    memory_callers_free(&callers);
    memory_close(evaluation.memory);
    return result == 0 ? report(&evaluation) : report_failure(&error);
}
