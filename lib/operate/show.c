/*
 * show: who is behind a number, what is known of each and where it comes from, for a person to read.
 */
#include "base/clock.h"
#include "base/json.h"
#include "operate/caller_operand.h"
#include "operate/commands.h"
#include "operate/dossier.h"
#include "operate/export.h"
#include "operate/report.h"
#include "people/derived.h"
#include "people/ids.h"
#include "people/link.h"
#include "people/privacy.h"
#include "people/profile.h"
#include "service/variables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- The head --- */

static void show_variable(const cJSON *variables, const char *name, const char *label)
{
    const cJSON *value = json_get(variables, name);
    if (cJSON_IsNumber(value))
        printf("%-13s %d\n", label, value->valueint);
    else if (cJSON_IsString(value) && *value->valuestring)
        printf("%-13s %s\n", label, value->valuestring);
}

/* The other numbers of somebody on the line, and who said so. */
static void show_links(const struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->line.link_count; i++) {
        const struct link *link = &dossier->line.links[i];
        char date[CLOCK_STAMP_SIZE];
        clock_date(link->memory->created_at, date);
        printf("%-13s %s%s%s (%s, %s)\n", "Linked with", link->other, *link->name ? ": " : "", link->name,
               link->by, date);
    }
}

static void show_profile(const struct dossier *dossier)
{
    static const char *const lines[][2] = {
        {VARIABLE_CALLER_NAME, "Name"},         {VARIABLE_CALLER_PEOPLE, "People"},
        {VARIABLE_CALL_COUNT, "Calls"},         {VARIABLE_FIRST_CALL_DATE, "First call"},
        {VARIABLE_LAST_CALL_DATE, "Last call"}, {VARIABLE_CALLER_SENTIMENT, "Sentiment"},
        {VARIABLE_KEY_TOPICS, "Topics"},        {VARIABLE_MEMORY_CONTEXT, "Agents hear"},
    };
    cJSON *variables = profile_variables(dossier->profile.document, dossier->caller);
    printf("%-13s %s\n", "Caller", dossier->caller);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        show_variable(variables, lines[i][0], lines[i][1]);
    show_links(dossier);
    if (dossier->profile.user && *dossier->profile.user)
        printf("%-13s %s\n", "User id", dossier->profile.user);
    if (privacy_hides(&dossier->memories))
        printf("%-13s %s\n", "Hidden", "agents treat this caller as unknown, because of a request (below)");
    cJSON_Delete(variables);
}

/* --- Who, and what is known of them --- */

/* The words of a turn, NULL when there is none. */
static const char *words_in(const struct memory_list *list, const char *conversation, int turn)
{
    for (size_t i = 0; i < list->count && turn >= 0; i++) {
        const struct memory *memory = &list->items[i];
        if (memory->kind == KIND_TURN && memory->position == turn &&
            strcmp(memory->conversation, conversation) == 0)
            return memory->content;
    }
    return NULL;
}

/* Of the turn that a memory rests on, which may be of a linked line. */
static const char *words_of(const struct dossier *dossier, const struct memory *memory, int turn)
{
    for (size_t i = 0; i < dossier->linked_count; i++)
        if (strcmp(dossier->linked[i].caller, memory->caller) == 0)
            return words_in(&dossier->linked[i].memories, memory->conversation, turn);
    return words_in(&dossier->memories, memory->conversation, turn);
}

/* The id by which operators change a statement or a name. */
static void show_id(const struct memory *memory)
{
    struct arena *arena = arena_new();
    const char *id = arena ? ids_of(arena, memory) : NULL;
    printf(", %s", id ? id : memory->id ? memory->id : "?");
    arena_free(arena);
}

