#include "operate/batch.h"

#include "base/csv.h"
#include "base/json.h"
#include "people/caller.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define COMPLAINTS 20 /* that are written out */

#define NUMBER          "phone_number"
#define WHATSAPP        "whatsapp_user_id"
#define INITIATION      "conversation_initiation_client_data"
#define RECIPIENTS      "recipients"
#define DYNAMIC         "dynamic_variables"
#define OVERRIDE        "conversation_config_override"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct batch {
    batch_answer *answer;
    void *ctx;
    struct buf *complaints;
    size_t wrong; /* recipients who cannot be called */
    struct error *error;
};

/* A recipient who cannot be called: the others are read all the same, so that all such are named. */
static void complain(struct batch *batch, struct csv_place place, const char *what)
{
    if (batch->wrong++ < COMPLAINTS)
        buf_printf(batch->complaints, "line %zu, column %zu: %s\n", place.line, place.column, what);
}

static int conclude(const struct batch *batch)
{
    if (batch->complaints->failed)
        return error_no_memory(batch->error);
    return batch->wrong == 0 ? 0
                             : error_set(batch->error, ERROR_INVALID_REQUEST,
                                         "%zu recipient%s cannot be called; nothing was printed",
                                         batch->wrong, batch->wrong == 1 ? "" : "s");
}

static int wrong_at(const struct batch *batch, struct csv_place place, const char *what)
{
    return error_set(batch->error, ERROR_INVALID_REQUEST, "line %zu, column %zu: %s", place.line,
                     place.column, what);
}

/* What the call is started with. NULL with an error. */
static cJSON *initiation_of(const struct batch *batch, const char *caller)
{
    struct buf b = BUF_INIT;
    cJSON *whole = NULL;
    if (batch->answer(batch->ctx, caller, &b, batch->error) == 0 && !(whole = cJSON_Parse(buf_text(&b))))
        error_no_memory(batch->error);
    buf_free(&b);
    /* The API knows no such member of a recipient. */
    cJSON_DeleteItemFromObjectCaseSensitive(whole, "type");
    return whole;
}

/* --- JSON --- */

/* Moves what `from` has and `to` has not; objects that both have are merged. False when out of memory. */
static bool merge(cJSON *to, cJSON *from)
{
    bool good = true;
    for (cJSON *item = from->child, *next; item && good; item = next) {
        next = item->next;
        cJSON *there = cJSON_GetObjectItemCaseSensitive(to, item->string);
        if (cJSON_IsObject(there) && cJSON_IsObject(item))
            good = merge(there, item);
        if (there && !cJSON_IsNull(there))
            continue;
        if (there)
            cJSON_Delete(cJSON_DetachItemViaPointer(to, there));
        cJSON_DetachItemViaPointer(from, item);
        good = cJSON_AddItemToObject(to, item->string, item);
        if (!good)
            cJSON_Delete(item);
    }
    return good;
}

/* Where the recipient number `nth` begins in valid JSON, for people. */
static struct csv_place place_of(const char *text, size_t len, size_t nth, size_t before)
{
    static const char name[] = "\"" RECIPIENTS "\"";
    size_t depth = 0, found = 0;
    bool named = false, within = false, begins = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (begins && !isspace((unsigned char)c)) {
            if (found++ == nth)
                return csv_locate(text + before, i - before);
            begins = false;
        }
        if (c == '"') {
            named = named || (depth == 1 && len - i >= strlen(name) && !memcmp(text + i, name, strlen(name)));
            for (i++; i < len && text[i] != '"'; i++)
                i += text[i] == '\\';
        } else if (c == '[' || c == '{') {
            if (depth++ == 1 && named && c == '[' && !found)
                within = begins = true;
        } else if (c == ']' || c == '}') {
            depth--;
            within = within && depth >= 2;
        } else if (c == ',') {
            named = named && depth != 1;
            begins = within && depth == 2;
        }
    }
    return (struct csv_place){1, 1};
}

