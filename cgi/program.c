#include "cgi/program.h"

#include "base/log.h"
#include "service/metrics.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* --- Starting --- */

static struct settings *load_settings(struct buf *warnings)
{
    struct buf complaints = BUF_INIT;
    struct settings *settings = settings_load(&complaints, warnings);
    if (!settings) {
        const char *text = buf_text(&complaints);
        fprintf(stderr, "The settings are wrong:\n%s", text && *text ? text : "out of memory\n");
    }
    buf_free(&complaints);
    return settings;
}

static void take_credentials(struct door *door)
{
    struct credentials *credentials = &door->credentials;
    enum setting secret = door->program->secret;
    int auth = setting_choice(door->settings, door->program->auth);
    credentials->hmac = auth == AUTH_HMAC || auth == AUTH_EITHER;
    credentials->secret = auth == AUTH_SECRET || auth == AUTH_EITHER;
    credentials->tolerance = setting_int(door->settings, ELEVENLABS_SIGNATURE_TOLERANCE);
    size_t count = setting_count(door->settings, secret);
    for (size_t i = 0; i < count && i < CREDENTIALS_SECRETS; i++)
        credentials->secrets[credentials->secret_count++] = setting_part(door->settings, secret, i);
}

static int take_origins(struct door *door, struct error *error)
{
    size_t count = setting_count(door->settings, CALLMEM_CORS_ORIGINS);
    door->origins = calloc(count ? count : 1, sizeof *door->origins);
    if (!door->origins)
        return error_set(error, ERROR_INTERNAL, "out of memory");
    for (size_t i = 0; i < count; i++)
        door->origins[i] = setting_part(door->settings, CALLMEM_CORS_ORIGINS, i);
    door->cors = (struct cors){door->origins, count};
    return 0;
}

/* The folder that holds everything; a start makes it, with the rights of nobody else. */
static int make_state(const struct settings *settings, struct error *error)
{
    const char *path = setting_text(settings, CALLMEM_STATE_DIR);
    struct stat state;
    if (mkdir(path, 0700) != 0 && (stat(path, &state) != 0 || !S_ISDIR(state.st_mode)))
        return error_set(error, ERROR_SETTINGS,
                         "CALLMEM_STATE_DIR: the folder %s is not there and cannot be made", path);
    return 0;
}

static void door_close(struct door *door)
{
    payload_log_close(door->payloads);
    metrics_close();
    free(door->origins);
    settings_free(door->settings);
    log_close();
}

struct memory_options door_memory(const struct door *door, int mode)
{
    const struct settings *settings = door->settings;
    return (struct memory_options){
        .path = setting_text(settings, OPENMEMORY_PATH),
        .url = mode == MODE_REMOTE ? setting_text(settings, OPENMEMORY_URL) : NULL,
        .key = setting_text(settings, OPENMEMORY_API_KEY),
        .ca_file = setting_text(settings, OPENMEMORY_CA_FILE),
        .state_dir = setting_text(settings, CALLMEM_STATE_DIR),
        .timeout_ms = (int)setting_int(settings, OPENMEMORY_TIMEOUT_MS),
    };
}

/* What every use of the program needs. The settings are loaded already. */
static int door_open(struct door *door, struct error *error)
{
    const struct settings *settings = door->settings;
    door->memory = door_memory(door, setting_choice(settings, OPENMEMORY_MODE));
    take_credentials(door);
    return make_state(settings, error) == 0 ? take_origins(door, error) : -1;
}

static void *thread_open(void *app)
{
    struct door *door = app;
    return memory_open(&door->memory);
}

static void thread_close(void *app, void *thread)
{
    (void)app;
    memory_close(thread);
}

static void tell_warnings(const char *warnings)
{
    while (warnings && *warnings) {
        size_t len = strcspn(warnings, "\n");
        struct log_line line;
        char *text = strndup(warnings, len);
        log_begin(&line, LOG_WARN, "settings");
        log_text(&line, "reason", text);
        log_end(&line);
        free(text);
        warnings += len + (warnings[len] == '\n');
    }
}

static int open_logs(struct door *door, struct error *error)
{
    const char *payload_log = setting_text(door->settings, door->program->payload_log);
    int level = setting_choice(door->settings, CALLMEM_LOG_LEVEL);
    if (log_open(door->program->name, (enum log_level)level, setting_text(door->settings, CALLMEM_LOG_FILE),
                 error) != 0)
        return -1;
    if (!*payload_log)
        return 0;
    door->payloads = payload_log_open(payload_log, error);
    return door->payloads ? 0 : -1;
}

