#include "language/language_file.h"

#include "base/utf8.h"
#include "language/pattern.h"
#include "language/sections.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What the lines of a section are. */
enum block { BLOCK_SPELLING, BLOCK_FILLER, BLOCK_PHRASES, BLOCK_FEELING, BLOCK_RULES, BLOCK_SKIPPED };

/* Sections that stand for something by their whole name. */
static const struct section_name {
    const char *name;
    enum block block;
    int number;
    bool of_search;
} section_names[] = {
    {"spelling", BLOCK_SPELLING, 0, true},
    {"list filler", BLOCK_FILLER, LIST_FILLER, true},
    {"list weekday", BLOCK_PHRASES, LIST_WEEKDAY, true},
    {"list month", BLOCK_PHRASES, LIST_MONTH, true},
    {"list number", BLOCK_PHRASES, LIST_NUMBER, true},
    {"list ordinal", BLOCK_PHRASES, LIST_ORDINAL, true},
    {"question", BLOCK_RULES, SECTION_QUESTION, true},
    {"name", BLOCK_RULES, SECTION_NAME, false},
    {"name maybe", BLOCK_RULES, SECTION_NAME_MAYBE, false},
    {"name first", BLOCK_RULES, SECTION_NAME_FIRST, false},
    {"name last", BLOCK_RULES, SECTION_NAME_LAST, false},
    {"name called", BLOCK_RULES, SECTION_NAME_CALLED, false},
    {"name correct", BLOCK_RULES, SECTION_NAME_CORRECT, false},
    {"name not", BLOCK_RULES, SECTION_NAME_NOT, false},
    {"name confirm", BLOCK_RULES, SECTION_NAME_CONFIRM, false},
    {"name answer", BLOCK_RULES, SECTION_NAME_ANSWER, false},
    {"name letter", BLOCK_RULES, SECTION_NAME_LETTER, false},
    {"agent asks name", BLOCK_RULES, SECTION_ASK_NAME, false},
    {"agent guesses name", BLOCK_RULES, SECTION_GUESS_NAME, false},
    {"agent name", BLOCK_RULES, SECTION_AGENT_NAME, false},
    {"agent addresses", BLOCK_RULES, SECTION_ADDRESS, false},
    {"like", BLOCK_RULES, SECTION_LIKE, false},
    {"dislike", BLOCK_RULES, SECTION_DISLIKE, false},
    {"need", BLOCK_RULES, SECTION_NEED, false},
    {"instruction", BLOCK_RULES, SECTION_INSTRUCTION, false},
    {"fact", BLOCK_RULES, SECTION_FACT, false},
    {"agent asks fact", BLOCK_RULES, SECTION_ASK_FACT, false},
    {"agent has done", BLOCK_RULES, SECTION_DONE, false},
    {"feeling", BLOCK_FEELING, SECTION_FEELING, false},
    {"date", BLOCK_RULES, SECTION_DATE, false},
    {"order", BLOCK_RULES, SECTION_ORDER, false},
    {"name other", BLOCK_RULES, SECTION_NAME_OTHER, false},
    {"ended", BLOCK_RULES, SECTION_ENDED, false},
    {"privacy", BLOCK_RULES, SECTION_PRIVACY, false},
    /* Of earlier versions: an operator's file that still has them must not stop the start. */
    {"request", BLOCK_SKIPPED, 0, false},
    {"promise", BLOCK_SKIPPED, 0, false},
    {"agent does at once", BLOCK_SKIPPED, 0, false},
    {"agent asks wish", BLOCK_SKIPPED, 0, false},
    {"agent asks need", BLOCK_SKIPPED, 0, false},
    {"agent offers", BLOCK_SKIPPED, 0, false},
    {"forget", BLOCK_SKIPPED, 0, false},
    {"topic", BLOCK_SKIPPED, 0, false},
};

/* Sections whose name begins so and goes on with the name of a list. */
static const struct {
    const char *begins;
    enum block block;
    enum list_kind kind;
} list_sections[] = {
    {"list ", BLOCK_PHRASES, KIND_OF_LIST},
    {"items ", BLOCK_PHRASES, KIND_OF_ITEMS},
    {"subject ", BLOCK_SKIPPED, KIND_OF_LIST}, /* of earlier versions */
    {"about ", BLOCK_SKIPPED, KIND_OF_LIST},
};

