#include "language/terms.h"

#include <errno.h>
#include <libstemmer.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define WORD_BYTES 96 /* of a word; longer ones are cut */
#define RUN_BYTES  40 /* of a number that was given in parts */
/* Of a compound: the letters before its last word, and of that, at least. */
#define COMPOUND_REST 3
#define COMPOUND_HEAD 4

struct analyser {
    struct sb_stemmer *stemmer; /* NULL: none for this language */
    bool failed;                /* memory ran out; analyser_failed() */
    bool dotless;               /* the small letter of I is ı */
    bool cuts_deep;             /* the stemmer cuts words that belong together to different stems */
    bool compounds;             /* words are written together, and the last one says what it is */
    const struct vocabulary *vocabulary;
    struct words words; /* the text that is read */
};

/* A word in small letters, and how it was written. */
struct form {
    char text[WORD_BYTES];
    size_t len;
    bool is_upper, is_capital;         /* all of it, its first letter */
    bool all_digits, any_digit, plain; /* plain: ASCII letters and digits only */
};

/* A number, an order number or a spelled word that was said in parts. */
struct run {
    char text[RUN_BYTES];
    size_t len, parts, digits, digits_from;
};

/* Everything of one call of analyser_terms(). */
struct analysis {
    struct analyser *analyser;
    struct term *terms;
    size_t count, max;
    struct run run;
    uint16_t at;      /* of the word being read */
    bool in_sentence; /* a word came before in this sentence */
    bool after_apostrophe;
};

/* The key of a word in 32 bits, mixed once more since the last letters are in few of its bits. */
static uint32_t hash_bytes(const char *bytes, size_t len)
{
    uint64_t key = word_key(bytes, len);
    uint32_t hash = (uint32_t)(key ^ key >> 32);
    hash *= 0x85ebca6bu;
    return hash ^ hash >> 13;
}

/* The bytes of a word's beginning; 0 when it has digits or fewer letters than that. */
static size_t beginning(const char *word, size_t len)
{
    size_t letters = 0, end = len;
    for (size_t i = 0; i < len; i++) {
        if (word[i] >= '0' && word[i] <= '9')
            return 0;
        if (((unsigned char)word[i] & 0xc0) != 0x80 && ++letters == ALIKE_LETTERS + 1)
            end = i;
    }
    return letters < ALIKE_LETTERS ? 0 : end;
}

/* `begins`: whether ALIKE_BITS are those of its beginning. */
static uint32_t hash_word(const char *word, size_t len, bool *begins)
{
    size_t begin = beginning(word, len);
    uint32_t hash = hash_bytes(word, len) & ~3u;
    *begins = begin > 0;
    return begin ? (hash_bytes(word, begin) & ALIKE_BITS) | (hash & ~ALIKE_BITS) : hash;
}

uint32_t term_hash(const char *word, size_t len)
{
    bool ignored;
    return hash_word(word, len, &ignored);
}

/* --- Stems --- */

static bool has_accents(const char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)word[i] >= 0x80)
            return (unsigned char)word[i] < 0xcd; /* up to U+033F: Latin */
    return false;
}

/* The i without its dot is no letter with an accent; it is written as i where there is no other. */
static size_t dot_letters(char *word, size_t len)
{
    size_t kept = 0;
    for (size_t i = 0; i < len; i++) {
        bool dotless = i + 1 < len && memcmp(word + i, "\xc4\xb1", 2) == 0;
        word[kept++] = dotless ? 'i' : word[i];
        i += dotless;
    }
    return kept;
}

/* What is left of a word. */
struct stem {
    char text[WORD_BYTES];
    size_t len;
    bool begins; /* see hash_word() */
};

static uint32_t hash_stem(struct analyser *analyser, const char *word, size_t len, struct stem *stem)
{
    const char *text = word;
    if (analyser->stemmer) {
        const sb_symbol *stemmed = sb_stemmer_stem(analyser->stemmer, (const sb_symbol *)word, (int)len);
        if (stemmed) {
            text = (const char *)stemmed;
            len = (size_t)sb_stemmer_length(analyser->stemmer);
        }
        analyser->failed = analyser->failed || !stemmed;
    }
    if (has_accents(text, len)) {
        stem->len = word_fold(text, len, stem->text, sizeof stem->text);
        stem->len = dot_letters(stem->text, stem->len);
    } else {
        stem->len = len < sizeof stem->text ? len : sizeof stem->text;
        memcpy(stem->text, text, stem->len);
    }
    return hash_word(stem->text, stem->len, &stem->begins);
}

