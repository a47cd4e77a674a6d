#include "web/request.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "web/unpack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#define ID_MAX      64
#define PIECE       16384 /* bytes per read */
#define LENGTH_NONE (-1)

struct request {
    char *const *environment;
    const char *path, *method;
    struct request_source source;
    char id[ID_MAX + 1];
    int64_t length;
    uint64_t received;
    bool ended, broken;
    struct buf body; /* kept only if the credentials match */
    bool trusted;
    cJSON *json;
    char *caller, *conversation;
};

const char *environment_get(char *const *environment, const char *name)
{
    size_t len = strlen(name);
    for (; *environment; environment++)
        if (**environment == *name && strncmp(*environment, name, len) == 0 && (*environment)[len] == '=')
            return (*environment)[len + 1] ? *environment + len + 1 : NULL;
    return NULL;
}

/* An id from outside appears in our headers and logs, so only a plain one is used. */
static bool is_plain_id(const char *id)
{
    size_t len = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
    return len >= 1 && len <= ID_MAX && id[len] == '\0';
}

static void set_id(struct request *request)
{
    unsigned char bytes[16];
    const char *given = environment_get(request->environment, "REQUEST_ID");
    if (given && is_plain_id(given))
        memcpy(request->id, given, strlen(given) + 1);
    else if (getrandom(bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes)
        text_hex(bytes, sizeof bytes, request->id);
    else /* not a secret, only unique enough to find it in the log */
        snprintf(request->id, sizeof request->id, "%016llx%016llx", (unsigned long long)clock_us(),
                 (unsigned long long)(uintptr_t)request);
}

static int64_t parse_length(const char *text)
{
    if (!text || text[strspn(text, "0123456789")] != '\0')
        return LENGTH_NONE;
    int64_t length = 0;
    for (; *text; text++) {
        int digit = *text - '0';
        if (length > (INT64_MAX - digit) / 10)
            return INT64_MAX;
        length = length * 10 + digit;
    }
    return length;
}

struct request *request_open(char *const *environment, const char *path, const struct request_source *source)
{
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->environment = environment;
    request->path = path;
    const char *method = environment_get(environment, "REQUEST_METHOD");
    request->method = method ? method : "";
    request->source = *source;
    request->length = parse_length(environment_get(environment, "CONTENT_LENGTH"));
    request->ended = request->length == 0 || (request->length == LENGTH_NONE && !source->until_end);
    set_id(request);
    return request;
}

void request_close(struct request *request)
{
    if (!request)
        return;
    cJSON_Delete(request->json);
    buf_free(&request->body);
    free(request->caller);
    free(request->conversation);
    free(request);
}

const char *request_id(const struct request *request)
{
    return request->id;
}

const char *request_method(const struct request *request)
{
    return request->method;
}

const char *request_path(const struct request *request)
{
    return request->path;
}

const char *request_header(const struct request *request, const char *cgi_name)
{
    return environment_get(request->environment, cgi_name);
}

char *const *request_environment(const struct request *request)
{
    return request->environment;
}

int64_t request_length(const struct request *request)
{
    return request->length;
}

static int body_incomplete(const struct request *request, struct error *error)
{
    if (request->length == LENGTH_NONE)
        return error_set(error, ERROR_INVALID_REQUEST, "the body ended early, after %llu bytes",
                         (unsigned long long)request->received);
    return error_set(error, ERROR_INVALID_REQUEST,
                     "the body ended after %llu of the %lld bytes of Content-Length",
                     (unsigned long long)request->received, (long long)request->length);
}

long request_read(struct request *request, void *bytes, size_t size, struct error *error)
{
    if (request->broken)
        return body_incomplete(request, error);
    if (request->ended || size == 0)
        return 0;
    uint64_t left =
        request->length == LENGTH_NONE ? UINT64_MAX : (uint64_t)request->length - request->received;
    if (size > left && !request->source.until_end)
        size = (size_t)left;
    long got = request->source.read(request->source.ctx, bytes, size);
    if (got > 0) {
        got = (uint64_t)got < left ? got : (long)left;
        request->received += (uint64_t)got;
        request->ended = request->length != LENGTH_NONE && request->received == (uint64_t)request->length;
        return got;
    }
    if (got == 0 && request->length == LENGTH_NONE) {
        request->ended = true;
        return 0;
    }
    request->broken = true;
    return body_incomplete(request, error);
}

void request_drain(struct request *request, size_t most)
{
    char piece[PIECE];
    while (most > 0) {
        long got = request_read(request, piece, most < sizeof piece ? most : sizeof piece, NULL);
        if (got <= 0)
            return;
        most -= (size_t)got;
    }
}

/* Whether a media type is JSON: application/json, or application/anything+json. */
static bool is_json(const char *type, size_t len)
{
    static const char family[] = "application/", name[] = "json", suffix[] = "+json";
    size_t family_len = sizeof family - 1, suffix_len = sizeof suffix - 1;
    if (len < family_len || strncasecmp(type, family, family_len) != 0)
        return false;
    type += family_len;
    len -= family_len;
    if (len == sizeof name - 1 && strncasecmp(type, name, len) == 0)
        return true;
    return len > suffix_len && strncasecmp(type + len - suffix_len, suffix, suffix_len) == 0;
}

int request_check_type(const struct request *request, struct error *error)
{
    const char *type = request_header(request, "CONTENT_TYPE");
    if (!type)
        return 0;
    type += strspn(type, " \t");
    if (is_json(type, strcspn(type, " \t;")))
        return 0;
    return error_set(error, ERROR_UNSUPPORTED_MEDIA_TYPE,
                     "the Content-Type of the body must be application/json");
}

static int too_large(uint64_t limit, struct error *error)
{
    return error_set(error, ERROR_BODY_TOO_LARGE,
                     "the body is larger than %llu bytes, the limit of this endpoint",
                     (unsigned long long)limit);
}

int request_check_length(const struct request *request, uint64_t limit, struct error *error)
{
    if (request->length != LENGTH_NONE && (uint64_t)request->length > limit)
        return too_large(limit, error);
    return 0;
}

static struct check *begin_check(const struct request *request, const struct credentials *credentials,
                                 struct error *error)
{
    return check_begin(credentials, request_header(request, "HTTP_ELEVENLABS_SIGNATURE"),
                       request_header(request, "HTTP_AUTHORIZATION"),
                       request_header(request, "HTTP_X_API_KEY"), clock_now(), error);
}

/* A body on its way to its reader. A packed one may have been signed before it was packed, or as it came. */
struct stream {
    struct check *as_sent, *unpacked; /* `unpacked` is NULL without `unpack` */
    struct unpack *unpack;
    request_sink *sink;
    void *ctx;
};

static int take_unpacked(void *ctx, const void *bytes, size_t len, struct error *error)
{
    struct stream *stream = ctx;
    check_feed(stream->unpacked, bytes, len);
    return stream->sink(stream->ctx, bytes, len, error);
}

static int read_all(struct request *request, struct stream *stream, uint64_t limit, struct error *error)
{
    char piece[PIECE];
    long got;
    while ((got = request_read(request, piece, sizeof piece, error)) > 0) {
        if (request->received > limit)
            return too_large(limit, error);
        check_feed(stream->as_sent, piece, (size_t)got);
        if (stream->unpack ? unpack_feed(stream->unpack, piece, (size_t)got, take_unpacked, stream, error)
                           : stream->sink(stream->ctx, piece, (size_t)got, error))
            return -1;
    }
    return got < 0 ? -1 : 0;
}

static int end_checks(struct stream *stream, struct error *error)
{
    struct check *unpacked = stream->unpacked;
    int result = check_end(stream->as_sent, error);
    stream->as_sent = stream->unpacked = NULL;
    if (!unpacked)
        return result;
    if (result == 0)
        check_abandon(unpacked);
    else
        result = check_end(unpacked, error);
    return result == 0 ? unpack_end(stream->unpack, error) : -1;
}

int request_stream(struct request *request, const struct credentials *credentials, uint64_t limit,
                   request_sink *sink, void *ctx, struct error *error)
{
    struct stream stream = {.sink = sink, .ctx = ctx};
    if (request_check_length(request, limit, error))
        return -1;
    stream.as_sent = begin_check(request, credentials, error);
    int result = stream.as_sent ? unpack_begin(request_header(request, "HTTP_CONTENT_ENCODING"), limit,
                                               &stream.unpack, error)
                                : -1;
    if (stream.unpack && !(stream.unpacked = begin_check(request, credentials, error)))
        result = -1;
    if (result == 0)
        result = read_all(request, &stream, limit, error);
    if (result == 0)
        result = end_checks(&stream, error);
    check_abandon(stream.as_sent);
    check_abandon(stream.unpacked);
    unpack_free(stream.unpack);
    if (result != 0)
        return -1;
    request->trusted = true;
    return request_check_type(request, error);
}

static int keep(void *ctx, const void *bytes, size_t len, struct error *error)
{
    struct buf *body = ctx;
    buf_add(body, bytes, len);
    return body->failed ? error_no_memory(error) : 0;
}

int request_json(struct request *request, const struct credentials *credentials, size_t limit,
                 const cJSON **body, struct error *error)
{
    *body = NULL;
    buf_reset(&request->body);
    if (request_stream(request, credentials, limit, keep, &request->body, error))
        return -1;
    const char *text = buf_text(&request->body);
    cJSON_Delete(request->json);
    request->json = json_parse(text, request->body.len, error);
    *body = request->json;
    return request->json ? 0 : -1;
}

int request_form(struct request *request, struct form **form, struct error *error)
{
    static const char expected[] = "application/x-www-form-urlencoded";
    const char *type = request_header(request, "CONTENT_TYPE");
    struct buf body = BUF_INIT;
    char piece[PIECE];
    long got = 0;
    *form = NULL;
    if (!type || strncasecmp(type, expected, sizeof expected - 1) != 0 ||
        !strchr(" \t;", type[sizeof expected - 1]))
        return error_set(error, ERROR_UNSUPPORTED_MEDIA_TYPE, "the body must be a form");
    if (request_check_length(request, FORM_BYTES, error) != 0)
        return -1;
    while (body.len <= FORM_BYTES && (got = request_read(request, piece, sizeof piece, error)) > 0)
        buf_add(&body, piece, (size_t)got);
    const char *text = buf_text(&body);
    if (!text)
        error_no_memory(error);
    else if (got >= 0)
        *form = form_parse(text, body.len, error);
    buf_free(&body);
    return *form ? 0 : -1;
}

static void note(char **place, const char *text)
{
    char *copy = text ? text_dup(text) : NULL;
    free(*place);
    *place = copy;
}

void request_note_caller(struct request *request, const char *caller)
{
    note(&request->caller, caller);
}

void request_note_conversation(struct request *request, const char *conversation)
{
    note(&request->conversation, conversation);
}

void request_note_body(struct request *request, const char *text, size_t len)
{
    buf_reset(&request->body);
    request->trusted = text != NULL;
    if (text)
        buf_add(&request->body, text, len);
}

const char *request_caller(const struct request *request)
{
    return request->caller;
}

const char *request_conversation(const struct request *request)
{
    return request->conversation;
}

const char *request_body(const struct request *request, size_t *len)
{
    bool kept = request->trusted && request->body.len > 0 && !request->body.failed;
    *len = kept ? request->body.len : 0;
    return kept ? request->body.data : NULL;
}

uint64_t request_received(const struct request *request)
{
    return request->received;
}
