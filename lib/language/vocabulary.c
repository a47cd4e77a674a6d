#include "language/vocabulary.h"

#include "base/data.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How the lines of a section are read. */
enum manner {
    READ_NOTHING,
    READ_WORDS,   /* into the list `which` of TABLE_LISTS */
    READ_LINES,   /* into the table `which`, each line's words with the line's number as value */
    READ_PHRASES, /* into the asks of `which` */
    READ_SAME,
    READ_RELATED,
    READ_CLASS,
};

/* The tables of words with a value. That of the lists is which of them a word is in, as bits. */
enum table { TABLE_LISTS, TABLE_DIGITS, TABLE_MONTHS, TABLE_WEEKDAYS, TABLES };

static const struct section {
    const char *name;
    enum manner manner;
    int which;
} sections[] = {
    {"[stop]", READ_WORDS, WORDS_STOP},
    {"[time]", READ_WORDS, WORDS_TIME},
    {"[number]", READ_WORDS, WORDS_NUMBER},
    {"[user]", READ_WORDS, WORDS_USER},
    {"[agent]", READ_WORDS, WORDS_AGENT},
    {"[digit]", READ_LINES, TABLE_DIGITS},
    {"[month]", READ_LINES, TABLE_MONTHS},
    {"[weekday]", READ_LINES, TABLE_WEEKDAYS},
    {"[ask-name]", READ_PHRASES, ASK_NAME},
    {"[ask-count]", READ_PHRASES, ASK_COUNT},
    {"[ask-when]", READ_PHRASES, ASK_WHEN},
    {"[last]", READ_PHRASES, ASK_LAST},
    {"[today]", READ_PHRASES, ASK_TODAY},
    {"[yesterday]", READ_PHRASES, ASK_YESTERDAY},
    {"[day-before-yesterday]", READ_PHRASES, ASK_DAY_BEFORE},
    {"[last-week]", READ_PHRASES, ASK_LAST_WEEK},
    {"[last-month]", READ_PHRASES, ASK_LAST_MONTH},
    {"[days-ago]", READ_PHRASES, ASK_DAYS_AGO},
    {"[weeks-ago]", READ_PHRASES, ASK_WEEKS_AGO},
    {"[months-ago]", READ_PHRASES, ASK_MONTHS_AGO},
    {"[last-weekday]", READ_PHRASES, ASK_WEEKDAY},
    {"[same]", READ_SAME, 0},
    {"[related]", READ_RELATED, 0},
    {"[class]", READ_CLASS, 0},
};

/* How much a match of a related word counts beside one of the word itself; measured, see docs/search.md. */
#define WEIGHT_SAME    0.9f
#define WEIGHT_RELATED 0.5f /* of the first word of a line to the others */
#define WEIGHT_BACK    0.3f /* among the others, and back to the first */
#define WEIGHT_CLASS   0.5f /* of the word that stands for many to each of them */

/* A word's entry in a sorted table. */
struct entry {
    uint32_t hash;
    int value;
};

struct link {
    uint32_t from;
    struct relation to;
};

struct phrase {
    enum ask ask;
    char *text; /* with a blank before and after */
};

struct vocabulary {
    struct vocabulary *next;
    char language[8];
    struct {
        struct entry *entries;
        size_t count;
    } tables[TABLES];
    struct phrase *phrases; /* sorted by `ask` */
    size_t phrase_count;
    size_t first[ASKS + 1];     /* of the phrases of each ask */
    struct link *links;         /* sorted by `from` */
    struct relation *relations; /* the same order, `to` alone */
    size_t link_count;
};

/* What is kept while a file is read. */
struct reader {
    struct vocabulary *vocabulary;
    vocabulary_stem *stem;
    void *ctx;
    const struct section *section;
    int line; /* of the section */
    bool failed;
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

/* Words in lists are compared whole, so all bits of their hashes count. */
static uint32_t word_hash(const char *word, size_t len)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)word[i]) * 16777619u;
    return hash;
}

static void add_entry(struct reader *reader, int table, const char *word, size_t len, int value)
{
    struct vocabulary *v = reader->vocabulary;
    void *array = v->tables[table].entries;
    struct entry *entry = grow(&array, v->tables[table].count, sizeof *entry);
    v->tables[table].entries = array;
    if (!entry) {
        reader->failed = true;
        return;
    }
    *entry = (struct entry){word_hash(word, len), value};
    v->tables[table].count++;
}

static void add_phrase(struct reader *reader, const char *line, size_t len)
{
    struct vocabulary *v = reader->vocabulary;
    void *array = v->phrases;
    struct phrase *phrase = grow(&array, v->phrase_count, sizeof *phrase);
    v->phrases = array;
    char *text = malloc(len + 3);
    if (!phrase || !text) {
        free(text);
        reader->failed = true;
        return;
    }
    snprintf(text, len + 3, " %.*s ", (int)len, line);
    phrase->ask = (enum ask)reader->section->which;
    phrase->text = text;
    v->phrase_count++;
}

