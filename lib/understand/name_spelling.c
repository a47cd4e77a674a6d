/*
 * Names that are spelled, letter by letter or by one letter ("with a K").
 */
#include "understand/speakers_parts.h"

#include "base/text.h"

#include <string.h>

#define MAX_LETTERS 24

/* The letter that a word stands for, 0 when it stands for none. */
static int letter_at(const struct reading *reading, const struct words *words, size_t at)
{
    int value = 0;
    const struct word *word = &words->items[at];
    if (word->fold[0] >= 'a' && word->fold[0] <= 'z' && word->fold[1] == '\0')
        return word->fold[0];
    return language_value(reading->language, LIST_LETTER, words, at, &value) == 1 ? value : 0;
}

/* "J as in Juliet", "D wie Dora": what comes after the letter is left out. */
static size_t skip_explanation(const struct reading *reading, const struct words *words, size_t at)
{
    size_t len = at < words->count ? language_list(reading->language, LIST_AS_IN, words, at) : 0;
    return len > 0 && at + len < words->count ? at + len + 1 : at;
}

/* "… K I E. I booked a room": a letter that is the first word of what follows. */
static bool begins_sentence(const struct words *words, size_t at)
{
    size_t start = words->items[at].start;
    /* The dot behind a single letter is no stop by itself. */
    bool dot = start > 1 && words->text[start - 2] == '.';
    return (dot || words->items[at].gap == GAP_STOP) && at + 1 < words->count &&
           words->items[at + 1].gap == GAP_NONE && words->items[at + 1].shape == SHAPE_LOWER &&
           strlen(words->items[at + 1].fold) > 1;
}

/* Letters in a row from word `at`; returns where they end. */
static size_t read_letters(const struct reading *reading, const struct words *words, size_t at, char *letters,
                           size_t *count)
{
    *count = 0;
    while (at < words->count && *count + 2 < MAX_LETTERS) {
        size_t twice = language_list(reading->language, LIST_DOUBLE, words, at);
        bool is_double = twice > 0 && at + twice < words->count && letter_at(reading, words, at + twice);
        size_t place = is_double ? at + twice : at;
        int letter = letter_at(reading, words, place);
        if (!letter || (*count > 1 && begins_sentence(words, place)))
            break;
        letters[(*count)++] = (char)letter;
        if (is_double)
            letters[(*count)++] = (char)letter;
        at = skip_explanation(reading, words, place + 1);
    }
    letters[*count] = '\0';
    return at;
}

char *name_respell(struct reading *reading, const char *name, const char *spelled, const char *letters)
{
    const char *best = NULL;
    size_t best_len = 0;
    int least = strlen(letters) < 6 ? 1 : 2;
    for (const char *word = name; *word;) {
        char fold[64];
        size_t len = strcspn(word, " -");
        word_fold(word, len, fold, sizeof fold);
        int distance = text_distance(fold, letters);
        if (distance <= least) {
            best = word;
            best_len = len;
            least = distance - 1;
        }
        word += len;
        word += strspn(word, " -");
    }
    if (!best)
        return NULL;
    char fold[64];
    word_fold(best, best_len, fold, sizeof fold);
    /* As written when only accents or case differ, or when no more than its beginning was heard. */
    if (strncmp(fold, letters, strlen(letters)) == 0)
        return arena_text(reading->arena, name, strlen(name));
    return arena_printf(reading->arena, "%.*s%s%s", (int)(best - name), name, spelled, best + best_len);
}

static bool speaks_of_spelling(const struct reading *reading, const struct words *words)
{
    for (size_t at = 0; at < words->count; at++)
        if (name_list(reading, LIST_SPELLED, words, at))
            return true;
    return false;
}

/* Whether a turn is a spelling and little else: letters, and what is said around them. Pieces of two or three
 * letters are what is left of letters that were not understood. */
static bool is_clean(const struct reading *reading, const struct words *words)
{
    for (size_t at = 0; at < words->count; at++) {
        const struct word *word = &words->items[at];
        size_t len = word->end - word->start;
        if (len > 1 && len < 4 && !name_list(reading, LIST_COMMON, words, at) &&
            !name_list(reading, LIST_LETTER, words, at) && !name_list(reading, LIST_AS_IN, words, at) &&
            !name_list(reading, LIST_ANSWER, words, at) && !name_is_given(reading, words, at))
            return false;
    }
    return true;
}

