/*
 * rows: rows of the database as memories of a list.
 */
#ifndef CALLMEM_MEMORY_SQL_ROWS_H
#define CALLMEM_MEMORY_SQL_ROWS_H

#include "memory/memory.h"
#include "memory/sql/database.h"

/* Room for one more memory, zeroed and not counted yet; NULL when out of memory. */
struct memory *rows_next(struct memory_list *list);
/* How the id of a row is shown ("m17"), owned by the list; NULL when out of memory. */
const char *rows_id(struct memory_list *list, int64_t row);
/* The row of an id; false when it is not of that form. */
bool rows_parse_id(const char *id, int64_t *row);

/* The three forms of a row: all of a memory, what memory_conversations() and what memory_older() promise.
 * False when out of memory. */
typedef bool rows_take(struct memory_list *list, struct query *row);
rows_take rows_take_memory, rows_take_conversation, rows_take_older;
/* Reads all rows of a statement; on failure the list is freed. */
int rows_read(struct query *rows, struct memory_list *list, rows_take *take, struct error *error);

#endif
