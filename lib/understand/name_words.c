/*
 * Names in a row of words: where one may begin and end, and how it is written.
 */
#include "understand/speakers_parts.h"

#include "base/buf.h"

#include <string.h>
#include <utf8proc.h>

bool name_list(const struct reading *reading, enum list list, const struct words *words, size_t at)
{
    return language_list(reading->language, list, words, at) > 0;
}

bool name_is_given(const struct reading *reading, const struct words *words, size_t at)
{
    for (size_t i = 0; i < lexicon_count(reading->lexicon); i++)
        if (language_list(lexicon_at(reading->lexicon, i), LIST_GIVEN, words, at) == 1)
            return true;
    return false;
}

static bool has_letters_only(const struct word *word)
{
    return word->shape != SHAPE_NUMBER && word->fold[0] != '\'' && (unsigned char)word->fold[0] >= 'a';
}

static bool is_possessive(const struct words *words, size_t at)
{
    return at + 1 < words->count && strcmp(words->items[at + 1].fold, "'s") == 0;
}

static bool is_cased(const struct reading *reading)
{
    return reading->name_mode == NAME_SPOKEN_TO || reading->cased;
}

/* Whether what follows a lower-case name shows that it ended: nothing, a comma, "from", "here". */
static bool name_ends_at(const struct reading *reading, const struct words *words, size_t at)
{
    return at >= words->count || words->items[at].gap > GAP_NONE ||
           name_list(reading, LIST_NAME_NEXT, words, at);
}

/* A word that is also a name ("Will", "Grace") counts as one only where nothing goes on from it. */
static bool word_goes_on(const struct reading *reading, const struct words *words, size_t at)
{
    if (name_ends_at(reading, words, at + 1))
        return false;
    const struct word *after = &words->items[at + 1];
    return !is_cased(reading) || after->shape == SHAPE_LOWER || strcmp(after->fold, "i") == 0;
}

static bool cased_first(const struct reading *reading, const struct words *words, size_t at, bool given)
{
    const struct word *word = &words->items[at];
    if (word->shape == SHAPE_LOWER) {
        /* Speech recognition forgets a capital now and then. */
        return reading->name_mode == NAME_LIKELY && given && !name_list(reading, LIST_COMMON, words, at);
    }
    if (name_list(reading, LIST_NOT_NAME, words, at) || name_list(reading, LIST_COMPANY, words, at))
        return given && reading->name_mode == NAME_LIKELY && !word_goes_on(reading, words, at);
    if (name_list(reading, LIST_COMMON, words, at)) {
        /* "Everyone calls me Coach.": a capital within a sentence says more than the list. */
        bool marked = reading->name_mode == NAME_LIKELY && !reading->nouns && word->gap == GAP_NONE &&
                      word->shape == SHAPE_CAPITAL;
        return (given || marked) && !word_goes_on(reading, words, at);
    }
    if (reading->nouns && reading->name_mode == NAME_POSSIBLE && !given)
        return at + 1 < words->count && words->items[at + 1].gap == GAP_NONE &&
               words->items[at + 1].shape == SHAPE_CAPITAL &&
               !name_list(reading, LIST_NOT_NAME, words, at + 1) &&
               !name_list(reading, LIST_COMMON, words, at + 1);
    return given || word->shape == SHAPE_CAPITAL || reading->name_mode == NAME_LIKELY;
}

static bool lower_first(const struct reading *reading, const struct words *words, size_t at, bool given)
{
    if (name_list(reading, LIST_NOT_NAME, words, at) || name_list(reading, LIST_COMPANY, words, at))
        return given && reading->name_mode == NAME_LIKELY && !word_goes_on(reading, words, at);
    /* "Sono felice di sentirla": without capitals, only the end of what is said shows that it is a name. */
    if (name_list(reading, LIST_COMMON, words, at))
        return given && (at + 1 >= words->count || words->items[at + 1].gap > GAP_NONE);
    return given || reading->name_mode == NAME_LIKELY;
}

