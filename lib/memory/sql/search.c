#include "memory/sql/search.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "language/terms.h"
#include "memory/search/rank.h"
#include "memory/search/segment.h"
#include "memory/sql/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define USUAL_RESULT   500 /* bytes of the text of a result; a longer one is given more */
#define LANGUAGES_KEPT 16  /* analysers that are kept from one operation to the next */
#define SUMMARY_CHARS  400 /* of a summary as a result, where more than one sentence of it is shown */

/* What is read of a caller, all in one place. */
struct shelf {
    struct rank_call *calls;
    size_t count;
    struct arena *texts; /* of the calls; those of what is found are in it as well, and it is theirs */
    struct arena *segments;
    struct analysers *kept;
    struct analyser *analysers[QUESTION_LANGUAGES];
    const char *languages[QUESTION_LANGUAGES];
    size_t language_calls[QUESTION_LANGUAGES];
    size_t language_count;
};

/* --- Languages --- */

struct kept_analyser {
    struct analyser *analyser;
    char language[8];
};

void analysers_free(struct analysers *analysers)
{
    for (size_t i = 0; i < analysers->count; i++)
        analyser_free(analysers->items[i].analyser);
    free(analysers->items);
    *analysers = (struct analysers){0};
}

/* When an operation begins, none of them is in use. */
static void trim(struct analysers *analysers)
{
    if (analysers->count > LANGUAGES_KEPT)
        analysers_free(analysers);
}

/* The analyser of a language; NULL when out of memory. */
static struct analyser *analyser_of(struct analysers *analysers, const char *language)
{
    for (size_t i = 0; i < analysers->count; i++)
        if (strcmp(analysers->items[i].language, language) == 0)
            return analysers->items[i].analyser;
    struct kept_analyser *more = realloc(analysers->items, (analysers->count + 1) * sizeof *more);
    if (!more)
        return NULL;
    analysers->items = more;
    struct kept_analyser *kept = &more[analysers->count];
    kept->analyser = analyser_new(language);
    if (!kept->analyser)
        return NULL;
    snprintf(kept->language, sizeof kept->language, "%s", language);
    analysers->count++;
    return kept->analyser;
}

/* --- Indexing --- */

static const char *const speakers[] = {
    [SPEAKER_NONE] = "", [SPEAKER_USER] = "user", [SPEAKER_AGENT] = "agent"};

static uint8_t speaker_of(const char *speaker)
{
    uint8_t at = SPEAKER_AGENT;
    while (at > SPEAKER_NONE && strcmp(speakers[at], speaker) != 0)
        at--;
    return at;
}

/* What a memory's metadata adds to its words: the turn that a fact came from, and what it is about. */
struct about {
    int32_t source, over;
    struct buf text; /* the content and the words of kind and slot, "contact channel preference" */
};

static void read_about(enum kind kind, const char *content, const char *metadata, struct about *about)
{
    about->source = -1;
    about->over = 0;
    buf_reset(&about->text);
    buf_puts(&about->text, content);
    if (kind == KIND_TURN || kind == KIND_SUMMARY)
        return;
    struct error error = {0};
    cJSON *object = json_parse(metadata, strlen(metadata), &error);
    const char *slot = json_text(object, "slot");
    if (error.code == ERROR_INTERNAL) /* out of memory */
        about->text.failed = true;
    int64_t over;
    if (clock_parse(json_text(object, "over") ? json_text(object, "over") : "", &over) && over > 0)
        about->over = (int32_t)(over / CLOCK_DAY);
    if (kind != KIND_COLLECTED)
        about->source = (int32_t)json_int(object, "turn", -1);
    buf_printf(&about->text, " %s %s", kind_name(kind), slot ? slot : "");
    cJSON_Delete(object);
}

/* Adds a memory to a segment, a summary sentence by sentence. */
static void add_to_segment(struct buf *blob, struct segment_item *item, const char *text,
                           struct analyser *analyser)
{
    if (item->kind != KIND_SUMMARY || !*text) {
        segment_add(blob, item, text, analyser);
        return;
    }
    for (item->source = 0; *text; item->source++) {
        size_t len = segment_sentence(text);
        char *sentence = text_dup_n(text, len);
        if (sentence)
            segment_add(blob, item, sentence, analyser);
        else
            blob->failed = true;
        free(sentence);
        text += len;
    }
}

