/*
 * fact: what a call says of somebody, as it is kept in memory, and read back as what it is. The fields stand
 * in a memory's metadata; its content is what people and LLMs read.
 */
#ifndef CALLMEM_PEOPLE_FACT_H
#define CALLMEM_PEOPLE_FACT_H

#include "base/arena.h"
#include "memory/memory.h"
#include "understand/understanding.h"

#include <cjson/cJSON.h>
#include <stdbool.h>

/* A statement of a call that is in memory. Text belongs to the memory or to the arena that it was read into.
 */
struct fact {
    const struct memory *memory;
    struct statement statement;
    const char *author; /* of what an operator says: who; "" */
    const char *over;   /* the day since when it is known to hold no more; "" */
};

/* Whether memories of this kind are facts. */
bool fact_is_kind(enum kind kind);
/* The kind of memory that a statement becomes. */
enum kind fact_kind(const struct statement *statement);

/* What people read: "Emil (son): allergic to latex". And the fields, as a JSON object. NULL when out of
 * memory. */
const char *fact_content(struct arena *arena, const struct statement *statement);
const char *fact_metadata(struct arena *arena, const struct statement *statement, const char *author);
/* Reads a memory of a kind that is a fact. False when out of memory. */
bool fact_read(struct arena *arena, const struct memory *memory, struct fact *fact);

/* The same for those who speak in a call (KIND_NAME). */
const char *fact_speaker_content(struct arena *arena, const struct speaker *speaker);
const char *fact_speaker_metadata(struct arena *arena, const struct speaker *speaker);
bool fact_read_speaker(struct arena *arena, const struct memory *memory, struct speaker *speaker);

/* A JSON object as text of the arena; frees it. NULL when out of memory. */
const char *fact_json(struct arena *arena, cJSON *object);

#endif
