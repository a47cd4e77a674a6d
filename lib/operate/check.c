/*
 * check and setting: the settings in effect, or everything that is wrong with them.
 */
#include "base/json.h"
#include "operate/commands.h"
#include "operate/orphans.h"
#include "operate/report.h"
#include "operate/sandbox.h"
#include "operate/service_user.h"
#include "service/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The lines of a text as an array; NULL when out of memory. */
static cJSON *lines_of(const char *text)
{
    cJSON *list = cJSON_CreateArray();
    bool good = list && text;
    while (good && *text) {
        size_t len = strcspn(text, "\n");
        char *line = strndup(text, len);
        cJSON *item = line ? cJSON_CreateString(line) : NULL;
        good = cJSON_AddItemToArray(list, item);
        free(line);
        text += len + (text[len] == '\n');
    }
    if (good)
        return list;
    cJSON_Delete(list);
    return NULL;
}

/* What settings_print() prints, secrets masked, as an object. */
static cJSON *settings_object(const struct settings *settings)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    cJSON *object = cJSON_CreateObject();
    if (out) {
        settings_print(settings, out);
        fclose(out);
    }
    bool good = object && text;
    char *rest = text;
    for (char *line; good && (line = strsep(&rest, "\n")) && *line;) {
        char *value = strchr(line, '=');
        *value++ = '\0';
        good = cJSON_AddStringToObject(object, line, value) != NULL;
    }
    free(text);
    if (good)
        return object;
    cJSON_Delete(object);
    return NULL;
}

static bool add(cJSON *object, const char *name, cJSON *item)
{
    if (item && cJSON_AddItemToObject(object, name, item))
        return true;
    cJSON_Delete(item);
    return false;
}

/* {"ok", "wrong": [lines], "warnings": [lines], "settings": {…} unless something is wrong} */
static int print_json(const struct settings *settings, struct buf *wrong, struct buf *warnings)
{
    cJSON *object = cJSON_CreateObject();
    if (object && cJSON_AddBoolToObject(object, "ok", wrong->len == 0 && settings) &&
        add(object, "wrong", lines_of(buf_text(wrong))) &&
        add(object, "warnings", lines_of(buf_text(warnings))) &&
        (!settings || add(object, "settings", settings_object(settings))))
        return report_json(object);
    cJSON_Delete(object);
    return report_json(NULL);
}

static int print_result(const struct instance *instance, const struct args *args, struct buf *wrong,
                        struct buf *warnings)
{
    if (args->json)
        return print_json(instance->settings, wrong, warnings);
    if (wrong->len || !instance->settings)
        fprintf(stderr, "The settings are wrong:\n%s", wrong->len ? wrong->data : "out of memory\n");
    fputs(warnings->len ? warnings->data : "", stderr);
    if (!wrong->len && instance->settings && !args_option(args, "quiet"))
        settings_print(instance->settings, stdout);
    return EXIT_SUCCESS;
}

/* Requests whose signature or secret was wrong until now are a warning: ElevenLabs does not send an event
 * again that was answered with 401. The metrics are only read, so that without them none are made. */
static void warn_of_refusals(const char *state, struct buf *warnings)
{
    struct buf path = BUF_INIT;
    struct error error = {0};
    buf_printf(&path, "%s/" METRICS_FILE, state);
    bool open =
        !path.failed && access(path.data, R_OK | W_OK) == 0 && metrics_open(state, "callmem", &error) == 0;
    buf_free(&path);
    for (unsigned service = 0; open && service < METRIC_SERVICES; service++) {
        long long refused = metrics_value(METRIC_REFUSED, service);
        if (refused > 0)
            buf_printf(warnings,
                       "warning: %s refused its last %lld request%s with 401: the secret here and the one at "
                       "ElevenLabs differ, or the clock is wrong%s\n",
                       metric_service_name(service), refused, refused == 1 ? "" : "s",
                       strcmp(metric_service_name(service), "post-call") == 0
                           ? "; ElevenLabs does not send these events again (callmem backfill)"
                           : "");
    }
}

