#include "page/html.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* What is replaced: first and last of each range. */
static const uint32_t unseen[][2] = {
    {0x00, 0x08},     {0x0b, 0x0c},     {0x0d, 0x1f},     {0x7f, 0x9f},       {0xad, 0xad},
    {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200b}, {0x200e, 0x200f},   {0x2028, 0x202e},
    {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
};

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    /* Nothing that a template engine in between could take for its own. */
    case '{':
        return "&#123;";
    case '}':
        return "&#125;";
    default:
        return NULL;
    }
}

static bool is_unseen(uint32_t c)
{
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        if (c >= unseen[i][0] && c <= unseen[i][1])
            return true;
    return false;
}

/* The code point of well-formed UTF-8 of that length. */
static uint32_t decode(const unsigned char *bytes, size_t len)
{
    static const unsigned char first[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = bytes[0] & first[len];
    for (size_t i = 1; i < len; i++)
        c = c << 6 | (bytes[i] & 0x3fu);
    return c;
}

void html_text(struct buf *b, const char *text)
{
    while (*text) {
        struct utf8_range range;
        const char *escaped = entity(*text);
        size_t len = utf8_length((unsigned char)*text, &range);
        if (escaped) {
            buf_puts(b, escaped);
            text++;
        } else if (len == 0 || strnlen(text, len) < len || !utf8_is_valid(text, len)) {
            buf_puts(b, UTF8_REPLACEMENT);
            text++;
        } else {
            if (is_unseen(decode((const unsigned char *)text, len)))
                buf_puts(b, UTF8_REPLACEMENT);
            else
                buf_add(b, text, len);
            text += len;
        }
    }
}

void html_said(struct buf *b, const char *text)
{
    buf_puts(b, "<bdi>");
    html_text(b, text);
    buf_puts(b, "</bdi>");
}

void html_url(struct buf *b, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    static const char digits[] = "0123456789ABCDEF";
    for (; *text; text++)
        if (strchr(plain, *text)) {
            buf_putc(b, *text);
        } else {
            unsigned char c = (unsigned char)*text;
            const char escaped[3] = {'%', digits[c >> 4], digits[c & 15]};
            buf_add(b, escaped, sizeof escaped);
        }
}

void html_printf(struct buf *b, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    while (*format) {
        size_t plain = strcspn(format, "%");
        buf_add(b, format, plain);
        format += plain;
        if (*format == '\0')
            break;
        if (strncmp(format, "%zu", 3) == 0) {
            buf_int(b, (int64_t)va_arg(values, size_t));
            format += 3;
            continue;
        }
        if (format[1] == 's')
            html_text(b, va_arg(values, const char *));
        else if (format[1] == 'd')
            buf_int(b, va_arg(values, int));
        else if (format[1] == '%')
            buf_putc(b, '%');
        else
            b->failed = true; /* the format is wrong */
        format += 2;
    }
    va_end(values);
}
