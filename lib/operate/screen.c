#include "operate/screen.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#define MARK_BYTES 3 /* of a mark of direction in UTF-8 */

static FILE *terminal;
static char kept[MARK_BYTES]; /* the beginning of a character whose end was not written yet */
static size_t kept_len;

/* What a terminal obeys, longest first; a prefix of it at the end of a piece has to wait. */
static bool is_control(const unsigned char *at, size_t len, size_t *size)
{
    *size = 1;
    if ((*at < ' ' && *at != '\n' && *at != '\t') || *at == 0x7f)
        return true;
    *size = 2; /* C1: U+0080 to U+009F */
    if (len >= 2 && at[0] == 0xc2 && at[1] >= 0x80 && at[1] <= 0x9f)
        return true;
    *size = MARK_BYTES;
    if (len < MARK_BYTES || at[0] != 0xe2)
        return false;
    /* U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069 */
    return (at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f || (at[2] >= 0xa8 && at[2] <= 0xae))) ||
           (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9);
}

size_t screen_clean(char *bytes, size_t len)
{
    unsigned char *at = (unsigned char *)bytes;
    while (len > 0) {
        size_t size;
        if ((len == 1 && (*at == 0xc2 || *at == 0xe2)) || (len == 2 && at[0] == 0xe2))
            return len;
        if (is_control(at, len, &size))
            memset(at, '?', size);
        else
            size = 1;
        at += size;
        len -= size;
    }
    return 0;
}

static ssize_t write_clean(void *ctx, const char *bytes, size_t len)
{
    char piece[4096 + MARK_BYTES];
    (void)ctx;
    for (size_t done = 0; done < len;) {
        size_t take = len - done < 4096 ? len - done : 4096;
        memcpy(piece, kept, kept_len);
        memcpy(piece + kept_len, bytes + done, take);
        size_t whole = kept_len + take, left = screen_clean(piece, whole);
        memcpy(kept, piece + whole - left, left);
        kept_len = left;
        if (fwrite(piece, 1, whole - left, terminal) != whole - left)
            return 0;
        done += take;
    }
    return fflush(terminal) == 0 ? (ssize_t)len : 0;
}

void screen_begin(void)
{
    FILE *clean = fopencookie(NULL, "w", (cookie_io_functions_t){.write = write_clean});
    if (!clean)
        return;
    setvbuf(clean, NULL, _IOLBF, BUFSIZ);
    terminal = stdout;
    stdout = clean;
}

int screen_end(void)
{
    if (!terminal)
        return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -1;
    FILE *clean = stdout;
    bool good = fflush(clean) == 0 && !ferror(clean);
    good = fwrite(kept, 1, kept_len, terminal) == kept_len && good;
    kept_len = 0;
    stdout = terminal;
    terminal = NULL;
    good = fclose(clean) == 0 && fflush(stdout) == 0 && !ferror(stdout) && good;
    return good ? 0 : -1;
}
