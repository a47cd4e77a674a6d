#include "people/operator.h"

#include "base/clock.h"
#include "base/text.h"
#include "people/fact.h"
#include "people/ids.h"
#include "people/line_read.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define TRIES 5 /* where another front end changes the same caller */

void operator_change_free(struct operator_change *change)
{
    free(change->was);
    free(change->now);
    change->was = change->now = NULL;
}

/* --- Finding --- */

/* How far a memory is the one that an id means, as ids_match(). */
static int is_meant(const struct memory *memory, const char *id)
{
    if (!memory_is_call(id))
        return memory->kind == KIND_OPERATOR ? 2 : 0;
    return memory->kind == KIND_NAME || fact_is_kind(memory->kind) ? ids_match(memory, id) : 0;
}

static int not_found(struct error *error)
{
    return error_set(error, ERROR_NOT_FOUND,
                     "there is no statement, name or note of that id; callmem show has them");
}

/* The memory of the id in one conversation. */
static int find_in(struct memory_store *store, const struct memory *call, const char *id,
                   struct memory_list *found, struct error *error)
{
    const struct memory_filter filter = {.caller = call->caller,
                                         .conversation = call->conversation,
                                         .kinds = ~(1u << KIND_TURN | 1u << KIND_EVIDENCE)};
    size_t at = 0;
    int best = 0;
    if (memory_list(store, &filter, found, error) != 0)
        return -1;
    for (size_t i = 0; i < found->count && best >= 0; i++) {
        int match = is_meant(&found->items[i], id);
        at = match > best ? i : at;
        best = match < 0 || match > best ? match : best;
    }
    if (best > 0) {
        found->items[0] = found->items[at];
        found->count = 1;
        return 0;
    }
    memory_list_free(found);
    return best < 0 ? error_no_memory(error) : not_found(error);
}

static int find_by_name(struct memory_store *store, const char *id, const char *conversation,
                        struct memory_list *found, struct error *error)
{
    struct memory_list calls;
    if (memory_find_conversation(store, conversation, &calls, error) != 0)
        return -1;
    int result = not_found(error);
    for (size_t i = 0; i < calls.count && result != 0; i++) {
        result = find_in(store, &calls.items[i], id, found, error);
        if (result != 0 && error->code != ERROR_NOT_FOUND)
            break;
    }
    memory_list_free(&calls);
    return result;
}

int operator_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error)
{
    const char *conversation = ids_conversation(id);
    *found = (struct memory_list){0};
    if (conversation)
        return find_by_name(store, id, conversation, found, error);
    if (memory_find(store, id, found, error) != 0)
        return error->code == ERROR_NOT_FOUND ? not_found(error) : -1;
    const struct memory *memory = &found->items[0];
    if (memory->kind == KIND_NAME || memory->kind == KIND_OPERATOR || fact_is_kind(memory->kind))
        return 0;
    int result = error_set(error, ERROR_INVALID_REQUEST,
                           "this is the id of a %s: only statements, names and notes can be changed",
                           kind_name(memory->kind));
    memory_list_free(found);
    return result;
}

/* --- A change --- */

/* What a change works with. Text belongs to the arena. */
struct changing {
    const struct operator_context *context;
    struct operator_change *change;
    struct arena *arena;
    struct error *error;
};

static int no_memory(struct changing *changing)
{
    return error_no_memory(changing->error);
}

/* The text as one line of the arena. */
static const char *line_of(struct changing *changing, const char *text)
{
    char *line = text_line(text, OPERATOR_TEXT_CHARS);
    const char *kept = line ? arena_text(changing->arena, line, strlen(line)) : NULL;
    free(line);
    return kept;
}

static int check_text(const char *what, const char *text, struct error *error)
{
    if (!text || text[strspn(text, " \t\r\n")] == '\0')
        return error_set(error, ERROR_INVALID_REQUEST, "%s is empty", what);
    if (text_chars(text) > OPERATOR_TEXT_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST, "%s is longer than %d characters", what,
                         OPERATOR_TEXT_CHARS);
    return 0;
}

static int note_caller(struct changing *changing, const char *caller)
{
    if (strlen(caller) >= CALLER_SIZE)
        return error_set(changing->error, ERROR_INTERNAL, "the caller's name is too long");
    memcpy(changing->change->caller, caller, strlen(caller) + 1);
    return 0;
}

