#include "language/words.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define WORD_BYTES 96 /* a folded word; longer ones are cut */

uint64_t word_key(const char *fold, size_t len)
{
    uint64_t hash = 14695981039346656037U;
    for (size_t at = 0; at < len; at++)
        hash = (hash ^ (unsigned char)fold[at]) * 1099511628211U;
    return hash;
}

static bool is_apostrophe(utf8proc_int32_t c)
{
    return c == '\'' || c == 0x2019 || c == 0x2018 || c == 0x02bc || c == 0x00b4 || c == '`';
}

static bool is_hyphen(utf8proc_int32_t c)
{
    return c == '-' || c == 0x2010 || c == 0x2011;
}

static bool is_part_of_word(utf8proc_int32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    switch (utf8proc_category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return true;
    default:
        return false;
    }
}

/* One character; -1 at the end. A byte that is not UTF-8 counts as U+FFFD. */
static inline utf8proc_int32_t next(const char *text, size_t len, size_t *at)
{
    utf8proc_int32_t c;
    if (*at >= len)
        return -1;
    if ((unsigned char)text[*at] < 0x80)
        return (unsigned char)text[(*at)++];
    utf8proc_ssize_t used =
        utf8proc_iterate((const utf8proc_uint8_t *)text + *at, (utf8proc_ssize_t)(len - *at), &c);
    if (used <= 0) {
        *at += 1;
        return 0xfffd;
    }
    *at += (size_t)used;
    return c;
}

