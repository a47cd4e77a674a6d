#include "understand/numerals.h"

#include <stdlib.h>
#include <string.h>

#define NUMERAL_MAX 9999999

/* A number word by itself. One that goes with no other ("half" before "eight") is negative. */
static size_t simple(const struct language *language, const struct words *words, size_t at, long *value)
{
    static const enum list lists[] = {LIST_NUMBER, LIST_ORDINAL, LIST_NUMERAL};
    int small = 0;
    size_t len = 0;
    for (size_t i = 0; len == 0 && i < sizeof lists / sizeof lists[0]; i++)
        len = language_value(language, lists[i], words, at, &small);
    *value = small;
    return len;
}

static bool simple_text(const struct language *language, const char *text, size_t len, long *value)
{
    char piece[32];
    struct words words;
    if (len == 0 || len >= sizeof piece)
        return false;
    memcpy(piece, text, len);
    piece[len] = '\0';
    if (words_read(NULL, piece, &words) != 0)
        return false;
    bool found = words.count == 1 && simple(language, &words, 0, value) == 1;
    words_free(&words);
    return found;
}

/* "zweiundvierzig", "trentacinque": units and tens in one word. */
static bool joined(const struct language *language, const char *fold, long *value)
{
    long unit, tens;
    size_t len = strlen(fold);
    if (len < 9 || len > 30)
        return false;
    const char *und = strcmp(language_code(language), "de") == 0 ? strstr(fold, "und") : NULL;
    if (und && simple_text(language, fold, (size_t)(und - fold), &unit) &&
        simple_text(language, und + 3, strlen(und + 3), &tens) && unit < 10 && tens >= 20 && tens < 100) {
        *value = tens + unit;
        return true;
    }
    for (size_t cut = 5; strcmp(language_code(language), "it") == 0 && cut + 3 <= len && cut < 10; cut++)
        if (simple_text(language, fold, cut, &tens) && tens >= 20 && tens < 100 &&
            simple_text(language, fold + cut, len - cut, &unit) && unit < 10) {
            *value = tens + unit;
            return true;
        }
    return false;
}

/* "16", "16th", "2º". */
static bool digits(const struct word *word, long *value)
{
    char *rest;
    if (word->shape != SHAPE_NUMBER || word->fold[0] < '0' || word->fold[0] > '9' || strlen(word->fold) > 9)
        return false;
    *value = strtol(word->fold, &rest, 10);
    return strlen(rest) <= 2 && *value <= NUMERAL_MAX;
}

/* Whether a number goes on with another one: "forty" with "two", "sixty" with "thirteen" (as French counts).
 */
static bool goes_on(long so_far, long next)
{
    long last = so_far % 100;
    if (next <= 0 || next >= 100)
        return false;
    if (so_far >= 100 && last == 0)
        return true;
    if (last >= 20 && last % 10 == 0 && next < 10)
        return true;
    return (last == 60 || last == 80) && next >= 10 && next < 20;
}

size_t numeral_at(struct reading *reading, const struct words *words, size_t at, long *value)
{
    const struct language *language = reading->language;
    long total = 0, current = 0, next = 0;
    size_t end = at, len;
    if (digits(&words->items[at], value))
        return 1;
    if (!reading->ruled)
        return 0;
    if ((len = simple(language, words, at, &current)) == 0)
        return joined(language, words->items[at].fold, value) ? 1 : 0;
    if (current < 0) {
        *value = -current;
        return len;
    }
    if (current == 1000) {
        total = 1000;
        current = 0;
    }
    end = at + len;
    while (end < words->count && words->items[end].gap == GAP_NONE && total + current < NUMERAL_MAX) {
        /* "three hundred and eighteen", "cuarenta y dos" */
        size_t from = end + language_list(language, LIST_AND, words, end);
        if (from >= words->count || words->items[from].gap != GAP_NONE ||
            (len = simple(language, words, from, &next)) == 0)
            break;
        if (next == 100 && current > 0 && current < 20 && from == end)
            current *= 100;
        else if (next == 1000 && current > 0 && total == 0 && from == end) {
            total = current * 1000;
            current = 0;
        } else if (current == 0 && total > 0 && next > 0 && next < 1000)
            current = next;
        else if (goes_on(current, next))
            current += next;
        else
            break;
        end = from + len;
    }
    *value = total + current;
    return end - at;
}
