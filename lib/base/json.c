#include "base/json.h"

#include "base/text.h"
#include "base/utf8.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the next byte belongs to, or what is expected. */
enum state {
    AT_START,       /* before the outermost object */
    AT_VALUE,       /* a value is expected */
    AT_FIRST_VALUE, /* in an array that may be empty */
    AT_NAME,        /* a name is expected */
    AT_FIRST_NAME,  /* in an object that may be empty */
    AT_COLON,
    AFTER_VALUE, /* a comma or the closing bracket */
    IN_STRING,
    IN_ESCAPE,
    IN_HEX, /* the four digits of \u */
    IN_NUMBER,
    IN_WORD, /* true, false, null */
    AT_END   /* only blanks may follow */
};

/* Where a number is in its grammar. */
enum number { NUM_MINUS, NUM_ZERO, NUM_DIGITS, NUM_POINT, NUM_FRACTION, NUM_E, NUM_SIGN, NUM_EXPONENT };

#define NUMBER_MAX_LEN 62 /* cJSON reads no longer ones */

/* An open container is the index of the member that it is, or one of these. */
enum { OUTERMOST = -1, OTHER_OBJECT = -2, ARRAY = -3 };

struct json_scan {
    const struct json_member *members;
    int member_count;
    json_scan_report *report;
    void *ctx;
    enum state state;
    size_t at;   /* bytes seen */
    size_t mark; /* bytes seen of a byte order mark */
    int depth;
    bool is_name;  /* the string being read is a name */
    bool gathers;  /* its text is wanted */
    unsigned seen; /* bit i: the first member i went by */
    int member;    /* the member whose value is expected or being read, OTHER_OBJECT: none that is wanted */
    enum number number;
    unsigned number_len;
    bool has_long_number; /* anywhere so far */
    const char *word;     /* the rest of true, false or null */
    unsigned hex, hex_digits;
    unsigned high; /* a high surrogate that waits for its low one */
    size_t utf8_left;
    struct utf8_range utf8_next; /* bounds of the next continuation byte */
    size_t text_len;
    /* From here on nothing is read before it was written; see json_scan_new(). */
    signed char open[JSON_MAX_DEPTH];
    char text[512]; /* of the name or value being read, decoded */
};

struct json_scan *json_scan_new(const struct json_member *members, int member_count, json_scan_report *report,
                                void *ctx)
{
    /* Most bodies are smaller than a scan: it is not cleared as a whole. */
    struct json_scan *scan = malloc(sizeof *scan);
    if (!scan)
        return NULL;
    memset(scan, 0, offsetof(struct json_scan, open));
    scan->members = members;
    scan->member_count = member_count;
    scan->report = report;
    scan->ctx = ctx;
    scan->member = member_count ? OUTERMOST : OTHER_OBJECT;
    return scan;
}

void json_scan_free(struct json_scan *scan)
{
    free(scan);
}

size_t json_scan_at(const struct json_scan *scan)
{
    return scan->at;
}

static int invalid(const struct json_scan *scan, const char *cause, struct error *error)
{
    return error_set(error, ERROR_INVALID_JSON, "invalid JSON at byte %zu: %s", scan->at, cause);
}

static int report(struct json_scan *scan, enum json_type type, const char *text, size_t len,
                  struct error *error)
{
    return scan->report ? scan->report(scan->ctx, scan->member, type, text, len, error) : 0;
}

static int flush(struct json_scan *scan, struct error *error)
{
    size_t len = scan->text_len;
    scan->text_len = 0;
    return len ? report(scan, JSON_STRING, scan->text, len, error) : 0;
}

/* Takes decoded bytes of the string being read. A name that is too long is cut, and longer than any wanted.
 */
static int add_text(struct json_scan *scan, const char *bytes, size_t len, struct error *error)
{
    size_t room = sizeof scan->text - scan->text_len;
    if (!scan->gathers)
        return 0;
    if (scan->is_name && len > room)
        len = room;
    if (len > room && flush(scan, error) != 0)
        return -1;
    if (len > sizeof scan->text)
        return report(scan, JSON_STRING, bytes, len, error);
    memcpy(scan->text + scan->text_len, bytes, len);
    scan->text_len += len;
    return 0;
}

static int add_code_point(struct json_scan *scan, unsigned c, struct error *error)
{
    char bytes[4];
    return add_text(scan, bytes, utf8_encode(c, bytes), error);
}

