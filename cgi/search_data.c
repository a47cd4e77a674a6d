/*
 * search-data: in the middle of a call. The agent asks what was said before.
 */
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"
#include "cgi/program.h"
#include "people/alias.h"
#include "people/caller.h"
#include "people/search_answer.h"
#include "people/trust.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BODY_LIMIT   (256 * 1024)
#define QUERY_CHARS  2000
#define WORDS_CHARS  500
#define NAME_CHARS   200
#define ID_CHARS     256
#define LIMIT        10
#define LIMIT_MOST   50
#define NUMBER_CHARS 32

/* What is asked for. */
struct question {
    char caller[CALLER_SIZE];
    bool by_user; /* that is a user_id */
    const char *query;
    const char *name; /* who the caller says they are; NULL */
    bool verified;    /* the agent has checked it */
    struct memory_filter filter;
};

/* --- Reading the request --- */

/* A field's value; NULL when it is absent, null or empty text: an LLM that fills in a form leaves gaps like
 * that. */
static const cJSON *given(const cJSON *body, const char *name)
{
    const cJSON *value = json_get(body, name);
    return cJSON_IsString(value) && !*value->valuestring ? NULL : value;
}

static int read_text(const cJSON *body, const char *name, int chars, const char **text, struct error *error)
{
    const cJSON *value = given(body, name);
    *text = NULL;
    if (!value)
        return 0;
    if (!cJSON_IsString(value) || text_chars(value->valuestring) > (size_t)chars)
        return error_set(error, ERROR_INVALID_REQUEST, "%s: text of at most %d characters is expected", name,
                         chars);
    *text = value->valuestring;
    return 0;
}

/* A number, or text that is one. */
static int read_number(const cJSON *body, const char *name, double least, double most, double *number,
                       struct error *error)
{
    const cJSON *value = given(body, name);
    char *end = NULL;
    double read = 0;
    if (!value)
        return 0;
    if (cJSON_IsNumber(value))
        read = value->valuedouble;
    else if (cJSON_IsString(value) && strlen(value->valuestring) <= NUMBER_CHARS &&
             strspn(value->valuestring, "0123456789.+-eE ") == strlen(value->valuestring))
        read = strtod(value->valuestring, &end);
    bool good = cJSON_IsNumber(value) || (end && end != value->valuestring && end[strspn(end, " ")] == '\0');
    if (!good || isnan(read) || read < least || read > most)
        return error_set(error, ERROR_INVALID_REQUEST, "%s: a number from %g to %g is expected", name, least,
                         most);
    *number = read;
    return 0;
}

static int read_limit(const cJSON *body, size_t *limit, struct error *error)
{
    double number = LIMIT;
    if (read_number(body, "limit", 1, LIMIT_MOST, &number, error) != 0)
        return -1;
    if (number != floor(number))
        return error_set(error, ERROR_INVALID_REQUEST, "limit: a whole number is expected");
    *limit = (size_t)number;
    return 0;
}

/* `until` a day means until that day is over. */
static int read_time(const cJSON *body, const char *name, bool to_its_end, int64_t *when, struct error *error)
{
    const cJSON *value = given(body, name);
    bool good = true;
    *when = 0;
    if (!value)
        return 0;
    if (cJSON_IsNumber(value) && value->valuedouble >= 0 && value->valuedouble < 1e12)
        *when = (int64_t)value->valuedouble;
    else
        good = cJSON_IsString(value) && clock_parse(value->valuestring, when);
    if (!good)
        return error_set(error, ERROR_INVALID_REQUEST,
                         "%s: a time such as 2026-03-02, 2026-03-02T10:00:00Z or Unix seconds is expected",
                         name);
    if (to_its_end && cJSON_IsString(value) && strlen(value->valuestring) == strlen("2026-03-02") &&
        strchr(value->valuestring, '-'))
        *when += CLOCK_DAY - 1;
    return 0;
}

/* The values of a field that names one of a set, or several in an array, as bits. */
struct choice {
    const char *field;
    unsigned count;
    const char *(*name)(unsigned at); /* "" where it cannot be chosen */
};

static const char *sector_at(unsigned at)
{
    return sector_name((enum sector)at);
}

static const char *kind_at(unsigned at)
{
    return kind_is_searched((enum kind)at) ? kind_name((enum kind)at) : "";
}

static int wrong_choice(const struct choice *choice, struct error *error)
{
    struct buf names = BUF_INIT;
    for (unsigned i = 0; i < choice->count; i++)
        if (*choice->name(i))
            buf_printf(&names, "%s%s", i ? ", " : "", choice->name(i));
    error_set(error, ERROR_INVALID_REQUEST, "%s: one of these is expected: %s", choice->field,
              buf_text(&names) ? buf_text(&names) : "");
    buf_free(&names);
    return -1;
}

static int add_choice(const struct choice *choice, const cJSON *value, unsigned *bits, struct error *error)
{
    if (!cJSON_IsString(value))
        return wrong_choice(choice, error);
    for (unsigned i = 0; i < choice->count; i++)
        if (strcmp(choice->name(i), value->valuestring) == 0) {
            *bits |= 1u << i;
            return 0;
        }
    return wrong_choice(choice, error);
}

static int read_choice(const cJSON *body, const struct choice *choice, unsigned *bits, struct error *error)
{
    const cJSON *value = given(body, choice->field), *part;
    if (!value)
        return 0;
    if (!cJSON_IsArray(value))
        return add_choice(choice, value, bits, error);
    cJSON_ArrayForEach(part, value)
    {
        if (add_choice(choice, part, bits, error) != 0)
            return -1;
    }
    return 0;
}

