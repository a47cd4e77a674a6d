#include "people/caller.h"

#include "base/numbering.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define NUMBER_MIN    3
#define NUMBER_MAX    NUMBERING_MOST
#define NUMBER_DIGITS 128
#define TEXT_MOST     1024 /* bytes that are looked at: a display name may be long */

/* A part of the text as it came. */
struct slice {
    const char *at;
    size_t len;
};

#define SLICE(text)                                                                                          \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

/* What networks, forms and programs put where a number is missing, in small letters and digits alone. */
static const struct slice nobodies[] = {
    SLICE("anonymous"),
    SLICE("anonymouscaller"),
    SLICE("restricted"),
    SLICE("restrictednumber"),
    SLICE("private"),
    SLICE("privatenumber"),
    SLICE("privatecaller"),
    SLICE("unknown"),
    SLICE("unknowncaller"),
    SLICE("unknownnumber"),
    SLICE("unavailable"),
    SLICE("notavailable"),
    SLICE("blocked"),
    SLICE("blockednumber"),
    SLICE("blockedcaller"),
    SLICE("withheld"),
    SLICE("withheldnumber"),
    SLICE("numberwithheld"),
    SLICE("hidden"),
    SLICE("hiddennumber"),
    SLICE("nocallerid"),
    SLICE("nonumber"),
    SLICE("callerid"),
    SLICE("systemcallerid"),
    SLICE("systemcallednumber"),
    SLICE("null"),
    SLICE("nil"),
    SLICE("nan"),
    SLICE("none"),
    SLICE("undefined"),
    SLICE("na"),
    SLICE("invalid"),
    SLICE("test"),
    SLICE("idunavailable"),
    SLICE("calleridunavailable"),
};

/* The digits that carriers spell the same with: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. */
static const struct slice spelled[] = {
    SLICE("266696687"), SLICE("7378742833"), SLICE("2562533"), SLICE("8656696"), SLICE("86282452253"),
};

static const struct numbering *home;
static bool trusts_user_id;

void caller_set_country(const char *country)
{
    home = numbering_find(country);
}

void caller_trust_user_id(bool trust)
{
    trusts_user_id = trust;
}

bool caller_trusts_user_id(void)
{
    return trusts_user_id;
}

static bool is_any(struct slice text, const struct slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].len == text.len && memcmp(list[i].at, text.at, text.len) == 0)
            return true;
    return false;
}

/* Whether every digit is the same. */
static bool is_one_digit(const char *digits, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (digits[i] != digits[0])
            return false;
    return true;
}

/* Digits that stand for no number: nothing but zeros, also after a country's code, one digit ten times in
 * North America, and what carriers spell, also after a country's code. */
static bool is_nobodys_digits(const char *digits, size_t count)
{
    size_t code = count ? numbering_code(digits, count) : 0, rest = count - code;
    const char *national = digits + code;
    if (count == 0)
        return false;
    if (is_any((struct slice){digits, count}, spelled, sizeof spelled / sizeof *spelled) ||
        (digits[0] == '0' && is_one_digit(digits, count)))
        return true;
    return code && (is_any((struct slice){national, rest}, spelled, sizeof spelled / sizeof *spelled) ||
                    (is_one_digit(national, rest) &&
                     (national[0] == '0' ? rest >= 4 : code == 1 && digits[0] == '1' && rest == 10)));
}

/* Whether a text stands for nobody: nothing at all, a dash, "No Caller ID", "{{system__caller_id}}". */
static bool is_withheld(struct slice text)
{
    char plain[24];
    size_t count = 0;
    bool only_marks = true;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
            if (count == sizeof plain)
                return false;
            plain[count++] = c;
        } else if (!strchr(" .-_+/'()[]{}#*?", c)) {
            only_marks = false;
        }
    }
    return only_marks &&
           (count == 0 || is_any((struct slice){plain, count}, nobodies, sizeof nobodies / sizeof *nobodies));
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

static bool ends_with(struct slice text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && strncasecmp(text.at + text.len - len, end, len) == 0;
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

/* Whether the rest of a number is an extension: "x12", "ext. 12", ";ext=12", "#12". */
static bool is_extension(struct slice text)
{
    static const char *const words[] = {"extension", "ext", "x", "#"};
    text = trimmed(text);
    take_prefix(&text, ";");
    bool named = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !named; i++)
        named = take_prefix(&text, words[i]);
    while (text.len && strchr(" .:=", text.at[0])) {
        text.at++;
        text.len--;
    }
    size_t digits = 0;
    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    return named && digits > 0 && digits <= 7 && digits == text.len;
}

