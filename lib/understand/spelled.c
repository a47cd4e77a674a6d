#include "understand/spelled.h"

#include "understand/other_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* The radio alphabet, and how Germans spell: the first letter counts, within a code alone. */
static const char *const alphabet[] = {
    "alpha",    "alfa",    "bravo",  "charlie",   "delta",   "echo",   "foxtrot",  "golf",      "hotel",
    "india",    "juliett", "juliet", "kilo",      "lima",    "mike",   "november", "oscar",     "papa",
    "quebec",   "romeo",   "sierra", "tango",     "uniform", "victor", "whiskey",  "whisky",    "xray",
    "yankee",   "zulu",    "anton",  "berta",     "casar",   "dora",   "emil",     "friedrich", "gustav",
    "heinrich", "ida",     "julius", "kaufmann",  "konrad",  "ludwig", "martha",   "nordpol",   "otto",
    "quelle",   "richard", "samuel", "siegfried", "theodor", "ulrich", "viktor",   "wilhelm",   "zacharias",
};

bool spelled_is_link(const struct word *word)
{
    static const char *const links[] = {"and", "then", "dash", "hyphen", "space", "und",   "dann",
                                        "y",   "et",   "puis", "e",      "poi",   "slash", "minus"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (*word->fold == *links[i] && strcmp(word->fold, links[i]) == 0)
            return true;
    return false;
}

static bool add(struct spelled *run, const char *text)
{
    size_t len = strlen(run->text), more = strlen(text);
    if (len + more >= SPELLED_CHARS)
        return false;
    memcpy(run->text + len, text, more + 1);
    for (; *text; text++) {
        run->digits += isdigit((unsigned char)*text) != 0;
        run->letters += isalpha((unsigned char)*text) != 0;
    }
    return true;
}

/* "A4", "4111", "hb66": letters and digits with a digit among them. */
static bool is_code_word(const struct word *word)
{
    if (word->shape != SHAPE_NUMBER)
        return false;
    for (const char *at = word->fold; *at; at++)
        if (!isalnum((unsigned char)*at))
            return false;
    return true;
}

static bool is_alphabet(const char *fold)
{
    for (size_t i = 0; i < sizeof alphabet / sizeof *alphabet; i++)
        if (*alphabet[i] == *fold && strcmp(alphabet[i], fold) == 0)
            return true;
    return false;
}

static size_t number_at(struct reading *reading, const struct words *words, size_t at, int *value)
{
    return reading->ruled && at < words->count
               ? language_value(reading->language, LIST_NUMBER, words, at, value)
               : 0;
}

static bool is_word(const struct words *words, size_t at, const char *one, const char *other)
{
    return at < words->count &&
           (strcmp(words->items[at].fold, one) == 0 || strcmp(words->items[at].fold, other) == 0);
}

/* A number below a hundred, as French counts too: "soixante treize", "quatre vingt douze". */
static size_t below_hundred(struct reading *reading, const struct words *words, size_t at, int *value)
{
    int unit = 0;
    size_t len = number_at(reading, words, at, value), more;
    if (len == 0 || *value < 0 || *value > 99)
        return 0;
    if (*value == 4 && is_word(words, at + len, "vingt", "vingts")) {
        *value = 80;
        len++;
    }
    int most = *value == 60 || *value == 80 ? 19 : 9;
    more = number_at(reading, words, at + len, &unit);
    /* "Soixante et onze" */
    if (more == 0 && *value >= 20 && *value % 10 == 0 && is_word(words, at + len, "et", "et") &&
        (more = number_at(reading, words, at + len + 1, &unit)) > 0) {
        more = unit == 1 || unit == 11 ? more : 0;
        len += more > 0;
    }
    if (*value >= 20 && *value % 10 == 0 && more > 0 && unit > 0 && unit <= most &&
        words->items[at + len].gap == GAP_NONE) {
        *value += unit;
        len += more;
    }
    return len;
}

/* "cztery", "四四一九", where that is asked for: how many digits. */
static size_t other_digits_at(const struct reading *reading, const struct words *words, size_t at,
                              char digits[SPELLED_CHARS])
{
    if (!reading->any_digits || reading->ruled || at >= words->count ||
        words->items[at].shape == SHAPE_NUMBER)
        return 0;
    return other_digits(words->items[at].fold, digits, SPELLED_CHARS);
}

/* Digits in words stand beside one another, and not beside written ones: "een 4111 …" is an article and a
 * number. */
static size_t take_other_digits(const struct reading *reading, const struct words *words, size_t at,
                                struct spelled *run)
{
    char digits[SPELLED_CHARS], more[SPELLED_CHARS];
    size_t count = other_digits_at(reading, words, at, digits);
    bool goes_on = at > run->from && other_digits_at(reading, words, at - 1, more) > 0;
    if (count == 0 || (count == 1 && !goes_on && other_digits_at(reading, words, at + 1, more) == 0) ||
        (at > run->from && !goes_on))
        return 0;
    return add(run, digits);
}

/* "seven", "seventy seven", "cinq cent cinquante cinq". */
static size_t take_number(struct reading *reading, const struct words *words, size_t at, struct spelled *run)
{
    int value = 0, rest = 0;
    char number[16];
    size_t len = below_hundred(reading, words, at, &value);
    if (len == 0)
        return 0;
    if (value < 10 && is_word(words, at + len, "cent", "cents")) {
        size_t more = below_hundred(reading, words, at + len + 1, &rest);
        value = value * 100 + (more ? rest : 0);
        len += 1 + more;
    }
    snprintf(number, sizeof number, "%d", value);
    return add(run, number) ? len : 0;
}

/* "double five", "triple oh". */
static size_t take_repeated(struct reading *reading, const struct words *words, size_t at,
                            struct spelled *run)
{
    struct spelled one = {.digits = 1}; /* so that "oh" is a digit */
    bool triple = strcmp(words->items[at].fold, "triple") == 0;
    size_t len = triple ? 1 : reading->ruled ? language_list(reading->language, LIST_DOUBLE, words, at) : 0;
    if (len == 0 || at + len >= words->count)
        return 0;
    size_t more = spelled_part(reading, words, at + len, &one);
    if (more == 0 || strlen(one.text) != 1)
        return 0;
    /* "Deux l" is twice an L, "deux sept" a two and a seven. */
    int value = 0;
    if (number_at(reading, words, at, &value) > 0 && isdigit((unsigned char)*one.text))
        return 0;
    for (int i = 0; i < (triple ? 3 : 2); i++)
        if (!add(run, one.text))
            return 0;
    return len + more;
}

size_t spelled_part(struct reading *reading, const struct words *words, size_t at, struct spelled *run)
{
    const struct word *word = &words->items[at];
    char other[SPELLED_CHARS];
    if (is_code_word(word) && !(at > run->from && other_digits_at(reading, words, at - 1, other) > 0))
        return add(run, word->fold);
    size_t len = take_repeated(reading, words, at, run);
    len = len ? len : take_number(reading, words, at, run);
    len = len ? len : take_other_digits(reading, words, at, run);
    if (len > 0)
        return len;
    if (word->fold[0] && !word->fold[1] && isalpha((unsigned char)word->fold[0])) {
        bool zero = word->fold[0] == 'o' && run->digits > 0 && run->letters == 0;
        return add(run, zero ? "0" : word->fold);
    }
    if (strcmp(word->fold, "oh") == 0 && run->digits > 0)
        return add(run, "0");
    bool begins = at + 1 < words->count &&
                  (is_alphabet(words->items[at + 1].fold) || words->items[at + 1].shape == SHAPE_NUMBER);
    if (is_alphabet(word->fold) && (*run->text || begins)) {
        const char letter[] = {word->fold[0], '\0'};
        return add(run, letter);
    }
    return 0;
}

/* "ana.lopez42@example.com": no code, but a part of an address. */
static bool is_in_address(const struct words *words, const struct spelled *run)
{
    size_t from = words->items[run->from].start, to = words->items[run->to - 1].end;
    char before = from > 0 ? words->text[from - 1] : ' ', after = words->text[to];
    return before == '@' || after == '@' || before == '_' || after == '_' ||
           (after == '.' && isalpha((unsigned char)words->text[to + 1])) ||
           (before == '.' && from > 1 && isalpha((unsigned char)words->text[from - 2]));
}

/* "… nine six. I always mix it": a letter that is a word of the next thought. */
static bool is_lone_word(const struct words *words, size_t at, const struct spelled *run)
{
    const struct word *word = &words->items[at];
    /* "o meu celular e cinco": nor does a code begin with such a word. */
    if (run->digits == 0 && run->letters == 0)
        return word->fold[0] && !word->fold[1] && strchr("iaeoy", word->fold[0]) &&
               word->shape == SHAPE_LOWER && at + 1 < words->count && strlen(words->items[at + 1].fold) > 1;
    return run->digits > 0 && word->fold[0] && !word->fold[1] && strchr("iaeoy", word->fold[0]) &&
           at + 1 < words->count && words->items[at + 1].gap == GAP_NONE &&
           strlen(words->items[at + 1].fold) > 1 && words->items[at + 1].shape == SHAPE_LOWER;
}

/* "J like James" at word `at`: how many words that are, 0 when it is no such thing. */
static size_t explained(struct reading *reading, const struct words *words, size_t at)
{
    const char *letter = words->items[at].fold;
    if (!reading->ruled || !isalpha((unsigned char)letter[0]) || letter[1] || at + 2 >= words->count)
        return 0;
    size_t like = language_list(reading->language, LIST_AS_IN, words, at + 1), word = at + 1 + like;
    bool fits = like > 0 && word < words->count && words->items[word].fold[0] == letter[0] &&
                words->items[word].fold[1];
    return fits ? word + 1 - at : 0;
}

/* The part of a code at word `at`, with what explains it: "J. J like James" is one J. How many words were
 * taken. */
static size_t take_part(struct reading *reading, const struct words *words, size_t at, struct spelled *run)
{
    size_t whole = explained(reading, words, at);
    bool again = whole > 0 && at > run->from && strcmp(words->items[at - 1].fold, words->items[at].fold) == 0;
    size_t len = again ? whole : spelled_part(reading, words, at, run);
    return whole > 0 && len > 0 ? whole : len;
}

size_t spelled_runs(struct reading *reading, const struct words *words, struct spelled *runs, size_t most)
{
    size_t count = 0;
    for (size_t at = 0; at < words->count && count < most;) {
        struct spelled run = {.from = at};
        size_t end = at, len;
        while (end < words->count) {
            size_t skip = end > at && end + 1 < words->count && spelled_is_link(&words->items[end]);
            size_t next = end + skip;
            bool stop = end > at && words->items[next].gap == GAP_STOP;
            if (stop && (run.letters > 0 || words->items[next].shape == SHAPE_UPPER))
                break;
            if (is_lone_word(words, next, &run) || (len = take_part(reading, words, next, &run)) == 0)
                break;
            end = next + len;
        }
        run.to = end;
        size_t start = words->items[at].start;
        run.plus = start > 0 && words->text[start - 1] == '+';
        if (run.digits > 0 && !is_in_address(words, &run))
            runs[count++] = run;
        at = end > at ? end : at + 1;
    }
    return count;
}
