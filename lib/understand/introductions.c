#include "understand/introductions.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TURNS 8 /* of the caller, in which people introduce themselves */
#define NAME_PARTS  5
#define NAME_BYTES  60 /* of a name in a script without blanks */

/* Before a name, folded, its words divided by blanks. */
static const char *const before[] = {
    "mijn naam is",
    "ik heet",
    "u spreekt met",
    "je spreekt met",
    "met", /* nl */
    "nazywam sie",
    "mam na imie",
    "z tej strony",
    "moje nazwisko", /* pl */
    "benim adim",
    "adim",
    "ismim",
    "ben", /* tr */
    "jag heter",
    "mitt namn ar",
    "jeg hedder",
    "mit navn er",
    "jeg heter",
    "mitt navn er", /* sv da no */
    "nimeni on",
    "jmenuji se",
    "volam sa",
    "ma numesc",
    "numele meu este",
    "a nevem", /* fi cs sk ro hu */
    "zovem se",
    "moje ime je",
    "ime mi je",
    "казвам се",
    "меня зовут",
    "мене звати",
    "моє імя", /* hr sl sr bg ru uk */
    "με λενε",
    "ονομαζομαι",
    "ten toi la",
    "nama saya",
    "pangalan ko ay", /* el vi id tl */
    "اسمي",
    "انا اسمي",
    "معك",
    "معكم",
    "שמי",
    "קוראים לי",
    "मेरा नाम",
    "मैं", /* ar he hi */
};

/* Scripts without blanks: what stands before a name, and what stands behind it. "" where there is none. */
static const struct {
    const char *before, *behind;
} around[] = {
    {"", "と申します"},       {"", "といいます"},         {"", "と言います"},       {"我叫", ""},
    {"我的名字是", ""},       {"我的名字叫", ""},         {"제 이름은 ", "입니다"}, {"제 이름은 ", "이에요"},
    {"저는 ", "라고 합니다"}, {"저는 ", "이라고 합니다"},
};

static size_t phrase_at(const struct words *words, size_t at, const char *phrase)
{
    size_t word = at;
    while (*phrase) {
        size_t len = strcspn(phrase, " ");
        if (word >= words->count || strlen(words->items[word].fold) != len ||
            memcmp(words->items[word].fold, phrase, len) != 0 ||
            (word > at && words->items[word].gap == GAP_STOP))
            return 0;
        phrase += len + (phrase[len] == ' ');
        word++;
    }
    return word - at;
}

/* A script that knows big letters: Latin, Greek, Cyrillic. */
static bool has_case(const char *word)
{
    unsigned char c = (unsigned char)*word;
    return c < 0xD6;
}

/* Where the name that begins at `at` ends; `at` when there is none. */
static size_t name_end(const struct words *words, size_t at)
{
    size_t end = at, last = at;
    while (end < words->count && end < at + NAME_PARTS && (end == at || words->items[end].gap == GAP_NONE)) {
        const struct word *word = &words->items[end];
        bool cased = has_case(words->text + word->start);
        bool particle = end > at && word->shape == SHAPE_LOWER && word->end - word->start <= 3;
        if (cased && word->shape != SHAPE_CAPITAL && !particle)
            break;
        if (!cased && end >= at + 2)
            break;
        end++;
        last = particle ? last : end;
    }
    return last;
}

static bool find_in_words(const struct spoken *spoken, struct understanding *understanding)
{
    const struct words *words = &spoken->words;
    for (size_t at = 0; at < words->count; at++)
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            size_t len = phrase_at(words, at, before[i]);
            /* One word is said of much: at the beginning of a sentence alone. */
            bool begins = strchr(before[i], ' ') || words->items[at].gap != GAP_NONE;
            size_t end = len > 0 && begins ? name_end(words, at + len) : 0;
            if (end <= at + len || len == 0)
                continue;
            const char *from = words->text + words->items[at + len].start;
            char *name = strndup(from, words->items[end - 1].end - words->items[at + len].start);
            understanding->failed = understanding->failed || !name;
            if (name)
                understanding_add_speaker(
                    understanding,
                    &(struct speaker){.full = name, .source = SOURCE_RULE, .turn = spoken->turn});
            free(name);
            return true;
        }
    return false;
}

static size_t characters_back(const char *text, const char *at, size_t bytes)
{
    size_t len = 0;
    while (at - len > text && len + 3 <= bytes) {
        const char *character = at - len - 3;
        if (character < text || (unsigned char)*character < 0xE3 || (unsigned char)*character > 0xED ||
            memcmp(character, "、", 3) == 0 || memcmp(character, "。", 3) == 0 ||
            memcmp(character, "は", 3) == 0 || memcmp(character, "！", 3) == 0 ||
            memcmp(character, "？", 3) == 0)
            break;
        len += 3;
    }
    return len;
}

static size_t characters_on(const char *at, size_t bytes)
{
    size_t len = 0;
    while (len + 3 <= bytes && (unsigned char)at[len] >= 0xE3 && (unsigned char)at[len] <= 0xED &&
           memcmp(at + len, "、", 3) != 0 && memcmp(at + len, "。", 3) != 0 && memcmp(at + len, "，", 3) != 0)
        len += 3;
    return len;
}

static bool find_in_text(const struct spoken *spoken, struct understanding *understanding)
{
    const char *text = spoken->words.text;
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        const char *lead = around[i].before, *tail = around[i].behind, *from, *end;
        const char *found = strstr(text, *lead ? lead : tail);
        if (!found)
            continue;
        if (*lead) {
            from = found + strlen(lead);
            end = *tail ? strstr(from, tail) : from + characters_on(from, 12);
        } else {
            end = found;
            from = end - characters_back(text, end, 24);
        }
        if (!end || end <= from + 3 || end - from > NAME_BYTES)
            continue;
        char *name = strndup(from, (size_t)(end - from));
        understanding->failed = understanding->failed || !name;
        if (name)
            understanding_add_speaker(
                understanding, &(struct speaker){.full = name, .source = SOURCE_RULE, .turn = spoken->turn});
        free(name);
        return true;
    }
    return false;
}

void introductions_find(struct reading *reading, struct understanding *understanding)
{
    size_t turns = 0;
    for (size_t at = 0; at < reading->count && turns < FIRST_TURNS && understanding->speaker_count == 0;
         at++) {
        const struct spoken *spoken = &reading->spoken[at];
        if (spoken->role != ROLE_USER)
            continue;
        turns++;
        if (find_in_words(spoken, understanding) || find_in_text(spoken, understanding))
            return;
    }
}
