#include "call/lexicon.h"

#include "base/arena.h"
#include "base/data.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const list_names[LISTS] = {
    [LIST_COMMON] = "common",       [LIST_NOT_NAME] = "not-name",   [LIST_GIVEN] = "given",
    [LIST_TITLE] = "title",         [LIST_PARTICLE] = "particle",   [LIST_COMPANY] = "company",
    [LIST_RELATIVE] = "relative",   [LIST_FILLER] = "filler",       [LIST_YES] = "yes",
    [LIST_NO] = "no",               [LIST_NEGATOR] = "negator",     [LIST_IF] = "if",
    [LIST_AND] = "and",             [LIST_OR] = "or",               [LIST_STOP] = "stop",
    [LIST_AND_STOP] = "and-stop",   [LIST_LEAD] = "lead",           [LIST_TAIL] = "tail",
    [LIST_EMPTY] = "empty",         [LIST_TIME] = "time",           [LIST_TIME_LINK] = "time-link",
    [LIST_STRONGER] = "stronger",   [LIST_WEAKER] = "weaker",       [LIST_LETTER] = "letter",
    [LIST_WEEKDAY] = "weekday",     [LIST_MONTH] = "month",         [LIST_NUMBER] = "number",
    [LIST_PRONOUN] = "pronoun",     [LIST_MINE] = "mine",           [LIST_NAME_NEXT] = "name-next",
    [LIST_ANSWER] = "answer", [LIST_WISH] = "wish", [LIST_NO_VALUE] = "no-value", [LIST_KEY_NAME] = "key-name",
    [LIST_KEY_FIRST] = "key-first", [LIST_KEY_LAST] = "key-last", [LIST_KEY_WISH] = "key-wish",
    [LIST_KEY_DISLIKE] = "key-dislike", [LIST_KEY_NEED] = "key-need", [LIST_KEY_MOOD] = "key-mood",
    [LIST_POSITIVE] = "positive", [LIST_NEGATIVE] = "negative", [LIST_AS_IN] = "as-in",
    [LIST_DOUBLE] = "double",     [LIST_SPELLED] = "spelled",     [LIST_WRITING] = "writing",   [LIST_BUT] = "but"};

static const char *const section_names[SECTIONS] = {
    [SECTION_NAME] = "name",
    [SECTION_NAME_MAYBE] = "name maybe",
    [SECTION_NAME_FIRST] = "name first",
    [SECTION_NAME_LAST] = "name last",
    [SECTION_NAME_CALLED] = "name called",
    [SECTION_NAME_CORRECT] = "name correct",
    [SECTION_NAME_NOT] = "name not",
    [SECTION_NAME_CONFIRM] = "name confirm",
    [SECTION_NAME_ANSWER] = "name answer",
    [SECTION_NAME_LETTER] = "name letter",
    [SECTION_ASK_NAME] = "agent asks name",
    [SECTION_GUESS_NAME] = "agent guesses name",
    [SECTION_AGENT_NAME] = "agent name",
    [SECTION_ADDRESS] = "agent addresses",
    [SECTION_LIKE] = "like",
    [SECTION_DISLIKE] = "dislike",
    [SECTION_NEED] = "need",
    [SECTION_INSTRUCTION] = "instruction",
    [SECTION_FACT] = "fact",
    [SECTION_REQUEST] = "request",
    [SECTION_PROMISE] = "promise",
    [SECTION_IN_CALL] = "agent does at once",
    [SECTION_DONE] = "agent has done",
    [SECTION_ASK_WISH] = "agent asks wish",
    [SECTION_ASK_NEED] = "agent asks need",
    [SECTION_OFFER] = "agent offers",
    [SECTION_FORGET] = "forget",
    [SECTION_TOPIC] = "topic",
    [SECTION_FEELING] = "feeling",
    [SECTION_DATE] = "date"};

/* A list of phrases: one of the program's, one of the patterns', one of the [items] or one of the topics. */
enum list_kind { KIND_OF_LIST, KIND_OF_ITEMS, KIND_OF_TOPIC, KIND_OF_ABOUT };

