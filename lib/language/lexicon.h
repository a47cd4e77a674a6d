/*
 * lexicon: the words and rules that extraction knows, by language. The data files lexicon/LANGUAGE.txt are
 * compiled into the library; an operator's own lines in CALLMEM_LEXICON_DIR/LANGUAGE.txt are added to them
 * and are tried first. The format is told in docs/lexicon.md.
 */
#ifndef CALLMEM_LANGUAGE_LEXICON_H
#define CALLMEM_LANGUAGE_LEXICON_H

#include "base/error.h"
#include "language/pattern.h"
#include "language/words.h"

#include <stdbool.h>
#include <stddef.h>

struct lexicon; /* immutable once loaded: shared by all threads */
struct language;

/* All languages. `directory` may be NULL or "". On a wrong line (named with file and line) or an unreadable
 * directory: NULL with ERROR_SETTINGS. */
struct lexicon *lexicon_load(const char *directory, struct error *error);
void lexicon_free(struct lexicon *lexicon);
/* One language alone, from `text` as it would stand in a file of the name `file`; for tests. */
struct lexicon *lexicon_parse(const char *code, const char *file, const char *text, size_t len,
                              struct error *error);

/* The language with this ISO 639-1 code, NULL when it has no lexicon. */
const struct language *lexicon_language(const struct lexicon *lexicon, const char *code);
size_t lexicon_count(const struct lexicon *lexicon);
const struct language *lexicon_at(const struct lexicon *lexicon, size_t at);

const char *language_code(const struct language *language);
/* Reads text as this language writes it. -1: out of memory. */
int language_read(const struct language *language, const char *text, struct words *words);

/* The lists that the program itself asks for; a lexicon may define others for its patterns. */
enum list {
    LIST_COMMON,   /* everyday words: no names, and signs of the language */
    LIST_NOT_NAME, /* capitalised words that are no names of people: places, peoples, brands, professions */
    LIST_GIVEN,    /* given names, also those that are words */
    LIST_TITLE,    /* "Mr", "Dr" */
    LIST_PARTICLE, /* "van", "de la": within names */
    LIST_COMPANY,  /* "Ltd", "Plumbing": what stands before is no person */
    LIST_RELATIVE, /* "mother", "son", "flatmate" */
    LIST_FILLER,   /* "um" */
    LIST_YES,
    LIST_NO,
    LIST_NEGATOR,   /* "not", "never" */
    LIST_NO_PAUSE,  /* a "no" and what it answers and does not negate: "no i", "no please" */
    LIST_IF,        /* what makes a statement no statement: "if", "whether" */
    LIST_AND,       /* between two things of one wish */
    LIST_OR,        /* between two offers */
    LIST_STOP,      /* words that end a thing: "because", "but" */
    LIST_AND_STOP,  /* after "and": a new thought begins: "I", "could" */
    LIST_LEAD,      /* no part of a thing at its beginning: "a", "the" */
    LIST_TAIL,      /* no part of a thing at its end: "please", "as well" */
    LIST_EMPTY,     /* things that say nothing: "it", "that", "everything" */
    LIST_TIME,      /* what makes a phrase one of time: "evening", "Tuesdays", "after" before a number */
    LIST_TIME_LINK, /* what may stand within one: "in", "the", "and" */
    LIST_STRONGER,  /* "very", "so" */
    LIST_WEAKER,    /* "a bit" */
    LIST_LETTER,    /* letters as they are said, with the letter as value: "zed" */
    LIST_WEEKDAY,   /* values 0 (Monday) to 6 */
    LIST_MONTH,     /* values 1 to 12 */
    LIST_NUMBER,    /* values */
    LIST_PRONOUN,   /* "his", "her": before a relative, of somebody other than the caller */
    LIST_MINE,      /* "my" */
    LIST_NAME_NEXT, /* what may follow a name: "here", "from", "calling" */
    LIST_ANSWER,    /* what may stand before the answer to a question: "well", "I think" */
    LIST_WISH,      /* makes a question one about wishes: "prefer", "would you like" */
    LIST_NO_VALUE,  /* collected values that say nothing: "unknown", "n/a" */
    LIST_KEY_NAME,  /* names of collected data: the caller's name, its parts, wishes, dislikes, needs, mood */
    LIST_KEY_FIRST,
    LIST_KEY_LAST,
    LIST_KEY_WISH,
    LIST_KEY_DISLIKE,
    LIST_KEY_NEED,
    LIST_KEY_MOOD,
    LIST_POSITIVE, /* values of a collected mood */
    LIST_NEGATIVE,
    LIST_AS_IN,   /* between a letter and the word that explains it: "as in" */
    LIST_DOUBLE,  /* before a letter that is there twice */
    LIST_SPELLED, /* shows that letters are a name: "spelled" */
    LIST_WRITING, /* how the language is written: "nouns" (with capitals), "ordinals" ("6." is the sixth) */
    LIST_BUT,     /* what stands before it weighs less than what stands after it */
    LIST_ONCE,    /* makes a wish one of this call alone: "this time", "tonight" */
    LISTS
};

