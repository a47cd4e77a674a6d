#include "understand/likeness.h"

#include "base/text.h"
#include "language/words.h"

#include <ctype.h>
#include <string.h>

#define STEM_LETTERS 5 /* words that share as many bytes at their beginning are forms of one */

/* A script that does not separate words: kana, Han and the like. */
static bool is_blankless(const char *word)
{
    return (unsigned char)word[0] >= 0xE3 && (unsigned char)word[0] <= 0xE9;
}

static bool carries(const struct word *word)
{
    return word->shape == SHAPE_NUMBER || text_chars(word->fold) >= 4;
}

bool carriers_same_word(const char *a, const char *b)
{
    size_t la = strlen(a), lb = strlen(b), least = la < lb ? la : lb, most = la < lb ? lb : la;
    if (isdigit((unsigned char)*a) || isdigit((unsigned char)*b))
        return strcmp(a, b) == 0;
    if (is_blankless(a) || is_blankless(b))
        return strcmp(a, b) == 0;
    if (least < STEM_LETTERS)
        return strncmp(a, b, least) == 0 && most - least <= 2;
    return strncmp(a, b, STEM_LETTERS) == 0;
}

bool carriers_have(const struct carriers *carriers, const char *word)
{
    for (size_t i = 0; i < carriers->count; i++)
        if (carriers_same_word(carriers->words[i], word))
            return true;
    return false;
}

size_t carriers_shared(const struct carriers *part, const struct carriers *whole)
{
    size_t shared = 0;
    for (size_t i = 0; i < part->count; i++)
        shared += carriers_have(whole, part->words[i]);
    return shared;
}

static bool add(struct arena *arena, struct carriers *carriers, const char *word, size_t len)
{
    const char *copy = arena_text(arena, word, len);
    if (copy && !carriers_have(carriers, copy))
        carriers->words[carriers->count++] = copy;
    return copy != NULL;
}

/* Hiragana: endings and particles, mostly. */
static bool is_ending(const char *character)
{
    return memcmp(character, "\xE3\x81", 2) == 0 ||
           (memcmp(character, "\xE3\x82", 2) == 0 && (unsigned char)character[2] < 0xA0);
}

/* Text without blanks is compared by pairs of characters. */
static bool add_pairs(struct arena *arena, struct carriers *carriers, const char *word)
{
    bool good = true;
    for (const char *at = word; is_blankless(at) && strlen(at) >= 6 && is_blankless(at + 3) && good; at += 3)
        if (carriers->count < CARRIERS && !(is_ending(at) && is_ending(at + 3)))
            good = add(arena, carriers, at, 6);
    return good;
}

bool carriers_read(struct arena *arena, const char *text, struct carriers *carriers)
{
    struct words words;
    bool good = true;
    carriers->count = 0;
    if (words_read(NULL, text, &words) != 0)
        return false;
    for (size_t i = 0; i < words.count && carriers->count < CARRIERS && good; i++) {
        const struct word *word = &words.items[i];
        if (is_blankless(word->fold))
            good = add_pairs(arena, carriers, word->fold);
        else if (carries(word))
            good = add(arena, carriers, word->fold, strlen(word->fold));
    }
    words_free(&words);
    return good;
}
