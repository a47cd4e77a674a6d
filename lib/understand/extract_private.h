/*
 * What the modules of extraction share: the call being read, its words, and the making of facts.
 */
#ifndef CALLMEM_UNDERSTAND_EXTRACT_PRIVATE_H
#define CALLMEM_UNDERSTAND_EXTRACT_PRIVATE_H

#include "base/arena.h"
#include "language/lexicon.h"
#include "understand/extract.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One turn as words. */
struct spoken {
    struct words words;
    int turn; /* its position in the transcript */
    enum role role;
};

/* How sure a pattern is that a name stands where it says. */
enum name_mode {
    NAME_LIKELY,   /* "my name is …", an answer to "your name?" */
    NAME_POSSIBLE, /* "I am …": also said before much else */
    NAME_SPOKEN_TO /* the agent's words, which are always written with capitals */
};

struct call {
    const struct lexicon *lexicon;
    const struct language *language;
    const struct event *event;
    struct arena *arena;
    struct extraction *out;
    size_t room; /* for facts */
    bool failed; /* out of memory */
    bool cased;  /* the caller's words are written with capitals */
    bool nouns;  /* the language writes nouns with capitals: German */
    enum name_mode name_mode;
    struct spoken *spoken; /* as many as the event has turns */
    size_t count;
    struct matcher matcher; /* of the last rule that fitted */
};

#define FACTS_MAX 400 /* of one call */

/* Adds a fact unless one of the same kind, slot and value is there; the stronger confidence stays. NULL texts
 * count as out of memory. The strings live in the arena or are static. */
void call_fact(struct call *call, const struct fact *fact);

/* Reads text as words of the language in use; words_free() belongs to the caller of it. -1: out of memory,
 * which the call knows then. */
int call_read(struct call *call, const char *text, struct spoken *spoken);

/* The first rule of a section that fits at word `at`, with its match in call->matcher; NULL when none does.
 */
const struct rule *call_rule(struct call *call, enum section section, const struct spoken *spoken, size_t at);
/* The rule of a section that fits the most words at `at`. */
const struct rule *call_longest(struct call *call, enum section section, const struct spoken *spoken,
                                size_t at);
/* The first rule of a section that fits anywhere; `at` is where. */
const struct rule *call_find(struct call *call, enum section section, const struct spoken *spoken,
                             size_t *at);

/* A span as it was said, and as the value of a fact: without what leads or trails it, its first letter small
 * where only the beginning of a sentence made it big. NULL when nothing is left or it says nothing. */
char *call_text(struct call *call, const struct words *words, struct span span);
char *call_value(struct call *call, const struct words *words, struct span span);
struct span call_trim(const struct call *call, const struct words *words, struct span span);
/* The words of a span, folded and joined by "-", for slots. At most four words. */
char *call_key(struct call *call, const struct words *words, struct span span);
/* A template of a rule filled in from call->matcher; `key` folds what goes in. NULL when something that it
 * names is empty. */
char *call_fill(struct call *call, const char *template, const struct words *words, bool key);
/* The whole sentence around a word. */
struct span call_sentence(const struct words *words, size_t at);
/* The sentence around a word as it was said, cut to what fits a note. */
char *call_quote(struct call *call, const struct words *words, size_t at);

/* Captures of patterns; shared by all modules. */
size_t capture_any(void *ctx, enum capture what, const struct words *words, size_t at,
                   size_t ends[PATTERN_ENDS]);
size_t capture_name(struct call *call, const struct words *words, size_t at, size_t ends[PATTERN_ENDS]);
/* The end of the longest phrase of time at word `at`, 0 when there is none. */
size_t capture_time(const struct call *call, const struct words *words, size_t at);

/* The day that the words of a span speak of, 0 when they speak of none. */
int64_t date_find(struct call *call, const struct spoken *spoken, struct span span);

/* How the names of collected data and of variables read: "customerName" is "customer name". */
bool key_is(struct call *call, const char *name, enum list list, bool whole);
/* A collected value that says nothing: "unknown". */
bool value_is_empty(struct call *call, const char *value);

void extract_names(struct call *call);
void extract_wishes(struct call *call);
void extract_facts(struct call *call);
void extract_topics(struct call *call);
void extract_feelings(struct call *call);

#endif
