#include "language/vocabulary.h"

#include "language/data.h"
#include "language/language_file.h"
#include "language/sections.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How much a match of a related word counts beside one of the word itself; measured, see docs/search.md. */
#define WEIGHT_RELATED 0.5f /* of the first word of a line to the others */
#define WEIGHT_BACK    0.3f /* among the others, and back to the first */
#define WEIGHT_CLASS   0.5f /* of the word that stands for many to each of them */

#define LINE_WORDS 128
#define WORD_DATE  32 /* a month or a weekday: WORD_TIME unless it says little ("may") */

/* How the lines of a section are read. */
enum manner { READ_WORDS, READ_DATES, READ_NUMBERS, READ_DIGITS, READ_SAME, READ_RELATED, READ_CLASS };

static const struct word_section {
    const char *name;
    enum manner manner;
    unsigned is;
} sections[] = {
    {"search stop", READ_WORDS, WORD_STOP},   {"search time", READ_WORDS, WORD_TIME},
    {"search user", READ_WORDS, WORD_USER},   {"search agent", READ_WORDS, WORD_AGENT},
    {"search vague", READ_WORDS, WORD_VAGUE}, {"list month", READ_DATES, WORD_DATE},
    {"list weekday", READ_DATES, WORD_DATE},  {"list number", READ_NUMBERS, 0},
    {"search digit", READ_DIGITS, 0},         {"search same", READ_SAME, 0},
    {"search related", READ_RELATED, 0},      {"search class", READ_CLASS, 0},
};

struct entry {
    uint64_t key;
    unsigned is;
    int digit;
};

struct link {
    uint32_t from;
    struct relation to;
};

struct vocabulary {
    struct vocabulary *next;
    char code[8];
    struct language *language;
    struct entry *entries; /* sorted by key */
    size_t entry_count;
    struct link *links;         /* sorted by `from` */
    struct relation *relations; /* the same order, `to` alone */
    size_t link_count;
};

/* What is kept while a file is read. */
struct reader {
    struct vocabulary *vocabulary;
    vocabulary_stem *stem;
    void *ctx;
    const struct word_section *section; /* NULL: one that is skipped */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct vocabulary *known;

/* One more element at the end of an array that doubles; NULL when out of memory. */
static void *grow(void **array, size_t count, size_t size)
{
    if ((count & (count - 1)) == 0) {
        void *more = realloc(*array, (count ? count * 2 : 1) * size);
        if (!more)
            return NULL;
        *array = more;
    }
    return (char *)*array + count * size;
}

static int add_entry(struct vocabulary *v, struct slice word, unsigned is, int digit)
{
    void *array = v->entries;
    struct entry *entry = grow(&array, v->entry_count, sizeof *entry);
    v->entries = array;
    if (!entry)
        return -1;
    *entry = (struct entry){word_key(word.from, slice_len(word)), is, digit};
    v->entry_count++;
    return 0;
}

static int add_link(struct vocabulary *v, uint32_t from, uint32_t to, float weight)
{
    void *array = v->links;
    if (from == to)
        return 0;
    struct link *link = grow(&array, v->link_count, sizeof *link);
    v->links = array;
    if (!link)
        return -1;
    *link = (struct link){from, {to, weight}};
    v->link_count++;
    return 0;
}

/* --- Reading --- */

/* "word, word = value": what has several words is nothing that a single word could be. */
static int read_words(struct reader *reader, struct slice rest)
{
    enum manner manner = reader->section->manner;
    struct slice part, word;
    while (slice_next(&rest, ',', &part)) {
        if (!slice_next(&part, '=', &word) || memchr(word.from, ' ', slice_len(word)) ||
            memchr(word.from, '-', slice_len(word)))
            continue;
        long value = manner == READ_NUMBERS || manner == READ_DIGITS ? strtol(part.from, NULL, 10) : -1;
        if (add_entry(reader->vocabulary, word, reader->section->is, value < 10 ? (int)value : -1) != 0)
            return -1;
    }
    return 0;
}

/* The stems of "word, word : word, word"; `heads` of them stand before the colon. */
static size_t read_stems(const struct reader *reader, struct slice rest, uint32_t stems[LINE_WORDS],
                         size_t *heads)
{
    size_t count = 0;
    struct slice side, word;
    *heads = 0;
    while (slice_next(&rest, ':', &side)) {
        *heads = count;
        while (count < LINE_WORDS && slice_next(&side, ',', &word))
            stems[count++] = reader->stem(reader->ctx, word.from, slice_len(word));
    }
    return count;
}

static int read_related(struct reader *reader, struct slice line)
{
    struct vocabulary *v = reader->vocabulary;
    enum manner manner = reader->section->manner;
    uint32_t stems[LINE_WORDS];
    size_t heads, count = read_stems(reader, line, stems, &heads);
    int result = 0;
    for (size_t i = 0; i < count && result == 0; i++)
        for (size_t j = 0; j < count && result == 0; j++)
            if (manner == READ_SAME)
                result = add_link(v, stems[i], stems[j], RELATION_SAME);
            else if (manner == READ_RELATED)
                result = add_link(v, stems[i], stems[j], i == 0 ? WEIGHT_RELATED : WEIGHT_BACK);
            else if (i < heads && j >= heads)
                result = add_link(v, stems[i], stems[j], WEIGHT_CLASS);
    return result;
}

static int read_line(void *ctx, const struct section_line *line)
{
    struct reader *reader = ctx;
    if (line->is_header) {
        reader->section = NULL;
        for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
            if (slice_is(line->section, sections[i].name))
                reader->section = &sections[i];
        return 0;
    }
    if (!reader->section)
        return 0;
    return reader->section->manner >= READ_SAME ? read_related(reader, line->text)
                                                : read_words(reader, line->text);
}

/* --- Sorting --- */

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return left->key < right->key ? -1 : left->key > right->key;
}

