#include "service/settings_value.h"

#include "base/network.h"
#include "base/numbering.h"
#include "base/text.h"
#include "base/utf8.h"
#include "base/zone.h"
#include "service/settings_file.h"
#include "service/template.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DIGITS       "0123456789"
#define LETTERS      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define ECHOED_CHARS 60 /* of a wrong value */

/* Adds the value to a message. */
static void add_quoted(struct buf *wrong, const char *text)
{
    buf_putc(wrong, '"');
    text_add_line(wrong, text, ECHOED_CHARS);
    buf_putc(wrong, '"');
}

/* "…" and why it is wrong; always false, so that `return refuse(…)` reads well. */
static bool refuse(struct buf *wrong, const char *text, const char *why)
{
    add_quoted(wrong, text);
    buf_printf(wrong, " %s", why);
    return false;
}

static bool take_int(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    const char *digits = value->text + (*value->text == '-');
    bool number = *digits && digits[strspn(digits, DIGITS)] == '\0';
    /* strtoll() saturates, so a number that overflows is out of range. */
    long long n = strtoll(value->text, NULL, 10);
    if (!number || (double)n < row->min || (double)n > row->max) {
        add_quoted(wrong, value->text);
        buf_printf(wrong, " is %s; use a whole number from %.0f to %.0f",
                   number ? "out of range" : "not a whole number", row->min, row->max);
        return false;
    }
    value->number = n;
    return true;
}

/* Digits with a point and an exponent, as the C locale writes them. */
static bool is_real(const char *text)
{
    text += *text == '-';
    size_t whole = strspn(text, DIGITS), fraction = 0;
    text += whole;
    if (*text == '.') {
        fraction = strspn(text + 1, DIGITS);
        text += 1 + fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text++;
        text += *text == '-' || *text == '+';
        size_t exponent = strspn(text, DIGITS);
        if (exponent == 0)
            return false;
        text += exponent;
    }
    return *text == '\0';
}

static bool take_real(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    double real = 0;
    bool number = is_real(value->text);
    if (number) {
        locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
        if (!c) {
            wrong->failed = true;
            return false;
        }
        real = strtod_l(value->text, NULL, c);
        freelocale(c);
    }
    if (!number || real < row->min || real > row->max) {
        add_quoted(wrong, value->text);
        buf_printf(wrong, " is %s; use a number from %.0f to %.0f, such as 0.02",
                   number ? "out of range" : "not a number", row->min, row->max);
        return false;
    }
    value->real = real;
    return true;
}

static bool take_choice(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    for (int i = 0; row->choices[i]; i++)
        if (strcmp(row->choices[i], value->text) == 0) {
            value->number = i;
            return true;
        }
    refuse(wrong, value->text, "is not a valid value; use ");
    for (int i = 0; row->choices[i]; i++)
        buf_printf(wrong, "%s%s", i == 0 ? "" : row->choices[i + 1] ? ", " : " or ", row->choices[i]);
    return false;
}

static size_t choice_find(const struct setting_row *row, const char *text, size_t len)
{
    size_t at = 0;
    while (row->choices[at] && (strlen(row->choices[at]) != len || memcmp(row->choices[at], text, len) != 0))
        at++;
    return at;
}

static bool take_set(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    value->number = 0;
    if (strcmp(value->text, "none") == 0)
        return true;
    for (const char *part = value->text, *end; part; part = *end ? end + 1 : NULL) {
        part += strspn(part, " ");
        end = part + strcspn(part, ",");
        size_t len = (size_t)(end - part);
        while (len > 0 && part[len - 1] == ' ')
            len--;
        size_t at = choice_find(row, part, len);
        if (!row->choices[at]) {
            refuse(wrong, value->text, "is not a list of valid values; use none, or some of ");
            for (size_t i = 0; row->choices[i]; i++)
                buf_printf(wrong, "%s%s", i ? ", " : "", row->choices[i]);
            return false;
        }
        value->number |= (int64_t)1 << at;
    }
    return true;
}

static void drop_slashes(char *text)
{
    for (size_t len = strlen(text); len > 1 && text[len - 1] == '/'; len--)
        text[len - 1] = '\0';
}

static bool take_path(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    if (*value->text == '~' || *value->text == '$')
        return refuse(wrong, value->text,
                      "begins with ~ or $, which are not expanded here; write the whole path");
    drop_slashes(value->text);
    return true;
}

