#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "inbox/inbox.h"
#include "inbox/ledger.h"
#include "inbox/receive.h"
#include "inbox/recording_folders.h"
#include "inbox/recordings.h"
#include "inbox/schedule.h"
#include "inbox/worker.h"
#include "people/event.h"

#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A folder of its own for each test, and the inbox in it. */
static char home[64], folder[96];
static struct inbox *inbox;

/*
 * Steps: the calls by which the inbox and the databases change what is on disk. They go through here, so that
 * a test can end the program at each, let each fail, or do something else just before it.
 */
enum plan_kind { STEP_GOES_ON, STEP_KILLS, STEP_FAILS, STEP_CALLS };

static struct plan {
    enum plan_kind what;
    int left; /* steps until then */
    void (*hook)(void);
} plan;

/* What was done, a letter each: File synced, Directory synced, '>' renamed, 'x' removed. */
static struct {
    bool on;
    size_t len;
    char text[64];
} trace;

static void note_step(char letter)
{
    if (trace.on && trace.len < sizeof trace.text - 1)
        trace.text[trace.len++] = letter;
}

static void note_sync(int fd)
{
    struct stat st;
    if (trace.on && fstat(fd, &st) == 0)
        note_step(S_ISDIR(st.st_mode) ? 'D' : 'F');
}

static bool step_fails(void)
{
    if (plan.what == STEP_GOES_ON || --plan.left > 0)
        return false;
    enum plan_kind what = plan.what;
    plan.what = STEP_GOES_ON;
    if (what == STEP_KILLS)
        raise(SIGKILL);
    if (what == STEP_CALLS)
        plan.hook();
    errno = EIO;
    return what == STEP_FAILS;
}

int fsync(int fd)
{
    note_sync(fd);
    return step_fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd)
{
    note_sync(fd);
    return step_fails() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

int unlink(const char *path)
{
    note_step('x');
    return step_fails() ? -1 : (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rename(const char *from, const char *to)
{
    note_step('>');
    return step_fails() ? -1 : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags)
{
    note_step('>');
    return step_fails() ? -1 : (int)syscall(SYS_renameat2, from_directory, from, to_directory, to, flags);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    return step_fails() ? -1 : syscall(SYS_write, fd, bytes, len);
}

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

static int begin(void **state)
{
    (void)state;
    /* In memory where there is such a place: thousands of syncs would measure the disk. */
    snprintf(home, sizeof home, "%s/callmem-inbox-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    if (!mkdtemp(home))
        return -1;
    snprintf(folder, sizeof folder, "%s/state/inbox", home);
    inbox = inbox_open(folder, NULL);
    return inbox ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    inbox_close(inbox);
    return nftw(home, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

/* Starts over, as after the end of the program. */
static void reopen(void)
{
    inbox_close(inbox);
    inbox = inbox_open(folder, NULL);
    assert_non_null(inbox);
}

static const char *below(const char *part)
{
    static char path[4][256];
    static unsigned turn;
    char *out = path[turn++ % 4];
    snprintf(out, sizeof path[0], "%s/%s", folder, part);
    return out;
}

/* How many files of a folder end in `suffix`; `name` (may be NULL) gets the name of one of them. */
static size_t files_in(const char *directory, const char *suffix, char *name)
{
    DIR *dir = opendir(directory);
    assert_non_null(dir);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name), end_len = strlen(suffix);
        if (entry->d_name[0] == '.' || len < end_len || strcmp(entry->d_name + len - end_len, suffix) != 0)
            continue;
        count++;
        if (name)
            snprintf(name, 256, "%s", entry->d_name);
    }
    closedir(dir);
    return count;
}

static size_t count(const char *part, const char *suffix)
{
    return files_in(below(part), suffix, NULL);
}

static char *content(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    struct buf b = BUF_INIT;
    char piece[4096];
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add(&b, piece, got);
    fclose(file);
    *len = b.len;
    buf_puts(&b, "");
    char *text = buf_take(&b);
    assert_non_null(text);
    return text;
}

/* Receives a body in pieces and accepts it. */
static int deliver_bytes(struct inbox *to, const char *body, size_t len, struct receipt *receipt,
                         struct error *error)
{
    struct delivery *delivery = inbox_receive(to, error);
    if (!delivery)
        return -1;
    int result = 0;
    for (size_t at = 0; at < len && result == 0; at += 1000)
        result = delivery_write(delivery, body + at, len - at < 1000 ? len - at : 1000, error);
    if (result == 0)
        result = delivery_accept(delivery, receipt, error);
    delivery_close(delivery);
    return result;
}

static int deliver(struct inbox *to, const char *body, struct receipt *receipt, struct error *error)
{
    return deliver_bytes(to, body, strlen(body), receipt, error);
}

static char *event_of(const char *conversation, char out[512])
{
    snprintf(out, 512,
             "{\"type\":\"post_call_transcription\",\"event_timestamp\":1772446021,\"data\":{"
             "\"agent_id\":\"agent_1\",\"conversation_id\":\"%s\",\"user_id\":\"%s\",\"transcript\":[]}}",
             conversation, conversation);
    return out;
}

static enum accepted accept_one(struct inbox *to, const char *conversation)
{
    char body[512];
    struct receipt receipt;
    struct error error = {0};
    if (deliver(to, event_of(conversation, body), &receipt, &error) != 0)
        fail_msg("%s: %s", conversation, error.message);
    assert_string_equal(receipt.conversation, conversation);
    return receipt.accepted;
}

static bool wait_for(bool (*holds)(void *ctx), void *ctx)
{
    struct timespec pause = {0, 5000000};
    for (int i = 0; i < 12000; i++) {
        if (holds(ctx))
            return true;
        nanosleep(&pause, NULL);
    }
    return false;
}

static bool is_empty(void *ctx)
{
    (void)ctx;
    return count("new", ".json") == 0;
}

/* Work that notes what it saw. */
struct diary {
    pthread_mutex_t lock;
    struct buf text; /* "conversation " for each */
    atomic_int times;
    enum error_code failure; /* ERROR_NONE: it succeeds */
};

#define DIARY                                                                                                \
    {                                                                                                        \
        PTHREAD_MUTEX_INITIALIZER, BUF_INIT, 0, ERROR_NONE                                                   \
    }

static int note(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct diary *diary = ctx;
    struct event event;
    if (event_parse(bytes, len, &event, error) != 0)
        return -1;
    pthread_mutex_lock(&diary->lock);
    buf_printf(&diary->text, "%s ", event.conversation);
    pthread_mutex_unlock(&diary->lock);
    event_free(&event);
    diary->times++;
    return diary->failure ? error_set(error, diary->failure, "made up \"reason\"") : 0;
}

/* What it noted so far, while a worker may still be writing. */
static void expect_noted(struct diary *diary, const char *text)
{
    pthread_mutex_lock(&diary->lock);
    bool same = strcmp(buf_text(&diary->text), text) == 0;
    pthread_mutex_unlock(&diary->lock);
    assert_true(same);
}

static void drain(struct diary *diary, size_t processed, size_t left, size_t failed)
{
    size_t counts[3];
    struct error error = {0};
    if (inbox_drain(inbox, note, diary, &counts[0], &counts[1], &counts[2], &error) != 0)
        fail_msg("%s", error.message);
    assert_int_equal(counts[0], processed);
    assert_int_equal(counts[1], left);
    assert_int_equal(counts[2], failed);
}

/* Accepting */

static void keeps_what_it_accepts_byte_for_byte(void **state)
{
    (void)state;
    char body[512], name[256];
    struct stat st;
    assert_int_equal(accept_one(inbox, "conv_1"), ACCEPTED);
    assert_int_equal(files_in(below("new"), ".json", name), 1);
    assert_int_equal(count("tmp", ""), 0);
    char full[400];
    snprintf(full, sizeof full, "%s/new/%s", folder, name);
    size_t len;
    char *kept = content(full, &len);
    event_of("conv_1", body);
    assert_int_equal(len, strlen(body));
    assert_memory_equal(kept, body, len);
    free(kept);
    assert_int_equal(stat(full, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(stat(folder, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_null(strstr(name, "conv"));
}

static enum accepted accept_version(struct inbox *to, const char *type, const char *conversation,
                                    const char *more)
{
    char body[512];
    struct receipt receipt;
    struct error error = {0};
    snprintf(body, sizeof body, "{\"type\":\"%s\",\"data\":{\"conversation_id\":\"%s\"%s}}", type,
             conversation, more);
    if (deliver(to, body, &receipt, &error) != 0)
        fail_msg("%s: %s", body, error.message);
    return receipt.accepted;
}

static bool is_known(const char *conversation)
{
    struct error error = {0};
    bool has;
    assert_int_equal(inbox_has(inbox, "post_call_transcription", conversation, &has, &error), 0);
    return has;
}

static void another_version_of_an_event_is_accepted(void **state)
{
    (void)state;
    static const char transcription[] = "post_call_transcription";
    struct diary diary = DIARY;
    struct error error = {0};
    assert_false(is_known("conv_1"));
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ""), ACCEPTED);
    assert_true(is_known("conv_1"));
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ",\"analysis\":{}"), ACCEPTED);
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ",\"analysis\":{}"), DUPLICATE);
    assert_int_equal(accept_version(inbox, "post_call_transcription_unredacted", "conv_1", ""), ACCEPTED);
    assert_int_equal(accept_version(inbox, "call_initiation_failure", "conv_1", ""), ACCEPTED);
    assert_int_equal(accept_version(inbox, "call_initiation_failure", "conv_1", ",\"a\":1"), DUPLICATE);
    drain(&diary, 4, 0, 0);
    assert_true(is_known("conv_1"));
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ""), DUPLICATE);
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ",\"analysis\":{}"), DUPLICATE);
    /* Whose caller was erased does not come back, in any version. */
    assert_int_equal(inbox_seal(inbox, "conv_1", &error), 0);
    assert_int_equal(accept_version(inbox, transcription, "conv_1", ",\"analysis\":{\"a\":1}"), DUPLICATE);
    assert_int_equal(accept_version(inbox, transcription, "conv_2", ""), ACCEPTED);
    drain(&diary, 1, 0, 0);
    buf_free(&diary.text);
}

static void knows_duplicates_while_they_wait_and_after(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    assert_int_equal(accept_one(inbox, "conv_1"), ACCEPTED);
    assert_int_equal(accept_one(inbox, "conv_1"), DUPLICATE);
    assert_int_equal(accept_one(inbox, "conv_2"), ACCEPTED);
    drain(&diary, 2, 0, 0);
    assert_int_equal(accept_one(inbox, "conv_1"), DUPLICATE);
    reopen();
    assert_int_equal(accept_one(inbox, "conv_2"), DUPLICATE);
    assert_int_equal(count("new", ".json"), 0);
    drain(&diary, 0, 0, 0);
    buf_free(&diary.text);
}

static bool has(const char *type, const char *conversation)
{
    struct error error = {0};
    bool found = true;
    assert_int_equal(inbox_has(inbox, type, conversation, &found, &error), 0);
    return found;
}