/* By word; for the same pair the greater weight first. */
static int compare_links(const void *a, const void *b)
{
    const struct link *left = a, *right = b;
    if (left->from != right->from)
        return left->from < right->from ? -1 : 1;
    if (left->to.hash != right->to.hash)
        return left->to.hash < right->to.hash ? -1 : 1;
    return left->to.weight < right->to.weight ? 1 : left->to.weight > right->to.weight ? -1 : 0;
}

/* One entry for each word, however many lists it is in. */
static void join_entries(struct vocabulary *v)
{
    size_t kept = 0;
    if (v->entry_count)
        qsort(v->entries, v->entry_count, sizeof *v->entries, compare_entries);
    for (size_t i = 0; i < v->entry_count; i++)
        if (kept && v->entries[kept - 1].key == v->entries[i].key) {
            v->entries[kept - 1].is |= v->entries[i].is;
            if (v->entries[i].digit >= 0)
                v->entries[kept - 1].digit = v->entries[i].digit;
        } else {
            v->entries[kept++] = v->entries[i];
        }
    v->entry_count = kept;
    for (size_t i = 0; i < kept; i++)
        if ((v->entries[i].is & (WORD_DATE | WORD_STOP)) == WORD_DATE)
            v->entries[i].is |= WORD_TIME;
}

static int join_links(struct vocabulary *v)
{
    size_t kept = 0;
    if (v->link_count == 0)
        return 0;
    qsort(v->links, v->link_count, sizeof *v->links, compare_links);
    for (size_t i = 0; i < v->link_count; i++)
        if (kept == 0 || v->links[kept - 1].from != v->links[i].from ||
            v->links[kept - 1].to.hash != v->links[i].to.hash)
            v->links[kept++] = v->links[i];
    v->link_count = kept;
    v->relations = calloc(kept, sizeof *v->relations);
    for (size_t i = 0; i < kept && v->relations; i++)
        v->relations[i] = v->links[i].to;
    return v->relations ? 0 : -1;
}

/* --- The whole --- */

static void drop(struct vocabulary *v)
{
    language_free(v->language);
    free(v->entries);
    free(v->links);
    free(v->relations);
    free(v);
}

static int fill(struct vocabulary *v, const char *code, vocabulary_stem *stem, void *ctx)
{
    char name[32];
    struct error error;
    snprintf(name, sizeof name, "%s.txt", code);
    const struct data_file *data = data_find(name);
    const struct language_file file = {name, data ? data->text : "", data ? data->len : 0, true};
    struct reader reader = {.vocabulary = v, .stem = stem, .ctx = ctx};
    v->language = language_from_files(code, &file, 1, LANGUAGE_SEARCH, &error);
    if (!v->language || sections_read(name, file.text, file.len, read_line, &reader, &error) != 0)
        return -1;
    join_entries(v);
    return join_links(v);
}

const struct vocabulary *vocabulary_get(const char *language, vocabulary_stem *stem, void *ctx)
{
    pthread_mutex_lock(&lock);
    struct vocabulary *v = known;
    while (v && strcmp(v->code, language) != 0)
        v = v->next;
    if (!v && (v = calloc(1, sizeof *v))) {
        snprintf(v->code, sizeof v->code, "%s", language);
        if (fill(v, v->code, stem, ctx) == 0) {
            v->next = known;
            known = v;
        } else {
            drop(v);
            v = NULL;
        }
    }
    pthread_mutex_unlock(&lock);
    return v;
}

const struct language *vocabulary_language(const struct vocabulary *vocabulary)
{
    return vocabulary->language;
}

unsigned vocabulary_word(const struct vocabulary *v, const char *word, size_t len, int *digit)
{
    const struct entry key = {.key = word_key(word, len)};
    const struct entry *entry =
        v->entry_count ? bsearch(&key, v->entries, v->entry_count, sizeof key, compare_entries) : NULL;
    if (digit)
        *digit = entry ? entry->digit : -1;
    return entry ? entry->is & ~(unsigned)WORD_DATE : 0;
}

size_t vocabulary_related(const struct vocabulary *v, uint32_t hash, const struct relation **related)
{
    size_t low = 0, high = v->link_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (v->links[middle].from < hash)
            low = middle + 1;
        else
            high = middle;
    }
    size_t count = 0;
    while (low + count < v->link_count && v->links[low + count].from == hash)
        count++;
    *related = count ? v->relations + low : NULL;
    return count;
}
