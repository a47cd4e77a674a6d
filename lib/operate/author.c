#include "operate/author.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *author_of(const struct args *args)
{
    static const char *const names[] = {"SUDO_USER", "LOGNAME", "USER"};
    const char *by = args_option(args, "by");
    for (size_t i = 0; i < sizeof names / sizeof *names && (!by || !*by); i++)
        by = getenv(names[i]);
    if (by && *by)
        return by;
    const struct passwd *user = getpwuid(getuid());
    return user ? user->pw_name : "operator";
}
