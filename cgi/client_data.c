/*
 * client-data: while the phone rings. Who is calling, what do we know of them, how should they be greeted.
 */
#include "base/json.h"
#include "base/log.h"
#include "base/text.h"
#include "cgi/program.h"
#include "people/caller.h"
#include "people/profile.h"
#include "service/template.h"
#include "service/variables.h"

#include <stdlib.h>
#include <string.h>

#define BODY_LIMIT (256 * 1024)
#define ID_CHARS   256
#define FRAME      256 /* bytes of an answer around a profile, mostly */

/* The text of a field, "" where it is null or missing. */
static int read_id(const cJSON *body, const char *name, const char **text, struct error *error)
{
    const cJSON *field = json_get(body, name);
    if (field && !cJSON_IsString(field))
        return error_set(error, ERROR_INVALID_REQUEST, "%s: text is expected", name);
    *text = field ? field->valuestring : "";
    return 0;
}

/* The caller of a request: the number, else what a session without one says of itself. */
static int read_caller(const cJSON *body, char caller[CALLER_SIZE], enum caller_kind *kind,
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
static void read_profile(const struct program *program, struct memory_store *memory, const char *caller,
                         const char *agent, struct memory_profile *profile)
{
    struct error error = {ERROR_INTERNAL, "out of memory"};
    bool agents_apart = setting_choice(program->instance.settings, CALLMEM_SCOPE) == SCOPE_AGENT;
    if (agents_apart && !*agent) {
        log_say(
            LOG_WARN,
            "CALLMEM_SCOPE is agent, but the request names no agent_id: the caller is treated as unknown");
        return;
    }
    if (!memory || memory_profile(memory, caller, agents_apart ? agent : "", profile, &error) != 0) {
        struct log_line line;
        log_begin(&line, LOG_ERROR, "the memory could not be read, the caller is treated as unknown");
        log_caller(&line, caller);
        log_error(&line, &error);
        log_end(&line);
    }
}

static bool add_own_variables(const struct settings *settings, cJSON *variables)
{
    bool good = true;
    for (size_t i = 0; i < settings_variables(settings) && good; i++)
        good = cJSON_AddStringToObject(variables, settings_variable_name(settings, i),
                                       settings_variable_value(settings, i));
    return good;
}

/* Puts a filled-in template into `object`[`name`]; false only when out of memory. */
static bool add_override(const struct settings *settings, enum setting template, const cJSON *variables,
                         cJSON *object, const char *name)
{
    struct buf text = BUF_INIT;
    bool good = true;
    if (template_apply(setting_text(settings, template), variables, &text) && buf_text(&text))
        good = cJSON_AddStringToObject(object, name, buf_text(&text));
    buf_free(&text);
    return good;
}

/* The parts of conversation_config_override: each is there only when it has something in it. */
static cJSON *overrides(const struct settings *settings, const cJSON *variables)
{
    bool returning = json_number(variables, VARIABLE_CALL_COUNT, 0) > 0;
    cJSON *override = cJSON_CreateObject(), *agent = cJSON_CreateObject();
    cJSON *prompt = cJSON_CreateObject(), *tts = cJSON_CreateObject();
    bool good =
        override && agent && prompt && tts &&
        add_override(settings, returning ? CALLMEM_FIRST_MESSAGE_RETURNING : CALLMEM_FIRST_MESSAGE_NEW,
                     variables, agent, "first_message") &&
        add_override(settings, CALLMEM_LANGUAGE, variables, agent, "language") &&
        add_override(settings, CALLMEM_PROMPT, variables, prompt, "prompt") &&
        add_override(settings, CALLMEM_VOICE_ID, variables, tts, "voice_id");
    if (good && prompt->child && (good = cJSON_AddItemToObject(agent, "prompt", prompt)))
        prompt = NULL;
    if (good && agent->child && (good = cJSON_AddItemToObject(override, "agent", agent)))
        agent = NULL;
    if (good && tts->child && (good = cJSON_AddItemToObject(override, "tts", tts)))
        tts = NULL;
    cJSON_Delete(prompt);
    cJSON_Delete(agent);
    cJSON_Delete(tts);
    if (good)
        return override;
    cJSON_Delete(override);
    return NULL;
}

/* Whether anything is to be overridden, for which the variables would have to be read. */
static bool has_overrides(const struct settings *settings)
{
    static const enum setting templates[] = {CALLMEM_FIRST_MESSAGE_RETURNING, CALLMEM_FIRST_MESSAGE_NEW,
                                             CALLMEM_LANGUAGE, CALLMEM_PROMPT, CALLMEM_VOICE_ID};
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++)
        if (*setting_text(settings, templates[i]))
            return true;
    return false;
}

static bool add_overrides(struct buf *b, const struct settings *settings, const char *document,
                          const char *caller)
{
    cJSON *variables = profile_variables(document, caller);
    cJSON *override =
        variables && add_own_variables(settings, variables) ? overrides(settings, variables) : NULL;
    bool good = override != NULL;
    if (good && override->child) {
        buf_puts(b, ",\"conversation_config_override\":");
        json_add(b, override);
    }
    cJSON_Delete(override);
    cJSON_Delete(variables);
    return good;
}

static int answer(const struct program *program, const struct memory_profile *profile, const char *caller,
                  const char *user, struct buf *b, struct error *error)
{
    static const struct memory_profile unknown = {0};
    const struct settings *settings = program->instance.settings;
    buf_reserve(b, FRAME + (profile->document ? strlen(profile->document) : 0));
    buf_puts(b, "{\"type\":\"conversation_initiation_client_data\"");
    if (user && *user && text_chars(user) <= ID_CHARS) {
        buf_puts(b, ",\"user_id\":");
        buf_json(b, user, strlen(user));
    }
    buf_puts(b, ",\"dynamic_variables\":{");
    if (!profile_add_variables(b, profile, caller)) {
        if (profile->document)
            log_say(LOG_ERROR, "a profile in the memory cannot be read, the caller is treated as unknown");
        profile = &unknown;
        if (!profile_add_variables(b, profile, ""))
            return error_no_memory(error);
    }
    for (size_t i = 0; i < settings_variables(settings); i++) {
        const char *name = settings_variable_name(settings, i), *value = settings_variable_value(settings, i);
        buf_putc(b, ',');
        buf_json(b, name, strlen(name));
        buf_putc(b, ':');
        buf_json(b, value, strlen(value));
    }
    buf_putc(b, '}');
    if (has_overrides(settings) && !add_overrides(b, settings, profile->document, caller))
        return error_no_memory(error);
    buf_putc(b, '}');
    return buf_text(b) ? 0 : error_no_memory(error);
}

static int client_data(struct request *request, struct response *response, void *app, void *thread,
                       struct error *error)
{
    const struct program *program = app;
    const cJSON *body;
    const char *agent;
    char caller[CALLER_SIZE];
    enum caller_kind kind = CALLER_NOBODY;
    if (request_json(request, &program->credentials, BODY_LIMIT, &body, error) != 0 ||
        read_caller(body, caller, &kind, error) != 0 || read_agent(body, &agent, error) != 0)
        return -1;
    struct memory_profile profile = {0};
    if (kind == CALLER_NUMBER || kind == CALLER_OTHER) {
        request_note_caller(request, caller);
        read_profile(program, thread, caller, agent, &profile);
    }
    int result = answer(program, &profile, caller, json_text(body, "user_id"), &response->body, error);
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