/* A high surrogate without its low one is read as U+FFFD. */
static int settle_surrogate(struct json_scan *scan, struct error *error)
{
    if (!scan->high)
        return 0;
    scan->high = 0;
    return add_code_point(scan, 0xfffd, error);
}

static bool in_object(const struct json_scan *scan)
{
    return scan->open[scan->depth - 1] != ARRAY;
}

static void value_done(struct json_scan *scan)
{
    scan->member = OTHER_OBJECT;
    scan->state = scan->depth ? AFTER_VALUE : AT_END;
}

static int open_container(struct json_scan *scan, bool is_object, struct error *error)
{
    if (scan->depth == JSON_MAX_DEPTH)
        return error_set(error, ERROR_INVALID_JSON, "the body is nested deeper than %d levels",
                         JSON_MAX_DEPTH);
    scan->open[scan->depth++] = is_object ? (signed char)scan->member : ARRAY;
    scan->member = OTHER_OBJECT;
    scan->state = is_object ? AT_FIRST_NAME : AT_FIRST_VALUE;
    return 0;
}

static int close_container(struct json_scan *scan, char c, struct error *error)
{
    if (in_object(scan) != (c == '}'))
        return invalid(scan, "mismatched bracket", error);
    scan->depth--;
    value_done(scan);
    return 0;
}

static void begin_string(struct json_scan *scan, bool is_name)
{
    scan->is_name = is_name;
    scan->gathers = is_name ? scan->open[scan->depth - 1] >= OUTERMOST : scan->member >= 0;
    scan->text_len = 0;
    scan->state = IN_STRING;
}

static enum json_type type_of(char c)
{
    switch (c) {
    case '{':
        return JSON_OBJECT;
    case '[':
        return JSON_ARRAY;
    case '"':
        return JSON_STRING;
    case 'n':
        return JSON_NULL;
    case 't':
    case 'f':
        return JSON_BOOL;
    default:
        return JSON_NUMBER;
    }
}

static int begin_value(struct json_scan *scan, char c, struct error *error)
{
    enum json_type type = type_of(c);
    if (type == JSON_NUMBER && c != '-' && (c < '0' || c > '9'))
        return invalid(scan, "a value is expected", error);
    if (scan->member >= 0 && report(scan, type, "", 0, error) != 0)
        return -1;
    switch (type) {
    case JSON_OBJECT:
    case JSON_ARRAY:
        return open_container(scan, type == JSON_OBJECT, error);
    case JSON_STRING:
        begin_string(scan, false);
        return 0;
    case JSON_NUMBER:
        scan->number = c == '-' ? NUM_MINUS : c == '0' ? NUM_ZERO : NUM_DIGITS;
        scan->number_len = 1;
        scan->state = IN_NUMBER;
        return 0;
    default:
        scan->word = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
        scan->state = IN_WORD;
        return 0;
    }
}

/* The first member of its name in a wanted object, as cJSON finds it. */
static int find_member(struct json_scan *scan)
{
    int parent = scan->open[scan->depth - 1];
    for (int i = 0; i < scan->member_count && parent >= OUTERMOST; i++) {
        const char *name = scan->members[i].name;
        if (scan->members[i].parent != parent || scan->seen >> i & 1 || strlen(name) != scan->text_len ||
            memcmp(name, scan->text, scan->text_len) != 0)
            continue;
        scan->seen |= 1U << i;
        return i;
    }
    return OTHER_OBJECT;
}

static int end_string(struct json_scan *scan, struct error *error)
{
    if (settle_surrogate(scan, error) != 0)
        return -1;
    if (scan->is_name) {
        scan->member = find_member(scan);
        scan->state = AT_COLON;
        return 0;
    }
    if (scan->gathers && flush(scan, error) != 0)
        return -1;
    value_done(scan);
    return 0;
}

/* A byte of a string's UTF-8. */
static int string_byte(struct json_scan *scan, char byte, struct error *error)
{
    unsigned char c = (unsigned char)byte;
    if (scan->utf8_left) {
        if (c < scan->utf8_next.low || c > scan->utf8_next.high)
            return invalid(scan, "malformed UTF-8", error);
        scan->utf8_left--;
        scan->utf8_next = (struct utf8_range){0x80, 0xbf};
    } else if (c >= 0x80) {
        size_t size = utf8_length(c, &scan->utf8_next);
        if (size == 0)
            return invalid(scan, "malformed UTF-8", error);
        scan->utf8_left = size - 1;
    } else if (c == '\\') {
        scan->state = IN_ESCAPE;
        return 0;
    } else if (c == '"') {
        return end_string(scan, error);
    } else if (c < 0x20) {
        return invalid(scan, "control character in a string", error);
    }
    if (settle_surrogate(scan, error) != 0)
        return -1;
    return add_text(scan, &byte, 1, error);
}

