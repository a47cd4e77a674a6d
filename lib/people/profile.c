#include "people/profile.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "people/alias.h"
#include "people/context.h"
#include "people/kin.h"
#include "people/line_read.h"
#include "people/privacy.h"
#include "people/ready.h"
#include "people/trust.h"
#include "service/variables.h"

#include <stdlib.h>
#include <string.h>

/* --- The variables --- */

static bool add_text(cJSON *document, const char *name, char *text)
{
    bool added = text && cJSON_AddStringToObject(document, name, text);
    free(text);
    return added;
}

static bool add_date(cJSON *document, const char *name, int64_t when)
{
    char date[CLOCK_STAMP_SIZE];
    clock_date(when, date);
    return cJSON_AddStringToObject(document, name, date);
}

/* The first and the last conversation; attempts do not count. NULL when there is none. */
static const struct line_call *first_call(const struct line *line)
{
    for (size_t i = 0; i < line->call_count; i++)
        if (!line->calls[i].attempt)
            return &line->calls[i];
    return NULL;
}

static const struct line_call *last_call(const struct line *line)
{
    for (size_t i = line->call_count; i-- > 0;)
        if (!line->calls[i].attempt)
            return &line->calls[i];
    return NULL;
}

static bool greets(const struct line *line, const char *caller, const struct context_bounds *bounds)
{
    return !bounds->settings ||
           trust_greets(bounds->settings, caller, line->conversations, line_speakers(line) == 1);
}

static cJSON *variables_of(const struct line *line, const char *caller, const struct context_bounds *bounds)
{
    const struct line_call *first = first_call(line), *last = last_call(line);
    cJSON *variables = cJSON_CreateObject();
    bool good = variables && cJSON_AddBoolToObject(variables, VARIABLE_CALLER_KNOWN, true) &&
                cJSON_AddStringToObject(variables, VARIABLE_CALLER_ID, caller) &&
                add_text(variables, VARIABLE_CALLER_NAME, context_name(line)) &&
                cJSON_AddNumberToObject(variables, VARIABLE_CALL_COUNT, line->conversations) &&
                add_date(variables, VARIABLE_FIRST_CALL_DATE, first->memory->created_at) &&
                add_date(variables, VARIABLE_LAST_CALL_DATE, last->memory->created_at) &&
                add_text(variables, VARIABLE_LAST_CALL_SUMMARY, context_last_summary(line)) &&
                add_text(variables, VARIABLE_CALLER_PREFERENCES, context_preferences(line)) &&
                add_text(variables, VARIABLE_KEY_TOPICS, context_topics(line)) &&
                cJSON_AddStringToObject(variables, VARIABLE_CALLER_SENTIMENT, last->mood) &&
                add_text(variables, VARIABLE_CALLER_PEOPLE, context_people(line)) &&
                add_text(variables, VARIABLE_SUGGESTED_GREETING,
                         greets(line, caller, bounds) ? context_greeting(line) : text_dup("")) &&
                add_text(variables, VARIABLE_CALLER_LANGUAGES, context_languages(line)) &&
                add_text(variables, VARIABLE_MEMORY_CONTEXT, context_of(line, bounds));
    if (good)
        return variables;
    cJSON_Delete(variables);
    return NULL;
}

/* The members of an object, without its braces. */
static bool add_members(struct buf *b, const cJSON *object)
{
    struct buf whole = BUF_INIT;
    bool good = object && (json_add(&whole, object), buf_text(&whole) != NULL);
    if (good)
        buf_add(b, whole.data + 1, whole.len - 2);
    buf_free(&whole);
    return good && !b->failed;
}

static void add_heading(struct buf *b, const char *name, int64_t calls)
{
    buf_puts(b, "\"" VARIABLE_CALLER_NAME "\":");
    buf_json(b, name, strlen(name));
    buf_puts(b, ",\"" VARIABLE_CALL_COUNT "\":");
    buf_int(b, calls);
}

