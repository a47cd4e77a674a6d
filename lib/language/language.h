/*
 * language: what is known of one language: how it is written (spellings, fillers), its lists of phrases, its
 * rules. The data files data/LANGUAGE.txt hold it; language_file.c reads them, lexicon.h has all languages.
 */
#ifndef CALLMEM_LANGUAGE_LANGUAGE_H
#define CALLMEM_LANGUAGE_LANGUAGE_H

#include "base/arena.h"
#include "language/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct language; /* immutable once loaded: shared by all threads */

const char *language_code(const struct language *language); /* ISO 639-1 */
/* Reads text as this language writes it. -1: out of memory. */
int language_read(const struct language *language, const char *text, struct words *words);

/* --- Lists --- */

/* The lists that the program itself asks for; a language may define others for its patterns. */
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
    LIST_AND,       /* between two things of one wish */
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
    LIST_ORDINAL,   /* the part of LIST_NUMBER that a search ignores: "first", "a few", an article */
    LIST_PRONOUN,   /* "his", "her": before a relative, of somebody other than the caller */
    LIST_MINE,      /* "my" */
    LIST_NAME_NEXT, /* what may follow a name: "here", "from", "calling" */
    LIST_ANSWER,    /* what may stand before the answer to a question: "well", "I think" */
    LIST_WISH,      /* makes a question one about wishes: "prefer", "would you like" */
    LIST_NO_VALUE,  /* collected values that say nothing: "unknown", "n/a" */
    LIST_KEY_NAME,  /* names of collected data: the caller's name, its parts, mood */
    LIST_KEY_FIRST,
    LIST_KEY_LAST,
    LIST_KEY_MOOD,
    LIST_POSITIVE, /* values of a collected mood */
    LIST_NEGATIVE,
    LIST_AS_IN,   /* between a letter and the word that explains it: "as in" */
    LIST_DOUBLE,  /* before a letter that is there twice */
    LIST_SPELLED, /* shows that letters are a name: "spelled" */
    LIST_WRITING, /* how the language is written: "nouns" (with capitals), "ordinals" ("6." is the sixth),
                     "subjectless" ("vivo" is "I live") */
    LIST_BUT,     /* what stands before it weighs less than what stands after it */
    LIST_ONCE,    /* makes a wish one of this call alone: "this time", "tonight" */
    /* What statements are held against their call with. */
    LIST_FUNCTION,     /* words that carry nothing by themselves: articles, pronouns, auxiliaries */
    LIST_LABEL,        /* what a statement says of its kind: "prefers", "allergic", "address" */
    LIST_FIRST_PERSON, /* "I", "we" */
    LIST_THIRD_PERSON, /* "he", "she" */
    LIST_SAY,          /* before somebody's words: "said" */
    LIST_PAST,         /* what was: "used to", "as a child" */
    LIST_LASTING,      /* makes a choice a lasting one: "always" */
    LIST_BETTER,       /* "rather", "next time", "not": a wish, not the favour of the moment */
    LIST_WHICH,        /* asks for a choice: "which", "or" */
    LIST_IF_CLAUSE,    /* begins a condition: "if", "unless" */
    LIST_AVOID,        /* says no without a negator: "without"; 1: of what follows, "allergic" */
    LIST_NO_PERSON,    /* machines, roles, menu words: "operator" */
    LIST_NOTHING,      /* begins what says that there is nothing: "none", "there is nothing" */
    LIST_ERASE,        /* speaks of data that are to go: "delete", "right to be forgotten" */
    LIST_NUMERAL, /* beside LIST_NUMBER and LIST_ORDINAL: hundreds; negative: goes with no other ("half") */
    LIST_INDIFFERENT, /* "do not mind": no objection though it is negated */
    LIST_FOR,         /* before whom something is for, or of */
    LIST_DIET,        /* ways of eating, of which one has one: "vegetarian" */
    LIST_CONTACT,     /* reaching somebody: "call", "text" */
    LIST_ASK_TO,      /* makes a question a request: "could you" */
    LIST_NO_ERASE,    /* says that data are to stay */
    LIST_WISHED,      /* what is not so yet: "would love", "one day" */
    LIST_KEY_EMAIL,   /* names of collected data: contact data and numbers of the caller */
    LIST_KEY_PHONE,
    LIST_KEY_ADDRESS,
    LIST_KEY_ID,
    LIST_WHEN_WHERE, /* before what says when or where: "before", "in" */
    LIST_BY,         /* before a way of reaching somebody: "by post" */
    LIST_ASKS,       /* what questions begin with */
    LIST_JOKE,       /* takes back what was said: "just kidding" */
    LIST_GONE,       /* somebody has died */
    LIST_OVER,       /* says itself that something is over: "no longer", "sold" */
    LIST_DONE,       /* something that was awaited has happened: "came", "is sorted" */
    LIST_ACTED,      /* shows that the speaker did something: "already"; 1: with LIST_PERFECT alone */
    LIST_PERFECT,    /* with such words something is done: "have" */
    LIST_DUE,        /* what is still to be done: "need", "have to" */
    LIST_RENAMED,    /* has a new name: "got married" */
    LIST_CANCELLED,  /* does away with what was arranged: "cancel" */
    LIST_PET,        /* animals of a household: "dog" */
    LIST_ALSO,       /* the same is true of one more: "me too", "both" */
    LIST_DATA,       /* what of somebody's data can go: "everything", "my number" */
    LIST_RECORDING,  /* speaks of recording a call */
    LIST_LAUGH,      /* makes the sentence that it stands in a joke: "ha ha" */
    LIST_GREETING,   /* begins a conversation: "hello" */
    LIST_ACQUAINTED, /* neither family nor household: "neighbour", "friend" */

    /* How sentences are made. */
    LIST_INSURED,            /* what somebody has one of, by the words before it: "insured with" */
    LIST_EMPLOYED,           /* "works at" */
    LIST_LIVES,              /* "lives in" */
    LIST_DRIVES,             /* "drives a" */
    LIST_SUBJECT,            /* the speaker as a subject: "I", "we" */
    LIST_THAT,               /* between a verb of saying and what was said: "that" */
    LIST_COPULA,             /* after a name: something is said of it: "is", "has" */
    LIST_SECOND_PERSON,      /* the one who is spoken to: "you" */
    LIST_WE,                 /* the agent's company: "we", "our" */
    LIST_TASTE,              /* what somebody likes or does not in general: "like", "eat" */
    LIST_EACH,               /* any day of that name: "Mondays"; or what stands before it: "los" */
    LIST_CALLED,             /* before the name of a third person: "heisst" */
    LIST_NAME_WORD,          /* "name": in the name of somebody */
    LIST_LATE_NEGATOR,       /* a negator at the end of a clause: "nicht" */
    LIST_RESUMES,            /* takes up after a pause what the clause is about: "den Vertrag, den" */
    LIST_HAS,                /* what somebody has now: "has", "owns" */
    LIST_HAD,                /* and what they had: "had" */
    LIST_CONDITIONAL,        /* what is so under a condition: "would" */
    LIST_CONDITIONAL_ENDING, /* endings of such verbs: "erais" */
    LIST_PAST_ENDING,        /* endings of regular verbs of the past: "ed" */
    LIST_ENCLITIC,           /* pronouns that are written with the verb before: "mándeme" */
    LISTS
};

