#include "service/settings_path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define OTHERS_WRITE (S_IWGRP | S_IWOTH)

bool setting_path_is_link(const char *path)
{
    struct stat state;
    return lstat(path, &state) == 0 && S_ISLNK(state.st_mode);
}

/* Whether everybody can put a file into the folder of a path. */
static bool is_in_open_folder(const char *path)
{
    struct stat state;
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
    bool open = folder && stat(folder, &state) == 0 && state.st_mode & S_IWOTH;
    free(folder);
    return open;
}

const char *setting_path_danger(const char *path, bool is_folder)
{
    struct stat state;
    uid_t self = geteuid();
    if (!is_folder && setting_path_is_link(path))
        return "is a link, which leads elsewhere";
    if (is_in_open_folder(path))
        return "is in a folder that everybody can write";
    if (stat(path, &state) != 0)
        return NULL;
    if (state.st_uid != 0 && state.st_uid != self && self != 0)
        return "belongs to another user";
    return state.st_mode & OTHERS_WRITE ? "can be written by others than its owner" : NULL;
}
