#include "memory/search/rank.h"

#include "memory/search/names.h"
#include "memory/search/results.h"
#include "memory/search/scored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Measured on conversations of several callers, each left out in turn; see docs/search.md before changing
 * one. */
#define K1 1.0f /* how soon more of the same word stops to count */
#define B  0.5f /* how much a long turn is held against it */
/* A word said in a turn speaks for the turns near it too, the less the more was said between. It is terms
 * that count and not turns alone: on the phone one thing is often said in several short ones. */
#define NEAR_TURNS  5
#define NEAR_TERMS  40.0f /* as far as this: the terms between, and for each turn between */
#define NEAR_TURN   3.0f  /* as many more */
#define NEAR_AFTER  0.5f  /* what it is worth for the next turn, */
#define NEAR_BEFORE 0.4f  /* and for the one before */
#define NEAR_HELP   0.2f  /* a word that only helps: for these two alone */
#define FACT_WEIGHT 0.5f  /* a word of a fact speaks for the turn that the fact came from */
/* What a memory's score is made of. */
#define W_BEST     4.0f  /* its words, beside the best match that the caller has */
#define W_SHARE    3.0f  /* its words, beside all that was asked for */
#define W_SUMMARY  3.0f  /* the words of its call's summary */
#define W_CALL     3.0f  /* the words of its whole call */
#define W_TIME     4.0f  /* its call was at the time that is meant */
#define W_SPEAKER  2.5f  /* it was said by whom the question is about */
#define W_QUESTION -0.8f /* it is a question itself */
#define W_ANSWER   0.4f  /* it follows a question */
#define W_PROPER   0.8f  /* it has a name of something in it */
#define W_NAME     1.0f  /* and that was asked for */
#define W_WHEN     2.0f  /* it says when, and that was asked for */
#define W_HELP     6.0f  /* words that the asker thinks it may have, where it has a word of the question */
/* How sure it has to be that such a word goes with the question. */
#define AGREE_PRIOR 8.0f /* memories without it that are thought beside those that have it */
#define AGREE_SLOPE 1.0f

/* --- Gathering --- */

static void *room_for(void *array, size_t count, size_t *room, size_t size, bool *failed)
{
    if (count < *room)
        return array;
    size_t more = *room ? *room * 2 : 256;
    void *grown = realloc(array, more * size);
    if (!grown) {
        *failed = true;
        return array;
    }
    *room = more;
    return grown;
}

/* Whether the filter lets a memory be a result. */
static bool allows(const struct rank *rank, const struct rank_call *call, const struct segment_item *item)
{
    const struct memory_filter *filter = rank->filter;
    if (rank->open)
        return true;
    if ((filter->kinds && !(filter->kinds >> item->kind & 1)) ||
        (filter->sectors && !(filter->sectors >> item->sector & 1)) ||
        (filter->since && item->created_at < filter->since) ||
        (filter->until && item->created_at > filter->until) ||
        (filter->conversation && *filter->conversation &&
         strcmp(filter->conversation, call->conversation) != 0))
        return false;
    if (filter->min_salience <= 0)
        return true;
    /* A segment holds floats: 0.9 is less there than where it was set, and still as much as was asked for. */
    double left =
        memory_decayed((double)item->salience, (double)item->decay_lambda, rank->now - item->created_at);
    return (float)left >= (float)filter->min_salience;
}

/* The turn of a call that stands at a position of the transcript; NULL when it is not there. */
static struct doc *find_turn(struct rank *rank, const struct call *call, int32_t position)
{
    uint32_t low = call->first, high = call->first + call->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (rank->docs[middle].item.position < position)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < call->first + call->count && rank->docs[low].item.position == position;
    return found ? &rank->docs[low] : NULL;
}

/* Whether it says something of a person that can be an answer. */
static bool is_statement(const struct segment_item *item)
{
    const unsigned kinds = 1u << KIND_PREFERENCE | 1u << KIND_NEED | 1u << KIND_INSTRUCTION |
                           1u << KIND_FACT | 1u << KIND_REQUEST | 1u << KIND_PROMISE | 1u << KIND_CONTACT |
                           1u << KIND_ID | 1u << KIND_ENDED;
    return kinds >> item->kind & 1;
}