static uint32_t stem_for_vocabulary(void *ctx, const char *word, size_t len)
{
    struct stem stem;
    return hash_stem(ctx, word, len, &stem);
}

struct analyser *analyser_new(const char *language)
{
    struct analyser *analyser = calloc(1, sizeof *analyser);
    if (!analyser)
        return NULL;
    /* NULL for a language that Snowball doesn't know, and when memory runs out, which only errno says. Terms
     * made without the stemmer of their language would not be found by a search with it. */
    errno = 0;
    if (*language)
        analyser->stemmer = sb_stemmer_new(language, "UTF_8");
    analyser->dotless = strcmp(language, "tr") == 0 || strcmp(language, "az") == 0;
    analyser->compounds = analyser->stemmer && strcmp(language, "de") == 0;
    analyser->cuts_deep = analyser->stemmer && strcmp(language, "tr") == 0;
    bool complete = analyser->stemmer || errno != ENOMEM;
    if (complete)
        analyser->vocabulary = vocabulary_get(language, stem_for_vocabulary, analyser);
    if (analyser->vocabulary)
        return analyser;
    analyser_free(analyser);
    return NULL;
}

void analyser_free(struct analyser *analyser)
{
    if (!analyser)
        return;
    if (analyser->stemmer)
        sb_stemmer_delete(analyser->stemmer);
    words_free(&analyser->words);
    free(analyser);
}

const struct language *analyser_language(const struct analyser *analyser)
{
    return vocabulary_language(analyser->vocabulary);
}

bool analyser_is_stop(const struct analyser *analyser, const char *word)
{
    return vocabulary_word(analyser->vocabulary, word, strlen(word), NULL) & WORD_STOP;
}

size_t analyser_related(const struct analyser *analyser, uint32_t hash, const struct relation **related)
{
    return vocabulary_related(analyser->vocabulary, hash, related);
}

/* --- Terms --- */

static void add_term(struct analysis *a, uint32_t hash, unsigned flags)
{
    if (a->count < a->max)
        a->terms[a->count++] = (struct term){hash, a->at, (uint16_t)flags};
}

/* Ends a run: its parts together are a term, and so are its digits alone. */
static void end_run(struct analysis *a)
{
    struct run *run = &a->run;
    if (run->parts > 1 && run->len > 2) {
        add_term(a, term_hash(run->text, run->len), TERM_JOINED);
        if (run->digits > 2 && run->digits_from > 0)
            add_term(a, term_hash(run->text + run->digits_from, run->len - run->digits_from), TERM_JOINED);
    }
    *run = (struct run){.len = 0};
}

static void add_to_run(struct analysis *a, const char *text, size_t len, bool digits)
{
    struct run *run = &a->run;
    if (run->len + len > sizeof run->text)
        end_run(a);
    if (len > sizeof run->text)
        return;
    if (digits && run->digits == 0)
        run->digits_from = run->len;
    if (digits)
        run->digits += len;
    memcpy(run->text + run->len, text, len);
    run->len += len;
    run->parts++;
}

/* Whether a word may be a part of a number that is said in parts: digits, "four", single letters, and the
 * letters before the digits of an order number. `digit`: the one that the word stands for, or -1. */
static void follow_run(struct analysis *a, const struct form *word, int digit)
{
    bool letters = word->plain && !word->any_digit;
    if (word->all_digits) {
        add_to_run(a, word->text, word->len, true);
    } else if (digit >= 0) {
        char c = (char)('0' + digit);
        add_to_run(a, &c, 1, true);
    } else if (letters && word->len == 1 && a->run.digits == 0) {
        add_to_run(a, word->text, 1, false);
    } else {
        end_run(a);
        if (letters && word->is_upper && word->len <= 4)
            add_to_run(a, word->text, word->len, false);
    }
}

/* Turkish endings change the stem: "fıstık" and "fıstığa" are cut to different ones,
 * so what is cut to fewer letters than tell words alike is a term by its beginning as well. */
