#include "inbox/recordings.h"

#include "base/digest.h"
#include "base/text.h"
#include "inbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART_SUFFIX  ".part"
#define MARK_SUFFIX  ".sealed"
#define WHOLE_SUFFIX ".unredacted" /* an empty file beside a recording that has everything in it */
#define PIECE        4096
#define NANOSECONDS  1000000000

struct recording {
    const char *directory; /* NULL: nothing is written */
    char *path;
    int fd;
    EVP_ENCODE_CTX *base64;
    size_t padding; /* "=" seen so far: at most two, and nothing after them */
    size_t waiting; /* bytes in `out` */
    size_t decoded; /* bytes in all */
    unsigned char out[16 * PIECE];
};

static char *path_of(const char *directory, const char *conversation, const char *suffix)
{
    unsigned char hash[DIGEST_SIZE];
    char name[SPOOL_NAME_DIGITS + 1];
    if (!digest_sha256(conversation, strlen(conversation), hash))
        return NULL;
    text_hex(hash, SPOOL_NAME_DIGITS / 2, name);
    return spool_path(directory, name, suffix);
}

char *recording_path(const char *directory, const char *conversation)
{
    return path_of(directory, conversation, ".mp3");
}

/* 1 when it was there, 0 when not, -1 on failure. */
static int unlink_path(const char *path, struct error *error)
{
    if (unlink(path) == 0)
        return 1;
    return errno == ENOENT
               ? 0
               : error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be removed: %s", path, strerror(errno));
}

static int remove_file(const char *directory, const char *conversation, const char *suffix,
                       struct error *error)
{
    char *path = path_of(directory, conversation, suffix);
    if (!path)
        return error_no_memory(error);
    int removed = unlink_path(path, error);
    free(path);
    return removed;
}

int recording_remove(const char *directory, const char *conversation, struct error *error)
{
    int removed = remove_file(directory, conversation, ".mp3", error);
    return removed >= 0 && remove_file(directory, conversation, WHOLE_SUFFIX, error) < 0 ? -1 : removed;
}

struct expiring {
    const char *directory;
    int64_t before;
    bool dry;
    size_t removed;
    int result;
    struct error why; /* the first */
};

static bool expire_one(void *ctx, const struct spool_file *file)
{
    static const char *const suffixes[] = {".mp3", WHOLE_SUFFIX};
    struct expiring *expiring = ctx;
    if (file->changed / NANOSECONDS >= expiring->before)
        return true;
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        struct error why = {0};
        char *path = spool_path(expiring->directory, file->name, suffixes[i]);
        int removed = !path           ? error_no_memory(&why)
                      : expiring->dry ? access(path, F_OK) == 0
                                      : unlink_path(path, &why);
        free(path);
        if (removed < 0) {
            if (expiring->result == 0)
                expiring->why = why;
            expiring->result = -1;
            break;
        }
        expiring->removed += i == 0 && removed;
    }
    return true;
}

int recordings_expire(const char *directory, int64_t before, bool dry, size_t *removed, struct error *error)
{
    struct expiring expiring = {.directory = directory, .before = before, .dry = dry};
    *removed = 0;
    if (access(directory, F_OK) != 0 && errno == ENOENT)
        return 0;
    int result = spool_each(directory, ".mp3", true, expire_one, &expiring, error);
    *removed = expiring.removed;
    if (result == 0 && expiring.result != 0)
        *error = expiring.why;
    return result == 0 ? expiring.result : result;
}

static int make_mark(const char *directory, const char *conversation, const char *suffix, struct error *error)
{
    char *mark = path_of(directory, conversation, suffix);
    int fd = mark ? open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    int result = fd >= 0 ? 0
                         : error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s", directory,
                                     strerror(errno));
    if (fd >= 0)
        close(fd);
    free(mark);
    return result;
}

int recording_forbid(const char *directory, const char *conversation, struct error *error)
{
    return make_mark(directory, conversation, MARK_SUFFIX, error) == 0 &&
                   recording_remove(directory, conversation, error) >= 0
               ? 0
               : -1;
}

int recording_remove_hashed(const char *directory, const char *hash, struct error *error)
{
    static const char *const suffixes[] = {".mp3", WHOLE_SUFFIX};
    char name[SPOOL_NAME_DIGITS + 1];
    int all = 0;
    snprintf(name, sizeof name, "%s", hash);
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *path = spool_path(directory, name, suffixes[i]);
        int removed = path ? unlink_path(path, error) : error_no_memory(error);
        free(path);
        if (removed < 0)
            return -1;
        all += i == 0 && removed;
    }
    return all;
}

static bool is_there(const char *directory, const char *conversation, const char *suffix)
{
    char *path = path_of(directory, conversation, suffix);
    bool there = path && access(path, F_OK) == 0;
    free(path);
    return there;
}