static void tells_what_it_has_without_a_body(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    assert_false(has("post_call_transcription", "conv_1"));
    assert_int_equal(accept_one(inbox, "conv_1"), ACCEPTED);
    assert_true(has("post_call_transcription", "conv_1"));
    assert_false(has("post_call_audio", "conv_1"));
    assert_false(has("post_call_transcription", "conv_2"));
    diary.failure = ERROR_INVALID_REQUEST;
    drain(&diary, 0, 0, 1);
    assert_true(has("post_call_transcription", "conv_1"));
    diary.failure = ERROR_NONE;
    assert_int_equal(inbox_retry(inbox, NULL), 1);
    drain(&diary, 1, 0, 0);
    assert_true(has("post_call_transcription", "conv_1"));
    buf_free(&diary.text);
}

static void tells_the_types_of_one_call_apart(void **state)
{
    (void)state;
    struct receipt receipt;
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    assert_int_equal(deliver(inbox,
                             "{\"type\":\"call_initiation_failure\",\"data\":{\"conversation_id\":\"c\"}}",
                             &receipt, NULL),
                     0);
    assert_int_equal(receipt.accepted, ACCEPTED);
    assert_int_equal(receipt.kind, EVENT_FAILURE);
    assert_string_equal(receipt.type, "call_initiation_failure");
    assert_int_equal(count("new", ".json"), 2);
}

static void ignores_other_types(void **state)
{
    (void)state;
    struct receipt receipt;
    assert_int_equal(
        deliver(inbox, "{\"type\":\"voice_removal_notice\",\"data\":{\"voice_id\":\"v\"}}", &receipt, NULL),
        0);
    assert_int_equal(receipt.accepted, IGNORED);
    assert_string_equal(receipt.type, "voice_removal_notice");
    assert_string_equal(receipt.conversation, "");
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("tmp", ""), 0);
}

static void refuses_what_is_no_event(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum error_code code;
        const char *names;
    } table[] = {
        {"", ERROR_INVALID_JSON, ""},
        {"{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\"", ERROR_INVALID_JSON, ""},
        {"[1]", ERROR_INVALID_JSON, "object"},
        {"{\"type\":\"post_call_audio\xff\"}", ERROR_INVALID_JSON, "UTF-8"},
        {"{}", ERROR_INVALID_REQUEST, "type"},
        {"{\"type\":7}", ERROR_INVALID_REQUEST, "type"},
        {"{\"type\":\"post_call_audio\"}", ERROR_INVALID_REQUEST, "data"},
        {"{\"type\":\"post_call_audio\",\"data\":[{\"conversation_id\":\"c\"}]}", ERROR_INVALID_REQUEST,
         "data"},
        {"{\"type\":\"post_call_audio\",\"data\":{}}", ERROR_INVALID_REQUEST, "data.conversation_id"},
        {"{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"\"}}", ERROR_INVALID_REQUEST,
         "data.conversation_id"},
        {"{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\",\"full_audio\":5}}",
         ERROR_INVALID_REQUEST, "data.full_audio"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct receipt receipt;
        struct error error = {0};
        assert_int_equal(deliver(inbox, table[i].body, &receipt, &error), -1);
        assert_int_equal(error.code, table[i].code);
        assert_non_null(strstr(error.message, table[i].names));
    }
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("tmp", ""), 0);
}

static void bounds_the_conversation_id_in_characters(void **state)
{
    (void)state;
    char id[1100], body[1400];
    struct receipt receipt;
    struct error error = {0};
    id[0] = '\0';
    for (int i = 0; i < 256; i++)
        strcat(id, "\xf0\x9f\x98\x80");
    snprintf(body, sizeof body,
             "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"%s\"}}", id);
    assert_int_equal(deliver(inbox, body, &receipt, &error), 0);
    assert_string_equal(receipt.conversation, id);
    strcat(id, "x");
    snprintf(body, sizeof body,
             "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"%s\"}}", id);
    assert_int_equal(deliver(inbox, body, &receipt, &error), -1);
    assert_int_equal(error.code, ERROR_INVALID_REQUEST);
}

/* Events that are easy to get wrong. What the inbox makes of them has to be what event_parse() makes of them.
 */
static void reads_events_as_the_parser_does(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"data\":{\"conversation_id\":\"after\"},\"type\":\"post_call_transcription\"}",
        "{\"type\":\"post_call_transcription\",\"type\":\"other\",\"data\":{\"conversation_id\":\"twice\"}}",
        "{\"type\":null,\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"null first\"}}",
        "{\"type\":{},\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"object first\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":{},\"data\":{\"conversation_id\":\"second data\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":[],\"data\":{\"conversation_id\":\"list first\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"a\",\"conversation_id\":\"b\"}"
        "}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":{\"conversation_id\":\"in\"}}}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"x\":{\"conversation_id\":\"in\"},"
        "\"conversation_id\":\"out\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"x\":[{\"conversation_id\":\"in\"}]}}",
        "{\"type\":\"post_call_transcription\",\"conversation_id\":\"above\",\"data\":{}}",
        "{\"type\":\"post_call_transcription\",\"data.conversation_id\":\"dotted\",\"data\":{}}",
        "{\"\":{\"type\":\"post_call_transcription\"},\"data\":{\"conversation_id\":\"under nothing\"}}",
        "{\"x\":{\"data\":{\"conversation_id\":\"deep\"}},\"type\":\"post_call_transcription\"}",
        "{\"x\":[\"type\",\"data\"],\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"l\"}"
        "}",
        "{\"x\":\"\\\"type\\\":\\\"y\\\"\",\"type\":\"post_call_transcription\",\"data\":{\"conversation_"
        "id\":\"q\"}}",
        "{\"t\\u0079pe\":\"post_call\\u005ftranscription\",\"d\\u0061ta\":{\"conversation\\u005fid\":"
        "\"\\u00e9\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"\\ud83d\\ude00 \\ud83d "
        "\\u0000\"}}",
        "{\"type\\u0000\":\"x\",\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"nul\"}}",
        "{\"Type\":\"x\",\"type\":\"post_call_transcription\",\"Data\":1,\"data\":{\"conversation_id\":"
        "\"case\"}}",
        " {\n\"type\" :\t\"post_call_transcription\" , \"data\" : { \"conversation_id\" : \"blanks\" } } ",
        "{\"type\":\"\",\"data\":{\"conversation_id\":\"c\"}}",
        "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"c\",\"agent_id\":[]}}",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        struct receipt receipt;
        struct error error = {0}, parser_error = {0};
        struct event event;
        int parsed = event_parse(bodies[i], strlen(bodies[i]), &event, &parser_error);
        int accepted = deliver(inbox, bodies[i], &receipt, &error);
        if (parsed != accepted)
            fail_msg("%s: %s / %s", bodies[i], parser_error.message, error.message);
        assert_int_equal(error.code, parser_error.code);
        if (parsed != 0)
            continue;
        assert_int_equal(receipt.kind, event.type);
        if (event.type != EVENT_OTHER)
            assert_string_equal(receipt.conversation, event.conversation);
        event_free(&event);
    }
}

static void cuts_a_long_type_at_a_character(void **state)
{
    (void)state;
    struct buf b = BUF_INIT;
    struct receipt receipt;
    buf_puts(&b, "{\"type\":\"x");
    for (int i = 0; i < 2000; i++)
        buf_puts(&b, i % 2 ? "\\u00e9" : "\xc3\xa9");
    buf_puts(&b, "\"}");
    assert_int_equal(deliver_bytes(inbox, b.data, b.len, &receipt, NULL), 0);
    buf_free(&b);
    assert_int_equal(receipt.accepted, IGNORED);
    assert_int_equal(strlen(receipt.type), 63);
    assert_memory_equal(receipt.type, "x\xc3\xa9\xc3\xa9", 5);
}

static void leaves_nothing_of_what_was_not_accepted(void **state)
{
    (void)state;
    char body[512];
    struct error error;
    struct delivery *delivery = inbox_receive(inbox, &error);
    assert_non_null(delivery);
    event_of("cut", body);
    assert_int_equal(delivery_write(delivery, body, strlen(body) / 2, &error), 0);
    assert_int_equal(count("tmp", ""), 1);
    size_t len;
    char *text = delivery_text(delivery, 10, &len);
    assert_int_equal(len, 10);
    assert_memory_equal(text, body, 10);
    free(text);
    delivery_close(delivery);
    assert_int_equal(count("tmp", ""), 0);
    assert_int_equal(count("new", ""), 0);
}

static void shows_the_body_even_when_it_is_processed_already(void **state)
{
    (void)state;
    char body[512];
    struct diary diary = DIARY;
    struct receipt receipt;
    struct delivery *delivery = inbox_receive(inbox, NULL);
    event_of("quick", body);
    assert_int_equal(delivery_write(delivery, body, strlen(body), NULL), 0);
    assert_int_equal(delivery_accept(delivery, &receipt, NULL), 0);
    drain(&diary, 1, 0, 0);
    size_t len;
    char *text = delivery_text(delivery, 100000, &len);
    assert_string_equal(text, body);
    assert_int_equal(len, strlen(body));
    free(text);
    delivery_close(delivery);
    buf_free(&diary.text);
}

/* Audio */

static const char mp3[] =
    "ID3\x04\x00\x00\x00\x00\x00\x23TSSE\x00\x00\x00\x0f\xff\xfb\x90\x64 not really music";
static const char mp3_base64[] = "SUQzBAAAAAAAI1RTU0UAAAAP//uQZCBub3QgcmVhbGx5IG11c2lj";

static void keep_audio_in(char directory[128])
{
    snprintf(directory, 128, "%s/audio/of calls", home);
    assert_int_equal(inbox_keep_audio(inbox, directory, NULL), 0);
}

static void expect_recording(const char *directory, const char *conversation)
{
    char *path = recording_path(directory, conversation);
    assert_non_null(path);
    size_t len;
    struct stat st;
    char *kept = content(path, &len);
    assert_int_equal(len, sizeof mp3 - 1);
    assert_memory_equal(kept, mp3, len);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    free(kept);
    free(path);
}

static void keeps_the_recording_wherever_it_stands(void **state)
{
    (void)state;
    char directory[128], body[512], conversation[16], path[20];
    keep_audio_in(directory);
    for (int i = 0; i < 2; i++) {
        struct receipt receipt;
        struct error error = {0};
        snprintf(conversation, sizeof conversation, "conv%d", i);
        if (i == 0)
            snprintf(
                body, sizeof body,
                "{\"type\":\"post_call_audio\",\"data\":{\"agent_id\":\"a\",\"conversation_id\":\"../%s\","
                "\"full_audio\":\"%s\"}}",
                conversation, mp3_base64);
        else
            snprintf(body, sizeof body,
                     "{\"data\":{\"full_audio\":\"%s\",\"agent_id\":\"a\",\"conversation_id\":\"../%s\"},"
                     "\"type\":\"post_call_audio\"}",
                     mp3_base64, conversation);
        if (deliver(inbox, body, &receipt, &error) != 0)
            fail_msg("%s", error.message);
        assert_int_equal(receipt.accepted, ACCEPTED);
        assert_int_equal(receipt.kind, EVENT_AUDIO);
        snprintf(path, sizeof path, "../%s", conversation);
        expect_recording(directory, path);
    }
    assert_int_equal(files_in(directory, "", NULL), 2);
    assert_int_equal(recording_remove(directory, "../conv0", NULL), 1);
    assert_int_equal(recording_remove(directory, "../conv0", NULL), 0);
    assert_int_equal(files_in(directory, "", NULL), 1);
}

