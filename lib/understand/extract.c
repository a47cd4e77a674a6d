#include "understand/extract_private.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define THING_WORDS  14
#define CLAUSE_WORDS 40
#define QUOTE_CHARS  200

static bool same_fact(const struct fact *a, const struct fact *b)
{
    return a->kind == b->kind && strcmp(a->slot, b->slot) == 0 && strcmp(a->value, b->value) == 0 &&
           a->polarity == b->polarity;
}

void call_fact(struct call *call, const struct fact *fact)
{
    struct extraction *out = call->out;
    if (!fact->slot || !fact->value || !fact->text) {
        call->failed = true;
        return;
    }
    for (size_t at = 0; at < out->count; at++)
        if (same_fact(&out->facts[at], fact)) {
            if (fact->confidence > out->facts[at].confidence)
                out->facts[at].confidence = fact->confidence;
            return;
        }
    if (out->count >= FACTS_MAX)
        return;
    if (out->count == call->room) {
        size_t room = call->room ? call->room * 2 : 16;
        struct fact *facts = realloc(out->facts, room * sizeof *facts);
        if (!facts) {
            call->failed = true;
            return;
        }
        out->facts = facts;
        call->room = room;
    }
    out->facts[out->count++] = *fact;
}

/* Who transcribes without commas writes "no i prefer tea". */
static void pause_after_no(const struct call *call, struct words *words)
{
    if (words->count > 1 && words->items[1].gap == GAP_NONE &&
        language_list(call->language, LIST_NO_PAUSE, words, 0) > 0)
        words->items[1].gap = GAP_COMMA;
}

int call_read(struct call *call, const char *text, struct spoken *spoken)
{
    if (language_read(call->language, text, &spoken->words) != 0) {
        call->failed = true;
        return -1;
    }
    pause_after_no(call, &spoken->words);
    return 0;
}

static void aim(struct call *call, const struct spoken *spoken)
{
    call->matcher.language = call->language;
    call->matcher.words = &spoken->words;
    call->matcher.capture = capture_any;
    call->matcher.ctx = call;
}

const struct rule *call_rule(struct call *call, enum section section, const struct spoken *spoken, size_t at)
{
    size_t count;
    const struct rule *rules = language_rules(call->language, section, &count);
    aim(call, spoken);
    for (size_t i = 0; i < count; i++)
        if (pattern_match(&call->matcher, rules[i].pattern, at))
            return &rules[i];
    return NULL;
}

const struct rule *call_longest(struct call *call, enum section section, const struct spoken *spoken,
                                size_t at)
{
    size_t count;
    const struct rule *rules = language_rules(call->language, section, &count), *best = NULL;
    struct matcher found = {0};
    aim(call, spoken);
    for (size_t i = 0; i < count; i++)
        if (pattern_match(&call->matcher, rules[i].pattern, at) &&
            (!best || call->matcher.all.to > found.all.to)) {
            best = &rules[i];
            found = call->matcher;
        }
    if (best)
        call->matcher = found;
    return best;
}

const struct rule *call_find(struct call *call, enum section section, const struct spoken *spoken, size_t *at)
{
    for (*at = 0; *at < spoken->words.count; ++*at) {
        const struct rule *rule = call_rule(call, section, spoken, *at);
        if (rule)
            return rule;
    }
    return NULL;
}

static char *slice(struct call *call, const char *text, size_t from, size_t to)
{
    char *copy = arena_text(call->arena, text + from, to - from);
    if (!copy)
        call->failed = true;
    return copy;
}

char *call_text(struct call *call, const struct words *words, struct span span)
{
    if (span.from >= span.to)
        return NULL;
    return slice(call, words->text, words->items[span.from].start, words->items[span.to - 1].end);
}

struct span call_trim(const struct call *call, const struct words *words, struct span span)
{
    size_t len = 0;
    while (span.from < span.to && (len = language_list(call->language, LIST_LEAD, words, span.from)) > 0 &&
           span.from + len < span.to)
        span.from += len;
    for (size_t at = span.from; at < span.to; at++) {
        /* A tail counts only when nothing else follows it. */
        size_t end = at;
        while (end < span.to && (len = language_list(call->language, LIST_TAIL, words, end)) > 0)
            end += len;
        if (end >= span.to) {
            span.to = at;
            break;
        }
    }
    return span;
}

static bool begins_small(const struct call *call, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (strcmp(word->fold, "i") == 0)
        return false;
    return word->gap == GAP_STOP && word->shape == SHAPE_CAPITAL &&
           (!call->nouns || language_list(call->language, LIST_COMMON, words, at) > 0) &&
           language_list(call->language, LIST_NOT_NAME, words, at) == 0;
}