static int note_texts(struct changing *changing, const char *was, const char *now)
{
    changing->change->was = text_dup(was);
    changing->change->now = text_dup(now);
    return changing->change->was && changing->change->now ? 0 : no_memory(changing);
}

static int make_id(struct changing *changing)
{
    unsigned char bytes[6];
    char digits[2 * sizeof bytes + 1];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        return error_set(changing->error, ERROR_INTERNAL, "there are no random numbers");
    text_hex(bytes, sizeof bytes, digits);
    snprintf(changing->change->id, REMARK_ID_SIZE, MEMORY_OPERATOR "%s", digits);
    return 0;
}

/* A memory of what the operator says; `like` has its agent and language. */
static struct memory said(const struct changing *changing, const struct memory *like, enum kind kind,
                          const char *content, const char *metadata)
{
    return (struct memory){.caller = changing->change->caller,
                           .agent = like ? like->agent : "",
                           .conversation = changing->change->id,
                           .language = like ? like->language : "",
                           .kind = kind,
                           .sector = kind_sector(kind),
                           .speaker = "",
                           .content = content,
                           .salience = kind_salience(kind),
                           .tags = "",
                           .metadata = metadata,
                           .created_at = clock_now()};
}

/* Stores a remark, and beside it what is so now, if anything. */
static int store_remark(struct changing *changing, const struct remark *remark, const struct memory *like,
                        const struct memory *instead)
{
    const char *content = remark_content(changing->arena, remark),
               *metadata = remark_metadata(changing->arena, remark);
    if (!content || !metadata || (instead && (!instead->content || !instead->metadata)))
        return no_memory(changing);
    struct memory items[2] = {said(changing, like, KIND_OPERATOR, content, metadata)};
    if (instead)
        items[1] = *instead;
    return memory_add(changing->context->store, items, instead ? 2 : 1, NULL, changing->error);
}

static int renew(struct changing *changing)
{
    const struct context_bounds bounds = profile_bounds(changing->context->settings);
    struct memory_store *store = changing->context->store;
    if (profile_update(store, changing->change->caller, NULL, &bounds, changing->error) != 0)
        return -1;
    return memory_refresh(store, changing->change->caller, changing->error);
}

typedef int change_with(struct changing *changing, const void *with);

static int change_once(const struct operator_context *context, change_with *make, const void *with,
                       struct operator_change *change, struct error *error)
{
    struct operator_change made = {0};
    struct changing changing = {context, &made, arena_new(), error};
    *change = (struct operator_change){0};
    int result = changing.arena ? memory_begin(context->store, error) : error_no_memory(error);
    if (result == 0) {
        result = make(&changing, with);
        if (result == 0 && !context->dry)
            result = renew(&changing);
        if (result == 0 && !context->dry)
            result = memory_commit(context->store, error);
        else
            memory_rollback(context->store);
    }
    arena_free(changing.arena);
    if (context->dry)
        *made.id = '\0';
    if (result == 0)
        *change = made;
    else
        operator_change_free(&made);
    return result;
}

static int change_it(const struct operator_context *context, change_with *make, const void *with,
                     struct operator_change *change, struct error *error)
{
    int result = -1;
    for (int tries = 0; tries < TRIES && result != 0; tries++) {
        result = change_once(context, make, with, change, error);
        if (result != 0 &&
            (error->code != ERROR_MEMORY_UNAVAILABLE || strcmp(memory_mode(context->store), "remote") != 0))
            break;
    }
    return result;
}

/* --- What was said before --- */

/* Forgets a remark; what it hid is to be found again. */
static int remove_remark(struct changing *changing, const struct remark *remark)
{
    struct memory_store *store = changing->context->store;
    const struct memory_filter filter = {
        .caller = changing->change->caller, .conversation = remark->conversation, .kinds = 1u << KIND_TURN};
    struct memory_list turns = {0};
    if (*remark->conversation && memory_list(store, &filter, &turns, changing->error) != 0)
        return -1;
    int result = 0;
    for (size_t i = 0; i < turns.count && result == 0; i++) {
        struct memory change = turns.items[i];
        if (!memory_is_hidden(change.metadata))
            continue;
        cJSON *metadata = cJSON_Parse(change.metadata);
        cJSON_DeleteItemFromObjectCaseSensitive(metadata, MEMORY_HIDDEN);
        change.metadata = metadata ? fact_json(changing->arena, metadata) : NULL;
        result = change.metadata ? memory_update(store, change.caller, change.id, &change, changing->error)
                                 : no_memory(changing);
    }
    memory_list_free(&turns);
    if (result != 0)
        return -1;
    return remark_forget(store, changing->change->caller, remark->memory->conversation, changing->error);
}

