/*
 * reading: a transcript as rows of words, in the language that is spoken, with the tools by which rules look
 * at it: finding the rule that fits, cutting out what it captured, numbers and times in words. One reading
 * serves all modules of this room.
 */
#ifndef CALLMEM_UNDERSTAND_READING_H
#define CALLMEM_UNDERSTAND_READING_H

#include "base/arena.h"
#include "language/lexicon.h"
#include "understand/transcript.h"

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

struct reading {
    const struct lexicon *lexicon;
    const struct language *language; /* NULL when there is no lexicon at all */
    const struct transcript *transcript;
    struct arena *arena; /* borrowed: owns every string that the functions below give */
    bool ruled;          /* `language` is the one that is spoken: rules may look at the turns */
    bool failed;         /* out of memory */
    bool cased;          /* the caller's words are written with capitals */
    bool any_digits;     /* digits in words of languages without a lexicon and of other scripts count, too */
    bool nouns;          /* the language writes nouns with capitals: German */
    enum name_mode name_mode;
    struct spoken *
        spoken; /* as many as the transcript has turns; without a lexicon for their language as plain words */
    size_t count;
    struct matcher matcher; /* of the last rule that fitted */
    /* What <name> captures; set by its user, since names are found with the tools of this file. */
    size_t (*capture_name)(struct reading *reading, const struct words *words, size_t at,
                           size_t ends[PATTERN_ENDS]);
};

/* Reads the turns. -1: out of memory; reading_close() is due in any case. */
int reading_open(struct reading *reading, const struct lexicon *lexicon, const struct transcript *transcript,
                 struct arena *arena);
void reading_close(struct reading *reading);

/* Reads text as words of the language in use; words_free() belongs to the caller of it. -1: out of memory,
 * which `failed` says then. */
int reading_read(struct reading *reading, const char *text, struct spoken *spoken);

/* The first rule of a section that fits at word `at`, with its match in reading->matcher; NULL when none
 * does.
 */
const struct rule *reading_rule(struct reading *reading, enum section section, const struct spoken *spoken,
                                size_t at);
/* The rule of a section that fits the most words at `at`. */
const struct rule *reading_longest(struct reading *reading, enum section section, const struct spoken *spoken,
                                   size_t at);
/* The first rule of a section that fits anywhere; `at` is where. */
const struct rule *reading_find(struct reading *reading, enum section section, const struct spoken *spoken,
                                size_t *at);

/* A span as it was said, and as the value of a fact: without what leads or trails it, its first letter small
 * where only the beginning of a sentence made it big. NULL when nothing is left or it says nothing. */
char *reading_text(struct reading *reading, const struct words *words, struct span span);
char *reading_value(struct reading *reading, const struct words *words, struct span span);
struct span reading_trim(const struct reading *reading, const struct words *words, struct span span);
/* The words of a span, folded and joined by "-", for slots. At most four words. */
char *reading_key(struct reading *reading, const struct words *words, struct span span);
/* A template of a rule filled in from reading->matcher; `key` folds what goes in. NULL when something that it
 * names is empty. */
char *reading_fill(struct reading *reading, const char *template, const struct words *words, bool key);
/* The whole sentence around a word. */
struct span reading_sentence(const struct words *words, size_t at);
/* The sentence around a word as it was said, cut to what fits a note. */
char *reading_quote(struct reading *reading, const struct words *words, size_t at);

/* Captures of patterns. */
size_t capture_any(void *ctx, enum capture what, const struct words *words, size_t at,
                   size_t ends[PATTERN_ENDS]);
/* The end of the longest phrase of time at word `at`, 0 when there is none. */
size_t capture_time(const struct reading *reading, const struct words *words, size_t at);

/* How the names of collected data and of variables read: "customerName" is "customer name". */
bool key_is(struct reading *reading, const char *name, enum list list, bool whole);
/* A collected value that says nothing: "unknown". */
bool value_is_empty(struct reading *reading, const char *value);

#endif