static bool read_recipient(const cJSON *recipient, char caller[CALLER_SIZE], const char **wrong)
{
    const cJSON *number = json_get(recipient, NUMBER), *whatsapp = json_get(recipient, WHATSAPP);
    enum caller_kind kind;
    *wrong = NULL;
    if (!cJSON_IsObject(recipient))
        *wrong = "a recipient is an object";
    else if (number &&
             (!cJSON_IsString(number) || caller_parse(number->valuestring, caller) != CALLER_NUMBER))
        *wrong = NUMBER ": a phone number with its country code is expected";
    else if (!number && !cJSON_IsString(whatsapp))
        *wrong = "the recipient has neither " NUMBER " nor " WHATSAPP;
    else if (!number && (kind = caller_parse_whatsapp(whatsapp->valuestring, caller)) != CALLER_NUMBER &&
             kind != CALLER_OTHER)
        *wrong = WHATSAPP ": this is nobody's";
    else if (json_get(recipient, INITIATION) && !json_object(recipient, INITIATION))
        *wrong = INITIATION ": an object is expected";
    return !*wrong;
}

static int fill_recipient(const struct batch *batch, cJSON *recipient, const char *caller)
{
    cJSON *initiation = initiation_of(batch, caller);
    if (!initiation)
        return -1;
    cJSON *there = cJSON_GetObjectItemCaseSensitive(recipient, INITIATION);
    bool good;
    if (cJSON_IsObject(there)) {
        good = merge(there, initiation);
        cJSON_Delete(initiation);
    } else {
        if (there)
            cJSON_DeleteItemFromObjectCaseSensitive(recipient, INITIATION);
        good = cJSON_AddItemToObject(recipient, INITIATION, initiation);
        if (!good)
            cJSON_Delete(initiation);
    }
    return good ? 0 : error_no_memory(batch->error);
}

static int fill_recipients(struct batch *batch, cJSON *list, const struct buf *text, size_t before)
{
    char caller[CALLER_SIZE];
    size_t at = 0;
    cJSON *recipient;
    cJSON_ArrayForEach(recipient, list)
    {
        const char *wrong;
        struct csv_place place = {1, 1};
        bool good = read_recipient(recipient, caller, &wrong);
        if (!good && batch->wrong < COMPLAINTS)
            place = place_of(text->data, text->len, at, before);
        if (!good)
            complain(batch, place, wrong);
        /* When one is wrong nothing is printed: the rest is only looked at. */
        else if (batch->wrong == 0 && fill_recipient(batch, recipient, caller) != 0)
            return -1;
        at++;
    }
    return conclude(batch);
}

/* Says where the JSON is wrong. `before` bytes of the text are not of the file. */
static int wrong_json(const struct batch *batch, const struct buf *text, size_t before)
{
    struct error why = {0};
    struct json_scan *scan = json_scan_new(NULL, 0, NULL, NULL);
    if (!scan)
        return error_no_memory(batch->error);
    int result = json_scan_feed(scan, text->data, text->len, &why);
    if (result == 0)
        result = json_scan_end(scan, &why);
    size_t at = json_scan_at(scan);
    json_scan_free(scan);
    const char *cause = strchr(why.message, ':');
    if (result == 0)
        return error_no_memory(batch->error);
    struct csv_place place = csv_locate(text->data + before, at > before ? at - before : 0);
    return error_set(batch->error, ERROR_INVALID_REQUEST, "line %zu, column %zu: invalid JSON%s", place.line,
                     place.column, cause ? cause : "");
}

static bool print_json(const cJSON *json, struct buf *out)
{
    char *printed = cJSON_Print(json);
    if (printed)
        buf_printf(out, "%s\n", printed);
    cJSON_free(printed);
    return printed && !out->failed;
}

