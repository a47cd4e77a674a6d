#include "operate/receipt.h"

#include "base/clock.h"
#include "operate/report.h"
#include "people/privacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_date(int64_t when)
{
    char date[CLOCK_STAMP_SIZE];
    clock_date(when, date);
    printf("%s", date);
}

/* Whether the person alone spoke in a call: of one with several nobody's words are handed out. */
static bool is_theirs(const struct line *line, const struct line_call *call, size_t person)
{
    if (call->attempt)
        return line_speakers(line) <= 1;
    for (size_t i = 0; i < line->heard_count; i++)
        if (strcmp(line->heard[i].memory->conversation, call->memory->conversation) == 0 &&
            line->heard[i].person != person && !line->heard[i].remark)
            return false;
    return call->speaker == person;
}

static const char *role_of(const struct memory *memory)
{
    return strcmp(memory->speaker, "agent") == 0 ? "We" : "You";
}

static void print_facts(const struct line *line, size_t person)
{
    static const char *const states[] = {[STATE_NOW] = "",
                                         [STATE_REPLACED] = " (replaced since)",
                                         [STATE_ENDED] = " (ended)",
                                         [STATE_OVER] = " (past)",
                                         [STATE_DONE] = " (settled)",
                                         [STATE_CORRECTED] = " (corrected by us)",
                                         [STATE_DROPPED] = " (not used any more)"};
    bool any = false;
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *known = &line->known[i];
        const struct statement *statement = &known->fact.statement;
        if (known->owner != person && !(known->owner != NOBODY && !line->persons[known->owner].speaks &&
                                        is_theirs(line, &line->calls[known->call], person)))
            continue;
        printf("%s- ", any ? "" : "\nWhat we noted\n");
        any = true;
        if (known->owner != person && *line->persons[known->owner].full)
            printf("of %s: ", line->persons[known->owner].full);
        printf("%s", statement->text);
        if (*statement->until)
            printf(", until %s", statement->until);
        printf("%s; since ", states[known->state]);
        print_date(known->fact.memory->created_at);
        printf("%s\n", statement->source == SOURCE_OPERATOR ? ", noted by our staff" : ", from a call");
    }
}

static void print_call(const struct dossier *dossier, const struct line_call *call)
{
    const char *conversation = call->memory->conversation;
    printf("\nCall of ");
    print_date(call->memory->created_at);
    printf("\n");
    if (*call->memory->content && (call->memory->kind == KIND_SUMMARY || call->attempt))
        printf("  Summary: %s\n", call->memory->content);
    for (size_t i = 0; i < dossier->memories.count; i++) {
        const struct memory *memory = &dossier->memories.items[i];
        struct request request;
        if (strcmp(memory->conversation, conversation) != 0)
            continue;
        if (memory->kind == KIND_TURN)
            printf("  %s: %s\n", role_of(memory), memory->content);
        else if (memory->kind == KIND_COLLECTED)
            printf("  Recorded: %s\n", memory->content);
        else if (memory->kind == KIND_PRIVACY && privacy_read(memory, &request))
            printf("  Your request: %s (%s)\n", privacy_content(request.kind),
                   request_state_name(request.state));
    }
}

static void print_person(const struct dossier *dossier, size_t at)
{
    const struct line *line = &dossier->line;
    const struct person *person = &line->persons[at];
    const char *name = *person->full ? person->full : person->called;
    size_t left_out = 0;
    printf("What is stored of you, on ");
    print_date(clock_now());
    printf("\n\nNumber: %s\nName: %s\n", dossier->caller, *name ? name : "not known");
    if (*person->called && strcmp(person->called, name) != 0)
        printf("Called: %s\n", person->called);
    if (*person->role)
        printf("Said of you: %s\n", person->role);
    print_facts(line, at);
    for (size_t i = 0; i < line->call_count; i++)
        if (is_theirs(line, &line->calls[i], at))
            print_call(dossier, &line->calls[i]);
        else
            left_out++;
    if (left_out)
        printf("\nLeft out: %zu %s from this number in which somebody else spoke, or it is not clear who.\n",
               left_out, report_noun((int64_t)left_out, "call", "calls"));
}

int receipt_print(const struct dossier *dossier, const char *name)
{
    const struct line *line = &dossier->line;
    const struct person *person = name && *name ? line_find(line, name) : line_person(line);
    if (dossier->calls.count == 0) {
        fprintf(stderr, "Nothing is known of this caller.\n");
        return EXIT_UNKNOWN;
    }
    if (!person && name && *name) {
        fprintf(stderr, "Nobody of that name alone uses this line; callmem show lists who does.\n");
        return EXIT_UNKNOWN;
    }
    if (!person && line_speakers(line) > 1) {
        fprintf(stderr, "Several people use this line: say for whom with --name.\n");
        return EXIT_USAGE;
    }
    if (person) {
        print_person(dossier, (size_t)(person - line->persons));
        return EXIT_SUCCESS;
    }
    printf("What is stored of you, on ");
    print_date(clock_now());
    printf("\n\nNumber: %s\n", dossier->caller);
    for (size_t i = 0; i < line->call_count; i++)
        print_call(dossier, &line->calls[i]);
    return EXIT_SUCCESS;
}
