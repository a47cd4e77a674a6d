/*
 * other_words: the few words of languages without a lexicon that checks cannot do without: a yes and a no,
 * the speaker and their relations, reaching somebody and when. Closed classes, so that a language gains
 * something before somebody writes its lexicon.
 */
#ifndef CALLMEM_UNDERSTAND_OTHER_WORDS_H
#define CALLMEM_UNDERSTAND_OTHER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum other_list {
    OTHER_YES,
    OTHER_NO,
    OTHER_SPEAKER,  /* "ik", "ja", "私" */
    OTHER_RELATIVE, /* "vrouw", "córka", "eşim" */
    OTHER_CONTACT,  /* "bellen", "電話" */
    OTHER_TIME,     /* "'s avonds", "昼間" */
    OTHER_NEGATOR,  /* "niet", "inte", "nie" */
    OTHER_INSURED,  /* "verzekerd": before an insurer; the same of employers, homes and cars */
    OTHER_EMPLOYED,
    OTHER_LIVES,
    OTHER_DRIVES,
    OTHER_WEEKDAY, /* "dinsdag" */
    OTHER_ERASE,   /* makes data go: "verwijder", "削除" */
    OTHER_FORGET,  /* "vergeet": what is asked by it may be a favour */
    OTHER_LISTS
};

/* Whether a folded word is in a list; of scripts without blanks, whether it is in the row of characters (a
 * yes and a no: at its beginning). */
bool other_word(enum other_list list, const char *fold);

/* The digits that a word stands for ("cztery", "四四一九", "४४१९"), in `out`; how many, 0 when it stands for
 * none or for more than fit. A word of a script without blanks may go on after them. */
size_t other_digits(const char *fold, char *out, size_t size);

#endif
