/*
 * The lines of a lexicon file: spellings, lists of phrases, rules, feelings.
 */
#include "base/utf8.h"
#include "language/lexicon_private.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where a line stands, for complaints. */
struct source {
    const char *file;
    int line;
    struct error *error;
};

static void *language_alloc(void *ctx, size_t size)
{
    struct language *language = ctx;
    return arena_alloc(language->arena, size);
}

static char *language_copy(struct language *language, const char *text, size_t len)
{
    return arena_text(language->arena, text, len);
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && isspace((unsigned char)**from))
        ++*from;
    while (*to > *from && isspace((unsigned char)(*to)[-1]))
        --*to;
}

/* A number with nothing but blanks around it. Numbers are read from a copy: strtod() does not know where the
 * line ends. */
static bool read_number(const char *from, const char *to, double *number)
{
    char text[32], *rest;
    trim(&from, &to);
    size_t len = (size_t)(to - from);
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, from, len);
    text[len] = '\0';
    *number = strtod(text, &rest);
    return *rest == '\0';
}

static bool read_whole_number(const char *from, const char *to, long *number)
{
    double value;
    if (!read_number(from, to, &value) || !(value >= -1000000 && value <= 1000000))
        return false;
    *number = (long)value;
    return (double)*number == value;
}

static int complain(const struct source *source, const char *what)
{
    return error_set(source->error, ERROR_SETTINGS, "%s:%d: %s", source->file, source->line, what);
}

/* "word = words" */
static int add_spelling(struct language *language, const struct source *source, const char *from,
                        const char *to)
{
    char fold[128], parts[256];
    const char *equals = memchr(from, '=', (size_t)(to - from));
    if (!equals)
        return complain(source, "a spelling is written: word = words");
    const char *left_end = equals, *right = equals + 1;
    trim(&from, &left_end);
    trim(&right, &to);
    size_t len = word_fold(from, (size_t)(left_end - from), fold, sizeof fold);
    size_t parts_len = word_fold(right, (size_t)(to - right), parts, sizeof parts);
    if (len == 0 || parts_len == 0)
        return complain(source, "a spelling is written: word = words");
    struct spelling *spelling = language_alloc(language, sizeof *spelling);
    char *copy = language_copy(language, fold, len), *words = language_copy(language, parts, parts_len);
    if (!spelling || !copy || !words)
        return lexicon_out_of_memory(source->error);
    size_t bucket = lexicon_spelling_bucket(fold, len);
    *spelling = (struct spelling){language->spellings[bucket], copy, words, len};
    language->spellings[bucket] = spelling;
    return 0;
}

static void link_phrase(struct language *language, struct phrase *phrase)
{
    struct phrase **at = &language->prefixed;
    if (!(phrase->prefix && phrase->count == 1))
        at = &language->buckets[phrase->keys[0] % BUCKETS];
    while (*at && (*at)->count >= phrase->count)
        at = &(*at)->next;
    phrase->next = *at;
    *at = phrase;
}

static int add_phrase(struct language *language, const struct source *source, int list, const char *from,
                      const char *to, int value)
{
    char text[200];
    struct words *words = &language->scratch;
    trim(&from, &to);
    size_t len = (size_t)(to - from);
    if (len == 0)
        return 0;
    if (len >= sizeof text)
        return complain(source, "a phrase is too long");
    memcpy(text, from, len);
    text[len] = '\0';
    if (words_reread(&language->reader, text, words) != 0)
        return lexicon_out_of_memory(source->error);
    /* A filler ("um") is never in a row of words: there is nothing to find. */
    if (words->count == 0)
        return 0;
    if (words->count > PHRASE_WORDS)
        return complain(source, "a phrase has at most 8 words");
    struct phrase *phrase = language_alloc(language, sizeof *phrase + words->count * sizeof phrase->keys[0]);
    if (!phrase)
        return lexicon_out_of_memory(source->error);
    phrase->list = list;
    phrase->value = value;
    phrase->count = words->count;
    for (size_t at = 0; at < words->count; at++)
        phrase->keys[at] = words->items[at].key;
    const char *last = words->items[words->count - 1].fold;
    if (text[len - 1] == '*') {
        phrase->prefix_len = strlen(last);
        phrase->prefix = language_copy(language, last, phrase->prefix_len);
        if (!phrase->prefix)
            return lexicon_out_of_memory(source->error);
    }
    link_phrase(language, phrase);
    return 0;
}

