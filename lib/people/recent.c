#include "people/recent.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "people/line.h"
#include "people/profile.h"
#include "people/whose.h"

#include <stdlib.h>
#include <string.h>

#define LIMIT         10
#define SUMMARY_CHARS 600
#define TURNS         4  /* of a call without a summary */
#define TURN_CHARS    15 /* that a turn has at least which says something */

/* What is told, in this order, each kind the newest first. */
enum part { PART_CALLS, PART_KNOWN };
static const struct step {
    enum part part;
    unsigned kinds; /* of statements */
    size_t most;    /* of this step */
} steps[] = {
    {PART_CALLS, 0, 1},
    {PART_KNOWN, 1u << STATEMENT_OPEN, 3},
    {PART_KNOWN, 1u << STATEMENT_NEED, 3},
    {PART_KNOWN, 1u << STATEMENT_INSTRUCTION, 2},
    {PART_KNOWN, 1u << STATEMENT_PREFERENCE, 3},
    {PART_CALLS, 0, 2},
    {PART_KNOWN, 1u << STATEMENT_CONTACT | 1u << STATEMENT_ID, 4},
    {PART_KNOWN, 1u << STATEMENT_FACT | 1u << STATEMENT_ENDED, 6},
    {PART_CALLS, 0, SIZE_MAX},
};

struct telling {
    struct memory_store *store;
    const struct memory_filter *filter;
    const struct line *line;
    struct memory_list *found;
    size_t limit, next_call; /* of the calls, from the last one on, how many have been told */
    bool several;            /* people use the line */
    int64_t now;
};

static bool allows(const struct telling *telling, const struct memory *memory)
{
    const struct memory_filter *filter = telling->filter;
    return (!filter->kinds || filter->kinds >> memory->kind & 1) &&
           (!filter->sectors || filter->sectors >> memory->sector & 1) &&
           (!filter->since || memory->created_at >= filter->since) &&
           (!filter->until || memory->created_at <= filter->until) &&
           (!filter->conversation || !*filter->conversation ||
            strcmp(filter->conversation, memory->conversation) == 0) &&
           (float)memory_decayed(memory->salience, memory->decay_lambda, telling->now - memory->created_at) >=
               (float)filter->min_salience;
}

static const char *keep(const struct telling *telling, const char *text)
{
    return arena_text(telling->found->arena, text, strlen(text));
}

/* A copy that lives as long as the list. -1 when out of memory. */
static int tell(struct telling *telling, const struct memory *memory, const char *content)
{
    if (telling->found->count == telling->limit || !allows(telling, memory))
        return content ? 0 : -1;
    struct memory *copy = &telling->found->items[telling->found->count];
    *copy = *memory;
    copy->id = keep(telling, memory->id);
    copy->caller = keep(telling, memory->caller);
    copy->agent = keep(telling, memory->agent);
    copy->conversation = keep(telling, memory->conversation);
    copy->language = keep(telling, memory->language);
    copy->speaker = keep(telling, memory->speaker);
    copy->content = content;
    copy->tags = copy->metadata = "";
    if (!content || !copy->id || !copy->caller || !copy->agent || !copy->conversation || !copy->language ||
        !copy->speaker)
        return -1;
    telling->found->count++;
    return 0;
}

/* --- What is known --- */

static bool holds(const struct line *line, const struct known *known)
{
    enum statement_kind kind = known->fact.statement.kind;
    bool gone = known->owner != NOBODY && line->persons[known->owner].gone;
    return known->state == STATE_NOW && (kind != STATEMENT_ENDED || known->told) &&
           (!gone || kind == STATEMENT_ENDED);
}

static int tell_known(struct telling *telling, const struct step *step)
{
    const struct line *line = telling->line;
    size_t count = 0;
    for (size_t i = line->known_count; i-- > 0 && count < step->most;) {
        const struct known *known = &line->known[i];
        if (!(step->kinds >> known->fact.statement.kind & 1) || !holds(line, known))
            continue;
        if (tell(telling, known->fact.memory, whose_content(telling->found->arena, line, known)) != 0)
            return -1;
        count++;
    }
    return 0;
}