/* Whether a memory is ranked as a turn is. Facts are what turns say in other words: without a filter those
 * whose turn is there only help it to be found. Of a summary, its first sentence stands for all of it. */
static bool is_doc(struct rank *rank, const struct call *call, const struct segment_item *item)
{
    if (item->chars == 0)
        return false;
    if (is_statement(item) && !find_turn(rank, call, item->source))
        return true;
    if (item->kind == KIND_SUMMARY)
        return item->source == 0 && rank->filter->kinds >> KIND_SUMMARY & 1;
    return item->kind == KIND_COLLECTED || item->kind == KIND_ATTEMPT || rank->facts_asked;
}

/* There is room for all memories of the calls from the beginning. */
static void add_doc(struct rank *rank, uint32_t call, const struct segment_item *item)
{
    struct doc *doc = &rank->docs[rank->doc_count++];
    memset(doc, 0, sizeof *doc);
    doc->item = *item;
    doc->call = call;
    doc->is_turn = item->kind == KIND_TURN;
    doc->eligible = allows(rank, rank->calls[call].given, item);
    rank->doc_terms += item->term_count;
}

static void add_fact(struct rank *rank, uint32_t call, const struct segment_item *item)
{
    rank->facts =
        room_for(rank->facts, rank->fact_count, &rank->fact_room, sizeof *rank->facts, &rank->failed);
    if (!rank->failed)
        rank->facts[rank->fact_count++] = (struct doc){
            .item = *item,
            .call = call,
            .eligible = is_statement(item) && !item->over && allows(rank, rank->calls[call].given, item)};
}

static void add_sentence(struct rank *rank, uint32_t at, const struct segment_item *item)
{
    rank->sentences = room_for(rank->sentences, rank->sentence_count, &rank->sentence_room,
                               sizeof *rank->sentences, &rank->failed);
    if (rank->failed)
        return;
    rank->sentences[rank->sentence_count++] =
        (struct sentence){.item = *item, .call = at, .eligible = allows(rank, rank->calls[at].given, item)};
    rank->calls[at].summary_length += item->term_count;
}

/* Whether the filter hides a memory, or a turn that something rests on which it hides. */
static bool is_hidden(const struct rank *rank, const struct call *call, const struct segment_item *item)
{
    unsigned hide = rank->filter->hide;
    struct segment_item other;
    size_t offset = 0;
    if (!hide || hide >> item->kind & 1)
        return hide != 0;
    while (item->kind == KIND_TURN &&
           segment_next(call->given->segment, call->given->segment_len, &offset, &other))
        if (hide >> other.kind & 1 && other.kind != KIND_SUMMARY && other.source == item->position)
            return true;
    return false;
}

/* Takes what a call has: its turns, then the other docs; the rest are facts. */
static void add_call(struct rank *rank, uint32_t at)
{
    struct call *call = &rank->calls[at];
    struct segment_item item;
    size_t offset = 0, first_fact = rank->fact_count;
    call->first = (uint32_t)rank->doc_count;
    while (segment_next(call->given->segment, call->given->segment_len, &offset, &item) && !rank->failed) {
        if (is_hidden(rank, call, &item))
            continue;
        if (item.kind != KIND_TURN) {
            add_fact(rank, at, &item);
        } else if (item.chars > 0) {
            add_doc(rank, at, &item);
            call->length += item.term_count;
        }
    }
    call->count = (uint32_t)rank->doc_count - call->first;
    size_t kept = first_fact, summary = SIZE_MAX;
    for (size_t i = first_fact; i < rank->fact_count && !rank->failed; i++) {
        const struct doc fact = rank->facts[i];
        bool sentence = fact.item.kind == KIND_SUMMARY && fact.item.chars > 0,
             doc = is_doc(rank, call, &fact.item);
        if (sentence)
            add_sentence(rank, at, &fact.item);
        if (sentence && doc)
            summary = rank->doc_count;
        if (doc)
            add_doc(rank, at, &fact.item);
        else if (!sentence)
            rank->facts[kept++] = fact;
    }
    rank->fact_count = kept;
    call->end = (uint32_t)rank->doc_count;
    call->summary_doc = summary == SIZE_MAX ? call->end : (uint32_t)summary;
}