static int read_caller(const cJSON *body, struct question *question, struct error *error)
{
    static const char *const fields[] = {"caller_id", "user_id", "phone_number"};
    const cJSON *value = NULL;
    const char *field = fields[0];
    bool named = false;
    for (size_t i = 0; i < sizeof fields / sizeof *fields && !value; i++) {
        value = given(body, fields[i]);
        field = fields[i];
        named = named || cJSON_GetObjectItemCaseSensitive(body, fields[i]);
    }
    if (!value && !named)
        return error_set(
            error, ERROR_INVALID_REQUEST,
            "caller_id: it is missing; the number of the caller is expected, here or as user_id or "
            "phone_number");
    if (value && !cJSON_IsString(value))
        return error_set(error, ERROR_INVALID_REQUEST, "%s: text is expected", field);
    question->by_user = value && strcmp(field, "user_id") == 0;
    const char *text = value ? value->valuestring : "";
    enum caller_kind kind =
        question->by_user ? caller_parse_user(text, question->caller) : caller_parse(text, question->caller);
    /* No number as an example: this goes into the log, where whole numbers never stand. */
    if (kind == CALLER_INVALID)
        return error_set(
            error, ERROR_INVALID_REQUEST,
            "%s: a number with + and its country code is expected, or an identifier of at most 128 letters, "
            "digits and . _ : @ + -",
            field);
    question->filter.caller = question->caller;
    return 0;
}

/* True, false, or one of them as text. */
static int read_flag(const cJSON *body, const char *name, bool *flag, struct error *error)
{
    const cJSON *value = given(body, name);
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (!value)
        return 0;
    *flag = cJSON_IsTrue(value) || strcmp(text, "true") == 0;
    return *flag || cJSON_IsFalse(value) || strcmp(text, "false") == 0
               ? 0
               : error_set(error, ERROR_INVALID_REQUEST, "%s: true or false is expected", name);
}

static int read_query(const cJSON *body, struct question *question, struct error *error)
{
    const char *query = json_text(body, "query");
    size_t chars = query ? text_chars(query) : 0;
    if (!query || query[strspn(query, " \t\r\n")] == '\0' || chars > QUERY_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST, "query: text of 1 to %d characters is expected",
                         QUERY_CHARS);
    question->query = query;
    return 0;
}

static int read_filter(const cJSON *body, struct memory_filter *filter, struct error *error)
{
    static const struct choice sector = {"sector", SECTORS, sector_at},
                               sectors = {"sectors", SECTORS, sector_at}, kind = {"kind", KINDS, kind_at};
    if (read_limit(body, &filter->limit, error) != 0 ||
        read_number(body, "min_salience", 0, 1, &filter->min_salience, error) != 0 ||
        read_choice(body, &sector, &filter->sectors, error) != 0 ||
        read_choice(body, &sectors, &filter->sectors, error) != 0 ||
        read_choice(body, &kind, &filter->kinds, error) != 0 ||
        read_time(body, "since", false, &filter->since, error) != 0 ||
        read_time(body, "until", true, &filter->until, error) != 0 ||
        read_text(body, "words", WORDS_CHARS, &filter->words, error) != 0 ||
        read_text(body, "agent_id", ID_CHARS, &filter->agent, error) != 0)
        return -1;
    return read_text(body, "conversation_id", ID_CHARS, &filter->conversation, error);
}

static int read_question(const struct program *program, const cJSON *body, struct question *question,
                         struct error *error)
{
    if (read_query(body, question, error) != 0 ||
        read_flag(body, "verified", &question->verified, error) != 0 ||
        read_text(body, "caller_name", NAME_CHARS, &question->name, error) != 0 ||
        read_caller(body, question, error) != 0 || read_filter(body, &question->filter, error) != 0)
        return -1;
    if (setting_choice(program->instance.settings, CALLMEM_SCOPE) == SCOPE_AGENT && !question->filter.agent)
        return error_set(
            error, ERROR_INVALID_REQUEST,
            "agent_id: it is missing; each agent has its own memory here (CALLMEM_SCOPE is agent)");
    return 0;
}

static int search_data(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const struct program *program = app;
    struct question question = {0};
    const cJSON *body;
    if (request_json(request, &program->credentials, BODY_LIMIT, &body, error) != 0 ||
        read_question(program, body, &question, error) != 0)
        return -1;
    request_note_caller(request, question.caller);
    if (question.by_user && thread && alias_resolve(thread, question.caller, error) != 0)
        return -1;
    const struct settings *settings = program->instance.settings;
    if (!question.verified)
        question.filter.hide = trust_private(settings);
    if (trust_is_shared(settings, question.caller))
        return search_answer_named(&response->body, settings, thread, &question.filter,
                                   question.name ? question.name : "", question.query, error);
    return search_answer_add(&response->body, settings, thread, &question.filter, question.query, error);
}

static const struct route routes[] = {
    {"POST", "/webhook/search-data", "search-data", search_data},
    {"GET", "/health/search-data", "health", program_health_handler},
};

int main(int argc, char **argv)
{
    static const struct webhook webhook = {
        .name = "search-data",
        .purpose = "finds for a voice agent, in the middle of a call, what was said in earlier ones.",
        .secret = ELEVENLABS_SEARCH_DATA_SECRET,
        .auth = ELEVENLABS_SEARCH_DATA_AUTH,
        .payload_log = CALLMEM_PAYLOAD_LOG_SEARCH_DATA,
        .routes = routes,
        .route_count = sizeof routes / sizeof *routes,
    };
    return program_main(&webhook, argc, argv);
}
