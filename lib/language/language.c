#include "language/language.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The names of the program's lists. */
static const char *const list_names[LISTS] = {
    [LIST_COMMON] = "common",
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
    [LIST_AND] = "and",
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
    [LIST_ORDINAL] = "ordinal",
    [LIST_PRONOUN] = "pronoun",
    [LIST_MINE] = "mine",
    [LIST_NAME_NEXT] = "name-next",
    [LIST_ANSWER] = "answer",
    [LIST_WISH] = "wish",
    [LIST_NO_VALUE] = "no-value",
    [LIST_KEY_NAME] = "key-name",
    [LIST_KEY_FIRST] = "key-first",
    [LIST_KEY_LAST] = "key-last",
    [LIST_KEY_MOOD] = "key-mood",
    [LIST_POSITIVE] = "positive",
    [LIST_NEGATIVE] = "negative",
    [LIST_AS_IN] = "as-in",
    [LIST_DOUBLE] = "double",
    [LIST_SPELLED] = "spelled",
    [LIST_WRITING] = "writing",
    [LIST_BUT] = "but",
    [LIST_ONCE] = "once",
    [LIST_FUNCTION] = "function",
    [LIST_LABEL] = "label",
    [LIST_FIRST_PERSON] = "first-person",
    [LIST_THIRD_PERSON] = "third-person",
    [LIST_SAY] = "say",
    [LIST_PAST] = "past",
    [LIST_LASTING] = "lasting",
    [LIST_BETTER] = "better",
    [LIST_WHICH] = "which",
    [LIST_IF_CLAUSE] = "if-clause",
    [LIST_AVOID] = "avoid",
    [LIST_NO_PERSON] = "no-person",
    [LIST_NOTHING] = "nothing",
    [LIST_ERASE] = "erase",
    [LIST_NUMERAL] = "numeral",
    [LIST_INDIFFERENT] = "indifferent",
    [LIST_FOR] = "for",
    [LIST_DIET] = "diet-kind",
    [LIST_CONTACT] = "contact-verb",
    [LIST_ASK_TO] = "ask-to",
    [LIST_NO_ERASE] = "no-erase",
    [LIST_JOKE] = "joke",
    [LIST_GONE] = "gone",
    [LIST_OVER] = "over",
    [LIST_DONE] = "done",
    [LIST_ACTED] = "acted",
    [LIST_PERFECT] = "perfect",
    [LIST_DUE] = "due",
    [LIST_RENAMED] = "renamed",
    [LIST_CANCELLED] = "cancelled",
    [LIST_PET] = "pet",
    [LIST_ALSO] = "also",
    [LIST_ACQUAINTED] = "acquainted",
    [LIST_DATA] = "data",
    [LIST_RECORDING] = "recording",
    [LIST_LAUGH] = "laugh",
    [LIST_GREETING] = "greeting",
    [LIST_WISHED] = "wished",
    [LIST_KEY_EMAIL] = "key-email",
    [LIST_KEY_PHONE] = "key-phone",
    [LIST_KEY_ADDRESS] = "key-address",
    [LIST_KEY_ID] = "key-id",
    [LIST_WHEN_WHERE] = "when-where",
    [LIST_BY] = "by",
    [LIST_ASKS] = "asks",
    [LIST_INSURED] = "insured",
    [LIST_EMPLOYED] = "employed",
    [LIST_LIVES] = "lives",
    [LIST_DRIVES] = "drives",
    [LIST_SUBJECT] = "subject",
    [LIST_THAT] = "that",
    [LIST_COPULA] = "copula",
    [LIST_SECOND_PERSON] = "second-person",
    [LIST_WE] = "we",
    [LIST_TASTE] = "taste",
    [LIST_EACH] = "each",
    [LIST_CALLED] = "called",
    [LIST_NAME_WORD] = "name-word",
    [LIST_LATE_NEGATOR] = "late-negator",
    [LIST_RESUMES] = "resumes",
    [LIST_HAS] = "has",
    [LIST_HAD] = "had",
    [LIST_CONDITIONAL] = "conditional",
    [LIST_CONDITIONAL_ENDING] = "conditional-ending",
    [LIST_PAST_ENDING] = "past-ending",
    [LIST_ENCLITIC] = "enclitic",
};

