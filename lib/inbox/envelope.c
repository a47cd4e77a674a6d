#include "inbox/envelope.h"

#include "base/json.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define ID_CHARS 256

/* A character is written in at most 12 bytes ("\ud83d\ude00"), so what does not fit has more than ID_CHARS.
 */
#define RAW_SIZE (12 * (ID_CHARS + 1))

/* A string as it is written, without its quotes. */
struct raw {
    size_t len;
    bool cut;
    char bytes[RAW_SIZE];
};

enum field_id { TYPE, DATA, CONVERSATION, AGENT, AUDIO, FIELDS };

static const struct {
    const char *name;
    int depth; /* 1: of the event, 2: of its data */
} members[FIELDS] = {
    [TYPE] = {"type", 1},      [DATA] = {"data", 1},        [CONVERSATION] = {"conversation_id", 2},
    [AGENT] = {"agent_id", 2}, [AUDIO] = {"full_audio", 2},
};

struct field {
    bool seen;  /* the first of its name went by */
    char first; /* the byte that its value begins with */
    struct raw text;
};

struct envelope {
    envelope_audio *audio;
    void *ctx;
    int depth;         /* brackets that are open */
    bool is_object[3]; /* at depth 1 and 2: the bracket is a brace */
    bool in_data;      /* within the first "data" */
    bool expects_name; /* at depth 1 and 2: the next string is a name */
    bool in_string, is_name;
    int escape;          /* within an escape: bytes of it seen, 0 outside */
    unsigned code;       /* of \u, so far */
    struct field *field; /* whose value comes next or goes by; NULL: of none that matters */
    struct raw name;
    struct field fields[FIELDS];
};

struct envelope *envelope_new(envelope_audio *audio, void *ctx)
{
    struct envelope *envelope = calloc(1, sizeof *envelope);
    if (envelope) {
        envelope->audio = audio;
        envelope->ctx = ctx;
    }
    return envelope;
}

void envelope_free(struct envelope *envelope)
{
    free(envelope);
}

static void raw_add(struct raw *raw, const char *bytes, size_t len)
{
    size_t room = sizeof raw->bytes - raw->len;
    size_t taken = len < room ? len : room;
    memcpy(raw->bytes + raw->len, bytes, taken);
    raw->len += taken;
    raw->cut = raw->cut || taken < len;
}

/* Decodes with the parser that event_parse() uses. NULL when it is no whole string, or when out of memory. */
static char *raw_decode(const struct raw *raw, size_t len)
{
    struct buf b = BUF_INIT;
    char *text = NULL;
    buf_puts(&b, "{\"v\":\"");
    buf_add(&b, raw->bytes, len);
    buf_puts(&b, "\"}");
    cJSON *object = b.failed ? NULL : json_parse(b.data, b.len, NULL);
    if (object)
        text = text_dup(json_text(object, "v"));
    cJSON_Delete(object);
    buf_free(&b);
    return text;
}

static bool raw_is(const struct raw *raw, const char *name)
{
    if (!memchr(raw->bytes, '\\', raw->len))
        return raw->len == strlen(name) && memcmp(raw->bytes, name, raw->len) == 0;
    char *text = raw->cut ? NULL : raw_decode(raw, raw->len);
    bool same = text && strcmp(text, name) == 0;
    free(text);
    return same;
}

static struct field *find_field(struct envelope *e)
{
    if (e->depth == 2 && !e->in_data)
        return NULL;
    for (size_t i = 0; i < FIELDS; i++)
        if (members[i].depth == e->depth && raw_is(&e->name, members[i].name))
            return e->fields[i].seen ? NULL : &e->fields[i];
    return NULL;
}

/* The first byte of any value. */
static void begin_value(struct envelope *e, char c)
{
    if (e->field && !e->field->first)
        e->field->first = c;
}

static void open_bracket(struct envelope *e, char c)
{
    begin_value(e, c);
    if (e->depth == 1 && c == '{' && e->field == &e->fields[DATA])
        e->in_data = true;
    e->field = NULL;
    e->depth++;
    if (e->depth <= 2)
        e->is_object[e->depth] = c == '{';
    e->expects_name = e->depth <= 2 && c == '{';
}

static void close_bracket(struct envelope *e)
{
    if (e->depth > 0)
        e->depth--;
    if (e->depth <= 1)
        e->in_data = false;
    e->expects_name = false;
}

static void begin_string(struct envelope *e)
{
    e->in_string = true;
    e->escape = 0;
    e->is_name = e->expects_name;
    if (e->is_name) {
        e->name.len = 0;
        e->name.cut = false;
    } else {
        begin_value(e, '"');
    }
}

static void end_string(struct envelope *e)
{
    e->in_string = false;
    if (!e->is_name)
        return;
    e->expects_name = false;
    e->field = find_field(e);
    if (e->field)
        e->field->seen = true;
}

static void structure_byte(struct envelope *e, char c)
{
    switch (c) {
    case '{':
    case '[':
        open_bracket(e, c);
        return;
    case '}':
    case ']':
        close_bracket(e);
        return;
    case ',':
        e->field = NULL;
        e->expects_name = (e->depth == 1 || e->depth == 2) && e->is_object[e->depth];
        return;
    case '"':
        begin_string(e);
        return;
    case ':':
    case ' ':
    case '\t':
    case '\r':
    case '\n':
        return;
    default:
        begin_value(e, c);
    }
}

