#include "operate/elevenlabs.h"

#include "base/json.h"
#include "operate/progress.h"

#include <string.h>
#include <time.h>

#define PAGE_SIZE   100 /* the most that the API gives */
#define ANSWER_MOST ((size_t)64 << 20)
#define TIMEOUT_MS  60000

#define TRIES         4   /* of a request that the server could not answer */
#define FIRST_WAIT_MS 250 /* before the second; doubles */
#define BUSY_TRIES    20  /* of a request that is one too many for now */
#define BUSY_MOST_S   300 /* that we wait for a turn */
#define FAILED_MOST   3   /* conversations in a row that the server could not give: it is not well */

int elevenlabs_open(struct elevenlabs *at, const struct settings *settings, struct error *error)
{
    const char *key = setting_text(settings, ELEVENLABS_API_KEY);
    if (!*key)
        return error_set(error, ERROR_SETTINGS,
                         "ELEVENLABS_API_KEY is empty: put a key of your workspace into the settings");
    buf_reserve(&at->key, sizeof "xi-api-key: " + strlen(key));
    buf_printf(&at->key, "xi-api-key: %s", key);
    at->http = http_new(&(struct http_options){
        .url = setting_text(settings, ELEVENLABS_API_URL),
        .limit = ANSWER_MOST,
        .what = "the ElevenLabs API",
        .environment_proxy = true,
    });
    return at->key.failed || !at->http ? error_no_memory(error) : 0;
}

void elevenlabs_close(struct elevenlabs *at)
{
    if (at->key.data)
        explicit_bzero(at->key.data, at->key.cap);
    buf_free(&at->key);
    http_answer_free(&at->answer);
    http_free(at->http);
    *at = (struct elevenlabs)ELEVENLABS_INIT;
}

/* --- Asking --- */

static void wait_ms(int64_t ms)
{
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0)
        ;
}

/* How long to wait before the same is asked again; -1: what came is what there is. */
static int64_t wait_before(const struct http_answer *answer, int tries)
{
    int64_t doubled = (int64_t)FIRST_WAIT_MS << (tries - 1 < 8 ? tries - 1 : 8);
    if (answer->status == 429 && answer->failure == HTTP_ANSWERED) {
        if (tries >= BUSY_TRIES || answer->retry_after > BUSY_MOST_S)
            return -1;
        return answer->retry_after >= 0 ? (int64_t)answer->retry_after * 1000 : doubled;
    }
    bool passes = answer->status >= 500 || answer->status == 408 || answer->failure == HTTP_UNREACHABLE ||
                  answer->failure == HTTP_BROKEN || answer->failure == HTTP_TIMEOUT;
    return passes && tries < TRIES ? doubled : -1;
}

static int check_status(const struct http_answer *answer, struct error *error)
{
    if (answer->status >= 200 && answer->status < 300)
        return 0;
    switch (answer->status) {
    case 401:
    case 403:
        return error_set(error, ERROR_SETTINGS, "ElevenLabs does not accept ELEVENLABS_API_KEY (HTTP %d)",
                         answer->status);
    case 429:
        return error_set(error, ERROR_TOO_MANY_REQUESTS, "ElevenLabs wants fewer requests (HTTP 429)");
    case 404:
        return error_set(error, ERROR_NOT_FOUND, "ElevenLabs does not have it (HTTP 404)");
    default:
        return error_set(error, answer->status >= 500 ? ERROR_INTERNAL : ERROR_INVALID_REQUEST,
                         "ElevenLabs answered HTTP %d", answer->status);
    }
}

