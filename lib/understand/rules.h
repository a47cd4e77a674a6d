/*
 * rules: what a sentence says plainly of the speaker themselves: in the first person, present, not negated,
 * not asked, not quoted, not conditional, not narrated. Each rule stands in the lexicon of its language;
 * docs/understanding.md has how often each spoke on real dialogues and how often it was right. One below 0.95
 * goes.
 */
#ifndef CALLMEM_UNDERSTAND_RULES_H
#define CALLMEM_UNDERSTAND_RULES_H

#include "understand/reading.h"
#include "understand/understanding.h"

/* Adds needs, standing instructions, contact wishes and lasting preferences, family and work, and what is no
 * longer so. */
void rules_find(struct reading *reading, struct understanding *understanding);

/* Finds what the caller clearly asks about their own data ("delete everything you have about me", "don't call
 * me again"); not when they ask about it, speak of somebody else, or say not to. Fills request and
 * request_turn. */
void rules_find_request(struct reading *reading, struct understanding *understanding);

/* How the sentence around word `at` of a turn of the caller is said; for holding a statement against it as
 * well. */
struct manner {
    bool first_person; /* its subject is the speaker: "I", "my", "we", or a verb form of theirs */
    bool third_person; /* its subject is somebody else: "my daughter", "he", "Stan" */
    struct span who;   /* the words that name that somebody, empty when it is a pronoun */
    bool negated;      /* "not", "never", "no …" reaches the word */
    bool question;     /* it is asked */
    bool condition;    /* "if", "whether", "would" */
    bool past;         /* "used to", "as a child", "when I was", "back then" */
    bool quoted;       /* somebody's words: "she said: I am …" */
    bool once;         /* for this time: "today", "this time", "for tomorrow" */
};
struct manner rules_manner(struct reading *reading, const struct spoken *spoken, size_t at);

#endif
