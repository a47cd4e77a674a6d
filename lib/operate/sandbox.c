#include "operate/sandbox.h"
#include "operate/service_user.h"

#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define UNIT     "/lib/systemd/system/callmem@.service"
#define FOLDER   "/etc/systemd/system/callmem@.service.d"
#define DROP_INS "/etc/systemd/system/callmem@*.service.d/*.conf"

/* What names a folder, or a file in it. */
static const struct {
    enum setting id;
    bool is_file;
} places[] = {
    {CALLMEM_STATE_DIR, false},
    {OPENMEMORY_PATH, true},
    {CALLMEM_AUDIO_DIR, false},
    {CALLMEM_LOG_FILE, true},
    {CALLMEM_PAYLOAD_LOG_CLIENT_DATA, true},
    {CALLMEM_PAYLOAD_LOG_SEARCH_DATA, true},
    {CALLMEM_PAYLOAD_LOG_POST_CALL, true},
};
#define PLACES (sizeof places / sizeof *places)

static bool is_within(const char *path, const char *folder, size_t len)
{
    while (len > 1 && folder[len - 1] == '/')
        len--;
    if (len == 1 && *folder == '/')
        return true;
    return strncmp(path, folder, len) == 0 && (path[len] == '/' || path[len] == '\0');
}

static bool is_within_any(const char *path, const char *words)
{
    while (*(words += strspn(words, " \t\n"))) {
        size_t len = strcspn(words, " \t\n"), mark = strspn(words, "-+\"");
        size_t end = len > mark && words[len - 1] == '"' ? len - 1 : len;
        if (end > mark && is_within(path, words + mark, end - mark))
            return true;
        words += len;
    }
    return false;
}

/* Whether a line of a unit lets the programs write to the path. */
static bool line_allows(const char *line, const char *path)
{
    static const char paths[] = "ReadWritePaths=", protects[] = "ProtectSystem=";
    line += strspn(line, " \t");
    if (strncmp(line, paths, sizeof paths - 1) == 0)
        return is_within_any(path, line + sizeof paths - 1);
    return strncmp(line, protects, sizeof protects - 1) == 0 &&
           strncmp(line + sizeof protects - 1, "strict", 6) != 0;
}

static bool file_allows(const char *file, const char *path)
{
    char *line = NULL;
    size_t size = 0;
    FILE *in = fopen(file, "re");
    /* What only root can read may allow it. */
    bool allows = !in && errno == EACCES;
    while (in && !allows && getline(&line, &size, in) >= 0)
        allows = line_allows(line, path);
    free(line);
    if (in)
        fclose(in);
    return allows;
}

static bool is_allowed(const glob_t *files, const char *path)
{
    if (is_within_any(path, "/var/lib/callmem /var/log/callmem"))
        return true;
    for (size_t i = 0; i < files->gl_pathc; i++)
        if (file_allows(files->gl_pathv[i], path))
            return true;
    return false;
}

/* The folder that a setting names, to be freed; NULL when there is none, or no memory. */
static char *folder_of(const struct settings *settings, size_t place)
{
    const char *path = setting_text(settings, places[place].id);
    if (*path != '/')
        return NULL;
    size_t len = places[place].is_file ? (size_t)(strrchr(path, '/') - path) : strlen(path);
    return strndup(path, len ? len : 1);
}

void sandbox_warn(const struct settings *settings, const char *drop_ins, struct buf *warnings)
{
    char *told[PLACES] = {NULL};
    glob_t files = {0};
    int found = glob(drop_ins, 0, NULL, &files);
    for (size_t i = 0; i < PLACES && (found == 0 || found == GLOB_NOMATCH); i++) {
        char *folder = folder_of(settings, i);
        bool is_good = !folder || is_allowed(&files, folder);
        for (size_t j = 0; j < i && !is_good; j++)
            is_good = told[j] && is_within(folder, told[j], strlen(told[j]));
        if (is_good) {
            free(folder);
            continue;
        }
        told[i] = folder;
        buf_printf(warnings,
                   "warning: %s: callmem's units may not write to %s; put the lines [Service] and "
                   "ReadWritePaths=%s into a file .conf in " FOLDER ", then: systemctl daemon-reload && "
                   "systemctl restart callmem.target\n",
                   setting_name(places[i].id), folder, folder);
    }
    for (size_t i = 0; i < PLACES; i++)
        free(told[i]);
    globfree(&files);
}

const char *sandbox_drop_ins(void)
{
    return service_user_is_installed() && access(UNIT, F_OK) == 0 ? DROP_INS : NULL;
}
