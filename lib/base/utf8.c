#include "base/utf8.h"

size_t utf8_length(unsigned char first, struct utf8_range *second)
{
    *second = (struct utf8_range){0x80, 0xbf};
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    if (first == 0xe0 || first == 0xf0)
        second->low = first == 0xe0 ? 0xa0 : 0x90; /* below are overlong forms */
    if (first == 0xed || first == 0xf4)
        second->high = first == 0xed ? 0x9f : 0x8f; /* above are surrogates and what is over U+10FFFF */
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

bool utf8_is_valid(const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes, *end = p + len;
    while (p < end) {
        struct utf8_range range;
        if (*p < 0x80) {
            p++;
            continue;
        }
        size_t size = utf8_length(*p, &range);
        if (size == 0 || (size_t)(end - p) < size || p[1] < range.low || p[1] > range.high)
            return false;
        for (size_t i = 2; i < size; i++)
            if ((p[i] & 0xc0) != 0x80)
                return false;
        p += size;
    }
    return true;
}

size_t utf8_encode(uint32_t c, char out[4])
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(marks[size] | c);
    return size;
}
