/*
 * Feelings: what the caller's words weigh, turn by turn, the end of the call counting more than its
 * beginning.
 */
#include "understand/mood.h"

#include <math.h>
#include <string.h>

#define CLEAR        0.8    /* from here on a turn shows a feeling */
#define CLEAR_CALL   0.7    /* and from here on a call, in which feelings are weighed against each other */
#define NOT_GOOD     (-0.8) /* "not helpful" is bad */
#define NOT_BAD      (-0.2) /* "not angry" is hardly good */
#define STRONGER     1.4
#define WEAKER       0.6
#define TAKEN_BACK   0.4
#define NEGATOR_SPAN 3 /* how many words before a feeling a "not" reaches it */

/* How what stands before a feeling changes it. */
static double changed(const struct reading *reading, const struct words *words, size_t at, double weight)
{
    bool negated = false;
    for (size_t back = 1; back <= NEGATOR_SPAN && back <= at; back++) {
        size_t before = at - back;
        if (words->items[before + 1].gap != GAP_NONE)
            break;
        if (language_list(reading->language, LIST_NEGATOR, words, before) > 0)
            negated = !negated;
        else if (language_list(reading->language, LIST_STRONGER, words, before) > 0)
            weight *= STRONGER;
        else if (language_list(reading->language, LIST_WEAKER, words, before) > 0)
            weight *= WEAKER;
    }
    return !negated ? weight : weight * (weight > 0 ? NOT_GOOD : NOT_BAD);
}

/* Whether a "but" follows in the same sentence: "I was annoyed, but …". */
static bool is_taken_back(const struct reading *reading, const struct words *words, size_t at)
{
    for (; at < words->count && words->items[at].gap != GAP_STOP; at++)
        if (language_list(reading->language, LIST_BUT, words, at) > 0)
            return true;
    return false;
}

struct felt {
    double weight;
    size_t at;   /* the word of the strongest feeling */
    double most; /* its weight */
    size_t end;
};

static void read_turn(struct reading *reading, const struct spoken *spoken, struct felt *mood)
{
    *mood = (struct felt){0};
    for (size_t at = 0; at < spoken->words.count;) {
        /* The longest: "thanks for nothing" before "thanks". */
        const struct rule *rule = reading_longest(reading, SECTION_FEELING, spoken, at);
        if (!rule) {
            at++;
            continue;
        }
        size_t end = reading->matcher.all.to > at ? reading->matcher.all.to : at + 1;
        double weight = changed(reading, &spoken->words, at, rule->weight);
        if (is_taken_back(reading, &spoken->words, end))
            weight *= TAKEN_BACK;
        mood->weight += weight;
        if (weight * weight > mood->most * mood->most) {
            mood->most = weight;
            mood->at = at;
            mood->end = end;
        }
        at = end;
    }
    mood->weight = mood->weight > 3 ? 3 : mood->weight < -3 ? -3 : mood->weight;
}

/* The mood that the operator's own analysis found. */
static bool collected_mood(struct reading *reading, double *mood)
{
    for (size_t at = 0; at < reading->transcript->collected_count; at++) {
        const struct collected *c = &reading->transcript->collected[at];
        if (!key_is(reading, c->name, LIST_KEY_MOOD, false))
            continue;
        if (key_is(reading, c->value, LIST_POSITIVE, true))
            *mood = 1;
        else if (key_is(reading, c->value, LIST_NEGATIVE, true))
            *mood = -1;
        else
            continue;
        return true;
    }
    return false;
}

void mood_find(struct reading *reading, struct understanding *understanding)
{
    double sum = 0, weights = 0, found = 0;
    size_t turns = 0, seen = 0;
    if (reading->transcript->rated) {
        understanding->mood = reading->transcript->rated > 0 ? MOOD_POSITIVE : MOOD_NEGATIVE;
        understanding->mood_given = true;
    }
    if (understanding->mood_given) {
        understanding->feeling = understanding->mood;
        return;
    }
    for (size_t at = 0; at < reading->count; at++)
        turns += reading->spoken[at].role == ROLE_USER;
    for (size_t at = 0; reading->ruled && at < reading->count; at++) {
        struct felt felt;
        if (reading->spoken[at].role != ROLE_USER)
            continue;
        seen++;
        read_turn(reading, &reading->spoken[at], &felt);
        double size = felt.weight < 0 ? -felt.weight : felt.weight;
        if (size < 0.3)
            continue;
        /* From 1 for the first turn to 4 for the last; a strong feeling is not thinned out by a weak one. */
        double late = turns > 1 ? (double)(seen - 1) / (double)(turns - 1) : 0;
        double weight = (1 + 3 * late) * (size < CLEAR ? 0.4 : 1);
        sum += weight * felt.weight;
        weights += weight;
    }
    double feeling = weights > 0 ? sum / weights : 0;
    understanding->mood = feeling >= CLEAR_CALL    ? MOOD_POSITIVE
                          : feeling <= -CLEAR_CALL ? MOOD_NEGATIVE
                                                   : MOOD_NEUTRAL;
    /* A mean of nothing but threes need not be exactly three. */
    understanding->feeling = fmax(-1, fmin(1, feeling / 3));
    found = reading->transcript->judged;
    if (collected_mood(reading, &found) || found != 0) {
        understanding->mood = found > 0 ? MOOD_POSITIVE : MOOD_NEGATIVE;
        understanding->feeling = found;
    }
}