/* An array is read as the body that has it. */
static int fill_json(struct batch *batch, const char *text, size_t len, bool is_array, struct buf *out)
{
    static const char head[] = "{\"" RECIPIENTS "\":", tail[] = "}";
    struct buf whole = BUF_INIT;
    struct error ignored;
    size_t before = is_array ? strlen(head) : 0;
    buf_add(&whole, head, before);
    buf_add(&whole, text, len);
    if (is_array)
        buf_puts(&whole, tail);
    cJSON *body = buf_text(&whole) ? json_parse(whole.data, whole.len, &ignored) : NULL;
    cJSON *list = cJSON_GetObjectItemCaseSensitive(body, RECIPIENTS);
    int result;
    if (whole.failed)
        result = error_no_memory(batch->error);
    else if (!body)
        result = wrong_json(batch, &whole, before);
    else if (!cJSON_IsArray(list))
        result = wrong_at(batch, (struct csv_place){1, 1}, "there is no array \"" RECIPIENTS "\"");
    else
        result = fill_recipients(batch, list, &whole, before);
    if (result == 0 && !print_json(is_array ? list : body, out))
        result = error_no_memory(batch->error);
    cJSON_Delete(body);
    buf_free(&whole);
    return result;
}

/* --- CSV --- */

/* A column of an override, and where the answer has it. */
static const struct override {
    const char *column, *part, *inner, *member;
} overrides[] = {
    {"language", "agent", NULL, "language"},
    {"first_message", "agent", NULL, "first_message"},
    {"system_prompt", "agent", "prompt", "prompt"},
    {"voice_id", "tts", NULL, "voice_id"},
};
#define OVERRIDES (sizeof overrides / sizeof *overrides)

struct row {
    struct csv_record record;
    cJSON *initiation;
};

struct table {
    struct csv csv;
    struct arena *arena;
    struct csv_record header;
    size_t number; /* the column with the number */
    struct row *rows;
    size_t count;
};

static size_t find_column(const struct csv_record *header, const char *name)
{
    size_t at = 0;
    while (at < header->count && strcmp(header->fields[at].text, name) != 0)
        at++;
    return at;
}

static int read_header(const struct batch *batch, struct table *table)
{
    struct csv_record *header = &table->header;
    int got = csv_read(&table->csv, table->arena, header, batch->error);
    if (got < 0)
        return -1;
    table->number = find_column(header, NUMBER);
    if (table->number == header->count)
        return wrong_at(batch, (struct csv_place){1, 1},
                        "the first line names the columns, with commas between, and one of them is " NUMBER);
    for (size_t i = 0; i < header->count; i++)
        if (find_column(header, header->fields[i].text) < i)
            return wrong_at(batch, header->fields[i].place, "two columns have this name");
    return 0;
}

static int check_count(const struct batch *batch, const struct table *table, const struct csv_record *record)
{
    if (record->count == table->header.count)
        return 0;
    struct csv_place place =
        record->count > table->header.count ? record->fields[table->header.count].place : record->end;
    return error_set(batch->error, ERROR_INVALID_REQUEST,
                     "line %zu, column %zu: the line has %zu fields, and the first line names %zu",
                     place.line, place.column, record->count, table->header.count);
}

static int add_row(struct batch *batch, struct table *table, const struct csv_record *record, size_t *room)
{
    char caller[CALLER_SIZE];
    const struct csv_field *number = &record->fields[table->number];
    if (table->count == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct row *rows = realloc(table->rows, more * sizeof *rows);
        if (!rows)
            return error_no_memory(batch->error);
        table->rows = rows;
        *room = more;
    }
    struct row *row = &table->rows[table->count++];
    *row = (struct row){.record = *record};
    if (caller_parse(number->text, caller) != CALLER_NUMBER) {
        complain(batch, number->place, NUMBER ": a phone number with its country code is expected");
        return 0;
    }
    return batch->wrong || (row->initiation = initiation_of(batch, caller)) ? 0 : -1;
}

static int read_rows(struct batch *batch, struct table *table)
{
    struct csv_record record;
    size_t room = 0;
    int got;
    while ((got = csv_read(&table->csv, table->arena, &record, batch->error)) > 0)
        if (check_count(batch, table, &record) != 0 || add_row(batch, table, &record, &room) != 0)
            return -1;
    return got == 0 ? conclude(batch) : -1;
}

/* The value of an answer for a column: a dynamic variable or an override. NULL: none. */
static const cJSON *value_for(const struct row *row, const char *column)
{
    for (const struct override *o = overrides; o < overrides + OVERRIDES; o++) {
        if (strcmp(o->column, column) != 0)
            continue;
        const cJSON *part = json_object(json_object(row->initiation, OVERRIDE), o->part);
        return json_get(o->inner ? json_object(part, o->inner) : part, o->member);
    }
    return json_get(json_object(row->initiation, DYNAMIC), column);
}

