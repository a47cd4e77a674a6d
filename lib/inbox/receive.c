#include "inbox/receive.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "inbox/ledger.h"
#include "inbox/recordings.h"
#include "inbox/shared_ops.h"
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
    bool failed; /* a write failed: the body is incomplete */
};

struct delivery *inbox_receive(struct inbox *inbox, struct error *error)
{
    struct delivery *delivery = calloc(1, sizeof *delivery);
    if (!delivery) {
        error_no_memory(error);
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
    ssize_t got = text ? spool_read_at(delivery->fd, text, max, 0) : 0;
    *len = got > 0 ? (size_t)got : 0;
    if (text)
        text[*len] = '\0';
    return text;
}

/* The members of an event that decide what becomes of it. */
enum member { TYPE, DATA, CONVERSATION, AGENT, AUDIO, MEMBERS };

static const struct json_member members[MEMBERS] = {
    [TYPE] = {"type", -1},        [DATA] = {"data", -1},          [CONVERSATION] = {"conversation_id", DATA},
    [AGENT] = {"agent_id", DATA}, [AUDIO] = {"full_audio", DATA},
};

struct field {
    bool is_there;
    enum json_type type;
    bool cut;
    size_t len;
    char text[4 * EVENT_ID_CHARS + 1]; /* a character has at most 4 bytes */
};

/* An event as it is read from disk. */
struct reading {
    struct recording *recording; /* gets the audio; NULL: it is skipped */
    struct field fields[MEMBERS];
};

static int note_member(void *ctx, int member, enum json_type type, const char *text, size_t len,
                       struct error *error)
{
    struct reading *reading = ctx;
    struct field *field = &reading->fields[member];
    field->is_there = true;
    field->type = type;
    if (member == AUDIO)
        return reading->recording ? recording_feed(reading->recording, text, len, error) : 0;
    size_t room = sizeof field->text - 1 - field->len;
    field->cut = field->cut || len > room;
    len = len < room ? len : room;
    memcpy(field->text + field->len, text, len);
    field->len += len;
    return 0;
}

static int read_and_scan(const struct delivery *delivery, struct json_scan *scan, char *piece,
                         struct error *error)
{
    ssize_t got;
    for (off_t at = 0; (got = spool_read_at(delivery->fd, piece, PIECE, at)) > 0; at += got)
        if (json_scan_feed(scan, piece, (size_t)got, error) != 0)
            return -1;
    if (got < 0)
        return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be read: %s", delivery->inbox->tmp,
                         strerror(errno));
    return json_scan_end(scan, error);
}

/* Scans the whole body; it is valid JSON when this returns 0. */
static int scan_body(const struct delivery *delivery, struct reading *reading, struct error *error)
{
    struct json_scan *scan = json_scan_new(members, MEMBERS, note_member, reading);
    char *piece = malloc(PIECE);
    int result = scan && piece ? read_and_scan(delivery, scan, piece, error) : error_no_memory(error);
    free(piece);
    json_scan_free(scan);
    return result;
}

static bool is_type(const struct field *field, enum json_type type)
{
    return field->is_there && field->type == type;
}

/* Whether it is a text of at most EVENT_ID_CHARS characters. */
static bool is_id(const struct field *field)
{
    return is_type(field, JSON_STRING) && !field->cut && text_chars(field->text) <= EVENT_ID_CHARS;
}

/* By the same rules as event_parse(). */
static int check_event(const struct field fields[MEMBERS], enum event_type kind, struct error *error)
{
    const struct field *audio = &fields[AUDIO];
    if (!is_type(&fields[DATA], JSON_OBJECT))
        return error_set(error, ERROR_INVALID_REQUEST, "data: an object is expected");
    if (!is_id(&fields[CONVERSATION]) || fields[CONVERSATION].len == 0)
        return error_set(error, ERROR_INVALID_REQUEST,
                         "data.conversation_id: a text of 1 to %d characters is expected", EVENT_ID_CHARS);
    if (is_type(&fields[AGENT], JSON_STRING) && !is_id(&fields[AGENT]))
        return error_set(error, ERROR_INVALID_REQUEST, "data.agent_id: at most %d characters are expected",
                         EVENT_ID_CHARS);
    if (kind == EVENT_AUDIO && audio->is_there && audio->type != JSON_STRING && audio->type != JSON_NULL)
        return error_set(error, ERROR_INVALID_REQUEST, "data.full_audio: base64 text is expected");
    return 0;
}