static void add_link(struct reader *reader, uint32_t from, uint32_t to, float weight)
{
    void *array = reader->vocabulary->links;
    if (from == to)
        return;
    struct link *link = grow(&array, reader->vocabulary->link_count, sizeof *link);
    reader->vocabulary->links = array;
    if (!link) {
        reader->failed = true;
        return;
    }
    *link = (struct link){from, {to, weight}};
    reader->vocabulary->link_count++;
}

/* The words of a line; what stands before a colon is counted by `heads`. */
static size_t line_words(const char *line, size_t len, const char *words[], size_t lens[], size_t most,
                         size_t *heads)
{
    size_t count = 0;
    *heads = 0;
    for (size_t at = 0; at < len && count < most;) {
        size_t start = at;
        while (at < len && line[at] != ' ' && line[at] != '\t')
            at++;
        if (at - start == 1 && line[start] == ':') {
            *heads = count;
        } else if (at > start) {
            words[count] = line + start;
            lens[count++] = at - start;
        }
        at++;
    }
    return count;
}

static void read_related(struct reader *reader, const uint32_t *stems, size_t count, size_t heads)
{
    enum manner manner = reader->section->manner;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            if (manner == READ_SAME)
                add_link(reader, stems[i], stems[j], WEIGHT_SAME);
            else if (manner == READ_RELATED)
                add_link(reader, stems[i], stems[j], i == 0 ? WEIGHT_RELATED : WEIGHT_BACK);
            else if (i < heads && j >= heads)
                add_link(reader, stems[i], stems[j], WEIGHT_CLASS);
}

static const struct section *find_section(const char *line, size_t len)
{
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (strlen(sections[i].name) == len && strncmp(sections[i].name, line, len) == 0)
            return &sections[i];
    return NULL;
}

