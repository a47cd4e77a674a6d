/*
 * The name of a speaker is a word that the other one says, with a capital, in many calls, and the speaker
 * hardly ever; summaries have it too. Name memories of the caller count as well.
 */
#include "memory/search/names.h"

#include <stdlib.h>
#include <string.h>

#define OWN_SHARE   0.2f /* the most that speakers say their own name, as a share of the other one */
#define SMALL_SHARE 0.1f /* the most that a name is written without a capital */
#define CALLS_LEAST 2
#define CANDIDATES  8 /* for each side; the best that is not written small is the name */

/* How a word is written by whom. Sides: 0 the caller, 1 the agent. */
struct count {
    uint32_t hash; /* 0: a free place */
    uint32_t capital[2];
    uint32_t calls[2], last_call[2]; /* calls in which each side says it, the last one plus one */
    uint32_t summaries, last_summary;
};

struct table {
    struct count *counts;
    size_t used, size; /* size: a power of two */
};

struct candidate {
    uint32_t hash, small;
    float score;
    float written; /* with a capital */
};

static struct count *find_place(struct count *counts, size_t size, uint32_t hash)
{
    size_t at = (hash >> 2) & (size - 1);
    while (counts[at].hash && counts[at].hash != hash)
        at = (at + 1) & (size - 1);
    return &counts[at];
}

static bool grow(struct table *table)
{
    size_t size = table->size ? table->size * 4 : 64;
    struct count *counts = calloc(size, sizeof *counts);
    if (!counts)
        return false;
    for (size_t i = 0; i < table->size; i++)
        if (table->counts[i].hash)
            *find_place(counts, size, table->counts[i].hash) = table->counts[i];
    free(table->counts);
    table->counts = counts;
    table->size = size;
    return true;
}

/* The count of a term; NULL when out of memory. */
static struct count *count_of(struct table *table, uint32_t hash)
{
    if (table->used * 2 >= table->size && !grow(table))
        return NULL;
    struct count *count = find_place(table->counts, table->size, hash);
    table->used += count->hash == 0;
    count->hash = hash;
    return count;
}

static bool count_turn(struct table *table, const struct doc *doc)
{
    int side = doc->item.speaker == SPEAKER_AGENT;
    for (size_t i = 0; i < doc->item.term_count; i++) {
        uint32_t term = segment_term(&doc->item, i);
        if (!(term & STORED_CAPITAL))
            continue;
        struct count *count = count_of(table, term & ~(uint32_t)STORED_BITS);
        if (!count)
            return false;
        count->capital[side]++;
        count->calls[side] += count->last_call[side] != doc->call + 1;
        count->last_call[side] = doc->call + 1;
    }
    return true;
}

static bool count_sentence(struct table *table, const struct sentence *sentence)
{
    for (size_t i = 0; i < sentence->item.term_count; i++) {
        uint32_t term = segment_term(&sentence->item, i);
        struct count *count = term & STORED_CAPITAL ? count_of(table, term & ~(uint32_t)STORED_BITS) : NULL;
        if (!count && term & STORED_CAPITAL)
            return false;
        if (!count)
            continue;
        count->summaries += count->last_summary != sentence->call + 1;
        count->last_summary = sentence->call + 1;
    }
    return true;
}

/* Of equals one comes first, whatever the size of the table that they come from. */
static bool is_better(const struct candidate *a, const struct candidate *b)
{
    return a->score > b->score || (a->score >= b->score && a->hash < b->hash);
}

/* Keeps the best candidates, best first. */
static void offer(struct candidate *best, const struct candidate *candidate)
{
    size_t at = CANDIDATES;
    while (at > 0 && is_better(candidate, &best[at - 1]))
        at--;
    if (at == CANDIDATES)
        return;
    memmove(&best[at + 1], &best[at], (CANDIDATES - at - 1) * sizeof *best);
    best[at] = *candidate;
}

static void choose_candidates(const struct rank *rank, const struct table *table, int side,
                              struct candidate *best)
{
    for (size_t i = 0; i < table->size; i++) {
        const struct count *count = &table->counts[i];
        float own = (float)count->capital[side], other = (float)count->capital[1 - side];
        float calls = (float)count->calls[1 - side], all = (float)rank->call_count;
        if (count->calls[1 - side] < CALLS_LEAST || own > OWN_SHARE * other)
            continue;
        float share = other / (own + other);
        struct candidate candidate = {.hash = count->hash,
                                      .written = own + other,
                                      .score =
                                          calls * share * share * (0.5f + (float)count->summaries / all)};
        offer(best, &candidate);
    }
}

