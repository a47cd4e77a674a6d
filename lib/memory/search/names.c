/*
 * The name of a speaker is a word that the other one says, with a capital, in many calls, and the speaker
 * hardly ever. Name memories of the caller count as well.
 */
#include "memory/search/names.h"

#include <stdlib.h>
#include <string.h>

#define OWN_SHARE   0.2f /* the most that speakers say their own name, as a share of the other one */
#define CALLS_LEAST 2
#define CALLS_MOST  400 /* the last calls, from which the names are learnt */

/* How a word is written by whom. Sides: 0 the caller, 1 the agent. */
struct count {
    uint32_t hash; /* 0: a free place */
    uint32_t capital[2];
    uint32_t calls[2], last_call[2]; /* calls in which each side says it, the last one plus one */
};

struct table {
    struct count *counts;
    size_t used, size; /* size: a power of two */
};

static struct count *find_place(struct count *counts, size_t size, uint32_t hash)
{
    size_t at = (hash >> 2) & (size - 1);
    while (counts[at].hash && counts[at].hash != hash)
        at = (at + 1) & (size - 1);
    return &counts[at];
}

/* At least four times as large, and for `least` places. */
static bool grow(struct table *table, size_t least)
{
    size_t size = table->size ? table->size * 4 : 64;
    while (size < least)
        size *= 2;
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
    if (table->used * 2 >= table->size && !grow(table, 64))
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

/* The term that is most likely the name of a side, 0 for none: what the other side says in most calls, and
 * the side itself hardly ever. Of equals the smaller hash, whatever the size of the table. */
static uint32_t name_of(const struct table *table, int side)
{
    uint32_t best = 0;
    float best_score = 0;
    for (size_t i = 0; i < table->size; i++) {
        const struct count *count = &table->counts[i];
        float own = (float)count->capital[side], other = (float)count->capital[1 - side];
        if (count->calls[1 - side] < CALLS_LEAST || own > OWN_SHARE * other)
            continue;
        float share = other / (own + other), score = (float)count->calls[1 - side] * share * share;
        if (score > best_score || (score >= best_score && count->hash < best)) {
            best = count->hash;
            best_score = score;
        }
    }
    return best;
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
    bool good = grow(&table, rank->doc_count < 1024 ? rank->doc_count : 1024);
    size_t first = rank->call_count > CALLS_MOST ? rank->calls[rank->call_count - CALLS_MOST].first : 0;
    for (size_t i = first; i < rank->doc_count && good; i++)
        good = !rank->docs[i].is_turn || count_turn(&table, &rank->docs[i]);
    /* The agent's first: a word that could be either's is more likely what the caller calls the agent. */
    for (int side = 1; side >= 0 && good; side--) {
        uint32_t name = name_of(&table, side);
        if (name)
            add_name(&rank->names, name, side ? SPEAKER_AGENT : SPEAKER_USER);
    }
    free(table.counts);
    return good;
}

static bool count_known(struct table *table, const struct segment_item *item, uint32_t *given)
{
    *given += item->kind == KIND_NAME;
    for (size_t i = 0; item->kind == KIND_NAME && i < item->term_count; i++) {
        uint32_t term = segment_term(item, i);
        if (!(term & STORED_INNER))
            continue;
        struct count *count = count_of(table, term & ~(uint32_t)STORED_BITS);
        if (!count)
            return false;
        count->capital[0]++;
    }
    return true;
}

/* The words that more than half of the name memories have: "Name: Ana Kowalska". Where several people call
 * from one number, none of their names says whose turns are meant, and each is looked for like other words.
 */
static bool take_known_names(struct rank *rank)
{
    struct table table = {.size = 0};
    uint32_t given = 0;
    bool good = true;
    for (size_t i = 0; i < rank->fact_count && good; i++)
        good = count_known(&table, &rank->facts[i].item, &given);
    for (size_t i = 0; rank->facts_asked && i < rank->doc_count && good; i++)
        good = count_known(&table, &rank->docs[i].item, &given);
    for (size_t i = 0; i < table.size && good; i++)
        if (table.counts[i].hash && table.counts[i].capital[0] * 2 > given)
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
