#include "memory/search/segment.h"

#include "base/text.h"

#include <string.h>

#define HEAD 44 /* bytes before the terms of an item */

static void put(unsigned char *at, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        at[i] = (unsigned char)(value >> 8 * i);
}

/* Written out, for a compiler to make one load of it. */
static uint64_t take64(const unsigned char *at)
{
    return segment_take32(at) | (uint64_t)segment_take32(at + 4) << 32;
}

static uint16_t take16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t float_bits(float number)
{
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    return bits;
}

static float bits_float(uint32_t bits)
{
    float number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static uint8_t flags_of(const char *content, const struct term *terms, size_t count)
{
    size_t len = strlen(content);
    unsigned flags = len && content[len - 1] == '?' ? SEGMENT_QUESTION : 0;
    if (strchr(content, '?'))
        flags |= SEGMENT_ASKS;
    for (size_t i = 0; i < count; i++) {
        if (terms[i].flags & TERM_TIME)
            flags |= SEGMENT_TIME;
        if (terms[i].flags & TERM_INNER && !(terms[i].flags & TERM_STOP))
            flags |= SEGMENT_INNER;
    }
    return (uint8_t)flags;
}

/* Stop words are left out; the others keep in their hash's free bits how they were written. */
static size_t stored_terms(struct term *terms, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (terms[i].flags & TERM_STOP)
            continue;
        terms[kept] = terms[i];
        terms[kept].hash |= (terms[i].flags & TERM_CAPITAL ? STORED_CAPITAL : 0u) |
                            (terms[i].flags & TERM_INNER ? STORED_INNER : 0u);
        kept++;
    }
    return kept;
}

void segment_add(struct buf *blob, struct segment_item *item, const char *content, struct analyser *analyser)
{
    struct term terms[TERMS_MAX];
    size_t count = analyser_terms(analyser, content, terms, TERMS_MAX), chars = text_chars(content);
    if (analyser_failed(analyser))
        blob->failed = true;
    item->flags = flags_of(content, terms, count);
    count = stored_terms(terms, count);
    item->chars = (uint16_t)(chars < UINT16_MAX ? chars : UINT16_MAX);
    item->term_count = (uint16_t)count;
    if (!buf_reserve(blob, HEAD + 4 * count))
        return;
    unsigned char *at = (unsigned char *)blob->data + blob->len;
    put(at, (uint64_t)item->row, 8);
    put(at + 8, (uint64_t)item->created_at, 8);
    put(at + 16, float_bits(item->salience), 4);
    put(at + 20, float_bits(item->decay_lambda), 4);
    put(at + 24, (uint32_t)item->position, 4);
    put(at + 28, (uint32_t)item->source, 4);
    put(at + 32, item->kind, 1);
    put(at + 33, item->sector, 1);
    put(at + 34, item->speaker, 1);
    put(at + 35, item->flags, 1);
    put(at + 36, item->chars, 2);
    put(at + 38, item->term_count, 2);
    put(at + 40, (uint32_t)item->over, 4);
    for (size_t i = 0; i < count; i++)
        put(at + HEAD + 4 * i, terms[i].hash, 4);
    blob->len += HEAD + 4 * count;
}

size_t segment_most(size_t len)
{
    return len / HEAD;
}

bool segment_next(const unsigned char *blob, size_t len, size_t *offset, struct segment_item *item)
{
    if (len - *offset < HEAD)
        return false;
    const unsigned char *at = blob + *offset;
    item->row = (int64_t)take64(at);
    item->created_at = (int64_t)take64(at + 8);
    item->salience = bits_float(segment_take32(at + 16));
    item->decay_lambda = bits_float(segment_take32(at + 20));
    item->position = (int32_t)segment_take32(at + 24);
    item->source = (int32_t)segment_take32(at + 28);
    item->kind = at[32];
    item->sector = at[33];
    item->speaker = at[34];
    item->flags = at[35];
    item->chars = take16(at + 36);
    item->term_count = take16(at + 38);
    item->over = (int32_t)segment_take32(at + 40);
    item->terms = at + HEAD;
    if (item->kind >= KINDS || item->sector >= SECTORS || item->speaker > SPEAKER_AGENT ||
        (len - *offset - HEAD) / 4 < item->term_count)
        return false;
    *offset += HEAD + 4 * (size_t)item->term_count;
    return true;
}

size_t segment_sentence(const char *text)
{
    for (const char *p = text; *p; p++)
        if (strchr(".!?", *p) && (p[1] == ' ' || p[1] == '\0'))
            return (size_t)(p - text) + 1 + strspn(p + 1, " ");
    return strlen(text);
}
