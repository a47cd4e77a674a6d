#include "people/recent.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/text.h"
#include "people/whose.h"

#include <stdlib.h>
#include <string.h>

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
    struct recent *recent;
    size_t limit, next_call; /* of the calls, from the last one on, how many have been told */
    int64_t now;
};

static bool allows(const struct telling *telling, const struct memory *memory)
{
    const struct memory_filter *filter = telling->filter;
    return (!filter->kinds || filter->kinds >> memory->kind & 1) && !(filter->hide >> memory->kind & 1) &&
           (!filter->sectors || filter->sectors >> memory->sector & 1) &&
           (!filter->since || memory->created_at >= filter->since) &&
           (!filter->until || memory->created_at <= filter->until) &&
           (!filter->conversation || !*filter->conversation ||
            strcmp(filter->conversation, memory->conversation) == 0) &&
           (float)memory_decayed(memory->salience, memory->decay_lambda, telling->now - memory->created_at) >=
               (float)filter->min_salience;
}

static void tell(struct telling *telling, const struct memory *memory, const char *by)
{
    if (telling->recent->count < telling->limit && allows(telling, memory))
        telling->recent->items[telling->recent->count++] = (struct recent_item){memory, by};
}

/* --- What is known --- */

static bool holds(const struct line *line, const struct known *known)
{
    enum statement_kind kind = known->fact.statement.kind;
    bool gone = known->owner != NOBODY && line->persons[known->owner].gone;
    return known->state == STATE_NOW && (kind != STATEMENT_ENDED || known->told) &&
           (!gone || kind == STATEMENT_ENDED);
}

static void tell_known(struct telling *telling, const struct step *step)
{
    const struct line *line = telling->line;
    size_t count = 0;
    for (size_t i = line->known_count; i-- > 0 && count < step->most;) {
        const struct known *known = &line->known[i];
        if (!(step->kinds >> known->fact.statement.kind & 1) || !holds(line, known))
            continue;
        tell(telling, known->fact.memory, whose_by(line, known));
        count++;
    }
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
            if (!chosen[i] && chars > longest && !memory_is_hidden(turns->items[i].metadata) &&
                strcmp(turns->items[i].speaker, "user") == 0) {
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
        .caller = call->caller, .conversation = call->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list *turns = &telling->recent->turns;
    if (memory_list(telling->store, &filter, turns, error) != 0)
        return -1;
    bool *chosen = calloc(turns->count + 1, sizeof *chosen);
    if (!chosen)
        return error_no_memory(error);
    choose_turns(turns, chosen);
    for (size_t i = 0; i < turns->count; i++)
        if (chosen[i])
            tell(telling, &turns->items[i], "");
    free(chosen);
    return 0;
}

static int tell_calls(struct telling *telling, size_t most, struct error *error)
{
    const struct line *line = telling->line;
    for (size_t count = 0;
         telling->next_call < line->call_count && count < most && telling->recent->count < telling->limit;) {
        size_t nth = telling->next_call++;
        const struct line_call *call = &line->calls[line->call_count - 1 - nth];
        if (call->attempt)
            continue;
        count++;
        if (call->memory->kind == KIND_SUMMARY && *call->memory->content)
            tell(telling, call->memory, whose_call(line, call));
        else if (nth == 0 && tell_turns(telling, call->memory, error) != 0)
            return -1;
    }
    return 0;
}

/* --- The whole --- */

int recent_read(struct recent *recent, struct memory_store *store, const struct line *line,
                const struct memory_filter *filter, struct error *error)
{
    struct telling telling = {.store = store,
                              .filter = filter,
                              .line = line,
                              .recent = recent,
                              .limit = filter->limit ? filter->limit : RECENT_LIMIT,
                              .now = clock_now()};
    *recent = (struct recent){.items = calloc(telling.limit, sizeof *recent->items)};
    int result = recent->items ? 0 : error_no_memory(error);
    for (size_t i = 0; i < sizeof steps / sizeof *steps && result == 0; i++)
        if (steps[i].part == PART_CALLS)
            result = tell_calls(&telling, steps[i].most, error);
        else
            tell_known(&telling, &steps[i]);
    if (result != 0)
        recent_free(recent);
    return result;
}

void recent_free(struct recent *recent)
{
    free(recent->items);
    memory_list_free(&recent->turns);
    *recent = (struct recent){0};
}

/* --- As a result of a search --- */

/* A summary of a sentence or two, cut where it is longer. */
static const char *content_of(struct arena *arena, const struct memory *memory, const char *by)
{
    struct buf text = BUF_INIT;
    if (*by)
        buf_printf(&text, "%s: ", by);
    if (memory->kind == KIND_SUMMARY)
        text_add_line(&text, memory->content, SUMMARY_CHARS);
    else
        buf_puts(&text, memory->content);
    const char *kept = buf_text(&text) ? arena_text(arena, buf_text(&text), text.len) : NULL;
    buf_free(&text);
    return kept;
}

static const char *keep(const struct memory_list *found, const char *text)
{
    return arena_text(found->arena, text, strlen(text));
}

int recent_add(struct memory_list *found, const struct memory *memory, const char *by)
{
    struct memory *copy = &found->items[found->count];
    *copy = *memory;
    copy->id = keep(found, memory->id);
    copy->caller = keep(found, memory->caller);
    copy->agent = keep(found, memory->agent);
    copy->conversation = keep(found, memory->conversation);
    copy->language = keep(found, memory->language);
    copy->speaker = keep(found, memory->speaker);
    copy->content = content_of(found->arena, memory, by);
    copy->tags = copy->metadata = "";
    if (!copy->content || !copy->id || !copy->caller || !copy->agent || !copy->conversation ||
        !copy->language || !copy->speaker)
        return -1;
    found->count++;
    return 0;
}