/* "dropped by anna on 2026-03-05 (operator-3f9a2b1c4d5e)" */
static void show_remark(const struct remark *remark)
{
    static const char *const done[REMARK_ACTS] = {[REMARK_NOTE] = "noted",
                                                  [REMARK_CORRECT] = "corrected",
                                                  [REMARK_DROP] = "dropped",
                                                  [REMARK_NAME] = "named so",
                                                  [REMARK_SPLIT] = "made their own person"};
    char date[CLOCK_STAMP_SIZE];
    clock_date(remark->memory->created_at, date);
    printf("      %s by %s on %s (%s)\n", done[remark->act], *remark->author ? remark->author : "an operator",
           date, remark->memory->conversation);
}

static void show_fact(const struct dossier *dossier, const struct known *known, const char *state)
{
    const struct fact *fact = &known->fact;
    const struct statement *statement = &fact->statement;
    char date[CLOCK_STAMP_SIZE];
    clock_date(fact->memory->created_at, date);
    printf("  [%s] %s",
           known->remark && known->remark->act == REMARK_NOTE ? "note" : kind_name(fact->memory->kind),
           statement->text);
    if (*statement->until)
        printf(" (until %s)", statement->until);
    printf("\n      %s%s, %s%s%s", state, date, source_name(statement->source), *fact->author ? " " : "",
           fact->author);
    show_id(fact->memory);
    const char *words = words_of(dossier, fact->memory, statement->turn);
    if (words)
        printf(", turn %d: \"%s\"", statement->turn, words);
    putchar('\n');
    if (known->remark && known->remark->act != REMARK_NOTE)
        show_remark(known->remark);
}

static bool is_open(const struct known *known)
{
    return known->fact.statement.kind == STATEMENT_OPEN;
}

static void show_facts(const struct dossier *dossier, size_t owner, bool open)
{
    const struct line *line = &dossier->line;
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *known = &line->known[i];
        if (known->owner == owner && known->state == STATE_NOW && is_open(known) == open &&
            (known->fact.statement.kind != STATEMENT_ENDED))
            show_fact(dossier, known, "");
    }
}

static bool has_facts(const struct line *line, size_t owner)
{
    for (size_t i = 0; i < line->known_count; i++)
        if (line->known[i].owner == owner && line->known[i].state == STATE_NOW &&
            line->known[i].fact.statement.kind != STATEMENT_ENDED)
            return true;
    return false;
}

/* Where the name comes from. */
static void show_name(const struct dossier *dossier, const struct person *person)
{
    struct arena *arena = arena_new();
    struct speaker speaker;
    char date[CLOCK_STAMP_SIZE];
    if (person->heard && arena && fact_read_speaker(arena, person->heard, &speaker)) {
        clock_date(person->heard->created_at, date);
        printf("  [name] %s\n      %s, %s", *speaker.full ? speaker.full : speaker.called, date,
               source_name(speaker.source));
        show_id(person->heard);
        const char *words = words_of(dossier, person->heard, speaker.turn);
        if (words)
            printf(", turn %d: \"%s\"", speaker.turn, words);
        putchar('\n');
    }
    if (person->remark)
        show_remark(person->remark);
    if (person->apart && person->apart != person->remark)
        show_remark(person->apart);
    arena_free(arena);
}

static void show_person(const struct dossier *dossier, size_t at)
{
    const struct person *person = &dossier->line.persons[at];
    const char *name = *person->full ? person->full : person->called;
    if (!person->speaks && !has_facts(&dossier->line, at))
        return;
    printf("\n%s", *name ? name : "Somebody who gave no name");
    if (*person->called && strcmp(person->called, name) != 0)
        printf(", called %s", person->called);
    if (*person->role)
        printf(" (%s)", person->role);
    for (size_t i = 0, others = 0; i < person->name_count; i++)
        if (strcmp(person->names[i], name) != 0 && strcmp(person->names[i], person->called) != 0)
            printf("%s%s", others++ ? ", " : "; also heard: ", person->names[i]);
    printf("%s\n", person->speaks ? "" : person->gone ? " - spoken of, no more" : " - spoken of");
    show_facts(dossier, at, false);
    show_facts(dossier, at, true);
    show_name(dossier, person);
}

