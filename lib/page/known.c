#include "page/known.h"

#include "page/html.h"

#include <string.h>

/* How a statement came about, for people. */
static const char *const origins[SOURCES] = {
    [SOURCE_RULE] = "heard in the call",
    [SOURCE_ITEM] = "noted by the agent's LLM and found in the call",
    [SOURCE_COLLECTED] = "collected by one of your items",
    [SOURCE_LLM] = "noted by your LLM and found in the call",
    [SOURCE_VARIABLE] = "from a variable that the call began with",
    [SOURCE_OPERATOR] = "said by an operator",
};

static const char *const labels[STATEMENTS] = {
    [STATEMENT_NEED] = "Need",
    [STATEMENT_PREFERENCE] = "Preference",
    [STATEMENT_INSTRUCTION] = "Instruction",
    [STATEMENT_FACT] = "Fact",
    [STATEMENT_CONTACT] = "Contact",
    [STATEMENT_ID] = "Number",
    [STATEMENT_ENDED] = "Ended",
    [STATEMENT_OPEN] = "Open",
};

const char *known_words(const struct memory_list *memories, const char *conversation, int turn)
{
    for (size_t i = 0; i < memories->count && turn >= 0; i++) {
        const struct memory *memory = &memories->items[i];
        if (memory->kind == KIND_TURN && memory->position == turn &&
            strcmp(memory->conversation, conversation) == 0)
            return memory->content;
    }
    return NULL;
}

void known_change_link(struct page *page, const char *what, const char *caller, const char *id,
                       const char *label, const char *about)
{
    html_printf(page->out, "<a class=\"button\" href=\"" PAGE_ROOT "change?do=%s&amp;caller=", what);
    html_url(page->out, caller);
    if (*id) {
        buf_puts(page->out, "&amp;id=");
        html_url(page->out, id);
    }
    html_printf(page->out, "\">%s", label);
    /* For who hears the links without what stands around them. */
    if (*about)
        html_printf(page->out, "<span class=\"unseen\">: %s</span>", about);
    buf_puts(page->out, "</a>\n");
}

static void show_source(struct page *page, const struct known_view *view, const struct fact *fact)
{
    const struct memory *memory = fact->memory;
    int turn = fact->statement.turn;
    const char *words = known_words(view->memories, memory->conversation, turn);
    buf_puts(page->out, "<div class=\"source\">");
    if (words) {
        buf_puts(page->out, "<blockquote>");
        html_said(page->out, words);
        buf_puts(page->out, "</blockquote>\n");
    }
    html_printf(page->out, "<p>%s", origins[fact->statement.source]);
    if (*fact->author) {
        buf_puts(page->out, " (");
        html_said(page->out, fact->author);
        buf_puts(page->out, ")");
    }
    buf_puts(page->out, ", ");
    page_time(page, memory->created_at);
    if (memory_is_call(memory->conversation)) {
        buf_puts(page->out, ", ");
        page_link_call(page, memory->caller, memory->conversation, words ? turn : -1,
                       words ? "see it in the call" : "see the call");
    }
    buf_puts(page->out, "</p></div>\n");
}

static void show_actions(struct page *page, const struct known *known, bool can_change)
{
    const struct memory *memory = known->fact.memory;
    const char *text = known->fact.statement.text;
    bool undone = known->state == STATE_CORRECTED || known->state == STATE_DROPPED;
    if (undone && known->remark && known->remark->memory) {
        buf_puts(page->out, "<p class=\"actions\">");
        known_change_link(page, "undo", memory->caller, known->remark->memory->conversation, "Undo", text);
        buf_puts(page->out, "</p>\n");
    } else if (can_change && memory->id) {
        buf_puts(page->out, "<p class=\"actions\">");
        known_change_link(page, "correct", memory->caller, memory->id, "Correct", text);
        known_change_link(page, "drop", memory->caller, memory->id, "Drop", text);
        buf_puts(page->out, "</p>\n");
    }
}

static void show_statement(struct page *page, const struct known_view *view, const struct known *known,
                           const char *state, bool can_change)
{
    const struct fact *fact = &known->fact;
    const struct statement *statement = &fact->statement;
    buf_puts(page->out, "<li class=\"fact\">\n<p class=\"what\">");
    html_printf(page->out, "<span class=\"kind\">%s</span> ", labels[statement->kind]);
    html_said(page->out, fact->memory->content);
    if (*statement->until)
        html_printf(page->out, " <span class=\"until\">until %s</span>", statement->until);
    if (*state)
        html_printf(page->out, " <span class=\"state\">%s</span>", state);
    buf_puts(page->out, "</p>\n");
    if (known->ended_by) {
        buf_puts(page->out, "<p class=\"by\">by: ");
        html_said(page->out, known->ended_by->fact.statement.text);
        buf_puts(page->out, "</p>\n");
    }
    show_source(page, view, fact);
    show_actions(page, known, can_change);
    buf_puts(page->out, "</li>\n");
}

static bool is_shown(const struct known *known, bool open)
{
    enum statement_kind kind = known->fact.statement.kind;
    return known->state == STATE_NOW && kind != STATEMENT_ENDED && (kind == STATEMENT_OPEN) == open;
}

static size_t count_shown(const struct line *line, size_t owner, bool open)
{
    size_t count = 0;
    for (size_t i = 0; i < line->known_count; i++)
        count += line->known[i].owner == owner && is_shown(&line->known[i], open);
    return count;
}

