#include "web/payload_log.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "web/payload_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>

#define COMPLAINT_MS ((int64_t)60 * 1000)
#define CUT_CHARS    64 /* kept of a long string */
#define REDACTED     "\"[redacted]\""
#define SECRET       "secret__" /* ElevenLabs' prefix of secret dynamic variables */

/* A header whose name contains one of these is treated as a secret; it may be one of the operator's proxy. */
static const char *const secret_headers[] = {"auth",   "cookie",    "key",  "password",
                                             "secret", "signature", "token"};
/* Within a body (the headers of a tool call) only these names are secret. */
static const char *const secret_members[] = {"authorization", "proxy-authorization", "cookie",
                                             "set-cookie",    "x-api-key",           "elevenlabs-signature",
                                             "xi-api-key"};

struct payload_log {
    char *path;
    pthread_mutex_t lock; /* flock() does not exclude threads of one process */
    int fd;               /* -1: not open */
    payload_mask *mask;   /* NULL: nothing is masked */
    void *ctx;
    int64_t complained; /* clock_ms() of the last logged failure, 0: none yet */
};

struct payload_log *payload_log_open(const char *path, struct error *error)
{
    struct payload_log *log = calloc(1, sizeof *log);
    if (log)
        log->path = text_dup(path);
    if (!log || !log->path) {
        free(log);
        error_no_memory(error);
        return NULL;
    }
    pthread_mutex_init(&log->lock, NULL);
    log->fd = payload_file_open(path, O_CREAT);
    if (log->fd >= 0)
        return log;
    error_set(error, ERROR_SETTINGS, "cannot write the payload log %s: %s", path, strerror(errno));
    payload_log_close(log);
    return NULL;
}

void payload_log_close(struct payload_log *log)
{
    if (!log)
        return;
    payload_file_close(&log->fd);
    pthread_mutex_destroy(&log->lock);
    free(log->path);
    free(log);
}

void payload_log_mask(struct payload_log *log, payload_mask *mask, void *ctx)
{
    log->mask = mask;
    log->ctx = ctx;
}

static bool is_secret_header(const char *name)
{
    for (size_t i = 0; i < sizeof secret_headers / sizeof *secret_headers; i++)
        if (strcasestr(name, secret_headers[i]))
            return true;
    return false;
}

static bool is_secret_member(const char *name)
{
    if (strncasecmp(name, SECRET, sizeof SECRET - 1) == 0)
        return true;
    for (size_t i = 0; i < sizeof secret_members / sizeof *secret_members; i++)
        if (strcasecmp(name, secret_members[i]) == 0)
            return true;
    return false;
}

/* A string that names a secret variable is nested or broken JSON, in which the end of the secret is unknown.
 */
static void add_string(struct buf *b, const char *text, size_t len)
{
    if (memmem(text, len, SECRET, sizeof SECRET - 1)) {
        buf_puts(b, REDACTED);
    } else if (len <= PAYLOAD_STRING) {
        buf_json(b, text, len);
    } else {
        struct buf cut = BUF_INIT;
        buf_add(&cut, text, text_prefix(text, CUT_CHARS));
        buf_printf(&cut, "… (%zu bytes)", len);
        const char *shown = buf_text(&cut);
        if (shown)
            buf_json(b, shown, cut.len);
        else
            b->failed = true;
        buf_free(&cut);
    }
}

static void add_value(struct buf *b, const cJSON *value)
{
    if (cJSON_IsString(value)) {
        add_string(b, value->valuestring, strlen(value->valuestring));
        return;
    }
    bool is_object = cJSON_IsObject(value);
    if (!is_object && !cJSON_IsArray(value)) {
        json_add(b, value);
        return;
    }
    buf_putc(b, is_object ? '{' : '[');
    for (const cJSON *item = value->child; item; item = item->next) {
        if (item != value->child)
            buf_putc(b, ',');
        if (is_object) {
            buf_json(b, item->string, strlen(item->string));
            buf_putc(b, ':');
        }
        if (is_object && is_secret_member(item->string))
            buf_puts(b, REDACTED);
        else
            add_value(b, item);
    }
    buf_putc(b, is_object ? '}' : ']');
}

/* A body that is not JSON as a string, for the mask. */
static cJSON *string_of(const char *text, size_t len)
{
    char *copy = strndup(text, len);
    cJSON *value = copy ? cJSON_CreateString(copy) : NULL;
    free(copy);
    return value;
}

static void add_body(struct buf *b, const struct payload_log *log, const char *text, size_t len)
{
    cJSON *value = json_parse(text, len, NULL);
    if (!value && log->mask)
        value = string_of(text, len);
    buf_puts(b, ",\"body\":");
    if (log->mask && (!value || !log->mask(log->ctx, value)))
        buf_puts(b, REDACTED);
    else if (value)
        add_value(b, value);
    else
        add_string(b, text, len);
    cJSON_Delete(value);
}