/* Whether a remark is about a memory. */
static bool is_about(const struct remark *remark, const struct memory *memory, struct arena *arena,
                     bool *failed)
{
    struct fact fact;
    struct carriers carriers;
    struct speaker speaker;
    if (memory->kind == KIND_NAME) {
        if (!fact_read_speaker(arena, memory, &speaker)) {
            *failed = true;
            return false;
        }
        return strcmp(remark->conversation, memory->conversation) == 0 &&
               remark_means_name(remark, memory->conversation, &speaker, failed);
    }
    if (!fact_read(arena, memory, &fact) || !carriers_read(arena, fact.statement.text, &carriers)) {
        *failed = true;
        return false;
    }
    return remark_means(remark, memory, &fact.statement, &carriers, failed) == REMARK_THIS;
}

static int list_remarks(struct changing *changing, struct memory_list *list)
{
    const struct memory_filter filter = {.caller = changing->change->caller, .kinds = 1u << KIND_OPERATOR};
    return memory_list(changing->context->store, &filter, list, changing->error);
}

/* Takes back what was said of a memory before; `count` says how much. */
static int remove_said_of(struct changing *changing, const struct memory *memory, size_t *count)
{
    struct memory_list list;
    bool failed = false;
    int result = 0;
    *count = 0;
    if (list_remarks(changing, &list) != 0)
        return -1;
    for (size_t i = 0; i < list.count && result == 0; i++) {
        struct remark remark;
        if (!remark_read(changing->arena, &list.items[i], &remark)) {
            failed = true;
            break;
        }
        if (!is_about(&remark, memory, changing->arena, &failed))
            continue;
        result = remove_remark(changing, &remark);
        ++*count;
    }
    memory_list_free(&list);
    return failed ? no_memory(changing) : result;
}

/* --- Correcting and dropping --- */

struct correction {
    const char *id, *text; /* NULL: dropped */
};

/* "Margaret Whelan, called Peggy". */
static bool read_name(struct changing *changing, const char *text, struct remark *remark)
{
    static const char called[] = ", called ";
    const char *at = strstr(text, called);
    remark->name = arena_text(changing->arena, text, at ? (size_t)(at - text) : strlen(text));
    remark->called = at ? arena_text(changing->arena, at + strlen(called), strlen(at + strlen(called))) : "";
    return remark->name && remark->called;
}

/* Says of a name that was heard in a conversation ("": none was) that it is nobody's, or another one. */
static int say_name(struct changing *changing, const struct memory *like, const char *conversation,
                    const char *heard, const char *text)
{
    struct remark remark = {.act = text ? REMARK_NAME : REMARK_DROP,
                            .author = changing->context->by,
                            .conversation = conversation,
                            .kind = KIND_NAME,
                            .text = heard,
                            .turn = -1};
    if (text && !read_name(changing, text, &remark))
        return no_memory(changing);
    const struct speaker now = {.full = text ? remark.name : "",
                                .called = text ? remark.called : "",
                                .role = "",
                                .was = "",
                                .source = SOURCE_OPERATOR,
                                .turn = -1};
    const struct memory instead = said(changing, like, KIND_NAME, fact_speaker_content(changing->arena, &now),
                                       fact_speaker_metadata(changing->arena, &now));
    if (store_remark(changing, &remark, like, text ? &instead : NULL) != 0)
        return -1;
    return note_texts(changing, like->kind == KIND_NAME ? like->content : "", text ? instead.content : "");
}

/* A name is dropped, or is another one. */
static int change_name(struct changing *changing, const struct memory *memory, const char *text)
{
    struct speaker heard;
    if (!fact_read_speaker(changing->arena, memory, &heard))
        return no_memory(changing);
    if (!*heard.full && !*heard.called)
        return error_set(changing->error, ERROR_INVALID_REQUEST, "there is no name in it");
    return say_name(changing, memory, memory->conversation, *heard.full ? heard.full : heard.called, text);
}

/* The thing itself, of what an e-mail address or a number is said with: "Order HB-1" is "Order " and "HB-1".
 */
static const char *value_of(const struct statement *was, const char *text)
{
    const char *at = *was->value ? strstr(was->text, was->value) : NULL;
    size_t len = at ? (size_t)(at - was->text) : 0;
    return at && strncmp(was->text, text, len) == 0 ? text + len : text;
}