static void show_facts(struct page *page, const struct known_view *view, size_t owner)
{
    buf_puts(page->out, "<ul class=\"facts\">\n");
    for (size_t i = 0; i < view->line->known_count; i++)
        if (view->line->known[i].owner == owner && is_shown(&view->line->known[i], false))
            show_statement(page, view, &view->line->known[i], "", true);
    buf_puts(page->out, "</ul>\n");
}

static const char *name_of(const struct person *person)
{
    const char *name = *person->full ? person->full : person->called;
    return *name ? name : "Somebody who gave no name";
}

static void show_about(struct page *page, const struct person *person)
{
    const char *name = name_of(person);
    buf_puts(page->out, "<p class=\"about\">");
    buf_puts(page->out, person->speaks ? "on the phone" : person->gone ? "spoken of, no more" : "spoken of");
    if (*person->called && strcmp(person->called, name) != 0) {
        buf_puts(page->out, ", called ");
        html_said(page->out, person->called);
    }
    if (*person->role) {
        buf_puts(page->out, ", ");
        html_said(page->out, person->role);
    }
    for (size_t i = 0, others = 0; i < person->name_count; i++)
        if (strcmp(person->names[i], name) != 0 && strcmp(person->names[i], person->called) != 0) {
            buf_puts(page->out, others++ ? ", " : "; also heard: ");
            html_said(page->out, person->names[i]);
        }
    buf_puts(page->out, "</p>\n");
}

static void show_name_actions(struct page *page, const struct known_view *view, const struct person *person)
{
    const char *name = name_of(person);
    bool alone = line_speakers(view->line) == 1;
    if (!person->speaks || (!person->heard && !alone))
        return;
    buf_puts(page->out, "<p class=\"actions\">");
    if (person->heard && person->heard->id)
        known_change_link(page, "correct", person->heard->caller, person->heard->id, "Correct the name",
                          name);
    else
        known_change_link(page, "name", view->caller, "", "Say who this is", "");
    buf_puts(page->out, "</p>\n");
}

static void show_person(struct page *page, const struct known_view *view, size_t at)
{
    const struct person *person = &view->line->persons[at];
    size_t count = count_shown(view->line, at, false);
    if (!person->speaks && count == 0)
        return;
    buf_puts(page->out, "<article class=\"person\">\n<h3>");
    html_said(page->out, name_of(person));
    buf_puts(page->out, "</h3>\n");
    show_about(page, person);
    show_name_actions(page, view, person);
    if (count > 0)
        show_facts(page, view, at);
    else
        buf_puts(page->out, "<p class=\"none\">Nothing is known but the name.</p>\n");
    buf_puts(page->out, "</article>\n");
}

void known_people(struct page *page, const struct known_view *view)
{
    const struct line *line = view->line;
    buf_puts(page->out, "<section aria-labelledby=\"people\">\n<h2 id=\"people\">People on this line</h2>\n");
    if (line->person_count == 0 && count_shown(line, NOBODY, false) == 0)
        buf_puts(page->out,
                 "<p class=\"none\">Nobody has said who they are, and nothing is known of them.</p>\n");
    for (int speaks = 1; speaks >= 0; speaks--)
        for (size_t i = 0; i < line->person_count; i++)
            if (line->persons[i].speaks == speaks)
                show_person(page, view, i);
    if (count_shown(line, NOBODY, false) > 0) {
        buf_puts(page->out, "<article class=\"person\">\n<h3>Of one of them, it is not clear of whom</h3>\n");
        show_facts(page, view, NOBODY);
        buf_puts(page->out, "</article>\n");
    }
    buf_puts(page->out, "</section>\n");
}

void known_open(struct page *page, const struct known_view *view)
{
    bool any = false;
    buf_puts(page->out, "<section aria-labelledby=\"open\">\n<h2 id=\"open\">Still open</h2>\n");
    for (size_t i = 0; i < view->line->known_count; i++)
        if (is_shown(&view->line->known[i], true)) {
            if (!any)
                buf_puts(page->out, "<ul class=\"facts\">\n");
            any = true;
            show_statement(page, view, &view->line->known[i], "", true);
        }
    buf_puts(page->out, any ? "</ul>\n" : "<p class=\"none\">Nothing is open.</p>\n");
    buf_puts(page->out, "</section>\n");
}

void known_over(struct page *page, const struct known_view *view)
{
    static const char *const states[] = {[STATE_NOW] = "",
                                         [STATE_REPLACED] = "replaced",
                                         [STATE_ENDED] = "ended",
                                         [STATE_OVER] = "past",
                                         [STATE_DONE] = "settled",
                                         [STATE_CORRECTED] = "corrected by an operator",
                                         [STATE_DROPPED] = "dropped by an operator"};
    size_t count = 0;
    for (size_t i = 0; i < view->line->known_count; i++) {
        const struct known *known = &view->line->known[i];
        const struct statement *statement = &known->fact.statement;
        if (statement_settles(statement) || (known->state == STATE_NOW && statement->kind != STATEMENT_ENDED))
            continue;
        if (count++ == 0)
            buf_puts(page->out, "<details>\n<summary>No longer so</summary>\n<ul class=\"facts\">\n");
        show_statement(page, view, known, states[known->state], false);
    }
    if (count > 0)
        buf_puts(page->out, "</ul>\n</details>\n");
}