/* Of a memory that is not there, not up to date or on a server nothing is said. */
static void warn_of_orphans(const struct instance *instance, struct buf *warnings)
{
    struct error error = {0};
    size_t count = 0;
    if (setting_choice(instance->settings, OPENMEMORY_MODE) != MODE_LOCAL ||
        access(instance->memory.path, R_OK | W_OK) != 0)
        return;
    struct memory_store *memory = memory_open(&instance->memory);
    if (memory && orphans_count(memory, &count, &error) == 0 && count)
        buf_printf(warnings,
                   "warning: %zu caller%s under keys that no call has any more, from an earlier version: "
                   "callmem orphans lists them\n",
                   count, count == 1 ? " is" : "s are");
    memory_close(memory);
}

/* A memory on a server is asked. What is wrong with it does not make the settings wrong. */
static void warn_of_server(const struct instance *instance, struct buf *warnings)
{
    struct error error = {0};
    struct memory_store *memory = memory_open(&instance->memory);
    if (memory && strcmp(memory_mode(memory), "local") != 0 && memory_check(memory, &error) != 0)
        buf_printf(warnings, "warning: the memory does not work: %s\n", error.message);
    memory_close(memory);
}

int check_command(struct instance *instance, const struct args *args)
{
    struct buf wrong = BUF_INIT, warnings = BUF_INIT;
    struct error error = {0};
    int status = instance_load(instance, instance->program, &wrong, &warnings);
    const char *drop_ins = status == 0 ? sandbox_drop_ins() : NULL;
    const char *state = status == 0 ? setting_text(instance->settings, CALLMEM_STATE_DIR) : "";
    if (drop_ins)
        sandbox_warn(instance->settings, drop_ins, &warnings);
    if (*state && service_user_may_use(state, &error) != 0) {
        status = report_failure(&error);
    } else {
        if (status == 0 && instance_open(instance, &error) != 0) {
            buf_printf(&wrong, "%s\n", error.message);
            status = EXIT_SETTINGS;
        }
        if (status == 0) {
            warn_of_refusals(state, &warnings);
            warn_of_orphans(instance, &warnings);
            warn_of_server(instance, &warnings);
        }
        int printed = print_result(instance, args, &wrong, &warnings);
        status = status == EXIT_SUCCESS ? printed : status;
    }
    buf_free(&wrong);
    buf_free(&warnings);
    return status;
}

/* The programs by their names, with the secrets of what they serve. */
static const struct {
    const char *program;
    enum setting secret;
} serving[] = {
    {"client-data", ELEVENLABS_CLIENT_DATA_SECRET},
    {"search-data", ELEVENLABS_SEARCH_DATA_SECRET},
    {"post-call", ELEVENLABS_POST_CALL_SECRET},
    {"operator", CALLMEM_OPERATOR_SECRET},
};

int setting_command(struct instance *instance, const struct args *args)
{
    const char *name = args->operands[0], *program = args_option(args, "for");
    enum setting secret = SETTINGS;
    for (size_t i = 0; program && i < sizeof serving / sizeof *serving; i++)
        if (strcmp(serving[i].program, program) == 0)
            secret = serving[i].secret;
    if (program && secret == SETTINGS)
        return args_refuse(args, "there is no program %s", program);
    int status = instance_load_for(instance, instance->program, secret, NULL, NULL);
    if (status != EXIT_SUCCESS)
        return status;
    enum setting id = setting_find(name);
    if (id == SETTINGS)
        return args_refuse(args, "there is no setting %s", name);
    if (setting_is_secret(id) && !args_option(args, "reveal"))
        return args_refuse(args, "%s is a secret: add --reveal to print it", name);
    printf("%s\n", setting_text(instance->settings, id));
    return EXIT_SUCCESS;
}