/* Builds the segment of a conversation from its memories. `count` (may be NULL): how many there are. */
static int build_segment(struct db *db, struct analysers *analysers, int64_t conversation,
                         const char *language, struct buf *blob, size_t *count, struct error *error)
{
    struct query *rows = db_query(db, SQL_CONVERSATION_TEXTS, error);
    struct analyser *analyser = analyser_of(analysers, language ? language : "");
    struct about about = {.text = BUF_INIT};
    size_t memories = 0;
    int result;
    if (!rows)
        return -1;
    if (!analyser)
        return error_no_memory(error);
    bind_int(rows, 1, conversation);
    while ((result = query_step(rows, "reading the memory", error)) == QUERY_ROW) {
        enum kind kind = (enum kind)query_int(rows, 1);
        memories++;
        if (!kind_is_searched(kind))
            continue;
        const char *content = query_text(rows, 5), *metadata = query_text(rows, 9);
        const char *speaker = query_text(rows, 4);
        /* No column is NULL: where it seems so there was no memory for the text. */
        if (!content || !metadata || !speaker) {
            query_reset(rows);
            buf_free(&about.text);
            return error_no_memory(error);
        }
        if (memory_is_hidden(metadata))
            continue;
        read_about(kind, content, metadata, &about);
        struct segment_item item = {
            .row = query_int(rows, 0),
            .kind = (uint8_t)kind,
            .sector = (uint8_t)query_int(rows, 2),
            .position = (int32_t)query_int(rows, 3),
            .speaker = speaker_of(speaker),
            .salience = (float)query_real(rows, 6),
            .decay_lambda = (float)query_real(rows, 7),
            .created_at = query_int(rows, 8),
            .source = about.source,
            .over = about.over,
        };
        if (!buf_text(&about.text))
            blob->failed = true;
        else
            add_to_segment(blob, &item, buf_text(&about.text), analyser);
    }
    buf_free(&about.text);
    if (result != QUERY_DONE)
        return -1;
    if (count)
        *count = memories;
    return buf_reserve(blob, 0) ? 0 : error_no_memory(error);
}

int sql_index(struct db *db, struct analysers *analysers, int64_t conversation, const char *language,
              size_t *count, struct error *error)
{
    struct buf blob = BUF_INIT;
    trim(analysers);
    int result = build_segment(db, analysers, conversation, language, &blob, count, error);
    struct query *query = result == 0 ? db_query(db, SQL_SET_TERMS, error) : NULL;
    if (query) {
        bind_int(query, 1, conversation);
        bind_int(query, 2, SEGMENT_VERSION);
        bind_blob(query, 3, blob.data, blob.len);
        result = query_run(query, "writing the memory", error);
    } else {
        result = -1;
    }
    buf_free(&blob);
    return result;
}

/* --- Reading --- */

static void shelf_free(struct shelf *shelf)
{
    arena_free(shelf->segments);
    free(shelf->calls);
}

static int shelf_grow(struct shelf *shelf)
{
    if ((shelf->count & (shelf->count - 1)) != 0)
        return 0;
    size_t room = shelf->count ? shelf->count * 2 : 1;
    struct rank_call *calls = realloc(shelf->calls, room * sizeof *calls);
    if (calls)
        shelf->calls = calls;
    return calls ? 0 : -1;
}

/* `last` is that of the call before it, which is often the same. */
static const char *keep_text(struct shelf *shelf, struct query *row, int column, const char *last)
{
    const char *text = query_text(row, column);
    if (text && last && strcmp(text, last) == 0)
        return last;
    return text ? arena_text(shelf->texts, text, query_size(row, column)) : NULL;
}

static int keep_segment(struct shelf *shelf, struct rank_call *call, const void *bytes, size_t len)
{
    call->segment = (const unsigned char *)arena_text(shelf->segments, bytes, len);
    call->segment_len = len;
    return call->segment ? 0 : -1;
}

