#include "memory/local/rows.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

#define LIST_FIRST 16 /* memories; a power of two */

/* No column is NULL: where SQLite says so it had no memory for the text. */
static const char *column(struct memory_list *list, sqlite3_stmt *row, int at)
{
    const unsigned char *text = sqlite3_column_text(row, at);
    if (!text)
        arena_fail(list->arena);
    return text ? arena_text(list->arena, (const char *)text, (size_t)sqlite3_column_bytes(row, at)) : NULL;
}

struct memory *rows_next(struct memory_list *list)
{
    if (!list->arena && !(list->arena = arena_new()))
        return NULL;
    /* Full at each power of two, the first of which is enough for most searches. */
    if (list->count == 0 || (list->count >= LIST_FIRST && (list->count & (list->count - 1)) == 0)) {
        struct memory *items =
            realloc(list->items, (list->count ? list->count * 2 : LIST_FIRST) * sizeof *items);
        if (!items)
            return NULL;
        list->items = items;
    }
    list->items[list->count] = (struct memory){0};
    return &list->items[list->count];
}

const char *rows_id(struct memory_list *list, int64_t row)
{
    char text[32];
    struct buf id = {text, 0, sizeof text, false}; /* never grows */
    buf_putc(&id, 'm');
    buf_int(&id, row);
    return arena_text(list->arena, id.data, id.len);
}

bool rows_take_memory(struct memory_list *list, sqlite3_stmt *row)
{
    struct memory *item = rows_next(list);
    if (!item)
        return false;
    item->id = rows_id(list, sqlite3_column_int64(row, 0));
    item->kind = (enum kind)sqlite3_column_int(row, 1);
    item->sector = (enum sector)sqlite3_column_int(row, 2);
    item->position = sqlite3_column_int(row, 3);
    item->speaker = column(list, row, 4);
    item->content = column(list, row, 5);
    item->salience = sqlite3_column_double(row, 6);
    item->decay_lambda = sqlite3_column_double(row, 7);
    item->tags = column(list, row, 8);
    item->metadata = column(list, row, 9);
    item->created_at = sqlite3_column_int64(row, 10);
    item->updated_at = sqlite3_column_int64(row, 11);
    item->conversation = column(list, row, 12);
    item->agent = column(list, row, 13);
    item->language = column(list, row, 14);
    item->caller = column(list, row, 15);
    list->count++;
    return !arena_failed(list->arena);
}

int rows_read(struct db *db, sqlite3_stmt *rows, struct memory_list *list, rows_take *take,
              struct error *error)
{
    int result;
    while ((result = sqlite3_step(rows)) == SQLITE_ROW)
        if (!take(list, rows)) {
            sqlite3_reset(rows);
            memory_list_free(list);
            return error_no_memory(error);
        }
    if (result != SQLITE_DONE) {
        memory_list_free(list);
        return db_failed(db, "reading the memory", error);
    }
    sqlite3_reset(rows);
    return 0;
}

bool rows_parse_id(const char *id, int64_t *row)
{
    char *end;
    if (id[0] != 'm' || id[1] < '0' || id[1] > '9')
        return false;
    errno = 0;
    *row = strtoll(id + 1, &end, 10);
    return errno == 0 && *end == '\0';
}

bool rows_take_conversation(struct memory_list *found, sqlite3_stmt *row)
{
    struct memory *item = rows_next(found);
    if (!item)
        return false;
    item->conversation = column(found, row, 0);
    item->agent = column(found, row, 1);
    item->language = column(found, row, 2);
    item->created_at = sqlite3_column_int64(row, 3);
    item->caller = item->speaker = item->content = item->tags = item->metadata = "";
    found->count++;
    return !arena_failed(found->arena);
}

bool rows_take_older(struct memory_list *found, sqlite3_stmt *row)
{
    if (!rows_take_conversation(found, row))
        return false;
    found->items[found->count - 1].caller = column(found, row, 4);
    return !arena_failed(found->arena);
}
