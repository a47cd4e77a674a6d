#include "people/notes.h"

#include "base/clock.h"
#include "base/text.h"

#include <string.h>

#define NOTE_CHARS 600 /* of one memory */

/* Adds one memory to the notes of its day, which have `used` characters so far; false when it does not fit.
 */
static bool add_note(struct buf *b, const struct memory *memory, bool first, size_t *used, size_t chars)
{
    size_t before = b->len;
    buf_puts(b, first || strchr(".!?", b->data[before - 1]) ? " " : "; ");
    text_add_line(b, memory->content, NOTE_CHARS);
    size_t more = b->failed ? 0 : text_chars(b->data + before);
    if (!b->failed && *used + more <= chars) {
        *used += more;
        return true;
    }
    b->len = before;
    if (b->data)
        b->data[before] = '\0';
    return false;
}

static bool same_day(const struct memory *a, const struct memory *b)
{
    return a->created_at / CLOCK_DAY == b->created_at / CLOCK_DAY;
}

static bool is_first_of_day(const struct memory_list *found, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (same_day(&found->items[i], &found->items[at]))
            return false;
    return true;
}

void notes_add(struct buf *b, const struct memory_list *found, size_t chars)
{
    size_t start = b->len, used = 0;
    for (size_t i = 0; i < found->count; i++) {
        char date[CLOCK_STAMP_SIZE];
        size_t before = b->len, used_before = used;
        bool any = false;
        if (!is_first_of_day(found, i))
            continue;
        clock_date(found->items[i].created_at, date);
        if (before > start)
            buf_putc(b, ' ');
        buf_puts(b, date);
        buf_putc(b, ':');
        used += b->len - before;
        for (size_t j = i; j < found->count && !b->failed; j++)
            if (same_day(&found->items[i], &found->items[j]))
                any |= add_note(b, &found->items[j], !any, &used, chars - 1);
        if (b->failed)
            return;
        if (!any) {
            b->len = before;
            b->data[before] = '\0';
            used = used_before;
        } else if (!strchr(".!?", b->data[b->len - 1])) {
            buf_putc(b, '.');
            used++;
        }
    }
}