static void measure(struct rank *rank)
{
    float terms = (float)rank->doc_terms, in_calls = 0, in_summaries = 0;
    size_t summaries = 0;
    for (size_t i = 0; i < rank->call_count; i++) {
        in_calls += rank->calls[i].length;
        in_summaries += rank->calls[i].summary_length;
        summaries += rank->calls[i].summary_length > 0;
    }
    rank->mean_length = rank->doc_count && terms > 0 ? terms / (float)rank->doc_count : 1;
    rank->mean_call = rank->call_count && in_calls > 0 ? in_calls / (float)rank->call_count : 1;
    rank->mean_summary = summaries ? in_summaries / (float)summaries : 1;
}

/* --- Finding --- */

/* How much of each word of the question is in one memory. */
struct found {
    float exact[QUESTION_CONCEPTS], related[QUESTION_CONCEPTS];
    uint16_t touched[QUESTION_CONCEPTS];
    size_t count;
};

static void find_term(const struct reading *reading, uint32_t hash, struct found *found)
{
    uint32_t at = reading_first(reading, hash);
    bool exact = false;
    for (; reading->table[at].weight > 0; at = (at + 1) & reading->mask) {
        const struct match *match = &reading->table[at];
        size_t which = match->which;
        if (!reading_fits(match, hash) || (exact && match->weight < 1))
            continue;
        if (found->exact[which] == 0 && found->related[which] == 0)
            found->touched[found->count++] = match->which;
        exact = match->weight >= 1;
        if (exact)
            found->exact[which] += 1;
        else if (match->weight > found->related[which])
            found->related[which] = match->weight;
    }
}

static void find_terms(const struct reading *reading, const struct segment_item *item, struct found *found)
{
    found->count = 0;
    for (size_t i = 0; i < item->term_count; i++) {
        uint32_t hash = segment_term(item, i) & ~(uint32_t)STORED_BITS;
        if (reading->table[reading_first(reading, hash)].weight > 0)
            find_term(reading, hash, found);
    }
}

static void add_hit(struct rank *rank, struct hits *hits, struct hit hit)
{
    hits->items = room_for(hits->items, hits->count, &hits->room, sizeof *hits->items, &rank->failed);
    if (!rank->failed)
        hits->items[hits->count++] = hit;
}

/* Hands what was found to a list of hits, and clears it for the next memory. */
static void settle(struct rank *rank, struct found *found, struct hits *hits, uint32_t at, float factor)
{
    for (size_t i = 0; i < found->count; i++) {
        uint16_t which = found->touched[i];
        float tf = found->exact[which] > 0 ? found->exact[which] : found->related[which];
        add_hit(rank, hits, (struct hit){.at = at, .which = which, .tf = tf * factor});
        found->exact[which] = found->related[which] = 0;
    }
}

/* The same for a fact, which speaks for its turn as well. */
static void settle_fact(struct rank *rank, struct found *found, uint32_t fact, const struct doc *turn)
{
    for (size_t i = 0; i < found->count && rank->facts[fact].eligible; i++) {
        uint16_t which = found->touched[i];
        float tf = found->exact[which] > 0 ? 1 : found->related[which];
        add_hit(rank, &rank->fact_hits, (struct hit){.at = fact, .which = which, .tf = tf});
    }
    settle(rank, found, &rank->hits, (uint32_t)(turn - rank->docs), FACT_WEIGHT);
}