/* Whether a phrase of the list begins at word `at`: how many words it has, 0 when none. The longest fits
 * first. */
size_t language_list(const struct language *language, enum list list, const struct words *words, size_t at);
/* The same, with the value of the phrase (0 when it has none). */
size_t language_value(const struct language *language, enum list list, const struct words *words, size_t at,
                      int *value);
/* How many bytes of a folded word are an ending that the list has, the longest; 0 when it is a word of its
 * own or has none of them. */
size_t language_ending(const struct language *language, enum list list, const char *fold);
/* A number at word `at`, in digits (up to 99999) or words: the count of its words, or 0. */
size_t language_number(const struct language *language, const struct words *words, size_t at, int *value);
/* Whether LIST_WRITING has that word. */
bool language_writes(const struct language *language, const char *how);

/* Ends of all phrases of any list by number (enum list or one of the language's own), at most LIST_ENDS. */
#define LIST_ENDS 24
size_t language_list_ends(const struct language *language, int list, const struct words *words, size_t at,
                          size_t ends[LIST_ENDS]);

/* [items SLOT]: things that people have wishes about, with the slot that a wish belongs to. The slot of the
 * item that begins at word `at`, and the count of its words; or NULL. */
const char *language_item(const struct language *language, const struct words *words, size_t at, size_t *len);