/* Whether a name can begin at this word. */
static bool name_begins(const struct reading *reading, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (!has_letters_only(word) || is_possessive(words, at))
        return false;
    /* Most words are these; the lists of names of all languages need not be asked. */
    bool common = reading->name_mode != NAME_LIKELY || name_list(reading, LIST_COMMON, words, at);
    if ((is_cased(reading) && word->shape == SHAPE_LOWER && common) ||
        name_list(reading, LIST_RELATIVE, words, at))
        return false;
    bool initial = word->end - word->start == 1;
    bool follows = at + 1 < words->count && words->items[at + 1].gap == GAP_NONE;
    if (initial && (!follows || word->shape != SHAPE_UPPER || words->items[at + 1].shape != SHAPE_CAPITAL ||
                    word->fold[0] == 'i' || word->fold[0] == 'a'))
        return false;
    bool given = name_is_given(reading, words, at);
    return is_cased(reading) ? cased_first(reading, words, at, given)
                             : lower_first(reading, words, at, given);
}

static bool is_letter(const struct words *words, size_t at)
{
    return at < words->count && words->items[at].fold[1] == '\0';
}

static bool name_goes_on(const struct reading *reading, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (!has_letters_only(word))
        return false;
    /* "Shawn S-H-A-W-N": letters are no part of the name that they spell. */
    if (is_letter(words, at) && is_letter(words, at + 1))
        return false;
    if (word->joined)
        return true;
    if (is_cased(reading))
        return word->shape != SHAPE_LOWER && strcmp(word->fold, "i") != 0 &&
               (!name_list(reading, LIST_NOT_NAME, words, at) || name_is_given(reading, words, at)) &&
               !name_list(reading, LIST_NAME_NEXT, words, at);
    return word->end - word->start > 1 && !name_list(reading, LIST_NOT_NAME, words, at) &&
           !name_list(reading, LIST_COMMON, words, at);
}

/* How many particles ("de la") stand between two names. */
static size_t particles(const struct reading *reading, const struct words *words, size_t at)
{
    size_t end = at, len;
    while (end < words->count && (end == at || words->items[end].gap == GAP_NONE) &&
           (len = language_list(reading->language, LIST_PARTICLE, words, end)) > 0)
        end += len;
    return end - at;
}

/* Where a name that begins with a name's word at `at` ends. */
static size_t name_end(const struct reading *reading, const struct words *words, size_t at)
{
    size_t end = at + 1;
    while (end < words->count && end < at + NAME_WORDS && words->items[end].gap == GAP_NONE) {
        size_t small = words->items[end].joined ? 0 : particles(reading, words, end);
        size_t next = end + small;
        if (next >= words->count || words->items[next].gap != GAP_NONE || !name_goes_on(reading, words, next))
            break;
        end = next + 1;
    }
    return end;
}

size_t name_titles(const struct reading *reading, const struct words *words, size_t at)
{
    size_t end = at, len;
    while (end < words->count && (end == at || words->items[end].gap == GAP_NONE) &&
           (len = language_list(reading->language, LIST_TITLE, words, end)) > 0)
        end += len;
    return end - at;
}

/* Words like "Plumbing" or "GmbH" after it make it a company; "nine" a room; "'s" somebody else. */
static bool is_no_person(const struct reading *reading, const struct words *words, size_t end)
{
    if (end < words->count && strcmp(words->items[end].fold, "'s") == 0)
        return true;
    if (end < words->count && words->items[end].gap == GAP_NONE && words->items[end].shape == SHAPE_NUMBER)
        return true;
    /* "Blue Sky Travel": capitals that go on to such a word. */
    for (; end < words->count && words->items[end].gap == GAP_NONE; end++) {
        if (name_list(reading, LIST_COMPANY, words, end))
            return true;
        if (!is_cased(reading) || words->items[end].shape == SHAPE_LOWER)
            return false;
    }
    return false;
}

/* A title makes a name of a word that is none without it: "Mr. Small", "Madame Petit". */
static bool titled_begins(const struct reading *reading, const struct words *words, size_t at)
{
    return is_cased(reading) && words->items[at].shape == SHAPE_CAPITAL && !is_possessive(words, at) &&
           !name_list(reading, LIST_COMPANY, words, at) && !name_list(reading, LIST_RELATIVE, words, at);
}

/* "Guillermo de Transportes Ruiz": a particle before a company says where the person works. What is left of
 * the name that ends at `end`; `first` when it is a company's altogether. */
static size_t without_company(const struct reading *reading, const struct words *words, size_t first,
                              size_t end)
{
    for (size_t at = first; at < end; at++) {
        if (!name_list(reading, LIST_COMPANY, words, at))
            continue;
        for (size_t small = first + 1; small < at; small++)
            if (!words->items[small].joined && particles(reading, words, small) > 0)
                return small;
        return first;
    }
    return is_no_person(reading, words, end) ? first : end;
}

