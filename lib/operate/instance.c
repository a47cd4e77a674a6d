#include "operate/instance.h"

#include "base/clock.h"
#include "base/log.h"
#include "inbox/recording_folders.h"
#include "inbox/recordings.h"
#include "inbox/shared.h"
#include "people/caller.h"
#include "service/metrics.h"
#include "web/payload_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Without it they would be found only while the folder is set. */
static void remember_folder(const struct instance *instance, const char *folder)
{
    struct error why;
    if (recording_folders_add(setting_text(instance->settings, CALLMEM_STATE_DIR), folder, &why) != 0)
        log_failure(LOG_ERROR, "the folder of recordings could not be noted", &why);
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
#ifdef CALLMEM_LIBPQ
    bool refuses = setting_choice(instance->settings, CALLMEM_INBOX_FALLBACK) == FALLBACK_REFUSE;
    if (inbox && instance->memory.database &&
        inbox_share(inbox, instance->memory.database, refuses, error) != 0) {
        inbox_close(inbox);
        return NULL;
    }
#endif
    if (inbox && *audio && inbox_keep_audio(inbox, audio, error) != 0) {
        inbox_close(inbox);
        return NULL;
    }
    if (inbox && *audio)
        remember_folder(instance, audio);
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

static int read_folders(const struct instance *instance, struct recording_folders *folders,
                        struct error *error)
{
    return recording_folders_read(setting_text(instance->settings, CALLMEM_STATE_DIR),
                                  setting_text(instance->settings, CALLMEM_AUDIO_DIR), folders, error);
}

/* All are tried; the first error counts. */
int instance_erase_recording(const struct instance *instance, const char *conversation, struct error *error)
{
    struct recording_folders folders;
    int all = 0;
    bool good = true;
    if (read_folders(instance, &folders, error) != 0)
        return -1;
    for (size_t i = 0; i < folders.count; i++) {
        int gone = recording_remove(folders.paths[i], conversation, good ? error : NULL);
        good = good && gone >= 0;
        all += gone > 0;
    }
    recording_folders_free(&folders);
    return good ? all : -1;
}

int instance_forbid_recording(const struct instance *instance, const char *conversation, struct error *error)
{
    const char *folder = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    /* Counted first. One that comes in between goes with the mark. */
    int gone = instance_erase_recording(instance, conversation, error);
    return gone >= 0 && *folder && recording_forbid(folder, conversation, error) != 0 ? -1 : gone;
}

char *instance_find_recording(const struct instance *instance, const char *conversation)
{
    struct recording_folders folders;
    struct error error;
    char *path = NULL;
    if (read_folders(instance, &folders, &error) != 0)
        return NULL;
    for (size_t i = 0; i < folders.count && !path; i++) {
        path = recording_path(folders.paths[i], conversation);
        if (path && access(path, F_OK) != 0) {
            free(path);
            path = NULL;
        }
    }
    recording_folders_free(&folders);
    return path;
}

/* What is kept shorter: recordings, or conversations with all that belongs to them. */
static int64_t days_of_recordings(const struct instance *instance)
{
    int64_t own = setting_int(instance->settings, CALLMEM_RETENTION_DAYS_RECORDINGS);
    int64_t all = setting_int(instance->settings, CALLMEM_RETENTION_DAYS);
    return own == 0 || (all > 0 && all < own) ? all : own;
}

int instance_expire_recordings(const struct instance *instance, bool dry, size_t *removed,
                               struct error *error)
{
    int64_t days = days_of_recordings(instance);
    struct recording_folders folders;
    int result = 0;
    *removed = 0;
    if (days == 0)
        return 0;
    if (read_folders(instance, &folders, error) != 0)
        return -1;
    for (size_t i = 0; i < folders.count; i++) {
        size_t some = 0;
        struct error why = {0};
        if (recordings_expire(folders.paths[i], clock_now() - days * CLOCK_DAY, dry, &some, &why) != 0) {
            if (result == 0)
                *error = why;
            result = -1;
        }
        *removed += some;
    }
    recording_folders_free(&folders);
    return result;
}

#define SEALS_AT_ONCE 1000

/* The recordings of a page of seals. */
static int erase_page(const struct recording_folders *folders, const struct memory_list *seals,
                      size_t *removed, struct error *error)
{
    for (size_t i = 0; i < seals->count; i++)
        for (size_t folder = 0; folder < folders->count; folder++) {
            int gone = recording_remove_hashed(folders->paths[folder], seals->items[i].conversation, error);
            if (gone < 0)
                return -1;
            *removed += (size_t)gone;
        }
    return 0;
}

int instance_erase_sealed(const struct instance *instance, struct memory_store *memory, size_t *removed,
                          struct error *error)
{
    struct recording_folders folders;
    char after[MEMORY_SEAL_SIZE] = "";
    *removed = 0;
    if (read_folders(instance, &folders, error) != 0)
        return -1;
    int result = 0;
    bool more = folders.count > 0;
    while (more && result == 0) {
        struct memory_list seals;
        result = memory_seals(memory, after, SEALS_AT_ONCE, &seals, error);
        if (result != 0)
            break;
        result = erase_page(&folders, &seals, removed, error);
        more = seals.count == SEALS_AT_ONCE;
        if (more)
            snprintf(after, sizeof after, "%s", seals.items[seals.count - 1].conversation);
        memory_list_free(&seals);
    }
    recording_folders_free(&folders);
    return result;
}

int instance_missing_folders(const struct instance *instance, void (*each)(void *ctx, const char *folder),
                             void *ctx, struct error *error)
{
    const char *current = setting_text(instance->settings, CALLMEM_AUDIO_DIR);
    struct recording_folders folders;
    if (read_folders(instance, &folders, error) != 0)
        return -1;
    for (size_t i = 0; i < folders.count; i++)
        if (strcmp(folders.paths[i], current) != 0 && access(folders.paths[i], F_OK) != 0)
            each(ctx, folders.paths[i]);
    recording_folders_free(&folders);
    return 0;
}

int instance_seal(const struct instance *instance, const char *conversation, struct error *error)
{
    if (instance_forbid_recording(instance, conversation, error) < 0)
        return -1;
    for (size_t i = 0; i < instance->payload_log_count; i++) {
        struct error why = {0};
        if (payload_log_erase(instance->payload_logs[i], "", &conversation, 1, &why) < 0)
            log_failure(LOG_ERROR, "a payload log could not be cleaned", &why);
    }
    return 0;
}
