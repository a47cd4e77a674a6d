/*
 * change: what an operator changes. Each change is a row of one table: a page says what it will do and asks,
 * and then it is done.
 */
#include "operate/erasure.h"
#include "page/answers.h"
#include "page/html.h"
#include "people/caller.h"
#include "people/decision.h"
#include "people/line_read.h"
#include "people/operator.h"
#include "web/payload_log.h"

#include <stdio.h>
#include <string.h>

/* A change that is asked about or made. */
struct changing {
    struct page *page;
    const struct form *form; /* where its values are: the query or what was posted */
    const struct change_row *row;
    char caller[CALLER_SIZE];    /* "" */
    struct memory_list found;    /* what it is about, alone; empty */
    const struct memory *memory; /* the same, NULL */
};

enum about {
    ABOUT_NOTHING,
    ABOUT_CALLER,
    ABOUT_REQUEST, /* a memory of a caller that is a request */
    ABOUT_KNOWN,   /* a memory of a caller that is a statement or a name */
    ABOUT_CHANGE,  /* a caller, and what is undone, named by its id */
};

struct change_row {
    const char *name, *title, *button;
    const char *effect; /* what it will do, in whole sentences */
    enum about about;
    bool is_final; /* there is no way back: a box has to be ticked */
    int (*ask)(struct changing *changing, struct error *error); /* further fields of its form; NULL: none */
    int (*make)(struct changing *changing, struct error *error);
};

/* --- After it --- */

/* Back to where it was asked for, with what was done and what takes it back ("": nothing), and of what. */
static int go_back(struct changing *changing, const char *done, const char *undo, const char *of)
{
    struct buf url = BUF_INIT;
    bool to_caller = *changing->caller && !*form_value(changing->form, "back");
    buf_puts(&url, PAGE_ROOT);
    if (to_caller) {
        buf_puts(&url, "caller?id=");
        html_url(&url, changing->caller);
        buf_putc(&url, '&');
    } else {
        buf_printf(&url, "%s?", *changing->caller ? "requests" : "failed");
    }
    buf_printf(&url, "done=%s", done);
    if (*undo) {
        buf_printf(&url, "&undo=%s&of=", undo);
        html_url(&url, of);
        if (!to_caller) {
            buf_puts(&url, "&id=");
            html_url(&url, changing->caller);
        }
    }
    page_redirect(changing->page, buf_text(&url) ? buf_text(&url) : PAGE_ROOT);
    buf_free(&url);
    return 0;
}

/* --- Erasing --- */

/* Compressed payload logs cannot be searched: an operator has to do something about them. */
static void show_compressed(struct page *page)
{
    const struct instance *instance = page->site->instance;
    struct buf names = BUF_INIT;
    for (size_t i = 0; i < instance->payload_log_count; i++)
        payload_log_compressed(instance->payload_logs[i], &names);
    const char *text = buf_text(&names);
    if (text && *text)
        html_printf(
            page->out,
            "<p class=\"notice bad\">These payload logs are compressed and were not searched: %s. Unpack "
            "them and do it again, or remove them.</p>\n",
            text);
    buf_free(&names);
}

static void show_receipt(struct changing *changing, const struct erased *erased)
{
    const struct {
        const char *what;
        int64_t count;
    } rows[] = {{"Memories", (int64_t)erased->memories},
                {"Conversations", (int64_t)erased->conversations},
                {"Events in the inbox", erased->events},
                {"Lines of payload logs", erased->lines},
                {"Recordings", erased->recordings}};
    struct page *page = changing->page;
    page_begin(page, "Everything is erased", NULL);
    buf_puts(page->out, "<p>Of ");
    html_said(page->out, changing->caller);
    buf_puts(page->out, " nothing is left here. If they call again, they are a new caller.</p>\n"
                        "<table class=\"receipt\"><caption>What was erased</caption>\n<tbody>\n");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        html_printf(page->out, "<tr><th scope=\"row\">%s</th><td class=\"count\">", rows[i].what);
        buf_int(page->out, rows[i].count);
        buf_puts(page->out, "</td></tr>\n");
    }
    buf_puts(page->out, "</tbody></table>\n");
    show_compressed(page);
    buf_puts(page->out, "<p>Backups, ElevenLabs and telephone companies have copies of their own.</p>\n"
                        "<p><a href=\"" PAGE_ROOT "\">To the list of callers</a></p>\n");
    page_end(page);
}

