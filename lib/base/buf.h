/*
 * buf: bytes that grow. A failed allocation is remembered in `failed` and makes every later call a no-op, so
 * that a whole answer can be built and checked once at its end.
 */
#ifndef CALLMEM_BASE_BUF_H
#define CALLMEM_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct buf {
    char *data; /* NUL-terminated when len > 0 or after buf_text(); owned by the buf */
    size_t len; /* bytes, without the NUL */
    size_t cap;
    bool failed;
};

#define BUF_INIT                                                                                             \
    {                                                                                                        \
        NULL, 0, 0, false                                                                                    \
    }

void buf_free(struct buf *b);              /* releases and resets to BUF_INIT */
void buf_reset(struct buf *b);             /* empties, keeps the allocation, clears `failed` */
bool buf_grow(struct buf *b, size_t more); /* for buf_reserve(), when there is no room */

/* Room for `more` bytes and the NUL; false when it failed. */
static inline bool buf_reserve(struct buf *b, size_t more)
{
    return (!b->failed && b->data && more < b->cap - b->len) || buf_grow(b, more);
}

static inline void buf_add(struct buf *b, const void *bytes, size_t len)
{
    if (!buf_reserve(b, len))
        return;
    if (len)
        memcpy(b->data + b->len, bytes, len);
    b->len += len;
    b->data[b->len] = '\0';
}

static inline void buf_puts(struct buf *b, const char *text)
{
    buf_add(b, text, strlen(text));
}

static inline void buf_putc(struct buf *b, char c)
{
    buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_int(struct buf *b, int64_t number); /* in decimal digits */
/* A number of at most `places` (0 to 9) decimals, rounded, without zeros at its end: 0.5 and not 0.500. 0 for
 * numbers of 10^9 and more and for NaN. */
void buf_decimal(struct buf *b, double number, int places);
/* A JSON string literal with its quotes. Bytes that are not UTF-8 become U+FFFD, and control
 * characters, U+2028 and U+2029 are escaped, so that the result is always one line of valid JSON. */
void buf_json(struct buf *b, const char *text, size_t len);
/* The number of bytes at the start of a text that JSON writes as they are: ASCII without controls, quotes,
 * backslashes and DEL. */
size_t buf_plain(const char *text, size_t len);
/* The text so far, "" when empty, NULL when `failed`. Belongs to the buf. */
const char *buf_text(struct buf *b);
/* Hands the text over to the caller (free()), NULL when `failed`; the buf is empty afterwards. */
char *buf_take(struct buf *b);

#endif