/* Spellings and fillers change how everything else is read, so they are read before the rest. */
enum pass { PASS_SPELLING, PASS_REST, PASSES };

#define MAX_INCLUSIONS 32

/* "@weekday = 2" in a list: it has the phrases of that list, too, with that value or with their own. */
struct inclusion {
    int list, of;
    bool has_value;
    int value;
};

struct reader {
    struct language *language;
    enum language_scope scope;
    enum pass pass;
    bool built_in;
    enum block block;
    int number;           /* of the list or section */
    struct words scratch; /* the phrase or the literal that is read */
    struct inclusion inclusions[MAX_INCLUSIONS];
    size_t inclusion_count;
};

static int no_memory(struct error *error)
{
    return error_set(error, ERROR_SETTINGS, "out of memory while the lexicon was read");
}

/* A number and nothing else. It is read from a copy: strtod() does not know where the line ends. */
static bool read_number(struct slice from, double *number)
{
    char text[32], *rest;
    struct slice trimmed = slice_trim(from);
    size_t len = slice_len(trimmed);
    if (len == 0 || len >= sizeof text)
        return false;
    memcpy(text, trimmed.from, len);
    text[len] = '\0';
    *number = strtod(text, &rest);
    return *rest == '\0';
}

static bool read_whole_number(struct slice from, int *number)
{
    double value;
    if (!read_number(from, &value) || !(value >= -1000000 && value <= 1000000))
        return false;
    *number = (int)value;
    return (double)*number == value;
}

/* "word = words" */
static int add_spelling(struct reader *reader, const struct section_line *line)
{
    char fold[128], parts[256];
    struct slice right = line->text, left = {0};
    slice_next(&right, '=', &left);
    right = slice_trim(right);
    size_t len = word_fold(left.from, slice_len(left), fold, sizeof fold);
    size_t parts_len = word_fold(right.from, slice_len(right), parts, sizeof parts);
    if (len == 0 || parts_len == 0)
        return section_complain(line, "a spelling is written: word = words");
    if (language_add_spelling(reader->language, fold, len, parts, parts_len) != 0)
        return no_memory(line->error);
    return 0;
}

/* "um, uh" */
static int add_fillers(struct reader *reader, const struct section_line *line)
{
    struct slice rest = line->text, word;
    while (slice_next(&rest, ',', &word)) {
        char fold[96];
        size_t len = word_fold(word.from, slice_len(word), fold, sizeof fold);
        if (len > 0 && language_add_filler(reader->language, fold, len) != 0)
            return no_memory(line->error);
    }
    return 0;
}

static int add_phrase(struct reader *reader, const struct section_line *line, struct slice phrase, int value)
{
    char text[200];
    struct words *words = &reader->scratch;
    size_t len = slice_len(phrase);
    if (len == 0)
        return 0;
    if (len >= sizeof text)
        return section_complain(line, "a phrase is too long");
    memcpy(text, phrase.from, len);
    text[len] = '\0';
    if (words_reread(language_reader(reader->language), text, words) != 0)
        return no_memory(line->error);
    /* A filler ("um") is never in a row of words: there is nothing to find. */
    if (words->count == 0)
        return 0;
    if (words->count > PHRASE_WORDS)
        return section_complain(line, "a phrase has at most 8 words");
    if (language_add_phrase(reader->language, reader->number, words, text[len - 1] == '*', value) != 0)
        return no_memory(line->error);
    return 0;
}

/* What is included is looked up when all lists are whole. */
static int add_inclusion(struct reader *reader, const struct section_line *line, struct slice name,
                         const int *value)
{
    int of = language_list_number(reader->language, KIND_OF_LIST, name.from + 1, slice_len(name) - 1);
    if (of < 0 || language_need_list(reader->language, of, line->file, line->number) != 0)
        return no_memory(line->error);
    if (reader->inclusion_count == MAX_INCLUSIONS)
        return section_complain(line, "too many lists are included in others");
    reader->inclusions[reader->inclusion_count++] =
        (struct inclusion){reader->number, of, value != NULL, value ? *value : 0};
    return 0;
}

