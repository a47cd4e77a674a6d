/*
 * instance: one installation of callmem as its settings describe it: where its memory, its inbox, its payload
 * logs and its recordings are. The FastCGI programs and the commands of callmem share it.
 */
#ifndef CALLMEM_OPERATE_INSTANCE_H
#define CALLMEM_OPERATE_INSTANCE_H

#include "base/error.h"
#include "inbox/inbox.h"
#include "inbox/llm_queue.h"
#include "memory/open.h"
#include "service/settings.h"

/* Exit statuses of every program, beside EXIT_SUCCESS and EXIT_FAILURE. */
#define EXIT_USAGE    2  /* the command line is wrong */
#define EXIT_UNKNOWN  3  /* what it names is not there */
#define EXIT_SETTINGS 78 /* the settings are wrong: EX_CONFIG of sysexits.h */

#define INSTANCE_PAYLOAD_LOGS 3

struct instance {
    const char *program; /* which program this is, as its log lines and metrics name it */
    struct settings *settings;
    struct memory_options memory;
    const char *payload_logs[INSTANCE_PAYLOAD_LOGS]; /* the files of those that are switched on */
    size_t payload_log_count;
};

/* Reads the settings. 0, or EXIT_SETTINGS when something is wrong with them. `complaints` and `warnings` get
 * the lines of settings_load(); complaints go to standard error where that is NULL, warnings nowhere.
 * `program` is borrowed. */
int instance_load(struct instance *instance, const char *program, struct buf *complaints,
                  struct buf *warnings);
/* The same for a program that serves the endpoint with this secret (settings_load_for()). */
int instance_load_for(struct instance *instance, const char *program, enum setting secret,
                      struct buf *complaints, struct buf *warnings);
/* Makes the state folder where it is missing. ERROR_SETTINGS when that cannot be. */
int instance_open(struct instance *instance, struct error *error);
void instance_close(struct instance *instance);

/* How the memory of a mode (MODE_LOCAL, MODE_REMOTE, MODE_DATABASE) is opened; the strings belong to the
 * settings. instance->memory is that of the mode that is set. */
struct memory_options instance_memory(const struct instance *instance, int mode);
/* The inbox, with the folder for recordings; NULL with an error. */
struct inbox *instance_inbox(const struct instance *instance, struct error *error);
/* The calls that wait for the operator's LLM; NULL with an error. */
struct llm_queue *instance_llm_queue(const struct instance *instance, struct error *error);
/* What this process counts goes where all processes of the instance count, see service/metrics.h. When that
 * fails it is logged, and this process counts for itself. */
void instance_metrics(const struct instance *instance);

/* Removes the lines about a caller (payload_log_erase()) from every payload log; how many went, -1 on
 * failure. */
long instance_erase_payloads(const struct instance *instance, const char *caller,
                             const char *const *conversations, size_t count, struct error *error);
/* Recordings are looked for in the folder that is set and in those that were set before
 * (inbox/recording_folders.h), on this machine. A folder that is not there is passed over. */
/* Removes the recording of a conversation; how many went, -1 on failure. */
int instance_erase_recording(const struct instance *instance, const char *conversation, struct error *error);
/* The same, and none that comes later is kept (recording_forbid()). */
int instance_forbid_recording(const struct instance *instance, const char *conversation, struct error *error);
/* Where the recording of a conversation is, free()d by the caller; NULL when there is none. */
char *instance_find_recording(const struct instance *instance, const char *conversation);
/* Removes the recordings that came longer ago than the days of CALLMEM_RETENTION_DAYS_RECORDINGS or
 * CALLMEM_RETENTION_DAYS, whichever is less (0: not counted), as recordings_expire() does. */
int instance_expire_recordings(const struct instance *instance, bool dry, size_t *removed,
                               struct error *error);
/* Removes the recordings of what is sealed in the memory (memory_seal()): their callers may have been erased
 * on another machine, which cannot reach this one's folders. */
int instance_erase_sealed(const struct instance *instance, struct memory_store *memory, size_t *removed,
                          struct error *error);
/* Calls `each` for each folder that was set before and is not there. */
int instance_missing_folders(const struct instance *instance, void (*each)(void *ctx, const char *folder),
                             void *ctx, struct error *error);
/* Nothing of this conversation may be kept outside of the memory: its recording goes, and none that comes
 * later is kept; so do lines of payload logs. A payload log that cannot be cleaned is logged and does not
 * fail this: the caller's event must not wait for an operator. */
int instance_seal(const struct instance *instance, const char *conversation, struct error *error);

#endif