static void add_beginning(struct analysis *a, const struct form *word)
{
    char bare[WORD_BYTES];
    size_t len = word_fold(word->text, word->len, bare, sizeof bare);
    len = dot_letters(bare, len);
    bool begins;
    size_t end = beginning(bare, len);
    if (end)
        add_term(a, hash_word(bare, end, &begins), TERM_JOINED | TERM_BEGINS);
}

/* Adds the longest end of a stem that the vocabulary has something to say of; false when there is none. */
static bool add_end(struct analysis *a, const char *stem, size_t len)
{
    const struct relation *related;
    for (size_t i = COMPOUND_REST; i + COMPOUND_HEAD <= len; i++) {
        bool begins;
        uint32_t hash = hash_word(stem + i, len - i, &begins);
        if (((unsigned char)stem[i] & 0xc0) == 0x80 || !analyser_related(a->analyser, hash, &related))
            continue;
        add_term(a, hash, TERM_JOINED | (begins ? TERM_BEGINS : 0u));
        return true;
    }
    return false;
}

/* "Inspektionsgebühr" is a "Gebühr". The stemmer leaves "Rechnung" as it is, and cuts "Stromrechnung" to
 * "stromrechn". */
static void add_head(struct analysis *a, const struct form *word, const struct stem *stem)
{
    static const char ending[] = "ung";
    const size_t ending_len = sizeof ending - 1;
    char whole[WORD_BYTES];
    size_t len = stem->len + ending_len;
    if (stem->len && len <= sizeof whole && word->len > ending_len &&
        memcmp(word->text + word->len - ending_len, ending, ending_len) == 0) {
        memcpy(whole, stem->text, stem->len);
        memcpy(whole + stem->len, ending, ending_len);
        if (add_end(a, whole, len))
            return;
    }
    add_end(a, stem->text, stem->len);
}

/* "hb20417": its digits count alone as well. */
static void add_inner_digits(struct analysis *a, const struct form *word)
{
    size_t end = word->len, start = end;
    while (start > 0 && word->text[start - 1] >= '0' && word->text[start - 1] <= '9')
        start--;
    if (end - start >= 3)
        add_term(a, term_hash(word->text + start, end - start), TERM_JOINED);
}

/* What is left of "don't" and "she'll" after the apostrophe says nothing. */
static bool is_rest(const struct analysis *a, const struct form *word)
{
    return a->after_apostrophe && word->len <= 2;
}

/* `is`: what the vocabulary knows of the word. */
static unsigned flags_of(const struct analysis *a, const struct form *word, unsigned is)
{
    static const unsigned flag_of[][2] = {{WORD_STOP, TERM_STOP},
                                          {WORD_TIME, TERM_TIME},
                                          {WORD_USER, TERM_USER},
                                          {WORD_AGENT, TERM_AGENT},
                                          {WORD_VAGUE, TERM_VAGUE}};
    unsigned flags = is_rest(a, word) ? TERM_STOP : 0;
    for (size_t i = 0; i < sizeof flag_of / sizeof *flag_of; i++)
        if (is & flag_of[i][0])
            flags |= flag_of[i][1];
    if (word->is_capital && !word->any_digit)
        flags |= TERM_CAPITAL | (a->in_sentence ? TERM_INNER : 0);
    return flags;
}

static void end_word(struct analysis *a, struct form *word)
{
    if (word->len == 0)
        return;
    int digit;
    unsigned is = vocabulary_word(a->analyser->vocabulary, word->text, word->len, &digit);
    follow_run(a, word, digit);
    unsigned flags = flags_of(a, word, is);
    struct stem stem;
    stem.len = 0;
    stem.begins = false;
    uint32_t hash = 0;
    if (word->any_digit)
        hash = hash_word(word->text, word->len, &stem.begins);
    else if (!(flags & TERM_STOP))
        hash = hash_stem(a->analyser, word->text, word->len, &stem);
    add_term(a, hash, flags | (stem.begins ? TERM_BEGINS : 0u));
    if (a->analyser->compounds)
        add_head(a, word, &stem);
    if (word->any_digit && !word->all_digits)
        add_inner_digits(a, word);
    if (a->analyser->cuts_deep && hash && !stem.begins && !word->any_digit)
        add_beginning(a, word);
    a->in_sentence = true;
    a->at++;
    word->len = 0;
}

