/*
 * words: text as a row of words, in the form in which rules are written. A word is folded (lower case,
 * without accents), contractions are written out ("I'm" is "i am", "j'ai" is "je ai": [spelling] of the
 * lexicon), hyphens separate ("gluten-free" is "gluten free"), fillers ("um") are left out. Each word knows
 * where it stands in the text, so that what is quoted is quoted as it was said.
 */
#ifndef CALLMEM_LANGUAGE_WORDS_H
#define CALLMEM_LANGUAGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What stands before a word besides blanks. The beginning of a text counts as GAP_STOP. */
enum gap { GAP_NONE, GAP_COMMA, GAP_STOP };

enum shape {
    SHAPE_LOWER,   /* "ana", and scripts that have no case */
    SHAPE_CAPITAL, /* "Ana", "McDonald" */
    SHAPE_UPPER,   /* "ANA", "A" */
    SHAPE_NUMBER   /* a digit is in it */
};

struct word {
    uint64_t key;     /* word_key() of `fold` */
    const char *fold; /* owned by the row */
    uint32_t start;   /* bytes of the text that it stands for; the parts of "I'm" have the same ones */
    uint32_t end;
    uint8_t gap;
    uint8_t shape;
    bool question; /* its sentence ends with a question mark */
    bool joined;   /* no blank before: after a hyphen or an apostrophe, or part of a contraction */
};

struct words {
    const char *text; /* borrowed */
    struct word *items;
    size_t count;
    char *folds; /* owns the folded text */
    size_t cap, folds_cap;
};

#define WORDS_MAX 2000 /* of one text; what comes after is not looked at */

/* What the reader needs to know of a language; owned by the lexicon. `spelling` gives the words that a folded
 * word, or a part of one up to and with its apostrophe, stands for, separated by blanks, or NULL. */
struct words_language {
    const char *(*spelling)(const void *language, const char *fold, size_t len);
    bool (*is_filler)(const void *language, uint64_t key);
    bool (*is_abbreviation)(const void *language,
                            const struct word *word); /* a dot after it ends no sentence */
    const void *language;
};

/* Reads `text` (UTF-8). `language` may be NULL: then nothing is written out or left out, and each apostrophe
 * separates two words. -1: out of memory. */
int words_read(const struct words_language *language, const char *text, struct words *words);
/* The same in the memory of a row that was read before, or of {0}. */
int words_reread(const struct words_language *language, const char *text, struct words *words);
void words_free(struct words *words);
size_t words_phrase_from(const struct words *words, size_t at, const char *phrase); /* the rest of it */
/* How many words from word `at` on are those of a phrase, which is written as they are folded, with blanks; 0
 * when they are not. */
static inline size_t words_phrase(const struct words *words, size_t at, const char *phrase)
{
    /* Of a table of phrases nearly all end here. */
    return at < words->count && *phrase == *words->items[at].fold ? words_phrase_from(words, at, phrase) : 0;
}

/* The hash by which words are compared. */
uint64_t word_key(const char *fold, size_t len);
/* Folds `len` bytes of text into `out`; returns the length, at most `size` - 1. A character that does not fit
 * whole is left out with all after it. */
size_t word_fold(const char *text, size_t len, char *out, size_t size);

#endif