/* Whether letters can be a name by themselves: vowels and consonants, no more than a name has. */
static bool is_name_like(const char *letters)
{
    size_t len = strlen(letters), vowels = 0;
    for (size_t at = 0; at < len; at++) {
        vowels += strchr("aeiouy", letters[at]) != NULL;
        if (at > 1 && letters[at] == letters[at - 1] && letters[at] == letters[at - 2])
            return false;
    }
    return len >= 3 && len <= 12 && vowels > 0 && vowels < len;
}

static bool is_given_name(struct reading *reading, const char *name)
{
    struct words words;
    if (words_read(NULL, name, &words) != 0) {
        reading->failed = true;
        return false;
    }
    bool given = words.count == 1 && name_is_given(reading, &words, 0);
    words_free(&words);
    return given;
}

/* "k i m b a r t o n" is Kim Barton: the name as it was said, written without its blanks. */
static bool spells_whole(const char *name, const char *letters)
{
    char fold[128];
    size_t len = word_fold(name, strlen(name), fold, sizeof fold), kept = 0;
    for (size_t at = 0; at < len; at++)
        if (fold[at] >= 'a' && fold[at] <= 'z')
            fold[kept++] = fold[at];
    fold[kept] = '\0';
    /* Or its beginning: the name was heard in part. */
    if (kept >= 3 && strlen(letters) > kept && strncmp(fold, letters, kept) == 0)
        return true;
    return strchr(name, ' ') && text_distance(fold, letters) <= 1 + (int)strlen(letters) / 5;
}

/* "Jeff. Geoff, G E O F F": two given names that sound alike are one, and not a given and a family name. */
static bool is_another_form(struct reading *reading, const struct claim *claim, const char *spelled,
                            const char *letters)
{
    char fold[64];
    word_fold(claim->name, strlen(claim->name), fold, sizeof fold);
    return claim->key_count == 1 && claim->part != PART_LAST && text_distance(fold, letters) <= 2 &&
           is_given_name(reading, spelled) && is_given_name(reading, claim->name);
}

static void use_spelling(struct names *names, const struct spoken *spoken, const char *letters)
{
    struct reading *reading = names->reading;
    char *spelled = name_capital(reading, letters);
    struct claim *last = name_latest(names);
    if (!is_clean(reading, &spoken->words) || (last && spells_whole(last->name, letters)))
        return;
    char *name = spelled && last ? name_respell(reading, last->name, spelled, letters) : NULL;
    if (!spelled)
        return;
    if (last && !name && is_another_form(reading, last, spelled, letters))
        name = spelled;
    if (name) {
        enum part part = last->part;
        struct claim *claim = name_claim_plain(names, name, SURE_SPELLED, spoken->turn);
        last->dead = claim != NULL;
        if (claim)
            claim->part = part;
    } else if (is_name_like(letters) && (last ? last->key_count == 1 : is_given_name(reading, spelled)) &&
               (names->asked || names->guessed || names->addressed ||
                speaks_of_spelling(reading, &spoken->words))) {
        struct claim *claim = name_claim_plain(names, spelled, SURE_SPELLED, spoken->turn);
        if (claim)
            claim->part =
                last && last->part != PART_LAST && last->key_count == 1 ? PART_LAST : names->asked_part;
    }
}

/* "One L. A-L-A-N": a letter that something else is said of, before the spelling begins. */
static bool is_lone_letter(const struct reading *reading, const struct words *words, size_t at)
{
    const struct word *word = &words->items[at];
    if (at == 0 || at + 2 >= words->count || word->gap != GAP_NONE || word->joined)
        return false;
    /* The letters that follow stand closer together. */
    bool apart = !word[1].joined && (word[2].joined || (word[1].gap != GAP_NONE && word[2].gap == GAP_NONE));
    return apart && letter_at(reading, words, at) && !letter_at(reading, words, at - 1) &&
           letter_at(reading, words, at + 1) && letter_at(reading, words, at + 2);
}

