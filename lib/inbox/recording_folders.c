#include "inbox/recording_folders.h"

#include "inbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int unusable(const char *path, struct error *error)
{
    return error_set(error, ERROR_INBOX_UNAVAILABLE, "%s cannot be used: %s", path, strerror(errno));
}

static bool has(const struct recording_folders *folders, const char *path)
{
    for (size_t i = 0; i < folders->count; i++)
        if (strcmp(folders->paths[i], path) == 0)
            return true;
    return false;
}

static bool put(struct recording_folders *folders, const char *path)
{
    if (!*path || has(folders, path))
        return true;
    char **more = realloc(folders->paths, (folders->count + 1) * sizeof *more);
    if (more)
        folders->paths = more;
    char *copy = more ? strdup(path) : NULL;
    if (copy)
        folders->paths[folders->count++] = copy;
    return copy;
}

void recording_folders_free(struct recording_folders *folders)
{
    for (size_t i = 0; i < folders->count; i++)
        free(folders->paths[i]);
    free(folders->paths);
    *folders = (struct recording_folders){0};
}

/* A line that was cut off by a full disk ends the list and names no folder. */
static bool put_lines(struct recording_folders *folders, char *text)
{
    bool good = true;
    for (char *end; good && (end = strchr(text, '\n')); text = end + 1) {
        *end = '\0';
        good = *text != '/' || put(folders, text);
    }
    return good;
}

static int read_file(int fd, const char *path, struct recording_folders *folders, struct error *error)
{
    size_t len;
    char *text = spool_read(fd, path, &len, error);
    if (!text)
        return -1;
    bool good = put_lines(folders, text);
    free(text);
    return good ? 0 : error_no_memory(error);
}

int recording_folders_read(const char *state, const char *current, struct recording_folders *folders,
                           struct error *error)
{
    *folders = (struct recording_folders){0};
    char *path = spool_path(state, RECORDING_FOLDERS_FILE, "");
    if (!path || !put(folders, current)) {
        free(path);
        return error_no_memory(error);
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int result = 0;
    if (fd >= 0)
        result = read_file(fd, path, folders, error);
    else if (errno != ENOENT)
        result = unusable(path, error);
    if (fd >= 0)
        close(fd);
    free(path);
    if (result != 0)
        recording_folders_free(folders);
    return result;
}

/* What a crash left behind the last whole line is written over. */
static int append(int fd, const char *path, off_t end, const char *folder, struct error *error)
{
    char *line;
    int len = asprintf(&line, "%s\n", folder);
    if (len < 0)
        return error_no_memory(error);
    int result = ftruncate(fd, end) == 0 && lseek(fd, end, SEEK_SET) == end ? 0 : unusable(path, error);
    if (result == 0)
        result = spool_write(fd, line, (size_t)len, path, error);
    free(line);
    return result == 0 ? spool_sync(fd, path, error) : -1;
}

/* Into a file that is held. */
static int add(int fd, const char *path, const char *folder, bool *added, struct error *error)
{
    struct recording_folders known = {0};
    size_t len;
    char *text = spool_read(fd, path, &len, error);
    if (!text)
        return -1;
    const char *last = strrchr(text, '\n');
    off_t end = last ? last - text + 1 : 0;
    bool good = put_lines(&known, text);
    free(text);
    *added = good && !has(&known, folder);
    recording_folders_free(&known);
    if (!good)
        return error_no_memory(error);
    return *added ? append(fd, path, end, folder, error) : 0;
}

int recording_folders_add(const char *state, const char *folder, struct error *error)
{
    bool added = false;
    char *path = spool_path(state, RECORDING_FOLDERS_FILE, "");
    if (!path)
        return error_no_memory(error);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600), result = -1;
    if (fd >= 0 && flock(fd, LOCK_EX) == 0)
        result = add(fd, path, folder, &added, error);
    else
        unusable(path, error);
    if (result == 0 && added)
        result = spool_sync_directory(state, error);
    if (fd >= 0)
        close(fd);
    free(path);
    return result;
}