static int deliver_audio(const char *type, const char *audio)
{
    char body[512];
    struct receipt receipt;
    snprintf(body, sizeof body,
             "{\"type\":\"%s\",\"data\":{\"conversation_id\":\"c\",\"full_audio\":\"%s\"}}", type, audio);
    return deliver(inbox, body, &receipt, NULL) == 0 && receipt.accepted == ACCEPTED ? 0 : -1;
}

/* Whichever comes first. */
static void prefers_the_recording_that_is_not_redacted(void **state)
{
    (void)state;
    char directory[128];
    keep_audio_in(directory);
    assert_int_equal(deliver_audio("post_call_audio", "UkVEQUNURUQ="), 0);
    assert_int_equal(deliver_audio("post_call_audio_unredacted", mp3_base64), 0);
    expect_recording(directory, "c");
    assert_int_equal(deliver_audio("unredacted_audio", mp3_base64), 0);
    struct diary diary = DIARY;
    drain(&diary, 3, 0, 0);
    buf_free(&diary.text);
    assert_int_equal(recording_remove(directory, "c", NULL), 1);
    assert_int_equal(files_in(directory, "", NULL), 0); /* nothing stays beside it */
}

static void keeps_no_redacted_recording_after_the_whole_one(void **state)
{
    (void)state;
    char directory[128];
    keep_audio_in(directory);
    assert_int_equal(deliver_audio("unredacted_audio", mp3_base64), 0);
    assert_int_equal(deliver_audio("post_call_audio", "UkVEQUNURUQ="), 0);
    expect_recording(directory, "c");
}

static void deletes_recordings_by_age(void **state)
{
    (void)state;
    char directory[128], other[160], missing[160];
    struct error error = {0};
    struct timespec then[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    size_t removed = 9;
    keep_audio_in(directory);
    assert_int_equal(deliver_audio("unredacted_audio", mp3_base64), 0);
    char *path = recording_path(directory, "c");
    snprintf(other, sizeof other, "%s/holiday.mp3", directory);
    close(open(other, O_WRONLY | O_CREAT, 0600));
    assert_int_equal(utimensat(AT_FDCWD, path, then, 0), 0);
    assert_int_equal(utimensat(AT_FDCWD, other, then, 0), 0);
    assert_int_equal(recordings_expire(directory, 1000, false, &removed, &error), 0);
    assert_int_equal(removed, 0);
    assert_int_equal(recordings_expire(directory, 1001, true, &removed, &error), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(recordings_expire(directory, 1001, false, &removed, &error), 0);
    assert_int_equal(removed, 1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(files_in(directory, "", NULL), 1); /* what is no recording of callmem's */
    assert_int_equal(access(other, F_OK), 0);
    snprintf(missing, sizeof missing, "%s/none", directory);
    assert_int_equal(recordings_expire(missing, 1001, false, &removed, &error), 0);
    assert_int_equal(removed, 0);
    free(path);
}

static void expect_folders(const char *current, const char *wanted)
{
    struct recording_folders folders;
    struct error error = {0};
    struct buf all = BUF_INIT;
    assert_int_equal(recording_folders_read(home, current, &folders, &error), 0);
    for (size_t i = 0; i < folders.count; i++)
        buf_printf(&all, "%s;", folders.paths[i]);
    buf_puts(&all, "");
    assert_string_equal(all.len ? buf_text(&all) : "", wanted);
    buf_free(&all);
    recording_folders_free(&folders);
}

static void remembers_where_recordings_were_kept(void **state)
{
    (void)state;
    struct error error = {0};
    char path[128];
    expect_folders("", "");
    expect_folders("/srv/a", "/srv/a;");
    assert_int_equal(recording_folders_add(home, "/srv/a", &error), 0);
    assert_int_equal(recording_folders_add(home, "/srv/b b", &error), 0);
    assert_int_equal(recording_folders_add(home, "/srv/a", &error), 0);
    expect_folders("", "/srv/a;/srv/b b;");
    expect_folders("/srv/b b", "/srv/b b;/srv/a;");
    /* A crash in the middle of a line. */
    snprintf(path, sizeof path, "%s/" RECORDING_FOLDERS_FILE, home);
    int fd = open(path, O_WRONLY | O_APPEND);
    assert_int_equal(write(fd, "/srv", 4), 4);
    close(fd);
    expect_folders("", "/srv/a;/srv/b b;");
    assert_int_equal(recording_folders_add(home, "/srv/c", &error), 0);
    expect_folders("", "/srv/a;/srv/b b;/srv/c;");
    assert_int_equal(recording_folders_add("/nowhere/at/all", "/srv/c", &error), -1);
    assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
}

static void drops_a_recording_by_the_hash_of_its_call(void **state)
{
    (void)state;
    char directory[128];
    keep_audio_in(directory);
    assert_int_equal(deliver_audio("unredacted_audio", mp3_base64), 0);
    /* SHA-256 of "c". */
    const char *hash = "2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6";
    assert_int_equal(recording_remove_hashed(directory, hash, NULL), 1);
    assert_int_equal(recording_remove_hashed(directory, hash, NULL), 0);
    assert_int_equal(files_in(directory, "", NULL), 0);
}

static void knows_whose_calls_machines_answered(void **state)
{
    (void)state;
    static const char *const nameless[] = {
        "{\"type\":\"answering_machine_detection\",\"data\":{\"call_sid\":\"CA1\"}}",
        "{\"type\":\"answering_machine_detection\",\"data\":{\"conversation_id\":7}}",
        "{\"type\":\"answering_machine_detection\"}"};
    struct receipt receipt;
    bool had = true;
    for (size_t i = 0; i < sizeof nameless / sizeof *nameless; i++) {
        assert_int_equal(deliver(inbox, nameless[i], &receipt, NULL), 0);
        assert_int_equal(receipt.accepted, IGNORED);
    }
    assert_int_equal(
        deliver(inbox, "{\"type\":\"answering_machine_detection\",\"data\":{\"conversation_id\":\"c\"}}",
                &receipt, NULL),
        0);
    assert_int_equal(receipt.accepted, ACCEPTED);
    assert_int_equal(inbox_had_machine(inbox, "c", &had, NULL), 0);
    assert_false(had); /* what came is not what it says */
    assert_int_equal(inbox_note_machine(inbox, "c", NULL), 0);
    assert_int_equal(inbox_had_machine(inbox, "c", &had, NULL), 0);
    assert_true(had);
    assert_int_equal(inbox_had_machine(inbox, "d", &had, NULL), 0);
    assert_false(had);
}

static void takes_base64_however_json_writes_it(void **state)
{
    (void)state;
    char directory[128];
    struct receipt receipt;
    struct error error = {0};
    keep_audio_in(directory);
    const char *body = "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\",\"full_audio\":\""
                       "SUQzBAAAAAAAI1RTU0UAAAAP\\/\\u002FuQZCBub3QgcmVh\\nbGx5IG11c2lj\"}}";
    if (deliver(inbox, body, &receipt, &error) != 0)
        fail_msg("%s", error.message);
    expect_recording(directory, "c");
}

static void hands_only_the_small_event_on(void **state)
{
    (void)state;
    char directory[128], body[512], name[256], path[400];
    struct receipt receipt;
    keep_audio_in(directory);
    for (int round = 0; round < 2; round++) {
        snprintf(
            body, sizeof body,
            "{\"type\":\"post_call_audio\",\"data\":{\"agent_id\":\"a\\\"b\",\"conversation_id\":\"c%d\","
            "\"full_audio\":\"%s\",\"more\":{\"conversation_id\":\"x\"}}}",
            round, mp3_base64);
        assert_int_equal(deliver(inbox, body, &receipt, NULL), 0);
        assert_int_equal(receipt.accepted, ACCEPTED);
        assert_int_equal(files_in(below("new"), ".json", name), 1);
        snprintf(path, sizeof path, "%s/new/%s", folder, name);
        size_t len;
        char *kept = content(path, &len);
        char expected[128];
        snprintf(
            expected, sizeof expected,
            "{\"type\":\"post_call_audio\",\"data\":{\"agent_id\":\"a\\\"b\",\"conversation_id\":\"c%d\"}}",
            round);
        assert_string_equal(kept, expected);
        free(kept);
        struct diary diary = DIARY;
        drain(&diary, 1, 0, 0);
        buf_free(&diary.text);
        assert_int_equal(deliver(inbox, body, &receipt, NULL), 0);
        assert_int_equal(receipt.accepted, DUPLICATE);
        /* The second round is without a directory: dropped. */
        assert_int_equal(files_in(directory, "", NULL), 1);
        assert_int_equal(inbox_keep_audio(inbox, "", NULL), 0);
    }
    assert_int_equal(count("tmp", ""), 0);
}

static void refuses_recordings_that_are_no_base64(void **state)
{
    (void)state;
    static const char *const wrong[] = {"A",          "AB",   "ABC",      "ABCDE",   "AB=C",
                                        "A===",       "=",    "AB==AAAA", "AB-_",    "AAAA-",
                                        "AA\\u0000=", "AA*A", "\xc3\xa9", "AAA\\\\", "AAAA\\u00e9"};
    char directory[128], body[512];
    keep_audio_in(directory);
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
            struct receipt receipt;
            struct error error = {0};
            snprintf(
                body, sizeof body,
                "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\",\"full_audio\":\"%s\"}}",
                wrong[i]);
            if (deliver(inbox, body, &receipt, &error) == 0)
                fail_msg("%s was taken", wrong[i]);
            assert_int_equal(error.code, ERROR_INVALID_REQUEST);
            assert_non_null(strstr(error.message, "data.full_audio"));
        }
        assert_int_equal(inbox_keep_audio(inbox, NULL, NULL), 0);
    }
    assert_int_equal(files_in(directory, "", NULL), 0);
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("tmp", ""), 0);
}

static void takes_an_audio_event_without_audio(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"absent\"}}",
        "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"null\",\"full_audio\":null}}",
        "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"empty\",\"full_audio\":\"\"}}",
    };
    char directory[128];
    keep_audio_in(directory);
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct receipt receipt;
        assert_int_equal(deliver(inbox, forms[i], &receipt, NULL), 0);
        assert_int_equal(receipt.accepted, ACCEPTED);
    }
    assert_int_equal(files_in(directory, "", NULL), 0);
}