/* The digits of what is nothing but digits and separators, after an optional leading `+`, without an
 * extension; 0 when it is something else or more than `size`. */
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
        } else if ((step = separator(text)) == 0 || (count >= NUMBER_MIN && is_extension(text))) {
            return count >= NUMBER_MIN && is_extension(text) ? count : 0;
        }
        text.at += step;
        text.len -= step;
    }
    return count;
}

/* Length of what is written but not meant: marks of direction, of no width, and of byte order. */
static size_t invisible(const char *at, size_t len)
{
    unsigned char second = len >= 3 ? (unsigned char)at[1] : 0, third = len >= 3 ? (unsigned char)at[2] : 0;
    if (len < 3)
        return 0;
    if (*at == '\xef')
        return second == 0xbb && third == 0xbf ? 3 : 0;
    if (*at != '\xe2')
        return 0;
    bool unseen = second == 0x80 ? (third >= 0x8b && third <= 0x8f) || (third >= 0xaa && third <= 0xae)
                                 : second == 0x81 && third >= 0xa0 && third <= 0xa9;
    return unseen ? 3 : 0;
}

/* Copies what was meant: without invisible marks, with full-width digits and plus and an escaped plus as
 * plain ones. */
static struct slice cleaned(struct slice text, char *copy)
{
    size_t count = 0;
    while (text.len) {
        size_t step = invisible(text.at, text.len), one = 0;
        if (step == 0) {
            unsigned char third = text.len >= 3 ? (unsigned char)text.at[2] : 0;
            step = 1;
            copy[count] = *text.at;
            one = 1;
            if (text.len >= 3 && strncasecmp(text.at, "%2B", 3) == 0)
                copy[count] = '+', step = 3;
            else if (text.len >= 3 && memcmp(text.at, "\xef\xbc", 2) == 0 &&
                     (third == 0x8b || (third >= 0x90 && third <= 0x99)))
                copy[count] = third == 0x8b ? '+' : (char)('0' + third - 0x90), step = 3;
        }
        count += one;
        text.at += step;
        text.len -= step;
    }
    return trimmed((struct slice){copy, count});
}

static bool is_identifier(struct slice text)
{
    if (text.len == 0 || text.len > CALLER_CHARS)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!letter && (c == '\0' || !strchr("._:@+-", c)))
            return false;
    }
    return true;
}

static enum caller_kind keep(char *key, struct slice text, enum caller_kind kind)
{
    memcpy(key, text.at, text.len);
    key[text.len] = '\0';
    return kind;
}

static enum caller_kind nobody(char *key)
{
    key[0] = '\0';
    return CALLER_NOBODY;
}

/* A user's part of an address, or all that there is, as a number; CALLER_INVALID when it is none. */
static enum caller_kind parse_number(struct slice user, bool blank_for_plus, char digits[NUMBER_DIGITS],
                                     size_t *count, char *key)
{
    char whole[NUMBERING_MOST + 1];
    bool plus;
    *count = digits_of(user, digits, NUMBER_DIGITS, &plus);
    if (*count == 0)
        return CALLER_INVALID;
    size_t skip = !plus && *count > 2 && memcmp(digits, "00", 2) == 0 ? 2 : 0;
    if (is_nobodys_digits(digits, *count) || is_nobodys_digits(digits + skip, *count - skip))
        return nobody(key);
    if (!plus && blank_for_plus)
        plus = numbering_is_whole(digits, *count);
    key[0] = '+';
    if (plus) {
        bool fits = *count >= NUMBER_MIN && *count <= NUMBER_MAX;
        return fits ? keep(key + 1, (struct slice){digits, *count}, CALLER_NUMBER) : CALLER_INVALID;
    }
    if (!numbering_complete(home, digits, *count, whole))
        return CALLER_INVALID;
    if (is_nobodys_digits(whole, strlen(whole)))
        return nobody(key);
    return keep(key + 1, (struct slice){whole, strlen(whole)}, CALLER_NUMBER);
}

