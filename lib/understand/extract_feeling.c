/*
 * Feelings: what the caller's words weigh, turn by turn, the end of the call counting more than its
 * beginning.
 */
#include "understand/extract_private.h"

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
static double changed(const struct call *call, const struct words *words, size_t at, double weight)
{
    bool negated = false;
    for (size_t back = 1; back <= NEGATOR_SPAN && back <= at; back++) {
        size_t before = at - back;
        if (words->items[before + 1].gap != GAP_NONE)
            break;
        if (language_list(call->language, LIST_NEGATOR, words, before) > 0)
            negated = !negated;
        else if (language_list(call->language, LIST_STRONGER, words, before) > 0)
            weight *= STRONGER;
        else if (language_list(call->language, LIST_WEAKER, words, before) > 0)
            weight *= WEAKER;
    }
    return !negated ? weight : weight * (weight > 0 ? NOT_GOOD : NOT_BAD);
}

/* Whether a "but" follows in the same sentence: "I was annoyed, but …". */
static bool is_taken_back(const struct call *call, const struct words *words, size_t at)
{
    for (; at < words->count && words->items[at].gap != GAP_STOP; at++)
        if (language_list(call->language, LIST_BUT, words, at) > 0)
            return true;
    return false;
}

struct mood {
    double weight;
    size_t at;   /* the word of the strongest feeling */
    double most; /* its weight */
    size_t end;
};

static void read_mood(struct call *call, const struct spoken *spoken, struct mood *mood)
{
    *mood = (struct mood){0};
    for (size_t at = 0; at < spoken->words.count;) {
        /* The longest: "thanks for nothing" before "thanks". */
        const struct rule *rule = call_longest(call, SECTION_FEELING, spoken, at);
        if (!rule) {
            at++;
            continue;
        }
        size_t end = call->matcher.all.to > at ? call->matcher.all.to : at + 1;
        double weight = changed(call, &spoken->words, at, rule->weight);
        if (is_taken_back(call, &spoken->words, end))
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

static void add_feeling(struct call *call, const struct spoken *spoken, const struct mood *mood)
{
    bool good = mood->weight > 0;
    if (mood->weight < CLEAR && mood->weight > -CLEAR)
        return;
    char *quote = call_quote(call, &spoken->words, mood->at);
    /* One plain word says it best: "furious". What was negated or takes several is told by the quote. */
    bool plain = mood->end == mood->at + 1 && (mood->most > 0) == good;
    char *value = plain ? call_value(call, &spoken->words, (struct span){mood->at, mood->end}) : NULL;
    if (!quote)
        return;
    call_fact(call, &(struct fact){.kind = KIND_FEELING,
                                   .slot = "feeling",
                                   .value = value  ? value
                                            : good ? "pleased"
                                                   : "displeased",
                                   .text = arena_printf(call->arena, "%s: \"%s\"",
                                                        good ? "Was pleased" : "Was unhappy", quote),
                                   .confidence = 0.7,
                                   .polarity = good ? 1 : -1,
                                   .turn = spoken->turn});
}

/* The mood that the operator's own analysis found. */
static bool collected_mood(struct call *call, double *mood)
{
    for (size_t at = 0; at < call->event->collected_count; at++) {
        const struct collected *c = &call->event->collected[at];
        if (!key_is(call, c->name, LIST_KEY_MOOD, false))
            continue;
        if (key_is(call, c->value, LIST_POSITIVE, true))
            *mood = 1;
        else if (key_is(call, c->value, LIST_NEGATIVE, true))
            *mood = -1;
        else
            continue;
        return true;
    }
    return false;
}

void extract_feelings(struct call *call)
{
    double sum = 0, weights = 0, mood_found = 0;
    size_t turns = 0, seen = 0;
    for (size_t at = 0; at < call->count; at++)
        turns += call->spoken[at].role == ROLE_USER;
    for (size_t at = 0; at < call->count; at++) {
        struct mood mood;
        if (call->spoken[at].role != ROLE_USER)
            continue;
        seen++;
        read_mood(call, &call->spoken[at], &mood);
        add_feeling(call, &call->spoken[at], &mood);
        double size = mood.weight < 0 ? -mood.weight : mood.weight;
        if (size < 0.3)
            continue;
        /* From 1 for the first turn to 4 for the last; a strong feeling is not thinned out by a weak one. */
        double late = turns > 1 ? (double)(seen - 1) / (double)(turns - 1) : 0;
        double weight = (1 + 3 * late) * (size < CLEAR ? 0.4 : 1);
        sum += weight * mood.weight;
        weights += weight;
    }
    double feeling = weights > 0 ? sum / weights : 0;
    call->out->sentiment = feeling >= CLEAR_CALL    ? SENTIMENT_POSITIVE
                           : feeling <= -CLEAR_CALL ? SENTIMENT_NEGATIVE
                                                    : SENTIMENT_NEUTRAL;
    /* A mean of nothing but threes need not be exactly three. */
    call->out->feeling = fmax(-1, fmin(1, feeling / 3));
    if (collected_mood(call, &mood_found)) {
        call->out->sentiment = mood_found > 0 ? SENTIMENT_POSITIVE : SENTIMENT_NEGATIVE;
        call->out->feeling = mood_found;
    }
}
