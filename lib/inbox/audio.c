#include "inbox/audio.h"

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

#define PART_SUFFIX ".part"
#define SEAL_SUFFIX ".sealed"
#define PIECE       4096

struct audio {
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

char *audio_path(const char *directory, const char *conversation)
{
    return path_of(directory, conversation, ".mp3");
}

int audio_remove(const char *directory, const char *conversation, struct error *error)
{
    char *path = audio_path(directory, conversation);
    if (!path)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    int removed = unlink(path) == 0;
    if (!removed && errno != ENOENT)
        removed =
            error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be removed: %s", path, strerror(errno));
    free(path);
    return removed;
}

int audio_seal(const char *directory, const char *conversation, struct error *error)
{
    char *seal = path_of(directory, conversation, SEAL_SUFFIX);
    int fd = seal ? open(seal, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    int result = fd >= 0 ? 0
                         : error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s", directory,
                                     strerror(errno));
    if (fd >= 0)
        close(fd);
    free(seal);
    return result == 0 && audio_remove(directory, conversation, error) >= 0 ? 0 : -1;
}

static bool is_sealed(const char *directory, const char *conversation)
{
    char *seal = path_of(directory, conversation, SEAL_SUFFIX);
    bool sealed = seal && access(seal, F_OK) == 0;
    free(seal);
    return sealed;
}

int audio_prepare(const char *directory, struct error *error)
{
    if (spool_make_directory(directory, error) != 0)
        return -1;
    spool_sweep(directory, PART_SUFFIX);
    return 0;
}

struct audio *audio_begin(const char *directory, struct error *error)
{
    struct audio *audio = calloc(1, sizeof *audio);
    if (audio)
        audio->base64 = EVP_ENCODE_CTX_new();
    if (!audio || !audio->base64) {
        free(audio);
        error_set(error, ERROR_INTERNAL, "out of memory");
        return NULL;
    }
    EVP_DecodeInit(audio->base64);
    audio->directory = directory;
    audio->fd = -1;
    if (directory) {
        audio->fd = spool_create(directory, PART_SUFFIX, &audio->path, error);
        if (audio->fd < 0) {
            audio_close(audio);
            return NULL;
        }
    }
    return audio;
}

static int not_base64(struct error *error)
{
    return error_set(error, ERROR_INVALID_REQUEST, "data.full_audio: base64 (RFC 4648) is expected");
}

/* EVP_DecodeUpdate() takes a "-" for the end and forgets between calls that there was padding. */
static bool fits(struct audio *audio, char c)
{
    bool is_digit =
        ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
    if (is_digit)
        return audio->padding == 0;
    if (c == '=')
        return ++audio->padding <= 2;
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static int write_out(struct audio *audio, struct error *error)
{
    if (audio->fd >= 0 && spool_write(audio->fd, audio->out, audio->waiting, audio->directory, error) != 0)
        return -1;
    audio->waiting = 0;
    return 0;
}

static int decode(struct audio *audio, const char *text, size_t len, struct error *error)
{
    /* A decoder holds up to 64 characters back, so a piece gives less than its length and 64 bytes. */
    if (sizeof audio->out - audio->waiting < PIECE + 64 && write_out(audio, error) != 0)
        return -1;
    int got = 0;
    if (EVP_DecodeUpdate(audio->base64, audio->out + audio->waiting, &got, (const unsigned char *)text,
                         (int)len) < 0)
        return not_base64(error);
    audio->waiting += (size_t)got;
    audio->decoded += (size_t)got;
    return 0;
}

int audio_feed(struct audio *audio, const char *text, size_t len, struct error *error)
{
    for (size_t i = 0; i < len; i++)
        if (!fits(audio, text[i]))
            return not_base64(error);
    while (len > 0) {
        size_t piece = len < PIECE ? len : PIECE;
        if (decode(audio, text, piece, error) != 0)
            return -1;
        text += piece;
        len -= piece;
    }
    return 0;
}

/* The last characters; a text whose length is no multiple of four is none. */
static int finish(struct audio *audio, struct error *error)
{
    unsigned char rest[64];
    int got = 0;
    if (EVP_DecodeFinal(audio->base64, rest, &got) != 1)
        return not_base64(error);
    audio->decoded += (size_t)got;
    if (write_out(audio, error) != 0)
        return -1;
    memcpy(audio->out, rest, (size_t)got);
    audio->waiting = (size_t)got;
    return write_out(audio, error);
}

int audio_keep(struct audio *audio, const char *conversation, struct error *error)
{
    if (finish(audio, error) != 0)
        return -1;
    if (audio->fd < 0 || audio->decoded == 0 || is_sealed(audio->directory, conversation))
        return 0;
    char *path = audio_path(audio->directory, conversation);
    if (!path)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    int result = spool_sync(audio->fd, audio->directory, error);
    if (result == 0 && rename(audio->path, path) != 0)
        result = error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be written to: %s", audio->directory,
                           strerror(errno));
    if (result == 0) {
        free(audio->path);
        audio->path = NULL;
        result = spool_sync_directory(audio->directory, error);
    }
    free(path);
    return result;
}

void audio_close(struct audio *audio)
{
    if (!audio)
        return;
    if (audio->path)
        unlink(audio->path);
    free(audio->path);
    if (audio->fd >= 0)
        close(audio->fd);
    EVP_ENCODE_CTX_free(audio->base64);
    free(audio);
}
