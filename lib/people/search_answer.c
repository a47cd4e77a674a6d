#include "people/search_answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "people/line_read.h"
#include "people/notes.h"
#include "people/profile.h"
#include "people/ready.h"
#include "people/whose.h"
#include "service/metrics.h"
#include "service/variables.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_SIZE   8000 /* bytes that most answers fit into */
#define LIMIT        10   /* of a search */
#define SHARED_LIMIT 50   /* that are looked at for what one of many said */
#define RECENT_SCORE 0.5  /* of what was not asked for by its words */

/* Written as text at once: building and printing a tree for thirty texts would cost more than the search. */
static void add_text(struct buf *b, const char *text)
{
    size_t from = b->len;
    buf_json(b, text, strlen(text));
    text_disarm(b, from);
}

static void add_memory(struct buf *b, const struct memory *memory, bool recent, int64_t now)
{
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp(memory->created_at, stamp);
    buf_puts(b, "{\"id\":");
    add_text(b, memory->id);
    buf_puts(b, ",\"content\":");
    add_text(b, memory->content);
    /* Names of ours and times have nothing in them that would have to be escaped. */
    buf_puts(b, ",\"sector\":\"");
    buf_puts(b, sector_name(memory->sector));
    buf_puts(b, "\",\"kind\":\"");
    buf_puts(b, kind_name(memory->kind));
    buf_puts(b, "\",\"salience\":");
    buf_decimal(b, memory_decayed(memory->salience, memory->decay_lambda, now - memory->created_at), 3);
    buf_puts(b, ",\"score\":");
    buf_decimal(b, memory->score, 4);
    buf_puts(b, ",\"created_at\":\"");
    buf_puts(b, stamp);
    buf_puts(b, "\",\"conversation_id\":");
    add_text(b, memory->conversation);
    if (*memory->speaker) {
        buf_puts(b, ",\"speaker\":");
        add_text(b, memory->speaker);
    }
    if (recent)
        buf_puts(b, ",\"match\":\"recent\"");
    buf_putc(b, '}');
}

static void add_context(struct buf *b, const struct memory_list *found, size_t chars)
{
    struct buf notes = BUF_INIT;
    buf_reserve(&notes, chars < USUAL_SIZE ? chars : USUAL_SIZE);
    notes_add(&notes, found, chars);
    buf_puts(b, ",\"context\":");
    if (buf_text(&notes))
        add_text(b, buf_text(&notes));
    else
        b->failed = true;
    buf_free(&notes);
}

static void add_answer(struct buf *b, const struct settings *settings, const struct memory_list *found,
                       size_t recent, const struct memory_profile *profile)
{
    int64_t now = clock_now();
    buf_reserve(b, USUAL_SIZE);
    buf_puts(b, "{\"count\":");
    buf_int(b, (int64_t)found->count);
    buf_puts(b, ",\"memories\":[");
    for (size_t i = 0; i < found->count; i++) {
        if (i > 0)
            buf_putc(b, ',');
        add_memory(b, &found->items[i], i < recent, now);
    }
    buf_putc(b, ']');
    add_context(b, found, (size_t)setting_int(settings, CALLMEM_CONTEXT_CHARS));
    buf_puts(b, ",\"profile\":{");
    profile_add_heading(b, profile);
    buf_puts(b, "}}");
}

static bool has(const struct memory_list *list, const char *id)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i].id, id) == 0)
            return true;
    return false;
}

/* Where nothing in particular is asked for, or nothing is found, the answer begins with what there is to know
 * of the line. `all` borrows from both lists, but for its items. */
static int put_together(const struct memory_list *recent, const struct memory_list *found, size_t limit,
                        struct memory_list *all, struct error *error)
{
    all->items = calloc(recent->count + found->count + 1, sizeof *all->items);
    if (!all->items)
        return error_no_memory(error);
    for (size_t i = 0; i < recent->count; i++) {
        all->items[all->count] = recent->items[i];
        all->items[all->count++].score =
            found->count && found->items[0].score > RECENT_SCORE ? found->items[0].score : RECENT_SCORE;
    }
    for (size_t i = 0; i < found->count && all->count < limit; i++)
        if (!has(recent, found->items[i].id))
            all->items[all->count++] = found->items[i];
    return 0;
}

static int answer(struct buf *b, const struct settings *settings, struct memory_store *memory,
                  const struct memory_filter *filter, const char *scope, const struct memory_list *found,
                  const struct memory_profile *profile, struct error *error)
{
    struct memory_list recent = {0}, all = {0};
    size_t limit = filter->limit ? filter->limit : LIMIT;
    int result = 0;
    if (profile->document && (found->vague || found->count == 0))
        result = ready_recent(memory, filter, scope, &recent, error);
    if (result == 0 && recent.count)
        result = put_together(&recent, found, limit, &all, error);
    if (result == 0)
        add_answer(b, settings, recent.count ? &all : found, recent.count, profile);
    free(all.items);
    memory_list_free(&recent);
    return result;
}