char *call_value(struct call *call, const struct words *words, struct span span)
{
    span = call_trim(call, words, span);
    size_t empty = span.from < span.to ? language_list(call->language, LIST_EMPTY, words, span.from) : 0;
    if (span.from >= span.to || span.from + empty == span.to)
        return NULL;
    char *text = call_text(call, words, span);
    if (text && begins_small(call, words, span.from) && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = (char)(text[0] + ('a' - 'A'));
    return text;
}

char *call_key(struct call *call, const struct words *words, struct span span)
{
    struct buf key = BUF_INIT;
    span = call_trim(call, words, span);
    for (size_t at = span.from; at < span.to && at < span.from + 4; at++) {
        if (at > span.from)
            buf_putc(&key, '-');
        buf_puts(&key, words->items[at].fold);
    }
    const char *text = buf_text(&key);
    char *copy = text ? slice(call, text, 0, strlen(text)) : NULL;
    call->failed = call->failed || !copy;
    buf_free(&key);
    return copy;
}

static const char *const span_names[CAPTURES] = {
    [CAPTURE_NAME] = "name",     [CAPTURE_OTHER] = "other",     [CAPTURE_THING] = "thing",
    [CAPTURE_SHORT] = "short",   [CAPTURE_TIME] = "time",       [CAPTURE_CLAUSE] = "clause",
    [CAPTURE_NUMBER] = "number", [CAPTURE_WEEKDAY] = "weekday", [CAPTURE_MONTH] = "month"};

static bool named_span(const struct matcher *m, const char *name, size_t len, struct span *span)
{
    *span = (struct span){0, 0};
    if (len == 3 && memcmp(name, "all", 3) == 0)
        *span = m->all;
    else if (len == 1 && name[0] >= '1' && (size_t)(name[0] - '0') <= m->list_count)
        *span = m->lists[name[0] - '1'];
    else
        for (int at = 0; at < CAPTURES; at++)
            if (strlen(span_names[at]) == len && memcmp(span_names[at], name, len) == 0 && m->has[at])
                *span = m->captured[at];
    return span->from < span->to;
}

char *call_fill(struct call *call, const char *template, const struct words *words, bool key)
{
    struct buf text = BUF_INIT;
    const char *filled = "";
    while (*template && filled) {
        size_t plain = strcspn(template, "{"), len = strcspn(template + plain, "}");
        struct span span;
        buf_add(&text, template, plain);
        template += plain;
        if (!*template)
            break;
        filled = !named_span(&call->matcher, template + 1, len - 1, &span) ? NULL
                 : key                                                     ? call_key(call, words, span)
                                                                           : call_value(call, words, span);
        if (filled)
            buf_puts(&text, filled);
        template += len + (template[len] == '}');
    }
    const char *all = filled ? buf_text(&text) : NULL;
    char *copy = all ? slice(call, all, 0, strlen(all)) : NULL;
    call->failed = call->failed || text.failed;
    buf_free(&text);
    return copy;
}

struct span call_sentence(const struct words *words, size_t at)
{
    struct span span = {at, at + 1};
    while (span.from > 0 && words->items[span.from].gap != GAP_STOP)
        span.from--;
    while (span.to < words->count && words->items[span.to].gap != GAP_STOP)
        span.to++;
    return span;
}

char *call_quote(struct call *call, const struct words *words, size_t at)
{
    char *text = call_text(call, words, call_sentence(words, at));
    char *line = text ? text_line(text, QUOTE_CHARS) : NULL;
    char *copy = line ? slice(call, line, 0, strlen(line)) : NULL;
    call->failed = call->failed || !copy;
    free(line);
    return copy;
}

size_t capture_time(const struct call *call, const struct words *words, size_t at)
{
    size_t end = at, kept = 0;
    bool core = false, before_number = false, after_number = false;
    while (end < words->count && end < at + 12 && (end == at || words->items[end].gap == GAP_NONE)) {
        int value;
        size_t len = language_value(call->language, LIST_TIME, words, end, &value);
        if (len > 0 && value == 3 && !after_number)
            break;
        after_number = false;
        if (len > 0) {
            /* 2: a time by itself; 1: one with a number after it; 3: with a number before it. */
            core = core || value != 1;
            before_number = value == 1;
            end += len;
            if (core && value != 1)
                kept = end;
        } else if ((len = language_number(call->language, words, end, &value)) > 0) {
            core = core || before_number || strstr(words->items[end].fold, "pm") ||
                   strstr(words->items[end].fold, "am");
            end += len;
            after_number = true;
            kept = core ? end : kept;
        } else if ((len = language_list(call->language, LIST_TIME_LINK, words, end)) > 0) {
            end += len;
        } else {
            break;
        }
    }
    return core ? kept : 0;
}

/* Whether another thought begins at a word: "because", or "and" before "could you". */
static bool thing_stops(const struct call *call, const struct words *words, size_t at)
{
    const struct language *language = call->language;
    size_t and = language_list(language, LIST_AND, words, at);
    if (and > 0)
        return at + and >= words->count || language_list(language, LIST_AND_STOP, words, at + and) > 0 ||
               words->items[at + and].gap != GAP_NONE;
    return language_list(language, LIST_STOP, words, at) > 0;
}

static size_t capture_words(const struct call *call, const struct words *words, size_t at, size_t most,
                            size_t ends[PATTERN_ENDS])
{
    size_t end = at, count = 0;
    while (end < words->count && end < at + most && (end == at || words->items[end].gap == GAP_NONE) &&
           !thing_stops(call, words, end))
        end++;
    for (; end > at && count < PATTERN_ENDS; end--)
        ends[count++] = end;
    return count;
}

static size_t capture_clause(const struct words *words, size_t at, size_t ends[PATTERN_ENDS])
{
    size_t end = at + 1;
    while (end < words->count && end < at + CLAUSE_WORDS && words->items[end].gap != GAP_STOP)
        end++;
    ends[0] = end;
    return 1;
}

size_t capture_any(void *ctx, enum capture what, const struct words *words, size_t at,
                   size_t ends[PATTERN_ENDS])
{
    struct call *call = ctx;
    switch (what) {
    case CAPTURE_NAME:
        return capture_name(call, words, at, ends);
    case CAPTURE_THING:
    case CAPTURE_OTHER:
        return capture_words(call, words, at, THING_WORDS, ends);
    case CAPTURE_SHORT:
        return capture_words(call, words, at, 3, ends);
    case CAPTURE_CLAUSE:
        return capture_clause(words, at, ends);
    case CAPTURE_TIME:
        ends[0] = capture_time(call, words, at);
        return ends[0] > 0;
    default:
        return 0;
    }
}

/* "customerName", "customer_name" and "Customer-Name" read "customer name". */
static void key_words(const char *name, struct buf *out)
{
    char before = ' ';
    for (; *name; name++) {
        bool separator = *name == '_' || *name == '-' || *name == '.' || *name == '/';
        bool upper = *name >= 'A' && *name <= 'Z', after_lower = before >= 'a' && before <= 'z';
        if (upper && after_lower)
            buf_putc(out, ' ');
        buf_putc(out, separator ? ' ' : *name);
        before = *name;
    }
}

static bool key_in(const struct language *language, const char *name, enum list list, bool whole,
                   bool *failed)
{
    struct words words;
    bool found = false;
    if (words_read(NULL, name, &words) != 0) {
        *failed = true;
        return false;
    }
    for (size_t at = 0; at < words.count && !found && (!whole || at == 0); at++) {
        size_t len = language_list(language, list, &words, at);
        found = len > 0 && (!whole || len == words.count);
    }
    words_free(&words);
    return found;
}

bool key_is(struct call *call, const char *name, enum list list, bool whole)
{
    struct buf words = BUF_INIT;
    bool found = false;
    key_words(name, &words);
    const char *text = buf_text(&words);
    for (size_t at = 0; text && at < lexicon_count(call->lexicon) && !found; at++)
        found = key_in(lexicon_at(call->lexicon, at), text, list, whole, &call->failed);
    call->failed = call->failed || !text;
    buf_free(&words);
    return found;
}

bool value_is_empty(struct call *call, const char *value)
{
    bool letters = false;
    for (const char *at = value; *at && !letters; at++)
        letters = (unsigned char)*at >= 0x80 || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') ||
                  (*at >= '0' && *at <= '9');
    return !letters || key_is(call, value, LIST_NO_VALUE, true);
}

static void free_spoken(struct call *call)
{
    for (size_t at = 0; at < call->count; at++)
        words_free(&call->spoken[at].words);
    call->count = 0;
}

static int read_turns(struct call *call)
{
    for (size_t at = 0; at < call->event->turn_count; at++) {
        const struct turn *turn = &call->event->turns[at];
        struct spoken *spoken = &call->spoken[at];
        memset(spoken, 0, sizeof *spoken);
        if (call_read(call, turn->text, spoken) != 0)
            return -1;
        spoken->turn = turn->position;
        spoken->role = turn->role;
        call->count = at + 1;
    }
    return 0;
}

/* Written with capitals: most sentences of the caller begin with one, and not all words are big. */
static bool is_cased(const struct call *call)
{
    size_t sentences = 0, big = 0, words = 0, upper = 0;
    for (size_t at = 0; at < call->count; at++) {
        const struct words *w = &call->spoken[at].words;
        for (size_t i = 0; call->spoken[at].role == ROLE_USER && i < w->count; i++) {
            bool letter = w->items[i].end - w->items[i].start > 1;
            words += letter;
            upper += letter && w->items[i].shape == SHAPE_UPPER;
            if (w->items[i].gap != GAP_STOP || w->items[i].shape == SHAPE_NUMBER)
                continue;
            sentences++;
            big += w->items[i].shape != SHAPE_LOWER;
        }
    }
    return big * 2 > sentences && (upper * 2 < words || words < 2);
}

struct share {
    size_t known, total; /* words of the caller, and of both when the caller says little */
};

#define FEW_WORDS 6

/* How much of what is said are everyday words of a language. */
static struct share share_of(const struct call *call, const struct language *language, bool both,
                             bool *failed)
{
    struct share share = {0, 0};
    for (size_t at = 0; at < call->event->turn_count && share.total < 2000; at++) {
        struct words words;
        if (!both && call->event->turns[at].role != ROLE_USER)
            continue;
        if (language_read(language, call->event->turns[at].text, &words) != 0) {
            *failed = true;
            return share;
        }
        for (size_t i = 0; i < words.count; i++) {
            bool letter = words.items[i].fold[1] == '\0';
            share.known += !letter && language_list(language, LIST_COMMON, &words, i) > 0;
            share.total += !letter;
        }
        words_free(&words);
    }
    return share;
}

static size_t percent_of(struct call *call, const struct language *language)
{
    struct share share = share_of(call, language, false, &call->failed);
    size_t least = 2;
    if (share.total < FEW_WORDS) {
        share = share_of(call, language, true, &call->failed);
        least = 3;
    }
    return share.known >= least ? share.known * 100 / share.total : 0;
}

/* The language that is spoken: the one that the event names, unless another fits clearly better. NULL when it
 * is none that has a lexicon. */
static const struct language *spoken_language(struct call *call)
{
    const struct language *named = lexicon_language(call->lexicon, call->event->language), *best = named;
    size_t share = named ? percent_of(call, named) : 0, least = share * 3 / 2 > 25 ? share * 3 / 2 : 25;
    for (size_t at = 0; at < lexicon_count(call->lexicon) && share < 60; at++) {
        const struct language *other = lexicon_at(call->lexicon, at);
        size_t others = other == named ? 0 : percent_of(call, other);
        if (others > least) {
            best = other;
            least = others;
        }
    }
    return best;
}

static void read_call(struct call *call, const struct language *language)
{
    call->language = language;
    call->nouns = language_writes(language, "nouns");
    if (read_turns(call) != 0)
        return;
    call->cased = is_cased(call);
    extract_names(call);
    extract_wishes(call);
    extract_facts(call);
    extract_topics(call);
    extract_feelings(call);
}

/* A language without a lexicon: what was collected and the variables are still read, with the keys and empty
 * values of all languages. Any lexicon will do for that, as there are no turns to be read. */
static void read_collected(struct call *call)
{
    if (lexicon_count(call->lexicon) == 0)
        return;
    call->language = lexicon_language(call->lexicon, "en");
    if (!call->language)
        call->language = lexicon_at(call->lexicon, 0);
    extract_names(call);
    extract_wishes(call);
    extract_topics(call);
    extract_feelings(call);
}

int extract_call(const struct lexicon *lexicon, const struct event *event, struct extraction *extraction,
                 struct error *error)
{
    struct call call = {.lexicon = lexicon, .event = event, .out = extraction, .cased = true};
    *extraction = (struct extraction){0};
    call.arena = arena_new();
    extraction->arena = call.arena;
    call.spoken = calloc(event->turn_count + 1, sizeof *call.spoken);
    if (call.arena && call.spoken) {
        const struct language *language = spoken_language(&call);
        if (language)
            read_call(&call, language);
        else
            read_collected(&call);
        free_spoken(&call);
    } else {
        call.failed = true;
    }
    free(call.spoken);
    if (!call.failed && !arena_failed(call.arena))
        return 0;
    extraction_free(extraction);
    return error_set(error, ERROR_INTERNAL, "out of memory while a call was read");
}

const struct fact *extraction_name(const struct extraction *extraction)
{
    const struct fact *best = NULL;
    for (size_t at = 0; at < extraction->count; at++)
        if (extraction->facts[at].kind == KIND_NAME &&
            (!best || extraction->facts[at].confidence > best->confidence))
            best = &extraction->facts[at];
    return best;
}

void extraction_free(struct extraction *extraction)
{
    free(extraction->facts);
    arena_free(extraction->arena);
    *extraction = (struct extraction){0};
}