static void show_people(const struct dossier *dossier)
{
    for (int speaks = 1; speaks >= 0; speaks--)
        for (size_t i = 0; i < dossier->line.person_count; i++)
            if (dossier->line.persons[i].speaks == speaks)
                show_person(dossier, i);
    if (has_facts(&dossier->line, NOBODY)) {
        printf("\nOf one of them, it is not clear of whom\n");
        show_facts(dossier, NOBODY, false);
        show_facts(dossier, NOBODY, true);
    }
}

static void show_over(const struct dossier *dossier)
{
    static const char *const states[] = {[STATE_NOW] = "",
                                         [STATE_REPLACED] = "replaced, ",
                                         [STATE_ENDED] = "ended, ",
                                         [STATE_OVER] = "past, ",
                                         [STATE_DONE] = "settled, ",
                                         [STATE_CORRECTED] = "corrected, ",
                                         [STATE_DROPPED] = "dropped, "};
    const struct line *line = &dossier->line;
    bool any = false;
    for (size_t i = 0; i < line->known_count; i++) {
        const struct known *known = &line->known[i];
        const struct statement *statement = &known->fact.statement;
        /* "It came, thank you" is shown with what it settled. */
        if (statement_settles(statement) || (known->state == STATE_NOW && statement->kind != STATEMENT_ENDED))
            continue;
        if (!any)
            printf("\nNo longer so\n");
        any = true;
        show_fact(dossier, known, states[known->state]);
        if (known->ended_by)
            printf("      by: %s\n", known->ended_by->fact.statement.text);
    }
}

/* Names that are nobody's. */
static void show_dropped_names(const struct line *line)
{
    for (size_t i = 0; i < line->heard_count; i++) {
        const struct heard *heard = &line->heard[i];
        if (!heard->remark || heard->remark->act != REMARK_DROP)
            continue;
        printf("\nNobody's name\n  %s\n", heard->memory->content);
        show_remark(heard->remark);
    }
}

static void show_requests(const struct dossier *dossier)
{
    bool any = false;
    for (size_t i = 0; i < dossier->memories.count; i++) {
        const struct memory *memory = &dossier->memories.items[i];
        struct request request;
        char date[CLOCK_STAMP_SIZE];
        if (memory->kind != KIND_PRIVACY || !privacy_read(memory, &request))
            continue;
        clock_date(memory->created_at, date);
        const char *words = words_of(dossier, memory, request.turn);
        printf("%s  %s  %s  %s, %s%s%s%s%s\n", any ? "" : "\nRequests\n", date, memory->id,
               privacy_name(request.kind), request_state_name(request.state),
               request.hidden ? " (hidden)" : "", words ? ": \"" : "", words ? words : "", words ? "\"" : "");
        any = true;
    }
}

/* --- Calls --- */

static void show_dropped(const cJSON *list)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, list)
    {
        const char *why = json_text(item, "why"), *name = json_text(item, "item"),
                   *text = json_text(item, "line");
        printf("  [left out: %s] %s%s%s\n", why ? why : "", name ? name : "", name && *name ? ": " : "",
               text ? text : "");
    }
}

/* Of what no agent is told, an order to the agent is shown in any case: its turn does not have its words. */
static void show_evidence(const struct memory *memory, bool all)
{
    struct error error = {0};
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const char *slot = json_text(metadata, "slot");
    const cJSON *list = json_array(metadata, "dropped");
    if (slot && strcmp(slot, "order") == 0)
        printf("  [order to the agent, turn %d] %s\n", (int)json_int(metadata, "turn", -1), memory->content);
    else if (all && list)
        show_dropped(list);
    else if (all)
        printf("  [evidence: %s] %s\n", slot ? slot : "", memory->content);
    cJSON_Delete(metadata);
}

