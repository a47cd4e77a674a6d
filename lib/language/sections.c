#include "language/sections.h"

#include <ctype.h>
#include <string.h>

bool slice_is(struct slice slice, const char *text)
{
    size_t len = strlen(text);
    return slice_len(slice) == len && memcmp(slice.from, text, len) == 0;
}

struct slice slice_trim(struct slice slice)
{
    while (slice.from < slice.to && isspace((unsigned char)*slice.from))
        slice.from++;
    while (slice.to > slice.from && isspace((unsigned char)slice.to[-1]))
        slice.to--;
    return slice;
}

bool slice_next(struct slice *rest, char separator, struct slice *piece)
{
    if (rest->from >= rest->to)
        return false;
    const char *end = memchr(rest->from, separator, slice_len(*rest));
    *piece = slice_trim((struct slice){rest->from, end ? end : rest->to});
    rest->from = end ? end + 1 : rest->to;
    return true;
}

int section_complain(const struct section_line *line, const char *what)
{
    return error_set(line->error, ERROR_SETTINGS, "%s:%d: %s", line->file, line->number, what);
}

int sections_read(const char *file, const char *text, size_t len, section_reader *read, void *ctx,
                  struct error *error)
{
    struct section_line line = {.file = file, .section = {text, text}, .error = error};
    const char *end = text + len;
    while (text < end) {
        const char *line_end = memchr(text, '\n', (size_t)(end - text));
        line.number++;
        line.text = slice_trim((struct slice){text, line_end ? line_end : end});
        text = line_end ? line_end + 1 : end;
        if (line.text.from == line.text.to || *line.text.from == '#')
            continue;
        line.is_header =
            *line.text.from == '[' && memchr(line.text.from, ']', slice_len(line.text)) == line.text.to - 1;
        if (line.is_header)
            line.section = (struct slice){line.text.from + 1, line.text.to - 1};
        int result = read(ctx, &line);
        if (result != 0)
            return result;
    }
    return 0;
}
