#include "understand/tokens.h"

#include "base/buf.h"
#include "base/text.h"
#include "understand/numerals.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#define LABEL_WEIGHT 0.3
#define RARE_WEIGHT  1.5
#define CODE_DIGITS  5

const char *tokens_number(struct reading *reading, long value)
{
    const char *fold = arena_printf(reading->arena, "#%ld", value);
    reading->failed = reading->failed || !fold;
    return fold;
}

static bool is_unspaced(utf8proc_int32_t c)
{
    return (c >= 0x0e00 && c <= 0x0eff) || (c >= 0x1000 && c <= 0x109f) || (c >= 0x1780 && c <= 0x17ff) ||
           (c >= 0x3040 && c <= 0x30ff) || (c >= 0x3400 && c <= 0x4dbf) || (c >= 0x4e00 && c <= 0x9fff) ||
           (c >= 0x20000 && c <= 0x3ffff);
}

/* The next character of a text, 0 at its end. */
int32_t tokens_character(const char **at)
{
    utf8proc_int32_t c = 0;
    utf8proc_ssize_t len = **at ? utf8proc_iterate((const utf8proc_uint8_t *)*at, -1, &c) : 0;
    if (len <= 0) {
        c = **at ? 0xfffd : 0;
        len = **at ? 1 : 0;
    }
    *at += len;
    return c;
}

bool tokens_are_unspaced(const char *fold)
{
    for (utf8proc_int32_t c; (c = tokens_character(&fold)) != 0;)
        if (is_unspaced(c))
            return true;
    return false;
}

/* Hiragana alone is grammar for the most part. */
static bool is_grammar(utf8proc_int32_t c)
{
    return c >= 0x3040 && c <= 0x309f;
}

/* Gives each pair of characters to `each`; `weak` when both are grammar. */
void tokens_pairs(struct reading *reading, const char *fold,
                  void (*each)(void *ctx, const char *pair, bool weak), void *ctx)
{
    utf8proc_int32_t before = 0, c;
    while ((c = tokens_character(&fold)) != 0) {
        if (before && is_unspaced(before) && is_unspaced(c)) {
            utf8proc_uint8_t bytes[12] = {'='};
            utf8proc_ssize_t len = 1 + utf8proc_encode_char(before, bytes + 1);
            len += utf8proc_encode_char(c, bytes + len);
            const char *pair = arena_text(reading->arena, (const char *)bytes, (size_t)len);
            reading->failed = reading->failed || !pair;
            if (pair)
                each(ctx, pair, is_grammar(before) && is_grammar(c));
        }
        before = c;
    }
}

/* --- The words of a statement --- */

static struct token *add_token(struct tokens *out, const char *fold, double weight, bool specific)
{
    if (!fold || out->count >= TOKENS_MAX)
        return NULL;
    for (size_t i = 0; i < out->count; i++)
        if (strcmp(out->items[i].fold, fold) == 0)
            return NULL;
    struct token *token = &out->items[out->count++];
    *token = (struct token){.fold = fold, .weight = weight, .specific = specific};
    return token;
}

static void mark_name(struct token *token, bool name)
{
    if (token)
        token->name = name;
}

struct cutter {
    struct reading *reading;
    struct tokens *out;
    const struct language *english;
    bool rare; /* words that are not common are rare ones */
};

static void add_statement_pair(void *ctx, const char *pair, bool weak)
{
    struct cutter *cutter = ctx;
    add_token(cutter->out, pair, weak ? LABEL_WEIGHT : 1, false);
}

static bool in_list(const struct cutter *cutter, enum list list, const struct words *words, size_t at)
{
    const struct reading *reading = cutter->reading;
    return (reading->ruled && language_list(reading->language, list, words, at) == 1) ||
           (cutter->english && language_list(cutter->english, list, words, at) == 1);
}

static bool is_month(const struct cutter *cutter, const struct words *words, size_t at)
{
    return at < words->count && in_list(cutter, LIST_MONTH, words, at);
}

/* "22nd", "1er": a number, and no code. */
static bool is_ordinal(const char *fold)
{
    static const char *const endings[] = {"st", "nd", "rd", "th", "er", "e", "eme"};
    size_t digits = strspn(fold, "0123456789");
    for (size_t i = 0; digits > 0 && digits < 3 && i < sizeof endings / sizeof *endings; i++)
        if (strcmp(fold + digits, endings[i]) == 0)
            return true;
    return false;
}

/* Letters and digits, or digits in groups: where the code that begins at `at` ends; `at` when there is none.
 */
