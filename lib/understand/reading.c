#include "understand/reading.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define OTHER_PERCENT 60 /* of everyday words, by which a call is in another language than its event says */
#define THING_WORDS   14
#define CLAUSE_WORDS  40
#define QUOTE_CHARS   200

/* Who transcribes without commas writes "no i prefer tea". */
static void pause_after_no(const struct reading *reading, struct words *words)
{
    if (words->count > 1 && words->items[1].gap == GAP_NONE &&
        language_list(reading->language, LIST_NO_PAUSE, words, 0) > 0)
        words->items[1].gap = GAP_COMMA;
}

int reading_read(struct reading *reading, const char *text, struct spoken *spoken)
{
    int result = reading->ruled ? language_read(reading->language, text, &spoken->words)
                                : words_read(NULL, text, &spoken->words);
    if (result != 0) {
        reading->failed = true;
        return -1;
    }
    if (reading->ruled)
        pause_after_no(reading, &spoken->words);
    return 0;
}

static void aim(struct reading *reading, const struct spoken *spoken)
{
    reading->matcher.language = reading->language;
    reading->matcher.words = &spoken->words;
    reading->matcher.capture = capture_any;
    reading->matcher.ctx = reading;
}

const struct rule *reading_rule(struct reading *reading, enum section section, const struct spoken *spoken,
                                size_t at)
{
    size_t count;
    const struct rule *rules = language_rules(reading->language, section, &count);
    aim(reading, spoken);
    for (size_t i = 0; i < count; i++)
        if (pattern_match(&reading->matcher, rules[i].pattern, at))
            return &rules[i];
    return NULL;
}

const struct rule *reading_longest(struct reading *reading, enum section section, const struct spoken *spoken,
                                   size_t at)
{
    size_t count;
    const struct rule *rules = language_rules(reading->language, section, &count), *best = NULL;
    struct matcher found = {0};
    aim(reading, spoken);
    for (size_t i = 0; i < count; i++)
        if (pattern_match(&reading->matcher, rules[i].pattern, at) &&
            (!best || reading->matcher.all.to > found.all.to)) {
            best = &rules[i];
            found = reading->matcher;
        }
    if (best)
        reading->matcher = found;
    return best;
}

const struct rule *reading_find(struct reading *reading, enum section section, const struct spoken *spoken,
                                size_t *at)
{
    for (*at = 0; *at < spoken->words.count; ++*at) {
        const struct rule *rule = reading_rule(reading, section, spoken, *at);
        if (rule)
            return rule;
    }
    return NULL;
}

static char *slice(struct reading *reading, const char *text, size_t from, size_t to)
{
    char *copy = arena_text(reading->arena, text + from, to - from);
    if (!copy)
        reading->failed = true;
    return copy;
}

char *reading_text(struct reading *reading, const struct words *words, struct span span)
{
    if (span.from >= span.to)
        return NULL;
    return slice(reading, words->text, words->items[span.from].start, words->items[span.to - 1].end);
}

struct span reading_trim(const struct reading *reading, const struct words *words, struct span span)
{
    size_t len = 0;
    while (span.from < span.to && (len = language_list(reading->language, LIST_LEAD, words, span.from)) > 0 &&
           span.from + len < span.to)
        span.from += len;
    for (size_t at = span.from; at < span.to; at++) {
        /* A tail counts only when nothing else follows it. */
        size_t end = at;
        while (end < span.to && (len = language_list(reading->language, LIST_TAIL, words, end)) > 0)
            end += len;
        if (end >= span.to) {
            span.to = at;
            break;
        }
    }
    return span;
}

static bool begins_small(const struct reading *reading, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (strcmp(word->fold, "i") == 0)
        return false;
    return word->gap == GAP_STOP && word->shape == SHAPE_CAPITAL &&
           (!reading->nouns || language_list(reading->language, LIST_COMMON, words, at) > 0) &&
           language_list(reading->language, LIST_NOT_NAME, words, at) == 0;
}

char *reading_value(struct reading *reading, const struct words *words, struct span span)
{
    span = reading_trim(reading, words, span);
    size_t empty = span.from < span.to ? language_list(reading->language, LIST_EMPTY, words, span.from) : 0;
    if (span.from >= span.to || span.from + empty == span.to)
        return NULL;
    char *text = reading_text(reading, words, span);
    if (text && begins_small(reading, words, span.from) && text[0] >= 'A' && text[0] <= 'Z')
        text[0] = (char)(text[0] + ('a' - 'A'));
    return text;
}

