#include "web/payload_file.h"
#include "web/payload_log.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD_SIZE   256 /* of a line, in which its endpoint is */
#define COPY_SUFFIX ".erasing"

/* What is searched for in a line. */
struct wanted {
    const char *caller;
    struct buf *conversations; /* each as it stands in JSON, with its quotes */
    size_t count;
};

static bool is_phone_number(const char *caller)
{
    return caller[0] == '+' && caller[1] && caller[1 + strspn(caller + 1, "0123456789")] == '\0';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A byte that may separate the digits of a number; dashes may be Unicode's. */
static bool is_separator(char c)
{
    return (c && strchr(" -./()", c)) || (unsigned char)c >= 0x80;
}

/* Whether `digits` begin at `at`. */
static bool number_at(const char *at, const char *end, const char *digits)
{
    while (*digits) {
        while (at < end && is_separator(*at))
            at++;
        if (at == end || *at != *digits)
            return false;
        at++;
        digits++;
    }
    return at == end || !is_digit(*at);
}

static bool holds_number(const char *text, size_t len, const char *digits)
{
    const char *end = text + len;
    for (const char *at = text; (at = memchr(at, *digits, (size_t)(end - at))) != NULL; at++) {
        const char *from = at;
        if (from - text >= 2 && from[-1] == '0' && from[-2] == '0')
            from -= 2; /* 00 in place of + */
        if ((from == text || !is_digit(from[-1])) && number_at(at, end, digits))
            return true;
    }
    return false;
}

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) != 0;
}

static bool holds_word(const char *text, size_t len, const char *word)
{
    size_t size = strlen(word);
    const char *end = text + len;
    for (const char *at = text; (at = memmem(at, (size_t)(end - at), word, size)) != NULL; at++) {
        bool begins = at == text || !is_word_char(at[-1]) || !is_word_char(*word);
        bool ends = at + size == end || !is_word_char(at[size]) || !is_word_char(word[size - 1]);
        if (begins && ends)
            return true;
    }
    return false;
}

/* A search that named no caller: its words may be of anybody. */
static bool is_search_of_nobody(const char *line, size_t len)
{
    static const char endpoint[] = "\"endpoint\":\"search-data\",", caller[] = "\"caller\":";
    const char *at = memmem(line, len < HEAD_SIZE ? len : HEAD_SIZE, endpoint, sizeof endpoint - 1);
    size_t left = at ? len - (size_t)(at - line) - (sizeof endpoint - 1) : 0;
    return at &&
           (left < sizeof caller - 1 || memcmp(at + sizeof endpoint - 1, caller, sizeof caller - 1) != 0);
}

static bool is_about(const struct wanted *wanted, const char *line, size_t len)
{
    const char *caller = wanted->caller;
    if (*caller && is_search_of_nobody(line, len))
        return true;
    if (is_phone_number(caller) ? holds_number(line, len, caller + 1)
                                : *caller && holds_word(line, len, caller))
        return true;
    for (size_t i = 0; i < wanted->count; i++)
        if (memmem(line, len, wanted->conversations[i].data, wanted->conversations[i].len))
            return true;
    return false;
}

/* Copies the lines that do not match; returns the number of those that do, -1 with errno on failure. */
static long copy_others(FILE *in, FILE *out, const struct wanted *wanted)
{
    char *line = NULL;
    size_t size = 0;
    long removed = 0;
    ssize_t len;
    errno = 0;
    while ((len = getline(&line, &size, in)) >= 0) {
        if (is_about(wanted, line, (size_t)len))
            removed++;
        else if (fwrite(line, 1, (size_t)len, out) != (size_t)len)
            break;
    }
    bool good = feof(in) && !ferror(in) && !ferror(out) && fflush(out) == 0 && fsync(fileno(out)) == 0;
    int code = errno;
    free(line);
    errno = code;
    return good ? removed : -1;
}

static int sync_directory_of(const char *path)
{
    char *copy = strdup(path);
    if (!copy)
        return -1;
    int directory = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    if (directory < 0)
        return -1;
    int result = fsync(directory);
    close(directory);
    return result;
}

/* The new file keeps the owner of the old one, whoever runs this. */
static FILE *open_copy(const char *path, int old)
{
    struct stat status;
    if (fstat(old, &status) != 0)
        return NULL;
    unlink(path); /* left by an interrupted attempt */
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return NULL;
    bool ours = status.st_uid == geteuid() && status.st_gid == getegid();
    FILE *file = NULL;
    if (ours || fchown(fd, status.st_uid, status.st_gid) == 0)
        file = fdopen(fd, "w");
    if (!file)
        close(fd);
    return file;
}