static int store_profile(struct memory_store *store, const char *caller, const char *scope,
                         const struct line *line, const cJSON *variables, struct error *error)
{
    struct buf answer = BUF_INIT, heading = BUF_INIT, ready = BUF_INIT;
    if (ready_make(store, line, &ready, error) != 0)
        return -1;
    add_heading(&heading, json_text(variables, VARIABLE_CALLER_NAME), line->conversations);
    bool good = add_members(&answer, variables) && buf_text(&heading);
    const struct memory_profile profile = {.answer = answer.data,
                                           .heading = heading.data,
                                           .language = last_call(line)->memory->language,
                                           .ready = ready.data};
    int result = good ? memory_set_profile(store, caller, scope, &profile, error) : error_no_memory(error);
    buf_free(&ready);
    buf_free(&heading);
    buf_free(&answer);
    return result;
}

/* A copy of a memory's metadata with another `over`, "" for none; NULL when out of memory. */
static char *metadata_with(const struct memory *memory, const char *over, bool hidden)
{
    struct buf b = BUF_INIT;
    cJSON *object = cJSON_Parse(memory->metadata);
    if (!object && !(object = cJSON_CreateObject()))
        return NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(object, "over");
    cJSON_DeleteItemFromObjectCaseSensitive(object, MEMORY_HIDDEN);
    bool good = (!*over || cJSON_AddStringToObject(object, "over", over)) &&
                (!hidden || cJSON_AddTrueToObject(object, MEMORY_HIDDEN));
    if (good)
        json_add(&b, object);
    cJSON_Delete(object);
    if (good)
        return buf_take(&b);
    buf_free(&b);
    return NULL;
}

static int mark(struct memory_store *store, const struct memory *memory, const char *over, bool hidden,
                struct error *error)
{
    struct memory change = *memory;
    char *metadata = metadata_with(memory, over, hidden);
    change.metadata = metadata;
    int result =
        metadata ? memory_update(store, memory->caller, memory->id, &change, error) : error_no_memory(error);
    free(metadata);
    return result;
}

/* Whether an operator took a statement back. */
static bool is_taken_back(const struct known *known)
{
    return known->state == STATE_DROPPED || known->state == STATE_CORRECTED;
}

/* Notes on a fact since when it is over, and that an operator took it back, where its memory does not say so
 * already: a search reads it there. */
static int mark_fact(struct memory_store *store, const struct known *known, struct error *error)
{
    char date[CLOCK_STAMP_SIZE] = "";
    int64_t over = line_over(known);
    if (over > 0)
        clock_date(over, date);
    if (strcmp(known->fact.over, date) == 0 &&
        memory_is_hidden(known->fact.memory->metadata) == is_taken_back(known))
        return 0;
    return mark(store, known->fact.memory, date, is_taken_back(known), error);
}

static int mark_name(struct memory_store *store, const struct heard *heard, struct error *error)
{
    bool wrong = heard->remark != NULL;
    return memory_is_hidden(heard->memory->metadata) == wrong ? 0
                                                              : mark(store, heard->memory, "", wrong, error);
}

