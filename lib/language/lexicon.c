#include "language/lexicon_private.h"

#include "base/data.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const list_names[LISTS] = {[LIST_COMMON] = "common",
                                       [LIST_NOT_NAME] = "not-name",
                                       [LIST_GIVEN] = "given",
                                       [LIST_TITLE] = "title",
                                       [LIST_PARTICLE] = "particle",
                                       [LIST_COMPANY] = "company",
                                       [LIST_RELATIVE] = "relative",
                                       [LIST_FILLER] = "filler",
                                       [LIST_YES] = "yes",
                                       [LIST_NO] = "no",
                                       [LIST_NEGATOR] = "negator",
                                       [LIST_NO_PAUSE] = "no-pause",
                                       [LIST_IF] = "if",
                                       [LIST_AND] = "and",
                                       [LIST_OR] = "or",
                                       [LIST_STOP] = "stop",
                                       [LIST_AND_STOP] = "and-stop",
                                       [LIST_LEAD] = "lead",
                                       [LIST_TAIL] = "tail",
                                       [LIST_EMPTY] = "empty",
                                       [LIST_TIME] = "time",
                                       [LIST_TIME_LINK] = "time-link",
                                       [LIST_STRONGER] = "stronger",
                                       [LIST_WEAKER] = "weaker",
                                       [LIST_LETTER] = "letter",
                                       [LIST_WEEKDAY] = "weekday",
                                       [LIST_MONTH] = "month",
                                       [LIST_NUMBER] = "number",
                                       [LIST_PRONOUN] = "pronoun",
                                       [LIST_MINE] = "mine",
                                       [LIST_NAME_NEXT] = "name-next",
                                       [LIST_ANSWER] = "answer",
                                       [LIST_WISH] = "wish",
                                       [LIST_NO_VALUE] = "no-value",
                                       [LIST_KEY_NAME] = "key-name",
                                       [LIST_KEY_FIRST] = "key-first",
                                       [LIST_KEY_LAST] = "key-last",
                                       [LIST_KEY_WISH] = "key-wish",
                                       [LIST_KEY_DISLIKE] = "key-dislike",
                                       [LIST_KEY_NEED] = "key-need",
                                       [LIST_KEY_MOOD] = "key-mood",
                                       [LIST_POSITIVE] = "positive",
                                       [LIST_NEGATIVE] = "negative",
                                       [LIST_AS_IN] = "as-in",
                                       [LIST_DOUBLE] = "double",
                                       [LIST_SPELLED] = "spelled",
                                       [LIST_WRITING] = "writing",
                                       [LIST_BUT] = "but",
                                       [LIST_ONCE] = "once"};

const char *const section_names[SECTIONS] = {[SECTION_NAME] = "name",
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

const char *const list_prefixes[] = {"", "", "topic ", "about "};

struct lexicon {
    struct language **languages;
    size_t count;
};

int lexicon_out_of_memory(struct error *error)
{
    return error_set(error, ERROR_SETTINGS, "out of memory while the lexicon was read");
}

int lexicon_list_number(void *ctx, const char *name, size_t len)
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
    char *copy = arena_text(language->arena, name, len);
    if (!copy)
        return -1;
    language->lists[language->list_count] = (struct list_info){.name = copy};
    return (int)language->list_count++;
}

size_t lexicon_spelling_bucket(const char *fold, size_t len)
{
    return (size_t)(word_key(fold, len) % SPELLINGS);
}

static const char *find_spelling(const void *ctx, const char *fold, size_t len)
{
    const struct language *language = ctx;
    for (const struct spelling *s = language->spellings[lexicon_spelling_bucket(fold, len)]; s; s = s->next)
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
    words_free(&language->scratch);
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
        complete = lexicon_list_number(language, list_names[at], strlen(list_names[at])) >= 0;
    if (complete)
        return language;
    language_free(language);
    return NULL;
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
    if (got > 0 && text[got - 1] == '\0') {
        error_set(error, ERROR_SETTINGS, "%s: a NUL is in it, text in UTF-8 is expected", path);
        got = -1;
    }
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
        return lexicon_out_of_memory(error);
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
            return error_set(error, ERROR_SETTINGS, "%s: there is no [list %s]",
                             language->lists[at].mentioned, language->lists[at].name);
    return 0;
}