/* Counts in which languages the calls were held. */
static int note_language(struct shelf *shelf, const char *language)
{
    size_t i = 0;
    while (i < shelf->language_count && strcmp(shelf->languages[i], language) != 0)
        i++;
    if (i == QUESTION_LANGUAGES) /* its calls are read as the first language's */
        return 0;
    if (i == shelf->language_count) {
        shelf->analysers[i] = analyser_of(shelf->kept, language);
        shelf->languages[i] = language;
        shelf->language_calls[i] = 0;
        shelf->language_count++;
    }
    shelf->language_calls[i]++;
    return shelf->analysers[i] ? 0 : -1;
}

/* The language of most calls decides what a word of the question is. */
static void sort_languages(struct shelf *shelf)
{
    size_t most = 0;
    for (size_t i = 1; i < shelf->language_count; i++)
        if (shelf->language_calls[i] > shelf->language_calls[most])
            most = i;
    struct analyser *analyser = shelf->analysers[0];
    const char *language = shelf->languages[0];
    shelf->analysers[0] = shelf->analysers[most];
    shelf->languages[0] = shelf->languages[most];
    shelf->analysers[most] = analyser;
    shelf->languages[most] = language;
}

/* A call's row. Its segment may have been written by another version: then `stale` is set, and the
 * call is analysed again. */
static int take_call(struct shelf *shelf, struct query *row, bool *stale)
{
    if (shelf_grow(shelf) != 0)
        return -1;
    struct rank_call *call = &shelf->calls[shelf->count], *last = shelf->count ? call - 1 : NULL;
    *call = (struct rank_call){.started_at = query_int(row, 4),
                               .conversation = keep_text(shelf, row, 1, NULL),
                               .agent = keep_text(shelf, row, 2, last ? last->agent : NULL),
                               .language = keep_text(shelf, row, 3, last ? last->language : NULL)};
    shelf->count++;
    if (!call->conversation || !call->agent || !call->language || note_language(shelf, call->language) != 0)
        return -1;
    *stale = query_int(row, 5) != SEGMENT_VERSION;
    return *stale ? 0 : keep_segment(shelf, call, query_blob(row, 6), query_size(row, 6));
}

/* The conversations whose segments have to be made for this search. */
struct stale {
    int64_t *rows;
    size_t *at;
    size_t count;
};

static int note_stale(struct stale *stale, int64_t row, size_t at)
{
    int64_t *rows = realloc(stale->rows, (stale->count + 1) * sizeof *rows);
    if (rows)
        stale->rows = rows;
    size_t *places = realloc(stale->at, (stale->count + 1) * sizeof *places);
    if (places)
        stale->at = places;
    if (!rows || !places)
        return -1;
    rows[stale->count] = row;
    places[stale->count++] = at;
    return 0;
}

static int read_calls(struct db *db, const struct memory_filter *filter, struct shelf *shelf,
                      struct stale *stale, struct error *error)
{
    struct query *rows = db_query(db, SQL_SEARCH_TERMS, error);
    int result;
    if (!rows)
        return -1;
    bind_text(rows, 1, filter->caller);
    while ((result = query_step(rows, "reading the memory", error)) == QUERY_ROW) {
        bool is_stale;
        if (filter->agent && *filter->agent && strcmp(filter->agent, query_text(rows, 2)) != 0)
            continue;
        if (take_call(shelf, rows, &is_stale) != 0 ||
            (is_stale && note_stale(stale, query_int(rows, 0), shelf->count - 1) != 0)) {
            query_reset(rows);
            return error_no_memory(error);
        }
    }
    if (result != QUERY_DONE)
        return -1;
    result = 0;
    struct buf blob = BUF_INIT;
    for (size_t i = 0; i < stale->count && result == 0; i++) {
        struct rank_call *call = &shelf->calls[stale->at[i]];
        buf_reset(&blob);
        result = build_segment(db, shelf->kept, stale->rows[i], call->language, &blob, NULL, error);
        if (result == 0 && keep_segment(shelf, call, blob.data, blob.len) != 0)
            result = error_no_memory(error);
    }
    buf_free(&blob);
    return result;
}