/* "phrase, phrase = value, @list = value" */
static int add_phrases(struct reader *reader, const struct section_line *line)
{
    struct slice rest = line->text, part;
    language_define_list(reader->language, reader->number);
    while (slice_next(&rest, ',', &part)) {
        int value = 0;
        struct slice phrase = part;
        bool has_value = memchr(part.from, '=', slice_len(part));
        if (slice_next(&part, '=', &phrase) && has_value && !read_whole_number(part, &value))
            return section_complain(line, "after = stands a whole number");
        bool is_inclusion = slice_len(phrase) > 1 && *phrase.from == '@';
        if (is_inclusion ? add_inclusion(reader, line, phrase, has_value ? &value : NULL)
                         : add_phrase(reader, line, phrase, value))
            return -1;
    }
    return 0;
}

static int compile_rule(struct reader *reader, const struct section_line *line, struct slice text,
                        struct rule *rule)
{
    const char *complaint = NULL;
    const struct pattern_source source = {reader->language, &reader->scratch, line->file, line->number};
    rule->pattern = pattern_compile(&source, text.from, slice_len(text), &complaint);
    if (!rule->pattern && complaint)
        return section_complain(line, complaint);
    return rule->pattern ? 0 : no_memory(line->error);
}

static int keep_rule(struct reader *reader, const struct section_line *line, const struct rule *rule)
{
    if (language_add_rule(reader->language, (enum section)reader->number, rule) != 0)
        return no_memory(line->error);
    return 0;
}

/* The flags before the slot: "?", and "known" of earlier versions, which says nothing. Returns what follows
 * them. */
static struct slice read_flags(struct slice from, struct rule *rule)
{
    for (;;) {
        from = slice_trim(from);
        if (from.from < from.to && *from.from == '?') {
            rule->in_question = true;
            from.from++;
        } else if (slice_len(from) >= 5 && memcmp(from.from, "known", 5) == 0 &&
                   (from.from + 5 == from.to || isspace((unsigned char)from.from[5]))) {
            from.from += 5;
        } else {
            return from;
        }
    }
}

/* "pattern", or "pattern => [?] slot | value"; what earlier versions had behind that is skipped. */
static int add_rule(struct reader *reader, const struct section_line *line)
{
    struct rule rule = {0};
    const char **fields[] = {&rule.slot, &rule.value};
    struct slice text = line->text, field;
    const char *arrow = memmem(text.from, slice_len(text), "=>", 2);
    struct slice pattern = slice_trim((struct slice){text.from, arrow ? arrow : text.to});
    if (compile_rule(reader, line, pattern, &rule) != 0)
        return -1;
    struct slice rest = {arrow ? arrow + 2 : text.to, text.to};
    rest = read_flags(rest, &rule);
    for (size_t i = 0; i < 2 && slice_next(&rest, '|', &field); i++) {
        if (slice_len(field) == 0)
            continue;
        *fields[i] = arena_text(language_arena(reader->language), field.from, slice_len(field));
        if (!*fields[i])
            return no_memory(line->error);
    }
    return keep_rule(reader, line, &rule);
}

/* "weight: pattern; pattern" */
static int add_feelings(struct reader *reader, const struct section_line *line)
{
    const char *colon = memchr(line->text.from, ':', slice_len(line->text));
    double weight = 0;
    if (!colon || !read_number((struct slice){line->text.from, colon}, &weight) ||
        !(weight >= -3 && weight <= 3))
        return section_complain(
            line, "a feeling is written: weight from -3 to 3, a colon, patterns separated by ;");
    struct slice rest = {colon + 1, line->text.to}, pattern;
    while (slice_next(&rest, ';', &pattern)) {
        struct rule rule = {.weight = weight};
        if (slice_len(pattern) > 0 &&
            (compile_rule(reader, line, pattern, &rule) != 0 || keep_rule(reader, line, &rule) != 0))
            return -1;
    }
    return 0;
}

