/*
 * items: the values of callmem's data collection items as LLMs write them. The form that was asked for is a
 * line for each thing, its fields separated by bars; what comes has bullets, header lines, code fences, bold
 * marks, colons or tabs for bars, fewer or more bars, is a JSON array of the same, prose, or cut in the
 * middle.
 */
#ifndef CALLMEM_UNDERSTAND_ITEMS_H
#define CALLMEM_UNDERSTAND_ITEMS_H

#include "base/arena.h"
#include "understand/understanding.h"

#include <stdbool.h>
#include <stddef.h>

#define ITEM_FIELDS 4
#define ITEM_LINES  60 /* of one value; what comes after is counted and not read */

enum item {
    ITEM_CALLER,  /* FULL NAME | NAME TO USE | ROLE */
    ITEM_NOTES,   /* KIND | WHOSE | STATEMENT | UNTIL */
    ITEM_OPEN,    /* WHO | WHAT | WHEN */
    ITEM_REQUEST, /* one word */
    ITEM_MOOD,    /* one word */
    ITEMS
};
extern const char *const item_names[ITEMS]; /* "callmem_caller" */
/* The item of that name, as key or as the name that it was given ("Callmem notes"); ITEMS when it is another.
 */
enum item item_find(const char *name);

struct item_line {
    const char *text;                /* the line as it came, without bullets */
    const char *fields[ITEM_FIELDS]; /* trimmed, "" when left out */
    size_t count;                    /* how many fields it had; 1: prose */
    bool is_cut;                     /* the last of several lines, without the end that the others have */
};

/* Reads a value into at most ITEM_LINES lines of the arena; `more` is how many there were besides. Lines
 * without a word and header lines are left out. Returns how many, -1 when out of memory. */
int items_read(enum item item, const char *value, struct arena *arena, struct item_line lines[ITEM_LINES],
               size_t *more);

/* The kind that a field names, in the six languages and with what LLMs write for it ("allergy", "E-mail");
 * STATEMENTS when it names none. */
enum statement_kind items_kind(const char *field);
/* Whether a field names the caller and not a person: "caller", "the customer", "Anrufer", "me". */
bool items_is_caller(const char *field);
/* Whether a field names the side of the agent: "agent", "company", "wir". */
bool items_is_agent(const char *field);
/* "2026-03-27" or "2026-03-27T10:00" in `out`, "" when the field is no such date. */
void items_date(const char *field, char out[UNTIL_SIZE]);

#endif