size_t word_fold(const char *text, size_t len, char *out, size_t size)
{
    size_t at = 0, length = 0;
    utf8proc_int32_t c;
    while ((c = next(text, len, &at)) >= 0) {
        utf8proc_int32_t parts[20];
        utf8proc_uint8_t bytes[80];
        size_t count = 0;
        int last = 0;
        if (is_apostrophe(c))
            c = '\'';
        if (c < 0x80) {
            if (length + 1 >= size)
                break;
            out[length++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
            continue;
        }
        utf8proc_ssize_t n = utf8proc_decompose_char(
            c, parts, 20, UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_COMPAT | UTF8PROC_COMPOSE, &last);
        for (utf8proc_ssize_t i = 0; i < n && i < 20; i++)
            count += (size_t)utf8proc_encode_char(parts[i], bytes + count);
        if (length + count >= size)
            break;
        memcpy(out + length, bytes, count);
        length += count;
    }
    out[length] = '\0';
    return length;
}

struct reader {
    const struct words_language *language;
    const char *text;
    size_t len;
    struct words *words;
    size_t folds_len;
    enum gap gap; /* before the next word */
    bool joined;  /* the next word follows without a blank */
    bool after_filler;
    size_t sentence; /* the first word of the sentence */
};

/* Room for one more word and its folded text. `fold` holds an offset until reading ends, as `folds` may move.
 */
static int grow(struct reader *r, size_t bytes)
{
    if (r->words->count == r->words->cap) {
        size_t cap = r->words->cap ? r->words->cap * 2 : 32;
        struct word *items = realloc(r->words->items, cap * sizeof *items);
        if (!items)
            return -1;
        r->words->items = items;
        r->words->cap = cap;
    }
    if (r->folds_len + bytes > r->words->folds_cap) {
        size_t cap = (r->folds_len + bytes) * 2;
        char *folds = realloc(r->words->folds, cap);
        if (!folds)
            return -1;
        r->words->folds = folds;
        r->words->folds_cap = cap;
    }
    return 0;
}

static int add(struct reader *r, const char *fold, size_t len, size_t start, size_t end, enum shape shape)
{
    uint64_t key = word_key(fold, len);
    if (len == 0 || r->words->count >= WORDS_MAX)
        return 0;
    if (r->language && r->language->is_filler(r->language->language, key)) {
        r->after_filler = true;
        return 0;
    }
    if (grow(r, len + 1) != 0)
        return -1;
    memcpy(r->words->folds + r->folds_len, fold, len);
    r->words->folds[r->folds_len + len] = '\0';
    r->words->items[r->words->count++] = (struct word){.key = key,
                                                       .fold = (const char *)(uintptr_t)r->folds_len,
                                                       .start = (uint32_t)start,
                                                       .end = (uint32_t)end,
                                                       .gap = (uint8_t)r->gap,
                                                       .shape = (uint8_t)shape,
                                                       .joined = r->joined};
    r->folds_len += len + 1;
    r->gap = GAP_NONE;
    r->joined = false;
    r->after_filler = false;
    return 0;
}

/* Adds the words that one written word stands for; they share its place in the text. */
static int add_parts(struct reader *r, const char *parts, size_t start, size_t end, enum shape shape)
{
    while (*parts) {
        size_t len = strcspn(parts, " ");
        if (add(r, parts, len, start, end, shape) != 0)
            return -1;
        r->joined = true;
        parts += len;
        parts += strspn(parts, " ");
    }
    r->joined = false;
    return 0;
}

static enum shape shape_of(const char *text, size_t len)
{
    size_t at = 0, upper = 0, lower = 0;
    utf8proc_int32_t c;
    while ((c = next(text, len, &at)) >= 0) {
        utf8proc_category_t category = c >= 0x80              ? utf8proc_category(c)
                                       : c >= '0' && c <= '9' ? UTF8PROC_CATEGORY_ND
                                       : c >= 'A' && c <= 'Z' ? UTF8PROC_CATEGORY_LU
                                       : c >= 'a' && c <= 'z' ? UTF8PROC_CATEGORY_LL
                                                              : UTF8PROC_CATEGORY_PO;
        if (category == UTF8PROC_CATEGORY_ND)
            return SHAPE_NUMBER;
        upper += category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT;
        lower += category == UTF8PROC_CATEGORY_LL;
    }
    if (upper == 0)
        return SHAPE_LOWER;
    return lower == 0 ? SHAPE_UPPER : SHAPE_CAPITAL;
}

static int read_word(struct reader *r, size_t start, size_t end)
{
    char fold[WORD_BYTES] = "";
    size_t len = word_fold(r->text + start, end - start, fold, sizeof fold);
    enum shape shape = shape_of(r->text + start, end - start);
    const struct words_language *language = r->language;
    if (!language)
        return add(r, fold, len, start, end, shape);
    const char *parts = language->spelling(language->language, fold, len);
    if (parts)
        return add_parts(r, parts, start, end, shape);
    const char *quote = memchr(fold, '\'', len);
    if (!quote)
        return add(r, fold, len, start, end, shape);
    size_t head = (size_t)(quote - fold) + 1;
    parts = language->spelling(language->language, fold, head);
    if (parts && head < len) {
        /* "l'allée": the article and the noun, each with its own place. */
        size_t cut = start;
        while (cut < end && !is_apostrophe(next(r->text, end, &cut)))
            ;
        if (add_parts(r, parts, start, cut, shape_of(r->text + start, cut - start)) != 0)
            return -1;
        r->joined = true;
        return read_word(r, cut, end);
    }
    if (head + 1 == len && quote[1] == 's') {
        size_t cut = end;
        for (size_t at = start, before = start; at < end; before = at)
            if (is_apostrophe(next(r->text, end, &at)))
                cut = before;
        /* "dad's" is "father's". */
        parts = language->spelling(language->language, fold, head - 1);
        if ((parts ? add_parts(r, parts, start, cut, shape) : add(r, fold, head - 1, start, cut, shape)) != 0)
            return -1;
        r->joined = true;
        return add(r, "'s", 2, cut, end, SHAPE_LOWER);
    }
    return add(r, fold, len, start, end, shape);
}

static void end_sentence(struct reader *r, bool question)
{
    if (question)
        for (size_t at = r->sentence; at < r->words->count; at++)
            r->words->items[at].question = true;
    r->sentence = r->words->count;
    r->gap = GAP_STOP;
}

/* A dot after "Dr" or after an initial ends nothing. */
static bool is_abbreviated(const struct reader *r)
{
    if (r->words->count == 0)
        return false;
    const struct word *last = &r->words->items[r->words->count - 1];
    /* `fold` is no pointer yet: nothing here may look at it. */
    if (last->end - last->start == 1 && last->shape == SHAPE_UPPER && r->text[last->start] != 'I')
        return true;
    return r->language && r->language->is_abbreviation(r->language->language, last);
}

static void read_mark(struct reader *r, utf8proc_int32_t c, size_t at)
{
    switch (c) {
    case '.':
        /* "3.50" and "a.b" are no ends either; a word follows at once. */
        if (!is_abbreviated(r) && (at >= r->len || strchr(" \t\r\n\"')", r->text[at]) || r->text[at] == '.'))
            end_sentence(r, false);
        else if (r->gap == GAP_NONE)
            r->joined = at < r->len && r->text[at] != ' ';
        break;
    case '?':
    case 0xff1f:
        end_sentence(r, true);
        break;
    case '!':
    case ';':
    case '\n':
    case 0x2026:
    case 0x3002:
        end_sentence(r, false);
        break;
    case ':':
        /* "6:30" */
        if (at < r->len && r->text[at] >= '0' && r->text[at] <= '9' && r->gap == GAP_NONE) {
            r->joined = true;
            break;
        }
        /* fall through */
    case ',':
    case '(':
    case ')':
    case '"':
    case 0x201c:
    case 0x201d:
    case 0x201e:
    case 0x00ab:
    case 0x00bb:
    case 0x2013:
    case 0x2014:
    case 0x00bf:
    case 0x00a1:
        /* A filler between commas takes both with it: "it's, um, Ana". */
        if (r->gap == GAP_NONE || !r->after_filler)
            r->gap = r->gap == GAP_STOP ? GAP_STOP : GAP_COMMA;
        else if (r->gap == GAP_COMMA)
            r->gap = GAP_NONE;
        break;
    case '-':
        /* " - " between blanks is a dash. */
        if (at < r->len && r->text[at] == ' ' && r->gap == GAP_NONE)
            r->gap = GAP_COMMA;
        break;
    default:
        break;
    }
}

/* Of Thai and its neighbours, Japanese and Chinese: scripts that write no blanks between words. */
static bool is_unspaced(utf8proc_int32_t c)
{
    return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) || (c >= 0x1780 && c <= 0x17ff) ||
           (c >= 0x3005 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
           (c >= 0x20000 && c <= 0x3ffff);
}

static bool is_digit(utf8proc_int32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 0xff10 && c <= 0xff19);
}