/* --- The calls --- */

/* The longest of what the caller said, in the order in which it was said. */
static size_t choose_turns(const struct memory_list *turns, bool *chosen)
{
    size_t count = 0;
    for (; count < TURNS; count++) {
        size_t best = turns->count, longest = TURN_CHARS;
        for (size_t i = 0; i < turns->count; i++) {
            size_t chars = text_chars(turns->items[i].content);
            if (!chosen[i] && chars > longest && strcmp(turns->items[i].speaker, "user") == 0) {
                best = i;
                longest = chars;
            }
        }
        if (best == turns->count)
            break;
        chosen[best] = true;
    }
    return count;
}

/* A call of which there is no summary is told in the caller's own words. */
static int tell_turns(struct telling *telling, const struct memory *call, struct error *error)
{
    struct memory_filter filter = {
        .caller = telling->filter->caller, .conversation = call->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list turns;
    if (memory_list(telling->store, &filter, &turns, error) != 0)
        return -1;
    bool *chosen = calloc(turns.count + 1, sizeof *chosen);
    int result = chosen ? 0 : error_no_memory(error);
    if (chosen)
        choose_turns(&turns, chosen);
    for (size_t i = 0; i < turns.count && result == 0; i++)
        if (chosen[i] && tell(telling, &turns.items[i], keep(telling, turns.items[i].content)) != 0)
            result = error_no_memory(error);
    free(chosen);
    memory_list_free(&turns);
    return result;
}

/* A summary of a sentence or two, cut where it is longer. */
static const char *summary_of(const struct telling *telling, const struct line_call *call)
{
    struct buf text = BUF_INIT;
    const struct person *person =
        telling->several && call->speaker != NOBODY ? &telling->line->persons[call->speaker] : NULL;
    if (person && *person_name(person))
        buf_printf(&text, "%s: ", person_name(person));
    text_add_line(&text, call->memory->content, SUMMARY_CHARS);
    const char *kept = buf_text(&text) ? arena_text(telling->found->arena, buf_text(&text), text.len) : NULL;
    buf_free(&text);
    return kept;
}

static int tell_calls(struct telling *telling, size_t most, struct error *error)
{
    const struct line *line = telling->line;
    for (size_t count = 0;
         telling->next_call < line->call_count && count < most && telling->found->count < telling->limit;) {
        size_t nth = telling->next_call++;
        const struct line_call *call = &line->calls[line->call_count - 1 - nth];
        if (call->attempt)
            continue;
        count++;
        if (call->memory->kind == KIND_SUMMARY && *call->memory->content) {
            if (tell(telling, call->memory, summary_of(telling, call)) != 0)
                return error_no_memory(error);
        } else if (nth == 0 && tell_turns(telling, call->memory, error) != 0) {
            return -1;
        }
    }
    return 0;
}

/* --- The whole --- */

static int tell_line(struct telling *telling, struct error *error)
{
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (steps[i].part == PART_CALLS && tell_calls(telling, steps[i].most, error) != 0)
            return -1;
        if (steps[i].part == PART_KNOWN && tell_known(telling, &steps[i]) != 0)
            return error_no_memory(error);
    }
    return 0;
}

int recent_list(struct memory_store *store, const struct memory_filter *filter, const char *scope,
                struct memory_list *found, struct error *error)
{
    struct telling telling = {.store = store,
                              .filter = filter,
                              .found = found,
                              .limit = filter->limit ? filter->limit : LIMIT,
                              .now = clock_now()};
    struct memory_list list;
    struct line line;
    *found = (struct memory_list){0};
    if (profile_read_line(store, filter->caller, *scope ? scope : filter->agent, &list, &line, error) != 0)
        return -1;
    telling.line = &line;
    telling.several = line_speakers(&line) > 1;
    found->arena = arena_new();
    found->items = calloc(telling.limit, sizeof *found->items);
    int result = found->arena && found->items ? tell_line(&telling, error) : error_no_memory(error);
    line_close(&line);
    memory_list_free(&list);
    if (result != 0)
        memory_list_free(found);
    return result;
}