static int change_statement(struct changing *changing, const struct memory *memory, const char *text)
{
    struct fact fact;
    if (!fact_read(changing->arena, memory, &fact))
        return no_memory(changing);
    const struct statement *was = &fact.statement;
    const struct remark remark = {.act = text ? REMARK_CORRECT : REMARK_DROP,
                                  .author = changing->context->by,
                                  .conversation = memory->conversation,
                                  .kind = memory->kind,
                                  .whose = was->whose,
                                  .text = was->text,
                                  .slot = was->slot,
                                  .value = was->value,
                                  .turn = was->turn};
    struct statement now = *was;
    now.source = SOURCE_OPERATOR;
    now.turn = -1;
    if (text)
        now.text = text;
    if (text && *was->value)
        now.value = value_of(was, text);
    const struct memory instead = said(changing, memory, memory->kind, fact_content(changing->arena, &now),
                                       fact_metadata(changing->arena, &now, changing->context->by));
    if (store_remark(changing, &remark, memory, text ? &instead : NULL) != 0)
        return -1;
    return note_texts(changing, memory->content, text ? instead.content : "");
}

/* What stands beside a remark: the note, or what is so instead. */
static int find_beside(struct changing *changing, const struct memory *remark, struct memory_list *found)
{
    const struct memory_filter filter = {
        .caller = remark->caller, .conversation = remark->conversation, .kinds = ~(1u << KIND_OPERATOR)};
    return memory_list(changing->context->store, &filter, found, changing->error);
}

/* A remark on a name is replaced by another one on the same name. */
static int change_named(struct changing *changing, const struct memory *memory, const struct remark *remark,
                        const char *text)
{
    struct memory_list beside;
    if (find_beside(changing, memory, &beside) != 0)
        return -1;
    int result =
        remark_forget(changing->context->store, memory->caller, memory->conversation, changing->error);
    if (result == 0)
        result = say_name(changing, beside.count ? &beside.items[0] : memory, remark->conversation,
                          remark->text, text);
    memory_list_free(&beside);
    return result;
}

static int change_said(struct changing *changing, const struct memory *memory, const char *text)
{
    size_t before;
    if (remove_said_of(changing, memory, &before) != 0)
        return -1;
    return memory->kind == KIND_NAME ? change_name(changing, memory, text)
                                     : change_statement(changing, memory, text);
}

/* The id of a remark means what it says is so. */
static int change_remark(struct changing *changing, const struct memory *memory, const char *text)
{
    struct memory_list beside;
    struct remark remark;
    if (!remark_read(changing->arena, memory, &remark))
        return no_memory(changing);
    if (remark.act == REMARK_NAME)
        return change_named(changing, memory, &remark, text);
    if (find_beside(changing, memory, &beside) != 0)
        return -1;
    int result = beside.count ? change_said(changing, &beside.items[0], text)
                              : error_set(changing->error, ERROR_INVALID_REQUEST,
                                          "this says nothing that could be wrong; it can be undone");
    memory_list_free(&beside);
    return result;
}

static int correct(struct changing *changing, const void *with)
{
    const struct correction *correction = with;
    struct memory_list found;
    const char *text = correction->text ? line_of(changing, correction->text) : NULL;
    if (correction->text && !text)
        return no_memory(changing);
    if (operator_find(changing->context->store, correction->id, &found, changing->error) != 0)
        return -1;
    const struct memory *memory = &found.items[0];
    int result = note_caller(changing, memory->caller);
    if (result == 0)
        result = make_id(changing);
    if (result == 0)
        result = memory->kind == KIND_OPERATOR ? change_remark(changing, memory, text)
                                               : change_said(changing, memory, text);
    memory_list_free(&found);
    return result;
}

int operator_correct(const struct operator_context *context, const char *id, const char *text,
                     struct operator_change *change, struct error *error)
{
    *change = (struct operator_change){0};
    if (check_text("the text", text, error) != 0)
        return -1;
    return change_it(context, correct, &(const struct correction){id, text}, change, error);
}

int operator_drop(const struct operator_context *context, const char *id, struct operator_change *change,
                  struct error *error)
{
    return change_it(context, correct, &(const struct correction){id, NULL}, change, error);
}

/* --- Whoever is alone on the line --- */

struct naming {
    const char *caller, *name, *calls;
};