/* A port from 1 to 65535 and nothing else. */
static bool is_port(const char *text, size_t len)
{
    if (len == 0 || len > 5 || strspn(text, DIGITS) < len)
        return false;
    long port = strtol(text, NULL, 10);
    return port >= 1 && port <= 65535;
}

static bool is_address(int family, const char *text, size_t len)
{
    char copy[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    if (len >= sizeof copy)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return inet_pton(family, copy, address) == 1;
}

/* Splits "host:port" or "[::1]:port" at the colon; `port` is NULL when there is none. */
static size_t split_port(const char *text, size_t len, const char **port)
{
    size_t host = len;
    *port = NULL;
    for (size_t i = len; i > 0 && text[i - 1] != ']'; i--)
        if (text[i - 1] == ':') {
            host = i - 1;
            *port = text + i;
            break;
        }
    return host;
}

static bool is_bracketed_ipv6(const char *text, size_t len)
{
    return len > 2 && text[0] == '[' && text[len - 1] == ']' && is_address(AF_INET6, text + 1, len - 2);
}

static bool take_listen(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    const char *text = value->text, *port;
    size_t len = strlen(text), host = split_port(text, len, &port);
    bool good = port && is_port(port, len - host - 1);
    good = good && (is_bracketed_ipv6(text, host) || is_address(AF_INET, text, host) ||
                    (host == strlen("localhost") && memcmp(text, "localhost", host) == 0));
    if (!good)
        return refuse(wrong, text,
                      "is not an address and a port; use one such as 127.0.0.1:8090, [::1]:8090 or "
                      "localhost:8090, the port from 1 to 65535");
    return true;
}

/* A host name or address with or without a port. */
static bool is_authority(const char *text, size_t len)
{
    const char *port;
    size_t host = split_port(text, len, &port);
    if (port && !is_port(port, len - host - 1))
        return false;
    if (host && text[0] == '[')
        return is_bracketed_ipv6(text, host);
    return host && *text != '.' && *text != '-' && strspn(text, LETTERS DIGITS ".-_") >= host;
}

static bool take_url(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    const char *text = value->text;
    if (strchr(text, '@')) { /* the text is not shown: it may contain a password */
        buf_puts(wrong, "contains a user name or a password; remove it and the @");
        return false;
    }
    size_t scheme = strncasecmp(text, "https://", 8) == 0 ? 8 : strncasecmp(text, "http://", 7) == 0 ? 7 : 0;
    if (scheme == 0)
        return refuse(wrong, text, "is not a URL; use one that begins with https:// or http://");
    size_t authority = strcspn(text + scheme, "/?#");
    if (!is_authority(text + scheme, authority))
        return refuse(wrong, text, "has no valid host; use a URL such as https://example.com:8080/path");
    if (strpbrk(text + scheme, "?# \"<>\\^`{|}"))
        return refuse(wrong, text, "contains a query, a space or another invalid character; remove it");
    drop_slashes(value->text);
    return true;
}

/* Nothing of the text is shown: it may contain a password. libpq looks at the rest of it. */
static bool take_database(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    if (strncmp(value->text, "postgresql://", 13) == 0 || strncmp(value->text, "postgres://", 11) == 0)
        return true;
    buf_puts(wrong, "is not a connection URI of PostgreSQL; use one that begins with postgresql://");
    return false;
}

/* The parts of a list so far. */
struct gather {
    struct setting_value *value;
    size_t max;
    bool failed, too_many;
};

static bool add_part(void *ctx, const char *part, size_t len)
{
    struct gather *gather = ctx;
    struct setting_value *value = gather->value;
    gather->too_many = value->part_count == gather->max;
    if (gather->too_many)
        return false;
    value->parts[value->part_count] = text_dup_n(part, len);
    gather->failed = !value->parts[value->part_count];
    value->part_count += !gather->failed;
    return !gather->failed;
}

/* Joins the parts into the text. */
static bool join_parts(struct setting_value *value)
{
    struct buf text = BUF_INIT;
    if (!buf_reserve(&text, strlen(value->text))) /* once: a growing buffer leaves copies behind */
        return false;
    for (size_t i = 0; i < value->part_count; i++) {
        buf_puts(&text, i ? "," : "");
        buf_puts(&text, value->parts[i]);
    }
    settings_wipe(value->text);
    value->text = buf_take(&text);
    return value->text != NULL;
}

static bool take_parts(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    struct gather gather = {.value = value, .max = (size_t)row->max};
    value->parts = calloc(gather.max, sizeof *value->parts);
    if (value->parts)
        text_split(value->text, add_part, &gather);
    if (!value->parts || gather.failed) {
        wrong->failed = true;
        return false;
    }
    if (gather.too_many)
        buf_printf(wrong, "has more than %zu values; remove some", gather.max);
    else if (value->part_count == 0 && *value->text)
        buf_puts(wrong, "contains only spaces and commas; set a value, or leave it empty");
    else if (!join_parts(value))
        wrong->failed = true;
    return wrong->len == 0 && !wrong->failed;
}

static bool is_origin(char *text)
{
    size_t scheme = strspn(text, LETTERS DIGITS "+.-");
    if (!isalpha((unsigned char)*text) || strncmp(text + scheme, "://", 3) != 0)
        return false;
    const char *host = text + scheme + 3;
    return is_authority(host, strlen(host));
}

/* Origins are compared byte by byte: lower case, without the scheme's default port. */
static void as_browsers_do(char *origin)
{
    static const char *const own[][2] = {{"https://", ":443"}, {"http://", ":80"}};
    for (char *c = origin; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    size_t len = strlen(origin);
    for (size_t i = 0; i < 2; i++) {
        size_t scheme = strlen(own[i][0]), port = strlen(own[i][1]);
        if (strncmp(origin, own[i][0], scheme) == 0 && strcmp(origin + len - port, own[i][1]) == 0)
            origin[len - port] = '\0';
    }
}

static bool take_origins(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    if (!take_parts(row, value, wrong))
        return false;
    for (size_t i = 0; i < value->part_count; i++) {
        char *origin = value->parts[i];
        if (strcmp(origin, "*") == 0)
            continue;
        if (!is_origin(origin))
            return refuse(
                wrong, origin,
                "is not an origin; use https://app.example.com or http://localhost:3000, without a path, "
                "or * for every page");
        as_browsers_do(origin);
    }
    if (!join_parts(value))
        wrong->failed = true;
    return !wrong->failed;
}

static bool take_networks(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    struct network network;
    if (!take_parts(row, value, wrong))
        return false;
    for (size_t i = 0; i < value->part_count; i++)
        if (!network_parse(value->parts[i], &network))
            return refuse(wrong, value->parts[i],
                          "is not an address or network; use 192.0.2.7, 192.0.2.0/24 or 2001:db8::/32");
    return true;
}

static bool take_language(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    const char *part = value->text;
    size_t len = strspn(part, LETTERS);
    bool good = len >= 2 && len <= 8;
    while (good && part[len] == '-') {
        part += len + 1;
        len = strspn(part, LETTERS DIGITS);
        good = len >= 1 && len <= 8;
    }
    if (*value->text && (!good || part[len]))
        return refuse(wrong, value->text, "is not a language tag; use one such as en, pt-BR or es-419");
    return true;
}

static bool take_country(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    return numbering_find(value->text) ||
           refuse(wrong, value->text, "is not a country; use its two letters, such as US or DE");
}

static bool take_zone(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    int offset;
    (void)row;
    /* Without a database of time zones (Debian: tzdata) there is no other than UTC. */
    return strcmp(value->text, "UTC") == 0 || zone_offset(value->text, 0, &offset) ||
           refuse(wrong, value->text, "is not a time zone of this machine; use one such as Europe/Berlin");
}

static bool take_template(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    for (const char *at = value->text; *at;) {
        const char *name, *end;
        size_t len;
        if (strncmp(at, "}}", 2) == 0)
            return refuse(wrong, at, "has no matching {{; write a variable as {{name}}");
        if (strncmp(at, "{{", 2) != 0) {
            at++;
            continue;
        }
        end = template_variable(at + 2, &name, &len);
        if (!end)
            return refuse(wrong, at,
                          "is not a valid {{name}}; a name has letters, digits and _ only, and ends with }}");
        at = end;
    }
    return true;
}

static bool take_text(const struct setting_row *row, struct setting_value *value, struct buf *wrong)
{
    (void)row;
    (void)value;
    (void)wrong;
    return true;
}

static bool (*const takes[])(const struct setting_row *, struct setting_value *, struct buf *) = {
    [TYPE_TEXT] = take_text,         [TYPE_INT] = take_int,           [TYPE_REAL] = take_real,
    [TYPE_CHOICE] = take_choice,     [TYPE_SET] = take_set,           [TYPE_PATH] = take_path,
    [TYPE_SECRETS] = take_parts,     [TYPE_URL] = take_url,           [TYPE_LISTEN] = take_listen,
    [TYPE_ORIGINS] = take_origins,   [TYPE_LANGUAGE] = take_language, [TYPE_COUNTRY] = take_country,
    [TYPE_ZONE] = take_zone,         [TYPE_TEMPLATE] = take_template, [TYPE_NETWORKS] = take_networks,
    [TYPE_DATABASE] = take_database,
};

/* Checks what is the same for all types. */
static bool check_text(const struct setting_row *row, const char *text, struct buf *wrong)
{
    static const bool counted[TYPE_TEMPLATE + 1] = {
        [TYPE_TEXT] = true,     [TYPE_PATH] = true,    [TYPE_URL] = true,  [TYPE_DATABASE] = true,
        [TYPE_LANGUAGE] = true, [TYPE_COUNTRY] = true, [TYPE_ZONE] = true, [TYPE_TEMPLATE] = true};
    if (!utf8_is_valid(text, strlen(text))) {
        buf_puts(wrong, "is not UTF-8; save or set it as UTF-8 text");
        return false;
    }
    for (const char *c = text; *c; c++)
        if (iscntrl((unsigned char)*c) && !(row->flags & SETTING_LINES && strchr("\r\n\t", *c))) {
            buf_puts(wrong, "contains a control character or a line break; remove it");
            return false;
        }
    if (counted[row->type] && text_chars(text) > (size_t)row->max) {
        buf_printf(wrong, "has %zu characters; the maximum is %.0f", text_chars(text), row->max);
        return false;
    }
    return true;
}

bool setting_value_take(const struct setting_row *row, const char *text, struct setting_value *value,
                        struct buf *wrong)
{
    if (!check_text(row, text, wrong))
        return false;
    struct setting_value taken = {.text = text_dup(text)};
    if (!taken.text)
        wrong->failed = true;
    /* Empty text that the row allows is valid for every type. */
    if (!taken.text ||
        (!(*text == '\0' && *row->fallback == '\0') && !takes[row->type](row, &taken, wrong))) {
        setting_value_free(&taken);
        return false;
    }
    setting_value_free(value);
    *value = taken;
    return true;
}

void setting_value_free(struct setting_value *value)
{
    settings_wipe(value->text);
    for (size_t i = 0; i < value->part_count; i++)
        settings_wipe(value->parts[i]);
    free(value->parts);
    *value = (struct setting_value){0};
}

/* Common placeholders; a word comes before those that are a part of it. */
static const char *const placeholders[] = {
    "placeholder", "replaceme", "replace", "changeme", "changeit",   "change",     "yourkey",    "your",
    "here",        "insert",    "example", "sample",   "dummy",      "default",    "test",       "todo",
    "password",    "passwort",  "passwd",  "secret",   "token",      "webhook",    "wsec",       "admin",
    "welcome",     "letmein",   "qwerty",  "callmem",  "elevenlabs", "0123456789", "1234567890", "123456789",
    "12345678",    "123456",    "1234",    "abcdefgh", "abcdef",     "deadbeef"};

/* The length of a secret without placeholders and separators. */
static size_t beyond_placeholders(const char *secret)
{
    char rest[256];
    size_t len = 0;
    for (const char *c = secret; *c && len < sizeof rest - 1; c++)
        if (!strchr("-_. ", *c))
            rest[len++] = (char)tolower((unsigned char)*c);
    rest[len] = '\0';
    for (size_t i = 0; i < sizeof placeholders / sizeof *placeholders; i++) {
        size_t word = strlen(placeholders[i]);
        for (char *at; (at = strstr(rest, placeholders[i])); len -= word)
            memmove(at, at + word, strlen(at + word) + 1);
    }
    explicit_bzero(rest, sizeof rest);
    return len;
}

const char *setting_secret_weakness(const char *secret)
{
    bool seen[UCHAR_MAX + 1] = {false};
    int different = 0;
    for (const char *c = secret; *c; c++) {
        different += !seen[(unsigned char)*c];
        seen[(unsigned char)*c] = true;
    }
    if (text_chars(secret) < 16)
        return "has fewer than 16 characters";
    if (different < 6)
        return "has fewer than 6 different characters";
    if (beyond_placeholders(secret) < 8)
        return "is a well-known placeholder";
    return NULL;
}
