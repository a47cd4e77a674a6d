#include "base/csv.h"

#include "base/utf8.h"

#include <string.h>

static int wrong(const struct csv_place *place, const char *what, struct error *error)
{
    return error_set(error, ERROR_INVALID_REQUEST, "line %zu, column %zu: %s", place->line, place->column,
                     what);
}

void csv_open(struct csv *csv, const char *text, size_t len)
{
    *csv = (struct csv){.at = text, .end = text + len, .place = {1, 1}};
}

/* Whether a line ends here: the number of bytes that end it, else 0. */
static size_t line_end(const struct csv *csv)
{
    if (csv->at < csv->end && *csv->at == '\n')
        return 1;
    return csv->end - csv->at >= 2 && memcmp(csv->at, "\r\n", 2) == 0 ? 2 : 0;
}

static void pass_line_end(struct csv *csv)
{
    size_t len = line_end(csv);
    csv->crlf = len == 2;
    csv->at += len;
    csv->place = (struct csv_place){csv->place.line + 1, 1};
}

/* Passes over one character and adds it to `text` unless that is NULL. */
static int take(struct csv *csv, struct buf *text, struct error *error)
{
    struct utf8_range second;
    size_t len = utf8_length((unsigned char)*csv->at, &second);
    if (*csv->at == '\0' || len == 0 || len > (size_t)(csv->end - csv->at) || !utf8_is_valid(csv->at, len))
        return wrong(&csv->place, "this is not text in UTF-8", error);
    if (text)
        buf_add(text, csv->at, len);
    if (*csv->at == '\n')
        csv->place = (struct csv_place){csv->place.line + 1, 1};
    else
        csv->place.column++;
    csv->at += len;
    return 0;
}

static bool is_delimiter(const struct csv *csv)
{
    return csv->at == csv->end || *csv->at == ',' || line_end(csv);
}

static int read_quoted(struct csv *csv, struct buf *text, struct error *error)
{
    const struct csv_place begin = csv->place;
    if (take(csv, NULL, error) != 0)
        return -1;
    for (;;) {
        if (csv->at == csv->end)
            return wrong(&begin, "this quote is not closed", error);
        bool quote = *csv->at == '"', doubled = quote && csv->end - csv->at >= 2 && csv->at[1] == '"';
        if (quote && take(csv, NULL, error) != 0)
            return -1;
        if (quote && !doubled)
            return is_delimiter(csv)
                       ? 0
                       : wrong(&csv->place, "a comma or the end of the line is expected", error);
        if (take(csv, text, error) != 0)
            return -1;
    }
}

static int read_field(struct csv *csv, struct buf *text, struct error *error)
{
    if (csv->at < csv->end && *csv->at == '"')
        return read_quoted(csv, text, error);
    while (!is_delimiter(csv)) {
        if (*csv->at == '"')
            return wrong(&csv->place, "a field with a quote in it is put in quotes, and the quote doubled",
                         error);
        if (take(csv, text, error) != 0)
            return -1;
    }
    return 0;
}

static int add_field(struct csv_record *record, size_t *room, struct arena *arena, struct buf *text,
                     struct csv_place place, struct error *error)
{
    if (record->count == *room) {
        size_t more = *room ? 2 * *room : 16;
        struct csv_field *fields = arena_alloc(arena, more * sizeof *fields);
        if (!fields)
            return error_no_memory(error);
        if (record->count)
            memcpy(fields, record->fields, record->count * sizeof *fields);
        record->fields = fields;
        *room = more;
    }
    const char *kept = buf_text(text) ? arena_text(arena, buf_text(text), text->len) : NULL;
    if (!kept)
        return error_no_memory(error);
    record->fields[record->count++] = (struct csv_field){kept, place};
    return 0;
}

static int read_record(struct csv *csv, struct arena *arena, struct csv_record *record, struct error *error)
{
    struct buf text = BUF_INIT;
    size_t room = 0;
    int result = 0;
    for (bool more = true; more && result == 0;) {
        struct csv_place place = csv->place;
        buf_reset(&text);
        result = read_field(csv, &text, error);
        if (result == 0)
            result = add_field(record, &room, arena, &text, place, error);
        more = csv->at < csv->end && *csv->at == ',';
        if (more && result == 0)
            result = take(csv, NULL, error);
    }
    buf_free(&text);
    return result;
}

int csv_read(struct csv *csv, struct arena *arena, struct csv_record *record, struct error *error)
{
    *record = (struct csv_record){0};
    while (line_end(csv))
        pass_line_end(csv);
    if (csv->at == csv->end)
        return 0;
    if (read_record(csv, arena, record, error) != 0)
        return -1;
    record->end = csv->place;
    if (csv->at < csv->end)
        pass_line_end(csv);
    return 1;
}

/* Also a field whose beginning could be mistaken: for blanks that mean nothing, for JSON, for a byte order
 * mark (its first byte). */
static bool needs_quotes(const char *field)
{
    return field[strcspn(field, ",\"\r\n")] || (*field && strchr(" \t\v\f[{\xef", *field));
}

void csv_add(struct buf *b, const char *field)
{
    if (!needs_quotes(field)) {
        buf_puts(b, field);
        return;
    }
    buf_putc(b, '"');
    for (; *field; field++) {
        if (*field == '"')
            buf_putc(b, '"');
        buf_putc(b, *field);
    }
    buf_putc(b, '"');
}

struct csv_place csv_locate(const char *text, size_t at)
{
    struct csv_place place = {1, 1};
    for (size_t i = 0; i < at; i++) {
        if (text[i] == '\n')
            place = (struct csv_place){place.line + 1, 1};
        else if (((unsigned char)text[i] & 0xc0) != 0x80)
            place.column++;
    }
    return place;
}
