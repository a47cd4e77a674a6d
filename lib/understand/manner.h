/*
 * manner: how a sentence is said: of whom, and whether it is told, asked, denied, remembered, supposed or
 * quoted. Rules and the checks of an LLM's statements both look at a sentence in this way. All of it rests on
 * closed classes of words of the lexicon.
 */
#ifndef CALLMEM_UNDERSTAND_MANNER_H
#define CALLMEM_UNDERSTAND_MANNER_H

#include "understand/reading.h"

struct manner {
    bool first_person; /* the nearest subject is the speaker: "I", "my", "we" */
    bool third_person; /* it is somebody else: "my daughter", "he", "Stan's" */
    struct span who;   /* the words that name that somebody, empty when it is a pronoun */
    bool relative;     /* `who` is a relation of the speaker: "my daughter", "mi hija Ana" */
    bool negated;      /* "not", "never", "no …" reaches the word */
    bool question;     /* it is asked */
    bool condition;    /* stands after "if", "unless" */
    bool past;         /* "used to", "as a child", "when I was", "back then" */
    bool quoted;       /* somebody's words: "she said: I am …" */
    bool once;         /* for this time: "today", "this time", "for tomorrow" */
};

/* How the sentence around word `at` of a turn is said. Looks at most MANNER_WORDS words to each side. Without
 * a lexicon for the language only the person and `question` are known. */
#define MANNER_WORDS 40
struct manner manner_of(struct reading *reading, const struct spoken *spoken, size_t at);

/* Whether a phrase of the list stands anywhere in a span. */
bool manner_has(const struct reading *reading, const struct words *words, enum list list, struct span span);
/* Whether `said` is a form of the past of a word that is `told` in the present: "loved", "loves". Both are
 * folded. */
bool manner_is_past(const struct reading *reading, const char *said, const char *told);

/* "Me too.", "Yo también.": whether what a sentence says of somebody else is said of the speaker, too, by the
 * next one. */
bool manner_goes_for_own(const struct reading *reading, const struct words *words, struct span sentence);

/* "I'm allergic to Mondays, ha ha": laughter in the sentence of a word, or alone after it. */
bool manner_is_laughed_at(const struct reading *reading, const struct words *words, size_t at);

/* Whether word `at` is what somebody else said: `quoted`, or within quotation marks that open after other
 * words.
 */
bool manner_is_others_words(struct reading *reading, const struct spoken *spoken, size_t at);

/* What an answer begins with. */
enum answer { ANSWER_OTHER, ANSWER_YES, ANSWER_NO };
enum answer manner_answer(const struct reading *reading, const struct spoken *spoken);

#endif
