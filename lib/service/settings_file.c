#include "service/settings_file.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void settings_wipe(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

void settings_text_free(struct settings_text *text)
{
    if (text->bytes)
        explicit_bzero(text->bytes, text->len);
    free(text->bytes);
    *text = (struct settings_text){0};
}

static int read_all(int fd, struct settings_text *text)
{
    while (text->len <= SETTINGS_FILE_MAX) {
        ssize_t got = read(fd, text->bytes + text->len, SETTINGS_FILE_MAX + 1 - text->len);
        if (got == 0)
            return 0;
        if (got < 0 && errno != EINTR)
            return errno;
        if (got > 0)
            text->len += (size_t)got;
    }
    return EFBIG;
}

int settings_file_read(const char *path, struct settings_text *text)
{
    struct stat status;
    int error = 0;
    *text = (struct settings_text){0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return errno;
    /* Allocated once at full size: growing would leave copies of secrets behind. */
    text->bytes = malloc(SETTINGS_FILE_MAX + 2);
    if (!text->bytes)
        error = ENOMEM;
    else if (fstat(fd, &status) < 0)
        error = errno;
    else
        error = read_all(fd, text);
    close(fd);
    if (error) {
        settings_text_free(text);
        return error;
    }
    text->bytes[text->len] = '\0';
    text->mode = status.st_mode;
    return 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

struct slice {
    const char *at;
    size_t len;
};

static struct slice trim(const char *at, size_t len)
{
    while (len && is_blank(*at))
        at++, len--;
    while (len && is_blank(at[len - 1]))
        len--;
    return (struct slice){at, len};
}

/* The next line without its end; false after the last one. */
static bool next_line(struct slice *rest, struct slice *line)
{
    if (rest->len == 0)
        return false;
    const char *end = memchr(rest->at, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->at) : rest->len;
    *line = (struct slice){rest->at, len && rest->at[len - 1] == '\r' ? len - 1 : len};
    len += end != NULL;
    *rest = (struct slice){rest->at + len, rest->len - len};
    return true;
}

/* Whether blanks and then a comment are all that follows in `text` from `at` on. */
static bool is_comment(struct slice text, size_t at)
{
    size_t hash = at;
    while (hash < text.len && is_blank(text.at[hash]))
        hash++;
    return hash > at && hash < text.len && text.at[hash] == '#';
}

/* The value in what follows the =, without its quotes or its comment. */
static struct slice read_value(struct slice text)
{
    if (is_comment(text, 0))
        return (struct slice){text.at, 0};
    struct slice value = trim(text.at, text.len);
    char quote = value.len && (*value.at == '"' || *value.at == '\'') ? *value.at : '\0';
    if (quote && value.len > 1 && value.at[value.len - 1] == quote)
        return (struct slice){value.at + 1, value.len - 2};
    for (size_t i = 1; quote && i < value.len; i++)
        if (value.at[i] == quote && is_comment(value, i + 1))
            return (struct slice){value.at + 1, i - 1};
    for (size_t i = 1; i < value.len; i++)
        if (value.at[i] == '#' && is_blank(value.at[i - 1]))
            return trim(value.at, i);
    return value;
}

static bool is_setting(struct slice line)
{
    bool is_section = line.len && *line.at == '[' && line.at[line.len - 1] == ']';
    return line.len && *line.at != '#' && *line.at != ';' && !is_section;
}

void settings_file_scan(const struct settings_text *text, settings_file_each *each,
                        void (*wrong)(void *ctx, unsigned line, const char *what), void *ctx)
{
    struct slice rest = {text->bytes, text->len}, line;
    bool going = true;
    if (rest.len >= 3 && memcmp(rest.at, "\xef\xbb\xbf", 3) == 0)
        rest = (struct slice){rest.at + 3, rest.len - 3};
    for (unsigned number = 1; going && next_line(&rest, &line); number++) {
        if (memchr(line.at, '\0', line.len) || !utf8_is_valid(line.at, line.len)) {
            wrong(ctx, number, "contains a NUL byte or is not UTF-8; save the file as UTF-8 text");
            continue;
        }
        line = trim(line.at, line.len);
        if (!is_setting(line))
            continue;
        const char *equals = memchr(line.at, '=', line.len);
        if (!equals || equals == line.at) {
            wrong(ctx, number, "is not a setting; write NAME=VALUE, or # before a comment");
            continue;
        }
        size_t before = (size_t)(equals - line.at);
        struct slice name = trim(line.at, before);
        struct slice value = read_value((struct slice){equals + 1, line.len - before - 1});
        going = each(ctx, number, name.at, name.len, value.at, value.len);
    }
}
