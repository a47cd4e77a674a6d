#include "inbox/receive.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "inbox/envelope.h"
#include "inbox/recordings.h"
#include "inbox/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define PIECE 65536

struct delivery {
    struct inbox *inbox;
    int fd;
    char *path;  /* in tmp/; NULL once it has moved */
    bool failed; /* a write did not work: the body is not whole */
};

struct delivery *inbox_receive(struct inbox *inbox, struct error *error)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (!delivery) {
        error_set(error, ERROR_INTERNAL, "out of memory");
        return NULL;
    }
    delivery->inbox = inbox;
    delivery->fd = spool_create(inbox->tmp, "", &delivery->path, error);
    if (delivery->fd < 0) {
        free(delivery);
        return NULL;
    }
    return delivery;
}

int delivery_write(struct delivery *delivery, const void *bytes, size_t len, struct error *error)
{
    if (spool_write(delivery->fd, bytes, len, delivery->inbox->tmp, error) == 0)
        return 0;
    delivery->failed = true;
    return -1;
}

void delivery_close(struct delivery *delivery)
{
    if (!delivery)
        return;
    if (delivery->path)
        unlink(delivery->path);
    free(delivery->path);
    close(delivery->fd);
    free(delivery);
}

char *delivery_text(struct delivery *delivery, size_t max, size_t *len)
{
    char *text = malloc(max + 1);
    *len = 0;
    while (text && *len < max) {
        ssize_t got = pread(delivery->fd, text + *len, max - *len, (off_t)*len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        *len += (size_t)got;
    }
    if (text)
        text[*len] = '\0';
    return text;
}

/* Hands the body on in pieces. */
static int each_piece(const struct delivery *delivery,
                      int (*each)(void *ctx, const char *bytes, size_t len, struct error *error), void *ctx,
                      struct error *error)
{
    char *piece = malloc(PIECE);
    if (!piece)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    int result = 0;
    for (off_t at = 0; result == 0;) {
        ssize_t got = pread(delivery->fd, piece, PIECE, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            result = error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be read: %s", delivery->inbox->tmp,
                               strerror(errno));
        if (got <= 0)
            break;
        result = each(ctx, piece, (size_t)got, error);
        at += got;
    }
    free(piece);
    return result;
}

struct reader {
    struct json_scan *scan;
    struct envelope *envelope;
};

static int read_piece(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct reader *reader = ctx;
    if (json_scan_feed(reader->scan, bytes, len, error) != 0)
        return -1;
    return envelope_feed(reader->envelope, bytes, len, error);
}

/* What the body is; it is valid JSON when this returns 0. */
static int read_letter(const struct delivery *delivery, struct letter *letter, struct error *error)
{
    struct reader reader = {json_scan_new(NULL, NULL), envelope_new(NULL, NULL)};
    int result = -1;
    if (!reader.scan || !reader.envelope)
        error_set(error, ERROR_INTERNAL, "out of memory");
    else if (each_piece(delivery, read_piece, &reader, error) == 0 && json_scan_end(reader.scan, error) == 0)
        result = envelope_end(reader.envelope, letter, error);
    json_scan_free(reader.scan);
    envelope_free(reader.envelope);
    return result;
}

static int audio_piece(void *ctx, const char *text, size_t len, struct error *error)
{
    return recording_feed(ctx, text, len, error);
}

static int envelope_piece(void *ctx, const char *bytes, size_t len, struct error *error)
{
    return envelope_feed(ctx, bytes, len, error);
}

/* Decodes the recording in a second walk over the body: only now is it known whose it is, and that it is new.
 */
static int keep_audio(const struct delivery *delivery, const struct letter *letter, struct error *error)
{
    struct recording *audio = recording_begin(delivery->inbox->recordings, error);
    if (!audio)
        return -1;
    struct envelope *envelope = envelope_new(audio_piece, audio);
    int result = -1;
    if (!envelope)
        error_set(error, ERROR_INTERNAL, "out of memory");
    else if (each_piece(delivery, envelope_piece, envelope, error) == 0)
        result = recording_keep(audio, letter->conversation, error);
    envelope_free(envelope);
    recording_close(audio);
    return result;
}

/* The event that stays of a recording. */
static struct delivery *write_small(struct inbox *inbox, const struct letter *letter, struct error *error)
{
    struct buf b = BUF_INIT;
    buf_puts(&b, "{\"type\":");
    buf_json(&b, letter->type, strlen(letter->type));
    buf_puts(&b, ",\"data\":{\"agent_id\":");
    buf_json(&b, letter->agent, strlen(letter->agent));
    buf_puts(&b, ",\"conversation_id\":");
    buf_json(&b, letter->conversation, strlen(letter->conversation));
    buf_puts(&b, "}}");
    struct delivery *small = NULL;
    if (!b.failed)
        small = inbox_receive(inbox, error);
    else
        error_set(error, ERROR_INTERNAL, "out of memory");
    if (small && delivery_write(small, b.data, b.len, error) != 0) {
        delivery_close(small);
        small = NULL;
    }
    buf_free(&b);
    return small;
}

static int make_name(const char *type, const char *conversation, char name[SPOOL_NAME_DIGITS + 1],
                     struct error *error)
{
    unsigned char hash[DIGEST_SIZE];
    struct buf text = BUF_INIT;
    buf_add(&text, type, strlen(type) + 1);
    buf_puts(&text, conversation);
    bool good = !text.failed && digest_sha256(text.data, text.len, hash);
    buf_free(&text);
    if (!good)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    text_hex(hash, SPOOL_NAME_DIGITS / 2, name);
    return 0;
}

/*
 * Moves the synced file into new/ and tells whether it was the first of its name.
 *
 * It stays held until that is decided: no worker takes it up before, and what is found to be a copy can be
 * removed. When the directory cannot be synced the file stays, although nothing was accepted: a copy that
 * came at the same moment may have been called a duplicate on the strength of it.
 */
static int move_in(struct delivery *delivery, const char *name, enum accepted *accepted, struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    char *path = spool_path(inbox->fresh, name, EVENT_SUFFIX);
    if (!path)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    enum spool_moved moved = spool_move(delivery->path, path, error);
    if (moved == SPOOL_MOVED) {
        free(delivery->path);
        delivery->path = NULL;
    }
    int result = moved == SPOOL_STUCK ? -1 : spool_sync_directory(inbox->fresh, error);
    *accepted = moved == SPOOL_MOVED ? ACCEPTED : DUPLICATE;
    if (moved == SPOOL_MOVED) {
        if (inbox_knows(inbox, name)) {
            *accepted = DUPLICATE;
            unlink(path);
            result = 0;
        }
        flock(delivery->fd, LOCK_UN);
    }
    free(path);
    return result;
}

/* Whether a copy is there already, in new/ or gone from it. One that lies in new/ is as good as accepted once
 * the directory is synced, whatever becomes of the request that brought it. */
static int look_for_copy(struct inbox *inbox, const char *name, bool *found, struct error *error)
{
    char *path = spool_path(inbox->fresh, name, EVENT_SUFFIX);
    if (!path)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    bool waits = access(path, F_OK) == 0;
    free(path);
    *found = waits || inbox_knows(inbox, name);
    return waits ? spool_sync_directory(inbox->fresh, error) : 0;
}

int inbox_has(struct inbox *inbox, const char *type, const char *conversation, bool *has, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1];
    if (make_name(type, conversation, name, error) != 0)
        return -1;
    return look_for_copy(inbox, name, has, error);
}