struct list_info {
    char *name;
    enum list_kind kind;
    bool defined;
    char *mentioned; /* FILE:LINE of the first pattern that needs it */
};

#define PHRASE_WORDS 8

struct phrase {
    struct phrase *next; /* of the same bucket; longer ones first */
    int list;
    int value;
    const char *prefix; /* the last word is only the beginning of one */
    size_t prefix_len;
    size_t count; /* words, the prefix included */
    uint64_t keys[];
};

struct spelling {
    struct spelling *next;
    const char *from, *to;
    size_t from_len;
};

#define BUCKETS        2048
#define SPELLINGS      128
#define MAX_FILLERS    64
#define CODE_SIZE      4

struct rules {
    struct rule *items;
    size_t count, cap;
};

struct language {
    char code[CODE_SIZE];
    struct arena *arena; /* owns everything but the arrays of lists and rules */
    struct list_info *lists;
    size_t list_count, list_cap;
    struct phrase *buckets[BUCKETS]; /* by the first word */
    struct phrase *prefixed;         /* phrases that are one beginning of a word */
    struct spelling *spellings[SPELLINGS];
    uint64_t fillers[MAX_FILLERS];
    size_t filler_count;
    struct rules rules[SECTIONS];
    struct words_language reader;
};

struct lexicon {
    struct language **languages;
    size_t count;
};

/* Where a line stands, for complaints. */
struct source {
    const char *file;
    int line;
    struct error *error;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_SETTINGS, "out of memory while the lexicon was read");
}

static void *language_alloc(void *ctx, size_t size)
{
    struct language *language = ctx;
    return arena_alloc(language->arena, size);
}

static char *language_copy(struct language *language, const char *text, size_t len)
{
    return arena_text(language->arena, text, len);
}

static int language_list_number(void *ctx, const char *name, size_t len)
{
    struct language *language = ctx;
    for (size_t at = 0; at < language->list_count; at++)
        if (strlen(language->lists[at].name) == len && memcmp(language->lists[at].name, name, len) == 0)
            return (int)at;
    if (language->list_count == language->list_cap) {
        size_t cap = language->list_cap ? language->list_cap * 2 : 64;
        struct list_info *lists = realloc(language->lists, cap * sizeof *lists);
        if (!lists)
            return -1;
        language->lists = lists;
        language->list_cap = cap;
    }
    char *copy = language_copy(language, name, len);
    if (!copy)
        return -1;
    language->lists[language->list_count] = (struct list_info){.name = copy};
    return (int)language->list_count++;
}

static size_t spelling_bucket(const char *fold, size_t len)
{
    return (size_t)(word_key(fold, len) % SPELLINGS);
}

static const char *find_spelling(const void *ctx, const char *fold, size_t len)
{
    const struct language *language = ctx;
    for (const struct spelling *s = language->spellings[spelling_bucket(fold, len)]; s; s = s->next)
        if (s->from_len == len && memcmp(s->from, fold, len) == 0)
            return s->to;
    return NULL;
}

static bool is_filler(const void *ctx, uint64_t key)
{
    const struct language *language = ctx;
    for (size_t at = 0; at < language->filler_count; at++)
        if (language->fillers[at] == key)
            return true;
    return false;
}

static bool has_phrase(const struct language *language, enum list list, uint64_t key)
{
    for (const struct phrase *p = language->buckets[key % BUCKETS]; p; p = p->next)
        if (p->list == (int)list && p->count == 1 && p->keys[0] == key)
            return true;
    return false;
}

static bool is_abbreviation(const void *ctx, const struct word *word)
{
    const struct language *language = ctx;
    if (word->shape == SHAPE_NUMBER && word->end - word->start <= 2 && language_writes(language, "ordinals"))
        return true;
    return has_phrase(language, LIST_TITLE, word->key);
}