static size_t code_end(const struct words *words, size_t at)
{
    size_t end = at, digits = 0;
    bool mixed = false;
    if ((words->items[at].shape != SHAPE_NUMBER && !(words->items[at].shape == SHAPE_UPPER)) ||
        is_ordinal(words->items[at].fold))
        return at;
    while (end < words->count &&
           (end == at || (words->items[end].gap == GAP_NONE && words->items[end].joined) ||
            (words->items[end].gap == GAP_NONE && words->items[end].shape == SHAPE_NUMBER))) {
        size_t here = 0, other = 0;
        for (const char *c = words->items[end].fold; *c; c++) {
            here += *c >= '0' && *c <= '9';
            other += !(*c >= '0' && *c <= '9');
        }
        if (here == 0 && end > at)
            break;
        digits += here;
        mixed = mixed || (here > 1 && other > 0) ||
                (end > at && here > 1 && words->items[at].shape == SHAPE_UPPER) || (here > 0 && other > 2);
        end++;
    }
    return digits >= CODE_DIGITS || (mixed && digits >= 2) ? end : at;
}

static const char *code_fold(struct reading *reading, const struct words *words, size_t from, size_t to)
{
    struct buf code = BUF_INIT;
    for (size_t at = from; at < to; at++)
        buf_puts(&code, words->items[at].fold);
    const char *text = buf_text(&code);
    const char *copy = text ? arena_text(reading->arena, text, strlen(text)) : NULL;
    reading->failed = reading->failed || !copy;
    buf_free(&code);
    return copy;
}

/* "20" of "8:20", of "20 March" or of "20 °C"; years. What stands in a date may have been reckoned. */
static bool is_reckoned(const struct cutter *cutter, const struct words *words, size_t at, size_t len,
                        long value)
{
    if (value >= 1900 && value <= 2100)
        return true;
    size_t after = at + len;
    bool minutes = at > 0 && words->items[at].joined && words->text[words->items[at].start - 1] == ':';
    return minutes || is_month(cutter, words, after) || (at > 0 && is_month(cutter, words, at - 1)) ||
           (after + 1 < words->count && is_month(cutter, words, after + 1)) || !cutter->reading->ruled;
}

static size_t add_number(struct cutter *cutter, const struct words *words, size_t at)
{
    struct reading *reading = cutter->reading;
    long value;
    size_t len = numeral_at(reading, words, at, &value);
    if (len == 0)
        return 0;
    /* "a", "one" and "first" are more often words than numbers. */
    bool digits = words->items[at].shape == SHAPE_NUMBER;
    if (!digits && value <= 1)
        return len;
    bool reckoned = is_reckoned(cutter, words, at, len, value);
    struct token *token = add_token(cutter->out, tokens_number(reading, value),
                                    reckoned ? LABEL_WEIGHT : RARE_WEIGHT, !reckoned);
    mark_name(token, !reckoned);
    if (token && at + 1 < words->count && words->items[at + 1].joined &&
        strcmp(words->items[at + 1].fold, "30") == 0)
        token->half = true;
    return len;
}

static bool is_common(const struct cutter *cutter, const char *base)
{
    struct words words;
    if (words_read(NULL, base, &words) != 0)
        return false;
    bool common = words.count == 1 && in_list(cutter, LIST_COMMON, &words, 0);
    words_free(&words);
    return common;
}

/* "pays" of "pay", "carries" of "carry": a common word with an ending of one or two letters. */
static bool is_common_form(const struct cutter *cutter, const char *fold)
{
    char base[32];
    size_t len = strlen(fold);
    if (len >= sizeof base)
        return false;
    memcpy(base, fold, len + 1);
    if (len > 5 && strcmp(fold + len - 3, "ies") == 0) {
        memcpy(base + len - 3, "y", sizeof "y");
        return is_common(cutter, base);
    }
    for (size_t ending = 1; ending <= 2 && len >= 3 + ending; ending++) {
        base[len - ending] = '\0';
        if (((unsigned char)fold[len - ending] & 0xc0) != 0x80 && is_common(cutter, base))
            return true;
    }
    return false;
}