bool name_is_spelled(struct reading *reading, const struct spoken *spoken)
{
    size_t row = 0;
    for (size_t at = 0; at < spoken->words.count; at++) {
        row = letter_at(reading, &spoken->words, at) ? row + 1 : 0;
        if (row == 3)
            return true;
    }
    return false;
}

void name_read_spelling(struct names *names, const struct spoken *spoken)
{
    char letters[MAX_LETTERS];
    size_t count;
    for (size_t at = 0; at < spoken->words.count; at++) {
        const struct word *word = &spoken->words.items[at];
        /* "with a P-H": the article is no letter. */
        if (word->gap == GAP_NONE && !word->joined && word->shape == SHAPE_LOWER &&
            name_list(names->reading, LIST_COMMON, &spoken->words, at) && at > 0 &&
            name_list(names->reading, LIST_COMMON, &spoken->words, at - 1)) {
            /* "with a G. G E O F F": nor is that G part of what follows. */
            bool lone = at + 2 < spoken->words.count && word[1].fold[1] == '\0' && !word[2].joined;
            at += lone && word->fold[1] == '\0';
            continue;
        }
        /* "with a J: J A N A": the J before the colon is none of the letters that follow. */
        const struct rule *rule = reading_rule(names->reading, SECTION_NAME_LETTER, spoken, at);
        size_t said = rule ? names->reading->matcher.all.to : 0;
        if (said > at + 1 && said < spoken->words.count && spoken->words.items[said].gap > GAP_NONE) {
            at = said - 1;
            continue;
        }
        if (is_lone_letter(names->reading, &spoken->words, at))
            continue;
        size_t end = read_letters(names->reading, &spoken->words, at, letters, &count);
        if (count >= 3)
            use_spelling(names, spoken, letters);
        if (end > at)
            at = end - 1;
    }
}

/* Letters that sound alike, for "with a K". */
static const char sounds_alike[][2] = {{'k', 'c'}, {'c', 'k'}, {'z', 's'}, {'s', 'z'}, {'y', 'i'},
                                       {'i', 'y'}, {'v', 'w'}, {'w', 'v'}, {'f', 'v'}};

static char *change_letter(struct reading *reading, const char *name, int letter, bool drop)
{
    size_t first = strcspn(name, " ");
    char *copy = arena_text(reading->arena, name, strlen(name));
    if (!copy) {
        reading->failed = true;
        return NULL;
    }
    for (size_t at = first; drop && at-- > 1;)
        if (copy[at] == letter) {
            memmove(copy + at, copy + at + 1, strlen(copy + at));
            return copy;
        }
    if (drop || memchr(copy, letter, first) || (copy[0] | 0x20) == letter)
        return NULL;
    for (size_t i = 0; i < sizeof sounds_alike / sizeof sounds_alike[0]; i++) {
        if (sounds_alike[i][0] != letter)
            continue;
        if ((copy[0] | 0x20) == sounds_alike[i][1]) {
            copy[0] = (char)(letter - ('a' - 'A'));
            return copy;
        }
        for (size_t at = first; at-- > 1;)
            if (copy[at] == sounds_alike[i][1]) {
                copy[at] = (char)letter;
                return copy;
            }
    }
    if (letter == 'h')
        return arena_printf(reading->arena, "%.*sh%s", (int)first, copy, copy + first);
    return NULL;
}

/* "with a K", "without an h" */
void name_read_letter_rule(struct names *names, const struct spoken *spoken)
{
    size_t at;
    struct reading *reading = names->reading;
    const struct rule *rule = reading_find(reading, SECTION_NAME_LETTER, spoken, &at);
    struct claim *last = name_latest(names);
    if (!rule || !last || !rule->slot || reading->matcher.list_count == 0)
        return;
    int letter = letter_at(reading, &spoken->words, reading->matcher.lists[0].from);
    char *name = letter ? change_letter(reading, last->name, letter, strcmp(rule->slot, "drop") == 0) : NULL;
    if (!name)
        return;
    enum part part = last->part;
    struct claim *claim = name_claim_plain(names, name, SURE_SPELLED, spoken->turn);
    last->dead = claim != NULL;
    if (claim)
        claim->part = part;
}