static void language_free(struct language *language)
{
    if (!language)
        return;
    for (size_t at = 0; at < SECTIONS; at++)
        free(language->rules[at].items);
    free(language->lists);
    arena_free(language->arena);
    free(language);
}

static struct language *language_new(const char *code)
{
    struct language *language = calloc(1, sizeof *language);
    if (!language)
        return NULL;
    memcpy(language->code, code, strnlen(code, CODE_SIZE - 1));
    language->reader = (struct words_language){find_spelling, is_filler, is_abbreviation, language};
    language->arena = arena_new();
    bool complete = language->arena != NULL;
    for (size_t at = 0; complete && at < LISTS; at++)
        complete = language_list_number(language, list_names[at], strlen(list_names[at])) >= 0;
    if (complete)
        return language;
    language_free(language);
    return NULL;
}

static void trim(const char **from, const char **to)
{
    while (*from < *to && isspace((unsigned char)**from))
        ++*from;
    while (*to > *from && isspace((unsigned char)(*to)[-1]))
        --*to;
}

static int complain(const struct source *source, const char *what)
{
    return error_set(source->error, ERROR_SETTINGS, "%s:%d: %s", source->file, source->line, what);
}

/* "word = words" */
static int add_spelling(struct language *language, const struct source *source, const char *from, const char *to)
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
        return out_of_memory(source->error);
    size_t bucket = spelling_bucket(fold, len);
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
    struct words words;
    trim(&from, &to);
    size_t len = (size_t)(to - from);
    if (len == 0)
        return 0;
    if (len >= sizeof text)
        return complain(source, "a phrase is too long");
    memcpy(text, from, len);
    text[len] = '\0';
    if (words_read(&language->reader, text, &words) != 0)
        return out_of_memory(source->error);
    if (words.count == 0 || words.count > PHRASE_WORDS) {
        /* A filler ("um") is never in a row of words: there is nothing to find. */
        bool nothing = words.count == 0;
        words_free(&words);
        return nothing ? 0 : complain(source, "a phrase has at most 8 words");
    }
    struct phrase *phrase = language_alloc(language, sizeof *phrase + words.count * sizeof phrase->keys[0]);
    if (phrase) {
        phrase->list = list;
        phrase->value = value;
        phrase->count = words.count;
        for (size_t at = 0; at < words.count; at++)
            phrase->keys[at] = words.items[at].key;
        const char *last = words.items[words.count - 1].fold;
        if (text[len - 1] == '*') {
            phrase->prefix_len = strlen(last);
            phrase->prefix = language_copy(language, last, phrase->prefix_len);
        }
    }
    words_free(&words);
    if (!phrase || (text[len - 1] == '*' && !phrase->prefix))
        return out_of_memory(source->error);
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
        if (equals) {
            char *rest;
            value = strtol(equals + 1, &rest, 10);
            rest += strspn(rest, " \t");
            if (rest == equals + 1 || rest < end || value < -1000000 || value > 1000000)
                return complain(source, "after = stands a whole number");
        }
        if (add_phrase(language, source, list, from, equals ? equals : end, (int)value) != 0)
            return -1;
        from = comma ? comma + 1 : to;
    }
    return 0;
}

static int add_fillers(struct language *language, const struct source *source, const char *from, const char *to)
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

static int compile_rule(struct language *language, const struct source *source, const char *from, const char *to,
                        struct rule *rule)
{
    const char *complaint = NULL;
    struct pattern_tools tools = {language_alloc, language_list_number, language, &language->reader};
    size_t lists = language->list_count;
    rule->pattern = pattern_compile(&tools, from, (size_t)(to - from), &complaint);
    if (!rule->pattern && complaint)
        return complain(source, complaint);
    if (!rule->pattern)
        return out_of_memory(source->error);
    rule->needs = pattern_needs(rule->pattern);
    for (size_t at = lists; at < language->list_count; at++) {
        char place[300];
        int len = snprintf(place, sizeof place, "%s:%d", source->file, source->line);
        language->lists[at].mentioned =
            language_copy(language, place, len < (int)sizeof place ? (size_t)len : sizeof place - 1);
        if (!language->lists[at].mentioned)
            return out_of_memory(source->error);
    }
    return 0;
}