static int make_safe(struct delivery *delivery, const char *name, enum accepted *accepted,
                     struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    if (spool_sync(delivery->fd, inbox->tmp, error) != 0 || move_in(delivery, name, accepted, error) != 0)
        return -1;
    struct log_line line;
    log_begin(&line, LOG_DEBUG, *accepted == ACCEPTED ? "event accepted" : "event accepted before");
    log_text(&line, "event", name);
    log_end(&line);
    if (*accepted == ACCEPTED)
        inbox_wake(inbox);
    return 0;
}

/* The small event is on disk before the recording is decoded: when the disk is full, it is full now. */
static int accept_audio(struct delivery *delivery, const struct letter *letter, const char *name,
                        enum accepted *accepted, struct error *error)
{
    struct delivery *small = write_small(delivery->inbox, letter, error);
    int result = -1;
    if (small && keep_audio(delivery, letter, error) == 0)
        result = make_safe(small, name, accepted, error);
    delivery_close(small);
    return result;
}

int delivery_accept(struct delivery *delivery, struct receipt *receipt, struct error *error)
{
    struct letter letter;
    char name[SPOOL_NAME_DIGITS + 1];
    *receipt = (struct receipt){.accepted = IGNORED, .kind = EVENT_OTHER};
    if (delivery->failed || !delivery->path)
        return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s did not take all of the event",
                         delivery->inbox->tmp);
    if (read_letter(delivery, &letter, error) != 0)
        return -1;
    receipt->kind = letter.kind;
    memcpy(receipt->type, letter.type, sizeof receipt->type);
    memcpy(receipt->conversation, letter.conversation, sizeof receipt->conversation);
    if (letter.kind == EVENT_OTHER)
        return 0;
    bool found;
    if (make_name(letter.type, letter.conversation, name, error) != 0 ||
        look_for_copy(delivery->inbox, name, &found, error) != 0)
        return -1;
    if (found) {
        receipt->accepted = DUPLICATE;
        return 0;
    }
    return letter.kind == EVENT_AUDIO ? accept_audio(delivery, &letter, name, &receipt->accepted, error)
                                      : make_safe(delivery, name, &receipt->accepted, error);
}
