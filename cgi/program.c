#include "cgi/program.h"

#include "base/log.h"
#include "web/payload_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- Starting --- */

static void take_credentials(struct program *program)
{
    const struct settings *settings = program->instance.settings;
    struct credentials *credentials = &program->credentials;
    enum setting secret = program->webhook->secret;
    if (secret == SETTINGS)
        return;
    int auth = setting_choice(settings, program->webhook->auth);
    credentials->hmac = auth == AUTH_HMAC || auth == AUTH_EITHER;
    credentials->secret = auth == AUTH_SECRET || auth == AUTH_EITHER;
    credentials->tolerance = setting_int(settings, ELEVENLABS_SIGNATURE_TOLERANCE);
    size_t count = setting_count(settings, secret);
    /* ElevenLabs signs events alone; a signature that somebody made for one endpoint is none for another. */
    bool strict =
        setting_choice(settings, CALLMEM_ENV) == ENV_PRODUCTION && secret != ELEVENLABS_POST_CALL_SECRET;
    for (size_t i = 0; i < count && i < CREDENTIALS_SECRETS; i++) {
        const char *part = setting_part(settings, secret, i);
        credentials->header_only[i] = strict && setting_secret_is_shared(settings, secret, part);
        credentials->secrets[credentials->secret_count++] = part;
    }
}

static int take_origins(struct program *program, struct error *error)
{
    const struct settings *settings = program->instance.settings;
    bool has_webhook = program->webhook->secret != SETTINGS;
    size_t count = has_webhook ? setting_count(settings, CALLMEM_CORS_ORIGINS) : 0;
    program->origins = calloc(count ? count : 1, sizeof *program->origins);
    if (!program->origins)
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++)
        program->origins[i] = setting_part(settings, CALLMEM_CORS_ORIGINS, i);
    program->cors = (struct cors){program->origins, count};
    return 0;
}

static int program_open(struct program *program, struct error *error)
{
    take_credentials(program);
    return instance_open(&program->instance, error) == 0 ? take_origins(program, error) : -1;
}

static void program_close(struct program *program)
{
    payload_log_close(program->payloads);
    redaction_close(program->redaction);
    free(program->origins);
    instance_close(&program->instance);
}

static void *thread_open(void *app)
{
    struct program *program = app;
    return memory_open(&program->instance.memory);
}

static void thread_close(void *app, void *thread)
{
    (void)app;
    memory_close(thread);
}

static void log_warnings(const char *warnings)
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

static int open_logs(struct program *program, struct error *error)
{
    const struct settings *settings = program->instance.settings;
    enum setting log = program->webhook->payload_log;
    const char *payload_log = log == SETTINGS ? "" : setting_text(settings, log);
    int level = setting_choice(settings, CALLMEM_LOG_LEVEL);
    if (log_open(program->webhook->name, (enum log_level)level, setting_text(settings, CALLMEM_LOG_FILE),
                 error) != 0)
        return -1;
    if (!*payload_log)
        return 0;
    program->payloads = payload_log_open(payload_log, error);
    if (!program->payloads || redaction_open(&program->instance, &program->redaction, error) != 0)
        return -1;
    if (program->redaction)
        payload_log_mask(program->payloads, redaction_mask, program->redaction);
    return 0;
}

static int begin(struct program *program, struct error *error)
{
    if (open_logs(program, error) != 0)
        return -1;
    instance_metrics(&program->instance);
    return program->webhook->start ? program->webhook->start(program, error) : 0;
}

static int serve(struct program *program, const char *warnings)
{
    struct error error = {0};
    const struct webhook *webhook = program->webhook;
    struct server server = {
        .routes = webhook->routes,
        .route_count = webhook->route_count,
        .cors = &program->cors,
        .threads = (int)setting_int(program->instance.settings, CALLMEM_THREADS),
        .app = program,
        .thread_open = thread_open,
        .thread_close = thread_close,
    };
    server_signals();
    if (begin(program, &error) != 0) {
        log_failure(LOG_ERROR, "the program could not start", &error);
        return error.code == ERROR_SETTINGS ? EXIT_SETTINGS : EXIT_FAILURE;
    }
    log_warnings(warnings);
    server.payloads = program->payloads;
    int result = server_run(&server, &error);
    if (webhook->stop)
        webhook->stop(program);
    if (result == 0)
        return EXIT_SUCCESS;
    fprintf(stderr, "%s: %s\n", webhook->name, error.message);
    return EXIT_FAILURE;
}

/* --- Command line --- */

/* Options that the programs had before there was callmem, and the commands that replace them. */
static const char *const moved[][2] = {
    {"--show", "show"},       {"--export", "export"},   {"--import", "import"},   {"--forget", "forget"},
    {"--caller", "search"},   {"--search", "search"},   {"--status", "status"},   {"--drain", "drain"},
    {"--retry", "retry"},     {"--expire", "expire"},   {"--metrics", "metrics"}, {"--backfill", "backfill"},
    {"--migrate", "migrate"}, {"--setting", "setting"},
};

/* A word as a shell takes it. */
static void print_word(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";
    if (*word && word[strspn(word, plain)] == '\0') {
        fputs(word, out);
        return;
    }
    fputc('\'', out);
    for (; *word; word++)
        if (*word == '\'')
            fputs("'\\''", out);
        else
            fputc(*word, out);
    fputc('\'', out);
}

