#include "understand/orders.h"

#include <ctype.h>
#include <string.h>

bool orders_are_markup(const char *text)
{
    static const char *const marks[] = {
        "{{",  "}}",      "{%",         "<|",      "|>",         "[inst", "</",
        "###", "system:", "assistant:", "<system", "developer:", "${",    "system message"};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (strcasestr(text, marks[i]))
            return true;
    return false;
}

bool orders_are_placeholder(const char *text)
{
    for (const char *open = text; (open = strchr(open, '[')) != NULL; open++) {
        size_t len = 1;
        while (isupper((unsigned char)open[len]) || open[len] == '_' ||
               (len > 1 && isdigit((unsigned char)open[len])))
            len++;
        if (len > 3 && open[len] == ']')
            return true;
    }
    return false;
}

static bool has_order(struct reading *reading, const struct language *language, const char *text)
{
    const struct language *spoken = reading->language;
    bool ruled = reading->ruled;
    struct spoken row = {0};
    size_t at;
    reading->language = language;
    reading->ruled = true;
    bool found =
        reading_read(reading, text, &row) == 0 && reading_find(reading, SECTION_ORDER, &row, &at) != NULL;
    words_free(&row.words);
    reading->language = spoken;
    reading->ruled = ruled;
    return found;
}

bool orders_are_in(struct reading *reading, const char *text)
{
    const struct language *english = lexicon_language(reading->lexicon, "en");
    if (orders_are_markup(text))
        return true;
    if (reading->ruled && has_order(reading, reading->language, text))
        return true;
    return english && !(reading->ruled && reading->language == english) && has_order(reading, english, text);
}

void orders_find(struct reading *reading, struct understanding *understanding)
{
    for (size_t at = 0; at < reading->count; at++) {
        const struct spoken *spoken = &reading->spoken[at];
        const struct words *words = &spoken->words;
        bool lasting = !reading->ruled;
        if (spoken->role != ROLE_USER)
            continue;
        for (size_t word = 0; word < words->count && !lasting; word++)
            lasting = language_list(reading->language, LIST_LASTING, words, word) > 0;
        if (orders_are_markup(words->text) || (lasting && orders_are_in(reading, words->text)))
            understanding_add_order(understanding, spoken->turn);
    }
}