void door_metrics(const struct door *door)
{
    struct error error;
    if (metrics_open(setting_text(door->settings, CALLMEM_STATE_DIR), door->program->name, &error) != 0)
        log_failure(LOG_WARN, "what is counted is not shared with the other processes", &error);
}

static int begin(struct door *door, struct error *error)
{
    if (open_logs(door, error) != 0)
        return -1;
    door_metrics(door);
    return door->program->start ? door->program->start(door, error) : 0;
}

static int serve(struct door *door, const char *warnings)
{
    struct error error = {0};
    const struct door_program *program = door->program;
    struct server server = {
        .routes = program->routes,
        .route_count = program->route_count,
        .cors = &door->cors,
        .threads = (int)setting_int(door->settings, CALLMEM_THREADS),
        .app = door,
        .thread_open = thread_open,
        .thread_close = thread_close,
    };
    server_signals();
    if (begin(door, &error) != 0) {
        log_failure(LOG_ERROR, "the program could not start", &error);
        return error.code == ERROR_SETTINGS ? EXIT_SETTINGS : EXIT_FAILURE;
    }
    tell_warnings(warnings);
    server.payloads = door->payloads;
    int result = server_run(&server, &error);
    if (program->stop)
        program->stop(door);
    if (result == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s: %s\n", program->name, error.message);
    return EXIT_FAILURE;
}

/* --- Command line --- */

int door_failed(const struct error *error)
{
    fprintf(stderr, "%s\n", error->message);
    return EXIT_FAILURE;
}

static int check_config(struct door *door, char **arguments)
{
    (void)arguments;
    settings_print(door->settings, stdout);
    return EXIT_SUCCESS;
}

static int print_setting(struct door *door, char **arguments)
{
    enum setting id = setting_find(arguments[0]);
    bool reveal = arguments[1] && strcmp(arguments[1], "--reveal") == 0;
    if (id == SETTINGS || (arguments[1] && !reveal)) {
        fprintf(stderr, id == SETTINGS ? "There is no setting %s.\n" : "After %s only --reveal may follow.\n",
                arguments[0]);
        return EXIT_USAGE;
    }
    if (setting_is_secret(id) && !reveal) {
        fprintf(stderr, "%s is a secret: add --reveal to print it.\n", arguments[0]);
        return EXIT_USAGE;
    }
    printf("%s\n", setting_text(door->settings, id));
    return EXIT_SUCCESS;
}

static const struct door_command common[] = {
    {"--check-config", "", "checks the settings and prints those in effect, secrets masked", 0, 0,
     check_config},
    {"--setting", "NAME [--reveal]", "prints the value of one setting; of a secret only with --reveal", 1, 2,
     print_setting},
    {NULL, NULL, NULL, 0, 0, NULL},
};

static void print_commands(const struct door_command *commands)
{
    for (; commands->option; commands++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", commands->option, commands->arguments);
        /* One that is too long has its help on the next line. */
        printf(strlen(left) > 28 ? "  %s\n  %28s %s\n" : "  %-28s%s %s\n", left, "", commands->help);
    }
}

static int print_help(const struct door_program *program)
{
    printf("%s: %s\n\nWithout arguments it serves FastCGI on file descriptor 0, as spawn-fcgi leaves it, or "
           "answers\n"
           "one request as plain CGI. Settings: callmem.env(5), from the environment and from the file\n"
           "named by CALLMEM_ENV_FILE (default ./.env).\n\n",
           program->name, program->purpose);
    print_commands(program->commands);
    print_commands(common);
    printf("  %-28s %s\n", "--version", "prints the version");
    printf("  %-28s %s\n", "--help", "prints this");
    return EXIT_SUCCESS;
}

/* What needs no settings. -1 when the argument is none of these. */
static int run_without_settings(const struct door_program *program, const char *option)
{
    if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
        return print_help(program);
    if (strcmp(option, "--version") == 0)
        return printf("%s (callmem) %s\n", program->name, CALLMEM_VERSION) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    /* For env/generate, which makes the documents that come from the table. */
    if (strcmp(option, "--print-development") == 0)
        settings_print_development(stdout);
    else if (strcmp(option, "--print-production") == 0)
        settings_print_production(stdout);
    else if (strcmp(option, "--print-markdown") == 0)
        settings_print_markdown(stdout);
    else if (strcmp(option, "--print-manual") == 0)
        settings_print_manual(stdout);
    else
        return -1;
    return EXIT_SUCCESS;
}

static const struct door_command *find_command(const struct door_command *commands, const char *option)
{
    while (commands->option && strcmp(commands->option, option) != 0)
        commands++;
    return commands->option ? commands : NULL;
}

static int run_command(struct door *door, const struct door_command *command, char **arguments)
{
    struct error error = {0};
    if (door_open(door, &error) != 0)
        return door_failed(&error);
    door->memory.upgrades = true;
    /* What goes wrong on the way is told on standard error, whatever the log's own level and file. */
    log_open(door->program->name, LOG_WARN, NULL, NULL);
    int status = command->run(door, arguments);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: the output could not be written\n", door->program->name);
        return EXIT_FAILURE;
    }
    return status;
}