static int ask(struct elevenlabs *at, const char *method, const char *path, struct error *error)
{
    const char *headers[] = {buf_text(&at->key)};
    const struct http_request request = {
        .method = method, .path = path, .headers = headers, .header_count = 1, .timeout_ms = TIMEOUT_MS};
    if (!path)
        return error_no_memory(error);
    for (int tries = 1;; tries++) {
        int result = http_ask(at->http, &request, &at->answer, error);
        int64_t wait = wait_before(&at->answer, tries);
        if (wait < 0)
            return result == 0 ? check_status(&at->answer, error) : -1;
        if (wait >= 1000)
            progress_note("ElevenLabs wants us to wait %lld s", (long long)(wait / 1000));
        wait_ms(wait);
    }
}

int elevenlabs_conversation(struct elevenlabs *at, const char *method, const char *id, struct error *error)
{
    struct buf path = BUF_INIT;
    buf_puts(&path, "/v1/convai/conversations/");
    http_add_escaped(&path, id);
    int result = ask(at, method, buf_text(&path), error);
    buf_free(&path);
    return result;
}

bool elevenlabs_goes_on(struct elevenlabs *at, const struct error *error)
{
    at->failed_in_a_row = error->code == ERROR_INTERNAL ? at->failed_in_a_row + 1 : 0;
    if (at->answer.failure == HTTP_UNREACHABLE || at->failed_in_a_row >= FAILED_MOST)
        return false;
    return error->code == ERROR_INVALID_JSON || error->code == ERROR_INVALID_REQUEST ||
           error->code == ERROR_NOT_FOUND || error->code == ERROR_INTERNAL;
}

/* --- Lists --- */

struct pages {
    struct elevenlabs *at;
    elevenlabs_each *each;
    void *ctx;
    struct buf cursor; /* of the next page, "" after the last */
    size_t listed;
};

static int read_page(struct pages *pages, struct error *error)
{
    const struct buf *body = &pages->at->answer.body;
    cJSON *page = json_parse(body->data ? body->data : "", body->len, error);
    const cJSON *list = json_array(page, "conversations"), *entry;
    const char *next = json_bool(page, "has_more", false) ? json_text(page, "next_cursor") : NULL;
    int result = 0;
    if (!list)
        result =
            error_set(error, ERROR_INTERNAL,
                      "what ElevenLabs answered is no page of conversations: is ELEVENLABS_API_URL right?");
    cJSON_ArrayForEach(entry, list)
    {
        if (result == 0)
            result = pages->each(pages->ctx, entry, error);
        pages->listed++;
    }
    /* Asked for the same page again we would go round for ever. */
    if (result == 0 && next && pages->cursor.len && strcmp(next, buf_text(&pages->cursor)) == 0)
        result = error_set(error, ERROR_INTERNAL, "ElevenLabs' pages of conversations do not end");
    buf_reset(&pages->cursor);
    buf_puts(&pages->cursor, next ? next : "");
    cJSON_Delete(page);
    return result;
}

static void add_path(const struct pages *pages, const struct buf *filter, struct buf *path)
{
    buf_reset(path);
    buf_printf(path, "/v1/convai/conversations?page_size=%d", PAGE_SIZE);
    if (filter->len)
        buf_add(path, filter->data, filter->len);
    path->failed = path->failed || filter->failed;
    if (pages->cursor.len) {
        buf_puts(path, "&cursor=");
        http_add_escaped(path, pages->cursor.data);
    }
}

int elevenlabs_list(struct elevenlabs *at, const struct buf *filter, elevenlabs_each *each, void *ctx,
                    struct error *error)
{
    struct pages pages = {.at = at, .each = each, .ctx = ctx, .cursor = BUF_INIT};
    struct buf path = BUF_INIT;
    int result;
    do {
        progress_note("%zu conversations listed", pages.listed);
        add_path(&pages, filter, &path);
        result = ask(at, NULL, buf_text(&path), error);
        if (result == 0)
            result = read_page(&pages, error);
        if (result == 0 && pages.cursor.failed)
            result = error_no_memory(error);
    } while (result == 0 && pages.cursor.len);
    progress_clear();
    buf_free(&path);
    buf_free(&pages.cursor);
    return result;
}
