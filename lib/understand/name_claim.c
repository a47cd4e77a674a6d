/*
 * Claims: what points at the caller's name.
 */
#include "understand/speakers_parts.h"

static struct claim *claim_new(struct names *names, char *name, double confidence, int turn)
{
    if (!name) {
        names->reading->failed = true;
        return NULL;
    }
    if (names->count == MAX_CLAIMS)
        return NULL;
    struct claim *claim = &names->claims[names->count++];
    *claim = (struct claim){.name = name, .confidence = confidence, .turn = turn};
    return claim;
}

struct claim *name_claim_span(struct names *names, const struct spoken *spoken, struct span span,
                              double confidence)
{
    struct claim *claim =
        claim_new(names, name_text(names->reading, &spoken->words, span), confidence, spoken->turn);
    if (!claim)
        return NULL;
    for (size_t at = span.from + name_titles(names->reading, &spoken->words, span.from); at < span.to; at++)
        if (claim->key_count < NAME_WORDS)
            claim->keys[claim->key_count++] = spoken->words.items[at].key;
    return claim;
}

struct claim *name_claim_plain(struct names *names, const char *name, double confidence, int turn)
{
    struct words words;
    struct spoken spoken = {.turn = turn};
    if (language_read(names->reading->language, name, &words) != 0) {
        names->reading->failed = true;
        return NULL;
    }
    spoken.words = words;
    struct claim *claim = NULL;
    if (words.count > 0)
        claim = name_claim_span(names, &spoken, (struct span){0, words.count}, confidence);
    words_free(&words);
    return claim;
}

bool name_shares_word(const struct claim *claim, const uint64_t *keys, size_t count)
{
    for (size_t i = 0; i < claim->key_count; i++)
        for (size_t j = 0; j < count; j++)
            if (claim->keys[i] == keys[j])
                return true;
    return false;
}

/* The caller said that this is not their name. "Not Ana Ruiz" leaves Eva Ruiz what she is. */
void name_deny(struct names *names, const struct words *words, struct span span)
{
    size_t first = span.from + name_titles(names->reading, words, span.from);
    for (size_t i = 0; i < names->count && span.to > first + 1; i++) {
        struct claim *claim = &names->claims[i];
        if (name_shares_word(claim, &words->items[first].key, 1) ||
            (claim->key_count == 1 && name_shares_word(claim, &words->items[span.to - 1].key, 1)))
            claim->dead = true;
    }
    if (span.to > first + 1)
        return;
    for (size_t at = span.from; at < span.to; at++)
        for (size_t i = 0; i < names->count; i++)
            if (name_shares_word(&names->claims[i], &words->items[at].key, 1))
                names->claims[i].dead = true;
}

struct claim *name_latest(struct names *names)
{
    struct claim *best = NULL;
    for (size_t at = 0; at < names->count; at++)
        if (!names->claims[at].dead && names->claims[at].confidence > SURE_ADDRESSED &&
            (!best || names->claims[at].confidence >= best->confidence))
            best = &names->claims[at];
    return best;
}
