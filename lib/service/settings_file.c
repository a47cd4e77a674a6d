#include "service/settings_file.h"

#include "base/text.h"
#include "service/settings_table.h"

#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
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
    /* One piece of the greatest size: growing it would leave copies of secrets behind. */
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

/* Whether blanks and a comment are all that stands from `at` on. */
static bool is_comment(struct slice value, size_t at)
{
    size_t hash = at;
    while (hash < value.len && is_blank(value.at[hash]))
        hash++;
    return hash > at && hash < value.len && value.at[hash] == '#';
}

/* What the text after the = stands for. */
static struct slice take_value(struct slice text)
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

enum line_kind { LINE_NOTHING, LINE_SETTING, LINE_NO_TEXT, LINE_NO_SETTING, LINE_LOST };

static const char *const complaints[] = {
    [LINE_NO_TEXT] = "holds a NUL byte or is not UTF-8; save the file as UTF-8 text",
    [LINE_NO_SETTING] = "is no setting; write NAME=VALUE, or # before a comment",
    [LINE_LOST] = "was lost by iniparser; there must be free memory",
};

static enum line_kind read_line(struct slice line, struct slice *name, struct slice *value)
{
    if (memchr(line.at, '\0', line.len) || !text_is_utf8(line.at, line.len))
        return LINE_NO_TEXT;
    line = trim(line.at, line.len);
    if (line.len == 0 || *line.at == '#' || *line.at == ';')
        return LINE_NOTHING;
    if (*line.at == '[' && line.at[line.len - 1] == ']')
        return LINE_NOTHING;
    const char *equals = memchr(line.at, '=', line.len);
    if (!equals || equals == line.at)
        return LINE_NO_SETTING;
    size_t before = (size_t)(equals - line.at);
    *name = trim(line.at, before);
    *value = take_value((struct slice){equals + 1, line.len - before - 1});
    return LINE_SETTING;
}

/*
 * iniparser reads the lines that it reads faithfully. It cuts a line at 1,024 bytes, and gives up the whole
 * file for it; it takes ; and # for a comment wherever they stand in a value without quotes, ends a value in
 * quotes at the next quote, joins a line that ends with \ to the next, and frees copies of what it read
 * without wiping them. So it gets no line with any of that in it, and none with a secret: those are read by
 * take_value() alone. It makes names lower case, too; two names that differ only in that cannot meet here,
 * because it gets only names from the table.
 */
static bool is_for_iniparser(struct slice line, struct slice name)
{
    enum setting id = setting_find_n(name.at, name.len);
    if (id == SETTINGS || setting_rows[id].flags & SETTING_SECRET || line.len > 1000)
        return false;
    for (size_t i = 0; i < line.len; i++)
        if (line.at[i] < ' ' || line.at[i] > '~' || strchr(";#\"'\\", line.at[i]))
            return false;
    return true;
}

static int say_nothing(const char *format, ...)
{
    (void)format;
    return 0;
}

/* iniparser_load() for bytes. Its error callback is one for the whole process, hence the lock. */
static dictionary *load_dictionary(const struct buf *bytes)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    char path[64];
    dictionary *dictionary = NULL;
    int fd = memfd_create("settings", MFD_CLOEXEC);
    if (fd < 0)
        return NULL;
    if (bytes->failed || write(fd, bytes->data, bytes->len) != (ssize_t)bytes->len)
        goto out;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    pthread_mutex_lock(&lock);
    iniparser_set_error_callback(say_nothing);
    dictionary = iniparser_load(path);
    iniparser_set_error_callback(NULL);
    pthread_mutex_unlock(&lock);
out:
    close(fd);
    return dictionary;
}

/* The lines that are for iniparser, as it understands them. NULL when that failed. */
static dictionary *read_plain_lines(struct slice rest)
{
    struct buf plain = BUF_INIT;
    struct slice line, name, value;
    buf_puts(&plain, "# plain lines\n");
    while (next_line(&rest, &line))
        if (read_line(line, &name, &value) == LINE_SETTING && is_for_iniparser(line, name)) {
            buf_add(&plain, line.at, line.len);
            buf_putc(&plain, '\n');
        }
    dictionary *dictionary = load_dictionary(&plain);
    buf_free(&plain);
    return dictionary;
}

/* iniparser's value of a name; NULL when it lost it for lack of memory. */
static const char *plain_value(const dictionary *dictionary, struct slice name)
{
    char key[64];
    snprintf(key, sizeof key, ":%.*s", (int)name.len, name.at);
    return iniparser_getstring(dictionary, key, NULL);
}

void settings_file_scan(const struct settings_text *text, settings_file_each *each,
                        void (*wrong)(void *ctx, unsigned line, const char *what), void *ctx)
{
    struct slice rest = {text->bytes, text->len}, line, name, value;
    if (rest.len >= 3 && memcmp(rest.at, "\xef\xbb\xbf", 3) == 0)
        rest = (struct slice){rest.at + 3, rest.len - 3};
    dictionary *dictionary = read_plain_lines(rest);
    if (!dictionary) {
        wrong(ctx, 0, "cannot be handed to iniparser; there must be free memory and a /proc");
        return;
    }
    bool going = true;
    for (unsigned number = 1; going && next_line(&rest, &line); number++) {
        enum line_kind kind = read_line(line, &name, &value);
        if (kind == LINE_NOTHING)
            continue;
        if (kind == LINE_SETTING && is_for_iniparser(line, name)) {
            const char *plain = plain_value(dictionary, name);
            value = (struct slice){plain, plain ? strlen(plain) : 0};
            kind = plain ? LINE_SETTING : LINE_LOST;
        }
        if (kind == LINE_SETTING)
            going = each(ctx, number, name.at, name.len, value.at, value.len);
        else
            wrong(ctx, number, complaints[kind]);
    }
    iniparser_freedict(dictionary);
}