/* Whether this recording is to be dropped: of a conversation that was forgotten, or redacted, when the one
 * with everything in it is there. */
static bool is_unwanted(const char *directory, const char *conversation, bool whole)
{
    return is_there(directory, conversation, MARK_SUFFIX) ||
           (!whole && is_there(directory, conversation, WHOLE_SUFFIX) &&
            is_there(directory, conversation, ".mp3"));
}

int recordings_prepare(const char *directory, struct error *error)
{
    if (spool_make_directory(directory, error) != 0)
        return -1;
    spool_sweep(directory, PART_SUFFIX);
    return 0;
}

struct recording *recording_begin(const char *directory, struct error *error)
{
    struct recording *recording = calloc(1, sizeof *recording);
    if (recording)
        recording->base64 = EVP_ENCODE_CTX_new();
    if (!recording || !recording->base64) {
        free(recording);
        error_no_memory(error);
        return NULL;
    }
    EVP_DecodeInit(recording->base64);
    recording->directory = directory;
    recording->fd = -1;
    if (directory) {
        recording->fd = spool_create(directory, PART_SUFFIX, &recording->path, error);
        if (recording->fd < 0) {
            recording_close(recording);
            return NULL;
        }
    }
    return recording;
}

static int not_base64(struct error *error)
{
    return error_set(error, ERROR_INVALID_REQUEST, "data.full_audio: base64 (RFC 4648) is expected");
}

/* EVP_DecodeUpdate() takes a "-" for the end and forgets between calls that there was padding. */
static bool fits(struct recording *recording, char c)
{
    bool is_digit =
        ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (is_digit)
        return recording->padding == 0;
    if (c == '=')
        return ++recording->padding <= 2;
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int write_out(struct recording *recording, struct error *error)
{
    if (recording->fd >= 0 &&
        spool_write(recording->fd, recording->out, recording->waiting, recording->directory, error) != 0)
        return -1;
    recording->waiting = 0;
    return 0;
}

static int decode(struct recording *recording, const char *text, size_t len, struct error *error)
{
    /* A decoder holds up to 64 characters back, so a piece gives less than its length and 64 bytes. */
    if (sizeof recording->out - recording->waiting < PIECE + 64 && write_out(recording, error) != 0)
        return -1;
    int got = 0;
    if (EVP_DecodeUpdate(recording->base64, recording->out + recording->waiting, &got,
                         (const unsigned char *)text, (int)len) < 0)
        return not_base64(error);
    recording->waiting += (size_t)got;
    recording->decoded += (size_t)got;
    return 0;
}

int recording_feed(struct recording *recording, const char *text, size_t len, struct error *error)
{
    for (size_t i = 0; i < len; i++)
        if (!fits(recording, text[i]))
            return not_base64(error);
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;
        if (decode(recording, text, piece, error) != 0)
            return -1;
        text += piece;
        len -= piece;
    }
    return 0;
}

/* The last characters; base64 has a multiple of four of them. */
static int finish(struct recording *recording, struct error *error)
{
    unsigned char rest[64];
    int got = 0;
    if (EVP_DecodeFinal(recording->base64, rest, &got) != 1)
        return not_base64(error);
    recording->decoded += (size_t)got;
    if (write_out(recording, error) != 0)
        return -1;
    memcpy(recording->out, rest, (size_t)got);
    recording->waiting = (size_t)got;
    return write_out(recording, error);
}

int recording_keep(struct recording *recording, const char *conversation, bool whole, struct error *error)
{
    if (finish(recording, error) != 0)
        return -1;
    if (recording->fd < 0 || recording->decoded == 0 ||
        is_unwanted(recording->directory, conversation, whole))
        return 0;
    char *path = recording_path(recording->directory, conversation);
    if (!path)
        return error_no_memory(error);
    int result = spool_sync(recording->fd, recording->directory, error);
    if (result == 0 && rename(recording->path, path) != 0)
        result = error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s",
                           recording->directory, strerror(errno));
    if (result == 0) {
        free(recording->path);
        recording->path = NULL;
        /* After the recording: a mark without one would keep the redacted one away. */
        if (whole)
            result = make_mark(recording->directory, conversation, WHOLE_SUFFIX, error);
    }
    if (result == 0)
        result = spool_sync_directory(recording->directory, error);
    /* Forgotten meanwhile: whoever forbade it may have looked for it before it had its name. */
    if (is_there(recording->directory, conversation, MARK_SUFFIX) &&
        recording_remove(recording->directory, conversation, error) < 0)
        result = -1;
    free(path);
    return result;
}

void recording_close(struct recording *recording)
{
    if (!recording)
        return;
    if (recording->path)
        unlink(recording->path);
    free(recording->path);
    if (recording->fd >= 0)
        close(recording->fd);
    EVP_ENCODE_CTX_free(recording->base64);
    free(recording);
}
