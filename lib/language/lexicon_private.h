/*
 * What lexicon.c (languages and look-ups) and lexicon_read.c (the lines of a file) share.
 */
#ifndef CALLMEM_LANGUAGE_LEXICON_PRIVATE_H
#define CALLMEM_LANGUAGE_LEXICON_PRIVATE_H

#include "base/arena.h"
#include "language/lexicon.h"

/* A list of phrases: one of the program's, one of the patterns', one of the [items] or one of the topics. */
enum list_kind { KIND_OF_LIST, KIND_OF_ITEMS, KIND_OF_TOPIC, KIND_OF_ABOUT };

struct list_info {
    char *name;
    enum list_kind kind;
    bool defined;
    char *mentioned; /* FILE:LINE of the first pattern that needs it */
};

#define PHRASE_WORDS 8

struct phrase {
    struct phrase *next; /* of the same bucket; longer ones first */
    int list;
    int value;
    const char *prefix; /* the last word is only the beginning of one */
    size_t prefix_len;
    size_t count; /* words, the prefix included */
    uint64_t keys[];
};

struct spelling {
    struct spelling *next;
    const char *from, *to;
    size_t from_len;
};

#define BUCKETS     8192 /* a language has some 4,000 phrases */
#define SPELLINGS   128
#define MAX_FILLERS 64
#define CODE_SIZE   4

struct rules {
    struct rule *items;
    size_t count, cap;
};

struct language {
    char code[CODE_SIZE];
    struct arena *arena; /* owns everything but the arrays of lists and rules */
    struct list_info *lists;
    size_t list_count, list_cap;
    struct phrase *buckets[BUCKETS]; /* by the first word */
    struct phrase *prefixed;         /* phrases that are one beginning of a word */
    struct spelling *spellings[SPELLINGS];
    uint64_t fillers[MAX_FILLERS];
    size_t filler_count;
    struct rules rules[SECTIONS];
    struct words_language reader;
    struct words scratch; /* what is being read of a file */
};

/* Before the names of lists: a topic and an [about] may have the name of a slot. */
extern const char *const list_prefixes[];
extern const char *const list_names[LISTS];
extern const char *const section_names[SECTIONS];

/* The number of the list of that name, made when new; -1 when out of memory. */
int lexicon_list_number(void *language, const char *name, size_t len);
size_t lexicon_spelling_bucket(const char *fold, size_t len);
/* Fails with "out of memory". */
int lexicon_out_of_memory(struct error *error);

/* Adds the lines of a file. Spellings and fillers change how everything else is read: they are read in a pass
 * of their own (`words_only`), before the rest. ERROR_SETTINGS names file and line. */
int lexicon_read(struct language *language, const char *file, const char *text, size_t len, bool words_only,
                 struct error *error);

#endif