/* A turn holds no more where nothing that was understood from it does. */
static void mark_over(struct rank *rank)
{
    bool any = false;
    for (int pass = 0; pass < 2 && (pass == 0 || any); pass++)
        for (size_t i = 0; i < rank->fact_count; i++) {
            const struct doc *fact = &rank->facts[i];
            if ((pass == 0) != (fact->item.over != 0) || fact->item.kind == KIND_NAME)
                continue;
            struct doc *turn = find_turn(rank, &rank->calls[fact->call], fact->item.source);
            if (turn && (pass == 0 || turn->item.over))
                turn->item.over = fact->item.over;
            any = any || turn;
        }
}

static const struct reading *reading_of(const struct rank *rank, uint32_t call)
{
    return question_reading(rank->question, rank->calls[call].given->language);
}

static void find_all(struct rank *rank)
{
    struct found found = {.count = 0};
    for (uint32_t c = 0; c < rank->call_count; c++) {
        const struct reading *reading = reading_of(rank, c);
        for (uint32_t i = rank->calls[c].first; i < rank->calls[c].end; i++) {
            if (i == rank->calls[c].summary_doc)
                continue;
            find_terms(reading, &rank->docs[i].item, &found);
            settle(rank, &found, &rank->hits, i, 1);
        }
    }
    for (uint32_t i = 0; i < rank->sentence_count; i++) {
        uint32_t c = rank->sentences[i].call, doc = rank->calls[c].summary_doc;
        find_terms(reading_of(rank, c), &rank->sentences[i].item, &found);
        struct found again = found;
        settle(rank, &found, &rank->sentence_hits, i, 1);
        if (doc < rank->calls[c].end)
            settle(rank, &again, &rank->hits, doc, 1);
    }
    for (size_t i = 0; i < rank->fact_count; i++) {
        const struct doc *fact = &rank->facts[i];
        struct doc *turn = find_turn(rank, &rank->calls[fact->call], fact->item.source);
        if (!turn)
            continue;
        find_terms(reading_of(rank, fact->call), &fact->item, &found);
        settle_fact(rank, &found, (uint32_t)i, turn);
    }
}

/* A word of the question that is the name of who speaks says whose turns are meant, and is not looked for:
 * unless nothing else is asked for. */
static void read_names(struct rank *rank)
{
    const struct question *question = rank->question;
    bool user = question->by_user, agent = question->by_agent;
    size_t names = 0;
    for (size_t r = 0; r < question->reading_count; r++) {
        const struct reading *reading = &question->readings[r];
        for (size_t i = 0; i <= reading->mask; i++) {
            const struct match *match = &reading->table[i];
            enum speaker speaker =
                match->weight >= 1 ? names_speaker(&rank->names, match->hash) : SPEAKER_NONE;
            if (speaker == SPEAKER_NONE)
                continue;
            names += !rank->is_name[match->which];
            rank->is_name[match->which] = true;
            user = user || speaker == SPEAKER_USER;
            agent = agent || speaker == SPEAKER_AGENT;
        }
    }
    if (names == question->asked)
        memset(rank->is_name, 0, sizeof rank->is_name);
    rank->speaker = user == agent ? SPEAKER_NONE : user ? SPEAKER_USER : SPEAKER_AGENT;
}

/* --- Scoring --- */

/* Spreads a hit of weight `v` over at most `turns` turns before (step -1) or after its own; how many had
 * something of it. */
static uint8_t spread_beside(const struct rank *rank, uint32_t at, int step, uint32_t turns, float v,
                             float *weights)
{
    float between = 0;
    uint8_t count = 0;
    for (; count < turns && count < NEAR_TURNS && between < NEAR_TERMS; count++) {
        at = (uint32_t)((int64_t)at + step);
        weights[at] += v * (1 - between / NEAR_TERMS);
        between += NEAR_TURN + (float)rank->docs[at].item.term_count;
    }
    return count;
}

