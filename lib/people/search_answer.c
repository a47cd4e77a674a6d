#include "people/search_answer.h"

#include "base/clock.h"
#include "base/text.h"
#include "people/notes.h"
#include "people/profile.h"
#include "people/ready.h"
#include "people/whose.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <string.h>

#define USUAL_SIZE   8000 /* bytes that most answers fit into */
#define LIMIT        10   /* of a search */
#define RECENT_SCORE 0.5  /* of what was not asked for by its words */

/* Written as text at once: building and printing a tree for thirty texts would cost more than the search. */
static void add_text(struct buf *b, const char *name, const char *text)
{
    size_t from = b->len + strlen(name);
    buf_puts(b, name);
    buf_json(b, text, strlen(text));
    text_disarm(b, from);
}

static void add_memory(struct buf *b, const struct memory *memory, bool recent, int64_t now)
{
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp(memory->created_at, stamp);
    add_text(b, "{\"id\":", memory->id);
    add_text(b, ",\"content\":", memory->content);
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
    add_text(b, "\",\"conversation_id\":", memory->conversation);
    if (*memory->speaker)
        add_text(b, ",\"speaker\":", memory->speaker);
    if (recent)
        buf_puts(b, ",\"match\":\"recent\"");
    buf_putc(b, '}');
}

static void add_context(struct buf *b, const struct memory_list *found, size_t chars)
{
    struct buf notes = BUF_INIT;
    buf_reserve(&notes, chars < USUAL_SIZE ? chars : USUAL_SIZE);
    notes_add(&notes, found, chars);
    if (buf_text(&notes))
        add_text(b, ",\"context\":", buf_text(&notes));
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