/* --- Fetching --- */

/* Turns that follow each other read as a dialogue; one alone only says when it was the agent's. */
static void add_turn(struct buf *b, uint8_t speaker, const char *content, bool alone)
{
    bool agent = speaker == SPEAKER_AGENT;
    if (b->len)
        buf_putc(b, ' ');
    if (agent)
        buf_puts(b, MEMORY_AGENT);
    else if (!alone)
        buf_puts(b, MEMORY_CALLER);
    buf_puts(b, content);
}

/* Of a summary, the sentence that answers, and unless it is to stand alone those that follow it as far as
 * there is room. */
static void add_summary(struct buf *b, const char *text, const struct rank_result *result)
{
    bool alone = result->sentence >= 0 && result->alone;
    if (result->sentence < 0 || (!alone && text_chars(text) <= SUMMARY_CHARS)) {
        text_add_line(b, text, SUMMARY_CHARS);
        return;
    }
    for (int32_t i = 0; i < result->sentence && *text; i++)
        text += segment_sentence(text);
    if (!alone) {
        text_add_line(b, text, SUMMARY_CHARS);
        return;
    }
    size_t len = segment_sentence(text);
    while (len && text[len - 1] == ' ')
        len--;
    buf_add(b, text, len);
}

/* Whether an earlier result says the same in the same words. */
static bool is_said(const struct memory_list *found, const char *content)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcasecmp(found->items[i].content, content) == 0)
            return true;
    return false;
}

/* The rows of all results, read one after the other in the order of the ranking. */
struct rows {
    struct db *db;
    const struct rank_part *parts;
    size_t count;
    size_t at;    /* the next one to be read */
    size_t asked; /* so many of them the statement was given */
    struct query *query;
};

static int ask_rows(struct rows *rows, struct error *error)
{
    rows->query = db_query(rows->db, SQL_GET_FOUND, error);
    if (!rows->query)
        return -1;
    for (int i = 1; i <= FOUND_AT_ONCE && rows->asked < rows->count; i++)
        bind_int(rows->query, i, rows->parts[rows->asked++].row);
    return 0;
}

/* Moves to the next row. */
static int next_row(struct rows *rows, struct error *error)
{
    if (rows->at == rows->asked && ask_rows(rows, error) != 0)
        return -1;
    rows->at++;
    int result = query_step(rows->query, "reading the memory", error);
    if (result == QUERY_DONE)
        return error_set(error, ERROR_MEMORY_UNAVAILABLE, "reading the memory: a row is missing");
    return result == QUERY_ROW ? 0 : -1;
}

/* "(until 2026-03)" after what holds no more. */
static void add_until(struct buf *b, int32_t over)
{
    char date[CLOCK_STAMP_SIZE];
    clock_date((int64_t)over * CLOCK_DAY, date);
    buf_printf(b, " (until %.7s)", date);
}

/* Takes the words of a part of the result in; the best one's id is the result's. What is gone meanwhile has
 * none. False when out of memory. */
static bool take_part(const struct rank_result *result, const struct rank_part *part, struct query *row,
                      struct buf *text, struct memory_list *found, struct memory *memory)
{
    const char *content = query_text(row, 0);
    if (!content)
        return query_is_null(row, 0);
    if (result->best.kind == KIND_TURN)
        add_turn(text, part->speaker, content, result->count == 1);
    else if (result->best.kind == KIND_SUMMARY)
        add_summary(text, content, result);
    else
        buf_puts(text, content);
    if (result->best.kind != KIND_SUMMARY && part->over)
        add_until(text, part->over);
    if (part->row != result->best.row)
        return true;
    memory->id = rows_id(found, part->row);
    return memory->id != NULL;
}