/* Spreads one hit over its turn and the turns near it. */
static void spread(const struct rank *rank, struct hit *hit, float *weights)
{
    const struct doc *doc = &rank->docs[hit->at];
    const struct call *call = &rank->calls[doc->call];
    float v = hit->tf / (1 - B + B * (float)doc->item.term_count / rank->mean_length);
    weights[hit->at] += v;
    if (!doc->is_turn)
        return;
    bool helps = hit->which >= rank->question->asked;
    uint32_t before = hit->at - call->first, after = call->first + call->count - 1 - hit->at;
    hit->before = spread_beside(rank, hit->at, -1, helps && before ? 1 : before,
                                (helps ? NEAR_HELP : NEAR_BEFORE) * v, weights);
    hit->after = spread_beside(rank, hit->at, 1, helps && after ? 1 : after,
                               (helps ? NEAR_HELP : NEAR_AFTER) * v, weights);
}

/* Takes in what `spread` left on a turn and around it, and clears it. */
static void take_in(struct rank *rank, const struct hit *hit, float idf, float *weights)
{
    bool helps = hit->which >= rank->question->asked;
    uint32_t from = hit->at - hit->before, to = hit->at + hit->after;
    for (uint32_t i = from; i <= to; i++) {
        float w = weights[i];
        if (w <= 0) /* taken in with another hit */
            continue;
        float gain = idf * w * (K1 + 1) / (w + K1);
        weights[i] = 0;
        if (helps)
            rank->docs[i].help += gain;
        else
            rank->docs[i].match += gain;
        if (rank->docs[i].match > rank->best)
            rank->best = rank->docs[i].match;
    }
    for (uint32_t i = hit->at - (hit->before > 0); !helps && i <= hit->at + (hit->after > 0); i++) {
        struct doc *beside = &rank->docs[i];
        if (beside->near != hit->which + 1)
            beside->cover += idf;
        beside->near = (uint16_t)(hit->which + 1);
    }
}

/* How rare a word is among the caller's own memories. */
static float idf_of(struct rank *rank, const struct hit *hits, size_t count)
{
    size_t docs = 0;
    for (size_t i = 0; i < count; i++) {
        struct doc *doc = &rank->docs[hits[i].at];
        docs += doc->seen != hits[i].which + 1;
        doc->seen = (uint16_t)(hits[i].which + 1);
    }
    float n = (float)rank->doc_count, d = (float)docs;
    return logf(1 + (n - d + 0.5f) / (d + 0.5f));
}

/* A word in the whole of each call. */
static void score_calls(struct rank *rank, const struct hit *hits, size_t count, float idf)
{
    for (size_t i = 0; i < count; i++)
        if (rank->docs[hits[i].at].is_turn)
            rank->calls[rank->docs[hits[i].at].call].tf += hits[i].tf;
    for (size_t i = 0; i < count; i++) {
        struct call *call = &rank->calls[rank->docs[hits[i].at].call];
        float length = 3 * (0.25f + 0.75f * call->length / rank->mean_call);
        call->in_call += idf * call->tf / (call->tf + length);
        call->tf = 0;
    }
}

/* A word in the summaries. */
static void score_summaries(struct rank *rank, const struct hit *hits, size_t count, float idf)
{
    for (size_t i = 0; i < count; i++) {
        struct sentence *sentence = &rank->sentences[hits[i].at];
        struct call *call = &rank->calls[sentence->call];
        sentence->cover += idf;
        /* Said in full counts as often as it is said; words related to it count once. */
        call->summary_tf = hits[i].tf < 1 || call->summary_tf < 1 ? fmaxf(call->summary_tf, hits[i].tf)
                                                                  : call->summary_tf + hits[i].tf;
    }
    for (size_t i = 0; i < count; i++) {
        struct call *call = &rank->calls[rank->sentences[hits[i].at].call];
        float length = 0.3f + 0.9f * call->summary_length / rank->mean_summary;
        call->in_summary += idf * call->summary_tf / (call->summary_tf + length);
        call->summary_tf = 0;
    }
}

/* Sorts hits by the word that they are of; those of a word stay in their order. starts[w] to starts[w + 1]
 * are then the hits of a word. */
