/*
 * change_known: what is known is put right: corrected, dropped, added to; and who is who.
 */
#include "page/changes.h"
#include "page/html.h"
#include "people/line_read.h"
#include "people/operator.h"

#include <stdio.h>
#include <string.h>

static struct operator_context context_of(const struct changing *changing)
{
    const struct page *page = changing->page;
    return (struct operator_context){
        .store = page->memory, .settings = page->site->instance->settings, .by = page->who};
}

/* After one of the changes below: it can be taken back. */
static int changed(struct changing *changing, int result, struct operator_change *change, const char *done)
{
    if (result == 0)
        changing_go_back(changing, done, *change->id ? "undo" : "", change->id);
    operator_change_free(change);
    return result;
}

static bool is_name(const struct changing *changing)
{
    return !changing->memory || changing->memory->kind == KIND_NAME;
}

/* The statement or the name as it is told now; "" when out of memory, which shows later. */
static const char *text_of(struct arena *arena, const struct memory *memory)
{
    struct fact fact;
    struct speaker speaker;
    if (!memory || !arena)
        return "";
    if (memory->kind == KIND_NAME)
        return fact_read_speaker(arena, memory, &speaker) ? *speaker.full ? speaker.full : speaker.called
                                                          : "";
    return fact_read(arena, memory, &fact) ? fact.statement.text : "";
}

int change_ask_correct(struct changing *changing, struct error *error)
{
    const char *given = form_value(changing->form, "text");
    struct arena *arena = arena_new();
    if (!arena)
        return error_no_memory(error);
    const char *value = *given ? given : text_of(arena, changing->memory);
    if (is_name(changing))
        changing_ask(changing, "The right name",
                     "As in “Margaret Whelan”, or “Margaret Whelan, called Peggy”.", value);
    else
        changing_ask(changing, "What is so", "A short sentence, as agents are to be told it.", value);
    arena_free(arena);
    return 0;
}

int change_correct(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    const char *text = form_value(changing->form, "text");
    struct operator_change change = {0};
    return changed(changing, operator_correct(&context, changing->memory->id, text, &change, error), &change,
                   "corrected");
}

int change_name_caller(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    const char *text = form_value(changing->form, "text");
    struct operator_change change = {0};
    return changed(changing, operator_name(&context, changing->caller, text, &change, error), &change,
                   "named");
}

int change_drop(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    struct operator_change change = {0};
    return changed(changing, operator_drop(&context, changing->memory->id, &change, error), &change,
                   "dropped");
}

int change_undo(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    struct operator_change change = {0};
    return changed(changing, operator_undo(&context, form_value(changing->form, "id"), &change, error),
                   &change, "undone");
}

/* --- Notes and people --- */

static void add_options(struct page *page, const struct line *line, const char *chosen)
{
    for (size_t i = 0; i < line->person_count; i++) {
        const char *name = person_name(&line->persons[i]);
        if (!*name)
            continue;
        html_printf(page->out, "<option value=\"%s\"", name);
        html_printf(page->out, "%s>%s</option>\n", strcmp(chosen, name) == 0 ? " selected" : "", name);
    }
}

int change_ask_note(struct changing *changing, struct error *error)
{
    struct page *page = changing->page;
    struct memory_list list;
    struct line line;
    if (line_read(page->memory, changing->caller, "", &list, &line, error) != 0)
        return -1;
    changing_ask(changing, "The note", "Agents are told this from the next call on.",
                 form_value(changing->form, "text"));
    if (line_speakers(&line) > 1) {
        buf_puts(page->out, "<p><label for=\"whose\">Of whom</label>\n<select id=\"whose\" name=\"whose\">\n"
                            "<option value=\"\">Everybody on this line</option>\n");
        add_options(page, &line, form_value(changing->form, "whose"));
        buf_puts(page->out, "</select></p>\n");
    }
    html_printf(page->out,
                "<p><label for=\"until\">Until (may be left out)</label>\n<input id=\"until\" name=\"until\" "
                "type=\"date\" value=\"%s\" aria-describedby=\"until-why\"></p>\n"
                "<p class=\"hint\" id=\"until-why\">The last day on which it is told.</p>\n",
                form_value(changing->form, "until"));
    line_close(&line);
    memory_list_free(&list);
    return 0;
}

int change_note(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    const struct operator_note note = {.caller = changing->caller,
                                       .text = form_value(changing->form, "text"),
                                       .until = form_value(changing->form, "until"),
                                       .whose = form_value(changing->form, "whose")};
    struct operator_change change = {0};
    return changed(changing, operator_add_note(&context, &note, &change, error), &change, "noted");
}

#define CALLS_ASKED 50 /* the last ones, which can be ticked */

int change_ask_split(struct changing *changing, struct error *error)
{
    struct page *page = changing->page;
    struct memory_list calls;
    if (memory_conversations(page->memory, changing->caller, &calls, error) != 0)
        return -1;
    changing_ask(changing, "The name of this person",
                 "Exactly as it was heard, or a new one for the calls below.",
                 form_value(changing->form, "text"));
    buf_puts(page->out, "<fieldset>\n<legend>Calls in which this person spoke</legend>\n");
    for (size_t i = calls.count, shown = 0; i-- > 0 && shown < CALLS_ASKED;) {
        if (!memory_is_call(calls.items[i].conversation))
            continue;
        html_printf(
            page->out,
            "<p class=\"tick\"><input type=\"checkbox\" id=\"call-%zu\" name=\"call-%zu\" value=\"%s\"> ",
            shown, shown, calls.items[i].conversation);
        html_printf(page->out, "<label for=\"call-%zu\">", shown);
        page_time(page, calls.items[i].created_at);
        buf_puts(page->out, ", ");
        html_said(page->out, calls.items[i].conversation);
        buf_puts(page->out, "</label></p>\n");
        shown++;
    }
    buf_puts(page->out, "</fieldset>\n");
    memory_list_free(&calls);
    return 0;
}

int change_split(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    struct operator_change change = {0};
    struct buf calls = BUF_INIT;
    char name[32];
    for (size_t i = 0; i < CALLS_ASKED; i++) {
        snprintf(name, sizeof name, "call-%zu", i);
        if (*form_value(changing->form, name))
            buf_printf(&calls, "%s%s", calls.len ? "," : "", form_value(changing->form, name));
    }
    const char *list = buf_text(&calls);
    int result = list ? operator_split(&context, changing->caller, form_value(changing->form, "text"),
                                       *list ? list : NULL, &change, error)
                      : error_no_memory(error);
    buf_free(&calls);
    return changed(changing, result, &change, "split");
}
