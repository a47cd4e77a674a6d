/*
 * What the modules that find the caller's name share: claims, and the words that names are made of.
 */
#ifndef CALLMEM_UNDERSTAND_SPEAKERS_PARTS_H
#define CALLMEM_UNDERSTAND_SPEAKERS_PARTS_H

#include "understand/reading.h"

#define NAME_WORDS 6
#define MAX_CLAIMS 64

/* Confidence by what the evidence is. */
#define SURE_COLLECTED 1.0
#define SURE_CONFIRMED 1.0
#define SURE_CORRECTED 0.9
#define SURE_SPELLED   0.9
#define SURE_ECHOED    0.88
#define SURE_CALLED    0.86
#define SURE_ANSWERED  0.84
#define SURE_SAID      0.8
#define SURE_MAYBE     0.76
#define SURE_PART      0.74
#define SURE_VARIABLE  0.6
#define SURE_ADDRESSED 0.5

enum part { PART_WHOLE, PART_FIRST, PART_LAST };

/* Something that points at a name. */
struct claim {
    char *name;
    uint64_t keys[NAME_WORDS]; /* of its words, titles left out */
    size_t key_count;
    double confidence;
    int turn;
    enum part part;
    bool is_called;  /* the caller asked to be called so */
    bool introduces; /* somebody begins to speak with it: "Hello, this is Ana" */
    bool dead;
};

struct names {
    struct reading *reading;
    struct claim claims[MAX_CLAIMS];
    size_t count;
    uint64_t agent[16]; /* names that the agent gave itself */
    size_t agent_count;
    bool asked, asked_other;
    const char *was; /* a name that the caller said is wrong; NULL */
    bool spoken_of;  /* names were spoken of before: asked for, guessed, given */
    enum part asked_part;
    bool guessed;   /* the agent asked whether the caller is … */
    bool addressed; /* the agent called the caller … */
    size_t guess;   /* the claim that the agent's words made */
};

/* name_words.c: names in a row of words. */
/* Where a name that begins at word `at` may end, the longest first; how many. As matcher.capture has it. */
size_t capture_name(struct reading *reading, const struct words *words, size_t at, size_t ends[PATTERN_ENDS]);
bool name_list(const struct reading *reading, enum list list, const struct words *words, size_t at);
/* Whether the word is a given name in any language: people travel. */
bool name_is_given(const struct reading *reading, const struct words *words, size_t at);
/* How many words of titles ("Dr.", "Frau") begin at `at`. */
size_t name_titles(const struct reading *reading, const struct words *words, size_t at);
/* A name as it should be written: with its capitals, without a title unless it is a lone family name. */
char *name_text(struct reading *reading, const struct words *words, struct span span);
/* A spelled word with its capital. */
char *name_capital(struct reading *reading, const char *letters);

/* name_claim.c: NULL when out of memory or when there are too many. */
struct claim *name_claim_span(struct names *names, const struct spoken *spoken, struct span span,
                              double confidence);
struct claim *name_claim_plain(struct names *names, const char *name, double confidence, int turn);
bool name_shares_word(const struct claim *claim, const uint64_t *keys, size_t count);
/* The caller said that the name in this span is not theirs. */
void name_deny(struct names *names, const struct words *words, struct span span);
/* The claim that a spelling or a correction of letters is about: the surest, of equals the last. */
struct claim *name_latest(struct names *names);

/* name_spelling.c */
void name_read_spelling(struct names *names, const struct spoken *spoken); /* "N-O-O-R" */
/* Puts a spelled word, `letters` in small letters, into the place of the word of `name` that sounds most like
 * it; NULL when none does. */
char *name_respell(struct reading *reading, const char *name, const char *spelled, const char *letters);
/* Whether a turn has letters in a row that spell something. */
bool name_is_spelled(struct reading *reading, const struct spoken *spoken);
void name_read_letter_rule(struct names *names, const struct spoken *spoken); /* "with a K" */

#endif