struct list_info {
    char *name;
    enum list_kind kind;
    bool defined;
    bool has_prefixes; /* a phrase of it begins with the beginning of a word */
    char *needed_by;   /* FILE:LINE of the first pattern that names it */
};

/* What a phrase has besides its first word. */
struct ending {
    const char *prefix; /* its last word is only the beginning of one; or NULL */
    size_t prefix_len;
    uint64_t keys[]; /* of the words after the first */
};

/* Sorted by the key of the first word and the list, the longest first, then as they came. What begins with a
 * prefix has the key 0. */
struct phrase {
    uint64_t key;
    int list;
    uint16_t count; /* words */
    bool included;  /* stands in another list */
    uint32_t order;
    int value;
    const struct ending *ending; /* NULL for a single whole word, as most are */
};

/* Phrases are looked for among those whose keys begin with the same bits; docs/performance.md has the
 * figures. */
#define STARTS       1024
#define STARTS_SHIFT 54

struct spelling {
    uint64_t key; /* of the word that is written */
    uint32_t order;
    const char *parts;
};

struct rules {
    struct rule *items;
    size_t count;
};

struct language {
    char code[LANGUAGE_CODE_SIZE];
    struct arena *arena; /* owns everything but the arrays */
    struct list_info *lists;
    size_t list_count;
    struct phrase *phrases;
    size_t phrase_count;
    uint32_t starts[STARTS + 1]; /* of the phrases whose keys begin with these bits */
    struct spelling *spellings;
    size_t spelling_count;
    uint64_t *fillers; /* keys */
    size_t filler_count;
    struct rules rules[SECTIONS];
    struct words_language reader;
};

/* Room for one more at the end of an array that doubles; NULL when out of memory. */
static void *grow(void *array, size_t count, size_t size)
{
    if (count > 0 && (count & (count - 1)) != 0)
        return array;
    return realloc(array, (count ? count * 2 : 1) * size);
}

/* --- How it is written --- */