static int escape_byte(struct json_scan *scan, char c, struct error *error)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (c == 'u') {
        scan->hex = scan->hex_digits = 0;
        scan->state = IN_HEX;
        return 0;
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (!found)
        return invalid(scan, "unknown escape", error);
    scan->state = IN_STRING;
    if (settle_surrogate(scan, error) != 0)
        return -1;
    return add_text(scan, &to[found - from], 1, error);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int hex_byte(struct json_scan *scan, char c, struct error *error)
{
    int value = hex_value(c);
    if (value < 0)
        return invalid(scan, "four hexadecimal digits are expected after \\u", error);
    scan->hex = scan->hex << 4 | (unsigned)value;
    if (++scan->hex_digits < 4)
        return 0;
    unsigned hex = scan->hex, high = scan->high;
    bool is_low = hex >= 0xdc00 && hex <= 0xdfff;
    scan->state = IN_STRING;
    if (is_low && high) {
        scan->high = 0;
        return add_code_point(scan, 0x10000 + ((high - 0xd800) << 10) + (hex - 0xdc00), error);
    }
    if (settle_surrogate(scan, error) != 0)
        return -1;
    if (hex >= 0xd800 && hex <= 0xdbff) {
        scan->high = hex;
        return 0;
    }
    return add_code_point(scan, is_low || hex == 0 ? 0xfffd : hex, error);
}

/* Whether the number can go on with `c`; moves on in its grammar. */
static bool number_goes_on(enum number *number, char c)
{
    bool digit = c >= '0' && c <= '9';
    switch (*number) {
    case NUM_MINUS:
        *number = c == '0' ? NUM_ZERO : NUM_DIGITS;
        return digit;
    case NUM_ZERO:
    case NUM_DIGITS:
        if (digit)
            return *number == NUM_DIGITS;
        *number = c == '.' ? NUM_POINT : NUM_E;
        return c == '.' || c == 'e' || c == 'E';
    case NUM_POINT:
        *number = NUM_FRACTION;
        return digit;
    case NUM_FRACTION:
        if (digit)
            return true;
        *number = NUM_E;
        return c == 'e' || c == 'E';
    case NUM_E:
        *number = digit ? NUM_EXPONENT : NUM_SIGN;
        return digit || c == '+' || c == '-';
    case NUM_SIGN:
    case NUM_EXPONENT:
    default:
        *number = NUM_EXPONENT;
        return digit;
    }
}

static bool number_may_end(enum number number)
{
    return number == NUM_ZERO || number == NUM_DIGITS || number == NUM_FRACTION || number == NUM_EXPONENT;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* A byte between values. */
static int structure_byte(struct json_scan *scan, char c, struct error *error)
{
    if (is_blank(c))
        return 0;
    switch (scan->state) {
    case AT_START:
        return c == '{' ? open_container(scan, true, error) : invalid(scan, "an object is expected", error);
    case AT_FIRST_VALUE:
        if (c == ']')
            return close_container(scan, c, error);
        return begin_value(scan, c, error);
    case AT_VALUE:
        return begin_value(scan, c, error);
    case AT_FIRST_NAME:
        if (c == '}')
            return close_container(scan, c, error);
        /* fall through */
    case AT_NAME:
        if (c != '"')
            return invalid(scan, "a name in quotes is expected", error);
        begin_string(scan, true);
        return 0;
    case AT_COLON:
        if (c != ':')
            return invalid(scan, "a colon is expected", error);
        scan->state = AT_VALUE;
        return 0;
    case AFTER_VALUE:
        if (c == '}' || c == ']')
            return close_container(scan, c, error);
        if (c != ',')
            return invalid(scan, "a comma or a closing bracket is expected", error);
        scan->state = in_object(scan) ? AT_NAME : AT_VALUE;
        return 0;
    default:
        return invalid(scan, "text after the object", error);
    }
}

static int number_byte(struct json_scan *scan, char c, struct error *error)
{
    enum number before = scan->number;
    if (number_goes_on(&scan->number, c)) {
        scan->has_long_number = scan->has_long_number || ++scan->number_len > NUMBER_MAX_LEN;
        return 0;
    }
    if (!number_may_end(before))
        return invalid(scan, "malformed number", error);
    value_done(scan);
    return structure_byte(scan, c, error);
}

/* Whether it is a byte of a byte order mark at the start, which some clients send. */
static bool is_mark(const struct json_scan *scan, char c)
{
    static const char mark[] = "\xef\xbb\xbf";
    return scan->at == scan->mark && scan->mark < 3 && c == mark[scan->mark];
}

static int scan_byte(struct json_scan *scan, char c, struct error *error)
{
    if (scan->at < 3 && is_mark(scan, c)) {
        scan->mark++;
        return 0;
    }
    if (scan->mark == 1 || scan->mark == 2)
        return invalid(scan, "not UTF-8", error);
    switch (scan->state) {
    case IN_STRING:
        return string_byte(scan, c, error);
    case IN_ESCAPE:
        return escape_byte(scan, c, error);
    case IN_HEX:
        return hex_byte(scan, c, error);
    case IN_NUMBER:
        return number_byte(scan, c, error);
    case IN_WORD:
        if (c != *scan->word)
            return invalid(scan, "unknown word", error);
        if (*++scan->word == '\0')
            value_done(scan);
        return 0;
    default:
        return structure_byte(scan, c, error);
    }
}

int json_scan_feed(struct json_scan *scan, const char *bytes, size_t len, struct error *error)
{
    for (size_t i = 0; i < len;) {
        /* Plain text is taken as a whole: a long string is most of an audio event. */
        size_t run = scan->state == IN_STRING && !scan->utf8_left ? buf_plain(bytes + i, len - i) : 0;
        int result = run ? settle_surrogate(scan, error) : scan_byte(scan, bytes[i], error);
        if (run && result == 0)
            result = add_text(scan, bytes + i, run, error);
        if (result != 0)
            return -1;
        scan->at += run ? run : 1;
        i += run ? run : 1;
    }
    return 0;
}

int json_scan_end(struct json_scan *scan, struct error *error)
{
    if (scan->at == 0)
        return error_set(error, ERROR_INVALID_JSON, "the body is empty, a JSON object is expected");
    if (scan->state != AT_END)
        return invalid(scan, "unexpected end", error);
    return 0;
}

static bool is_surrogate(const char *escape, char low_digit, char high_digit)
{
    char second = (char)(escape[3] | 0x20);
    return (escape[2] == 'd' || escape[2] == 'D') &&
           ((escape[3] >= '0' && escape[3] <= '9') ? escape[3] >= low_digit && escape[3] <= high_digit
                                                   : second >= low_digit && second <= high_digit);
}

/* In valid JSON: writes \ufffd over every \u0000 and every lone surrogate, which have the same length. */
static void mend_escapes(char *text, size_t len)
{
    char *end = text + len;
    for (char *p = memchr(text, '\\', len); p; p = memchr(p, '\\', (size_t)(end - p))) {
        if (p[1] != 'u') {
            p += 2;
            continue;
        }
        bool is_high = is_surrogate(p, '8', '9') || is_surrogate(p, 'a', 'b');
        bool is_low = is_surrogate(p, 'c', 'f');
        bool pair = is_high && end - p >= 12 && p[6] == '\\' && p[7] == 'u' && is_surrogate(p + 6, 'c', 'f');
        if (pair) {
            p += 12;
            continue;
        }
        if (is_high || is_low || memcmp(p + 2, "0000", 4) == 0)
            memcpy(p + 2, "fffd", 4);
        p += 6;
    }
}

/* In valid JSON: the byte after the string whose quote is at `p`. */
static char *skip_string(char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

/* In valid JSON that ends with a NUL: rewrites numbers that are too long for cJSON with the digits of a
 * double, followed by blanks. */
static void mend_numbers(char *text)
{
    for (char *p = text; *p;) {
        char number[40];
        size_t len = strspn(p, "0123456789+-.eE");
        if (*p == '"') {
            p = skip_string(p);
            continue;
        }
        if (len > NUMBER_MAX_LEN) {
            double value = strtod(p, NULL);
            /* What exceeds all doubles does so in the shorter form as well. */
            int used = isinf(value) ? snprintf(number, sizeof number, "%s", value < 0 ? "-1e999" : "1e999")
                                    : snprintf(number, sizeof number, "%.17g", value);
            memset(p, ' ', len);
            memcpy(p, number, (size_t)used);
        }
        p += len ? len : 1;
    }
}

static int validate(const char *bytes, size_t len, bool *has_long_number, struct error *error)
{
    struct json_scan *scan = json_scan_new(NULL, 0, NULL, NULL);
    if (!scan)
        return error_no_memory(error);
    int result = json_scan_feed(scan, bytes, len, error);
    if (result == 0)
        result = json_scan_end(scan, error);
    *has_long_number = scan->has_long_number;
    json_scan_free(scan);
    return result;
}

cJSON *json_parse(const char *bytes, size_t len, struct error *error)
{
    bool has_long_number;
    if (validate(bytes, len, &has_long_number, error) != 0)
        return NULL;
    char *text = text_dup_n(bytes, len);
    if (!text) {
        error_no_memory(error);
        return NULL;
    }
    mend_escapes(text, len);
    if (has_long_number)
        mend_numbers(text);
    cJSON *object = cJSON_ParseWithLength(text, len);
    free(text);
    if (!object) /* valid JSON fails for no other reason */
        error_no_memory(error);
    return object;
}

const cJSON *json_get(const cJSON *object, const char *name)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, name);
    return value && !cJSON_IsNull(value) ? value : NULL;
}

const cJSON *json_object(const cJSON *object, const char *name)
{
    const cJSON *value = json_get(object, name);
    return cJSON_IsObject(value) ? value : NULL;
}

const cJSON *json_array(const cJSON *object, const char *name)
{
    const cJSON *value = json_get(object, name);
    return cJSON_IsArray(value) ? value : NULL;
}

const char *json_text(const cJSON *object, const char *name)
{
    const cJSON *value = json_get(object, name);
    return cJSON_IsString(value) ? value->valuestring : NULL;
}

const char *json_text_or_empty(const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text ? text : "";
}

double json_number(const cJSON *object, const char *name, double fallback)
{
    const cJSON *value = json_get(object, name);
    return cJSON_IsNumber(value) ? value->valuedouble : fallback;
}

int64_t json_int(const cJSON *object, const char *name, int64_t fallback)
{
    double value = json_number(object, name, (double)NAN);
    if (isnan(value))
        return fallback;
    if (value >= 9223372036854775808.0)
        return INT64_MAX;
    return value <= -9223372036854775808.0 ? INT64_MIN : (int64_t)value;
}

bool json_bool(const cJSON *object, const char *name, bool fallback)
{
    const cJSON *value = json_get(object, name);
    return cJSON_IsBool(value) ? cJSON_IsTrue(value) : fallback;
}

/* With as many digits as it takes to read the same number back; cJSON would make 1.23456789012346e+15 of the
 * order number 1234567890123456. */
static void add_number(struct buf *b, double number)
{
    const double most = 9007199254740992; /* 2^53: whole numbers are exact up to here */
    char text[32];
    if (number >= -most && number <= most && number == (double)(int64_t)number) {
        buf_int(b, (int64_t)number);
    } else if (!isfinite(number)) {
        buf_puts(b, "null");
    } else {
        snprintf(text, sizeof text, "%.15g", number);
        if (strtod(text, NULL) != number)
            snprintf(text, sizeof text, "%.17g", number);
        buf_puts(b, text);
    }
}

static void add_members(struct buf *b, const cJSON *container)
{
    bool names = cJSON_IsObject(container);
    buf_putc(b, names ? '{' : '[');
    for (const cJSON *child = container->child; child; child = child->next) {
        if (child != container->child)
            buf_putc(b, ',');
        if (names) {
            buf_json(b, child->string, strlen(child->string));
            buf_putc(b, ':');
        }
        json_add(b, child);
    }
    buf_putc(b, names ? '}' : ']');
}

/* The value was built by us or passed json_parse(), so it is hardly deeper than JSON_MAX_DEPTH. */
/* NOLINTNEXTLINE(misc-no-recursion) */
void json_add(struct buf *b, const cJSON *value)
{
    if (!value)
        b->failed = true;
    else if (cJSON_IsObject(value) || cJSON_IsArray(value))
        add_members(b, value);
    else if (cJSON_IsString(value))
        buf_json(b, value->valuestring, strlen(value->valuestring));
    else if (cJSON_IsNumber(value))
        add_number(b, value->valuedouble);
    else if (cJSON_IsRaw(value))
        buf_puts(b, value->valuestring);
    else if (cJSON_IsBool(value))
        buf_puts(b, cJSON_IsTrue(value) ? "true" : "false");
    else
        buf_puts(b, "null");
}