/* The words of a call on which nothing rests but what an operator took back are found by no search either. */
static int hide_turn(struct memory_store *store, const struct known *known, struct error *error)
{
    const struct memory *memory = known->fact.memory;
    const struct memory_filter filter = {
        .caller = memory->caller, .conversation = memory->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list turns;
    if (memory_list(store, &filter, &turns, error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < turns.count && result == 0; i++)
        if (turns.items[i].position == known->fact.statement.turn &&
            !memory_is_hidden(turns.items[i].metadata))
            result = mark(store, &turns.items[i], "", true, error);
    memory_list_free(&turns);
    return result;
}

/* Whether a memory is of the line itself: what it shares is marked as its own line sees it. */
static bool is_own(const struct memory *memory, const char *caller)
{
    return strcmp(memory->caller, caller) == 0;
}

static int mark_all(struct memory_store *store, const char *caller, const struct line *line,
                    struct error *error)
{
    int result = 0;
    for (size_t i = 0; i < line->known_count && result == 0; i++) {
        const struct known *known = &line->known[i];
        if (!is_own(known->fact.memory, caller))
            continue;
        result = mark_fact(store, known, error);
        if (result == 0 && is_taken_back(known) && known->fact.statement.turn >= 0)
            result = hide_turn(store, known, error);
    }
    for (size_t i = 0; i < line->heard_count && result == 0; i++)
        if (is_own(line->heard[i].memory, caller))
            result = mark_name(store, &line->heard[i], error);
    return result;
}

/* Whoever is known by attempts alone is not known. */
static int update_line(struct memory_store *store, const char *caller, const char *scope, struct line *line,
                       const struct context_bounds *bounds, struct error *error)
{
    if (line->conversations == 0)
        return memory_set_profile(store, caller, scope, NULL, error);
    if (line_settle_from(store, caller, line, error) != 0)
        return -1;
    if (!*scope && mark_all(store, caller, line, error) != 0)
        return -1;
    line->hide = bounds->hide;
    cJSON *variables = variables_of(line, caller, bounds);
    line->hide = 0;
    int result =
        variables ? store_profile(store, caller, scope, line, variables, error) : error_no_memory(error);
    cJSON_Delete(variables);
    return result;
}

/* What lists of callers show: of one who is hidden, or known by attempts alone, only that there is one. */
static int update_caller(struct memory_store *store, const char *caller, const struct memory_list *list,
                         const struct line *line, struct error *error)
{
    struct memory_caller row = {.caller = caller, .calls = line ? line->conversations : 0};
    char *name = line ? context_name(line) : text_dup(""),
         *people = line ? context_people(line) : text_dup("");
    for (size_t i = 0; i < list->count; i++)
        if (memory_is_call(list->items[i].conversation) && list->items[i].created_at > row.last_call)
            row.last_call = list->items[i].created_at;
    row.name = name;
    row.people = people;
    int result = name && people ? memory_set_caller(store, &row, error) : error_no_memory(error);
    free(name);
    free(people);
    return result;
}

static int update_scope(struct memory_store *store, const char *caller, const char *scope,
                        const struct memory_list *list, bool hidden, const struct context_bounds *bounds,
                        struct error *error)
{
    struct line line;
    if (hidden && memory_set_profile(store, caller, scope, NULL, error) != 0)
        return -1;
    if (hidden)
        return *scope ? 0 : update_caller(store, caller, list, NULL, error);
    int result = line_open(&line, list, scope, error);
    if (result == 0)
        result = update_line(store, caller, scope, &line, bounds, error);
    if (result == 0 && !*scope)
        result = update_caller(store, caller, list, &line, error);
    line_close(&line);
    return result;
}

static bool is_first_of_agent(const struct memory_list *list, size_t at)
{
    const char *agent = list->items[at].agent;
    for (size_t i = 0; i < at; i++)
        if (strcmp(list->items[i].agent, agent) == 0)
            return false;
    return *agent != '\0';
}

struct context_bounds profile_bounds(const struct settings *settings)
{
    return (struct context_bounds){.chars = (size_t)setting_int(settings, CALLMEM_CONTEXT_CHARS),
                                   .items = setting_text(settings, CALLMEM_CONTEXT_ITEMS),
                                   .hide = trust_private(settings),
                                   .settings = settings};
}

static int update_from(struct memory_store *store, const char *caller, const char *agent,
                       const struct memory_list *list, const struct context_bounds *bounds,
                       struct error *error)
{
    bool hidden = privacy_hides(list);
    /* Hidden from all agents, whichever heard the request. */
    bool each = !agent || hidden;
    int result = update_scope(store, caller, "", list, hidden, bounds, error);
    if (result == 0 && !each && *agent)
        result = update_scope(store, caller, agent, list, hidden, bounds, error);
    for (size_t i = 0; i < list->count && result == 0 && each; i++)
        if (is_first_of_agent(list, i))
            result = update_scope(store, caller, list->items[i].agent, list, hidden, bounds, error);
    return result == 0 ? memory_set_user(store, caller, hidden ? "" : alias_of(list, caller), error) : -1;
}

/* --- Joined lines --- */

/* Whether a line has links, or shares what it had by some. */
static bool is_joined(const struct memory_list *list, const char *caller)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].kind == KIND_LINK || strcmp(list->items[i].caller, caller) != 0)
            return true;
    return false;
}

