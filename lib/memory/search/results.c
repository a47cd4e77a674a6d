#include "memory/search/results.h"

#include <stdlib.h>
#include <string.h>

#define RESULT_CHARS  200  /* for each result asked for; all of them together have that many times it */
#define LEAST_CHARS   1000 /* and at least this */
#define RESULT_TURNS  6    /* the most turns in one result */
#define SUMMARY_CHARS 400  /* of a summary that fills what room is left */
#define SUMMARY_LEAD                                                                                         \
    0.05f                  /* a sentence that covers so much more of the question than any turn comes first  \
                            */
#define MISFITS       60   /* after so many turns in a row that found no place, no other is tried */
#define HALF_SCORE    8.0f /* the score that is shown as 0.5 */
#define SUMMARY_SCORE 6.0f /* of a sentence that has all that was asked for */
#define FACTS_MOST    2    /* facts that are results beside their turns, where each has */
#define FACT_SCORE    8.0f /* of one that has all that was asked for */
#define FACT_SHARE    0.5f /* at least this of what was asked for */

/* A result while it grows: turns from..to of the docs, or one other memory. */
struct group {
    uint32_t from, to, best;
    float score;
    bool gone;                       /* taken over by the group beside it */
    const struct sentence *sentence; /* of a summary, which is no doc; NULL: none */
    const struct doc *fact;          /* one of rank->facts; NULL: none */
    bool alone;
};

struct builder {
    struct rank *rank;
    struct group *groups;
    size_t count, group_room, alive, limit;
    size_t room, used; /* characters */
    bool failed;       /* out of memory */
};

/* --- The best first --- */

struct ranked_doc {
    float score;
    uint32_t doc;
};

/* Of equals the newer one. */
static bool is_better(const struct ranked_doc *a, const struct ranked_doc *b)
{
    return a->score != b->score ? a->score > b->score : a->doc > b->doc;
}