int search_answer_add(struct buf *b, const struct settings *settings, struct memory_store *memory,
                      const struct memory_filter *filter, const char *query, struct error *error)
{
    struct memory_list found = {0};
    struct memory_profile profile = {0};
    bool agents_apart = setting_choice(settings, CALLMEM_SCOPE) == SCOPE_AGENT;
    const char *scope = agents_apart && filter->agent ? filter->agent : "";
    int result = 0;
    if (*filter->caller)
        result = memory ? memory_recall(memory, filter, query, scope, &found, &profile, error)
                        : error_no_memory(error);
    /* Whoever has no profile is not known any more, where callers can ask for that. */
    if (result == 0 && !profile.document &&
        setting_choice(settings, CALLMEM_FORGET_ON_REQUEST) == FORGET_HIDE)
        memory_list_free(&found);
    if (result == 0 && whose_is_shared(&profile))
        result = ready_names(memory, filter, scope, &found, error);
    if (result == 0)
        metrics_count(METRIC_SEARCHES, found.count > 0 ? SEARCH_FOUND : SEARCH_NOTHING);
    if (result == 0)
        result = answer(b, settings, memory, filter, scope, &found, &profile, error);
    if (result == 0 && !buf_text(b))
        result = error_no_memory(error);
    memory_profile_free(&profile);
    memory_list_free(&found);
    return result;
}

/* --- On a shared line --- */

/* Whether somebody said it, or it is said of them. */
static bool is_theirs(const struct line *line, size_t person, const struct memory *memory)
{
    for (size_t i = 0; i < line->known_count && fact_is_kind(memory->kind); i++)
        if (strcmp(line->known[i].fact.memory->id, memory->id) == 0)
            return line->known[i].owner == person;
    for (size_t i = 0; i < line->call_count; i++)
        if (strcmp(line->calls[i].memory->conversation, memory->conversation) == 0)
            return line->calls[i].speaker == person;
    return false;
}

static void keep_theirs(struct memory_list *found, const struct line *line, size_t person, size_t limit)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->count && kept < limit; i++)
        if (is_theirs(line, person, &found->items[i]))
            found->items[kept++] = found->items[i];
    found->count = kept;
}

static int64_t calls_of(const struct line *line, size_t person)
{
    int64_t calls = 0;
    for (size_t i = 0; i < line->call_count; i++)
        calls += !line->calls[i].attempt && line->calls[i].speaker == person;
    return calls;
}

static int answer_theirs(struct buf *b, const struct settings *settings, struct memory_store *memory,
                         const struct memory_filter *filter, const struct line *line,
                         const struct person *person, const char *query, struct error *error)
{
    struct memory_filter wide = *filter;
    struct memory_list found;
    struct buf heading = BUF_INIT;
    size_t at = (size_t)(person - line->persons);
    wide.limit = SHARED_LIMIT;
    if (memory_search(memory, &wide, query, &found, error) != 0)
        return -1;
    keep_theirs(&found, line, at, filter->limit ? filter->limit : LIMIT);
    buf_puts(&heading, "\"" VARIABLE_CALLER_NAME "\":");
    buf_json(&heading, person_name(person), strlen(person_name(person)));
    buf_puts(&heading, ",\"" VARIABLE_CALL_COUNT "\":");
    buf_int(&heading, calls_of(line, at));
    const struct memory_profile profile = {.heading = buf_text(&heading), .document = "{}"};
    if (profile.heading)
        add_answer(b, settings, &found, 0, &profile);
    int result = profile.heading && buf_text(b) ? 0 : error_no_memory(error);
    buf_free(&heading);
    memory_list_free(&found);
    return result;
}

int search_answer_named(struct buf *b, const struct settings *settings, struct memory_store *memory,
                        const struct memory_filter *filter, const char *name, const char *query,
                        struct error *error)
{
    static const struct memory_list nothing = {0};
    static const struct memory_profile unknown = {0};
    struct memory_list list;
    struct line line;
    const char *scope =
        setting_choice(settings, CALLMEM_SCOPE) == SCOPE_AGENT && filter->agent ? filter->agent : "";
    if (!memory)
        return error_no_memory(error);
    if (line_read(memory, filter->caller, scope, &list, &line, error) != 0)
        return -1;
    const struct person *person = *name ? line_find(&line, name) : NULL;
    int result = 0;
    if (person)
        result = answer_theirs(b, settings, memory, filter, &line, person, query, error);
    else
        add_answer(b, settings, &nothing, 0, &unknown);
    line_close(&line);
    memory_list_free(&list);
    return result == 0 && !buf_text(b) ? error_no_memory(error) : result;
}
