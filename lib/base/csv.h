/*
 * csv: tables as text, after RFC 4180: records are lines of fields with commas between; a field in quotes may
 * have commas, line breaks and doubled quotes in it. Lines end with LF or CRLF.
 */
#ifndef CALLMEM_BASE_CSV_H
#define CALLMEM_BASE_CSV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* A place in a text, for people: both count from 1, columns in characters. */
struct csv_place {
    size_t line, column;
};

struct csv_field {
    const char *text; /* without its quotes */
    struct csv_place place;
};

struct csv_record {
    struct csv_field *fields;
    size_t count;
    struct csv_place end; /* where its line ends */
};

/* A text that is read; the text is borrowed. */
struct csv {
    const char *at, *end;
    struct csv_place place;
    bool crlf; /* the last line ended with CRLF */
};

/* Starts reading. */
void csv_open(struct csv *csv, const char *text, size_t len);
/* Reads the next record, whose fields live in the arena; empty lines are passed over. 1, 0 at the end, or -1
 * with ERROR_INVALID_REQUEST, which names line and column: a quote that is not closed, or one where none may
 * be, or bytes that are not UTF-8 text. */
int csv_read(struct csv *csv, struct arena *arena, struct csv_record *record, struct error *error);
/* Adds a field, in quotes where it needs them. */
void csv_add(struct buf *b, const char *field);

/* Where a byte of a text is. */
struct csv_place csv_locate(const char *text, size_t at);

#endif