static void read_line(struct reader *reader, const char *line, size_t len)
{
    enum { MOST = 128 };
    const char *words[MOST];
    size_t lens[MOST], heads;
    uint32_t stems[MOST];
    if (len == 0 || *line == '#')
        return;
    if (*line == '[') {
        reader->section = find_section(line, len);
        reader->line = 0;
        return;
    }
    if (!reader->section)
        return;
    size_t count = line_words(line, len, words, lens, MOST, &heads);
    switch (reader->section->manner) {
    case READ_WORDS:
        for (size_t i = 0; i < count; i++)
            add_entry(reader, TABLE_LISTS, words[i], lens[i], 1 << reader->section->which);
        return;
    case READ_LINES:
        for (size_t i = 0; i < count; i++)
            add_entry(reader, reader->section->which, words[i], lens[i], reader->line);
        reader->line++;
        return;
    case READ_PHRASES:
        add_phrase(reader, line, len);
        return;
    default:
        for (size_t i = 0; i < count; i++)
            stems[i] = reader->stem(reader->ctx, words[i], lens[i]);
        read_related(reader, stems, count, heads);
    }
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    return left->hash < right->hash ? -1 : left->hash > right->hash;
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

static int compare_phrases(const void *a, const void *b)
{
    const struct phrase *left = a, *right = b;
    return (int)left->ask - (int)right->ask;
}

static void sort_phrases(struct vocabulary *v)
{
    if (v->phrase_count)
        qsort(v->phrases, v->phrase_count, sizeof *v->phrases, compare_phrases);
    for (size_t i = 0; i < v->phrase_count; i++)
        v->first[v->phrases[i].ask + 1]++;
    for (size_t ask = 0; ask < ASKS; ask++)
        v->first[ask + 1] += v->first[ask];
}

/* One entry for each word that is in lists. */
static void join_lists(struct vocabulary *v)
{
    struct entry *entries = v->tables[TABLE_LISTS].entries;
    size_t kept = 0;
    for (size_t i = 0; i < v->tables[TABLE_LISTS].count; i++)
        if (kept && entries[kept - 1].hash == entries[i].hash)
            entries[kept - 1].value |= entries[i].value;
        else
            entries[kept++] = entries[i];
    v->tables[TABLE_LISTS].count = kept;
}

/* Sorts what was read and takes out what is there twice. */
static bool finish(struct vocabulary *v)
{
    size_t kept = 0;
    for (size_t i = 0; i < TABLES; i++)
        if (v->tables[i].count)
            qsort(v->tables[i].entries, v->tables[i].count, sizeof *v->tables[i].entries, compare_entries);
    join_lists(v);
    sort_phrases(v);
    if (v->link_count == 0)
        return true;
    qsort(v->links, v->link_count, sizeof *v->links, compare_links);
    for (size_t i = 0; i < v->link_count; i++)
        if (kept == 0 || v->links[kept - 1].from != v->links[i].from ||
            v->links[kept - 1].to.hash != v->links[i].to.hash)
            v->links[kept++] = v->links[i];
    v->link_count = kept;
    v->relations = calloc(kept, sizeof *v->relations);
    for (size_t i = 0; i < kept && v->relations; i++)
        v->relations[i] = v->links[i].to;
    return v->relations != NULL;
}

static void drop(struct vocabulary *v)
{
    for (size_t i = 0; i < TABLES; i++)
        free(v->tables[i].entries);
    for (size_t i = 0; i < v->phrase_count; i++)
        free(v->phrases[i].text);
    free(v->phrases);
    free(v->links);
    free(v->relations);
    free(v);
}

static struct vocabulary *load(const char *language, vocabulary_stem *stem, void *ctx)
{
    char name[32];
    struct vocabulary *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    snprintf(v->language, sizeof v->language, "%s", language);
    snprintf(name, sizeof name, "words/%s.txt", v->language);
    const struct data_file *file = data_find(name);
    struct reader reader = {.vocabulary = v, .stem = stem, .ctx = ctx};
    for (const char *line = file ? file->text : ""; *line;) {
        size_t len = strcspn(line, "\n");
        read_line(&reader, line, len);
        line += len + (line[len] == '\n');
    }
    if (!reader.failed && finish(v))
        return v;
    drop(v);
    return NULL;
}

const struct vocabulary *vocabulary_get(const char *language, vocabulary_stem *stem, void *ctx)
{
    pthread_mutex_lock(&lock);
    struct vocabulary *v = known;
    while (v && strcmp(v->language, language) != 0)
        v = v->next;
    if (!v && (v = load(language, stem, ctx))) {
        v->next = known;
        known = v;
    }
    pthread_mutex_unlock(&lock);
    return v;
}

static const struct entry *find(const struct vocabulary *v, int table, const char *word, size_t len)
{
    const struct entry key = {word_hash(word, len), 0};
    size_t count = v->tables[table].count;
    return count ? bsearch(&key, v->tables[table].entries, count, sizeof key, compare_entries) : NULL;
}

unsigned vocabulary_lists(const struct vocabulary *v, const char *word, size_t len)
{
    const struct entry *entry = find(v, TABLE_LISTS, word, len);
    return entry ? (unsigned)entry->value : 0;
}

int vocabulary_digit(const struct vocabulary *v, const char *word, size_t len)
{
    const struct entry *entry = find(v, TABLE_DIGITS, word, len);
    return entry ? entry->value : -1;
}

int vocabulary_month(const struct vocabulary *v, const char *word, size_t len)
{
    const struct entry *entry = find(v, TABLE_MONTHS, word, len);
    return entry ? entry->value + 1 : 0;
}

bool vocabulary_asks(const struct vocabulary *v, enum ask ask, const char *folded)
{
    for (size_t i = v->first[ask]; i < v->first[ask + 1]; i++)
        if (strstr(folded, v->phrases[i].text))
            return true;
    return false;
}

/* The number that a word stands for at a place that is marked with `mark`; 0 when it stands for none. */
static int number_of(const struct vocabulary *v, char mark, const char *word, size_t len)
{
    if (mark == 'W') {
        const struct entry *entry = find(v, TABLE_WEEKDAYS, word, len);
        return entry ? entry->value + 1 : 0;
    }
    if (strspn(word, "0123456789") == len && len <= 3)
        return (int)strtol(word, NULL, 10);
    int digit = vocabulary_digit(v, word, len);
    return digit > 0 ? digit : 0;
}

/* The number in `folded` where it says what a phrase says; 0 when it doesn't. */
static int reckon(const struct vocabulary *v, const char *phrase, const char *folded)
{
    const char *mark = strpbrk(phrase, "NW");
    if (!mark)
        return strstr(folded, phrase) != NULL;
    size_t before = (size_t)(mark - phrase), after = strlen(mark + 1);
    if (before > 1 ? !memmem(folded, strlen(folded), phrase, before) : !strstr(folded, mark + 1))
        return 0;
    for (const char *blank = folded; *blank && blank[1]; blank += strcspn(blank + 1, " ") + 1) {
        const char *word = blank + 1;
        size_t len = strcspn(word, " ");
        if ((size_t)(word - folded) < before || strncmp(word - before, phrase, before) != 0 ||
            strncmp(word + len, mark + 1, after) != 0)
            continue;
        int number = number_of(v, *mark, word, len);
        if (number)
            return number;
    }
    return 0;
}

int vocabulary_reckons(const struct vocabulary *v, enum ask ask, const char *folded)
{
    int number = 0;
    for (size_t i = v->first[ask]; i < v->first[ask + 1] && !number; i++)
        number = reckon(v, v->phrases[i].text, folded);
    return number;
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