static void says_when_recordings_have_no_place(void **state)
{
    (void)state;
    char directory[128], away[160], body[512];
    struct receipt receipt;
    struct error error = {0};
    keep_audio_in(directory);
    snprintf(away, sizeof away, "%s.away", directory);
    assert_int_equal(rename(directory, away), 0);
    snprintf(body, sizeof body,
             "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\",\"full_audio\":\"%s\"}}",
             mp3_base64);
    assert_int_equal(deliver(inbox, body, &receipt, &error), -1);
    assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
    assert_non_null(strstr(error.message, directory));
    assert_int_equal(inbox_check(inbox, &error), -1);
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(rename(away, directory), 0);
    assert_int_equal(inbox_check(inbox, &error), 0);
    assert_int_equal(deliver(inbox, body, &receipt, &error), 0);
    expect_recording(directory, "c");
}

static long peak_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

static void holds_no_recording_in_memory(void **state)
{
    (void)state;
    enum { PIECE = 48000, PIECES = 400 };
    char directory[128];
    struct receipt receipt;
    struct error error = {0};
    char *piece = malloc(PIECE);
    assert_non_null(piece);
    memset(piece, 'Q', PIECE);
    keep_audio_in(directory);
    const char *head = "{\"data\":{\"full_audio\":\"", *tail = "\",\"conversation_id\":\"long\"},"
                                                               "\"type\":\"post_call_audio\"}";
    /* The first one warms up whatever is warmed up once. */
    assert_int_equal(deliver(inbox,
                             "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"c\","
                             "\"full_audio\":\"QQ==\"}}",
                             &receipt, &error),
                     0);
    long before = peak_kib();
    struct delivery *delivery = inbox_receive(inbox, &error);
    assert_int_equal(delivery_write(delivery, head, strlen(head), &error), 0);
    for (int i = 0; i < PIECES; i++)
        assert_int_equal(delivery_write(delivery, piece, PIECE, &error), 0);
    assert_int_equal(delivery_write(delivery, tail, strlen(tail), &error), 0);
    assert_int_equal(delivery_accept(delivery, &receipt, &error), 0);
    delivery_close(delivery);
    assert_true(peak_kib() - before < 4096);
    char *path = recording_path(directory, "long");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, PIECE / 4 * 3 * PIECES);
    free(path);
    free(piece);
}

/* Working off */

static void processes_what_another_process_accepted(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    assert_non_null(worker);
    struct inbox *other = inbox_open(folder, NULL);
    assert_int_equal(accept_one(other, "from outside"), ACCEPTED);
    assert_true(wait_for(is_empty, NULL));
    assert_int_equal(accept_one(inbox, "from inside"), ACCEPTED);
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    inbox_close(other);
    assert_string_equal(buf_text(&diary.text), "from outside from inside ");
    assert_int_equal(count("new", ""), 0);
    buf_free(&diary.text);
}

static void processes_the_oldest_first(void **state)
{
    (void)state;
    static const char *const order[] = {"a", "b", "c", "d", "e"};
    struct diary diary = DIARY;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(accept_one(inbox, order[i]), ACCEPTED);
    /* As old as their letters say, whatever the clock of the file system can tell apart. */
    DIR *dir = opendir(below("new"));
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        char path[400];
        size_t len;
        snprintf(path, sizeof path, "%s/new/%s", folder, entry->d_name);
        char *text = content(path, &len);
        char letter = strstr(text, "conversation_id")[18];
        struct timespec times[2] = {{1000 + letter, 0}, {1000 + letter, 0}};
        assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
        free(text);
    }
    closedir(dir);
    struct inbox_status status;
    assert_int_equal(inbox_status(inbox, true, &status, NULL), 0);
    assert_int_equal(status.pending, 5);
    assert_int_equal(status.oldest, 1000 + 'a');
    assert_int_equal(status.done, 0);
    drain(&diary, 5, 0, 0);
    assert_string_equal(buf_text(&diary.text), "a b c d e ");
    buf_free(&diary.text);
    assert_int_equal(inbox_status(inbox, true, &status, NULL), 0);
    assert_int_equal(status.pending, 0);
    assert_int_equal(status.oldest, 0);
    assert_int_equal(status.done, 5);
}

/* One event has to wait three times; everything else works. */
struct stubborn {
    atomic_int refusals, others;
};

static int refuse_first(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct stubborn *stubborn = ctx;
    (void)len;
    if (!strstr(bytes, "stubborn")) {
        stubborn->others++;
        return 0;
    }
    if (stubborn->refusals == 3)
        return 0;
    stubborn->refusals++;
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "the memory is locked");
}

static bool others_are_done(void *ctx)
{
    return ((struct stubborn *)ctx)->others == 20;
}

static void tries_again_and_goes_on_with_others_meanwhile(void **state)
{
    (void)state;
    struct stubborn stubborn = {0, 0};
    char name[16];
    assert_int_equal(accept_one(inbox, "stubborn"), ACCEPTED);
    struct inbox_worker *worker = inbox_worker_start(inbox, refuse_first, NULL, NULL, &stubborn, NULL);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "c%d", i);
        assert_int_equal(accept_one(inbox, name), ACCEPTED);
    }
    assert_true(wait_for(others_are_done, &stubborn));
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    assert_int_equal(stubborn.refusals, 3);
    assert_int_equal(count("failed", ""), 0);
    assert_int_equal(count("new", ""), 0);
}

static void keep_reason(void *ctx, const char *key, const char *reason)
{
    assert_int_equal(strlen(key), 32);
    buf_puts(ctx, reason);
}

static void puts_aside_what_can_never_work_and_takes_it_back(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    struct buf reason = BUF_INIT;
    struct inbox_status status;
    diary.failure = ERROR_INVALID_REQUEST;
    assert_int_equal(accept_one(inbox, "nonsense"), ACCEPTED);
    drain(&diary, 0, 0, 1);
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(inbox_status(inbox, false, &status, NULL), 0);
    assert_int_equal(status.pending, 0);
    assert_int_equal(status.failed, 1);
    assert_int_equal(inbox_each_failed(inbox, keep_reason, &reason, NULL), 0);
    cJSON *json = json_parse(buf_text(&reason), reason.len, NULL);
    assert_string_equal(json_text(json, "code"), "invalid_request");
    assert_string_equal(json_text(json, "message"), "made up \"reason\"");
    int64_t at;
    assert_true(clock_parse(json_text(json, "at"), &at));
    assert_int_equal(json_int(json, "attempts", 0), 1);
    cJSON_Delete(json);
    buf_free(&reason);

    assert_int_equal(accept_one(inbox, "nonsense"), DUPLICATE);
    assert_int_equal(count("new", ".json"), 0);
    diary.failure = ERROR_NONE;
    assert_int_equal(inbox_retry(inbox, NULL), 1);
    assert_int_equal(count("failed", ""), 0);
    assert_int_equal(accept_one(inbox, "nonsense"), DUPLICATE);
    drain(&diary, 1, 0, 0);
    assert_int_equal(inbox_retry(inbox, NULL), 0);
    assert_int_equal(accept_one(inbox, "nonsense"), DUPLICATE);
    buf_free(&diary.text);
}

static void keep_names(void *ctx, const char *key, const char *reason)
{
    (void)reason;
    buf_puts(ctx, key);
}

static void takes_back_one_alone(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "../new/x", "0123456789abcdef0123456789abcdef",
                                        "0123456789ABCDEF0123456789ABCDEF", "*"};
    struct diary diary = DIARY;
    struct buf names = BUF_INIT;
    struct error error;
    char name[33];
    diary.failure = ERROR_INVALID_REQUEST;
    assert_int_equal(accept_one(inbox, "one"), ACCEPTED);
    assert_int_equal(accept_one(inbox, "two"), ACCEPTED);
    drain(&diary, 0, 0, 2);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        error = (struct error){0};
        assert_int_equal(inbox_retry_one(inbox, wrong[i], &error), -1);
        assert_int_equal(error.code, ERROR_NOT_FOUND);
    }
    assert_int_equal(inbox_each_failed(inbox, keep_names, &names, NULL), 0);
    snprintf(name, sizeof name, "%.32s", buf_text(&names));
    assert_int_equal(inbox_retry_one(inbox, name, NULL), 1);
    assert_int_equal(count("failed", ".json"), 1);
    assert_int_equal(count("failed", ".reason"), 1);
    assert_int_equal(count("new", ".json"), 1);
    assert_int_equal(inbox_retry_one(inbox, name, &error), -1);
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    diary.failure = ERROR_NONE;
    drain(&diary, 1, 0, 0);
    assert_int_equal(count("failed", ".json"), 1);
    buf_free(&names);
    buf_free(&diary.text);
}

static void a_retry_reaches_a_running_worker(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    diary.failure = ERROR_INVALID_REQUEST;
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    drain(&diary, 0, 0, 1);
    diary.failure = ERROR_NONE;
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    struct inbox *other = inbox_open(folder, NULL);
    assert_int_equal(inbox_retry(other, NULL), 1);
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    inbox_close(other);
    assert_int_equal(diary.times, 2);
    buf_free(&diary.text);
}

static void *keep_coming(void *arg)
{
    atomic_bool *ends = arg;
    while (!*ends)
        delivery_close(inbox_receive(inbox, NULL));
    return NULL;
}

static void requests_without_a_pause_keep_no_event_waiting(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    atomic_bool ends = false;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, keep_coming, &ends), 0);
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    assert_true(wait_for(is_empty, NULL));
    ends = true;
    pthread_join(thread, NULL);
    inbox_worker_stop(worker);
    assert_int_equal(diary.times, 1);
    buf_free(&diary.text);
}

static void *make_diary(void *app)
{
    struct diary *diary = app;
    diary->times = 100;
    return app;
}

static void close_diary(void *app, void *ctx)
{
    assert_ptr_equal(app, ctx);
    ((struct diary *)ctx)->times += 1000;
}

static void a_worker_opens_and_closes_its_own(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    struct inbox_worker *worker = inbox_worker_start(inbox, note, make_diary, close_diary, &diary, NULL);
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    assert_int_equal(diary.times, 1101);
    buf_free(&diary.text);
}

/* Ends and crashes. A child never runs the tests' own ends. */

static int crash(void *ctx, const char *bytes, size_t len, struct error *error)
{
    (void)len;
    (void)error;
    if (strstr(bytes, "poison"))
        raise(SIGKILL);
    return note(ctx, bytes, len, error);
}

/* A child that finds something wrong says so and ends: it must not go on with its parent's tests. */
static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "in the child: %s\n", what);
    _exit(1);
}

/* Runs `body` in a process of its own, with an inbox of its own; no database is open across the fork. With
 * `step` the process is killed at that step. */
static pid_t in_child_killed(void (*body)(struct inbox *own), int step)
{
    fflush(NULL);
    inbox_close(inbox);
    pid_t pid = fork();
    if (pid == 0 && step > 0)
        plan = (struct plan){STEP_KILLS, step, NULL};
    inbox = inbox_open(folder, NULL);
    assert_true(pid >= 0);
    if (pid > 0)
        return pid;
    body(inbox);
    raise(SIGKILL);
    abort();
}

