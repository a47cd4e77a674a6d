#include "understand/evidence_parts.h"

bool evidence_list(const struct reading *reading, enum list list, const struct words *words, size_t at)
{
    const struct language *english = lexicon_language(reading->lexicon, "en");
    return (reading->ruled && language_list(reading->language, list, words, at) > 0) ||
           (english && !(reading->ruled && reading->language == english) &&
            language_list(english, list, words, at) > 0);
}

bool evidence_says_nothing(struct reading *reading, const char *text)
{
    struct words words;
    bool found = false;
    if (!*text || value_is_empty(reading, text))
        return true;
    if (words_read(NULL, text, &words) != 0) {
        reading->failed = true;
        return true;
    }
    for (size_t i = 0; i < lexicon_count(reading->lexicon) && !found; i++)
        found = language_list(lexicon_at(reading->lexicon, i), LIST_NOTHING, &words, 0) > 0;
    words_free(&words);
    return found;
}