/* What a caller said comes into a cell: it must not be a formula for the program that opens the table. */
static void add_value(struct buf *out, const cJSON *value, const char *column)
{
    struct buf text = BUF_INIT;
    if (cJSON_IsString(value) && *value->valuestring && strchr("=+-@", *value->valuestring) &&
        strcmp(column, "caller_id") != 0)
        buf_putc(&text, ' ');
    if (cJSON_IsString(value))
        buf_puts(&text, value->valuestring);
    else if (value)
        json_add(&text, value);
    if (buf_text(&text))
        csv_add(out, buf_text(&text));
    else
        out->failed = true;
    buf_free(&text);
}

/* The columns that are added: variables that all answers have, and overrides that any of them has. */
static size_t choose_columns(const struct table *table, const char **columns)
{
    size_t count = 0;
    const cJSON *variable, *variables = table->count ? json_object(table->rows[0].initiation, DYNAMIC) : NULL;
    cJSON_ArrayForEach(variable, variables)
    {
        if (find_column(&table->header, variable->string) == table->header.count)
            columns[count++] = variable->string;
    }
    for (size_t i = 0; i < OVERRIDES; i++) {
        bool any = false;
        for (size_t row = 0; row < table->count && !any; row++)
            any = value_for(&table->rows[row], overrides[i].column) != NULL;
        if (any && find_column(&table->header, overrides[i].column) == table->header.count)
            columns[count++] = overrides[i].column;
    }
    return count;
}

static void print_table(const struct table *table, const char *const *columns, size_t count, struct buf *out)
{
    const char *end = table->csv.crlf ? "\r\n" : "\n";
    for (size_t i = 0; i < table->header.count + count; i++) {
        if (i > 0)
            buf_putc(out, ',');
        csv_add(out,
                i < table->header.count ? table->header.fields[i].text : columns[i - table->header.count]);
    }
    buf_puts(out, end);
    for (const struct row *row = table->rows; row < table->rows + table->count; row++) {
        for (size_t i = 0; i < table->header.count + count; i++) {
            bool theirs = i < table->header.count;
            const char *column = theirs ? table->header.fields[i].text : columns[i - table->header.count];
            if (i > 0)
                buf_putc(out, ',');
            if (theirs && *row->record.fields[i].text)
                csv_add(out, row->record.fields[i].text);
            else
                add_value(out, value_for(row, column), column);
        }
        buf_puts(out, end);
    }
}

static int fill_csv(struct batch *batch, const char *text, size_t len, struct buf *out)
{
    struct table table = {.arena = arena_new()};
    csv_open(&table.csv, text, len);
    int result = table.arena ? read_header(batch, &table) : error_no_memory(batch->error);
    if (result == 0)
        result = read_rows(batch, &table);
    if (result == 0) {
        const cJSON *first = table.count ? json_object(table.rows[0].initiation, DYNAMIC) : NULL;
        const char **columns = calloc((size_t)cJSON_GetArraySize(first) + OVERRIDES, sizeof *columns);
        if (columns)
            print_table(&table, columns, choose_columns(&table, columns), out);
        if (!columns || out->failed)
            result = error_no_memory(batch->error);
        free(columns);
    }
    for (size_t i = 0; i < table.count; i++)
        cJSON_Delete(table.rows[i].initiation);
    free(table.rows);
    arena_free(table.arena);
    return result;
}

int batch_fill(const char *text, size_t len, batch_answer *answer, void *ctx, struct buf *out,
               struct buf *complaints, struct error *error)
{
    struct batch batch = {.answer = answer, .ctx = ctx, .complaints = complaints, .error = error};
    size_t mark = strlen(BYTE_ORDER_MARK), at = 0;
    if (len >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        len -= mark;
    }
    while (at < len && isspace((unsigned char)text[at]))
        at++;
    bool is_array = at < len && text[at] == '[';
    return is_array || (at < len && text[at] == '{') ? fill_json(&batch, text, len, is_array, out)
                                                     : fill_csv(&batch, text, len, out);
}
