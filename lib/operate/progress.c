#include "operate/progress.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIDTH 30

static bool is_watched(void)
{
    return isatty(STDERR_FILENO) == 1;
}

void progress_show(size_t done, size_t all, const char *what)
{
    char bar[WIDTH + 1] = {0};
    memset(bar, '.', WIDTH);
    memset(bar, '#', all ? done * WIDTH / all : WIDTH);
    progress_note("[%s] %zu of %zu %s", bar, done, all, what);
}

void progress_note(const char *format, ...)
{
    va_list list;
    if (!is_watched())
        return;
    progress_clear();
    va_start(list, format);
    vfprintf(stderr, format, list);
    va_end(list);
}

void progress_clear(void)
{
    if (is_watched())
        fputs("\r\033[K", stderr);
}
