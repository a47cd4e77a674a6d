#include "people/search_answer.h"

#include "base/clock.h"
#include "people/notes.h"
#include "people/profile.h"

#include <string.h>

#define USUAL_SIZE 8000 /* bytes that most answers fit into */

/* Written as text at once: building and printing a tree for thirty texts would cost more than the search. */
static void add_text(struct buf *b, const char *name, const char *text)
{
    buf_puts(b, name);
    buf_json(b, text, strlen(text));
}

static void add_memory(struct buf *b, const struct memory *memory, int64_t now)
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
                       const struct memory_profile *profile)
{
    int64_t now = clock_now();
    buf_reserve(b, USUAL_SIZE);
    buf_puts(b, "{\"count\":");
    buf_int(b, (int64_t)found->count);
    buf_puts(b, ",\"memories\":[");
    for (size_t i = 0; i < found->count; i++) {
        if (i > 0)
            buf_putc(b, ',');
        add_memory(b, &found->items[i], now);
    }
    buf_putc(b, ']');
    add_context(b, found, (size_t)setting_int(settings, CALLMEM_CONTEXT_CHARS));
    buf_puts(b, ",\"profile\":{");
    profile_add_heading(b, profile);
    buf_puts(b, "}}");
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
    if (result == 0) {
        add_answer(b, settings, &found, &profile);
        result = buf_text(b) ? 0 : error_no_memory(error);
    }
    memory_profile_free(&profile);
    memory_list_free(&found);
    return result;
}
