/*
 * tokens: the words that carry a statement of an LLM, as they are looked for in a call: without those of
 * grammar, what names the kind ("prefers", "address") counting little, names, numbers and rare words counting
 * more.
 */
#ifndef CALLMEM_UNDERSTAND_TOKENS_H
#define CALLMEM_UNDERSTAND_TOKENS_H

#include "understand/reading.h"

#define TOKENS_MAX 48 /* of one statement */

/* A word of a statement. */
struct token {
    const char *fold;
    double weight;
    bool specific;  /* a rare word, a name or a number; */
    bool name;      /* one of the latter two, which must have been said as it is */
    bool time;      /* a weekday, a month, a part of the day: says when and not what */
    bool half;      /* the hour of half past it */
    bool code;      /* letters and digits, or many digits */
    bool user;      /* the caller said it */
    bool agent;     /* the agent said it, */
    bool confirmed; /* and the caller's answer was a yes; */
    bool told;      /* not as a question, and the caller's answer was not no; */
    bool refused;   /* and the caller's answer was no */
};

struct tokens {
    struct token items[TOKENS_MAX];
    size_t count;
    bool foreign; /* the statement is in another language than the call */
    bool unknown; /* there is no lexicon for its language, and it is written with blanks */
};

/* Cuts a statement. Folded words live in the arena. -1 when out of memory, which reading->failed says as
 * well. */
int tokens_cut(struct reading *reading, const char *text, struct tokens *tokens);

/* A number as it stands among the words: "#16". NULL when out of memory. */
const char *tokens_number(struct reading *reading, long value);
/* Whether a word has characters of a script without blanks; gives each pair of them, "=" before it, to
 * `each`; `weak` when both are grammar (Hiragana). */
bool tokens_are_unspaced(const char *fold);
void tokens_pairs(struct reading *reading, const char *fold,
                  void (*each)(void *ctx, const char *pair, bool weak), void *ctx);
/* The next character of a text, 0 at its end. */
int32_t tokens_character(const char **at);

#endif
