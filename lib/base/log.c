#include "base/log.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USUAL_LINE 500 /* bytes */

static struct {
    const char *service;
    char *file; /* NULL: standard error */
    _Atomic int level;
    int fd;
    pthread_rwlock_t lock; /* held shared to use `fd`, exclusively to change it */
} out = {"callmem", NULL, LOG_INFO, STDERR_FILENO, PTHREAD_RWLOCK_INITIALIZER};

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static int open_file(const char *file)
{
    return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

int log_open(const char *service, enum log_level least, const char *file, struct error *error)
{
    log_close();
    out.service = service;
    out.level = least;
    if (!file || !*file)
        return 0;
    int fd = open_file(file);
    if (fd < 0)
        return error_set(error, ERROR_SETTINGS, "CALLMEM_LOG_FILE: cannot write %s: %s", file,
                         strerror(errno));
    out.file = strdup(file);
    if (!out.file) {
        close(fd);
        return error_no_memory(error);
    }
    out.fd = fd;
    return 0;
}

void log_reopen(void)
{
    if (!out.file)
        return;
    int fd = open_file(out.file);
    if (fd < 0) {
        log_say(LOG_ERROR, "cannot reopen the log file; keeping the old one");
        return;
    }
    pthread_rwlock_wrlock(&out.lock);
    int old = out.fd;
    out.fd = fd;
    pthread_rwlock_unlock(&out.lock);
    close(old);
}

void log_close(void)
{
    pthread_rwlock_wrlock(&out.lock);
    if (out.file)
        close(out.fd);
    free(out.file);
    out.file = NULL;
    out.fd = STDERR_FILENO;
    pthread_rwlock_unlock(&out.lock);
}

void log_begin(struct log_line *line, enum log_level level, const char *message)
{
    line->text = (struct buf)BUF_INIT;
    line->level = level;
    line->on = (int)level >= out.level;
    if (!line->on)
        return;
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp_ms(stamp);
    buf_reserve(&line->text, USUAL_LINE);
    buf_puts(&line->text, "{\"time\":\"");
    buf_puts(&line->text, stamp);
    buf_puts(&line->text, "\",\"level\":\"");
    buf_puts(&line->text, level_names[level]);
    buf_puts(&line->text, "\",\"service\":\"");
    buf_puts(&line->text, out.service);
    buf_puts(&line->text, "\",\"pid\":");
    buf_int(&line->text, getpid());
    log_text(line, "message", message);
}

static void begin_member(struct log_line *line, const char *name)
{
    buf_puts(&line->text, ",\"");
    buf_puts(&line->text, name);
    buf_puts(&line->text, "\":");
}

void log_text(struct log_line *line, const char *name, const char *value)
{
    if (!line->on || !value)
        return;
    begin_member(line, name);
    buf_json(&line->text, value, strlen(value));
}

void log_int(struct log_line *line, const char *name, int64_t value)
{
    if (!line->on)
        return;
    begin_member(line, name);
    buf_int(&line->text, value);
}

void log_ms(struct log_line *line, const char *name, int64_t microseconds)
{
    if (!line->on)
        return;
    int fraction = (int)(microseconds % 1000);
    const char digits[] = {'.', (char)('0' + fraction / 100), (char)('0' + fraction / 10 % 10),
                           (char)('0' + fraction % 10)};
    begin_member(line, name);
    buf_int(&line->text, microseconds / 1000);
    buf_add(&line->text, digits, sizeof digits);
}

void log_caller(struct log_line *line, const char *caller)
{
    if (!line->on || !caller || !*caller)
        return;
    size_t len = strlen(caller);
    buf_puts(&line->text, ",\"caller\":\"…");
    /* Only letters and digits of ASCII are shown. */
    const char *tail = caller + (len > 3 ? len - 2 : len);
    for (; *tail; tail++)
        if (((unsigned char)*tail >= '0' && (unsigned char)*tail <= '9') || (*tail >= 'A' && *tail <= 'Z') ||
            (*tail >= 'a' && *tail <= 'z'))
            buf_putc(&line->text, *tail);
    buf_putc(&line->text, '"');
}

void log_error(struct log_line *line, const struct error *error)
{
    log_text(line, "error", error_name(error->code));
    log_text(line, "reason", error->message);
}

void log_end(struct log_line *line)
{
    if (line->on) {
        buf_puts(&line->text, "}\n");
        if (!line->text.failed) {
            pthread_rwlock_rdlock(&out.lock);
            /* A line that cannot be written is lost. */
            ssize_t written = write(out.fd, line->text.data, line->text.len);
            (void)written;
            pthread_rwlock_unlock(&out.lock);
        }
    }
    buf_free(&line->text);
}

void log_say(enum log_level level, const char *message)
{
    log_failure(level, message, NULL);
}

void log_failure(enum log_level level, const char *message, const struct error *error)
{
    struct log_line line;
    log_begin(&line, level, message);
    if (error)
        log_error(&line, error);
    log_end(&line);
}