static int read_header(struct reader *reader, const struct section_line *line)
{
    struct slice name = line->section;
    reader->block = BLOCK_SKIPPED;
    for (size_t i = 0; i < sizeof section_names / sizeof *section_names; i++)
        if (slice_is(name, section_names[i].name)) {
            reader->number = section_names[i].number;
            if (reader->scope == LANGUAGE_WHOLE || section_names[i].of_search)
                reader->block = section_names[i].block;
            return 0;
        }
    for (size_t i = 0; i < sizeof list_sections / sizeof *list_sections; i++) {
        size_t len = strlen(list_sections[i].begins);
        if (slice_len(name) < len || memcmp(name.from, list_sections[i].begins, len) != 0)
            continue;
        name = slice_trim((struct slice){name.from + len, name.to});
        if (slice_len(name) == 0)
            return section_complain(line, "this section needs a name");
        if (reader->scope != LANGUAGE_WHOLE || list_sections[i].block == BLOCK_SKIPPED)
            return 0;
        reader->number =
            language_list_number(reader->language, list_sections[i].kind, name.from, slice_len(name));
        reader->block = list_sections[i].block;
        return reader->number < 0 ? no_memory(line->error) : 0;
    }
    if (reader->built_in && slice_len(name) > 7 && memcmp(name.from, "search ", 7) == 0)
        return 0;
    return error_set(line->error, ERROR_SETTINGS, "%s:%d: there is no section [%.*s]", line->file,
                     line->number, slice_len(name) < 60 ? (int)slice_len(name) : 60, name.from);
}

static int read_line(void *ctx, const struct section_line *line)
{
    struct reader *reader = ctx;
    /* The lines of an operator come into memories and answers. */
    if (reader->pass == PASS_SPELLING && !reader->built_in &&
        (!utf8_is_valid(line->text.from, slice_len(line->text)) ||
         memchr(line->text.from, '\0', slice_len(line->text))))
        return section_complain(line, "UTF-8 without NULs is expected");
    if (line->is_header)
        return read_header(reader, line);
    if (slice_len(line->section) == 0)
        return section_complain(line, "a section such as [list common] must come first");
    bool is_spelling = reader->block == BLOCK_SPELLING || reader->block == BLOCK_FILLER;
    if (is_spelling != (reader->pass == PASS_SPELLING))
        return 0;
    switch (reader->block) {
    case BLOCK_SPELLING:
        return add_spelling(reader, line);
    case BLOCK_FILLER:
        return add_fillers(reader, line);
    case BLOCK_PHRASES:
        return add_phrases(reader, line);
    case BLOCK_FEELING:
        return add_feelings(reader, line);
    case BLOCK_RULES:
        return add_rule(reader, line);
    default:
        return 0;
    }
}

static int include_lists(struct reader *reader)
{
    for (size_t i = 0; i < reader->inclusion_count; i++) {
        const struct inclusion *inclusion = &reader->inclusions[i];
        if (language_include(reader->language, inclusion->list, inclusion->of,
                             inclusion->has_value ? &inclusion->value : NULL) != 0)
            return -1;
    }
    return 0;
}

static int read_all(struct reader *reader, const struct language_file *files, size_t count,
                    struct error *error)
{
    for (reader->pass = PASS_SPELLING; reader->pass < PASSES; reader->pass++) {
        for (size_t i = 0; i < count; i++) {
            reader->built_in = files[i].built_in;
            if (sections_read(files[i].name, files[i].text, files[i].len, read_line, reader, error) != 0)
                return -1;
        }
        if (reader->pass == PASS_REST && include_lists(reader) != 0)
            return no_memory(error);
        language_settle(reader->language);
    }
    const char *needed_by, *list = language_undefined_list(reader->language, &needed_by);
    return list ? error_set(error, ERROR_SETTINGS, "%s: there is no [list %s]", needed_by, list) : 0;
}

struct language *language_from_files(const char *code, const struct language_file *files, size_t count,
                                     enum language_scope scope, struct error *error)
{
    struct reader reader = {.language = language_new(code), .scope = scope};
    if (!reader.language) {
        no_memory(error);
        return NULL;
    }
    int result = read_all(&reader, files, count, error);
    words_free(&reader.scratch);
    if (result == 0)
        return reader.language;
    language_free(reader.language);
    return NULL;
}