static int language_load(struct language *language, const struct data_file *built_in,
                         const struct added *added, struct error *error)
{
    for (int pass = 0; pass < 2; pass++) {
        if (added->text &&
            lexicon_read(language, added->path, added->text, added->len, pass == 0, error) != 0)
            return -1;
        if (built_in &&
            lexicon_read(language, built_in->name, built_in->text, built_in->len, pass == 0, error) != 0)
            return -1;
    }
    words_free(&language->scratch);
    return check_lists(language, error);
}

static int add_language(struct lexicon *lexicon, const char *directory, const char *code,
                        const struct data_file *built_in, struct error *error)
{
    struct added added;
    struct language **languages =
        realloc(lexicon->languages, (lexicon->count + 1) * sizeof(struct language *));
    if (!languages)
        return lexicon_out_of_memory(error);
    lexicon->languages = languages;
    struct language *language = language_new(code);
    if (!language)
        return lexicon_out_of_memory(error);
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
        lexicon_out_of_memory(error);
        return NULL;
    }
    if (add_built_in(lexicon, directory, error) != 0 ||
        (directory && *directory && add_operators(lexicon, directory, error) != 0)) {
        lexicon_free(lexicon);
        return NULL;
    }
    return lexicon;
}

struct lexicon *lexicon_parse(const char *code, const char *file, const char *text, size_t len,
                              struct error *error)
{
    const struct data_file only = {file, text, len};
    struct lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (!lexicon) {
        lexicon_out_of_memory(error);
        return NULL;
    }
    if (add_language(lexicon, NULL, code, &only, error) != 0) {
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

/* What is looked for at a word, and what was found there. */
struct search {
    const struct language *language;
    int list;                   /* the phrases of one list, or */
    enum list_kind kind;        /* with `list` -1, of all lists of a kind */
    const struct phrase *found; /* the longest; without `ends` */
    size_t *ends;
    size_t count;
};

static bool is_looked_for(const struct search *search, const struct phrase *phrase)
{
    if (search->list >= 0)
        return phrase->list == search->list;
    return search->language->lists[phrase->list].kind == search->kind;
}

/* Longest first within a bucket. */
static void find_phrases(struct search *search, const struct words *words, size_t at)
{
    const struct language *language = search->language;
    if (at >= words->count)
        return;
    const struct phrase *heads[] = {language->buckets[words->items[at].key % BUCKETS], language->prefixed};
    for (size_t i = 0; i < 2; i++)
        for (const struct phrase *phrase = heads[i]; phrase; phrase = phrase->next) {
            if (!is_looked_for(search, phrase) || !phrase_fits(phrase, words, at))
                continue;
            if (!search->ends && (!search->found || phrase->count > search->found->count))
                search->found = phrase;
            else if (search->ends && search->count < PATTERN_ENDS)
                search->ends[search->count++] = at + phrase->count;
        }
}

size_t language_value(const struct language *language, enum list list, const struct words *words, size_t at,
                      int *value)
{
    struct search search = {.language = language, .list = (int)list};
    find_phrases(&search, words, at);
    *value = search.found ? search.found->value : 0;
    return search.found ? search.found->count : 0;
}

size_t language_list(const struct language *language, enum list list, const struct words *words, size_t at)
{
    int value;
    return language_value(language, list, words, at, &value);
}

size_t language_list_ends(const struct language *language, int list, const struct words *words, size_t at,
                          size_t ends[PATTERN_ENDS])
{
    struct search search = {.language = language, .list = list, .ends = ends};
    find_phrases(&search, words, at);
    return search.count;
}

static const char *find_kind(const struct language *language, enum list_kind kind, const struct words *words,
                             size_t at, size_t *len)
{
    struct search search = {.language = language, .list = -1, .kind = kind};
    find_phrases(&search, words, at);
    if (!search.found)
        return NULL;
    *len = search.found->count;
    return language->lists[search.found->list].name + strlen(list_prefixes[kind]);
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
