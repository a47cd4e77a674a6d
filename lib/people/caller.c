#include "people/caller.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MIN 3
#define NUMBER_MAX 15 /* E.164 */

/* A part of the text as it came. */
struct slice {
    const char *at;
    size_t len;
};

#define SLICE(text)                                                                                          \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

/* What a network says instead of a number, and the digits that carriers spell it with. */
static const struct slice withheld[] = {
    SLICE("anonymous"),   SLICE("restricted"), SLICE("private"),     SLICE("unknown"),
    SLICE("unavailable"), SLICE("blocked"),    SLICE("266696687"),   SLICE("7378742833"),
    SLICE("2562533"),     SLICE("8656696"),    SLICE("86282452253"),
};

static bool is_withheld(struct slice text)
{
    if (text.len && *text.at == '+') {
        text.at++;
        text.len--;
    }
    for (size_t i = 0; i < sizeof withheld / sizeof *withheld; i++)
        if (withheld[i].len == text.len && strncasecmp(withheld[i].at, text.at, text.len) == 0)
            return true;
    return text.len == 0;
}

static struct slice trimmed(struct slice text)
{
    while (text.len && strchr(" \t\r\n", text.at[0])) {
        text.at++;
        text.len--;
    }
    while (text.len && strchr(" \t\r\n", text.at[text.len - 1]))
        text.len--;
    return text;
}

static bool take_prefix(struct slice *text, const char *prefix)
{
    size_t len = strlen(prefix);
    if (text->len < len || strncasecmp(text->at, prefix, len) != 0)
        return false;
    text->at += len;
    text->len -= len;
    return true;
}

static struct slice until(struct slice text, const char *stops)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(stops, text.at[i]))
            return (struct slice){text.at, i};
    return text;
}

/* The address between the angle brackets of `"Ana" <sip:…>;tag=1`, or all of it. */
static struct slice within_brackets(struct slice text)
{
    const char *open = memchr(text.at, '<', text.len), *end = text.at + text.len;
    const char *close = open ? memchr(open, '>', (size_t)(end - open)) : NULL;
    if (!close || (close + 1 < end && close[1] != ';'))
        return text;
    struct slice inner = trimmed((struct slice){open + 1, (size_t)(close - (open + 1))});
    struct slice rest = inner;
    bool is_address = take_prefix(&rest, "sip:") || take_prefix(&rest, "sips:") ||
                      take_prefix(&rest, "tel:") || take_prefix(&rest, "+");
    return is_address ? inner : text;
}

/* Length of the separator that `text` begins with: blanks, dashes, dots, slashes, brackets; 0 when it is
 * none. */
static size_t separator(struct slice text)
{
    if (strchr(" \t-./()[]", text.at[0]))
        return 1;
    /* U+00A0 no-break space, U+2010 to U+2015 dashes, U+2212 minus, U+202F narrow no-break space */
    if (text.len >= 2 && memcmp(text.at, "\xc2\xa0", 2) == 0)
        return 2;
    if (text.len >= 3 && memcmp(text.at, "\xe2\x80", 2) == 0) {
        unsigned char last = (unsigned char)text.at[2];
        return (last >= 0x90 && last <= 0x95) || last == 0xaf ? 3 : 0;
    }
    return text.len >= 3 && memcmp(text.at, "\xe2\x88\x92", 3) == 0 ? 3 : 0;
}

/* The digits of what is nothing but digits and separators, after an optional leading `+`; 0 when it is
 * something else or more than `size`. */
static size_t digits_of(struct slice text, char *digits, size_t size, bool *plus)
{
    size_t count = 0;
    bool begun = false;
    *plus = false;
    while (text.len) {
        size_t step = 1;
        char c = *text.at;
        if (c == '+' && !begun) {
            *plus = begun = true;
        } else if (*plus && count && text.len >= 3 && memcmp(text.at, "(0)", 3) == 0) {
            step = 3; /* +44 (0)20: the zero is dialled at home only */
        } else if (c >= '0' && c <= '9') {
            if (count == size)
                return 0;
            digits[count++] = c;
            begun = true;
        } else if ((step = separator(text)) == 0) {
            return 0;
        }
        text.at += step;
        text.len -= step;
    }
    return count;
}

static bool is_identifier(struct slice text)
{
    if (text.len == 0 || text.len > 128)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("._:@+-", c)))
            return false;
    }
    return true;
}

/* E.164, as a caller mostly comes. */
static bool is_number(struct slice text)
{
    size_t count = 0;
    while (count + 1 < text.len && text.at[count + 1] >= '0' && text.at[count + 1] <= '9')
        count++;
    return text.at[0] == '+' && count + 1 == text.len && count >= NUMBER_MIN && count <= NUMBER_MAX;
}

static enum caller_kind keep(char *key, struct slice text, enum caller_kind kind)
{
    memcpy(key, text.at, text.len);
    key[text.len] = '\0';
    return kind;
}

enum caller_kind caller_parse(const char *text, char key[CALLER_SIZE])
{
    key[0] = '\0';
    struct slice whole = trimmed((struct slice){text ? text : "", text ? strlen(text) : 0});
    if (is_withheld(whole))
        return CALLER_NOBODY;
    if (is_number(whole))
        return keep(key, whole, CALLER_NUMBER);
    struct slice rest = within_brackets(whole);
    bool sip = false;
    for (bool more = true; more;) {
        bool is_sip = take_prefix(&rest, "sips:") || take_prefix(&rest, "sip:");
        more = is_sip || take_prefix(&rest, "tel:");
        if (more) {
            rest = trimmed(until(rest, ";?"));
            sip = is_sip;
        }
    }
    /* user:password@host; a port belongs to the host */
    struct slice user = sip ? until(until(rest, "@"), ":") : rest;
    if (is_withheld(user))
        return CALLER_NOBODY;

    char digits[128];
    bool plus;
    bool escaped = sip && take_prefix(&user, "%2B");
    size_t count = digits_of(user, digits, sizeof digits, &plus);
    plus = plus || escaped;
    size_t skip = !plus && count > 2 && memcmp(digits, "00", 2) == 0 ? 2 : 0;
    if (count && is_withheld((struct slice){digits + skip, count - skip}))
        return CALLER_NOBODY;
    if ((plus || skip) && count - skip >= NUMBER_MIN && count - skip <= NUMBER_MAX) {
        key[0] = '+';
        return keep(key + 1, (struct slice){digits + skip, count - skip}, CALLER_NUMBER);
    }
    /* Digits of a country that nobody named: an identifier, whichever way they were grouped. */
    if (count && !plus && !sip)
        return keep(key, (struct slice){digits, count}, CALLER_OTHER);
    if (sip && is_identifier(rest) && rest.len <= 124) {
        memcpy(key, "sip:", 4); /* sips: is the same person */
        return keep(key + 4, rest, CALLER_OTHER);
    }
    return !sip && is_identifier(rest) ? keep(key, rest, CALLER_OTHER) : CALLER_INVALID;
}