/* Needs the lock: writes the remaining lines into a new file and renames it to `path`. */
static long rewrite(const char *path, const char *copy_path, int fd, const struct wanted *wanted)
{
    int reader = dup(fd);
    FILE *in = reader < 0 ? NULL : fdopen(reader, "r");
    FILE *out = in ? open_copy(copy_path, fd) : NULL;
    long removed = out ? copy_others(in, out, wanted) : -1;
    int code = errno;
    if (out && fclose(out) != 0)
        removed = -1;
    if (in)
        fclose(in);
    else if (reader >= 0)
        close(reader);
    if (removed > 0 && (rename(copy_path, path) != 0 || sync_directory_of(path) != 0)) {
        code = errno;
        removed = -1;
    }
    if (removed > 0) {
        /* A process may still have the old file open: empty it. */
        if (ftruncate(fd, 0) != 0)
            removed = -1;
    } else {
        unlink(copy_path);
    }
    errno = code;
    return removed;
}

/* Needs the lock. */
static long erase_locked(const char *path, int fd, struct wanted *wanted, const char *const *conversations,
                         struct error *error)
{
    struct buf copy_path = BUF_INIT;
    bool failed = false;
    buf_printf(&copy_path, "%s" COPY_SUFFIX, path);
    for (size_t i = 0; i < wanted->count; i++) {
        buf_json(&wanted->conversations[i], conversations[i], strlen(conversations[i]));
        failed = failed || wanted->conversations[i].failed;
    }
    long removed = -1;
    if (failed || copy_path.failed)
        error_no_memory(error);
    else if (lseek(fd, 0, SEEK_SET) != 0 || (removed = rewrite(path, copy_path.data, fd, wanted)) < 0)
        error_set(error, ERROR_INTERNAL, "cannot rewrite the payload log %s: %s", path, strerror(errno));
    for (size_t i = 0; i < wanted->count; i++)
        buf_free(&wanted->conversations[i]);
    buf_free(&copy_path);
    return removed;
}

static long erase_file(const char *path, const char *caller, const char *const *conversations, size_t count,
                       struct error *error)
{
    int fd = -1;
    if (payload_file_lock(path, &fd, 0) != 0) {
        if (errno == ENOENT)
            return 0;
        return error_set(error, ERROR_INTERNAL, "cannot open the payload log %s: %s", path, strerror(errno));
    }
    struct wanted wanted = {caller, calloc(count ? count : 1, sizeof *wanted.conversations), count};
    long removed =
        wanted.conversations ? erase_locked(path, fd, &wanted, conversations, error) : error_no_memory(error);
    free(wanted.conversations);
    close(fd);
    return removed;
}

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text), end_len = strlen(end);
    return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* "post-call.jsonl.1", "post-call.jsonl-20260302": logrotate's names for "post-call.jsonl". */
static bool is_rotated(const char *name, const char *base)
{
    size_t len = strlen(base);
    return strncmp(name, base, len) == 0 && (name[len] == '.' || name[len] == '-') &&
           !ends_with(name, COPY_SUFFIX);
}

static bool is_compressed(const char *name)
{
    static const char *const ends[] = {".gz", ".xz", ".zst", ".bz2", ".lz4"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(name, ends[i]))
            return true;
    return false;
}

/* Calls `each` for the rotated files of a log, compressed ones or others; -1 when one call or the folder
 * failed. */
static int each_rotated(const char *path, bool compressed, int (*each)(void *ctx, const char *path),
                        void *ctx)
{
    char *for_folder = strdup(path), *for_base = strdup(path);
    const char *folder = for_folder ? dirname(for_folder) : ".";
    const char *base = for_base ? basename(for_base) : "";
    DIR *directory = for_folder && for_base ? opendir(folder) : NULL;
    int result = directory || errno == ENOENT ? 0 : -1;
    for (const struct dirent *entry; directory && (entry = readdir(directory));) {
        struct buf file = BUF_INIT;
        if (!is_rotated(entry->d_name, base) || is_compressed(entry->d_name) != compressed)
            continue;
        buf_printf(&file, "%s/%s", folder, entry->d_name);
        if (!buf_text(&file) || each(ctx, buf_text(&file)) != 0)
            result = -1;
        buf_free(&file);
    }
    if (directory)
        closedir(directory);
    free(for_folder);
    free(for_base);
    return result;
}

struct erasure {
    const char *caller;
    const char *const *conversations;
    size_t count;
    struct error *error;
    long lines;
};

static int erase_rotated(void *ctx, const char *path)
{
    struct erasure *erasure = ctx;
    long lines = erase_file(path, erasure->caller, erasure->conversations, erasure->count, erasure->error);
    erasure->lines += lines > 0 ? lines : 0;
    return lines < 0 ? -1 : 0;
}

long payload_log_erase(const char *path, const char *caller, const char *const *conversations, size_t count,
                       struct error *error)
{
    struct erasure erasure = {caller, conversations, count, error, 0};
    long lines = erase_file(path, caller, conversations, count, error);
    if (lines < 0)
        return -1;
    error_set(error, ERROR_INTERNAL, "cannot read the files beside %s", path);
    return each_rotated(path, false, erase_rotated, &erasure) == 0 ? lines + erasure.lines : -1;
}

static int add_name(void *ctx, const char *path)
{
    struct buf *names = ctx;
    buf_printf(names, "%s%s", names->len ? ", " : "", path);
    return names->failed ? -1 : 0;
}

int payload_log_compressed(const char *path, struct buf *names)
{
    return each_rotated(path, true, add_name, names);
}