static int keep_rule(struct rules *rules, const struct rule *rule, struct error *error)
{
    if (rules->count == rules->cap) {
        size_t cap = rules->cap ? rules->cap * 2 : 32;
        struct rule *items = realloc(rules->items, cap * sizeof *items);
        if (!items)
            return out_of_memory(error);
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
static int add_rule(struct language *language, const struct source *source, enum section section, const char *from,
                    const char *to)
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
            return out_of_memory(source->error);
        at = bar ? bar + 1 : to;
    }
    return keep_rule(&language->rules[section], &rule, source->error);
}

/* "weight: pattern; pattern" */
static int add_feelings(struct language *language, const struct source *source, const char *from, const char *to)
{
    char *colon;
    double weight = strtod(from, &colon);
    if (colon == from || colon >= to || *colon != ':' || !(weight >= -3 && weight <= 3))
        return complain(source, "a feeling is written: weight from -3 to 3, a colon, patterns separated by ;");
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

/* A topic and an [about] may have the name of a slot: each kind keeps its names apart. */
static const char *const kind_prefixes[] = {"", "", "topic ", "about "};

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
    int len = snprintf(name, sizeof name, "%s%.*s", kind_prefixes[kind], (int)(to - from), from);
    if (len < 0 || len >= (int)sizeof name)
        return complain(source, "the name of the section is too long");
    place->number = language_list_number(language, name, (size_t)len);
    if (place->number < 0)
        return out_of_memory(source->error);
    place->block = place->number == LIST_FILLER ? BLOCK_FILLER : BLOCK_PHRASES;
    if (kind != KIND_OF_LIST)
        language->lists[place->number].kind = kind;
    return 0;
}

static int read_header(struct language *language, const struct source *source, const char *from, const char *to,
                       struct place *place)
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