int door_main(const struct door_program *program, int argc, char **argv)
{
    struct door door = {.program = program};
    const struct door_command *command = NULL;
    umask(077);
    if (argc > 1) {
        int status = run_without_settings(program, argv[1]);
        if (status >= 0)
            return status;
        command = find_command(program->commands, argv[1]);
        command = command ? command : find_command(common, argv[1]);
        if (!command || argc - 2 < command->least || (command->most >= 0 && argc - 2 > command->most)) {
            fprintf(stderr, "usage: %s %s %s\n", program->name, command ? command->option : "[OPTION]",
                    command ? command->arguments : "(--help lists the options)");
            return EXIT_USAGE;
        }
    }
    struct buf warnings = BUF_INIT;
    door.settings = load_settings(&warnings);
    if (!door.settings) {
        buf_free(&warnings);
        return EXIT_SETTINGS;
    }
    int status;
    struct error error = {0};
    if (command) {
        if (command->run == check_config && warnings.len)
            fputs(warnings.data, stderr);
        status = run_command(&door, command, argv + 2);
    } else if (door_open(&door, &error) != 0) {
        status = error.code == ERROR_SETTINGS ? EXIT_SETTINGS : EXIT_FAILURE;
        door_failed(&error);
    } else {
        status = serve(&door, buf_text(&warnings));
    }
    buf_free(&warnings);
    door_close(&door);
    return status;
}

struct inbox *door_inbox(const struct door *door, struct error *error)
{
    struct buf path = BUF_INIT;
    struct inbox *inbox = NULL;
    const char *audio = setting_text(door->settings, CALLMEM_AUDIO_DIR);
    buf_printf(&path, "%s/inbox", setting_text(door->settings, CALLMEM_STATE_DIR));
    if (buf_text(&path))
        inbox = inbox_open(buf_text(&path), error);
    else
        error_set(error, ERROR_INTERNAL, "out of memory");
    buf_free(&path);
    if (inbox && *audio && inbox_keep_audio(inbox, audio, error) != 0) {
        inbox_close(inbox);
        return NULL;
    }
    return inbox;
}

/* --- Serving --- */

const char *door_scope(const struct door *door, const char *agent)
{
    return setting_choice(door->settings, CALLMEM_SCOPE) == SCOPE_AGENT ? agent : "";
}

/* Whether the web server wants no more told than the status. */
static bool is_brief(const struct request *request)
{
    const char *details = request_header(request, "HEALTH_DETAILS");
    return details && strcmp(details, "off") == 0;
}

/* What stands beside the status. Takes `inbox`. */
static bool add_details(cJSON *health, const struct door *door, const struct memory_store *memory,
                        bool memory_ok, cJSON *inbox)
{
    cJSON_AddStringToObject(health, "service", door->program->name);
    cJSON_AddStringToObject(health, "version", CALLMEM_VERSION);
    cJSON *state = cJSON_AddObjectToObject(health, "memory");
    cJSON_AddStringToObject(state, "mode", memory ? memory_mode(memory) : "local");
    bool added = cJSON_AddBoolToObject(state, "ok", memory_ok) != NULL;
    return inbox ? cJSON_AddItemToObject(health, "inbox", inbox) && added : added;
}

int door_health(struct door *door, const struct request *request, struct memory_store *memory, cJSON *inbox,
                bool inbox_ok, struct response *response, struct error *error)
{
    struct error why = {0};
    bool memory_ok = memory && memory_check(memory, &why) == 0;
    bool ok = memory_ok && inbox_ok;
    if (!memory_ok)
        log_failure(LOG_ERROR, "the memory does not work", &why);
    cJSON *health = cJSON_CreateObject();
    bool built = cJSON_AddStringToObject(health, "status", ok ? "ok" : "degraded") != NULL;
    if (is_brief(request))
        cJSON_Delete(inbox);
    else
        built = add_details(health, door, memory, memory_ok, inbox) && built;
    if (built)
        response_json(response, ok ? 200 : 503, health);
    if (built && !ok)
        response_header(response, "Retry-After", "5");
    cJSON_Delete(health);
    return built ? 0 : error_set(error, ERROR_INTERNAL, "out of memory");
}

int door_health_handler(struct request *request, struct response *response, void *app, void *thread,
                        struct error *error)
{
    return door_health(app, request, thread, NULL, true, response, error);
}