/* Makes one result of its rows: the best one, with the words of all. */
static int add_result(struct rows *rows, const struct rank_result *result, const struct rank_call *call,
                      const char *caller, struct memory_list *found, struct buf *text, struct error *error)
{
    struct memory *memory = rows_next(found);
    if (!memory)
        return error_no_memory(error);
    buf_reset(text);
    for (size_t i = 0; i < result->count; i++) {
        if (next_row(rows, error) != 0)
            return -1;
        if (!take_part(result, &result->parts[i], rows->query, text, found, memory))
            return error_no_memory(error);
    }
    if (!memory->id)
        return 0;
    memory->content = buf_text(text) ? arena_text(found->arena, buf_text(text), text->len) : NULL;
    if (!memory->content)
        return error_no_memory(error);
    if (!*memory->content || is_said(found, memory->content))
        return 0;
    memory->caller = caller;
    memory->agent = call->agent;
    memory->conversation = call->conversation;
    memory->language = call->language;
    memory->kind = (enum kind)result->best.kind;
    memory->sector = (enum sector)result->best.sector;
    memory->position = result->best.position;
    memory->speaker = speakers[result->best.speaker];
    memory->salience = result->best.salience;
    memory->decay_lambda = result->best.decay_lambda;
    memory->created_at = result->best.created_at;
    memory->score = result->score;
    memory->tags = "";
    memory->metadata = "{}";
    found->count++;
    return 0;
}

static int add_results(struct db *db, const struct ranking *ranking, const struct rank_call *calls,
                       const char *caller, struct memory_list *found, struct error *error)
{
    struct rows rows = {.db = db, .parts = ranking->parts, .count = ranking->part_count};
    struct buf text = BUF_INIT;
    buf_reserve(&text, USUAL_RESULT);
    const char *kept = arena_text(found->arena, caller, strlen(caller));
    int result = kept ? 0 : error_no_memory(error);
    for (size_t i = 0; i < ranking->count && result == 0; i++)
        result = add_result(&rows, &ranking->results[i], &calls[ranking->results[i].call], kept, found, &text,
                            error);
    if (rows.query)
        query_reset(rows.query);
    buf_free(&text);
    return result;
}

static int compare_calls(const void *a, const void *b)
{
    const struct rank_call *left = a, *right = b;
    if (left->started_at != right->started_at)
        return left->started_at < right->started_at ? -1 : 1;
    return strcmp(left->conversation, right->conversation);
}

static int answer(struct db *db, const struct memory_filter *filter, const char *query, struct shelf *shelf,
                  struct memory_list *found, struct error *error)
{
    struct question question;
    struct ranking ranking;
    int64_t now = db_now(db);
    qsort(shelf->calls, shelf->count, sizeof *shelf->calls, compare_calls);
    sort_languages(shelf);
    /* Many agents ask in English, whatever the caller speaks: what they ask for, and of when, is understood.
     */
    if (note_language(shelf, "en") != 0)
        return error_no_memory(error);
    if (question_read(&question, query, filter->words, shelf->analysers, shelf->languages,
                      shelf->language_count, now) != 0)
        return error_no_memory(error);
    found->vague = question.vague;
    int result = rank_memories(&question, shelf->calls, shelf->count, filter, now, &ranking);
    if (result != 0) {
        question_free(&question);
        return error_no_memory(error);
    }
    result = add_results(db, &ranking, shelf->calls, filter->caller, found, error);
    ranking_free(&ranking);
    question_free(&question);
    return result;
}

int sql_search(struct db *db, struct analysers *analysers, const struct memory_filter *filter,
               const char *query, struct memory_list *found, struct error *error)
{
    struct shelf shelf = {.texts = found->arena = arena_new(), .segments = arena_new(), .kept = analysers};
    struct stale stale = {0};
    int result = -1;
    trim(analysers);
    if (!shelf.texts || !shelf.segments)
        error_no_memory(error);
    else if (read_calls(db, filter, &shelf, &stale, error) == 0)
        result = shelf.count ? answer(db, filter, query, &shelf, found, error) : 0;
    free(stale.rows);
    free(stale.at);
    shelf_free(&shelf);
    if (result != 0 || found->count == 0) {
        bool vague = result == 0 && found->vague;
        memory_list_free(found);
        found->vague = vague;
    }
    return result;
}