static int forget(struct changing *changing, struct error *error)
{
    struct erased erased;
    struct page *page = changing->page;
    if (erasure_run(page->site->instance, page->memory, changing->caller, &erased, error) != 0)
        return -1;
    show_receipt(changing, &erased);
    return 0;
}

/* --- Requests --- */

static int decide(struct changing *changing, enum request_state state, const char *done, const char *undo,
                  struct error *error)
{
    struct page *page = changing->page;
    if (decision_set(page->memory, page->site->instance->settings, changing->memory, state, error) != 0)
        return -1;
    return go_back(changing, done, undo, changing->memory->id);
}

static bool is_erasure(const struct memory *memory)
{
    struct request request;
    return memory && privacy_read(memory, &request) && request.kind == PRIVACY_ERASE;
}

static int approve(struct changing *changing, struct error *error)
{
    if (is_erasure(changing->memory))
        return forget(changing, error);
    return decide(changing, REQUEST_GRANTED, "approved", "reopen", error);
}

static int dismiss(struct changing *changing, struct error *error)
{
    return decide(changing, REQUEST_DISMISSED, "dismissed", "reopen", error);
}

static int reopen(struct changing *changing, struct error *error)
{
    return decide(changing, REQUEST_OPEN, "reopened", "", error);
}

/* --- What is known --- */

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
        go_back(changing, done, *change->id ? "undo" : "", change->id);
    operator_change_free(change);
    return result;
}

static bool is_name(const struct changing *changing)
{
    return !changing->memory || changing->memory->kind == KIND_NAME;
}