char *reading_key(struct reading *reading, const struct words *words, struct span span)
{
    struct buf key = BUF_INIT;
    span = reading_trim(reading, words, span);
    for (size_t at = span.from; at < span.to && at < span.from + 4; at++) {
        if (at > span.from)
            buf_putc(&key, '-');
        buf_puts(&key, words->items[at].fold);
    }
    const char *text = buf_text(&key);
    char *copy = text ? slice(reading, text, 0, strlen(text)) : NULL;
    reading->failed = reading->failed || !copy;
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

char *reading_fill(struct reading *reading, const char *template, const struct words *words, bool key)
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
        filled = !named_span(&reading->matcher, template + 1, len - 1, &span) ? NULL
                 : key ? reading_key(reading, words, span)
                       : reading_value(reading, words, span);
        if (filled)
            buf_puts(&text, filled);
        template += len + (template[len] == '}');
    }
    const char *all = filled ? buf_text(&text) : NULL;
    char *copy = all ? slice(reading, all, 0, strlen(all)) : NULL;
    reading->failed = reading->failed || text.failed;
    buf_free(&text);
    return copy;
}

struct span reading_sentence(const struct words *words, size_t at)
{
    struct span span = {at, at + 1};
    while (span.from > 0 && words->items[span.from].gap != GAP_STOP)
        span.from--;
    while (span.to < words->count && words->items[span.to].gap != GAP_STOP)
        span.to++;
    return span;
}

char *reading_quote(struct reading *reading, const struct words *words, size_t at)
{
    char *text = reading_text(reading, words, reading_sentence(words, at));
    char *line = text ? text_line(text, QUOTE_CHARS) : NULL;
    char *copy = line ? slice(reading, line, 0, strlen(line)) : NULL;
    reading->failed = reading->failed || !copy;
    free(line);
    return copy;
}

size_t capture_time(const struct reading *reading, const struct words *words, size_t at)
{
    size_t end = at, kept = 0;
    bool core = false, before_number = false, after_number = false;
    while (end < words->count && end < at + 12 && (end == at || words->items[end].gap == GAP_NONE)) {
        int value;
        size_t len = language_value(reading->language, LIST_TIME, words, end, &value);
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
        } else if ((len = language_number(reading->language, words, end, &value)) > 0) {
            core = core || before_number || strstr(words->items[end].fold, "pm") ||
                   strstr(words->items[end].fold, "am");
            end += len;
            after_number = true;
            kept = core ? end : kept;
        } else if ((len = language_list(reading->language, LIST_TIME_LINK, words, end)) > 0) {
            end += len;
        } else {
            break;
        }
    }
    return core ? kept : 0;
}

/* Whether another thought begins at a word: "because", or "and" before "could you". */
static bool thing_stops(const struct reading *reading, const struct words *words, size_t at)
{
    const struct language *language = reading->language;
    size_t and = language_list(language, LIST_AND, words, at);
    if (and > 0)
        return at + and >= words->count || language_list(language, LIST_AND_STOP, words, at + and) > 0 ||
               words->items[at + and].gap != GAP_NONE;
    return language_list(language, LIST_STOP, words, at) > 0;
}