/* A piece of the string in hand, as it is written. */
static int string_piece(struct envelope *e, const char *bytes, size_t len, struct error *error)
{
    if (e->is_name) {
        raw_add(&e->name, bytes, len);
        return 0;
    }
    if (!e->field)
        return 0;
    if (e->field == &e->fields[AUDIO])
        return e->audio && e->escape == 0 ? e->audio(e->ctx, bytes, len, error) : 0;
    raw_add(&e->field->text, bytes, len);
    return 0;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10) & 15;
}

/* The escapes that base64 may be written with: \/ and \u002b and line breaks. Everything else comes out as
 * something that no base64 has. */
static char escaped_char(char c)
{
    return c == 'n' || c == 'r' || c == 't' ? '\n' : c == '/' ? '/' : '\\';
}

/* The byte after a backslash, and for \u the four after that. */
static int escape_byte(struct envelope *e, char c, struct error *error)
{
    if (string_piece(e, &c, 1, error) != 0)
        return -1;
    char out = '\\';
    if (e->escape == 1) {
        e->code = 0;
        e->escape = c == 'u' ? 2 : 0;
        out = escaped_char(c);
    } else {
        e->code = e->code << 4 | hex_digit(c);
        e->escape = e->escape == 5 ? 0 : e->escape + 1;
        if (e->code < 0x80)
            out = (char)e->code;
    }
    bool is_audio = !e->is_name && e->field == &e->fields[AUDIO];
    return e->escape == 0 && is_audio ? string_piece(e, &out, 1, error) : 0;
}

static size_t plain_run(const char *bytes, size_t len)
{
    size_t n = 0;
    while (n < len && bytes[n] != '"' && bytes[n] != '\\')
        n++;
    return n;
}

/* Takes what it can from within a string; how much, or -1. */
static ssize_t string_bytes(struct envelope *e, const char *bytes, size_t len, struct error *error)
{
    if (e->escape > 0)
        return escape_byte(e, bytes[0], error) != 0 ? -1 : 1;
    size_t run = plain_run(bytes, len);
    if (run > 0)
        return string_piece(e, bytes, run, error) != 0 ? -1 : (ssize_t)run;
    if (bytes[0] == '"') {
        end_string(e);
        return 1;
    }
    e->escape = 1;
    return string_piece(e, bytes, 1, error) != 0 ? -1 : 1;
}

int envelope_feed(struct envelope *e, const char *bytes, size_t len, struct error *error)
{
    for (size_t i = 0; i < len;) {
        if (!e->in_string) {
            structure_byte(e, bytes[i++]);
            continue;
        }
        ssize_t taken = string_bytes(e, bytes + i, len - i, error);
        if (taken < 0)
            return -1;
        i += (size_t)taken;
    }
    return 0;
}

static int copy_text(const struct raw *raw, char *out, size_t size, struct error *error)
{
    char *text = raw_decode(raw, raw->len);
    if (!text)
        return error_no_memory(error);
    size_t len = strlen(text);
    /* Cut where a character ends. */
    if (len >= size)
        for (len = size - 1; len > 0 && (text[len] & 0xc0) == 0x80; len--)
            ;
    memcpy(out, text, len);
    out[len] = '\0';
    free(text);
    return 0;
}

static int read_type(struct envelope *e, struct letter *letter, struct error *error)
{
    struct field *type = &e->fields[TYPE];
    if (type->first != '"' || type->text.len == 0)
        return error_set(error, ERROR_INVALID_REQUEST, "type: the name of the event is expected, as text");
    /* What was cut may end within an escape or a character. */
    if (type->text.cut)
        for (int i = 0; i < 12; i++) {
            char *text = raw_decode(&type->text, type->text.len);
            free(text);
            if (text)
                break;
            type->text.len--;
        }
    if (copy_text(&type->text, letter->type, sizeof letter->type, error) != 0)
        return -1;
    letter->kind = event_type_find(letter->type);
    return 0;
}

/* Whether a field is text of at most ID_CHARS characters; then it is copied. */
static int read_id(struct envelope *e, enum field_id id, char out[1025], bool *fits, struct error *error)
{
    struct field *field = &e->fields[id];
    *fits = false;
    if (field->first != '"' || field->text.cut)
        return 0;
    char *text = raw_decode(&field->text, field->text.len);
    if (!text)
        return error_no_memory(error);
    *fits = text_chars(text) <= ID_CHARS;
    if (*fits)
        memcpy(out, text, strlen(text) + 1);
    free(text);
    return 0;
}

int envelope_end(struct envelope *e, struct letter *letter, struct error *error)
{
    bool has_conversation, has_agent;
    *letter = (struct letter){.kind = EVENT_OTHER};
    if (read_type(e, letter, error) != 0 ||
        read_id(e, CONVERSATION, letter->conversation, &has_conversation, error) != 0)
        return -1;
    if (letter->kind == EVENT_OTHER)
        return 0;
    if (e->fields[DATA].first != '{')
        return error_set(error, ERROR_INVALID_REQUEST, "data: an object is expected");
    if (!has_conversation || !letter->conversation[0])
        return error_set(error, ERROR_INVALID_REQUEST,
                         "data.conversation_id: a text of 1 to %d characters is expected", ID_CHARS);
    if (read_id(e, AGENT, letter->agent, &has_agent, error) != 0)
        return -1;
    if (e->fields[AGENT].first == '"' && !has_agent)
        return error_set(error, ERROR_INVALID_REQUEST, "data.agent_id: at most %d characters are expected",
                         ID_CHARS);
    char audio = e->fields[AUDIO].first;
    if (letter->kind == EVENT_AUDIO && audio && audio != '"' && audio != 'n')
        return error_set(error, ERROR_INVALID_REQUEST, "data.full_audio: base64 text is expected");
    return 0;
}
