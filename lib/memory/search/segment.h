/*
 * segment: what is searched of one conversation, in one blob: for each of its memories what ranking needs to
 * know, and the hashes of its terms in order. Little-endian, so that a database can move between machines.
 */
#ifndef CALLMEM_MEMORY_SEARCH_SEGMENT_H
#define CALLMEM_MEMORY_SEARCH_SEGMENT_H

#include "base/buf.h"
#include "language/terms.h"
#include "memory/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEGMENT_VERSION (100 * TERMS_VERSION + 4)

enum speaker { SPEAKER_NONE, SPEAKER_USER, SPEAKER_AGENT };

/* One memory as ranking sees it; of a summary, one sentence. */
struct segment_item {
    int64_t row; /* of the memories table */
    int64_t created_at;
    float salience, decay_lambda;
    int32_t position;
    int32_t source; /* of a fact the position of the turn that it came from, -1 when there is none; of a
                     * summary which sentence it is */
    int32_t over;   /* of what holds no more the day since when, from 1970 on; else 0 */
    uint8_t kind, sector, speaker;
    uint8_t flags;              /* SEGMENT_… */
    uint16_t chars;             /* of the content, 65,535 for more */
    uint16_t term_count;        /* stop words are not among them */
    const unsigned char *terms; /* within the blob; segment_term() */
};
enum {
    SEGMENT_QUESTION = 1, /* ends with a question mark */
    SEGMENT_ASKS = 2,     /* has a question mark */
    SEGMENT_TIME = 8,     /* has a word that says when */
    SEGMENT_INNER = 16,   /* has a word with a capital within a sentence */
};

/* A term as it is stored: the hash, and in its lowest bits how it was written. */
enum { STORED_CAPITAL = 1, STORED_INNER = 2, STORED_BITS = 3 };

/* Adds a memory to a blob; `item->row` to `speaker` are given, the rest is made from `content`. */
void segment_add(struct buf *blob, struct segment_item *item, const char *content, struct analyser *analyser);

/* Reads the next item at *offset and moves it on; false at the end, and for a blob that is cut or broken. */
bool segment_next(const unsigned char *blob, size_t len, size_t *offset, struct segment_item *item);

/* The most items that a blob of this length can have. */
size_t segment_most(size_t len);

/* Where the sentence ends that begins at `text`: the bytes up to the next one. */
size_t segment_sentence(const char *text);

static inline uint32_t segment_take32(const unsigned char *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint32_t segment_term(const struct segment_item *item, size_t at)
{
    return segment_take32(item->terms + 4 * at);
}

#endif