static size_t capture_words(const struct reading *reading, const struct words *words, size_t at, size_t most,
                            size_t ends[PATTERN_ENDS])
{
    size_t end = at, count = 0;
    while (end < words->count && end < at + most && (end == at || words->items[end].gap == GAP_NONE) &&
           !thing_stops(reading, words, end))
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
    struct reading *reading = ctx;
    switch (what) {
    case CAPTURE_NAME:
        return reading->capture_name(reading, words, at, ends);
    case CAPTURE_THING:
    case CAPTURE_OTHER:
        return capture_words(reading, words, at, THING_WORDS, ends);
    case CAPTURE_SHORT:
        return capture_words(reading, words, at, 3, ends);
    case CAPTURE_CLAUSE:
        return capture_clause(words, at, ends);
    case CAPTURE_TIME:
        ends[0] = capture_time(reading, words, at);
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

bool key_is(struct reading *reading, const char *name, enum list list, bool whole)
{
    struct buf words = BUF_INIT;
    bool found = false;
    key_words(name, &words);
    const char *text = buf_text(&words);
    for (size_t at = 0; text && at < lexicon_count(reading->lexicon) && !found; at++)
        found = key_in(lexicon_at(reading->lexicon, at), text, list, whole, &reading->failed);
    reading->failed = reading->failed || !text;
    buf_free(&words);
    return found;
}

bool value_is_empty(struct reading *reading, const char *value)
{
    bool letters = false;
    for (const char *at = value; *at && !letters; at++)
        letters = (unsigned char)*at >= 0x80 || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') ||
                  (*at >= '0' && *at <= '9');
    return !letters || key_is(reading, value, LIST_NO_VALUE, true);
}

static void free_spoken(struct reading *reading)
{
    for (size_t at = 0; at < reading->count; at++)
        words_free(&reading->spoken[at].words);
    reading->count = 0;
}

static int read_turns(struct reading *reading)
{
    for (size_t at = 0; at < reading->transcript->turn_count; at++) {
        const struct turn *turn = &reading->transcript->turns[at];
        struct spoken *spoken = &reading->spoken[at];
        memset(spoken, 0, sizeof *spoken);
        if (reading_read(reading, turn->text, spoken) != 0)
            return -1;
        spoken->turn = turn->position;
        spoken->role = turn->role;
        reading->count = at + 1;
    }
    return 0;
}

/* Written with capitals: most sentences of the caller begin with one, and not all words are big. */
static bool is_cased(const struct reading *reading)
{
    size_t sentences = 0, big = 0, words = 0, upper = 0;
    for (size_t at = 0; at < reading->count; at++) {
        const struct words *w = &reading->spoken[at].words;
        for (size_t i = 0; reading->spoken[at].role == ROLE_USER && i < w->count; i++) {
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
static struct share share_of(const struct reading *reading, const struct language *language, bool both,
                             bool *failed)
{
    struct share share = {0, 0};
    for (size_t at = 0; at < reading->transcript->turn_count && share.total < 2000; at++) {
        struct words words;
        if (!both && reading->transcript->turns[at].role != ROLE_USER)
            continue;
        if (language_read(language, reading->transcript->turns[at].text, &words) != 0) {
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

static size_t percent_of(struct reading *reading, const struct language *language)
{
    struct share share = share_of(reading, language, false, &reading->failed);
    size_t least = 2;
    if (share.total < FEW_WORDS) {
        share = share_of(reading, language, true, &reading->failed);
        least = 3;
    }
    return share.known >= least ? share.known * 100 / share.total : 0;
}

/* The language that is spoken: the one that the event names, unless another fits clearly better. NULL when it
 * is none that has a lexicon. */
static const struct language *spoken_language(struct reading *reading)
{
    const struct language *named = lexicon_language(reading->lexicon, reading->transcript->language),
                          *best = named;
    /* A language that has no lexicon shares words with others: "ja", "nie" and "na" are Polish, too. */
    bool unknown = !named && *reading->transcript->language;
    size_t share = named ? percent_of(reading, named) : 0, least = unknown ? OTHER_PERCENT : 25;
    if (share * 3 / 2 > least)
        least = share * 3 / 2;
    for (size_t at = 0; at < lexicon_count(reading->lexicon) && share < 60; at++) {
        const struct language *other = lexicon_at(reading->lexicon, at);
        size_t others = other == named ? 0 : percent_of(reading, other);
        if (others > least) {
            best = other;
            least = others;
        }
    }
    return best;
}

int reading_open(struct reading *reading, const struct lexicon *lexicon, const struct transcript *transcript,
                 struct arena *arena)
{
    *reading = (struct reading){.lexicon = lexicon, .transcript = transcript, .arena = arena, .cased = true};
    reading->spoken = calloc(transcript->turn_count + 1, sizeof *reading->spoken);
    if (!reading->spoken)
        return -1;
    reading->language = spoken_language(reading);
    reading->ruled = reading->language != NULL;
    /* Keys and empty values of collected data are those of all languages: any lexicon will do for them. */
    if (!reading->ruled)
        reading->language = lexicon_language(lexicon, "en");
    if (!reading->language && lexicon_count(lexicon) > 0)
        reading->language = lexicon_at(lexicon, 0);
    reading->nouns = reading->ruled && language_writes(reading->language, "nouns");
    if (reading->failed || read_turns(reading) != 0)
        return -1;
    reading->cased = is_cased(reading);
    return 0;
}

void reading_close(struct reading *reading)
{
    free_spoken(reading);
    free(reading->spoken);
    reading->spoken = NULL;
}