static void sift(struct ranked_doc *heap, size_t count, size_t at)
{
    const struct ranked_doc moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && is_better(&heap[child + 1], &heap[child]))
            child++;
        if (!is_better(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Takes the best one out; of a caller's many thousand few are needed, so they are not all sorted. */
static struct ranked_doc take_best(struct ranked_doc *heap, size_t *count)
{
    const struct ranked_doc best = heap[0];
    heap[0] = heap[--*count];
    if (*count)
        sift(heap, *count, 0);
    return best;
}

static size_t make_heap(const struct rank *rank, struct ranked_doc *heap)
{
    size_t count = 0;
    for (size_t i = 0; i < rank->doc_count; i++)
        if (rank->docs[i].score > 0)
            heap[count++] = (struct ranked_doc){rank->docs[i].score, (uint32_t)i};
    for (size_t i = count / 2; i-- > 0;)
        sift(heap, count, i);
    return count;
}

/* --- Turns --- */

/* The characters of a result with these turns, as sql/search.c writes it. */
static size_t size_of(const struct rank *rank, uint32_t from, uint32_t to)
{
    size_t size = to - from; /* blanks between */
    for (uint32_t i = from; i <= to; i++) {
        const struct doc *doc = &rank->docs[i];
        size += doc->item.chars;
        if (doc->is_turn && doc->item.speaker == SPEAKER_AGENT)
            size += strlen(MEMORY_AGENT);
        else if (doc->is_turn && from != to)
            size += strlen(MEMORY_CALLER);
    }
    return size;
}

/* The result that the turn beside this one is part of and that can take another; NULL when there is none. */
static struct group *beside(const struct builder *builder, uint32_t doc, int step)
{
    const struct rank *rank = builder->rank;
    const struct call *call = &rank->calls[rank->docs[doc].call];
    int64_t at = (int64_t)doc + step;
    if (!builder->groups || !rank->docs[doc].is_turn || at < call->first ||
        at >= (int64_t)call->first + call->count || !rank->docs[at].group)
        return NULL;
    struct group *group = &builder->groups[rank->docs[at].group - 1];
    return group->to - group->from + 1 < RESULT_TURNS ? group : NULL;
}

/* Whether a result is no doc. */
static bool is_other(const struct group *group)
{
    return group->sentence || group->fact;
}

/* Whether a result is there already for a turn with the same words. */
static bool is_said(const struct builder *builder, const struct doc *doc)
{
    const struct segment_item *item = &doc->item;
    for (size_t i = 0; i < builder->count && item->term_count; i++) {
        const struct segment_item *other = &builder->rank->docs[builder->groups[i].best].item;
        if (!builder->groups[i].gone && !is_other(&builder->groups[i]) && other->chars == item->chars &&
            other->kind == item->kind && other->speaker == item->speaker &&
            other->term_count == item->term_count &&
            memcmp(other->terms, item->terms, 4 * (size_t)item->term_count) == 0)
            return true;
    }
    return false;
}

/* One more group at the end; NULL when out of memory. */
static struct group *new_group(struct builder *builder)
{
    if (builder->count == builder->group_room) {
        size_t room = builder->group_room ? builder->group_room * 2 : 64;
        struct group *groups = realloc(builder->groups, room * sizeof *groups);
        builder->failed = builder->failed || !groups;
        if (!groups)
            return NULL;
        builder->groups = groups;
        builder->group_room = room;
    }
    builder->alive++;
    return &builder->groups[builder->count++];
}

static bool open_group(struct builder *builder, const struct ranked_doc *ranked)
{
    size_t size = size_of(builder->rank, ranked->doc, ranked->doc);
    if (is_said(builder, &builder->rank->docs[ranked->doc]))
        return true;
    if (builder->alive == builder->limit || (builder->used && builder->used + size > builder->room))
        return false;
    struct group *group = new_group(builder);
    if (!group)
        return false;
    *group =
        (struct group){.from = ranked->doc, .to = ranked->doc, .best = ranked->doc, .score = ranked->score};
    builder->used += size;
    builder->rank->docs[ranked->doc].group = (uint32_t)builder->count;
    return true;
}

/* Adds a turn to the result beside it, or makes one of the two that it stands between: the better one takes
 * the other. */
static bool join(struct builder *builder, uint32_t doc, struct group *before, struct group *after)
{
    struct rank *rank = builder->rank;
    struct group *group = !after || (before && before < after) ? before : after;
    uint32_t from = before ? before->from : doc, to = after ? after->to : doc;
    size_t old = (before ? size_of(rank, before->from, before->to) : 0) +
                 (after ? size_of(rank, after->from, after->to) : 0);
    size_t used = builder->used - old + size_of(rank, from, to);
    if (used > builder->room)
        return false;
    builder->used = used;
    if (before && after) {
        (group == before ? after : before)->gone = true;
        builder->alive--;
    }
    group->from = from;
    group->to = to;
    for (uint32_t i = from; i <= to; i++)
        rank->docs[i].group = (uint32_t)(group - builder->groups) + 1;
    return true;
}

/* False when there is no place for the doc; what is said already needs none. */
static bool place(struct builder *builder, const struct ranked_doc *ranked)
{
    struct group *before = beside(builder, ranked->doc, -1), *after = beside(builder, ranked->doc, 1);
    if (before && after && before->to - before->from + after->to - after->from + 3 > RESULT_TURNS)
        after = NULL;
    return before || after ? join(builder, ranked->doc, before, after) : open_group(builder, ranked);
}

static void place_turns(struct builder *builder, struct ranked_doc *heap, size_t count)
{
    for (size_t misfits = 0;
         count && misfits < MISFITS && builder->used < builder->room && !builder->failed;) {
        const struct ranked_doc best = take_best(heap, &count);
        misfits = place(builder, &best) ? 0 : misfits + 1;
    }
}

/* --- Facts --- */

/* The fact that covers most of the question, of equals the newer one; NULL when there is none. */
static struct doc *best_fact(const struct rank *rank)
{
    struct doc *best = NULL;
    for (size_t i = 0; i < rank->fact_count; i++) {
        struct doc *fact = &rank->facts[i];
        if (fact->eligible && !fact->group && fact->cover > 0 && fact->cover >= FACT_SHARE * rank->total &&
            (!best || fact->cover >= best->cover))
            best = fact;
    }
    return best;
}

/* What was understood of a call says in few words what its turns may say in many: where it has most of what
 * is asked for, it comes before them. */
static void place_facts(struct builder *builder)
{
    struct rank *rank = builder->rank;
    struct doc *fact;
    for (size_t i = 0; i < FACTS_MOST && builder->alive + 1 < builder->limit && (fact = best_fact(rank));
         i++) {
        struct group *group = new_group(builder);
        if (!group)
            return;
        *group = (struct group){.score = FACT_SCORE * fact->cover / rank->total, .fact = fact};
        fact->group = (uint32_t)builder->count;
        builder->used += fact->item.chars;
    }
}

/* --- Summaries --- */

/* The sentence that covers most of the question, the shortest of those; NULL when there is none. */
static const struct sentence *best_sentence(const struct rank *rank)
{
    const struct sentence *best = NULL;
    for (size_t i = 0; i < rank->sentence_count; i++) {
        const struct sentence *sentence = &rank->sentences[i];
        const struct call *call = &rank->calls[sentence->call];
        if (sentence->cover <= 0 || call->summary_shown ||
            (best && (sentence->cover < best->cover ||
                      (sentence->cover <= best->cover && sentence->item.chars >= best->item.chars))))
            continue;
        if (sentence->eligible)
            best = sentence;
    }
    return best;
}

static void place_sentence(struct builder *builder, const struct sentence *sentence, size_t chars, bool alone)
{
    const struct rank *rank = builder->rank;
    struct group *group = new_group(builder);
    if (!group)
        return;
    *group = (struct group){
        .score = SUMMARY_SCORE * sentence->cover / rank->total, .sentence = sentence, .alone = alone};
    builder->rank->calls[sentence->call].summary_shown = true;
    builder->used += chars;
}

/* What only a summary says comes first. */
static void place_lead(struct builder *builder)
{
    const struct rank *rank = builder->rank;
    const struct sentence *best = best_sentence(rank);
    if (!best)
        return;
    for (size_t i = 0; i < rank->doc_count; i++)
        if (rank->docs[i].eligible && best->cover <= rank->docs[i].cover + SUMMARY_LEAD * rank->total)
            return;
    if (best->cover > SUMMARY_LEAD * rank->total)
        place_sentence(builder, best, best->item.chars, true);
}

/* What room the turns leave is filled with the summaries that have to do with the question. */
static void fill(struct builder *builder)
{
    const struct sentence *best;
    while (builder->alive < builder->limit && !builder->failed && (best = best_sentence(builder->rank))) {
        if (builder->used && builder->used + SUMMARY_CHARS > builder->room)
            return;
        place_sentence(builder, best, SUMMARY_CHARS, false);
    }
}

/* The sentence of a summary that is shown where all of it is one result. */
static int32_t sentence_shown(const struct rank *rank, uint32_t call)
{
    const struct sentence *best = NULL;
    for (size_t i = 0; i < rank->sentence_count; i++)
        if (rank->sentences[i].call == call && (!best || rank->sentences[i].cover > best->cover))
            best = &rank->sentences[i];
    return best ? best->item.source : -1;
}

/* --- The whole --- */

/* What comes first for another reason than its score does not look worse than what follows it. */
static void level_scores(struct ranking *ranking)
{
    for (size_t i = ranking->count; i-- > 1;)
        if (ranking->results[i - 1].score < ranking->results[i].score)
            ranking->results[i - 1].score = ranking->results[i].score;
}

/* Whether what a result is there for holds no more: then it comes after those that do. */
static bool is_over(const struct rank *rank, const struct group *group)
{
    return !is_other(group) && rank->docs[group->best].item.over;
}

static struct rank_part *add_part(struct ranking *ranking, const struct segment_item *item)
{
    struct rank_part *part = &ranking->parts[ranking->part_count++];
    *part = (struct rank_part){.row = item->row, .over = item->over, .speaker = item->speaker};
    return part;
}

static int hand_out(const struct builder *builder, struct ranking *ranking)
{
    const struct rank *rank = builder->rank;
    ranking->results = calloc(builder->alive + 1, sizeof *ranking->results);
    ranking->parts = calloc(builder->count * RESULT_TURNS + 1, sizeof *ranking->parts);
    if (!ranking->results || !ranking->parts)
        return -1;
    for (size_t g = 0; g < 2 * builder->count; g++) {
        const struct group *group = &builder->groups[g % builder->count];
        if (group->gone || is_over(rank, group) != (g >= builder->count))
            continue;
        struct rank_result *result = &ranking->results[ranking->count++];
        result->parts = ranking->parts + ranking->part_count;
        result->score = (double)(group->score / (group->score + HALF_SCORE));
        result->sentence = -1;
        if (group->sentence) {
            result->best = group->sentence->item;
            add_part(ranking, &result->best);
            result->sentence = group->sentence->item.source;
            result->alone = group->alone;
            result->call = group->sentence->call;
            result->count = 1;
            continue;
        }
        const struct doc *best = group->fact ? group->fact : &rank->docs[group->best];
        result->best = best->item;
        result->call = best->call;
        if (group->fact) {
            add_part(ranking, &best->item)->over = 0;
            result->count = 1;
            continue;
        }
        if (best->item.kind == KIND_SUMMARY)
            result->sentence = sentence_shown(rank, best->call);
        for (uint32_t i = group->from; i <= group->to; i++)
            add_part(ranking, &rank->docs[i].item);
        result->count = group->to - group->from + 1;
    }
    level_scores(ranking);
    return 0;
}

int build_results(struct rank *rank, struct ranking *ranking)
{
    size_t limit = rank->filter->limit ? rank->filter->limit : 10;
    struct builder builder = {.rank = rank,
                              .limit = limit,
                              .room =
                                  limit * RESULT_CHARS > LEAST_CHARS ? limit * RESULT_CHARS : LEAST_CHARS};
    struct ranked_doc *heap = calloc(rank->doc_count + 1, sizeof *heap);
    int result = -1;
    if (heap) {
        size_t count = make_heap(rank, heap);
        /* With kinds asked for, a summary is a doc like others or none of them. */
        if (!rank->filter->kinds)
            place_lead(&builder);
        if (!rank->facts_asked)
            place_facts(&builder);
        place_turns(&builder, heap, count);
        if (!rank->filter->kinds)
            fill(&builder);
        result = builder.failed ? -1 : hand_out(&builder, ranking);
    }
    free(heap);
    free(builder.groups);
    return result;
}