/* "phrase, phrase = value, phrase" */
static int add_phrases(struct language *language, const struct source *source, int list, const char *from,
                       const char *to)
{
    language->lists[list].defined = true;
    while (from < to) {
        const char *comma = memchr(from, ',', (size_t)(to - from));
        const char *end = comma ? comma : to;
        const char *equals = memchr(from, '=', (size_t)(end - from));
        long value = 0;
        if (equals && !read_whole_number(equals + 1, end, &value))
            return complain(source, "after = stands a whole number");
        if (add_phrase(language, source, list, from, equals ? equals : end, (int)value) != 0)
            return -1;
        from = comma ? comma + 1 : to;
    }
    return 0;
}

static int add_fillers(struct language *language, const struct source *source, const char *from,
                       const char *to)
{
    while (from < to) {
        char fold[96];
        const char *comma = memchr(from, ',', (size_t)(to - from));
        const char *word = from, *end = comma ? comma : to;
        trim(&word, &end);
        size_t len = word_fold(word, (size_t)(end - word), fold, sizeof fold);
        if (len > 0 && language->filler_count == MAX_FILLERS)
            return complain(source, "too many fillers");
        if (len > 0)
            language->fillers[language->filler_count++] = word_key(fold, len);
        from = comma ? comma + 1 : to;
    }
    return 0;
}

static int compile_rule(struct language *language, const struct source *source, const char *from,
                        const char *to, struct rule *rule)
{
    const char *complaint = NULL;
    struct pattern_tools tools = {language_alloc, lexicon_list_number, language, &language->reader,
                                  &language->scratch};
    size_t lists = language->list_count;
    rule->pattern = pattern_compile(&tools, from, (size_t)(to - from), &complaint);
    if (!rule->pattern && complaint)
        return complain(source, complaint);
    if (!rule->pattern)
        return lexicon_out_of_memory(source->error);
    rule->needs = pattern_needs(rule->pattern);
    pattern_firsts(rule->pattern, &rule->firsts);
    for (size_t at = lists; at < language->list_count; at++) {
        char place[300];
        int len = snprintf(place, sizeof place, "%s:%d", source->file, source->line);
        language->lists[at].mentioned =
            language_copy(language, place, len < (int)sizeof place ? (size_t)len : sizeof place - 1);
        if (!language->lists[at].mentioned)
            return lexicon_out_of_memory(source->error);
    }
    return 0;
}

static int keep_rule(struct rules *rules, const struct rule *rule, struct error *error)
{
    if (rules->count == rules->cap) {
        size_t cap = rules->cap ? rules->cap * 2 : 32;
        struct rule *items = realloc(rules->items, cap * sizeof *items);
        if (!items)
            return lexicon_out_of_memory(error);
        rules->items = items;
        rules->cap = cap;
    }
    rules->items[rules->count++] = *rule;
    return 0;
}

/* The flags before the slot: "?" and "known". */
static const char *read_flags(const char *from, const char *to, struct rule *rule)
{
    for (;;) {
        trim(&from, &to);
        if (from < to && *from == '?') {
            rule->in_question = true;
            from++;
        } else if (to - from >= 5 && memcmp(from, "known", 5) == 0 &&
                   (from + 5 == to || isspace((unsigned char)from[5]))) {
            rule->known = true;
            from += 5;
        } else {
            return from;
        }
    }
}

/* "pattern", or "pattern => [?] [known] slot | value | text" */
static int add_rule(struct language *language, const struct source *source, enum section section,
                    const char *from, const char *to)
{
    struct rule rule = {0};
    const char **fields[] = {&rule.slot, &rule.value, &rule.text};
    const char *arrow = memmem(from, (size_t)(to - from), "=>", 2);
    const char *end = arrow ? arrow : to;
    trim(&from, &end);
    if (compile_rule(language, source, from, end, &rule) != 0)
        return -1;
    const char *at = arrow ? read_flags(arrow + 2, to, &rule) : to;
    for (size_t field = 0; field < 3 && at < to; field++) {
        const char *bar = field < 2 ? memchr(at, '|', (size_t)(to - at)) : NULL;
        const char *begin = at, *stop = bar ? bar : to;
        trim(&begin, &stop);
        if (stop > begin && !(*fields[field] = language_copy(language, begin, (size_t)(stop - begin))))
            return lexicon_out_of_memory(source->error);
        at = bar ? bar + 1 : to;
    }
    return keep_rule(&language->rules[section], &rule, source->error);
}

/* "weight: pattern; pattern" */
static int add_feelings(struct language *language, const struct source *source, const char *from,
                        const char *to)
{
    const char *colon = memchr(from, ':', (size_t)(to - from));
    double weight = 0;
    if (!colon || !read_number(from, colon, &weight) || !(weight >= -3 && weight <= 3))
        return complain(source,
                        "a feeling is written: weight from -3 to 3, a colon, patterns separated by ;");
    for (from = colon + 1; from < to;) {
        const char *semicolon = memchr(from, ';', (size_t)(to - from));
        const char *begin = from, *end = semicolon ? semicolon : to;
        struct rule rule = {.weight = weight};
        trim(&begin, &end);
        if (begin < end && (compile_rule(language, source, begin, end, &rule) != 0 ||
                            keep_rule(&language->rules[SECTION_FEELING], &rule, source->error) != 0))
            return -1;
        from = semicolon ? semicolon + 1 : to;
    }
    return 0;
}

