#include "base/text.h"

#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

size_t text_prefix(const char *text, size_t chars)
{
    const char *p = text;
    for (size_t n = 0; *p; p++)
        if ((*p & 0xc0) != 0x80 && n++ == chars)
            break;
    return (size_t)(p - text);
}

size_t text_chars(const char *text)
{
    size_t len = strlen(text), plain = buf_plain(text, len), n = plain;
    for (text += plain, len -= plain; len > 0; text++, len--)
        n += (*text & 0xc0) != 0x80;
    return n;
}

char *text_folded(const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    const utf8proc_option_t how = UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE |
                                  UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK;
    return utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded, how) >= 0 ? (char *)folded : NULL;
}

/* Characters that must not get into a prompt or a line: controls, separators, bidirectional overrides, BOM.
 */
static bool is_unfit(utf8proc_int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || c == 0x061c ||
           (c >= 0x200b && c <= 0x200f && c != 0x200c && c != 0x200d) || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xe0000 && c <= 0xe007f);
}

/* The length of a run of ASCII without blanks, of which most texts consist. */
static size_t plain_run(const utf8proc_uint8_t *p)
{
    size_t len = 0;
    while (p[len] > ' ' && p[len] < 0x7f)
        len++;
    return len;
}

/* Whether a text is a line already: ASCII, and no blanks but single ones between words. */
static bool is_plain_line(const char *text, size_t len)
{
    size_t at = buf_plain(text, len); /* quotes and backslashes end this run but are plain here */
    while (at < len && text[at] >= ' ' && text[at] <= '~')
        at += 1 + buf_plain(text + at + 1, len - at - 1);
    return at == len && len && *text != ' ' && text[len - 1] != ' ' && !strstr(text, "  ");
}

void text_add_line(struct buf *b, const char *text, size_t max_chars)
{
    size_t start = b->len, chars = 0;
    size_t last_space = start, fits = start; /* where a cut could fall: lengths of b */
    bool blank = false;
    const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)text;
    utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(text);
    if (max_chars == 0)
        return;
    if ((size_t)left <= max_chars && is_plain_line(text, (size_t)left)) {
        buf_add(b, text, (size_t)left);
        return;
    }
    while (left > 0) {
        utf8proc_int32_t c;
        size_t plain = plain_run(p);
        if (plain && chars + plain + 1 < max_chars) { /* with a blank before it and an ellipsis after it */
            if (blank) {
                last_space = b->len;
                buf_putc(b, ' ');
            }
            buf_add(b, p, plain);
            chars += plain + blank;
            blank = false;
            fits = b->len;
            p += plain;
            left -= (utf8proc_ssize_t)plain;
            continue;
        }
        utf8proc_ssize_t size = utf8proc_iterate(p, left, &c);
        if (size <= 0) {
            c = 0xfffd;
            size = 1;
        }
        if (is_unfit(c) || c == ' ' || c == 0xa0) {
            blank = b->len > start;
        } else {
            size_t need = blank ? 2 : 1;
            if (chars + need > max_chars) {
                bool at_word_end = blank && fits == b->len;
                b->len = !at_word_end && last_space > start + (fits - start) / 2 ? last_space : fits;
                buf_puts(b, "…");
                return;
            }
            if (blank) {
                last_space = b->len;
                buf_putc(b, ' ');
            }
            if (c == 0xfffd)
                buf_puts(b, UTF8_REPLACEMENT);
            else
                buf_add(b, p, (size_t)size);
            chars += need;
            blank = false;
            if (chars < max_chars)
                fits = b->len; /* room for the ellipsis is left up to here */
        }
        p += size;
        left -= size;
    }
}

char *text_line(const char *text, size_t max_chars)
{
    struct buf b = BUF_INIT;
    text_add_line(&b, text, max_chars);
    return buf_take(&b);
}

void text_disarm_text(char *text)
{
    static const char armed[] = "{}<>`", harmless[] = "()()'";
    while (*(text += strcspn(text, armed))) {
        *text = harmless[strchr(armed, *text) - armed];
        text++;
    }
}

void text_disarm(struct buf *b, size_t from)
{
    if (!b->failed && b->len > from)
        text_disarm_text(b->data + from);
}

void text_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

char *text_dup(const char *text)
{
    return strdup(text ? text : "");
}

char *text_dup_n(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    if (!copy)
        return NULL;
    memcpy(copy, text, len);
    copy[len] = '\0';
    return copy;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

void text_split(const char *list, bool (*each)(void *ctx, const char *part, size_t len), void *ctx)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        const char *part = list, *end = list + len;
        while (part < end && is_blank(*part))
            part++;
        while (end > part && is_blank(end[-1]))
            end--;
        if (end > part && !each(ctx, part, (size_t)(end - part)))
            return;
        list += len + (list[len] == ',');
    }
}

static int smallest(int a, int b, int c)
{
    int least = a < b ? a : b;
    return c < least ? c : least;
}

/* Optimal string alignment: each row of the table follows from the two before it. */
int text_distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    int n = (int)strnlen(a, MAX), m = (int)strnlen(b, MAX);
    int rows[3][MAX + 1], *before = rows[0], *last = rows[1], *row = rows[2];
    for (int j = 0; j <= m; j++)
        last[j] = j;
    for (int i = 1; i <= n; i++) {
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            row[j] = smallest(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        int *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[m];
}