/* Finds out again what a line shares. */
static int share(struct memory_store *store, const char *caller, const struct memory_list *list,
                 struct error *error)
{
    struct kin_share shared;
    int result = kin_read(store, caller, list, &shared, error);
    if (result == 0)
        result = memory_share(store, caller, shared.places, shared.count, error);
    kin_free(&shared);
    return result;
}

/* Its memories, and the lines that it is joined with. */
static int read_joined(struct memory_store *store, const char *caller, struct memory_list *list,
                       struct kin *kin, struct error *error)
{
    *kin = (struct kin){0};
    if (line_memories(store, caller, list, error) != 0)
        return -1;
    if (!memory_can_share(store) || !is_joined(list, caller))
        return 0;
    int result = kin_lines(store, caller, list, kin, error);
    if (result == 0)
        result = share(store, caller, list, error);
    memory_list_free(list);
    return result == 0 ? line_memories(store, caller, list, error) : -1;
}

int profile_update(struct memory_store *store, const char *caller, const char *agent,
                   const struct context_bounds *bounds, struct error *error)
{
    struct memory_list list;
    struct kin kin, ignored;
    if (read_joined(store, caller, &list, &kin, error) != 0)
        return -1;
    int result = update_from(store, caller, kin.count > 1 ? NULL : agent, &list, bounds, error);
    memory_list_free(&list);
    for (size_t i = 1; i < kin.count && result == 0; i++) {
        result = read_joined(store, kin.lines[i], &list, &ignored, error);
        if (result == 0)
            result = update_from(store, kin.lines[i], NULL, &list, bounds, error);
        memory_list_free(&list);
    }
    return result;
}

bool profile_add_variables(struct buf *b, const struct memory_profile *profile, const char *caller)
{
    if (profile->document && *profile->answer) {
        buf_puts(b, profile->answer);
        return true;
    }
    cJSON *variables = profile_variables(profile->document, caller);
    bool good = add_members(b, variables);
    cJSON_Delete(variables);
    return good;
}

void profile_add_heading(struct buf *b, const struct memory_profile *profile)
{
    if (profile->document && *profile->heading) {
        buf_puts(b, profile->heading);
        return;
    }
    cJSON *document = profile->document ? cJSON_Parse(profile->document) : NULL;
    const char *name = json_text(document, VARIABLE_CALLER_NAME);
    add_heading(b, name ? name : "", json_int(document, VARIABLE_CALL_COUNT, 0));
    cJSON_Delete(document);
}

/* Moves a text, which is not copied, from one object to another; where it is not, an empty one is. `name` is
 * a literal. A profile of an older version may have anything in it. False when out of memory. */
static bool move_text(cJSON *from, cJSON *to, const char *name)
{
    cJSON *text = cJSON_DetachItemFromObjectCaseSensitive(from, name);
    if (!cJSON_IsString(text)) {
        cJSON_Delete(text);
        text = cJSON_CreateString("");
    }
    if (text)
        text_disarm_text(text->valuestring);
    if (text && cJSON_AddItemToObjectCS(to, name, text))
        return true;
    cJSON_Delete(text);
    return false;
}

cJSON *profile_variables(const char *document, const char *caller)
{
    cJSON *profile = document ? cJSON_Parse(document) : NULL;
    cJSON *filled = cJSON_CreateObject();
    bool good = filled && (profile || !document) &&
                cJSON_AddBoolToObject(filled, VARIABLE_CALLER_KNOWN, profile != NULL) &&
                cJSON_AddStringToObject(filled, VARIABLE_CALLER_ID, profile ? caller : "");
    for (const struct variable *variable = variable_rows; variable < variable_rows + VARIABLES && good;
         variable++) {
        const char *name = variable->name;
        if (variable->in_profile && variable->type == VARIABLE_NUMBER)
            good = cJSON_AddNumberToObject(filled, name, (double)json_int(profile, name, 0));
        else if (variable->in_profile)
            good = move_text(profile, filled, name);
    }
    cJSON_Delete(profile);
    if (good)
        return filled;
    cJSON_Delete(filled);
    return NULL;
}
