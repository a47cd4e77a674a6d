#include "understand/act.h"

#include "language/terms.h"
#include "language/words.h"

#include <string.h>

#define ACT_WORDS 24 /* of one side; what comes after is not looked at */

/* A word that says something. */
struct act_word {
    const char *fold; /* of the words that were read */
    uint32_t hash;
};

struct act_words {
    struct words words;
    struct act_word items[ACT_WORDS];
    size_t count;
};

/* -1: out of memory; words_free() is due in any case. */
static int read_words(struct analyser *analyser, const char *text, struct act_words *out)
{
    out->count = 0;
    if (words_read(NULL, text, &out->words) != 0)
        return -1;
    for (size_t at = 0; at < out->words.count && out->count < ACT_WORDS; at++) {
        const struct word *word = &out->words.items[at];
        char bare[96];
        struct term term;
        size_t len = word->end - word->start;
        if (len >= sizeof bare)
            continue;
        memcpy(bare, text + word->start, len);
        bare[len] = '\0';
        if (analyser_terms(analyser, bare, &term, 1) == 1 && !(term.flags & (TERM_STOP | TERM_TIME)))
            out->items[out->count++] = (struct act_word){word->fold, term.hash};
    }
    return analyser_failed(analyser) ? -1 : 0;
}

static bool has_related(const struct relation *related, size_t count, uint32_t other)
{
    for (size_t i = 0; i < count; i++)
        if (related[i].hash == other)
            return true;
    return false;
}

/* Of a form of a word what is near to the word counts, too: "paid" is "pay", and that near to "payment". */
static bool is_related(const struct analyser *analyser, uint32_t hash, uint32_t other)
{
    const struct relation *related, *more;
    size_t count = analyser_related(analyser, hash, &related);
    bool found = hash == other || has_related(related, count, other);
    for (size_t i = 0; i < count && !found; i++)
        if (related[i].weight >= RELATION_SAME) {
            size_t more_count = analyser_related(analyser, related[i].hash, &more);
            found = has_related(more, more_count, other);
        }
    return found;
}

/* What was done is a word of the past, and what is to be done is not: "sent" and "send". The same word twice
 * ("the form") is a thing. */
static enum act compare(const struct analyser *analyser, const struct act_words *did,
                        const struct act_words *open)
{
    size_t shared = 0;
    bool acted = false;
    for (size_t d = 0; d < did->count; d++) {
        bool found = false, same = false;
        for (size_t o = 0; o < open->count; o++) {
            bool equal = strcmp(did->items[d].fold, open->items[o].fold) == 0;
            same = same || equal;
            found = found || equal || is_related(analyser, did->items[d].hash, open->items[o].hash);
        }
        shared += found;
        acted = acted || (found && !same);
    }
    if (!acted)
        return ACT_OTHER;
    return shared > 1 ? ACT_SAME : shared == did->count ? ACT_BARE : ACT_OTHER;
}

int act_compare(const char *language, const char *did, const char *open, enum act *act, struct error *error)
{
    struct analyser *analyser = analyser_new(language);
    struct act_words left = {.count = 0}, right = {.count = 0};
    bool good = analyser && read_words(analyser, did, &left) == 0 && read_words(analyser, open, &right) == 0;
    *act = good ? compare(analyser, &left, &right) : ACT_OTHER;
    words_free(&left.words);
    words_free(&right.words);
    analyser_free(analyser);
    return good ? 0 : error_no_memory(error);
}