static int read_line(struct language *language, const struct source *source, bool words_only, const char *from,
                     const char *to, struct place *place)
{
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

/* Spellings and fillers change how everything else is read: they are read in a pass of their own. */
static int read_text(struct language *language, const char *file, const char *text, size_t len, bool words_only,
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

static char *read_whole(const char *path, size_t *len, struct error *error)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t room = 0;
    ssize_t got = -1;
    if (file) {
        got = getdelim(&text, &room, '\0', file);
        if (got < 0 && feof(file) && !ferror(file))
            got = 0;
    }
    if (got < 0)
        error_set(error, ERROR_SETTINGS, "%s cannot be read: %s", path, strerror(errno));
    if (file)
        fclose(file);
    if (got < 0 || !text) {
        free(text);
        return got < 0 ? NULL : calloc(1, 1);
    }
    *len = (size_t)got;
    return text;
}

struct added {
    char *path;
    char *text;
    size_t len;
};

static void added_free(struct added *added)
{
    free(added->path);
    free(added->text);
}

/* The operator's file for a language; nothing when there is none. */
static int read_added(const char *directory, const char *code, struct added *added, struct error *error)
{
    *added = (struct added){0};
    if (!directory || !*directory)
        return 0;
    if (asprintf(&added->path, "%s/%s.txt", directory, code) < 0) {
        added->path = NULL;
        return out_of_memory(error);
    }
    FILE *probe = fopen(added->path, "re");
    if (!probe && errno == ENOENT)
        return 0;
    if (probe)
        fclose(probe);
    added->text = read_whole(added->path, &added->len, error);
    return added->text ? 0 : -1;
}

static int check_lists(const struct language *language, struct error *error)
{
    for (size_t at = 0; at < language->list_count; at++)
        if (language->lists[at].mentioned && !language->lists[at].defined)
            return error_set(error, ERROR_SETTINGS, "%s: there is no [list %s]", language->lists[at].mentioned,
                             language->lists[at].name);
    return 0;
}

static int language_load(struct language *language, const struct data_file *built_in, const struct added *added,
                         struct error *error)
{
    for (int pass = 0; pass < 2; pass++) {
        if (added->text &&
            read_text(language, added->path, added->text, added->len, pass == 0, error) != 0)
            return -1;
        if (built_in && read_text(language, built_in->name, built_in->text, built_in->len, pass == 0, error) != 0)
            return -1;
    }
    return check_lists(language, error);
}

static int add_language(struct lexicon *lexicon, const char *directory, const char *code,
                        const struct data_file *built_in, struct error *error)
{
    struct added added;
    struct language **languages = realloc(lexicon->languages, (lexicon->count + 1) * sizeof(struct language *));
    if (!languages)
        return out_of_memory(error);
    lexicon->languages = languages;
    struct language *language = language_new(code);
    if (!language)
        return out_of_memory(error);
    languages[lexicon->count++] = language;
    int result = read_added(directory, code, &added, error);
    if (result == 0)
        result = language_load(language, built_in, &added, error);
    added_free(&added);
    return result;
}

/* The language of "lexicon/en.txt" or "en.txt"; false when it is no such name. */
static bool code_of(const char *name, char code[CODE_SIZE])
{
    size_t len = strcspn(name, ".");
    if (len < 2 || len >= CODE_SIZE || strcmp(name + len, ".txt") != 0)
        return false;
    for (size_t at = 0; at < len; at++)
        if (name[at] < 'a' || name[at] > 'z')
            return false;
    memcpy(code, name, len);
    code[len] = '\0';
    return true;
}

static int add_built_in(struct lexicon *lexicon, const char *directory, struct error *error)
{
    for (const struct data_file *file = data_files; file->name; file++) {
        char code[CODE_SIZE];
        if (strncmp(file->name, "lexicon/", 8) == 0 && code_of(file->name + 8, code) &&
            add_language(lexicon, directory, code, file, error) != 0)
            return -1;
    }
    return 0;
}

/* Languages that only the operator has. */
static int add_operators(struct lexicon *lexicon, const char *directory, struct error *error)
{
    DIR *folder = opendir(directory);
    int result = 0;
    if (!folder)
        return error_set(error, ERROR_SETTINGS, "the lexicon folder %s cannot be read: %s", directory,
                         strerror(errno));
    for (struct dirent *entry; result == 0 && (entry = readdir(folder));) {
        char code[CODE_SIZE];
        if (code_of(entry->d_name, code) && !lexicon_language(lexicon, code))
            result = add_language(lexicon, directory, code, NULL, error);
    }
    closedir(folder);
    return result;
}

struct lexicon *lexicon_load(const char *directory, struct error *error)
{
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (!lexicon) {
        out_of_memory(error);
        return NULL;
    }
    if (add_built_in(lexicon, directory, error) != 0 ||
        (directory && *directory && add_operators(lexicon, directory, error) != 0)) {
        lexicon_free(lexicon);
        return NULL;
    }
    return lexicon;
}

void lexicon_free(struct lexicon *lexicon)
{
    if (!lexicon)
        return;
    for (size_t at = 0; at < lexicon->count; at++)
        language_free(lexicon->languages[at]);
    free(lexicon->languages);
    free(lexicon);
}

const struct language *lexicon_language(const struct lexicon *lexicon, const char *code)
{
    for (size_t at = 0; at < lexicon->count; at++)
        if (strcmp(lexicon->languages[at]->code, code) == 0)
            return lexicon->languages[at];
    return NULL;
}

size_t lexicon_count(const struct lexicon *lexicon)
{
    return lexicon->count;
}

const struct language *lexicon_at(const struct lexicon *lexicon, size_t at)
{
    return lexicon->languages[at];
}

const char *language_code(const struct language *language)
{
    return language->code;
}

int language_read(const struct language *language, const char *text, struct words *words)
{
    return words_read(&language->reader, text, words);
}

static bool phrase_fits(const struct phrase *phrase, const struct words *words, size_t at)
{
    if (at + phrase->count > words->count)
        return false;
    for (size_t i = 0; i < phrase->count; i++) {
        const struct word *word = &words->items[at + i];
        if (i > 0 && word->gap != GAP_NONE)
            return false;
        if (phrase->prefix && i + 1 == phrase->count) {
            if (strncmp(word->fold, phrase->prefix, phrase->prefix_len) != 0)
                return false;
        } else if (word->key != phrase->keys[i]) {
            return false;
        }
    }
    return true;
}

/* Calls `each` for the phrases that begin at a word, longest first within a bucket, until it returns true. */
static void each_phrase(const struct language *language, const struct words *words, size_t at,
                        bool (*each)(void *ctx, const struct phrase *phrase), void *ctx)
{
    if (at >= words->count)
        return;
    const struct phrase *heads[] = {language->buckets[words->items[at].key % BUCKETS], language->prefixed};
    for (size_t i = 0; i < 2; i++)
        for (const struct phrase *phrase = heads[i]; phrase; phrase = phrase->next)
            if (phrase_fits(phrase, words, at) && each(ctx, phrase))
                return;
}

struct search {
    const struct language *language;
    int list;
    enum list_kind kind;
    const struct phrase *found;
    size_t *ends;
    size_t at, count;
};

static bool keep_list(void *ctx, const struct phrase *phrase)
{
    struct search *search = ctx;
    if (phrase->list == search->list && (!search->found || phrase->count > search->found->count))
        search->found = phrase;
    return false;
}

size_t language_value(const struct language *language, enum list list, const struct words *words, size_t at,
                      int *value)
{
    struct search search = {.list = (int)list};
    each_phrase(language, words, at, keep_list, &search);
    *value = search.found ? search.found->value : 0;
    return search.found ? search.found->count : 0;
}

size_t language_list(const struct language *language, enum list list, const struct words *words, size_t at)
{
    int value;
    return language_value(language, list, words, at, &value);
}

static bool keep_end(void *ctx, const struct phrase *phrase)
{
    struct search *search = ctx;
    if (phrase->list == search->list && search->count < PATTERN_ENDS)
        search->ends[search->count++] = search->at + phrase->count;
    return false;
}

size_t language_list_ends(const struct language *language, int list, const struct words *words, size_t at,
                          size_t ends[PATTERN_ENDS])
{
    struct search search = {.list = list, .ends = ends, .at = at};
    each_phrase(language, words, at, keep_end, &search);
    return search.count;
}

static bool keep_kind(void *ctx, const struct phrase *phrase)
{
    struct search *search = ctx;
    if (search->language->lists[phrase->list].kind == search->kind &&
        (!search->found || phrase->count > search->found->count))
        search->found = phrase;
    return false;
}

static const char *find_kind(const struct language *language, enum list_kind kind, const struct words *words,
                             size_t at, size_t *len)
{
    struct search search = {.language = language, .kind = kind};
    each_phrase(language, words, at, keep_kind, &search);
    if (!search.found)
        return NULL;
    *len = search.found->count;
    return language->lists[search.found->list].name + strlen(kind_prefixes[kind]);
}

const char *language_item(const struct language *language, const struct words *words, size_t at, size_t *len)
{
    return find_kind(language, KIND_OF_ITEMS, words, at, len);
}

const char *language_topic(const struct language *language, const struct words *words, size_t at, size_t *len)
{
    return find_kind(language, KIND_OF_TOPIC, words, at, len);
}

const char *language_about(const struct language *language, const struct words *words, size_t at, size_t *len)
{
    return find_kind(language, KIND_OF_ABOUT, words, at, len);
}

bool language_writes(const struct language *language, const char *how)
{
    return has_phrase(language, LIST_WRITING, word_key(how, strlen(how)));
}

const struct rule *language_rules(const struct language *language, enum section section, size_t *count)
{
    *count = language->rules[section].count;
    return language->rules[section].items;
}