static void add_member(struct buf *b, const char *name, const char *value)
{
    if (!value)
        return;
    buf_printf(b, ",\"%s\":", name);
    buf_json(b, value, strlen(value));
}

/* `name` is a CGI variable's, "X_API_KEY" of "HTTP_X_API_KEY=…". */
static void add_header(struct buf *b, const char *name, size_t name_len, const char *value)
{
    struct buf header = BUF_INIT;
    for (size_t i = 0; i < name_len; i++)
        buf_putc(&header, name[i] == '_' ? '-' : (char)tolower((unsigned char)name[i]));
    const char *text = buf_text(&header);
    if (text) {
        if (b->len && b->data[b->len - 1] != '{')
            buf_putc(b, ',');
        buf_json(b, text, header.len);
        buf_putc(b, ':');
        if (is_secret_header(text))
            buf_puts(b, REDACTED);
        else
            add_string(b, value, strlen(value));
    } else {
        b->failed = true;
    }
    buf_free(&header);
}

static void add_headers(struct buf *b, char *const *environment)
{
    static const char prefix[] = "HTTP_";
    static const char *const others[][2] = {{"CONTENT_TYPE", "HTTP_CONTENT_TYPE"},
                                            {"CONTENT_LENGTH", "HTTP_CONTENT_LENGTH"}};
    buf_puts(b, ",\"headers\":{");
    /* Some servers pass these both ways. */
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const char *value = environment_get(environment, others[i][0]);
        if (value && !environment_get(environment, others[i][1]))
            add_header(b, others[i][0], strlen(others[i][0]), value);
    }
    for (; *environment; environment++) {
        const char *name = *environment, *equals = strchr(name, '=');
        size_t len = sizeof prefix - 1;
        if (equals && strncmp(name, prefix, len) == 0)
            add_header(b, name + len, (size_t)(equals - name) - len, equals + 1);
    }
    buf_putc(b, '}');
}

static void add_request(struct buf *b, const struct payload_log *log, const struct request *request)
{
    const char *method = request_method(request), *path = request_path(request);
    buf_puts(b, ",\"request\":{\"method\":");
    buf_json(b, method, strlen(method));
    add_member(b, "path", path);
    add_headers(b, request_environment(request));
    size_t len = 0;
    const char *body = request_body(request, &len);
    if (body)
        add_body(b, log, body, len);
    else
        buf_printf(b, ",\"body_bytes\":%llu", (unsigned long long)request_received(request));
    buf_putc(b, '}');
}

static void add_response(struct buf *b, const struct payload_log *log, const struct response *response)
{
    buf_printf(b, ",\"response\":{\"status\":%d", response->status);
    if (response->body.len)
        add_body(b, log, response->body.data, response->body.len);
    buf_putc(b, '}');
}

static void build_line(struct buf *b, const struct payload_log *log, const char *endpoint,
                       const struct request *request, const struct response *response, int64_t duration_us)
{
    char stamp[CLOCK_STAMP_SIZE];
    clock_stamp_ms(stamp);
    buf_printf(b, "{\"time\":\"%s\"", stamp);
    add_member(b, "request_id", request_id(request));
    add_member(b, "endpoint", endpoint);
    add_member(b, "caller", request_caller(request));
    add_member(b, "conversation_id", request_conversation(request));
    add_request(b, log, request);
    add_response(b, log, response);
    buf_printf(b, ",\"duration_ms\":%lld.%03lld}\n", (long long)(duration_us / 1000),
               (long long)(duration_us % 1000));
}

/* Called with the lock held. */
static void complain(struct payload_log *log, const char *what)
{
    int64_t now = clock_ms();
    if (log->complained && now - log->complained < COMPLAINT_MS)
        return;
    log->complained = now;
    struct error error;
    error_set(&error, ERROR_INTERNAL, "%s: %s", log->path, what);
    log_failure(LOG_ERROR, "cannot write the payload log", &error);
}

void payload_log_write(struct payload_log *log, const char *endpoint, const struct request *request,
                       const struct response *response, int64_t duration_us)
{
    struct buf line = BUF_INIT;
    build_line(&line, log, endpoint, request, response, duration_us);
    pthread_mutex_lock(&log->lock);
    if (line.failed) {
        complain(log, "out of memory");
    } else {
        int result = payload_file_lock(log->path, &log->fd, O_CREAT);
        if (result == 0)
            result = payload_file_append(log->fd, &line);
        if (result != 0)
            complain(log, strerror(errno));
        if (log->fd >= 0)
            flock(log->fd, LOCK_UN);
    }
    pthread_mutex_unlock(&log->lock);
    buf_free(&line);
}