static void add_word(struct cutter *cutter, const struct words *words, size_t at, bool first)
{
    const struct reading *reading = cutter->reading;
    const struct word *word = &words->items[at];
    bool capital = !first && word->gap != GAP_STOP && word->shape != SHAPE_LOWER &&
                   (!reading->nouns || cutter->out->foreign);
    size_t few = reading->ruled ? 1 : 2;
    if (!capital && (in_list(cutter, LIST_FUNCTION, words, at) || text_chars(word->fold) <= few))
        return;
    if (in_list(cutter, LIST_LABEL, words, at)) {
        add_token(cutter->out, word->fold, LABEL_WEIGHT, false);
        return;
    }
    if (in_list(cutter, LIST_FUNCTION, words, at))
        return;
    if (in_list(cutter, LIST_MONTH, words, at) || in_list(cutter, LIST_WEEKDAY, words, at) ||
        in_list(cutter, LIST_TIME, words, at)) {
        bool month = in_list(cutter, LIST_MONTH, words, at);
        struct token *token = add_token(cutter->out, word->fold, month ? LABEL_WEIGHT : 1, false);
        if (token)
            token->time = true;
        return;
    }
    bool common = in_list(cutter, LIST_COMMON, words, at) || is_common_form(cutter, word->fold);
    bool specific = (capital && !common) || (cutter->rare && !common && text_chars(word->fold) > 3);
    mark_name(add_token(cutter->out, word->fold, specific ? RARE_WEIGHT : 1, specific), capital && !common);
}

/* The bytes of an e-mail address in a text; false when there is none. */
static bool find_address(const char *text, size_t *from, size_t *to)
{
    const char *at = strchr(text, '@');
    if (!at)
        return false;
    *from = *to = (size_t)(at - text);
    while (*from > 0 && !strchr(" \t,;:<>(\"'|", text[*from - 1]))
        --*from;
    while (text[*to] && !strchr(" \t,;<>)\"'|", text[*to]))
        ++*to;
    while (*to > *from && strchr(".!?", text[*to - 1]))
        --*to;
    return *from < (size_t)(at - text) && *to > (size_t)(at - text) + 1;
}

/* Words of the call's language against those of English: an LLM may write its notes in another language. */
static bool is_foreign(const struct cutter *cutter, const struct words *words)
{
    const struct reading *reading = cutter->reading;
    size_t own = 0, english = 0;
    if (!reading->ruled || !cutter->english || reading->language == cutter->english)
        return false;
    for (size_t at = 0; at < words->count; at++) {
        own += language_list(reading->language, LIST_FUNCTION, words, at) > 0 ||
               language_list(reading->language, LIST_COMMON, words, at) > 0;
        english += language_list(cutter->english, LIST_FUNCTION, words, at) > 0 ||
                   language_list(cutter->english, LIST_COMMON, words, at) > 0;
    }
    return english > own;
}

static void cut_statement(struct cutter *cutter, const char *text, const struct words *words)
{
    struct reading *reading = cutter->reading;
    size_t from = 0, to = 0;
    bool mail = find_address(text, &from, &to), first = true;
    if (mail) {
        char *address = arena_text(reading->arena, text + from, to - from);
        reading->failed = reading->failed || !address;
        for (char *c = address; c && *c; c++)
            *c = (char)tolower((unsigned char)*c);
        struct token *token = add_token(cutter->out, address, RARE_WEIGHT, true);
        if (token)
            token->code = token->name = true;
    }
    for (size_t at = 0; at < words->count && !reading->failed;) {
        const struct word *word = &words->items[at];
        size_t end;
        if (mail && word->start >= from && word->start < to) {
            at++;
            continue;
        }
        if ((unsigned char)word->fold[0] >= 0xe0 && tokens_are_unspaced(word->fold)) {
            tokens_pairs(reading, word->fold, add_statement_pair, cutter);
            end = at + 1;
        } else if ((end = code_end(words, at)) > at) {
            struct token *token =
                add_token(cutter->out, code_fold(reading, words, at, end), RARE_WEIGHT, true);
            if (token)
                token->code = token->name = true;
        } else {
            end = at + add_number(cutter, words, at);
            if (end == at) {
                add_word(cutter, words, at, first);
                end = at + 1;
            }
        }
        first = false;
        at = end;
    }
}

int tokens_cut(struct reading *reading, const char *text, struct tokens *tokens)
{
    struct words words;
    struct spoken statement = {0};
    *tokens = (struct tokens){.count = 0};
    if (reading_read(reading, text, &statement) != 0)
        return -1;
    words = statement.words;
    struct cutter cutter = {reading, tokens, lexicon_language(reading->lexicon, "en"), false};
    tokens->foreign = is_foreign(&cutter, &words);
    tokens->unknown = !reading->ruled && !tokens_are_unspaced(text);
    cutter.rare = reading->ruled && !tokens->foreign;
    cut_statement(&cutter, text, &words);
    /* Folded words belong to the row that is freed. */
    for (size_t i = 0; i < tokens->count; i++) {
        tokens->items[i].fold =
            arena_text(reading->arena, tokens->items[i].fold, strlen(tokens->items[i].fold));
        reading->failed = reading->failed || !tokens->items[i].fold;
    }
    words_free(&words);
    return reading->failed ? -1 : 0;
}