static int fill_receipt(const struct field fields[MEMBERS], struct receipt *receipt, struct error *error)
{
    const struct field *type = &fields[TYPE], *conversation = &fields[CONVERSATION];
    if (!is_type(type, JSON_STRING) || type->len == 0)
        return error_set(error, ERROR_INVALID_REQUEST, "type: the name of the event is expected, as text");
    size_t len = type->len;
    if (len >= sizeof receipt->type)
        for (len = sizeof receipt->type - 1; len > 0 && (type->text[len] & 0xc0) == 0x80; len--)
            ; /* a character is not cut */
    memcpy(receipt->type, type->text, len);
    receipt->kind = event_type_find(receipt->type);
    if (receipt->kind == EVENT_MACHINE && (!is_id(conversation) || conversation->len == 0))
        receipt->kind = EVENT_OTHER;
    if (is_id(conversation))
        memcpy(receipt->conversation, conversation->text, conversation->len);
    return receipt->kind == EVENT_OTHER ? 0 : check_event(fields, receipt->kind, error);
}

/* Decodes the recording. A second scan, since only after the first it is known whose it is and that it is
 * new.
 */
static int keep_recording(const struct delivery *delivery, const struct field fields[MEMBERS],
                          struct error *error)
{
    struct reading reading = {.recording = recording_begin(delivery->inbox->recordings, error)};
    if (!reading.recording)
        return -1;
    int result = scan_body(delivery, &reading, error);
    if (result == 0)
        result = recording_keep(reading.recording, fields[CONVERSATION].text,
                                event_type_is_unredacted(fields[TYPE].text), error);
    recording_close(reading.recording);
    return result;
}

/* What is kept in the inbox of an event with a recording. */
static struct delivery *write_small(struct inbox *inbox, const struct field fields[MEMBERS],
                                    struct error *error)
{
    struct buf b = BUF_INIT;
    buf_puts(&b, "{\"type\":");
    buf_json(&b, fields[TYPE].text, fields[TYPE].len);
    buf_puts(&b, ",\"data\":{\"agent_id\":");
    buf_json(&b, fields[AGENT].text, fields[AGENT].len);
    buf_puts(&b, ",\"conversation_id\":");
    buf_json(&b, fields[CONVERSATION].text, fields[CONVERSATION].len);
    buf_puts(&b, "}}");
    struct delivery *small = NULL;
    if (!b.failed)
        small = inbox_receive(inbox, error);
    else
        error_no_memory(error);
    if (small && delivery_write(small, b.data, b.len, error) != 0) {
        delivery_close(small);
        small = NULL;
    }
    buf_free(&b);
    return small;
}

/* What names an event without its content. All transcriptions of a conversation are versions of one, redacted
 * or not. */
static int make_name(enum event_type kind, const char *type, const char *conversation,
                     char name[SPOOL_NAME_DIGITS + 1], struct error *error)
{
    static const char transcription[] = "post_call_transcription";
    unsigned char hash[DIGEST_SIZE];
    struct buf text = BUF_INIT;
    if (kind == EVENT_TRANSCRIPTION)
        type = transcription;
    buf_add(&text, type, strlen(type) + 1);
    buf_puts(&text, conversation);
    bool good = !text.failed && digest_sha256(text.data, text.len, hash);
    buf_free(&text);
    if (!good)
        return error_no_memory(error);
    text_hex(hash, SPOOL_NAME_DIGITS / 2, name);
    return 0;
}

/* The second half of the name of a transcription is that of its content: one that comes again with more in it
 * is another version. */
static void add_content(char name[SPOOL_NAME_DIGITS + 1], const unsigned char content[DIGEST_SIZE])
{
    text_hex(content, SPOOL_NAME_DIGITS / 4, name + SPOOL_NAME_DIGITS / 2);
}

/*
 * Moves the synced file into new/; ACCEPTED if it is the first of its name.
 *
 * It is held until that is decided, so that no worker processes it before and a copy can be removed. If the
 * directory cannot be synced the file stays, although nothing was accepted: because of it, a copy that came
 * at the same moment may have been answered "duplicate".
 */
static int move_in(struct delivery *delivery, const char *name, enum accepted *accepted, struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    char *path = spool_path(inbox->fresh, name, EVENT_SUFFIX);
    if (!path)
        return error_no_memory(error);
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

/* The name that stands in the ledger for every version of an event, however it comes. */
static void any_version(const char *name, char any[SPOOL_NAME_DIGITS + 1])
{
    memcpy(any, name, SPOOL_NAME_DIGITS / 2);
    memset(any + SPOOL_NAME_DIGITS / 2, '0', SPOOL_NAME_DIGITS / 2);
    any[SPOOL_NAME_DIGITS] = '\0';
}

int inbox_seal(struct inbox *inbox, const char *conversation, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1], any[SPOOL_NAME_DIGITS + 1];
    if (make_name(EVENT_TRANSCRIPTION, "", conversation, name, error) != 0)
        return -1;
    any_version(name, any);
    return inbox_note(inbox, any, error);
}