/* What stands under the people is not said again here. */
static void show_memory(const struct memory *memory, bool evidence)
{
    if (memory->kind == KIND_EVIDENCE)
        show_evidence(memory, evidence);
    else if (!*memory->content || derived_is_kind(memory->kind))
        return;
    else if (memory->kind == KIND_TURN)
        printf("  %s: %s\n", strcmp(memory->speaker, "agent") == 0 ? "agent " : "caller", memory->content);
    else
        printf("  [%s] %s\n", kind_name(memory->kind), memory->content);
}

/* Who of the agents had the call, where that is more than one, or is known of more than its id. */
static void show_agents(const struct memory *summary)
{
    cJSON *metadata = json_parse(summary->metadata, strlen(summary->metadata), NULL);
    const cJSON *list = json_array(metadata, "agents"), *agent;
    cJSON_ArrayForEach(agent, list)
    {
        const char *branch = json_text(agent, "branch"), *name = json_text(agent, "name"),
                   *why = json_text(agent, "why");
        printf("  [agent] %s%s%s%s", json_text_or_empty(agent, "id"), name ? ", " : "", name ? name : "",
               branch ? ", branch " : "");
        printf("%s", branch ? branch : "");
        if (agent != list->child && json_get(agent, "turn"))
            printf(", from turn %d", (int)json_int(agent, "turn", 0));
        printf("%s%s\n", why ? ": " : "", why ? why : "");
    }
    cJSON_Delete(metadata);
}

static void show_recording(const struct instance *instance, const char *conversation)
{
    char *path = instance_find_recording(instance, conversation);
    if (path)
        printf("  [recording] %s\n", path);
    free(path);
}

static void show_call(const struct instance *instance, const struct dossier *dossier,
                      const struct memory *call, bool evidence)
{
    char date[CLOCK_STAMP_SIZE];
    clock_stamp(call->created_at, date);
    printf("\n%s  %s%s%s\n", date, call->conversation, *call->agent ? ", " : "", call->agent);
    for (size_t i = 0; i < dossier->memories.count; i++)
        if (dossier->memories.items[i].kind == KIND_SUMMARY &&
            strcmp(dossier->memories.items[i].conversation, call->conversation) == 0)
            show_agents(&dossier->memories.items[i]);
    show_recording(instance, call->conversation);
    for (int turns = 0; turns <= 1; turns++)
        for (size_t i = 0; i < dossier->memories.count; i++) {
            const struct memory *memory = &dossier->memories.items[i];
            if (strcmp(memory->conversation, call->conversation) == 0 && (memory->kind == KIND_TURN) == turns)
                show_memory(memory, evidence);
        }
}

static void show(const struct instance *instance, const struct dossier *dossier, bool evidence)
{
    if (dossier->calls.count == 0) {
        printf("Nothing is known of %s.\n", dossier->caller);
        caller_operand_hint(dossier->caller);
        return;
    }
    show_profile(dossier);
    show_people(dossier);
    show_over(dossier);
    show_dropped_names(&dossier->line);
    show_requests(dossier);
    for (size_t i = 0; i < dossier->calls.count; i++)
        if (memory_is_call(dossier->calls.items[i].conversation))
            show_call(instance, dossier, &dossier->calls.items[i], evidence);
    if (strcmp(memory_mode(dossier->memory), "local") != 0)
        printf("\nRecordings are those on this machine; other front ends have their own.\n");
}

int show_command(struct instance *instance, const struct args *args)
{
    struct dossier dossier = {0};
    struct error error = {0};
    int status = EXIT_SUCCESS;
    if (!caller_operand_read(args, dossier.caller))
        return EXIT_USAGE;
    if (dossier_open(&dossier, instance, &error) != 0)
        status = report_failure(&error);
    else if (args->json)
        status = report_json(export_whole(&dossier));
    else
        show(instance, &dossier, args_option(args, "evidence"));
    dossier_close(&dossier);
    return status;
}
