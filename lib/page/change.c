/*
 * change: what an operator changes. Each change is a row of one table: a page says what it will do and asks,
 * and then it is done.
 */
#include "base/json.h"
#include "operate/erasure.h"
#include "page/answers.h"
#include "page/changes.h"
#include "page/html.h"
#include "people/decision.h"
#include "web/payload_log.h"

#include <string.h>

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
    return changing_go_back(changing, done, undo, changing->memory->id);
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

/* --- Events --- */

static int retry(struct changing *changing, struct error *error)
{
    return inbox_retry(changing->page->site->inbox, error) < 0
               ? -1
               : changing_go_back(changing, "retried", "", "");
}

struct looking {
    const char *name;
    struct buf *reason;
    bool found;
};

static void look_at_failed(void *ctx, const char *name, const char *text)
{
    struct looking *looking = ctx;
    struct error error;
    if (strcmp(name, looking->name) != 0)
        return;
    cJSON *reason = json_parse(text, strlen(text), &error);
    buf_puts(looking->reason, json_text_or_empty(reason, "message"));
    cJSON_Delete(reason);
    looking->found = true;
}

/* Why it failed, before it is tried again. */
static int ask_retry_one(struct changing *changing, struct error *error)
{
    struct buf reason = BUF_INIT;
    struct looking looking = {form_value(changing->form, "id"), &reason, false};
    int result = inbox_each_failed(changing->page->site->inbox, look_at_failed, &looking, error);
    if (result == 0 && !looking.found)
        result = error_set(error, ERROR_NOT_FOUND, "no such event has failed");
    const char *text = buf_text(&reason);
    if (result == 0) {
        buf_puts(changing->page->out, "<blockquote>");
        html_said(changing->page->out, text && *text ? text : "No reason is noted.");
        buf_puts(changing->page->out, "</blockquote>\n");
    }
    buf_free(&reason);
    return result;
}

static int make_retry_one(struct changing *changing, struct error *error)
{
    return inbox_retry_one(changing->page->site->inbox, form_value(changing->form, "id"), error) < 0
               ? -1
               : changing_go_back(changing, "retried-one", "", "");
}

/* --- The table --- */

static const struct change_row rows[] = {
    {"correct", "Correct", "Save",
     "Agents are told the new text from now on, also when a call says the old one again. What was said in "
     "the calls stays as "
     "it is.",
     ABOUT_KNOWN, false, change_ask_correct, change_correct},
    {"name", "Say who this is", "Save", "The caller is known by this name from now on.", ABOUT_CALLER, false,
     change_ask_correct, change_name_caller},
    {"drop", "Drop", "Drop",
     "Agents are not told this any more, however often a call says it. What was said in the calls stays as "
     "it is.",
     ABOUT_KNOWN, false, NULL, change_drop},
    {"note", "Add a note", "Add", "Agents are told something that no call said.", ABOUT_CALLER, false,
     change_ask_note, change_note},
    {"split", "Make two people of one", "Make a person of their own",
     "Several people use this line, and two of them were taken for one. What this person said is theirs from "
     "now on.",
     ABOUT_CALLER, false, change_ask_split, change_split},
    {"link", "Join with another number", "Go on",
     "Two numbers are of one person, such as a mobile and the line at home. What is known of both is shown "
     "before anything is changed.",
     ABOUT_CALLER, false, change_ask_link, change_link},
    {"unlink", "Take the numbers apart", "Take them apart",
     "The numbers are no longer those of one person: each is answered with its own calls alone.",
     ABOUT_CHANGE, false, NULL, change_unlink},
    {"undo", "Undo", "Undo", "What an operator said is taken back, and what the calls say holds again.",
     ABOUT_CHANGE, false, NULL, change_undo},
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
    {"retry-one", "Try this event again", "Try again",
     "The event goes back into the inbox and is processed within seconds. If it fails again it comes back to "
     "the list. This is why it failed:",
     ABOUT_NOTHING, false, ask_retry_one, make_retry_one},
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