static pid_t in_child(void (*body)(struct inbox *own))
{
    return in_child_killed(body, 0);
}

/* Nothing is tidied up in a child: killed is how it ends, unless it found something wrong. */
static bool ended_well(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void drain_and_crash(struct inbox *own)
{
    struct diary diary = DIARY;
    size_t left;
    inbox_drain(own, crash, &diary, NULL, &left, NULL, NULL);
    buf_free(&diary.text);
}

static void an_event_that_ends_the_program_does_so_five_times(void **state)
{
    (void)state;
    struct buf reason = BUF_INIT;
    assert_int_equal(accept_one(inbox, "poison"), ACCEPTED);
    for (int i = 0; i < 5; i++) {
        assert_true(ended_well(in_child(drain_and_crash)));
        assert_int_equal(count("new", ".json"), 1);
    }
    assert_int_equal(accept_one(inbox, "good"), ACCEPTED);
    assert_true(ended_well(in_child(drain_and_crash)));
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("failed", ".json"), 1);
    assert_int_equal(inbox_each_failed(inbox, keep_reason, &reason, NULL), 0);
    assert_non_null(strstr(buf_text(&reason), "\"code\":\"crashed\""));
    assert_non_null(strstr(buf_text(&reason), "\"attempts\":5"));
    buf_free(&reason);
    /* Put back, it has its five tries again. */
    assert_int_equal(inbox_retry(inbox, NULL), 1);
    assert_true(ended_well(in_child(drain_and_crash)));
    assert_int_equal(count("new", ".json"), 1);
}

static void a_try_that_comes_back_starts_the_count_again(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    assert_int_equal(accept_one(inbox, "poison"), ACCEPTED);
    for (int i = 0; i < 4; i++)
        assert_true(ended_well(in_child(drain_and_crash)));
    diary.failure = ERROR_MEMORY_UNAVAILABLE;
    drain(&diary, 0, 1, 0);
    for (int i = 0; i < 4; i++)
        assert_true(ended_well(in_child(drain_and_crash)));
    diary.failure = ERROR_NONE;
    drain(&diary, 1, 0, 0);
    buf_free(&diary.text);
}

static int report_pipe[2]; /* a pipe from a child */

static int hang(void *ctx, const char *bytes, size_t len, struct error *error)
{
    (void)ctx;
    (void)bytes;
    (void)len;
    (void)error;
    if (write(report_pipe[1], "x", 1) == 1)
        for (;;)
            pause();
    return 0;
}

static void work_for_ever(struct inbox *own)
{
    inbox_drain(own, hang, NULL, NULL, NULL, NULL, NULL);
}

static void a_claim_ends_with_its_owner(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    char byte;
    assert_int_equal(pipe2(report_pipe, O_CLOEXEC), 0);
    assert_int_equal(accept_one(inbox, "claimed"), ACCEPTED);
    pid_t pid = in_child(work_for_ever);
    assert_int_equal(read(report_pipe[0], &byte, 1), 1);
    /* It is in the other one's hands, and everything else goes on. */
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    assert_int_equal(accept_one(inbox, "free"), ACCEPTED);
    while (diary.times == 0)
        sched_yield();
    expect_noted(&diary, "free ");
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(ended_well(pid));
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    assert_string_equal(buf_text(&diary.text), "free claimed ");
    buf_free(&diary.text);
    close(report_pipe[0]);
    close(report_pipe[1]);
}

static void receive_for_ever(struct inbox *own)
{
    struct delivery *delivery = inbox_receive(own, NULL);
    if (delivery && delivery_write(delivery, "{\"type\":", 8, NULL) == 0 &&
        write(report_pipe[1], "x", 1) == 1)
        for (;;)
            pause();
}

static void what_was_half_received_goes_with_its_owner(void **state)
{
    (void)state;
    char byte;
    assert_int_equal(pipe2(report_pipe, O_CLOEXEC), 0);
    pid_t pid = in_child(receive_for_ever);
    assert_int_equal(read(report_pipe[0], &byte, 1), 1);
    reopen();
    assert_int_equal(count("tmp", ""), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_true(ended_well(pid));
    assert_int_equal(count("tmp", ""), 1);
    reopen();
    assert_int_equal(count("tmp", ""), 0);
    close(report_pipe[0]);
    close(report_pipe[1]);
}

/* Steps at which a crash leaves something: what a crash leaves is laid out by hand. */
static void a_crash_between_ledger_and_removal_works_nothing_twice(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    char name[256], from[400], to[400];
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    files_in(below("new"), ".json", name);
    snprintf(from, sizeof from, "%s/new/%s", folder, name);
    snprintf(to, sizeof to, "%s/copy", home);
    assert_int_equal(link(from, to), 0);
    drain(&diary, 1, 0, 0);
    assert_int_equal(rename(to, from), 0);
    drain(&diary, 0, 0, 0);
    assert_int_equal(diary.times, 1);
    assert_int_equal(count("new", ""), 0);
    buf_free(&diary.text);
}

static void a_copy_of_a_failed_event_is_removed(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    char name[256], from[400], to[400];
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    files_in(below("new"), ".json", name);
    snprintf(from, sizeof from, "%s/new/%s", folder, name);
    snprintf(to, sizeof to, "%s/failed/%s", folder, name);
    assert_int_equal(link(from, to), 0);
    assert_int_equal(inbox_retry(inbox, NULL), 0);
    drain(&diary, 0, 0, 0);
    assert_int_equal(diary.times, 0);
    assert_int_equal(count("failed", ".json"), 1);
    assert_int_equal(inbox_retry(inbox, NULL), 1);
    drain(&diary, 1, 0, 0);
    buf_free(&diary.text);
}

/* Several at once */

struct copy {
    pthread_barrier_t *barrier;
    const char *conversation;
    enum accepted accepted;
    bool ok;
};

static void *deliver_copy(void *arg)
{
    struct copy *copy = arg;
    char body[512];
    struct receipt receipt;
    event_of(copy->conversation, body);
    pthread_barrier_wait(copy->barrier);
    copy->ok = deliver(inbox, body, &receipt, NULL) == 0;
    copy->accepted = receipt.accepted;
    return NULL;
}

static void of_copies_at_the_same_moment_one_is_accepted(void **state)
{
    (void)state;
    enum { COPIES = 8, ROUNDS = 25 };
    struct diary diary = DIARY;
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    pthread_barrier_t barrier;
    assert_int_equal(pthread_barrier_init(&barrier, NULL, COPIES), 0);
    for (int round = 0; round < ROUNDS; round++) {
        char conversation[32];
        struct copy copies[COPIES];
        pthread_t threads[COPIES];
        int accepted = 0;
        snprintf(conversation, sizeof conversation, "round%d", round);
        for (int i = 0; i < COPIES; i++) {
            copies[i] = (struct copy){&barrier, conversation, IGNORED, false};
            assert_int_equal(pthread_create(&threads[i], NULL, deliver_copy, &copies[i]), 0);
        }
        for (int i = 0; i < COPIES; i++) {
            pthread_join(threads[i], NULL);
            assert_true(copies[i].ok);
            assert_true(copies[i].accepted == ACCEPTED || copies[i].accepted == DUPLICATE);
            accepted += copies[i].accepted == ACCEPTED;
        }
        assert_int_equal(accepted, 1);
    }
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    pthread_barrier_destroy(&barrier);
    assert_int_equal(diary.times, ROUNDS);
    buf_free(&diary.text);
}

/* A record as a memory would keep it: in SQLite, durable, each conversation once, and a count that follows.
 */
static sqlite3 *open_record(void)
{
    char path[128];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/record.sqlite", home);
    if (sqlite3_open(path, &db) != SQLITE_OK || sqlite3_busy_timeout(db, 20000) != SQLITE_OK ||
        sqlite3_exec(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "CREATE TABLE IF NOT EXISTS record (conversation TEXT PRIMARY KEY, times INTEGER);"
                     "CREATE TABLE IF NOT EXISTS calls (n INTEGER);",
                     NULL, NULL, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return NULL;
    }
    return db;
}

static int record(void *ctx, const char *bytes, size_t len, struct error *error)
{
    sqlite3 *db = ctx;
    struct event event;
    if (event_parse(bytes, len, &event, error) != 0)
        return -1;
    char *sql =
        sqlite3_mprintf("BEGIN IMMEDIATE; INSERT OR IGNORE INTO record VALUES (%Q, 0);"
                        "INSERT INTO calls SELECT 1 FROM record WHERE conversation = %Q AND times = 0;"
                        "UPDATE record SET times = times + 1 WHERE conversation = %Q; COMMIT",
                        event.conversation, event.conversation, event.conversation);
    bool done = sql && sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
    if (!done) {
        sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
        error_set(error, ERROR_MEMORY_UNAVAILABLE, "the record is locked");
    }
    sqlite3_free(sql);
    event_free(&event);
    return done ? 0 : -1;
}

static int64_t ask_record(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return value;
}

static void drain_into_record(struct inbox *own)
{
    sqlite3 *db = open_record();
    size_t left = 1;
    int result = db ? inbox_drain(own, record, db, NULL, &left, NULL, NULL) : -1;
    sqlite3_close(db);
    must(result == 0 && left == 0, "not everything was processed");
}

static void several_processes_share_the_work(void **state)
{
    (void)state;
    enum { EVENTS = 150, PROCESSES = 4 };
    pid_t pids[PROCESSES];
    char name[32];
    for (int i = 0; i < EVENTS; i++) {
        snprintf(name, sizeof name, "c%d", i);
        assert_int_equal(accept_one(inbox, name), ACCEPTED);
    }
    sqlite3_close(open_record());
    for (int i = 0; i < PROCESSES; i++)
        pids[i] = in_child(drain_into_record);
    for (int i = 0; i < PROCESSES; i++)
        assert_true(ended_well(pids[i]));
    assert_int_equal(count("new", ""), 0);
    sqlite3 *db = open_record();
    assert_int_equal(ask_record(db, "SELECT count(*) FROM record"), EVENTS);
    assert_int_equal(ask_record(db, "SELECT max(times) FROM record"), 1);
    sqlite3_close(db);
    struct inbox_status status;
    assert_int_equal(inbox_status(inbox, true, &status, NULL), 0);
    assert_int_equal(status.done, EVENTS);
}

/* Accepts events without end and tells each, while a worker of the same process records them. */
static char prefix[32];

static void *open_for_worker(void *app)
{
    (void)app;
    return open_record();
}

static void accept_and_work(struct inbox *own)
{
    struct error error;
    if (!inbox_worker_start(own, record, open_for_worker, NULL, NULL, &error))
        _exit(1);
    for (int i = 0;; i++) {
        char name[64], body[512];
        struct receipt receipt;
        snprintf(name, sizeof name, "%s-%d\n", prefix, i);
        name[strlen(name) - 1] = '\0';
        if (deliver(own, event_of(name, body), &receipt, &error) != 0 || receipt.accepted != ACCEPTED)
            _exit(2);
        name[strlen(name)] = '\n';
        /* One write of less than PIPE_BUF: all of the line or nothing. */
        if (write(report_pipe[1], name, strcspn(name, "\n") + 1) < 0)
            _exit(3);
    }
}

static void read_line(struct buf *acknowledged)
{
    char c = 0;
    while (c != '\n') {
        assert_int_equal(read(report_pipe[0], &c, 1), 1);
        buf_putc(acknowledged, c);
    }
}

static void read_rest(struct buf *acknowledged)
{
    char piece[4096];
    ssize_t got;
    int flags = fcntl(report_pipe[0], F_GETFL);
    fcntl(report_pipe[0], F_SETFL, flags | O_NONBLOCK);
    while ((got = read(report_pipe[0], piece, sizeof piece)) > 0)
        buf_add(acknowledged, piece, (size_t)got);
    fcntl(report_pipe[0], F_SETFL, flags);
}

/* Two processes accept and work until they are killed at some moment after some events. */
static void run_and_kill(int round, struct buf *acknowledged)
{
    pid_t pids[2];
    assert_int_equal(pipe2(report_pipe, O_CLOEXEC), 0);
    for (int i = 0; i < 2; i++) {
        snprintf(prefix, sizeof prefix, "r%d-%d", round, i);
        pids[i] = in_child(accept_and_work);
    }
    for (uint32_t left = 1 + arc4random_uniform(12); left > 0; left--)
        read_line(acknowledged);
    struct timespec moment = {0, (long)arc4random_uniform(3000000)};
    nanosleep(&moment, NULL);
    for (int i = 0; i < 2; i++)
        assert_int_equal(kill(pids[i], SIGKILL), 0);
    for (int i = 0; i < 2; i++)
        assert_true(ended_well(pids[i]));
    close(report_pipe[1]);
    read_rest(acknowledged);
    close(report_pipe[0]);
}

/* The next start after such an end needs no hand. */
static void expect_all_processed(void)
{
    size_t left = 1;
    reopen();
    sqlite3 *db = open_record();
    assert_int_equal(inbox_drain(inbox, record, db, NULL, &left, NULL, NULL), 0);
    sqlite3_close(db);
    assert_int_equal(left, 0);
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("tmp", ""), 0);
    assert_int_equal(count("failed", ""), 0);
}

static void killed_at_any_moment_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    enum { ROUNDS = 24 };
    struct buf acknowledged = BUF_INIT;
    sqlite3_close(open_record());
    /* Two rounds at a time: an event that is in hand at five kills would be blamed for them. */
    for (int round = 0; round < ROUNDS; round++) {
        run_and_kill(round, &acknowledged);
        if (round % 2)
            expect_all_processed();
    }
    assert_false(acknowledged.failed);
    sqlite3 *db = open_record();
    char *rest = acknowledged.data;
    size_t lines = 0;
    for (char *line; (line = strtok_r(rest, "\n", &rest)); lines++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM record WHERE conversation = '%s'", line);
        if (ask_record(db, sql) != 1)
            fail_msg("%s was acknowledged and is lost", line);
        assert_int_equal(accept_one(inbox, line), DUPLICATE);
    }
    assert_true(lines >= ROUNDS);
    assert_int_equal(ask_record(db, "SELECT count(*) - (SELECT count(*) FROM calls) FROM record"), 0);
    sqlite3_close(db);
    buf_free(&acknowledged);
}