static int sort_hits(struct hits *hits, size_t words, size_t *starts)
{
    struct hit *sorted = calloc(hits->count + 1, sizeof *sorted);
    if (!sorted)
        return -1;
    memset(starts, 0, (words + 1) * sizeof *starts);
    for (size_t i = 0; i < hits->count; i++)
        starts[hits->items[i].which + 1]++;
    for (size_t w = 0; w < words; w++)
        starts[w + 1] += starts[w];
    size_t next[QUESTION_CONCEPTS + 1];
    memcpy(next, starts, (words + 1) * sizeof *next);
    for (size_t i = 0; i < hits->count; i++)
        sorted[next[hits->items[i].which]++] = hits->items[i];
    free(hits->items);
    hits->items = sorted;
    hits->room = hits->count + 1;
    return 0;
}

/* Whether the memories that have a word which only helps are those that the question finds: from 0, when they
 * match it no better than others, to 1. A few are not enough to tell. */
static float agreement(const struct rank *rank, const struct hit *hits, size_t count)
{
    float with = 0;
    for (size_t i = 0; i < count; i++)
        with += rank->docs[hits[i].at].match;
    if (count == 0 || rank->mean_match <= 0)
        return 0;
    float lift = (with / rank->mean_match - (float)count) / ((float)count + AGREE_PRIOR);
    return fminf(fmaxf(AGREE_SLOPE * lift, 0), 1);
}

/* What the question itself has found; the words that help are held against it. */
static void measure_match(struct rank *rank)
{
    float sum = 0;
    for (size_t i = 0; i < rank->doc_count; i++)
        sum += rank->docs[i].match;
    rank->mean_match = rank->doc_count ? sum / (float)rank->doc_count : 0;
}

static int score_words(struct rank *rank)
{
    const struct question *question = rank->question;
    size_t starts[QUESTION_CONCEPTS + 1], sentence_starts[QUESTION_CONCEPTS + 1],
        fact_starts[QUESTION_CONCEPTS + 1];
    float *weights = calloc(rank->doc_count + 1, sizeof *weights);
    if (!weights || sort_hits(&rank->hits, question->concepts, starts) != 0 ||
        sort_hits(&rank->sentence_hits, question->concepts, sentence_starts) != 0 ||
        sort_hits(&rank->fact_hits, question->concepts, fact_starts) != 0) {
        free(weights);
        return -1;
    }
    /* NOLINTBEGIN(clang-analyzer-unix.Malloc): what was sorted belongs to rank */
    for (size_t w = 0; w < question->concepts; w++) {
        struct hit *hits = rank->hits.items + starts[w];
        size_t count = starts[w + 1] - starts[w];
        bool unsaid_role = question->is_role[w] && count == 0;
        if (w == question->asked)
            measure_match(rank);
        if (rank->is_name[w] || unsaid_role)
            continue;
        float idf = idf_of(rank, hits, count);
        bool helps = w >= question->asked;
        if (helps)
            idf *= agreement(rank, hits, count);
        else
            rank->total += idf *= question->worth[w];
        for (size_t i = 0; i < count; i++)
            spread(rank, &hits[i], weights);
        for (size_t i = 0; i < count; i++)
            take_in(rank, &hits[i], idf, weights);
        if (helps)
            continue;
        for (size_t i = fact_starts[w]; i < fact_starts[w + 1]; i++)
            rank->facts[rank->fact_hits.items[i].at].cover += idf * rank->fact_hits.items[i].tf;
        score_calls(rank, hits, count, idf);
        score_summaries(rank, rank->sentence_hits.items + sentence_starts[w],
                        sentence_starts[w + 1] - sentence_starts[w], idf);
    }
    /* NOLINTEND(clang-analyzer-unix.Malloc) */
    free(weights);
    return 0;
}

/* Whether it has a capital within a sentence that is not the name of who speaks. */
static bool is_proper(const struct rank *rank, const struct doc *doc)
{
    for (size_t i = 0; doc->item.flags & SEGMENT_INNER && i < doc->item.term_count; i++) {
        uint32_t term = segment_term(&doc->item, i);
        if (term & STORED_INNER && names_speaker(&rank->names, term & ~(uint32_t)STORED_BITS) == SPEAKER_NONE)
            return true;
    }
    return false;
}

