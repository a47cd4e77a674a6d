/*
 * settings_path: whether others can reach a file or folder that settings name. Part of settings.c; others
 * include settings.h.
 */
#ifndef CALLMEM_SERVICE_SETTINGS_PATH_H
#define CALLMEM_SERVICE_SETTINGS_PATH_H

#include <stdbool.h>

/* What makes a folder (or what lies in its place) or a file unsafe, as the end of a sentence, NULL if nothing
 * does: it belongs to another user than this process' and root, others than its owner can write it, a file is
 * a link or lies in a folder that everybody can write. What is not there yet is judged by that folder. */
const char *setting_path_danger(const char *path, bool is_folder);
/* Whether a path is a link. */
bool setting_path_is_link(const char *path);

#endif
