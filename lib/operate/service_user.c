#include "operate/service_user.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define USER     "callmem"
#define SETTINGS "/etc/callmem/callmem.env"
#define VARIABLE "CALLMEM_ENV_FILE"
#define PLACE    "/sbin/callmem"

bool service_user_is_installed(void)
{
    char path[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path);
    size_t end = strlen(PLACE);
    return len >= (ssize_t)end && memcmp(path + len - end, PLACE, end) == 0;
}

/* Afterwards the working directory is /, where a relative path would name another file. */
static int make_absolute(const char *file, struct error *error)
{
    char *path = realpath(file, NULL);
    int result = path ? setenv(VARIABLE, path, 1) : 0;
    free(path);
    return result == 0 ? 0 : error_no_memory(error);
}

static int become_service(const char *file, struct error *error)
{
    const struct passwd *user = getpwnam(USER);
    if (!user)
        return 0; /* a container, where root runs everything */
    if (make_absolute(file, error) != 0)
        return -1;
    if (initgroups(user->pw_name, user->pw_gid) != 0 || setgid(user->pw_gid) != 0 ||
        setuid(user->pw_uid) != 0)
        return error_set(error, ERROR_INTERNAL, "this program cannot become the user " USER ": %s",
                         strerror(errno));
    return chdir("/") == 0 ? 0 : error_set(error, ERROR_INTERNAL, "/: %s", strerror(errno));
}

static int may(const char *path, int how, struct error *error)
{
    if (access(path, how) == 0 || errno != EACCES)
        return 0;
    return error_set(error, ERROR_SETTINGS, "only root and " USER " can do this: put sudo before it");
}

/* The settings file of an installed program; NULL when out of memory. */
static const char *settings_file(struct error *error)
{
    const char *file = getenv(VARIABLE);
    if (file && *file)
        return file;
    if (setenv(VARIABLE, SETTINGS, 1) == 0)
        return SETTINGS;
    error_no_memory(error);
    return NULL;
}

int service_user_enter(struct error *error)
{
    const char *file;
    if (!service_user_is_installed())
        return 0;
    if (!(file = settings_file(error)))
        return -1;
    return geteuid() == 0 ? become_service(file, error) : may(file, R_OK, error);
}

int service_user_settings(struct error *error)
{
    const char *file;
    if (!service_user_is_installed())
        return 0;
    return (file = settings_file(error)) ? may(file, R_OK, error) : -1;
}

int service_user_may_use(const char *state_dir, struct error *error)
{
    return service_user_is_installed() ? may(state_dir, R_OK | W_OK | X_OK, error) : 0;
}
