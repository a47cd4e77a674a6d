#include "base/json.h"

#include "base/text.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The scanner: one state, one byte at a time. Strings and numbers are gathered in `piece` and handed out when
 * it is full and when they end.
 */
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

#define NAME_MAX_LEN   64
#define NUMBER_MAX_LEN 62 /* cJSON reads no longer ones */
#define PATH_SIZE      (JSON_MAX_DEPTH * (NAME_MAX_LEN + 2) + 1)

struct json_scan {
    json_scan_value *value;
    void *ctx;
    enum state state;
    size_t at; /* bytes seen */
    int depth;
    bool is_name; /* the string being read is a name */
    bool stopped;
    enum number number;
    unsigned number_len;
    bool has_long_number; /* anywhere so far */
    const char *word;     /* what is left of true, false or null */
    unsigned hex, hex_digits;
    unsigned high; /* a high surrogate that waits for its low one */
    unsigned utf8_left;
    unsigned char utf8_low, utf8_high; /* bounds of the next continuation byte */
    size_t piece_len;
    /* From here on nothing is read before it was written; see json_scan_new(). */
    size_t path_len[JSON_MAX_DEPTH + 1]; /* of the path that leads to this depth's container */
    bool is_object[JSON_MAX_DEPTH];
    char path[PATH_SIZE]; /* path of the value that is expected or being read */
    char piece[512];
};

struct json_scan *json_scan_new(json_scan_value *value, void *ctx)
{
    /* Most bodies are smaller than a scan: it is not cleared as a whole. */
    struct json_scan *scan = malloc(sizeof *scan);
    if (!scan)
        return NULL;
    memset(scan, 0, offsetof(struct json_scan, path_len));
    scan->path_len[0] = 0;
    scan->path[0] = '\0';
    scan->value = value;
    scan->ctx = ctx;
    return scan;
}

void json_scan_free(struct json_scan *scan)
{
    free(scan);
}

static int wrong(const struct json_scan *scan, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID_JSON, "the body is no valid JSON object: %s at byte %zu", what,
                     scan->at);
}

/* Hands out what was gathered. */
static void flush(struct json_scan *scan, bool is_string, bool last)
{
    if (!scan->is_name && scan->value && !scan->stopped &&
        !scan->value(scan->ctx, scan->path, is_string, scan->piece, scan->piece_len, last))
        scan->stopped = true;
    scan->piece_len = 0;
}

static void gather(struct json_scan *scan, char c)
{
    if (scan->is_name) {
        if (scan->piece_len <= NAME_MAX_LEN) /* one more than fits, so that a long name matches nothing */
            scan->piece[scan->piece_len++] = c;
        return;
    }
    if (!scan->value)
        return;
    scan->piece[scan->piece_len++] = c;
    if (scan->piece_len == sizeof scan->piece)
        flush(scan, scan->state != IN_NUMBER, false);
}

static void gather_code_point(struct json_scan *scan, unsigned c)
{
    if (c < 0x80) {
        gather(scan, (char)c);
    } else if (c < 0x800) {
        gather(scan, (char)(0xc0 | c >> 6));
        gather(scan, (char)(0x80 | (c & 0x3f)));
    } else if (c < 0x10000) {
        gather(scan, (char)(0xe0 | c >> 12));
        gather(scan, (char)(0x80 | (c >> 6 & 0x3f)));
        gather(scan, (char)(0x80 | (c & 0x3f)));
    } else {
        gather(scan, (char)(0xf0 | c >> 18));
        gather(scan, (char)(0x80 | (c >> 12 & 0x3f)));
        gather(scan, (char)(0x80 | (c >> 6 & 0x3f)));
        gather(scan, (char)(0x80 | (c & 0x3f)));
    }
}

/* A high surrogate without its low one is read as U+FFFD. */
static void settle_surrogate(struct json_scan *scan)
{
    if (scan->high)
        gather_code_point(scan, 0xfffd);
    scan->high = 0;
}

static void set_path(struct json_scan *scan, const char *part, size_t len)
{
    size_t start = scan->path_len[scan->depth];
    if (start && part[0] != '[')
        scan->path[start++] = '.';
    memcpy(scan->path + start, part, len);
    scan->path[start + len] = '\0';
}

static int open_container(struct json_scan *scan, bool is_object, struct error *error)
{
    if (scan->depth == JSON_MAX_DEPTH)
        return error_set(error, ERROR_INVALID_JSON, "the body is nested deeper than %d levels",
                         JSON_MAX_DEPTH);
    scan->is_object[scan->depth++] = is_object;
    scan->path_len[scan->depth] = strlen(scan->path);
    scan->state = is_object ? AT_FIRST_NAME : AT_FIRST_VALUE;
    if (!is_object)
        set_path(scan, "[]", 2);
    return 0;
}

