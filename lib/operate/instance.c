#include "operate/instance.h"

#include "base/clock.h"
#include "base/log.h"
#include "inbox/recordings.h"
#include "people/caller.h"
#include "service/metrics.h"
#include "web/payload_log.h"

#include <stdio.h>
#include <sys/stat.h>

static void find_payload_logs(struct instance *instance)
{
    static const enum setting logs[INSTANCE_PAYLOAD_LOGS] = {
        CALLMEM_PAYLOAD_LOG_CLIENT_DATA, CALLMEM_PAYLOAD_LOG_SEARCH_DATA, CALLMEM_PAYLOAD_LOG_POST_CALL};
    for (size_t i = 0; i < INSTANCE_PAYLOAD_LOGS; i++) {
        const char *path = setting_text(instance->settings, logs[i]);
        if (*path)
            instance->payload_logs[instance->payload_log_count++] = path;
    }
}

static int mode_of(const struct settings *settings)
{
    return *setting_text(settings, CALLMEM_DATABASE_URL) ? MODE_DATABASE
                                                         : setting_choice(settings, OPENMEMORY_MODE);
}

static int check_memory(const struct instance *instance, struct buf *complaints)
{
    struct error error = {0};
    if (memory_check_options(&instance->memory, &error) == 0)
        return 0;
    buf_printf(complaints, "%s: %s\n", setting_name(CALLMEM_DATABASE_URL), error.message);
    return -1;
}

static void print_complaints(struct buf *complaints)
{
    const char *text = buf_text(complaints);
    fprintf(stderr, "The settings are wrong:\n%s", text && *text ? text : "out of memory\n");
}

int instance_load(struct instance *instance, const char *program, struct buf *complaints,
                  struct buf *warnings)
{
    return instance_load_for(instance, program, SETTINGS, complaints, warnings);
}

int instance_load_for(struct instance *instance, const char *program, enum setting secret,
                      struct buf *complaints, struct buf *warnings)
{
    struct buf wrong = BUF_INIT, unasked = BUF_INIT;
    *instance = (struct instance){.program = program};
    instance->settings =
        settings_load_for(secret, complaints ? complaints : &wrong, warnings ? warnings : &unasked);
    if (instance->settings) {
        instance->memory = instance_memory(instance, mode_of(instance->settings));
        if (check_memory(instance, complaints ? complaints : &wrong) != 0) {
            settings_free(instance->settings);
            instance->settings = NULL;
        }
    }
    if (instance->settings) {
        find_payload_logs(instance);
        caller_set_country(setting_text(instance->settings, CALLMEM_COUNTRY));
        caller_trust_user_id(setting_choice(instance->settings, CALLMEM_TRUST_USER_ID) == TRUST_YES);
    } else if (!complaints) {
        print_complaints(&wrong);
    }
    buf_free(&wrong);
    buf_free(&unasked);
    return instance->settings ? 0 : EXIT_SETTINGS;
}

int instance_open(struct instance *instance, struct error *error)
{
    const char *path = setting_text(instance->settings, CALLMEM_STATE_DIR);
    struct stat state;
    if (mkdir(path, 0700) != 0 && (stat(path, &state) != 0 || !S_ISDIR(state.st_mode)))
        return error_set(error, ERROR_SETTINGS,
                         "CALLMEM_STATE_DIR: the folder %s does not exist and cannot be made", path);
    return 0;
}

void instance_close(struct instance *instance)
{
    metrics_close();
    settings_free(instance->settings);
    log_close();
}

struct memory_options instance_memory(const struct instance *instance, int mode)
{
    const struct settings *settings = instance->settings;
    return (struct memory_options){
        .database = mode == MODE_DATABASE ? setting_text(settings, CALLMEM_DATABASE_URL) : NULL,
        .path = setting_text(settings, OPENMEMORY_PATH),
        .url = mode == MODE_REMOTE ? setting_text(settings, OPENMEMORY_URL) : NULL,
        .key = setting_text(settings, OPENMEMORY_API_KEY),
        .ca_file = setting_text(settings, OPENMEMORY_CA_FILE),
        .state_dir = setting_text(settings, CALLMEM_STATE_DIR),
        .timeout_ms = (int)setting_int(settings, OPENMEMORY_TIMEOUT_MS),
    };
}

struct inbox *instance_inbox(const struct instance *instance, struct error *error)
{
    struct buf path = BUF_INIT;
    struct inbox *inbox = NULL;
    const char *audio = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    buf_printf(&path, "%s/inbox", setting_text(instance->settings, CALLMEM_STATE_DIR));
    if (buf_text(&path))
        inbox = inbox_open(buf_text(&path), error);
    else
        error_no_memory(error);
    buf_free(&path);
    if (inbox && *audio && inbox_keep_audio(inbox, audio, error) != 0) {
        inbox_close(inbox);
        return NULL;
    }
    return inbox;
}

struct llm_queue *instance_llm_queue(const struct instance *instance, struct error *error)
{
    struct buf path = BUF_INIT;
    buf_printf(&path, "%s/inbox", setting_text(instance->settings, CALLMEM_STATE_DIR));
    struct llm_queue *queue = buf_text(&path) ? llm_queue_open(buf_text(&path)) : NULL;
    if (!queue)
        error_no_memory(error);
    buf_free(&path);
    return queue;
}

void instance_metrics(const struct instance *instance)
{
    struct error error;
    if (metrics_open(setting_text(instance->settings, CALLMEM_STATE_DIR), instance->program, &error) != 0)
        log_failure(LOG_WARN, "metrics file unavailable; counting in this process only", &error);
}

/* --- What lies outside of memory and inbox --- */

long instance_erase_payloads(const struct instance *instance, const char *caller,
                             const char *const *conversations, size_t count, struct error *error)
{
    long all = 0;
    for (size_t i = 0; i < instance->payload_log_count; i++) {
        long lines = payload_log_erase(instance->payload_logs[i], caller, conversations, count, error);
        if (lines < 0)
            return -1;
        all += lines;
    }
    return all;
}

int instance_erase_recording(const struct instance *instance, const char *conversation, struct error *error)
{
    const char *folder = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    return *folder ? recording_remove(folder, conversation, error) : 0;
}

int instance_expire_recordings(const struct instance *instance, size_t *removed, struct error *error)
{
    const char *folder = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    int64_t days = setting_int(instance->settings, CALLMEM_RETENTION_DAYS_RECORDINGS);
    *removed = 0;
    return *folder && days > 0 ? recordings_expire(folder, clock_now() - days * CLOCK_DAY, removed, error)
                               : 0;
}

int instance_seal(const struct instance *instance, const char *conversation, struct error *error)
{
    const char *folder = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    if (*folder && recording_forbid(folder, conversation, error) != 0)
        return -1;
    for (size_t i = 0; i < instance->payload_log_count; i++) {
        struct error why = {0};
        if (payload_log_erase(instance->payload_logs[i], "", &conversation, 1, &why) < 0)
            log_failure(LOG_ERROR, "a payload log could not be cleaned", &why);
    }
    return 0;
}
