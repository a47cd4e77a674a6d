/*
 * What the agent's tools answered: the number of a booking stands there, and often nowhere else. Only what
 * looks like a number or code under a name that says so is taken, of one thing: a list of offers is nobody's.
 */
#include "people/event_parts.h"

#include "base/json.h"
#include "base/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define RESULTS_MOST 50    /* of a call */
#define EACH_MOST    8     /* of an answer */
#define DEPTH_MOST   4     /* of objects in an answer */
#define VALUE_MOST   40    /* bytes of a number or code */
#define NAME_MOST    80    /* of the names together */
#define ANSWER_MOST  65536 /* bytes of an answer that is looked at */

struct results {
    struct event *event;
    const char *tool;
    size_t left; /* of this answer */
    bool failed;
};

/* Whether a member's name says that its value names a thing: "booking_id", "orderNumber", "confirmation". */
static bool is_reference(const char *name)
{
    static const char *const words[] = {
        "id",  "number", "no",       "nr",     "num",    "code",   "ref",    "reference", "confirmation",
        "pnr", "ticket", "tracking", "nummer", "numero", "codigo", "codice", "referencia"};
    const char *end = name + strlen(name), *word;
    while (end > name && !isalnum((unsigned char)end[-1]))
        end--;
    for (word = end; word > name && isalnum((unsigned char)word[-1]); word--)
        if (word < end && isupper((unsigned char)*word) && islower((unsigned char)word[-1]))
            break;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i]) == (size_t)(end - word) &&
            strncasecmp(words[i], word, (size_t)(end - word)) == 0)
            return true;
    return false;
}

/* Names of what programs call their own doings, not a customer's things. */
static bool is_internal(const char *name)
{
    static const char *const words[] = {"request", "session",      "trace",  "span",   "user",
                                        "agent",   "conversation", "tool",   "call",   "error",
                                        "status",  "phone",        "memory", "message"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncasecmp(name, words[i], strlen(words[i])) == 0)
            return true;
    return false;
}

static bool is_code(const char *value)
{
    size_t len = strlen(value);
    return len >= 3 && len <= VALUE_MOST && strpbrk(value, "0123456789") &&
           strspn(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/._# ") == len;
}

static void add_result(struct results *results, const char *name, char *value)
{
    struct transcript *transcript = &results->event->transcript;
    size_t size = strlen(results->tool) + strlen(name) + 3;
    char *whole = value && size <= NAME_MOST ? malloc(size) : NULL;
    results->failed = results->failed || !value || (size <= NAME_MOST && !whole);
    if (!whole) {
        free(value);
        return;
    }
    size_t tool = strlen(results->tool);
    memcpy(whole, results->tool, tool);
    memcpy(whole + tool, ": ", 2);
    memcpy(whole + tool + 2, name, strlen(name) + 1);
    transcript->results[transcript->result_count++] = (struct tool_result){whole, value};
    results->left--;
}

static void read_object(struct results *results, const cJSON *object, int depth)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, object)
    {
        if (results->left == 0 || results->failed)
            return;
        if (cJSON_IsObject(item) && depth < DEPTH_MOST)
            read_object(results, item, depth + 1);
        else if (cJSON_IsArray(item) && item->child && !item->child->next && depth < DEPTH_MOST)
            read_object(results, item, depth + 1);
        else if (item->string && is_reference(item->string) && !is_internal(item->string)) {
            if (cJSON_IsString(item) && is_code(item->valuestring))
                add_result(results, item->string, text_dup(item->valuestring));
            else if (cJSON_IsNumber(item) && item->valuedouble >= 100 && item->valuedouble < 1e15)
                add_result(results, item->string, cJSON_PrintUnformatted(item));
        }
    }
}

/* One answer. What callmem's own search found is no news. */
static void read_result(struct results *results, const cJSON *result)
{
    const char *type = json_text_or_empty(result, "type"),
               *value = json_text_or_empty(result, "result_value");
    size_t len = strlen(value), count = results->event->transcript.result_count;
    if (*value != '{' || len > ANSWER_MOST || json_bool(result, "is_error", false) ||
        strcmp(type, "system") == 0 || strcmp(type, "workflow") == 0)
        return;
    cJSON *answer = json_parse(value, len, NULL);
    results->tool = json_text_or_empty(result, "tool_name");
    results->left = RESULTS_MOST - count < EACH_MOST ? RESULTS_MOST - count : EACH_MOST;
    if (answer && !json_array(answer, "memories"))
        read_object(results, answer, 0);
    cJSON_Delete(answer);
}

int event_read_results(struct event *event, const cJSON *transcript)
{
    struct results results = {.event = event};
    const cJSON *turn, *result;
    cJSON_ArrayForEach(turn, transcript)
    {
        cJSON_ArrayForEach(result, json_array(turn, "tool_results"))
        {
            struct transcript *into = &event->transcript;
            if (!into->results && !(into->results = calloc(RESULTS_MOST, sizeof *into->results)))
                return -1;
            if (into->result_count == RESULTS_MOST)
                return 0;
            read_result(&results, result);
            if (results.failed)
                return -1;
        }
    }
    return 0;
}