static int read_line(struct changing *changing, const char *caller, struct memory_list *list,
                     struct line *line)
{
    if (note_caller(changing, caller) != 0)
        return -1;
    return line_read(changing->context->store, caller, "", list, line, changing->error);
}

static int name_nobody(struct changing *changing, const struct line *line, const char *name)
{
    const struct memory *last = NULL;
    for (size_t i = 0; i < line->call_count; i++)
        last = line->calls[i].attempt ? last : line->calls[i].memory;
    if (!last)
        return error_set(changing->error, ERROR_NOT_FOUND, "there was no conversation with this caller");
    return say_name(changing, last, last->conversation, "", name);
}

/* What an operator said of the name before is replaced. */
static int name_again(struct changing *changing, const struct person *person, const char *name)
{
    struct memory_list found;
    if (operator_find(changing->context->store, person->remark->memory->conversation, &found,
                      changing->error) != 0)
        return -1;
    int result = change_named(changing, &found.items[0], person->remark, name);
    memory_list_free(&found);
    return result;
}

static int name_person(struct changing *changing, const void *with)
{
    const struct naming *naming = with;
    struct memory_list list;
    struct line line;
    const char *name = line_of(changing, naming->name);
    if (!name)
        return no_memory(changing);
    if (read_line(changing, naming->caller, &list, &line) != 0)
        return -1;
    const struct person *person = line_person(&line);
    int result = make_id(changing);
    if (result == 0 && line_speakers(&line) > 1)
        result = error_set(changing->error, ERROR_INVALID_REQUEST,
                           "several people use this number: give the id of the name that is wrong");
    else if (result == 0 && person && person->remark && person->remark->act == REMARK_NAME)
        result = name_again(changing, person, name);
    else if (result == 0 && person && person->heard)
        result = change_said(changing, person->heard, name);
    else if (result == 0)
        result = name_nobody(changing, &line, name);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

int operator_name(const struct operator_context *context, const char *caller, const char *name,
                  struct operator_change *change, struct error *error)
{
    *change = (struct operator_change){0};
    if (check_text("the name", name, error) != 0)
        return -1;
    return change_it(context, name_person, &(const struct naming){caller, name, NULL}, change, error);
}

/* --- Notes --- */

static int add_note(struct changing *changing, const void *with)
{
    const struct operator_note *note = with;
    struct statement statement = {.kind = STATEMENT_FACT,
                                  .whose = note->whose ? note->whose : "",
                                  .text = line_of(changing, note->text),
                                  .slot = "",
                                  .value = "",
                                  .by = "",
                                  .source = SOURCE_OPERATOR,
                                  .turn = -1};
    const struct remark remark = {.act = REMARK_NOTE, .author = changing->context->by};
    struct memory_list calls;
    if (!statement.text)
        return no_memory(changing);
    if (note->until)
        snprintf(statement.until, sizeof statement.until, "%s", note->until);
    if (note_caller(changing, note->caller) != 0 || make_id(changing) != 0 ||
        memory_conversations(changing->context->store, note->caller, &calls, changing->error) != 0)
        return -1;
    struct memory like = {.agent = "", .language = calls.count ? calls.items[calls.count - 1].language : ""};
    const struct memory fact = said(changing, &like, KIND_FACT, fact_content(changing->arena, &statement),
                                    fact_metadata(changing->arena, &statement, changing->context->by));
    int result = store_remark(changing, &remark, &like, &fact);
    if (result == 0)
        result = note_texts(changing, "", fact.content);
    memory_list_free(&calls);
    return result;
}

int operator_add_note(const struct operator_context *context, const struct operator_note *note,
                      struct operator_change *change, struct error *error)
{
    int64_t when;
    *change = (struct operator_change){0};
    if (check_text("the note", note->text, error) != 0)
        return -1;
    if (note->until && *note->until &&
        (strlen(note->until) >= UNTIL_SIZE || !clock_parse(note->until, &when)))
        return error_set(error, ERROR_INVALID_REQUEST, "the last day must be a date such as 2026-03-27");
    return change_it(context, add_note, note, change, error);
}

/* --- Two people --- */

/* The conversations with ", " between, each of which must be one of the caller's. NULL with an error. */
static const char *read_calls(struct changing *changing, const struct line *line, const char *text)
{
    struct buf b = BUF_INIT;
    const char *kept = NULL;
    bool good = true;
    for (const char *at = text + strspn(text, ", "); *at && good; at += strspn(at, ", ")) {
        size_t len = strcspn(at, ", ");
        good = false;
        for (size_t i = 0; i < line->call_count; i++) {
            const char *conversation = line->calls[i].memory->conversation;
            good = good || (strlen(conversation) == len && memcmp(conversation, at, len) == 0);
        }
        buf_printf(&b, "%s%.*s", b.len ? ", " : "", (int)len, at);
        at += len;
    }
    if (!good)
        error_set(changing->error, ERROR_NOT_FOUND, "the caller has no conversation %.200s",
                  buf_text(&b) && strrchr(b.data, ' ') ? strrchr(b.data, ' ') + 1
                  : buf_text(&b)                       ? b.data
                                                       : "");
    else if (b.failed || !(kept = arena_text(changing->arena, b.data ? b.data : "", b.len)))
        no_memory(changing);
    buf_free(&b);
    return good ? kept : NULL;
}

/* Whether some call has the name exactly so, and another person than its own. */
static int check_split(struct changing *changing, const struct line *line, const struct remark *remark)
{
    bool heard = *remark->calls, failed = false;
    for (size_t i = 0; i < line->heard_count && !heard; i++) {
        struct speaker speaker;
        if (!fact_read_speaker(changing->arena, line->heard[i].memory, &speaker))
            return no_memory(changing);
        heard = remark_is_theirs(remark, line->heard[i].memory->conversation, &speaker, &failed);
    }
    if (failed)
        return no_memory(changing);
    return heard
               ? 0
               : error_set(changing->error, ERROR_NOT_FOUND,
                           "no call of this number has exactly that name: give it as callmem show has it, or "
                           "name the calls of this person");
}

static int split(struct changing *changing, const void *with)
{
    const struct naming *naming = with;
    struct memory_list list;
    struct line line;
    struct remark remark = {
        .act = REMARK_SPLIT, .author = changing->context->by, .name = line_of(changing, naming->name)};
    if (!remark.name)
        return no_memory(changing);
    if (read_line(changing, naming->caller, &list, &line) != 0)
        return -1;
    remark.calls = read_calls(changing, &line, naming->calls ? naming->calls : "");
    int result = remark.calls ? check_split(changing, &line, &remark) : -1;
    if (result == 0)
        result = make_id(changing);
    if (result == 0)
        result = store_remark(changing, &remark, line.call_count ? line.calls[0].memory : NULL, NULL);
    if (result == 0)
        result = note_texts(changing, "", remark.name);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

int operator_split(const struct operator_context *context, const char *caller, const char *name,
                   const char *calls, struct operator_change *change, struct error *error)
{
    *change = (struct operator_change){0};
    if (check_text("the name", name, error) != 0)
        return -1;
    return change_it(context, split, &(const struct naming){caller, name, calls}, change, error);
}

/* --- Undoing --- */

/* What was said of what a remark says goes before the remark itself. */
static int undo_remark(struct changing *changing, const struct memory *memory)
{
    struct memory_list beside;
    struct remark remark;
    size_t count = 0;
    if (!remark_read(changing->arena, memory, &remark))
        return no_memory(changing);
    if (find_beside(changing, memory, &beside) != 0)
        return -1;
    int result = beside.count ? remove_said_of(changing, &beside.items[0], &count) : 0;
    if (result == 0)
        result = count ? note_texts(changing, "", beside.items[0].content)
                       : note_texts(changing,
                                    beside.count && remark.act == REMARK_NOTE ? beside.items[0].content
                                                                              : memory->content,
                                    "");
    if (result == 0 && count == 0)
        result = remove_remark(changing, &remark);
    memory_list_free(&beside);
    return result;
}

static int undo_of(struct changing *changing, const struct memory *memory)
{
    size_t count;
    if (remove_said_of(changing, memory, &count) != 0)
        return -1;
    return count ? note_texts(changing, "", memory->content)
                 : error_set(changing->error, ERROR_NOT_FOUND, "no operator said anything of it");
}

static int undo(struct changing *changing, const void *id)
{
    struct memory_list found;
    if (operator_find(changing->context->store, id, &found, changing->error) != 0)
        return -1;
    const struct memory *memory = &found.items[0];
    int result = note_caller(changing, memory->caller);
    if (result == 0)
        result = memory->kind == KIND_OPERATOR ? undo_remark(changing, memory) : undo_of(changing, memory);
    memory_list_free(&found);
    return result;
}

int operator_undo(const struct operator_context *context, const char *id, struct operator_change *change,
                  struct error *error)
{
    return change_it(context, undo, id, change, error);
}