/* Whether a phrase of the list begins at word `at`: how many words it has, 0 when none. The longest fits
 * first. */
size_t language_list(const struct language *language, enum list list, const struct words *words, size_t at);
/* The same, with the value of the phrase (0 when it has none). */
size_t language_value(const struct language *language, enum list list, const struct words *words, size_t at,
                      int *value);
/* Ends of all phrases of any list by number (enum list or one of a lexicon's own); for the matcher. */
size_t language_list_ends(const struct language *language, int list, const struct words *words, size_t at,
                          size_t ends[PATTERN_ENDS]);

/* Whether LIST_WRITING has that word. */
bool language_writes(const struct language *language, const char *how);

/* What rules are for. */
enum section {
    SECTION_NAME,         /* the caller names themselves */
    SECTION_NAME_MAYBE,   /* the same words are also used otherwise: "I am …" */
    SECTION_NAME_FIRST,   /* only the given name */
    SECTION_NAME_LAST,    /* only the family name */
    SECTION_NAME_CALLED,  /* how the caller wants to be called */
    SECTION_NAME_CORRECT, /* <name> is right, <other> is wrong */
    SECTION_NAME_NOT,     /* the caller is not <name> */
    SECTION_NAME_CONFIRM, /* the caller says yes to a name */
    SECTION_NAME_ANSWER,  /* what may stand before a name in an answer */
    SECTION_NAME_LETTER,  /* "with a K": slot "add" or "drop", value the letter */
    SECTION_ASK_NAME,     /* agent: asks for the caller's name; slot "", "first", "last" or "no" */
    SECTION_GUESS_NAME,   /* agent: thinks that the caller is <name> */
    SECTION_AGENT_NAME,   /* agent: names itself */
    SECTION_ADDRESS,      /* agent: addresses the caller as <name> */
    SECTION_LIKE,
    SECTION_DISLIKE,
    SECTION_NEED,
    SECTION_INSTRUCTION,
    SECTION_FACT,
    SECTION_REQUEST,
    SECTION_PROMISE,  /* agent */
    SECTION_IN_CALL,  /* agent: what is done at once and is no promise */
    SECTION_DONE,     /* agent: what the caller asked for is done */
    SECTION_ASK_WISH, /* agent: asks what the caller wants; an answer without verb is a wish */
    SECTION_ASK_NEED, /* agent: asks what the caller needs */
    SECTION_OFFER,    /* agent: offers <thing>; a yes is a wish */
    SECTION_FORGET,
    SECTION_TOPIC,   /* what the call is about */
    SECTION_FEELING, /* a weight and what shows it */
    SECTION_DATE,
    SECTIONS
};

struct rule {
    const struct node *pattern;
    uint64_t needs; /* a word that must be in the text, 0: none */
    struct firsts firsts;
    const char
        *slot; /* templates with {thing}, {name}, {1} (what the first @list found) and so on; or NULL */
    const char *value;
    const char *text;
    double weight;    /* of feelings */
    bool in_question; /* holds in a question, too */
    bool known;       /* only when what it found holds one of the [items] */
};

/* The rules of a section in the order in which they are tried. */
const struct rule *language_rules(const struct language *language, enum section section, size_t *count);

/* [items SLOT]: things that people have wishes about, with the slot that a wish belongs to. The slot of the
 * item that begins at word `at`, and how many words it has; NULL when there is none. */
const char *language_item(const struct language *language, const struct words *words, size_t at, size_t *len);
/* [subject NAME]: the topic that the phrase at word `at` speaks of; NULL when there is none. */
const char *language_topic(const struct language *language, const struct words *words, size_t at,
                           size_t *len);
/* [about SLOT]: the slot that the phrase at word `at` means when a caller asks for it to be forgotten; NULL
 * when there is none. */
const char *language_about(const struct language *language, const struct words *words, size_t at,
                           size_t *len);

#endif
