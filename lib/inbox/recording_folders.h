/*
 * recording_folders: where recordings may lie. The setting names one folder; those that it named before are
 * remembered in the state folder (recording-folders, a path on each line), so that what is erased is found
 * there, too, after the setting was changed or taken away.
 */
#ifndef CALLMEM_INBOX_RECORDING_FOLDERS_H
#define CALLMEM_INBOX_RECORDING_FOLDERS_H

#include "base/error.h"

#include <stddef.h>

#define RECORDING_FOLDERS_FILE "recording-folders"

struct recording_folders {
    char **paths; /* the one of the setting first, if there is one */
    size_t count;
};
/* Remembers a folder, durably, unless it is remembered already. */
int recording_folders_add(const char *state, const char *folder, struct error *error);
/* `current`: that of the setting, "" for none. recording_folders_free() is due after 0. */
int recording_folders_read(const char *state, const char *current, struct recording_folders *folders,
                           struct error *error);
void recording_folders_free(struct recording_folders *folders);

#endif