/* A number between such characters is a word, which it must be to be known as a telephone or card number. */
static bool parts_words(utf8proc_int32_t before, utf8proc_int32_t c)
{
    return (is_digit(before) && is_unspaced(c)) || (is_unspaced(before) && is_digit(c));
}

/* The end of the word that begins at `start`. */
static size_t word_end(const struct reader *r, size_t start)
{
    size_t end = start;
    utf8proc_int32_t before = 0;
    for (size_t at = start;;) {
        utf8proc_int32_t c = next(r->text, r->len, &at);
        if (c >= 0 && is_part_of_word(c)) {
            if (before + c >= 0x0e00 && parts_words(before, c))
                return end;
            before = c;
            end = at;
            continue;
        }
        if (c >= 0 && is_apostrophe(c) && r->language) {
            size_t peek = at;
            utf8proc_int32_t after = next(r->text, r->len, &peek);
            if (after >= 0 && is_part_of_word(after))
                continue;
        }
        return end;
    }
}

static int read_all(struct reader *r)
{
    size_t at = 0;
    while (at < r->len && r->words->count < WORDS_MAX) {
        size_t start = at;
        utf8proc_int32_t c = next(r->text, r->len, &at);
        if (!is_part_of_word(c)) {
            read_mark(r, c, at);
            continue;
        }
        at = word_end(r, start);
        if (read_word(r, start, at) != 0)
            return -1;
        size_t peek = at;
        c = next(r->text, r->len, &peek);
        if (c >= 0 && is_hyphen(c)) {
            at = peek;
            c = next(r->text, r->len, &peek);
            if (c >= 0 && is_part_of_word(c))
                r->joined = true;
            else
                r->gap = GAP_COMMA;
        } else if (c >= 0 && is_part_of_word(c)) {
            r->joined = true;
        }
    }
    end_sentence(r, false);
    return 0;
}

int words_read(const struct words_language *language, const char *text, struct words *words)
{
    *words = (struct words){0};
    return words_reread(language, text, words);
}

int words_reread(const struct words_language *language, const char *text, struct words *words)
{
    struct reader r = {
        .language = language, .text = text, .len = strlen(text), .words = words, .gap = GAP_STOP};
    words->text = text;
    words->count = 0;
    if (r.len > UINT32_MAX)
        r.len = UINT32_MAX;
    if (read_all(&r) != 0) {
        words_free(words);
        return -1;
    }
    for (size_t at = 0; at < words->count; at++)
        words->items[at].fold = words->folds + (uintptr_t)words->items[at].fold;
    return 0;
}

void words_free(struct words *words)
{
    free(words->items);
    free(words->folds);
    *words = (struct words){0};
}

size_t words_phrase_from(const struct words *words, size_t at, const char *phrase)
{
    size_t word = at;
    while (*phrase && word < words->count) {
        size_t len = strcspn(phrase, " ");
        if (strlen(words->items[word].fold) != len || memcmp(words->items[word].fold, phrase, len) != 0)
            return 0;
        phrase += len + (phrase[len] == ' ');
        word++;
    }
    return *phrase ? 0 : word - at;
}