/* What the lines below a header are. */
enum block { BLOCK_NONE, BLOCK_SPELLING, BLOCK_FILLER, BLOCK_PHRASES, BLOCK_FEELING, BLOCK_RULES };

struct place {
    enum block block;
    int number; /* list or section */
};

static bool begins(const char **from, const char *to, const char *with)
{
    size_t len = strlen(with);
    if ((size_t)(to - *from) < len || memcmp(*from, with, len) != 0)
        return false;
    *from += len;
    return true;
}

static int read_list_header(struct language *language, const struct source *source, const char *from,
                            const char *to, enum list_kind kind, struct place *place)
{
    trim(&from, &to);
    if (from == to)
        return complain(source, "this section needs a name");
    char name[120];
    int len = snprintf(name, sizeof name, "%s%.*s", list_prefixes[kind], (int)(to - from), from);
    if (len < 0 || len >= (int)sizeof name)
        return complain(source, "the name of the section is too long");
    place->number = lexicon_list_number(language, name, (size_t)len);
    if (place->number < 0)
        return lexicon_out_of_memory(source->error);
    place->block = place->number == LIST_FILLER ? BLOCK_FILLER : BLOCK_PHRASES;
    if (kind != KIND_OF_LIST)
        language->lists[place->number].kind = kind;
    return 0;
}

static int read_header(struct language *language, const struct source *source, const char *from,
                       const char *to, struct place *place)
{
    if (begins(&from, to, "list "))
        return read_list_header(language, source, from, to, KIND_OF_LIST, place);
    if (begins(&from, to, "items "))
        return read_list_header(language, source, from, to, KIND_OF_ITEMS, place);
    if (begins(&from, to, "subject "))
        return read_list_header(language, source, from, to, KIND_OF_TOPIC, place);
    if (begins(&from, to, "about "))
        return read_list_header(language, source, from, to, KIND_OF_ABOUT, place);
    size_t len = (size_t)(to - from);
    if (len == strlen("spelling") && memcmp(from, "spelling", len) == 0) {
        place->block = BLOCK_SPELLING;
        return 0;
    }
    for (int at = 0; at < SECTIONS; at++)
        if (strlen(section_names[at]) == len && memcmp(section_names[at], from, len) == 0) {
            place->block = at == SECTION_FEELING ? BLOCK_FEELING : BLOCK_RULES;
            place->number = at;
            return 0;
        }
    return error_set(source->error, ERROR_SETTINGS, "%s:%d: there is no section [%.*s]", source->file,
                     source->line, (int)(len < 60 ? len : 60), from);
}

static int read_line(struct language *language, const struct source *source, bool words_only,
                     const char *from, const char *to, struct place *place)
{
    /* What it says comes into memories and answers. */
    size_t len = (size_t)(to - from);
    if (words_only && (!utf8_is_valid(from, len) || memchr(from, '\0', len)))
        return complain(source, "UTF-8 without NULs is expected");
    trim(&from, &to);
    if (from == to || *from == '#')
        return 0;
    if (*from == '[' && memchr(from, ']', (size_t)(to - from)) == to - 1)
        return read_header(language, source, from + 1, to - 1, place);
    bool is_word = place->block == BLOCK_SPELLING || place->block == BLOCK_FILLER;
    if (place->block == BLOCK_NONE)
        return complain(source, "a section such as [list common] must come first");
    if (is_word != words_only)
        return 0;
    switch (place->block) {
    case BLOCK_SPELLING:
        return add_spelling(language, source, from, to);
    case BLOCK_FILLER:
        return add_fillers(language, source, from, to);
    case BLOCK_PHRASES:
        return add_phrases(language, source, place->number, from, to);
    case BLOCK_FEELING:
        return add_feelings(language, source, from, to);
    default:
        return add_rule(language, source, (enum section)place->number, from, to);
    }
}

int lexicon_read(struct language *language, const char *file, const char *text, size_t len, bool words_only,
                 struct error *error)
{
    struct place place = {BLOCK_NONE, 0};
    struct source source = {file, 0, error};
    const char *end = text + len;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        source.line++;
        if (read_line(language, &source, words_only, text, line_end ? line_end : end, &place) != 0)
            return -1;
        text = line_end ? line_end + 1 : end;
    }
    return 0;
}