static void value_done(struct json_scan *scan)
{
    scan->path[scan->path_len[scan->depth]] = '\0';
    scan->state = AFTER_VALUE;
}

static int close_container(struct json_scan *scan, char c, struct error *error)
{
    if (scan->is_object[scan->depth - 1] != (c == '}'))
        return wrong(scan, "a bracket of the other kind closes", error);
    scan->depth--;
    value_done(scan);
    if (scan->depth == 0)
        scan->state = AT_END;
    return 0;
}

static void begin_string(struct json_scan *scan, bool is_name)
{
    scan->is_name = is_name;
    scan->piece_len = 0;
    scan->high = 0;
    scan->state = IN_STRING;
}

static int begin_value(struct json_scan *scan, char c, struct error *error)
{
    scan->is_name = false;
    scan->piece_len = 0;
    switch (c) {
    case '{':
    case '[':
        return open_container(scan, c == '{', error);
    case '"':
        begin_string(scan, false);
        return 0;
    case 't':
    case 'f':
    case 'n':
        scan->word = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
        scan->state = IN_WORD;
        gather(scan, c);
        return 0;
    default:
        if (c != '-' && (c < '0' || c > '9'))
            return wrong(scan, "a value is expected", error);
        scan->number = c == '-' ? NUM_MINUS : c == '0' ? NUM_ZERO : NUM_DIGITS;
        scan->state = IN_NUMBER;
        scan->number_len = 1;
        gather(scan, c);
        return 0;
    }
}

static void end_string(struct json_scan *scan)
{
    settle_surrogate(scan);
    if (scan->is_name) {
        set_path(scan, scan->piece, scan->piece_len);
        scan->piece_len = 0;
        scan->state = AT_COLON;
        return;
    }
    flush(scan, true, true);
    value_done(scan);
}

/* One byte of a string's UTF-8. */
static int string_byte(struct json_scan *scan, unsigned char c, struct error *error)
{
    if (scan->utf8_left) {
        if (c < scan->utf8_low || c > scan->utf8_high)
            return wrong(scan, "bytes that are not UTF-8", error);
        scan->utf8_left--;
        scan->utf8_low = 0x80;
        scan->utf8_high = 0xbf;
    } else if (c >= 0x80) {
        if (c < 0xc2 || c > 0xf4)
            return wrong(scan, "bytes that are not UTF-8", error);
        scan->utf8_left = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
        scan->utf8_low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
        scan->utf8_high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    } else if (c == '\\') {
        scan->state = IN_ESCAPE;
        return 0;
    } else if (c == '"') {
        end_string(scan);
        return 0;
    } else if (c < 0x20) {
        return wrong(scan, "a control character within a string", error);
    }
    settle_surrogate(scan);
    gather(scan, (char)c);
    return 0;
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
        return wrong(scan, "an unknown escape", error);
    settle_surrogate(scan);
    scan->state = IN_STRING;
    gather(scan, to[found - from]);
    return 0;
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
        return wrong(scan, "four hexadecimal digits are expected after \\u", error);
    scan->hex = scan->hex << 4 | (unsigned)value;
    if (++scan->hex_digits < 4)
        return 0;
    scan->state = IN_STRING;
    unsigned hex = scan->hex;
    if (hex >= 0xdc00 && hex <= 0xdfff) {
        unsigned high = scan->high;
        scan->high = 0;
        gather_code_point(scan, high ? 0x10000 + ((high - 0xd800) << 10) + (hex - 0xdc00) : 0xfffd);
        return 0;
    }
    settle_surrogate(scan);
    if (hex >= 0xd800 && hex <= 0xdbff)
        scan->high = hex;
    else
        gather_code_point(scan, hex ? hex : 0xfffd);
    return 0;
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
        return c == '{' ? open_container(scan, true, error) : wrong(scan, "an object is expected", error);
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
            return wrong(scan, "a name in quotes is expected", error);
        begin_string(scan, true);
        return 0;
    case AT_COLON:
        if (c != ':')
            return wrong(scan, "a colon is expected", error);
        scan->state = AT_VALUE;
        return 0;
    case AFTER_VALUE:
        if (c == '}' || c == ']')
            return close_container(scan, c, error);
        if (c != ',')
            return wrong(scan, "a comma or a closing bracket is expected", error);
        scan->state = scan->is_object[scan->depth - 1] ? AT_NAME : AT_VALUE;
        if (scan->state == AT_VALUE)
            set_path(scan, "[]", 2);
        return 0;
    default:
        return wrong(scan, "something follows the object", error);
    }
}