/* callmem as the operator types it: with the folder of this program where both lie in it. */
static void print_callmem(FILE *out, const char *program)
{
    const char *slash = strrchr(program, '/');
    struct buf path = BUF_INIT;
    if (slash)
        buf_add(&path, program, (size_t)(slash + 1 - program));
    buf_puts(&path, "callmem");
    const char *there = buf_text(&path);
    print_word(out, there && slash && access(there, X_OK) == 0 ? there : "callmem");
    buf_free(&path);
}

static int refuse(const struct webhook *webhook, char **argv)
{
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        if (strcmp(argv[1], moved[i][0]) != 0)
            continue;
        fprintf(stderr, "%s %s is a command of callmem now:\n    ", webhook->name, argv[1]);
        print_callmem(stderr, argv[0]);
        fprintf(stderr, " %s", moved[i][1]);
        for (char **word = argv + 2; *word; word++) {
            fputc(' ', stderr);
            print_word(stderr, *word);
        }
        fputc('\n', stderr);
        return EXIT_USAGE;
    }
    fprintf(stderr, "usage: %s [--check-config | --version | --help]\n", webhook->name);
    return EXIT_USAGE;
}

static int print_help(const struct webhook *webhook)
{
    printf("%s: %s\n\n"
           "Without arguments it serves FastCGI on file descriptor 0, as spawn-fcgi leaves it, or answers\n"
           "one request as plain CGI. Settings: callmem.env(5), from the environment and from the file\n"
           "named by CALLMEM_ENV_FILE (default ./.env). Operators use callmem(8).\n\n"
           "  --check-config  checks the settings and prints those in effect, secrets masked\n"
           "  --version       prints the version\n"
           "  --help          prints this\n",
           webhook->name, webhook->purpose);
    return EXIT_SUCCESS;
}

/* Serves, or checks the settings alone. */
static int run(const struct webhook *webhook, bool check_only)
{
    struct program program = {.webhook = webhook};
    struct buf warnings = BUF_INIT;
    struct error error = {0};
    /* A wrong secret of another endpoint is no reason not to serve this one. */
    enum setting endpoint = check_only                    ? SETTINGS
                            : webhook->secret == SETTINGS ? CALLMEM_OPERATOR_SECRET /* the operator's page */
                                                          : webhook->secret;
    int status = instance_load_for(&program.instance, webhook->name, endpoint, NULL, &warnings);
    if (status == 0 && program_open(&program, &error) != 0) {
        fprintf(stderr, "%s\n", error.message);
        status = error.code == ERROR_SETTINGS ? EXIT_SETTINGS : EXIT_FAILURE;
    } else if (status == 0 && check_only) {
        fputs(buf_text(&warnings) ? buf_text(&warnings) : "", stderr);
        settings_print(program.instance.settings, stdout);
    } else if (status == 0) {
        status = serve(&program, buf_text(&warnings));
    }
    buf_free(&warnings);
    program_close(&program);
    return status;
}

int program_main(const struct webhook *webhook, int argc, char **argv)
{
    const char *option = argc > 1 ? argv[1] : "";
    umask(077);
    if (argc <= 1)
        return run(webhook, false);
    if (argc > 2)
        return refuse(webhook, argv);
    if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0)
        return print_help(webhook);
    if (strcmp(option, "--version") == 0)
        return printf("%s (callmem) %s\n", webhook->name, CALLMEM_VERSION) > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    if (strcmp(option, "--check-config") != 0)
        return refuse(webhook, argv);
    int status = run(webhook, true);
    return fflush(stdout) == 0 && !ferror(stdout) ? status : EXIT_FAILURE;
}

/* --- Serving --- */

/* Whether the web server lets this client see the status alone. */
static bool is_brief(const struct request *request)
{
    const char *details = request_header(request, "HEALTH_DETAILS");
    return details && strcmp(details, "off") == 0;
}

/* Everything but the status; `why` says what is wrong with the memory, NULL: nothing. Takes `inbox`. */
static bool add_details(cJSON *health, const struct program *program, const struct memory_store *memory,
                        const struct error *why, cJSON *inbox)
{
    cJSON_AddStringToObject(health, "service", program->webhook->name);
    cJSON_AddStringToObject(health, "version", CALLMEM_VERSION);
    cJSON *state = cJSON_AddObjectToObject(health, "memory");
    cJSON_AddStringToObject(state, "mode", memory ? memory_mode(memory) : "local");
    bool added = cJSON_AddBoolToObject(state, "ok", !why) != NULL;
    if (why)
        added = cJSON_AddStringToObject(state, "error", why->message) && added;
    return inbox ? cJSON_AddItemToObject(health, "inbox", inbox) && added : added;
}

int program_health(struct program *program, const struct request *request, struct memory_store *memory,
                   cJSON *inbox, bool inbox_ok, struct response *response, struct error *error)
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
        built = add_details(health, program, memory, memory_ok ? NULL : &why, inbox) && built;
    if (built)
        response_json(response, ok ? 200 : 503, health);
    if (built && !ok)
        response_header(response, "Retry-After", "5");
    cJSON_Delete(health);
    return built ? 0 : error_no_memory(error);
}

int program_health_handler(struct request *request, struct response *response, void *app, void *thread,
                           struct error *error)
{
    return program_health(app, request, thread, NULL, true, response, error);
}
