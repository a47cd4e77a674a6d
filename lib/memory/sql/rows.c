#include "memory/sql/rows.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <stdlib.h>

#define LIST_FIRST 16 /* memories; a power of two */

/* No column is NULL: where it seems so there was no memory for the text. */
static const char *column(struct memory_list *list, struct query *row, int at)
{
    const char *text = query_text(row, at);
    if (!text)
        arena_fail(list->arena);
    return text ? arena_text(list->arena, text, query_size(row, at)) : NULL;
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

bool rows_take_memory(struct memory_list *list, struct query *row)
{
    struct memory *item = rows_next(list);
    if (!item)
        return false;
    item->id = rows_id(list, query_int(row, 0));
    item->kind = (enum kind)query_int(row, 1);
    item->sector = (enum sector)query_int(row, 2);
    item->position = (int)query_int(row, 3);
    item->speaker = column(list, row, 4);
    item->content = column(list, row, 5);
    item->salience = query_real(row, 6);
    item->decay_lambda = query_real(row, 7);
    item->tags = column(list, row, 8);
    item->metadata = column(list, row, 9);
    item->created_at = query_int(row, 10);
    item->updated_at = query_int(row, 11);
    item->conversation = column(list, row, 12);
    item->agent = column(list, row, 13);
    item->language = column(list, row, 14);
    item->caller = column(list, row, 15);
    list->count++;
    return !arena_failed(list->arena);
}

int rows_read(struct query *rows, struct memory_list *list, rows_take *take, struct error *error)
{
    int result;
    while ((result = query_step(rows, "reading the memory", error)) == QUERY_ROW)
        if (!take(list, rows)) {
            query_reset(rows);
            result = error_no_memory(error);
            break;
        }
    if (result != 0)
        memory_list_free(list);
    return result;
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

bool rows_take_conversation(struct memory_list *found, struct query *row)
{
    struct memory *item = rows_next(found);
    if (!item)
        return false;
    item->conversation = column(found, row, 0);
    item->agent = column(found, row, 1);
    item->language = column(found, row, 2);
    item->created_at = query_int(row, 3);
    item->caller = item->speaker = item->content = item->tags = item->metadata = "";
    found->count++;
    return !arena_failed(found->arena);
}

bool rows_take_older(struct memory_list *found, struct query *row)
{
    if (!rows_take_conversation(found, row))
        return false;
    found->items[found->count - 1].caller = column(found, row, 4);
    return !arena_failed(found->arena);
}