/* In the ledger like an event of its own. */
static int name_machine(const char *conversation, char name[SPOOL_NAME_DIGITS + 1], struct error *error)
{
    return make_name(EVENT_OTHER, "answered by a machine", conversation, name, error);
}

int inbox_note_machine(struct inbox *inbox, const char *conversation, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1];
    return name_machine(conversation, name, error) == 0 ? inbox_note(inbox, name, error) : -1;
}

int inbox_had_machine(struct inbox *inbox, const char *conversation, bool *had, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1];
    if (name_machine(conversation, name, error) != 0)
        return -1;
    *had = ledger_find(inbox->ledger, name) == LEDGER_PRESENT;
    const char *asked = name;
    return *had || !inbox->shared ? 0 : inbox->shared->find(inbox->database, &asked, 1, had, error);
}

/*
 * Whether nothing with one of `names` is accepted: `names[0]` was accepted before, in new/ or gone from
 * there. An event in new/ counts as accepted once the directory is synced, whatever happens to the request
 * that brought it. The other names are those under which every version of it was accepted or erased.
 */
static int find_copy(struct inbox *inbox, const char *const *names, size_t count, bool *found,
                     struct error *error)
{
    char *path = spool_path(inbox->fresh, names[0], EVENT_SUFFIX);
    if (!path)
        return error_no_memory(error);
    bool waits = access(path, F_OK) == 0;
    free(path);
    *found = waits;
    for (size_t i = 0; i < count && !*found; i++)
        *found = inbox_has_failed(inbox, names[i]);
    *found = *found || ledger_find_one(inbox->ledger, names, count) == LEDGER_PRESENT;
    return waits ? spool_sync_directory(inbox->fresh, error) : 0;
}

struct version {
    const char *name;
    bool found;
};

static bool is_version(void *ctx, const struct spool_file *file)
{
    struct version *version = ctx;
    version->found = memcmp(file->name, version->name, SPOOL_NAME_DIGITS / 2) == 0;
    return !version->found;
}

int inbox_has(struct inbox *inbox, const char *type, const char *conversation, bool *has, struct error *error)
{
    char name[SPOOL_NAME_DIGITS + 1];
    struct version version = {name, false};
    if (make_name(event_type_find(type), type, conversation, name, error) != 0)
        return -1;
    if (ledger_find_any(inbox->ledger, name) == LEDGER_PRESENT) {
        *has = true;
        return 0;
    }
    int result = spool_each(inbox->fresh, EVENT_SUFFIX, true, is_version, &version, error);
    if (result == 0 && !version.found)
        result = spool_each(inbox->failed, EVENT_SUFFIX, false, is_version, &version, error);
    if (result == 0 && !version.found && inbox->shared)
        result = inbox->shared->find_any(inbox->database, name, &version.found, error);
    *has = version.found;
    return result;
}

/* When events are kept here instead, at most once a minute. */
static void log_spooling(struct inbox *inbox, const struct error *error)
{
    pthread_mutex_lock(&inbox->lock);
    int64_t now = clock_ms();
    bool due = inbox->logged_at == 0 || now - inbox->logged_at >= 60000;
    if (due)
        inbox->logged_at = now;
    pthread_mutex_unlock(&inbox->lock);
    if (due)
        log_failure(LOG_WARN, "the shared inbox is away; events are kept on this machine", error);
}

static int hand_over(const struct delivery *delivery, const char *name, const struct event_names *names,
                     enum accepted *accepted, struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    struct shared_event event = {.name = name, .others = {names->whole, names->any}, .at = clock_now()};
    bool is_new = false;
    char *bytes = spool_read(delivery->fd, inbox->tmp, &event.len, error);
    event.bytes = bytes;
    int result = bytes ? inbox->shared->accept(inbox->database, &event, &is_new, error) : -1;
    free(bytes);
    *accepted = is_new ? ACCEPTED : DUPLICATE;
    return result;
}

/* In the database, or in new/. */
static int make_durable(struct delivery *delivery, const char *name, const struct event_names *names,
                        enum accepted *accepted, struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    if (inbox->shared) {
        if (hand_over(delivery, name, names, accepted, error) == 0)
            return 0;
        if (inbox->refuses)
            return -1;
        log_spooling(inbox, error);
    }
    return spool_sync(delivery->fd, inbox->tmp, error) == 0 ? move_in(delivery, name, accepted, error) : -1;
}

static int make_safe(struct delivery *delivery, const char *name, const struct event_names *names,
                     enum accepted *accepted, struct error *error)
{
    struct inbox *inbox = delivery->inbox;
    if (make_durable(delivery, name, names, accepted, error) != 0)
        return -1;
    struct log_line line;
    log_begin(&line, LOG_DEBUG, *accepted == ACCEPTED ? "event accepted" : "duplicate event");
    log_text(&line, "event", name);
    log_end(&line);
    if (*accepted == ACCEPTED)
        inbox_wake(inbox);
    return 0;
}