/* What each memory of a call has, whatever its own words. */
static float score_call(const struct call *call, float total)
{
    return W_SUMMARY * call->in_summary / total + W_CALL * call->in_call / total + W_TIME * call->time_fit;
}

static float score_doc(const struct rank *rank, size_t at, float best, float total)
{
    const struct question *question = rank->question;
    const struct doc *doc = &rank->docs[at];
    const struct call *call = &rank->calls[doc->call];
    float score = W_BEST * doc->match / best + W_SHARE * doc->match / total + call->score;
    if (score <= 0 || (!doc->is_turn && doc->match <= 0))
        return 0;
    if (doc->match > 0)
        score += W_HELP * fminf(doc->help / total, 1);
    bool follows = doc->is_turn && at > call->first && rank->docs[at - 1].item.flags & SEGMENT_ASKS;
    if (rank->speaker != SPEAKER_NONE && doc->item.speaker == rank->speaker)
        score += W_SPEAKER;
    if (doc->item.flags & SEGMENT_QUESTION)
        score += W_QUESTION;
    if (follows)
        score += W_ANSWER;
    if (is_proper(rank, doc))
        score += W_PROPER + (question->asks_name ? W_NAME : 0);
    if (question->asks_when && doc->item.flags & SEGMENT_TIME)
        score += W_WHEN;
    /* What the operator lets fade, fades. */
    double left = memory_decayed(1, (double)doc->item.decay_lambda, rank->now - doc->item.created_at);
    return score > 0 ? score * (float)left : 0;
}

static void score_all(struct rank *rank)
{
    float best = rank->best > 0 ? rank->best : 1, total = rank->total > 0 ? rank->total : 1;
    for (size_t i = 0; i < rank->call_count; i++) {
        struct call *call = &rank->calls[i];
        call->time_fit =
            question_time_fit(rank->question, call->given->started_at, i + 1 == rank->call_count);
        call->score = score_call(call, total);
    }
    for (size_t i = 0; i < rank->doc_count; i++)
        rank->docs[i].score = rank->docs[i].eligible ? score_doc(rank, i, best, total) : 0;
}

static int work(struct rank *rank, struct ranking *ranking)
{
    size_t most = 0;
    for (size_t i = 0; i < rank->call_count; i++)
        most += segment_most(rank->calls[i].given->segment_len);
    rank->docs = malloc((most + 1) * sizeof *rank->docs);
    if (!rank->docs)
        return -1;
    for (uint32_t i = 0; i < rank->call_count; i++)
        add_call(rank, i);
    if (rank->failed || names_find(rank) != 0)
        return -1;
    measure(rank);
    read_names(rank);
    mark_over(rank);
    find_all(rank);
    if (rank->failed || score_words(rank) != 0)
        return -1;
    score_all(rank);
    return build_results(rank, ranking);
}

int rank_memories(const struct question *question, const struct rank_call *calls, size_t call_count,
                  const struct memory_filter *filter, int64_t now, struct ranking *ranking)
{
    struct rank rank = {.question = question, .filter = filter, .now = now, .call_count = call_count};
    *ranking = (struct ranking){0};
    rank.facts_asked = filter->kinds || filter->sectors;
    rank.open = memory_filter_is_open(filter);
    rank.calls = calloc(call_count + 1, sizeof *rank.calls);
    for (size_t i = 0; i < call_count && rank.calls; i++)
        rank.calls[i].given = &calls[i];
    int result = rank.calls ? work(&rank, ranking) : -1;
    if (result != 0)
        ranking_free(ranking);
    free(rank.calls);
    free(rank.docs);
    free(rank.sentences);
    free(rank.facts);
    free(rank.hits.items);
    free(rank.sentence_hits.items);
    free(rank.fact_hits.items);
    return result;
}

void ranking_free(struct ranking *ranking)
{
    free(ranking->results);
    free(ranking->parts);
    *ranking = (struct ranking){0};
}
