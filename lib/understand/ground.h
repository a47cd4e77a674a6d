/*
 * ground: whether what an LLM says of a call was said in it. A statement is cut into the words that carry it;
 * each of them is looked for in the turns, by itself, by its stem, as a number in words, as a spelled code,
 * in scripts without blanks by pairs of characters. Without turns (ElevenLabs leaves them out when it is told
 * to) the summary is what was said.
 */
#ifndef CALLMEM_UNDERSTAND_GROUND_H
#define CALLMEM_UNDERSTAND_GROUND_H

#include "understand/manner.h"
#include "understand/tokens.h"

#define GROUND_PLACES 96

struct ground;

/* Indexes the turns; the arena of the reading owns it. NULL, and reading->failed, when out of memory. */
struct ground *ground_open(struct reading *reading);
void ground_close(struct ground *ground);
bool ground_is_summary(const struct ground *ground); /* there were no turns */

/* Where the caller said a word of a statement. */
struct place {
    size_t spoken, at; /* the turn in reading->spoken, the word */
    size_t token;
};

struct grounding {
    struct tokens words;
    struct place places[GROUND_PLACES]; /* the caller's */
    size_t place_count;
    double weight;    /* of all tokens */
    double said;      /* shares of that: said by anybody, */
    double by_user;   /* by the caller, */
    double core_user; /* by the caller, of the words that are no labels; */
    double core;      /* the same as `said`, of the words that are no labels */
    double confirmed; /* by the caller, or by the agent with a yes after it, */
    double told;      /* by the caller, or by the agent who told it without a no after it */
    double refused;   /* by the agent alone, with a no after it */
    size_t specific, specific_said;
    size_t names, names_said;
    size_t best;       /* the caller's turn that grounds it best, in reading->spoken; */
    size_t best_agent; /* the agent's; SIZE_MAX when there is none */
    bool offered;      /* all of it is an offer that was refused, and the caller said only a part */
    double window;     /* share said in the turns around the best one */
};

/* Fills `out`. -1 when out of memory, which reading->failed says as well. */
int ground_statement(struct ground *ground, const char *text, struct grounding *out);

/* Whether the caller said a word (folded), or the agent as well (`anybody`). */
bool ground_was_said(const struct ground *ground, const char *fold, bool anybody);
/* Whether token `token` of the last statement was said in turn `spoken`. */
bool ground_has(const struct ground *ground, size_t spoken, size_t token);
/* The position in the transcript of turn `spoken`, -1 for the summary and SIZE_MAX. */
int ground_position(const struct ground *ground, size_t spoken);
/* The turn after `spoken` in which the caller answers; SIZE_MAX when there is none. */
size_t ground_answer(const struct ground *ground, size_t spoken);
const struct spoken *ground_spoken(const struct ground *ground, size_t *count);
/* Whether an identifier or an address was said, in whatever way; `turn` (may be NULL) is one in which it was.
 */
bool ground_heard(struct ground *ground, const char *value, size_t *turn);

#endif
