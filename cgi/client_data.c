/*
 * client-data: while the phone rings. Who is calling, what do we know of them, how should they be greeted.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cgi/program.h"
#include "people/alias.h"
#include "people/answer.h"
#include "people/caller.h"

#define BODY_LIMIT (256 * 1024)
#define ID_CHARS   256

/* The text of a field, "" where it is null or missing. */
static int read_id(const cJSON *body, const char *name, const char **text, struct error *error)
{
    const cJSON *field = json_get(body, name);
    if (field && !cJSON_IsString(field))
        return error_set(error, ERROR_INVALID_REQUEST, "%s: text is expected", name);
    *text = field ? field->valuestring : "";
    return 0;
}

/* The caller of a request: the number, else what a session without one says of itself (`by_user`). */
static int read_caller(const cJSON *body, char caller[CALLER_SIZE], enum caller_kind *kind, bool *by_user,
                       struct error *error)
{
    const char *number, *user;
    if (!cJSON_GetObjectItemCaseSensitive(body, "caller_id") &&
        !cJSON_GetObjectItemCaseSensitive(body, "user_id"))
        return error_set(error, ERROR_INVALID_REQUEST,
                         "caller_id: it is missing; the caller's number is expected, "
                         "or empty text when it is withheld, or a user_id");
    if (read_id(body, "caller_id", &number, error) != 0 || read_id(body, "user_id", &user, error) != 0)
        return -1;
    *by_user = !*number;
    *kind = *number ? caller_parse(number, caller) : caller_parse_user(user, caller);
    /* An unparsable caller_id must not fail the call. */
    if (*kind == CALLER_INVALID)
        log_say(LOG_WARN, "the caller is neither a number nor an identifier and is treated as unknown");
    return 0;
}

static int read_agent(const cJSON *body, const char **agent, struct error *error)
{
    const cJSON *field = json_get(body, "agent_id");
    *agent = "";
    if (!field)
        return 0;
    if (!cJSON_IsString(field) || text_chars(field->valuestring) > ID_CHARS)
        return error_set(error, ERROR_INVALID_REQUEST, "agent_id: text of at most %d characters is expected",
                         ID_CHARS);
    *agent = field->valuestring;
    return 0;
}

/* The caller's profile, if there is one. A memory that does not answer must not cost the call. */
static void read_profile(const struct program *program, struct memory_store *memory, char caller[CALLER_SIZE],
                         bool by_user, const char *agent, struct memory_profile *profile)
{
    struct error error = {ERROR_INTERNAL, "out of memory"};
    const char *scope = answer_scope(program->instance.settings, agent);
    if (!scope) {
        log_say(
            LOG_WARN,
            "CALLMEM_SCOPE is agent, but the request names no agent_id: the caller is treated as unknown");
        return;
    }
    if (!memory || (by_user && alias_resolve(memory, caller, &error) != 0) ||
        memory_profile(memory, caller, scope, profile, &error) != 0) {
        struct log_line line;
        log_begin(&line, LOG_ERROR, "the memory could not be read, the caller is treated as unknown");
        log_caller(&line, caller);
        log_error(&line, &error);
        log_end(&line);
    }
}

static int client_data(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const struct program *program = app;
    const cJSON *body;
    const char *agent;
    char caller[CALLER_SIZE];
    enum caller_kind kind = CALLER_NOBODY;
    bool by_user;
    if (request_json(request, &program->credentials, BODY_LIMIT, &body, error) != 0 ||
        read_caller(body, caller, &kind, &by_user, error) != 0 || read_agent(body, &agent, error) != 0)
        return -1;
    struct memory_profile profile = {0};
    if (kind == CALLER_NUMBER || kind == CALLER_OTHER) {
        request_note_caller(request, caller);
        read_profile(program, thread, caller, by_user, agent, &profile);
    }
    int result = answer_add(&response->body, program->instance.settings, &profile, caller,
                            json_text(body, "user_id"), error);
    memory_profile_free(&profile);
    return result;
}

static const struct route routes[] = {
    {"POST", "/webhook/client-data", "client-data", client_data},
    {"GET", "/health/client-data", "health", program_health_handler},
};

int main(int argc, char **argv)
{
    static const struct webhook webhook = {
        .name = "client-data",
        .purpose = "tells a voice agent, while the phone rings, who is calling and what is known of them.",
        .secret = ELEVENLABS_CLIENT_DATA_SECRET,
        .auth = ELEVENLABS_CLIENT_DATA_AUTH,
        .payload_log = CALLMEM_PAYLOAD_LOG_CLIENT_DATA,
        .routes = routes,
        .route_count = sizeof routes / sizeof *routes,
    };
    return program_main(&webhook, argc, argv);
}