static void count_small(const struct rank *rank, struct candidate *candidates, size_t count)
{
    bool maybe[1024] = {false}; /* by some bits of the hash: most terms are none of the candidates */
    for (size_t k = 0; k < count; k++)
        maybe[candidates[k].hash >> 2 & 1023] = true;
    for (size_t i = 0; i < rank->doc_count; i++) {
        const struct segment_item *item = &rank->docs[i].item;
        for (size_t j = 0; rank->docs[i].is_turn && j < item->term_count; j++) {
            uint32_t term = segment_term(item, j);
            if (!maybe[term >> 2 & 1023] || term & STORED_CAPITAL)
                continue;
            for (size_t k = 0; k < count; k++)
                candidates[k].small += candidates[k].hash == term;
        }
    }
}

static void add_name(struct names *names, uint32_t hash, enum speaker speaker)
{
    if (names->count < NAMES && names_speaker(names, hash) == SPEAKER_NONE) {
        names->items[names->count].hash = hash;
        names->items[names->count++].speaker = speaker;
    }
}

static bool choose_names(struct rank *rank)
{
    struct table table = {.size = 0};
    struct candidate best[2 * CANDIDATES] = {{0}};
    bool good = grow(&table);
    for (size_t i = 0; i < rank->doc_count && good; i++)
        good = !rank->docs[i].is_turn || count_turn(&table, &rank->docs[i]);
    for (size_t i = 0; i < rank->sentence_count && good; i++)
        good = count_sentence(&table, &rank->sentences[i]);
    for (int side = 0; side < 2 && good; side++)
        choose_candidates(rank, &table, side, best + side * CANDIDATES);
    free(table.counts);
    if (!good)
        return false;
    if (best[0].hash || best[CANDIDATES].hash)
        count_small(rank, best, 2 * CANDIDATES);
    /* The agent's first: a word that could be either's is more likely what the caller calls the agent. */
    for (int side = 1; side >= 0; side--)
        for (size_t i = 0; i < CANDIDATES; i++) {
            const struct candidate *candidate = &best[side * CANDIDATES + (int)i];
            if (candidate->hash && (float)candidate->small <= SMALL_SHARE * candidate->written) {
                add_name(&rank->names, candidate->hash, side ? SPEAKER_AGENT : SPEAKER_USER);
                break;
            }
        }
    return true;
}

static bool count_known(struct table *table, const struct segment_item *item, uint32_t *most)
{
    for (size_t i = 0; item->kind == KIND_NAME && i < item->term_count; i++) {
        uint32_t term = segment_term(item, i);
        if (!(term & STORED_INNER))
            continue;
        struct count *count = count_of(table, term & ~(uint32_t)STORED_BITS);
        if (!count)
            return false;
        if (++count->capital[0] > *most)
            *most = count->capital[0];
    }
    return true;
}

/* The words that most of the name memories agree on: "Name: Ana Kowalska". */
static bool take_known_names(struct rank *rank)
{
    struct table table = {.size = 0};
    uint32_t most = 0;
    bool good = true;
    for (size_t i = 0; i < rank->fact_count && good; i++)
        good = count_known(&table, &rank->facts[i].item, &most);
    for (size_t i = 0; i < rank->doc_count && good; i++)
        good = count_known(&table, &rank->docs[i].item, &most);
    for (size_t i = 0; i < table.size && good; i++)
        if (table.counts[i].hash && table.counts[i].capital[0] * 2 >= most)
            add_name(&rank->names, table.counts[i].hash, SPEAKER_USER);
    free(table.counts);
    return good;
}

int names_find(struct rank *rank)
{
    return choose_names(rank) && take_known_names(rank) ? 0 : -1;
}

enum speaker names_speaker(const struct names *names, uint32_t hash)
{
    for (size_t i = 0; i < names->count; i++)
        if (names->items[i].hash == hash)
            return names->items[i].speaker;
    return SPEAKER_NONE;
}