size_t capture_name(struct reading *reading, const struct words *words, size_t at, size_t ends[PATTERN_ENDS])
{
    enum name_mode mode = reading->name_mode;
    size_t title = name_titles(reading, words, at), first = at + title, count = 0;
    if (title > 0) {
        if (first >= words->count || words->items[first].gap != GAP_NONE)
            return 0;
        reading->name_mode = mode == NAME_POSSIBLE ? NAME_LIKELY : mode;
    } else {
        size_t small = particles(reading, words, at);
        /* "de Souza", but not "the mother of Lucas", which says "de Lucas". */
        bool fits = words->items[at].shape == SHAPE_CAPITAL ||
                    (mode == NAME_LIKELY && (at == 0 || !name_list(reading, LIST_RELATIVE, words, at - 1)));
        if (small > 0 && fits && at + small < words->count && words->items[at + small].gap == GAP_NONE &&
            words->items[at + small].shape == SHAPE_CAPITAL)
            first = at + small;
    }
    if (name_begins(reading, words, first) || (title > 0 && titled_begins(reading, words, first))) {
        size_t end = without_company(reading, words, first, name_end(reading, words, first));
        for (; end > first && count < PATTERN_ENDS; end--)
            if (end >= words->count || !words->items[end].joined)
                ends[count++] = end;
    }
    reading->name_mode = mode;
    return count;
}

/* Big first letters for a name that was written without: "ana de la cruz", "GRACE O'NEILL". */
static void add_capital(struct buf *out, const char *text, size_t len, bool particle)
{
    bool big = !particle;
    for (size_t at = 0; at < len;) {
        utf8proc_int32_t c;
        utf8proc_uint8_t bytes[4];
        utf8proc_ssize_t used =
            utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(len - at), &c);
        if (used <= 0)
            break;
        bool letter = utf8proc_tolower(c) != utf8proc_toupper(c);
        c = big ? utf8proc_toupper(c) : utf8proc_tolower(c);
        buf_add(out, bytes, (size_t)utf8proc_encode_char(c, bytes));
        big = letter ? false : c == '\'' || c == '-' || c == 0x2019;
        at += (size_t)used;
    }
}

static bool needs_capitals(const struct words *words, struct span span)
{
    size_t lower = 0, upper = 0, other = 0;
    for (size_t at = span.from; at < span.to; at++) {
        lower += words->items[at].shape == SHAPE_LOWER;
        upper += words->items[at].shape == SHAPE_UPPER && words->items[at].end - words->items[at].start > 1;
        other += words->items[at].shape == SHAPE_CAPITAL;
    }
    return other == 0 && lower + upper > 0;
}

char *name_text(struct reading *reading, const struct words *words, struct span span)
{
    struct buf out = BUF_INIT;
    size_t title = name_titles(reading, words, span.from), parts = 0;
    for (size_t at = span.from + title; at < span.to; at++)
        parts += !words->items[at].joined && !name_list(reading, LIST_PARTICLE, words, at);
    /* A title stays only with a lone family name: "Mrs. Okafor", but "Amara Obi" for "Dr. Amara Obi". */
    if (title > 0 && (parts > 1 || name_is_given(reading, words, span.from + title)))
        span.from += title;
    if (!needs_capitals(words, span))
        return reading_text(reading, words, span);
    for (size_t at = span.from, small = span.from; at < span.to; at++) {
        const struct word *word = &words->items[at];
        bool follows = at > span.from;
        const struct word *before = &words->items[follows ? at - 1 : at];
        /* Words that a spelling makes of one ("i'm": "i am") stand in the same place of the text. */
        if (follows && word->start < before->end)
            continue;
        if (follows)
            buf_add(&out, words->text + before->end, word->start - before->end);
        if (follows && at >= small)
            small = at + particles(reading, words, at);
        add_capital(&out, words->text + word->start, word->end - word->start, follows && at < small);
    }
    const char *text = buf_text(&out);
    char *copy = text ? arena_text(reading->arena, text, strlen(text)) : NULL;
    reading->failed = reading->failed || !copy;
    buf_free(&out);
    return copy;
}

char *name_capital(struct reading *reading, const char *letters)
{
    struct buf out = BUF_INIT;
    add_capital(&out, letters, strlen(letters), false);
    const char *text = buf_text(&out);
    char *copy = text ? arena_text(reading->arena, text, strlen(text)) : NULL;
    reading->failed = reading->failed || !copy;
    buf_free(&out);
    return copy;
}
