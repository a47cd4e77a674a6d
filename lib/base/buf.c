#include "base/buf.h"

#include "base/utf8.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf)BUF_INIT;
}

void buf_reset(struct buf *b)
{
    b->len = 0;
    b->failed = false;
    if (b->data)
        b->data[0] = '\0';
}

bool buf_grow(struct buf *b, size_t more)
{
    if (b->failed)
        return false;
    if (more > SIZE_MAX / 2 - b->len - 64) {
        b->failed = true;
        return false;
    }
    size_t cap = b->cap ? b->cap : 64;
    while (cap < b->len + more + 1)
        cap *= 2;
    char *data = realloc(b->data, cap);
    if (!data) {
        b->failed = true;
        return false;
    }
    b->data = data;
    b->cap = cap;
    b->data[b->len] = '\0';
    return true;
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    if (!buf_reserve(b, 64)) /* usually enough for a single pass */
        return;
    va_start(args, format);
    va_copy(again, args);
    int len = vsnprintf(b->data + b->len, b->cap - b->len, format, args);
    va_end(args);
    if (len < 0) {
        b->data[b->len] = '\0';
        b->failed = true;
    } else if ((size_t)len < b->cap - b->len) {
        b->len += (size_t)len;
    } else {
        b->data[b->len] = '\0';
        if (buf_reserve(b, (size_t)len)) {
            vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
            b->len += (size_t)len;
        }
    }
    va_end(again);
}

/* Writes the digits of a number so that they end before `end`; returns their start. */
static char *digits_before(char *end, uint64_t number)
{
    do {
        *--end = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return end;
}

void buf_int(struct buf *b, int64_t number)
{
    char text[24], *end = text + sizeof text;
    char *start = digits_before(end, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
    if (number < 0)
        *--start = '-';
    buf_add(b, start, (size_t)(end - start));
}

void buf_decimal(struct buf *b, double number, int places)
{
    static const double scales[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
    char text[32], *end = text + sizeof text, *start = end;
    bool fits = number > -1e9 && number < 1e9; /* NaN does not */
    uint64_t scaled = fits ? (uint64_t)nearbyint(fabs(number) * scales[places]) : 0;
    uint64_t left = scaled;
    for (int i = 0; i < places; i++, left /= 10) {
        if (start == end && left % 10 == 0)
            continue;
        *--start = (char)('0' + left % 10);
    }
    if (start < end)
        *--start = '.';
    start = digits_before(start, left);
    if (number < 0 && scaled)
        *--start = '-';
    buf_add(b, start, (size_t)(end - start));
}

/* Adds the escape of an ASCII character that a JSON string may not contain. */
static void add_escape(struct buf *b, unsigned char c)
{
    static const char names[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *p = names; *p; p += 2)
        if ((unsigned char)*p == c) {
            buf_putc(b, '\\');
            buf_putc(b, p[1]);
            return;
        }
    buf_printf(b, "\\u%04x", c);
}

/* Bytes that are compared at once. */
typedef signed char block __attribute__((vector_size(16)));

static bool is_plain(const char *text)
{
    block bytes;
    memcpy(&bytes, text, sizeof bytes);
    /* Signed: bytes that are not ASCII are less than a blank, too. */
    block unfit = (bytes < ' ') | (bytes == '"') | (bytes == '\\') | (bytes == 0x7f);
    uint64_t halves[2];
    memcpy(halves, &unfit, sizeof halves);
    return !(halves[0] | halves[1]);
}

size_t buf_plain(const char *text, size_t len)
{
    const size_t step = sizeof(block);
    size_t at = 0;
    while (len - at >= step && is_plain(text + at))
        at += step;
    /* The last ones, together with some that were checked. */
    if (at > 0 && len - at < step && is_plain(text + len - step))
        return len;
    while (at < len && text[at] >= ' ' && text[at] < 0x7f && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

void buf_json(struct buf *b, const char *text, size_t len)
{
    buf_reserve(b, len + 2);
    buf_putc(b, '"');
    size_t plain = 0; /* start of what can be copied as it is */
    for (size_t at = 0; at < len;) {
        at += buf_plain(text + at, len - at);
        if (at == len)
            break;
        unsigned char c = (unsigned char)text[at];
        size_t size = 1;
        if (c >= 0x80) {
            struct utf8_range second;
            size = utf8_length(c, &second);
            bool good = size && size <= len - at && utf8_is_valid(text + at, size);
            bool separator = good && size == 3 && memcmp(text + at, "\xe2\x80", 2) == 0 &&
                             ((unsigned char)text[at + 2] == 0xa8 || (unsigned char)text[at + 2] == 0xa9);
            if (!good || separator) {
                buf_add(b, text + plain, at - plain);
                buf_puts(b, good ? ((unsigned char)text[at + 2] == 0xa8 ? "\\u2028" : "\\u2029")
                                 : UTF8_REPLACEMENT);
                at += good ? size : 1;
                plain = at;
                continue;
            }
        } else {
            buf_add(b, text + plain, at - plain);
            add_escape(b, c);
            plain = at + 1;
        }
        at += size;
    }
    buf_add(b, text + plain, len - plain);
    buf_putc(b, '"');
}

const char *buf_text(struct buf *b)
{
    if (b->failed)
        return NULL;
    return b->data ? b->data : "";
}

char *buf_take(struct buf *b)
{
    if (!buf_reserve(b, 0)) {
        buf_free(b);
        return NULL;
    }
    char *data = b->data;
    *b = (struct buf)BUF_INIT;
    return data;
}
