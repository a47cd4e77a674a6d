/*
 * What the inbox reads: bodies that arrive, recordings, and its own files as a broken disk might give them
 * back. The first byte says which:
 *
 *     s  JSON, in pieces: the scanner and json_parse() have to agree about it
 *     e  an event delivered to an inbox on disk: the inbox and the event parser have to agree about it
 *     a  the base64 of a recording: however it is cut into pieces, the outcome is the same
 *     d  an event delivered to an inbox on disk and processed
 *     n  the content of a file in new/: processed, put back, searched
 *     l  the content of ledger.sqlite: events are still accepted, processed and recognised
 */
#include "base/json.h"
#include "base/log.h"
#include "inbox/inbox.h"
#include "inbox/receive.h"
#include "inbox/recordings.h"
#include "inbox/worker.h"
#include "people/event.h"

#include <ftw.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static char home[64], folder[80];

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static void clean_up(void)
{
    nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    snprintf(home, sizeof home, "%s/callmem-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(home))
        abort();
    snprintf(folder, sizeof folder, "%s/inbox", home);
    atexit(clean_up);
    return log_open("fuzz", LOG_ERROR, "/dev/null", NULL);
}

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* Lengths of pieces that follow from the bytes, so that a finding can be repeated. */
static size_t piece_of(const char *bytes, size_t left)
{
    size_t piece = 1 + (unsigned char)bytes[0] % 7;
    return piece < left ? piece : left;
}

static int deliver(struct inbox *inbox, const char *bytes, size_t len, struct receipt *receipt,
                   struct error *error)
{
    struct delivery *delivery = inbox_receive(inbox, error);
    must(delivery != NULL);
    must(delivery_write(delivery, bytes, len, error) == 0);
    int result = delivery_accept(delivery, receipt, error);
    must(result == 0 || !error_is_transient(error->code));
    delivery_close(delivery);
    return result;
}

/* The first member of each name, as the scanner reports it when it is fed in pieces. */
static const struct json_member members[] = {
    {"type", -1}, {"data", -1}, {"conversation_id", 1}, {"agent_id", 1}, {"full_audio", 1}};

#define MEMBERS (sizeof members / sizeof *members)

struct seen {
    int type[MEMBERS]; /* -1: none */
    struct buf text[MEMBERS];
};

static int note(void *ctx, int member, enum json_type type, const char *text, size_t len, struct error *error)
{
    struct seen *seen = ctx;
    (void)error;
    must((len == 0) == (seen->type[member] < 0));
    must(len == 0 || type == JSON_STRING);
    seen->type[member] = (int)type;
    buf_add(&seen->text[member], text, len);
    return 0;
}

static void expect_same(const struct seen *seen, size_t member, const cJSON *object)
{
    const cJSON *value = cJSON_GetObjectItemCaseSensitive(object, members[member].name);
    static const int types[] = {[JSON_STRING] = cJSON_String,
                                [JSON_NUMBER] = cJSON_Number,
                                [JSON_NULL] = cJSON_NULL,
                                [JSON_OBJECT] = cJSON_Object,
                                [JSON_ARRAY] = cJSON_Array};
    must((value != NULL) == (seen->type[member] >= 0));
    if (!value)
        return;
    if (seen->type[member] == JSON_BOOL)
        must(cJSON_IsBool(value));
    else
        must((value->type & 0xff) == types[seen->type[member]]);
    if (cJSON_IsString(value)) {
        size_t len = strlen(value->valuestring);
        must(len == seen->text[member].len &&
             (len == 0 || memcmp(value->valuestring, seen->text[member].data, len) == 0));
    }
}

/* The scanner and json_parse() agree about every text, however it is cut into pieces. */
static void compare_scanner(const char *bytes, size_t len)
{
    struct seen seen = {.type = {-1, -1, -1, -1, -1}};
    struct error error = {0}, parser_error = {0};
    struct json_scan *scan = json_scan_new(members, MEMBERS, note, &seen);
    must(scan != NULL);
    int result = 0;
    for (size_t at = 0; at < len && result == 0;) {
        size_t piece = piece_of(bytes + at, len - at);
        result = json_scan_feed(scan, bytes + at, piece, &error);
        at += piece;
    }
    if (result == 0)
        result = json_scan_end(scan, &error);
    json_scan_free(scan);
    cJSON *object = json_parse(bytes, len, &parser_error);
    must((result == 0) == (object != NULL));
    must(error.code == parser_error.code && strcmp(error.message, parser_error.message) == 0);
    const cJSON *data = cJSON_GetObjectItemCaseSensitive(object, "data");
    for (size_t i = 0; i < MEMBERS && object; i++)
        expect_same(&seen, i, members[i].parent < 0 ? object : cJSON_IsObject(data) ? data : NULL);
    cJSON_Delete(object);
    for (size_t i = 0; i < MEMBERS; i++)
        buf_free(&seen.text[i]);
}

static int decode(const char *bytes, size_t len, bool in_pieces)
{
    struct recording *audio = recording_begin(NULL, NULL);
    must(audio != NULL);
    int result = 0;
    for (size_t at = 0; at < len && result == 0;) {
        size_t piece = in_pieces ? piece_of(bytes + at, len - at) : len;
        result = recording_feed(audio, bytes + at, piece, NULL);
        at += piece;
    }
    if (result == 0)
        result = recording_keep(audio, "c", false, NULL);
    recording_close(audio);
    return result;
}

static int process(void *ctx, const char *bytes, size_t len, struct error *error)
{
    (void)ctx;
    struct event event;
    if (event_parse(bytes, len, &event, error) != 0)
        return -1;
    event_free(&event);
    return 0;
}

static void drain(struct inbox *inbox)
{
    size_t left = 1;
    must(inbox_drain(inbox, process, NULL, NULL, &left, NULL, NULL) == 0);
    must(left == 0);
}

/* What the inbox kept of an event. */
static int compare_kept(void *ctx, const char *bytes, size_t len, struct error *error)
{
    const struct event *event = ctx;
    struct event kept;
    must(event_parse(bytes, len, &kept, error) == 0);
    must(kept.type == event->type && strcmp(kept.conversation, event->conversation) == 0 &&
         strcmp(kept.agent, event->agent) == 0);
    event_free(&kept);
    return 0;
}

/* The inbox and event_parse() agree about every event. */
static void compare_readers(struct inbox *inbox, const char *bytes, size_t len)
{
    struct receipt receipt;
    struct event event;
    struct error error = {0}, parser_error = {0};
    int accepted = deliver(inbox, bytes, len, &receipt, &error);
    int parsed = event_parse(bytes, len, &event, &parser_error);
    /* The inbox alone looks at recordings. */
    bool audio = accepted != 0 && strstr(error.message, "full_audio");
    if (!audio) {
        must(accepted == parsed && error.code == parser_error.code);
        must(strcmp(error.message, parser_error.message) == 0);
        if (accepted == 0) {
            must(receipt.kind == event.type);
            if (receipt.kind != EVENT_OTHER) {
                size_t processed;
                must(strcmp(receipt.conversation, event.conversation) == 0);
                must(strcmp(receipt.type, event.type_name) == 0);
                must(inbox_drain(inbox, compare_kept, &event, &processed, NULL, NULL, NULL) == 0);
                must(processed == 1);
            }
        }
    }
    if (parsed == 0)
        event_free(&event);
}

static void deliver_and_process(struct inbox *inbox, const char *bytes, size_t len)
{
    struct receipt receipt;
    struct error error;
    if (deliver(inbox, bytes, len, &receipt, &error) == 0 && receipt.accepted != IGNORED) {
        must(deliver(inbox, bytes, len, &receipt, &error) == 0 && receipt.accepted == DUPLICATE);
        drain(inbox);
        must(deliver(inbox, bytes, len, &receipt, &error) == 0 && receipt.accepted == DUPLICATE);
    }
    struct inbox_status status;
    must(inbox_status(inbox, false, &status, NULL) == 0 && status.pending == 0);
}

static void write_file(const char *name, const char *bytes, size_t len)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    must(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
}

static void ignore_reason(void *ctx, const char *key, const char *reason)
{
    must(strlen(key) == 32 && reason[0]);
    ++*(int *)ctx;
}

static bool match_caller(void *ctx, const char *bytes, size_t len)
{
    struct event event;
    (void)ctx;
    if (event_parse(bytes, len, &event, NULL) != 0)
        return false;
    bool has_caller = event.caller[0] != '\0';
    event_free(&event);
    return has_caller;
}

static void process_file(struct inbox *inbox, const char *bytes, size_t len)
{
    int reasons = 0;
    write_file("new/00112233445566778899aabbccddeeff.json", bytes, len);
    write_file("failed/00112233445566778899aabbccddeeff.reason", bytes, len);
    must(inbox_erase(inbox, match_caller, NULL, NULL) >= 0);
    drain(inbox);
    must(inbox_each_failed(inbox, ignore_reason, &reasons, NULL) == 0);
    must(inbox_retry(inbox, NULL) == reasons);
    drain(inbox);
}

/* Whether SQLite finds nothing wrong with the ledger when it looks at all of it. */
static bool is_sound(void)
{
    char path[160];
    sqlite3 *db = NULL;
    sqlite3_stmt *ask = NULL;
    snprintf(path, sizeof path, "%s/ledger.sqlite", folder);
    bool sound = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
                 sqlite3_prepare_v2(db, "PRAGMA integrity_check(1)", -1, &ask, NULL) == SQLITE_OK &&
                 sqlite3_step(ask) == SQLITE_ROW &&
                 strcmp((const char *)sqlite3_column_text(ask, 0), "ok") == 0;
    sqlite3_finalize(ask);
    sqlite3_close(db);
    return sound;
}

/* The event is processed in any case. A ledger that is replaced forgets it once, and damage that SQLite does
 * not notice may hide it. */
static void live_with_ledger(const char *bytes, size_t len)
{
    static const char body[] = "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"c\"}}";
    write_file("ledger.sqlite", bytes, len);
    struct inbox *inbox = inbox_open(folder, NULL);
    struct receipt receipt = {0};
    struct error error;
    bool known = false;
    must(inbox != NULL);
    for (int time = 0; time < 3 && !known; time++) {
        must(deliver(inbox, body, sizeof body - 1, &receipt, &error) == 0);
        known = receipt.accepted == DUPLICATE;
        drain(inbox);
    }
    must(known || !is_sound());
    inbox_close(inbox);
}

/* Each input meets an inbox that nothing has happened to. */
static void on_disk(char mode, const char *bytes, size_t len)
{
    struct inbox *inbox = inbox_open(folder, NULL);
    must(inbox != NULL);
    if (mode == 'e')
        compare_readers(inbox, bytes, len);
    else if (mode == 'd')
        deliver_and_process(inbox, bytes, len);
    else if (mode == 'n')
        process_file(inbox, bytes, len);
    inbox_close(inbox);
    if (mode == 'l')
        live_with_ledger(bytes, len);
    clean_up();
    must(mkdir(home, 0700) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    /* A copy of its own length, so that a read past its end is seen. */
    size_t len = size - 1;
    char *bytes = malloc(len ? len : 1);
    must(bytes != NULL);
    memcpy(bytes, data + 1, len);
    switch (data[0]) {
    case 's':
        compare_scanner(bytes, len);
        break;
    case 'a':
        must(decode(bytes, len, true) == decode(bytes, len, false));
        break;
    case 'e':
    case 'd':
    case 'n':
    case 'l':
        on_disk((char)data[0], bytes, len);
        break;
    default:
        break;
    }
    free(bytes);
    return 0;
}