static enum caller_kind parse_address(struct slice whole, bool blank_for_plus, char *key)
{
    struct slice rest = within_brackets(whole);
    char digits[NUMBER_DIGITS];
    size_t count;
    bool sip = false;
    for (bool more = true; more;) {
        bool is_sip = take_prefix(&rest, "sips:") || take_prefix(&rest, "sip:");
        more = is_sip || take_prefix(&rest, "tel:");
        if (more) {
            rest = trimmed(until(rest, ";?"));
            sip = is_sip;
        }
    }
    /* user:password@host; a port belongs to the host. */
    struct slice address = until(rest, ";?"), user = until(address, "@");
    bool at_host = user.len < address.len;
    if (sip || at_host)
        user = until(user, ":");
    else
        user = rest;
    if (is_withheld(user) || (at_host && ends_with(address, "@anonymous.invalid")))
        return nobody(key);
    enum caller_kind kind = parse_number(user, blank_for_plus, digits, &count, key);
    if (kind != CALLER_INVALID)
        return kind;
    /* Digits of a country that nobody named: an identifier, whichever way they were grouped. */
    if (count && !sip && !at_host && !memchr(user.at, '+', user.len))
        return keep(key, (struct slice){digits, count}, CALLER_OTHER);
    if (sip && is_identifier(rest) && rest.len <= 124) {
        memcpy(key, "sip:", 4); /* sips: is the same person */
        return keep(key + 4, rest, CALLER_OTHER);
    }
    return !sip && is_identifier(rest) ? keep(key, rest, CALLER_OTHER) : CALLER_INVALID;
}

/* The text without the blanks around it, cleaned into `copy`; false when there is too much of it. */
static bool read_text(const char *text, char copy[TEXT_MOST], struct slice *read)
{
    struct slice whole = trimmed((struct slice){text ? text : "", text ? strlen(text) : 0});
    if (whole.len > TEXT_MOST)
        return false;
    *read = cleaned(whole, copy);
    return true;
}

enum caller_kind caller_parse(const char *text, char key[CALLER_SIZE])
{
    char copy[TEXT_MOST];
    struct slice whole;
    key[0] = '\0';
    if (!read_text(text, copy, &whole))
        return CALLER_INVALID;
    if (is_withheld(whole))
        return CALLER_NOBODY;
    /* "+49…" in a query comes as " 49…". */
    bool blank_for_plus = text[0] == ' ' && text[1] >= '1' && text[1] <= '9';
    enum caller_kind kind = parse_address(whole, blank_for_plus, key);
    if (kind == CALLER_INVALID || kind == CALLER_NOBODY)
        key[0] = '\0';
    return kind;
}

/* Whether a telephone network could have said it: digits, an address. */
static bool is_of_network(struct slice text)
{
    static const char digits[] = "0123456789";
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (strchr("+@:", text.at[i]))
            return true;
        count += strchr(digits, text.at[i]) != NULL || strchr("-.", text.at[i]) != NULL;
    }
    return count == text.len;
}

/* What names a person who is on no telephone line; it gets `space` before it where it could be one. */
static enum caller_kind parse_apart(const char *text, const char *space, bool always, char key[CALLER_SIZE])
{
    char copy[TEXT_MOST], digits[NUMBER_DIGITS];
    struct slice whole;
    size_t own = strlen(space);
    bool plus;
    key[0] = '\0';
    if (!read_text(text, copy, &whole))
        return CALLER_INVALID;
    take_prefix(&whole, space);
    size_t count = digits_of(whole, digits, sizeof digits, &plus);
    if (is_withheld(whole) || is_nobodys_digits(digits, count))
        return CALLER_NOBODY;
    if (!is_identifier(whole) || whole.len > CALLER_CHARS - own)
        return CALLER_INVALID;
    if (!always && !is_of_network(whole))
        return keep(key, whole, CALLER_OTHER);
    memcpy(key, space, own);
    return keep(key + own, whole, CALLER_OTHER);
}

enum caller_kind caller_parse_user(const char *text, char key[CALLER_SIZE])
{
    return trusts_user_id ? caller_parse(text, key) : parse_apart(text, "user:", false, key);
}

enum caller_kind caller_parse_whatsapp(const char *text, char key[CALLER_SIZE])
{
    char plus[32] = "+";
    size_t len = text ? strlen(text) : 0;
    if (len && len < sizeof plus - 1 && strspn(text, "0123456789") == len) {
        memcpy(plus + 1, text, len + 1);
        return caller_parse(plus, key);
    }
    return parse_apart(text, "whatsapp:", true, key);
}