/* --- Rules --- */

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
    SECTION_ASK_FACT,   /* agent: asks for a fact of the slot; the value says what the answer is */
    SECTION_DONE,       /* agent: what the caller asked for is done */
    SECTION_FEELING,    /* a weight and what shows it */
    SECTION_DATE,       /* a day to come */
    SECTION_QUESTION,   /* of a search: what it asks for, which time it means */
    SECTION_ORDER,      /* tells the agent what to be, to ignore, to reveal or to grant */
    SECTION_NAME_OTHER, /* the caller is not whom the agent took them for; perhaps <name> */
    SECTION_ENDED,      /* something that was so and no longer is */
    SECTION_PRIVACY,    /* what callers ask about their data; slot "erase", "do_not_call", "do_not_record" */
    SECTIONS
};

struct pattern;

struct rule {
    const struct pattern *pattern; /* pattern.h */
    /* Templates with {thing}, {name}, {1} (what the first @list found) and so on; or NULL. */
    const char *slot;
    const char *value;
    double weight;    /* of feelings */
    bool in_question; /* holds in a question, too */
};

/* The rules of a section in the order in which they are tried. */
const struct rule *language_rules(const struct language *language, enum section section, size_t *count);

/* --- Making one, for language_file.c and lexicon.c --- */

#define LANGUAGE_CODE_SIZE 4
#define PHRASE_WORDS       8

/* What the name of a list belongs to. */
enum list_kind { KIND_OF_LIST, KIND_OF_ITEMS };

struct language *language_new(const char *code); /* NULL when out of memory */
void language_free(struct language *language);   /* NULL is allowed */
/* What lives as long as the language is allocated here. */
struct arena *language_arena(struct language *language);
/* For reading phrases and patterns as the language writes them. */
const struct words_language *language_reader(const struct language *language);

/* The number of the list of that name, made when new; -1 when out of memory. */
int language_list_number(struct language *language, enum list_kind kind, const char *name, size_t len);
/* Notes that a list has been defined; that a pattern at FILE:LINE needs it (-1: out of memory). The first
 * list that is needed and not defined, one of the program's own aside, with FILE:LINE; NULL when there is
 * none. */
void language_define_list(struct language *language, int list);
int language_need_list(struct language *language, int list, const char *file, int line);
const char *language_undefined_list(const struct language *language, const char **needed_by);

/* Each -1 when out of memory. The first spelling of a word counts. `fold` and `parts` are folded. */
int language_add_spelling(struct language *language, const char *fold, size_t len, const char *parts,
                          size_t parts_len);
int language_add_filler(struct language *language, const char *fold, size_t len);
/* A phrase of PHRASE_WORDS words at most. `prefix`: of its last word only the beginning is given. */
int language_add_phrase(struct language *language, int list, const struct words *phrase, bool prefix,
                        int value);
/* Adds the phrases that stand in list `of` to another list, with `value` unless that is NULL. */
int language_include(struct language *language, int list, int of, const int *value);
int language_add_rule(struct language *language, enum section section, const struct rule *rule);
/* Makes what was added findable: after the spellings and fillers, and again after all the rest. Nothing of
 * what was settled is added to. */
void language_settle(struct language *language);

#endif