static int compare_spellings(const void *a, const void *b)
{
    const struct spelling *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static const char *find_spelling(const void *ctx, const char *fold, size_t len)
{
    const struct language *language = ctx;
    uint64_t key = word_key(fold, len);
    size_t low = 0, high = language->spelling_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (language->spellings[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < language->spelling_count && language->spellings[low].key == key;
    return found ? language->spellings[low].parts : NULL;
}

static bool is_filler(const void *ctx, uint64_t key)
{
    const struct language *language = ctx;
    for (size_t at = 0; at < language->filler_count; at++)
        if (language->fillers[at] == key)
            return true;
    return false;
}

/* After the last phrase; NULL where there is none. */
static const struct phrase *phrases_end(const struct language *language)
{
    return language->phrases ? language->phrases + language->phrase_count : NULL;
}

/* The first phrase that begins with a word and is in a list, or in one that follows it. */
static const struct phrase *first_phrase(const struct language *language, uint64_t key, int list)
{
    size_t start = key >> STARTS_SHIFT;
    if (!language->phrases)
        return NULL;
    const struct phrase *at = language->phrases + language->starts[start];
    for (size_t count = language->starts[start + 1] - language->starts[start]; count > 0;) {
        const struct phrase *middle = at + count / 2;
        bool before = middle->key != key ? middle->key < key : middle->list < list;
        at = before ? middle + 1 : at;
        count = before ? count - count / 2 - 1 : count / 2;
    }
    return at;
}

static bool has_word(const struct language *language, enum list list, uint64_t key)
{
    const struct phrase *end = phrases_end(language);
    for (const struct phrase *at = first_phrase(language, key, (int)list);
         at < end && at->key == key && at->list == (int)list; at++)
        if (at->count == 1)
            return true;
    return false;
}

size_t language_ending(const struct language *language, enum list list, const char *fold)
{
    size_t len = strlen(fold);
    for (size_t at = 1; at < len; at++)
        if (has_word(language, list, word_key(fold + at, len - at)))
            return len - at;
    return 0;
}

static bool is_abbreviation(const void *ctx, const struct word *word)
{
    const struct language *language = ctx;
    if (word->shape == SHAPE_NUMBER && word->end - word->start <= 2 && language_writes(language, "ordinals"))
        return true;
    return has_word(language, LIST_TITLE, word->key);
}

const char *language_code(const struct language *language)
{
    return language->code;
}

int language_read(const struct language *language, const char *text, struct words *words)
{
    return words_read(&language->reader, text, words);
}

bool language_writes(const struct language *language, const char *how)
{
    return has_word(language, LIST_WRITING, word_key(how, strlen(how)));
}

/* --- Looking up --- */

static bool phrase_fits(const struct phrase *phrase, const struct words *words, size_t at)
{
    const struct ending *ending = phrase->ending;
    if (!ending)
        return true;
    if (at + phrase->count > words->count)
        return false;
    for (size_t i = 0; i < phrase->count; i++) {
        const struct word *word = &words->items[at + i];
        if (i > 0 && word->gap != GAP_NONE)
            return false;
        if (ending->prefix && i + 1 == phrase->count) {
            if (strncmp(word->fold, ending->prefix, ending->prefix_len) != 0)
                return false;
        } else if (i > 0 && word->key != ending->keys[i - 1]) {
            return false;
        }
    }
    return true;
}

/* The longest phrase of a list at a word among those with a key, or NULL. */
static const struct phrase *longest(const struct language *language, uint64_t key, int list,
                                    const struct words *words, size_t at)
{
    const struct phrase *end = phrases_end(language);
    for (const struct phrase *phrase = first_phrase(language, key, list);
         phrase < end && phrase->key == key && phrase->list == list; phrase++)
        if (phrase_fits(phrase, words, at))
            return phrase;
    return NULL;
}

static const struct phrase *find(const struct language *language, int list, const struct words *words,
                                 size_t at)
{
    if (at >= words->count)
        return NULL;
    const struct phrase *found = longest(language, words->items[at].key, list, words, at);
    const struct phrase *other =
        language->lists[list].has_prefixes ? longest(language, 0, list, words, at) : NULL;
    return !found || (other && other->count > found->count) ? other : found;
}

size_t language_value(const struct language *language, enum list list, const struct words *words, size_t at,
                      int *value)
{
    const struct phrase *found = find(language, (int)list, words, at);
    *value = found ? found->value : 0;
    return found ? found->count : 0;
}

size_t language_list(const struct language *language, enum list list, const struct words *words, size_t at)
{
    int value;
    return language_value(language, list, words, at, &value);
}

size_t language_number(const struct language *language, const struct words *words, size_t at, int *value)
{
    size_t len = language_value(language, LIST_NUMBER, words, at, value);
    if (len > 0)
        return len;
    if (at >= words->count)
        return 0;
    const struct word *word = &words->items[at];
    if (word->shape != SHAPE_NUMBER || word->fold[0] < '0' || word->fold[0] > '9')
        return 0;
    long number = strtol(word->fold, NULL, 10);
    if (number > 99999)
        return 0;
    *value = (int)number;
    return 1;
}

size_t language_list_ends(const struct language *language, int list, const struct words *words, size_t at,
                          size_t ends[LIST_ENDS])
{
    const struct phrase *end = phrases_end(language);
    size_t count = 0;
    if (at >= words->count)
        return 0;
    for (int prefixes = 0; prefixes <= (int)language->lists[list].has_prefixes; prefixes++) {
        uint64_t key = prefixes ? 0 : words->items[at].key;
        for (const struct phrase *phrase = first_phrase(language, key, list);
             phrase < end && phrase->key == key && phrase->list == list && count < LIST_ENDS; phrase++)
            if (phrase_fits(phrase, words, at))
                ends[count++] = at + phrase->count;
    }
    return count;
}

/* The name of the list that has the longest phrase at a word, of all lists of a kind; the first of two. */
static const char *find_kind(const struct language *language, enum list_kind kind, const struct words *words,
                             size_t at, size_t *len)
{
    const struct phrase *best = NULL;
    const char *name = NULL;
    for (size_t list = 0; list < language->list_count; list++) {
        const struct phrase *found =
            language->lists[list].kind == kind ? find(language, (int)list, words, at) : NULL;
        if (found && (!best || found->count > best->count)) {
            best = found;
            name = language->lists[list].name;
        }
    }
    if (best)
        *len = best->count;
    return name;
}

const char *language_item(const struct language *language, const struct words *words, size_t at, size_t *len)
{
    return find_kind(language, KIND_OF_ITEMS, words, at, len);
}

const struct rule *language_rules(const struct language *language, enum section section, size_t *count)
{
    *count = language->rules[section].count;
    return language->rules[section].items;
}

/* --- Making one --- */

void language_free(struct language *language)
{
    if (!language)
        return;
    for (size_t at = 0; at < SECTIONS; at++)
        free(language->rules[at].items);
    free(language->lists);
    free(language->phrases);
    free(language->spellings);
    free(language->fillers);
    arena_free(language->arena);
    free(language);
}

struct language *language_new(const char *code)
{
    struct language *language = calloc(1, sizeof *language);
    if (!language)
        return NULL;
    memcpy(language->code, code, strnlen(code, LANGUAGE_CODE_SIZE - 1));
    language->reader = (struct words_language){find_spelling, is_filler, is_abbreviation, language};
    language->arena = arena_new();
    bool complete = language->arena != NULL;
    for (size_t at = 0; complete && at < LISTS; at++)
        complete = language_list_number(language, KIND_OF_LIST, list_names[at], strlen(list_names[at])) >= 0;
    if (complete)
        return language;
    language_free(language);
    return NULL;
}

struct arena *language_arena(struct language *language)
{
    return language->arena;
}

const struct words_language *language_reader(const struct language *language)
{
    return &language->reader;
}

int language_list_number(struct language *language, enum list_kind kind, const char *name, size_t len)
{
    for (size_t at = 0; at < language->list_count; at++) {
        const struct list_info *list = &language->lists[at];
        /* A pattern names an [items SLOT] as it names a list. */
        bool same_kind = list->kind == kind || (list->kind <= KIND_OF_ITEMS && kind <= KIND_OF_ITEMS);
        if (same_kind && strlen(list->name) == len && memcmp(list->name, name, len) == 0) {
            if (kind == KIND_OF_ITEMS)
                language->lists[at].kind = kind;
            return (int)at;
        }
    }
    struct list_info *lists = grow(language->lists, language->list_count, sizeof *lists);
    char *copy = arena_text(language->arena, name, len);
    if (lists)
        language->lists = lists;
    if (!lists || !copy)
        return -1;
    lists[language->list_count] = (struct list_info){.name = copy, .kind = kind};
    return (int)language->list_count++;
}

void language_define_list(struct language *language, int list)
{
    language->lists[list].defined = true;
}

int language_need_list(struct language *language, int list, const char *file, int line)
{
    struct list_info *info = &language->lists[list];
    if (!info->needed_by)
        info->needed_by = arena_printf(language->arena, "%s:%d", file, line);
    return info->needed_by ? 0 : -1;
}

const char *language_undefined_list(const struct language *language, const char **needed_by)
{
    for (size_t at = LISTS; at < language->list_count; at++)
        if (language->lists[at].needed_by && !language->lists[at].defined) {
            *needed_by = language->lists[at].needed_by;
            return language->lists[at].name;
        }
    return NULL;
}

int language_add_spelling(struct language *language, const char *fold, size_t len, const char *parts,
                          size_t parts_len)
{
    struct spelling *spellings = grow(language->spellings, language->spelling_count, sizeof *spellings);
    char *copy = arena_text(language->arena, parts, parts_len);
    if (spellings)
        language->spellings = spellings;
    if (!spellings || !copy)
        return -1;
    spellings[language->spelling_count] =
        (struct spelling){word_key(fold, len), (uint32_t)language->spelling_count, copy};
    language->spelling_count++;
    return 0;
}

int language_add_filler(struct language *language, const char *fold, size_t len)
{
    uint64_t *fillers = grow(language->fillers, language->filler_count, sizeof *fillers);
    if (!fillers)
        return -1;
    language->fillers = fillers;
    fillers[language->filler_count++] = word_key(fold, len);
    return 0;
}

static struct ending *make_ending(struct language *language, const struct words *words, bool prefix)
{
    size_t count = words->count - 1;
    struct ending *ending = arena_alloc(language->arena, sizeof *ending + count * sizeof ending->keys[0]);
    if (!ending)
        return NULL;
    for (size_t at = 0; at < count; at++)
        ending->keys[at] = words->items[at + 1].key;
    if (!prefix)
        return ending;
    const char *last = words->items[count].fold;
    ending->prefix_len = strlen(last);
    ending->prefix = arena_text(language->arena, last, ending->prefix_len);
    return ending->prefix ? ending : NULL;
}

static int push_phrase(struct language *language, struct phrase phrase)
{
    struct phrase *phrases = grow(language->phrases, language->phrase_count, sizeof *phrases);
    if (!phrases)
        return -1;
    language->phrases = phrases;
    phrase.order = (uint32_t)language->phrase_count;
    phrases[language->phrase_count++] = phrase;
    return 0;
}

int language_add_phrase(struct language *language, int list, const struct words *words, bool prefix,
                        int value)
{
    struct phrase phrase = {.list = list, .count = (uint16_t)words->count, .value = value};
    bool is_prefix = words->count == 1 && prefix;
    phrase.key = is_prefix ? 0 : words->items[0].key;
    language->lists[list].has_prefixes = language->lists[list].has_prefixes || is_prefix;
    if ((words->count > 1 || prefix) && !(phrase.ending = make_ending(language, words, prefix)))
        return -1;
    return push_phrase(language, phrase);
}

int language_include(struct language *language, int list, int of, const int *value)
{
    size_t count = language->phrase_count;
    for (size_t at = 0; at < count; at++) {
        struct phrase phrase = language->phrases[at];
        if (phrase.list != of || phrase.included)
            continue;
        phrase.list = list;
        phrase.included = true;
        phrase.value = value ? *value : phrase.value;
        if (push_phrase(language, phrase) != 0)
            return -1;
    }
    language->lists[list].has_prefixes =
        language->lists[list].has_prefixes || language->lists[of].has_prefixes;
    return 0;
}

int language_add_rule(struct language *language, enum section section, const struct rule *rule)
{
    struct rules *rules = &language->rules[section];
    struct rule *items = grow(rules->items, rules->count, sizeof *items);
    if (!items)
        return -1;
    rules->items = items;
    items[rules->count++] = *rule;
    return 0;
}

static int compare_phrases(const void *a, const void *b)
{
    const struct phrase *left = a, *right = b;
    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    if (left->list != right->list)
        return left->list < right->list ? -1 : 1;
    if (left->count != right->count)
        return left->count > right->count ? -1 : 1;
    return left->order < right->order ? -1 : left->order > right->order;
}

static void settle_phrases(struct language *language)
{
    size_t at = 0;
    qsort(language->phrases, language->phrase_count, sizeof *language->phrases, compare_phrases);
    for (size_t start = 0; start <= STARTS; start++) {
        while (at < language->phrase_count && language->phrases[at].key >> STARTS_SHIFT < start)
            at++;
        language->starts[start] = (uint32_t)at;
    }
    /* Smaller than it was: where that fails, what is there is as good. */
    struct phrase *fitting = realloc(language->phrases, language->phrase_count * sizeof *language->phrases);
    if (fitting)
        language->phrases = fitting;
}

void language_settle(struct language *language)
{
    if (language->spelling_count)
        qsort(language->spellings, language->spelling_count, sizeof *language->spellings, compare_spellings);
    if (language->phrase_count)
        settle_phrases(language);
}