static int scan_byte(struct json_scan *scan, char c, struct error *error)
{
    switch (scan->state) {
    case IN_STRING:
        return string_byte(scan, (unsigned char)c, error);
    case IN_ESCAPE:
        return escape_byte(scan, c, error);
    case IN_HEX:
        return hex_byte(scan, c, error);
    case IN_WORD:
        if (c != *scan->word)
            return wrong(scan, "an unknown word", error);
        gather(scan, c);
        if (*++scan->word == '\0') {
            flush(scan, false, true);
            value_done(scan);
        }
        return 0;
    case IN_NUMBER: {
        enum number before = scan->number;
        if (number_goes_on(&scan->number, c)) {
            gather(scan, c);
            scan->has_long_number = scan->has_long_number || ++scan->number_len > NUMBER_MAX_LEN;
            return 0;
        }
        if (!number_may_end(before))
            return wrong(scan, "a number that is none", error);
        flush(scan, false, true);
        value_done(scan);
        return structure_byte(scan, c, error);
    }
    default:
        return structure_byte(scan, c, error);
    }
}

/* How many bytes from `bytes` on stand for themselves within a string: no quote, no escape, no control,
 * ASCII. */
static size_t plain_run(const char *bytes, size_t len)
{
    size_t n = 0;
    while (n < len && (unsigned char)bytes[n] >= 0x20 && (unsigned char)bytes[n] < 0x80 && bytes[n] != '"' &&
           bytes[n] != '\\')
        n++;
    return n;
}

/* Hands a run of plain bytes on without looking at each again; a long string is most of an audio event. */
static size_t take_run(struct json_scan *scan, const char *bytes, size_t len)
{
    size_t run = plain_run(bytes, len);
    if (run == 0)
        return 0;
    settle_surrogate(scan);
    if (scan->value && !scan->stopped) {
        if (scan->piece_len)
            flush(scan, true, false);
        if (!scan->value(scan->ctx, scan->path, true, bytes, run, false))
            scan->stopped = true;
    }
    return run;
}

int json_scan_feed(struct json_scan *scan, const char *bytes, size_t len, struct error *error)
{
    for (size_t i = 0; i < len;) {
        if (scan->state == IN_STRING && !scan->is_name && !scan->utf8_left) {
            size_t run = take_run(scan, bytes + i, len - i);
            scan->at += run;
            i += run;
            if (run && !scan->stopped)
                continue;
        }
        if (scan->stopped)
            return error_set(error, ERROR_INVALID_REQUEST, "the body holds a value that cannot be used");
        if (i == len)
            break;
        if (scan_byte(scan, bytes[i], error) != 0)
            return -1;
        scan->at++;
        i++;
    }
    if (scan->stopped)
        return error_set(error, ERROR_INVALID_REQUEST, "the body holds a value that cannot be used");
    return 0;
}

int json_scan_end(struct json_scan *scan, struct error *error)
{
    if (scan->at == 0)
        return error_set(error, ERROR_INVALID_JSON, "the body is empty, a JSON object is expected");
    if (scan->state != AT_END)
        return wrong(scan, "it ends too early", error);
    return 0;
}

static bool is_surrogate(const char *escape, char low_digit, char high_digit)
{
    char second = (char)(escape[3] | 0x20);
    return (escape[2] == 'd' || escape[2] == 'D') &&
           ((escape[3] >= '0' && escape[3] <= '9') ? escape[3] >= low_digit && escape[3] <= high_digit
                                                   : second >= low_digit && second <= high_digit);
}

/* In valid JSON: writes \ufffd over every \u0000 and every lone surrogate, which are as long. */
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

/* The end of a string whose quote is at `p`, in valid JSON: what follows it. */
static char *skip_string(char *p)
{
    for (p++; *p != '"'; p++)
        if (*p == '\\')
            p++;
    return p + 1;
}

/* In valid JSON that a NUL ends: writes numbers that are too long for cJSON as short as a double is, with
 * blanks after them. */
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
            /* What is beyond all doubles is so in the shorter form as well. */
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
    struct json_scan *scan = json_scan_new(NULL, NULL);
    if (!scan)
        return error_set(error, ERROR_INTERNAL, "out of memory");
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
        error_set(error, ERROR_INTERNAL, "out of memory");
        return NULL;
    }
    mend_escapes(text, len);
    if (has_long_number)
        mend_numbers(text);
    cJSON *object = cJSON_ParseWithLength(text, len);
    free(text);
    if (!object) /* what is valid fails only so */
        error_set(error, ERROR_INTERNAL, "out of memory");
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

/* As cJSON writes it: with as many digits as it takes to be read back as the same. */
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

/* What is printed was built by us or passed json_parse(): it is no deeper than JSON_MAX_DEPTH, and some. */
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