/* The small event is on disk before the recording is decoded: when the disk is full, it is full now. */
static int accept_audio(struct delivery *delivery, const struct field fields[MEMBERS], const char *name,
                        enum accepted *accepted, struct error *error)
{
    static const struct event_names none;
    const struct inbox *inbox = delivery->inbox;
    bool known = false;
    /* A database that is away is met again below. */
    if (inbox->shared && inbox->shared->find(inbox->database, &name, 1, &known, NULL) == 0 && known) {
        *accepted = DUPLICATE;
        return 0;
    }
    struct delivery *small = write_small(delivery->inbox, fields, error);
    int result = -1;
    if (small && keep_recording(delivery, fields, error) == 0)
        result = make_safe(small, name, &none, accepted, error);
    delivery_close(small);
    return result;
}

/* The digest of a body. Not taken while it is scanned: of a recording it would cost much for nothing. */
static int digest_body(const struct delivery *delivery, unsigned char content[DIGEST_SIZE],
                       struct error *error)
{
    struct digest *digest = digest_begin();
    char *piece = malloc(PIECE);
    ssize_t got = digest && piece ? 1 : 0;
    bool whole = got > 0;
    for (off_t at = 0; got > 0; at += got) {
        got = spool_read_at(delivery->fd, piece, PIECE, at);
        if (got > 0)
            digest_feed(digest, piece, (size_t)got);
    }
    free(piece);
    if (!digest_end(digest, content) || !whole)
        return error_no_memory(error);
    if (got < 0)
        return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be read: %s", delivery->inbox->tmp,
                         strerror(errno));
    return 0;
}

/* The names of an event before its content is part of one. */
static int make_names(const struct receipt *receipt, char name[SPOOL_NAME_DIGITS + 1],
                      struct event_names *names, struct error *error)
{
    *names = (struct event_names){0};
    if (make_name(receipt->kind, receipt->type, receipt->conversation, name, error) != 0)
        return -1;
    if (receipt->kind == EVENT_TRANSCRIPTION) {
        names->whole = memcpy(names->text[0], name, sizeof names->text[0]);
        any_version(name, names->text[1]);
        names->any = names->text[1];
    }
    return 0;
}

void receive_names(struct inbox *inbox, int fd, const char *name, struct event_names *names)
{
    const struct delivery delivery = {.inbox = inbox, .fd = fd};
    struct reading reading = {0};
    struct receipt receipt = {.kind = EVENT_OTHER};
    char first[SPOOL_NAME_DIGITS + 1];
    struct error error;
    if (scan_body(&delivery, &reading, &error) == 0 && fill_receipt(reading.fields, &receipt, &error) == 0 &&
        make_names(&receipt, first, names, &error) == 0)
        return;
    /* What is no event becomes one that fails. */
    *names = (struct event_names){0};
    any_version(name, names->text[1]);
    names->any = names->text[1];
}

/* Gives the event its name, of which the content is a part for a transcription, and finds out whether this
 * machine has a copy. */
static int name_event(const struct delivery *delivery, const struct receipt *receipt,
                      char name[SPOOL_NAME_DIGITS + 1], struct event_names *names, bool *found,
                      struct error *error)
{
    unsigned char content[DIGEST_SIZE];
    if (make_names(receipt, name, names, error) != 0)
        return -1;
    const char *all[] = {name, names->whole, names->any};
    if (receipt->kind != EVENT_TRANSCRIPTION)
        return find_copy(delivery->inbox, all, 1, found, error);
    if (digest_body(delivery, content, error) != 0)
        return -1;
    add_content(name, content);
    return find_copy(delivery->inbox, all, 3, found, error);
}

int delivery_accept(struct delivery *delivery, struct receipt *receipt, struct error *error)
{
    struct reading reading = {0};
    char name[SPOOL_NAME_DIGITS + 1];
    struct event_names names;
    bool found = false;
    *receipt = (struct receipt){.accepted = IGNORED, .kind = EVENT_OTHER};
    if (delivery->failed || !delivery->path)
        return error_set(error, ERROR_INBOX_UNAVAILABLE, "the event could not be written to %s",
                         delivery->inbox->tmp);
    if (scan_body(delivery, &reading, error) != 0 || fill_receipt(reading.fields, receipt, error) != 0)
        return -1;
    if (receipt->kind == EVENT_OTHER)
        return 0;
    if (name_event(delivery, receipt, name, &names, &found, error) != 0)
        return -1;
    if (found) {
        receipt->accepted = DUPLICATE;
        return 0;
    }
    return receipt->kind == EVENT_AUDIO
               ? accept_audio(delivery, reading.fields, name, &receipt->accepted, error)
               : make_safe(delivery, name, &names, &receipt->accepted, error);
}