/* Scripts that write no blanks between words: Thai, Lao, Myanmar, Khmer, Kana, Han. And Hangul, which writes
 * what belongs to a word without a blank after it. */
static bool is_unspaced(utf8proc_int32_t c)
{
    return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) || (c >= 0x1780 && c <= 0x17ff) ||
           (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) || (c >= 0x20000 && c <= 0x3ffff);
}

static void add_character(struct form *word, utf8proc_int32_t c, bool dotless)
{
    utf8proc_int32_t folded = c >= 0x80              ? utf8proc_tolower(c)
                              : c == 'I' && dotless  ? 0x131
                              : c >= 'A' && c <= 'Z' ? c + 32
                                                     : c;
    bool digit = c >= '0' && c <= '9';
    if (word->len == 0)
        *word = (struct form){.is_upper = true, .is_capital = folded != c, .all_digits = true, .plain = true};
    word->is_upper = word->is_upper && folded != c;
    word->all_digits = word->all_digits && digit;
    word->any_digit = word->any_digit || digit;
    word->plain = word->plain && c < 0x80;
    if (word->len + 4 <= sizeof word->text)
        word->len += (size_t)utf8proc_encode_char(folded, (utf8proc_uint8_t *)word->text + word->len);
}

/* A character of a script without blanks makes a term with the one before it. */
static void add_pair(struct analysis *a, utf8proc_int32_t before, utf8proc_int32_t c, bool alone)
{
    utf8proc_uint8_t pair[8];
    utf8proc_ssize_t len = alone ? 0 : utf8proc_encode_char(before, pair);
    len += utf8proc_encode_char(c, pair + len);
    add_term(a, term_hash((const char *)pair, (size_t)len), 0);
}

static void read_word(struct analysis *a, const char *text, const struct word *row)
{
    struct form word = {.len = 0};
    utf8proc_int32_t before = 0; /* of a script without blanks */
    bool paired = true;
    for (size_t at = row->start; at < row->end;) {
        utf8proc_int32_t c;
        at += (size_t)utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)(row->end - at),
                                       &c);
        bool unspaced = is_unspaced(c);
        if (!unspaced && before && !paired)
            add_pair(a, 0, before, true);
        if (unspaced) {
            end_word(a, &word);
            end_run(a);
            a->at++;
            if (before)
                add_pair(a, before, c, false);
            paired = before != 0;
        } else {
            add_character(&word, c, a->analyser->dotless);
        }
        before = unspaced ? c : 0;
    }
    if (before && !paired)
        add_pair(a, 0, before, true);
    end_word(a, &word);
}

/* What stands between two words. */
static void read_between(struct analysis *a, const char *text, size_t len, bool after_word)
{
    a->after_apostrophe =
        after_word && ((len == 1 && *text == '\'') || (len == 3 && memcmp(text, "\xe2\x80\x99", 3) == 0));
    for (size_t i = 0; i < len; i++)
        if (text[i] == '.' || text[i] == '!' || text[i] == '?' || text[i] == '\n')
            a->in_sentence = false;
}

static void read_text(struct analysis *a, const char *text)
{
    struct words *words = &a->analyser->words;
    size_t before = 0;
    if (words_reread(NULL, text, words) != 0)
        a->analyser->failed = true;
    for (size_t i = 0; i < words->count && a->count < a->max; i++) {
        const struct word *word = &words->items[i];
        read_between(a, text + before, word->start - before, i > 0);
        read_word(a, text, word);
        before = word->end;
    }
    end_run(a);
}

bool analyser_failed(struct analyser *analyser)
{
    bool failed = analyser->failed;
    analyser->failed = false;
    return failed;
}

size_t analyser_terms(struct analyser *analyser, const char *text, struct term *terms, size_t max)
{
    struct analysis a = {.analyser = analyser, .terms = terms, .max = max};
    utf8proc_uint8_t *composed = NULL;
    size_t ascii = 0;
    while (text[ascii] && (unsigned char)text[ascii] < 0x80)
        ascii++;
    if (text[ascii]) {
        /* Letters with their accents in one character, which is what the stemmers know. */
        utf8proc_ssize_t size = utf8proc_map((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)strlen(text),
                                             &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
        analyser->failed = analyser->failed || size == UTF8PROC_ERROR_NOMEM;
    }
    read_text(&a, composed ? (const char *)composed : text);
    free(composed);
    return a.count;
}