/* One step after the other */

static void accept_elsewhere(enum error_code failure)
{
    struct diary diary = DIARY;
    diary.failure = failure;
    struct inbox *other = inbox_open(folder, NULL);
    assert_int_equal(accept_one(other, "c"), ACCEPTED);
    assert_int_equal(inbox_drain(other, note, &diary, NULL, NULL, NULL, NULL), 0);
    inbox_close(other);
    assert_int_equal(diary.times, 1);
    buf_free(&diary.text);
}

static void process_elsewhere(void)
{
    accept_elsewhere(ERROR_NONE);
}

static void fail_elsewhere(void)
{
    accept_elsewhere(ERROR_INVALID_REQUEST);
}

/* While a copy is being synced, before it gets its name, another one comes, is accepted and is done with. */
static void a_copy_that_is_overtaken_is_a_duplicate(void **state)
{
    (void)state;
    void (*const overtakers[])(void) = {process_elsewhere, fail_elsewhere};
    for (int i = 0; i < 2; i++) {
        char body[512];
        struct receipt receipt;
        struct inbox_status status;
        struct error error;
        struct delivery *delivery = inbox_receive(inbox, &error);
        event_of("c", body);
        /* The ledger is open, so that the next step is the sync of the event. */
        assert_int_equal(inbox_status(inbox, true, &status, &error), 0);
        assert_int_equal(delivery_write(delivery, body, strlen(body), &error), 0);
        plan = (struct plan){STEP_CALLS, 1, overtakers[i]};
        assert_int_equal(delivery_accept(delivery, &receipt, &error), 0);
        assert_int_equal(plan.what, STEP_GOES_ON);
        delivery_close(delivery);
        assert_int_equal(receipt.accepted, DUPLICATE);
        assert_int_equal(count("new", ""), 0);
        assert_int_equal(count("tmp", ""), 0);
        assert_int_equal(count("failed", ".json"), i);
        assert_int_equal(nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
        reopen();
    }
}

static void expect_trace(const char *expected)
{
    trace.on = false;
    assert_string_equal(trace.text, expected);
    memset(&trace, 0, sizeof trace);
}

static void everything_is_synced_before_it_counts(void **state)
{
    (void)state;
    char directory[128];
    struct receipt receipt;
    struct inbox_status status;
    struct diary diary = DIARY;
    snprintf(directory, sizeof directory, "%s/audio", home);
    assert_int_equal(inbox_keep_audio(inbox, directory, NULL), 0);
    assert_int_equal(accept_one(inbox, "warm"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    assert_int_equal(inbox_status(inbox, true, &status, NULL), 0);

    trace.on = true;
    assert_int_equal(accept_one(inbox, "c"), ACCEPTED);
    expect_trace("F>D");
    trace.on = true;
    assert_int_equal(accept_one(inbox, "c"), DUPLICATE);
    expect_trace("Dx");
    trace.on = true;
    drain(&diary, 1, 0, 0);
    expect_trace("Fxx");
    trace.on = true;
    const char *body =
        "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"a\",\"full_audio\":\"QQ==\"}}";
    assert_int_equal(deliver(inbox, body, &receipt, NULL), 0);
    expect_trace("F>DF>Dx");
    trace.on = true;
    diary.failure = ERROR_INVALID_REQUEST;
    drain(&diary, 0, 0, 1);
    expect_trace("F>x>DD");
    buf_free(&diary.text);
}

static const char *const lives[] = {
    "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"t\"}}",
    "{\"type\":\"post_call_audio\",\"data\":{\"conversation_id\":\"a\",\"full_audio\":\"SUQzBA==\"}}",
    "{\"type\":\"call_initiation_failure\",\"data\":{\"conversation_id\":\"never\"}}",
};

enum { LIVES = sizeof lives / sizeof *lives };

static int record_or_refuse(void *ctx, const char *bytes, size_t len, struct error *error)
{
    if (!strstr(bytes, "never"))
        return record(ctx, bytes, len, error);
    return error_set(error, ERROR_INVALID_REQUEST, "never");
}

/* The life of three events, each of whose acceptance is reported by its digit; 'w' and 'r' when the rest is
 * done.
 */
static void live(struct inbox *own)
{
    char directory[128];
    snprintf(directory, sizeof directory, "%s/audio", home);
    inbox_keep_audio(own, directory, NULL);
    for (int i = 0; i < LIVES; i++) {
        struct receipt receipt;
        struct error error = {0};
        int result = deliver(own, lives[i], &receipt, &error);
        must(result == 0, error.message);
        char digit = (char)('0' + i);
        must(syscall(SYS_write, report_pipe[1], &digit, 1) == 1, "the pipe is broken");
    }
    sqlite3 *db = open_record();
    must(db && inbox_drain(own, record_or_refuse, db, NULL, NULL, NULL, NULL) == 0, "cannot be processed");
    must(syscall(SYS_write, report_pipe[1], "w", 1) == 1, "the pipe is broken");
    must(inbox_retry(own, NULL) == 1, "cannot be tried again");
    must(inbox_drain(own, record_or_refuse, db, NULL, NULL, NULL, NULL) == 0, "cannot be processed again");
    must(syscall(SYS_write, report_pipe[1], "r", 1) == 1, "the pipe is broken");
    sqlite3_close(db);
}

/* What has to be so when everything was put in order: `done` are the events that were acknowledged. */
static void expect_lives(const char *done)
{
    static const char *const conversations[] = {"t", "a"};
    char directory[128];
    size_t left = 1;
    snprintf(directory, sizeof directory, "%s/audio", home);
    assert_int_equal(inbox_keep_audio(inbox, directory, NULL), 0);
    sqlite3 *db = open_record();
    assert_non_null(db);
    assert_int_equal(inbox_drain(inbox, record_or_refuse, db, NULL, &left, NULL, NULL), 0);
    assert_int_equal(left, 0);
    assert_int_equal(count("new", ""), 0);
    assert_int_equal(count("tmp", ""), 0);
    assert_int_equal(files_in(directory, ".part", NULL), 0);
    for (int i = 0; i < 2; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM record WHERE conversation = '%s'", conversations[i]);
        assert_true(ask_record(db, sql) == 1 || !strchr(done, '0' + i));
    }
    assert_int_equal(ask_record(db, "SELECT count(*) - (SELECT count(*) FROM calls) FROM record"), 0);
    if (strchr(done, '1')) {
        char *path = recording_path(directory, "a");
        size_t len;
        char *kept = content(path, &len);
        assert_int_equal(len, 4);
        free(kept);
        free(path);
    }
    assert_true(count("failed", ".json") == 1 || !strchr(done, '2'));
    for (int i = 0; i < LIVES; i++) {
        struct receipt receipt;
        assert_int_equal(deliver(inbox, lives[i], &receipt, NULL), 0);
        assert_true(receipt.accepted == DUPLICATE || !strchr(done, '0' + i));
    }
    sqlite3_close(db);
}

static void start_over(void)
{
    end(NULL);
    begin(NULL);
}

static void killed_at_each_step_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    bool untouched = false;
    int steps = 0;
    while (!untouched) {
        char done[16] = "";
        assert_int_equal(pipe2(report_pipe, O_CLOEXEC), 0);
        pid_t pid = in_child_killed(live, ++steps);
        close(report_pipe[1]);
        assert_true(ended_well(pid));
        assert_true(read(report_pipe[0], done, sizeof done - 1) >= 0);
        close(report_pipe[0]);
        untouched = strchr(done, 'r');
        reopen();
        expect_lives(done);
        start_over();
    }
    assert_true(steps > 30);
}

/* Every call of the inbox either works or says that it will: then it does so the second time. */
static void when_each_step_fails_once_nothing_is_lost_or_doubled(void **state)
{
    (void)state;
    bool untouched = false;
    int steps = 0;
    while (!untouched) {
        char directory[128];
        struct receipt receipt;
        struct error error;
        snprintf(directory, sizeof directory, "%s/audio", home);
        assert_int_equal(inbox_keep_audio(inbox, directory, NULL), 0);
        plan = (struct plan){STEP_FAILS, ++steps, NULL};
        for (int i = 0; i < LIVES; i++) {
            int result = deliver(inbox, lives[i], &receipt, &error);
            if (result != 0) {
                assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
                result = deliver(inbox, lives[i], &receipt, &error);
            }
            assert_int_equal(result, 0);
        }
        for (int round = 0; round < 2; round++) {
            sqlite3 *db = open_record();
            if (db)
                inbox_drain(inbox, record_or_refuse, db, NULL, NULL, NULL, &error);
            sqlite3_close(db);
            if (round == 0)
                inbox_retry(inbox, &error);
        }
        untouched = plan.what == STEP_FAILS;
        plan.what = STEP_GOES_ON;
        reopen();
        expect_lives("012");
        start_over();
    }
    assert_true(steps > 30);
}

/* Trouble */

static void a_folder_that_went_away_is_reported_and_not_made_again(void **state)
{
    (void)state;
    char away[128];
    struct receipt receipt;
    struct inbox_status status;
    struct error error = {0};
    struct diary diary = DIARY;
    assert_int_equal(accept_one(inbox, "before"), ACCEPTED);
    struct inbox_worker *worker = inbox_worker_start(inbox, note, NULL, NULL, &diary, NULL);
    assert_true(wait_for(is_empty, NULL));
    snprintf(away, sizeof away, "%s/away", home);
    assert_int_equal(rename(folder, away), 0);
    assert_int_equal(mkdir(folder, 0700), 0);

    assert_int_equal(deliver(inbox, "{}", &receipt, &error), -1);
    assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
    assert_non_null(strstr(error.message, folder));
    assert_int_equal(inbox_check(inbox, &error), -1);
    assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
    assert_int_equal(inbox_status(inbox, true, &status, &error), -1);
    assert_int_equal(inbox_drain(inbox, note, &diary, NULL, NULL, NULL, &error), -1);
    assert_int_equal(inbox_retry(inbox, &error), -1);
    assert_int_equal(files_in(folder, "", NULL), 0);

    assert_int_equal(rmdir(folder), 0);
    assert_int_equal(rename(away, folder), 0);
    assert_int_equal(inbox_check(inbox, &error), 0);
    assert_int_equal(accept_one(inbox, "before"), DUPLICATE);
    assert_int_equal(accept_one(inbox, "after"), ACCEPTED);
    assert_true(wait_for(is_empty, NULL));
    inbox_worker_stop(worker);
    assert_string_equal(buf_text(&diary.text), "before after ");
    buf_free(&diary.text);
}

static void a_folder_that_is_missing_at_first_is_made_at_the_next_start(void **state)
{
    (void)state;
    struct error error = {0};
    char path[128];
    snprintf(path, sizeof path, "%s/file", home);
    int fd = open(path, O_CREAT | O_WRONLY, 0600);
    close(fd);
    snprintf(path, sizeof path, "%s/file/inbox", home);
    struct inbox *other = inbox_open(path, &error);
    assert_non_null(other);
    assert_null(inbox_receive(other, &error));
    assert_int_equal(error.code, ERROR_INBOX_UNAVAILABLE);
    inbox_close(other);
    snprintf(path, sizeof path, "%s/file", home);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/file/inbox", home);
    other = inbox_open(path, &error);
    assert_int_equal(accept_one(other, "c"), ACCEPTED);
    inbox_close(other);
}

/* A limit on the size of files is as near to a full disk as a test comes without a disk. */
static void fill_up(struct inbox *own)
{
    struct rlimit tight, open_again;
    char body[512];
    struct receipt receipt;
    struct error error = {0};
    signal(SIGXFSZ, SIG_IGN);
    event_of("c", body);
    getrlimit(RLIMIT_FSIZE, &open_again);
    tight = (struct rlimit){100, open_again.rlim_max};
    setrlimit(RLIMIT_FSIZE, &tight);
    must(deliver(own, body, &receipt, &error) == -1, "accepted without room");
    must(error.code == ERROR_INBOX_UNAVAILABLE && strstr(error.message, folder), error.message);
    must(inbox_check(own, &error) == -1, "all is well without room");
    struct delivery *delivery = inbox_receive(own, &error);
    must(delivery_write(delivery, body, strlen(body), &error) == -1, "written without room");
    setrlimit(RLIMIT_FSIZE, &open_again);
    /* What was cut by it is never taken for whole. */
    must(delivery_accept(delivery, &receipt, &error) == -1, "half an event accepted");
    must(error.code == ERROR_INBOX_UNAVAILABLE, error.message);
    delivery_close(delivery);
    must(inbox_check(own, &error) == 0, error.message);
    must(deliver(own, body, &receipt, &error) == 0, error.message);
    must(receipt.accepted == ACCEPTED, "not accepted with room");
}

static void a_full_disk_accepts_nothing_and_passes(void **state)
{
    (void)state;
    assert_true(ended_well(in_child(fill_up)));
    assert_int_equal(count("new", ".json"), 1);
    assert_int_equal(count("tmp", ""), 0);
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void a_broken_ledger_is_replaced(void **state)
{
    (void)state;
    static const char *const contents[] = {"this was never a database, although it is long enough to be "
                                           "taken for one of those that begin with a "
                                           "header of one hundred bytes",
                                           ""};
    struct diary diary = DIARY;
    for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
        char name[16], last[16];
        snprintf(name, sizeof name, "c%zu", i);
        snprintf(last, sizeof last, "d%zu", i);
        assert_int_equal(accept_one(inbox, name), ACCEPTED);
        drain(&diary, 1, 0, 0);
        inbox_close(inbox);
        write_file(below("ledger.sqlite"), contents[i]);
        inbox = inbox_open(folder, NULL);
        assert_int_equal(accept_one(inbox, last), ACCEPTED);
        drain(&diary, 1, 0, 0);
        assert_int_equal(accept_one(inbox, last), DUPLICATE);
        struct inbox_status status;
        assert_int_equal(inbox_status(inbox, true, &status, NULL), 0);
        assert_int_equal(status.done, 1);
    }
    DIR *dir = opendir(folder);
    int aside = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        aside += strncmp(entry->d_name, "ledger.sqlite.broken-", 21) == 0;
    closedir(dir);
    assert_int_equal(aside, 1);
    buf_free(&diary.text);
}

/* Writes over what the ledger of this inbox holds at `at`, and begins a new life with it. */
static void damage_ledger(const void *bytes, size_t len, off_t at)
{
    struct diary diary = DIARY;
    inbox_close(inbox);
    int fd = open(below("ledger.sqlite"), O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, at), len);
    assert_int_equal(close(fd), 0);
    inbox = inbox_open(folder, NULL);
    assert_int_equal(accept_one(inbox, "b"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    assert_int_equal(accept_one(inbox, "b"), DUPLICATE);
    buf_free(&diary.text);
}

/* A bit of its header says that it is of a format that is only read. */
static void a_ledger_that_seems_only_to_be_read_is_replaced(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    assert_int_equal(accept_one(inbox, "a"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    damage_ledger("\003", 1, 18);
    buf_free(&diary.text);
}

/* The schema's only row says that it has more bytes than SQLite takes, which is not what SQLite calls damage.
 */
static void a_ledger_whose_schema_is_too_large_is_replaced(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    unsigned char cell[2] = {0};
    assert_int_equal(accept_one(inbox, "a"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    inbox_close(inbox);
    int fd = open(below("ledger.sqlite"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, cell, sizeof cell, 108), sizeof cell);
    assert_int_equal(close(fd), 0);
    inbox = inbox_open(folder, NULL);
    /* length of the record and its number; length of its header, first column of 2 GiB, four of 5 bytes */
    damage_ledger("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x0a\x8f\xff\xff\xff\x7f\x17\x17\x17\x17", 20,
                  cell[0] << 8 | cell[1]);
    buf_free(&diary.text);
}

static void a_ledger_that_breaks_under_two_processes_is_replaced_once(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    struct inbox *other = inbox_open(folder, NULL);
    assert_int_equal(accept_one(inbox, "a"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    assert_int_equal(accept_one(other, "a"), DUPLICATE);
    /* Someone replaces the file below both of them. */
    assert_int_equal(unlink(below("ledger.sqlite")), 0);
    unlink(below("ledger.sqlite-wal"));
    unlink(below("ledger.sqlite-shm"));
    write_file(below("ledger.sqlite"), "garbage garbage garbage");
    assert_int_equal(accept_one(inbox, "b"), ACCEPTED);
    assert_int_equal(accept_one(other, "b"), DUPLICATE);
    drain(&diary, 1, 0, 0);
    assert_int_equal(accept_one(other, "b"), DUPLICATE);
    inbox_close(other);
    reopen();
    assert_int_equal(accept_one(inbox, "b"), DUPLICATE);
    buf_free(&diary.text);
}

static void a_ledger_of_someone_elses_tables_is_replaced(void **state)
{
    (void)state;
    static const char *const tables[] = {
        "CREATE TABLE recipes (cake); PRAGMA user_version = 9",
        "CREATE TABLE accepted (key, at CHECK (at < 5)); PRAGMA user_version = 1",
    };
    struct diary diary = DIARY;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char name[16];
        sqlite3 *db;
        snprintf(name, sizeof name, "c%zu", i);
        inbox_close(inbox);
        unlink(below("ledger.sqlite"));
        assert_int_equal(sqlite3_open(below("ledger.sqlite"), &db), SQLITE_OK);
        assert_int_equal(sqlite3_exec(db, tables[i], NULL, NULL, NULL), SQLITE_OK);
        sqlite3_close(db);
        inbox = inbox_open(folder, NULL);
        assert_int_equal(accept_one(inbox, name), ACCEPTED);
        drain(&diary, 1, 0, 0);
        assert_int_equal(accept_one(inbox, name), DUPLICATE);
    }
    buf_free(&diary.text);
}

/* A newer version of the program has been here: it only added. */
static void a_newer_ledger_is_used_as_it_is(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    sqlite3 *db;
    assert_int_equal(accept_one(inbox, "old"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    inbox_close(inbox);
    assert_int_equal(sqlite3_open(below("ledger.sqlite"), &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "CREATE TABLE more (x); PRAGMA user_version = 9", NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    inbox = inbox_open(folder, NULL);
    assert_int_equal(accept_one(inbox, "old"), DUPLICATE);
    assert_int_equal(accept_one(inbox, "new"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    assert_int_equal(accept_one(inbox, "new"), DUPLICATE);
    buf_free(&diary.text);
}

static void a_locked_ledger_keeps_nothing_from_being_accepted(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    sqlite3 *db;
    assert_int_equal(accept_one(inbox, "a"), ACCEPTED);
    drain(&diary, 1, 0, 0);
    assert_int_equal(sqlite3_open(below("ledger.sqlite"), &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "BEGIN EXCLUSIVE; INSERT INTO accepted VALUES (x'00', 0)", NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(accept_one(inbox, "b"), ACCEPTED);
    /* It is worked on, but stays until its key can be noted. */
    drain(&diary, 0, 1, 0);
    assert_int_equal(accept_one(inbox, "b"), DUPLICATE);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    drain(&diary, 1, 0, 0);
    assert_int_equal(accept_one(inbox, "b"), DUPLICATE);
    buf_free(&diary.text);
}

/* Erasing */

static bool is_of(void *ctx, const char *bytes, size_t len)
{
    struct event event;
    if (event_parse(bytes, len, &event, NULL) != 0)
        return false;
    bool same = strcmp(event.caller, ctx) == 0;
    event_free(&event);
    return same;
}

static void erases_what_waits_and_what_failed(void **state)
{
    (void)state;
    struct diary diary = DIARY;
    char body[512];
    struct receipt receipt;
    diary.failure = ERROR_INVALID_REQUEST;
    assert_int_equal(accept_one(inbox, "mine-1"), ACCEPTED);
    drain(&diary, 0, 0, 1);
    snprintf(body, sizeof body,
             "{\"type\":\"post_call_transcription\",\"data\":{\"conversation_id\":\"second\",\"user_id\":"
             "\"mine-1\"}}");
    assert_int_equal(deliver(inbox, body, &receipt, NULL), 0);
    assert_int_equal(accept_one(inbox, "other"), ACCEPTED);
    char me[] = "mine-1", nobody[] = "someone";
    assert_int_equal(inbox_erase(inbox, is_of, nobody, NULL), 0);
    assert_int_equal(inbox_erase(inbox, is_of, me, NULL), 2);
    assert_int_equal(count("failed", ""), 0);
    assert_int_equal(count("new", ""), 1);
    /* Sent again, it does not come back. */
    assert_int_equal(deliver(inbox, body, &receipt, NULL), 0);
    assert_int_equal(receipt.accepted, DUPLICATE);
    assert_int_equal(accept_one(inbox, "mine-1"), DUPLICATE);
    diary.failure = ERROR_NONE;
    drain(&diary, 1, 0, 0);
    assert_string_equal(buf_text(&diary.text), "mine-1 other ");
    buf_free(&diary.text);
}

struct slow {
    atomic_bool entered, may_end, ended;
};

static int work_slowly(void *ctx, const char *bytes, size_t len, struct error *error)
{
    struct slow *slow = ctx;
    (void)bytes;
    (void)len;
    (void)error;
    slow->entered = true;
    while (!slow->may_end)
        sched_yield();
    slow->ended = true;
    return 0;
}

static void *let_it_end(void *arg)
{
    struct slow *slow = arg;
    while (!slow->entered)
        sched_yield();
    struct timespec moment = {0, 20000000};
    nanosleep(&moment, NULL);
    slow->may_end = true;
    return NULL;
}

static void erasing_waits_for_the_worker(void **state)
{
    (void)state;
    struct slow slow = {false, false, false};
    pthread_t thread;
    char me[] = "mine";
    assert_int_equal(accept_one(inbox, "mine"), ACCEPTED);
    struct inbox_worker *worker = inbox_worker_start(inbox, work_slowly, NULL, NULL, &slow, NULL);
    assert_int_equal(pthread_create(&thread, NULL, let_it_end, &slow), 0);
    while (!slow.entered)
        sched_yield();
    assert_int_equal(inbox_erase(inbox, is_of, me, NULL), 0);
    assert_true(slow.ended);
    assert_int_equal(count("new", ".json"), 0);
    pthread_join(thread, NULL);
    inbox_worker_stop(worker);
}

static void stopping_lets_the_event_in_hand_be_finished(void **state)
{
    (void)state;
    struct slow slow = {false, false, false};
    pthread_t thread;
    assert_int_equal(accept_one(inbox, "first"), ACCEPTED);
    assert_int_equal(accept_one(inbox, "second"), ACCEPTED);
    struct inbox_worker *worker = inbox_worker_start(inbox, work_slowly, NULL, NULL, &slow, NULL);
    while (!slow.entered)
        sched_yield();
    assert_int_equal(pthread_create(&thread, NULL, let_it_end, &slow), 0);
    inbox_worker_stop(worker);
    pthread_join(thread, NULL);
    assert_true(slow.ended);
    assert_true(count("new", ".json") <= 1);
    assert_int_equal(count("new", ".tries"), 0);
}

/* The schedule, with a clock that is only a number. */

static void pauses_grow_to_a_minute_and_differ(void **state)
{
    (void)state;
    static const int64_t pauses[] = {250, 500, 1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000, 60000};
    const char *name = "0123456789abcdef0123456789abcdef";
    bool differs = false;
    for (int round = 0; round < 20; round++) {
        struct schedule *schedule = schedule_new();
        assert_non_null(schedule);
        assert_true(schedule_is_due(schedule, name, 0));
        for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
            assert_true(schedule_postpone(schedule, name, 1000000));
            int64_t pause = schedule_next(schedule) - 1000000;
            assert_true(pause >= pauses[i] && pause <= pauses[i] + pauses[i] / 2);
            differs = differs || pause != pauses[i];
            assert_false(schedule_is_due(schedule, name, 1000000 + pause - 1));
            assert_true(schedule_is_due(schedule, name, 1000000 + pause));
            assert_int_equal(schedule_failures(schedule, name), i + 1);
        }
        for (int i = 0; i < 100; i++)
            assert_true(schedule_postpone(schedule, name, 0));
        assert_true(schedule_next(schedule) <= 90000);
        schedule_hurry(schedule);
        assert_true(schedule_is_due(schedule, name, 0));
        assert_int_equal(schedule_failures(schedule, name), 111);
        schedule_drop(schedule, name);
        assert_int_equal(schedule_failures(schedule, name), 0);
        assert_true(schedule_next(schedule) == INT64_MAX);
        schedule_free(schedule);
    }
    assert_true(differs);
}

static void the_schedule_is_bounded_and_forgets_what_is_gone(void **state)
{
    (void)state;
    struct schedule *schedule = schedule_new();
    char name[SPOOL_NAME_DIGITS + 1];
    for (uint32_t i = 0; i < SCHEDULE_MOST; i++) {
        snprintf(name, sizeof name, "%032x", i * 2654435761u);
        assert_true(schedule_postpone(schedule, name, 0));
    }
    assert_false(schedule_postpone(schedule, "ffffffffffffffffffffffffffffffff", 0));
    schedule_purge(schedule);
    snprintf(name, sizeof name, "%032x", 5 * 2654435761u);
    assert_false(schedule_is_due(schedule, name, 0));
    schedule_purge(schedule);
    assert_int_equal(schedule_failures(schedule, name), 1);
    snprintf(name, sizeof name, "%032x", 6 * 2654435761u);
    assert_int_equal(schedule_failures(schedule, name), 0);
    assert_true(schedule_hold(schedule, name, 77));
    assert_int_equal(schedule_failures(schedule, name), 0);
    assert_true(schedule_next(schedule) == 77);
    schedule_free(schedule);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(keeps_what_it_accepts_byte_for_byte),
        TEST(knows_duplicates_while_they_wait_and_after),
        TEST(another_version_of_an_event_is_accepted),
        TEST(tells_what_it_has_without_a_body),
        TEST(tells_the_types_of_one_call_apart),
        TEST(ignores_other_types),
        TEST(refuses_what_is_no_event),
        TEST(bounds_the_conversation_id_in_characters),
        TEST(reads_events_as_the_parser_does),
        TEST(cuts_a_long_type_at_a_character),
        TEST(leaves_nothing_of_what_was_not_accepted),
        TEST(shows_the_body_even_when_it_is_processed_already),
        TEST(keeps_the_recording_wherever_it_stands),
        TEST(prefers_the_recording_that_is_not_redacted),
        TEST(deletes_recordings_by_age),
        TEST(remembers_where_recordings_were_kept),
        TEST(drops_a_recording_by_the_hash_of_its_call),
        TEST(keeps_no_redacted_recording_after_the_whole_one),
        TEST(knows_whose_calls_machines_answered),
        TEST(takes_base64_however_json_writes_it),
        TEST(hands_only_the_small_event_on),
        TEST(refuses_recordings_that_are_no_base64),
        TEST(takes_an_audio_event_without_audio),
        TEST(says_when_recordings_have_no_place),
        TEST(holds_no_recording_in_memory),
        TEST(processes_what_another_process_accepted),
        TEST(processes_the_oldest_first),
        TEST(tries_again_and_goes_on_with_others_meanwhile),
        TEST(puts_aside_what_can_never_work_and_takes_it_back),
        TEST(takes_back_one_alone),
        TEST(a_retry_reaches_a_running_worker),
        TEST(requests_without_a_pause_keep_no_event_waiting),
        TEST(a_worker_opens_and_closes_its_own),
        TEST(an_event_that_ends_the_program_does_so_five_times),
        TEST(a_try_that_comes_back_starts_the_count_again),
        TEST(a_claim_ends_with_its_owner),
        TEST(what_was_half_received_goes_with_its_owner),
        TEST(a_crash_between_ledger_and_removal_works_nothing_twice),
        TEST(a_copy_of_a_failed_event_is_removed),
        TEST(of_copies_at_the_same_moment_one_is_accepted),
        TEST(several_processes_share_the_work),
        TEST(killed_at_any_moment_nothing_is_lost_or_doubled),
        TEST(a_copy_that_is_overtaken_is_a_duplicate),
        TEST(everything_is_synced_before_it_counts),
        TEST(killed_at_each_step_nothing_is_lost_or_doubled),
        TEST(when_each_step_fails_once_nothing_is_lost_or_doubled),
        TEST(a_folder_that_went_away_is_reported_and_not_made_again),
        TEST(a_folder_that_is_missing_at_first_is_made_at_the_next_start),
        TEST(a_full_disk_accepts_nothing_and_passes),
        TEST(a_broken_ledger_is_replaced),
        TEST(a_ledger_that_seems_only_to_be_read_is_replaced),
        TEST(a_ledger_whose_schema_is_too_large_is_replaced),
        TEST(a_ledger_that_breaks_under_two_processes_is_replaced_once),
        TEST(a_ledger_of_someone_elses_tables_is_replaced),
        TEST(a_newer_ledger_is_used_as_it_is),
        TEST(a_locked_ledger_keeps_nothing_from_being_accepted),
        TEST(erases_what_waits_and_what_failed),
        TEST(erasing_waits_for_the_worker),
        TEST(stopping_lets_the_event_in_hand_be_finished),
        cmocka_unit_test(pauses_grow_to_a_minute_and_differ),
        cmocka_unit_test(the_schedule_is_bounded_and_forgets_what_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