static void ask_text(struct changing *changing, const char *label, const char *hint, const char *value)
{
    html_printf(
        changing->page->out,
        "<p><label for=\"text\">%s</label>\n<input id=\"text\" name=\"text\" required maxlength=\"%d\" "
        "autocomplete=\"off\" value=\"%s\" aria-describedby=\"text-why\"></p>\n"
        "<p class=\"hint\" id=\"text-why\">%s</p>\n",
        label, OPERATOR_TEXT_CHARS, value, hint);
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

static int ask_correct(struct changing *changing, struct error *error)
{
    const char *given = form_value(changing->form, "text");
    struct arena *arena = arena_new();
    if (!arena)
        return error_no_memory(error);
    const char *value = *given ? given : text_of(arena, changing->memory);
    if (is_name(changing))
        ask_text(changing, "The right name", "As in “Margaret Whelan”, or “Margaret Whelan, called Peggy”.",
                 value);
    else
        ask_text(changing, "What is so", "A short sentence, as agents are to be told it.", value);
    arena_free(arena);
    return 0;
}

static int correct(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    const char *text = form_value(changing->form, "text");
    struct operator_change change = {0};
    return changed(changing, operator_correct(&context, changing->memory->id, text, &change, error), &change,
                   "corrected");
}

static int name_caller(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    const char *text = form_value(changing->form, "text");
    struct operator_change change = {0};
    return changed(changing, operator_name(&context, changing->caller, text, &change, error), &change,
                   "named");
}

static int drop(struct changing *changing, struct error *error)
{
    const struct operator_context context = context_of(changing);
    struct operator_change change = {0};
    return changed(changing, operator_drop(&context, changing->memory->id, &change, error), &change,
                   "dropped");
}

static int undo(struct changing *changing, struct error *error)
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

static int ask_note(struct changing *changing, struct error *error)
{
    struct page *page = changing->page;
    struct memory_list list;
    struct line line;
    if (line_read(page->memory, changing->caller, "", &list, &line, error) != 0)
        return -1;
    ask_text(changing, "The note", "Agents are told this from the next call on.",
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

static int note(struct changing *changing, struct error *error)
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

static int ask_split(struct changing *changing, struct error *error)
{
    struct page *page = changing->page;
    struct memory_list calls;
    if (memory_conversations(page->memory, changing->caller, &calls, error) != 0)
        return -1;
    ask_text(changing, "The name of this person",
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

static int split(struct changing *changing, struct error *error)
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

/* --- Events --- */

static int retry(struct changing *changing, struct error *error)
{
    return inbox_retry(changing->page->site->inbox, error) < 0 ? -1 : go_back(changing, "retried", "", "");
}

/* --- The table --- */

static const struct change_row rows[] = {
    {"correct", "Correct", "Save",
     "Agents are told the new text from now on, also when a call says the old one again. What was said in "
     "the calls stays as "
     "it is.",
     ABOUT_KNOWN, false, ask_correct, correct},
    {"name", "Say who this is", "Save", "The caller is known by this name from now on.", ABOUT_CALLER, false,
     ask_correct, name_caller},
    {"drop", "Drop", "Drop",
     "Agents are not told this any more, however often a call says it. What was said in the calls stays as "
     "it is.",
     ABOUT_KNOWN, false, NULL, drop},
    {"note", "Add a note", "Add", "Agents are told something that no call said.", ABOUT_CALLER, false,
     ask_note, note},
    {"split", "Make two people of one", "Make a person of their own",
     "Several people use this line, and two of them were taken for one. What this person said is theirs from "
     "now on.",
     ABOUT_CALLER, false, ask_split, split},
    {"undo", "Undo", "Undo", "What an operator said is taken back, and what the calls say holds again.",
     ABOUT_CHANGE, false, NULL, undo},
    {"forget", "Forget everything", "Forget everything",
     "Everything that is kept of this caller goes: what was said, what was understood, recordings, what "
     "waits in "
     "the inbox, and lines of payload logs. It cannot be taken back.",
     ABOUT_CALLER, true, NULL, forget},
    {"approve", "Approve this request", "Approve",
     "The request counts as granted. Agents are told what follows from it.", ABOUT_REQUEST, false, NULL,
     approve},
    {"dismiss", "Dismiss this request", "Dismiss",
     "The request counts as not meant or withdrawn. Whoever was treated as unknown because of it is known "
     "again.",
     ABOUT_REQUEST, false, NULL, dismiss},
    {"reopen", "Open this request again", "Open again", "The request waits for a decision again.",
     ABOUT_REQUEST, false, NULL, reopen},
    {"retry", "Try the failed events again", "Try again",
     "All events that failed go back into the inbox and are processed within seconds. Those that fail again "
     "come "
     "back to the list.",
     ABOUT_NOTHING, false, NULL, retry},
};

static const char erases[] =
    "The caller asks to be erased. Everything that is kept of this caller goes: what was said, what was "
    "understood, "
    "recordings, what waits in the inbox, and lines of payload logs. It cannot be taken back.";

/* --- Asking, and doing --- */

static bool is_final(const struct changing *changing)
{
    return changing->row->is_final || (changing->row->make == approve && is_erasure(changing->memory));
}

static int find_caller(struct changing *changing, struct error *error)
{
    struct memory_list calls;
    caller_parse(form_value(changing->form, "caller"), changing->caller);
    if (!*changing->caller)
        return error_set(error, ERROR_NOT_FOUND, "no caller");
    if (memory_conversations(changing->page->memory, changing->caller, &calls, error) != 0)
        return -1;
    bool known = calls.count > 0;
    memory_list_free(&calls);
    return known ? 0 : error_set(error, ERROR_NOT_FOUND, "nothing is known of this caller");
}

static int find_memory(struct changing *changing, struct error *error)
{
    const char *id = form_value(changing->form, "id");
    if (memory_get(changing->page->memory, changing->caller, id, &changing->found, error) != 0)
        return -1;
    changing->memory = &changing->found.items[0];
    if (changing->row->about == ABOUT_REQUEST && changing->memory->kind != KIND_PRIVACY)
        return error_set(error, ERROR_NOT_FOUND, "no request");
    return 0;
}

/* What is to be changed, from a form. `changing->found` is freed in any case. */
static int find_change(struct changing *changing, struct error *error)
{
    const char *name = form_value(changing->form, "do");
    for (size_t i = 0; i < sizeof rows / sizeof *rows && !changing->row; i++)
        if (strcmp(rows[i].name, name) == 0)
            changing->row = &rows[i];
    if (!changing->row)
        return error_set(error, ERROR_NOT_FOUND, "no such change");
    if (changing->row->about == ABOUT_NOTHING)
        return 0;
    if (find_caller(changing, error) != 0)
        return -1;
    bool has_memory = changing->row->about == ABOUT_REQUEST || changing->row->about == ABOUT_KNOWN;
    return has_memory ? find_memory(changing, error) : 0;
}

static void show_what(struct changing *changing)
{
    struct page *page = changing->page;
    if (!*changing->caller)
        return;
    buf_puts(page->out, "<p class=\"sub\">");
    page_link_caller(page, changing->caller, changing->caller);
    buf_puts(page->out, "</p>\n");
    if (changing->memory) {
        buf_puts(page->out, "<blockquote>");
        html_said(page->out, changing->memory->content);
        buf_puts(page->out, "</blockquote>\n");
    }
}

static int show_question(struct changing *changing, const char *problem, struct error *error)
{
    struct page *page = changing->page;
    const struct change_row *row = changing->row;
    bool final = is_final(changing);
    page_begin(page, row->title, NULL);
    if (*problem)
        html_printf(page->out, "<p class=\"notice bad\" role=\"alert\" id=\"problem\">%s</p>\n", problem);
    show_what(changing);
    html_printf(page->out, "<p>%s</p>\n", row->make == approve && final ? erases : row->effect);
    page_form(page, PAGE_ROOT "change");
    page_hidden(page, "do", row->name);
    page_hidden(page, "caller", changing->caller);
    page_hidden(page, "id", form_value(changing->form, "id"));
    page_hidden(page, "back", form_value(changing->form, "back"));
    if (row->ask && row->ask(changing, error) != 0)
        return -1;
    if (final)
        buf_puts(page->out,
                 "<p class=\"tick\"><input type=\"checkbox\" id=\"sure\" name=\"sure\" value=\"1\" required>"
                 " <label for=\"sure\">I know that this cannot be taken back</label></p>\n");
    buf_puts(page->out, "<p class=\"buttons\"><button type=\"submit\"");
    buf_puts(page->out, final ? " class=\"danger\">" : ">");
    html_printf(page->out, "%s</button>\n", row->button);
    if (*changing->caller) {
        buf_puts(page->out, "<a class=\"button\" href=\"" PAGE_ROOT "caller?id=");
        html_url(page->out, changing->caller);
        buf_puts(page->out, "\">Cancel</a></p>\n</form>\n");
    } else {
        buf_puts(page->out, "<a class=\"button\" href=\"" PAGE_ROOT "failed\">Cancel</a></p>\n</form>\n");
    }
    page_end(page);
    return 0;
}

int change_page(struct page *page, struct error *error)
{
    struct changing changing = {.page = page, .form = page->query};
    int result = find_change(&changing, error);
    if (result == 0)
        result = show_question(&changing, "", error);
    memory_list_free(&changing.found);
    return result;
}

int change(struct page *page, struct error *error)
{
    struct changing changing = {.page = page, .form = page->form};
    int result = find_change(&changing, error);
    if (result == 0 && is_final(&changing) && !*form_value(page->form, "sure")) {
        result = show_question(&changing, "Tick the box first: this cannot be taken back.", error);
        page->response->status = 400;
    } else if (result == 0) {
        result = changing.row->make(&changing, error);
        if (result != 0 && changing.row->ask && error->code == ERROR_INVALID_REQUEST) {
            result = show_question(&changing, error->message, error);
            page->response->status = 400;
        }
    }
    memory_list_free(&changing.found);
    return result;
}
