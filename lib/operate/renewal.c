#include "operate/renewal.h"

#include "base/clock.h"
#include "people/profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 4096 /* bytes of the file */

/* What the profiles depend on, as a line. */
static bool print_settings(const struct settings *settings, char line[MOST])
{
    const struct context_bounds bounds = profile_bounds(settings);
    int len = snprintf(line, MOST, "chars=%zu hide=%x greet=%d items=%s\n", bounds.chars, bounds.hide,
                       setting_choice(settings, CALLMEM_GREET), bounds.items);
    return len > 0 && len < MOST;
}

static bool is_same(const char *path, const char *line)
{
    char was[MOST] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    size_t len = fread(was, 1, sizeof was - 1, file);
    fclose(file);
    return len == strlen(line) && memcmp(was, line, len) == 0;
}

static int write_line(const char *path, const char *line, struct error *error)
{
    char fresh[MOST];
    int len = snprintf(fresh, sizeof fresh, "%s.%ld", path, (long)getpid());
    FILE *file = len > 0 && (size_t)len < sizeof fresh ? fopen(fresh, "we") : NULL;
    bool written = file && fputs(line, file) >= 0;
    if (file && fclose(file) != 0)
        written = false;
    if (written && rename(fresh, path) == 0)
        return 0;
    int why = errno;
    if (file)
        unlink(fresh);
    return error_set(error, ERROR_INTERNAL, "%s cannot be written: %s", path, strerror(why));
}

static int renew(struct memory_store *memory, const struct context_bounds *bounds, const char *caller,
                 struct error *error)
{
    if (memory_begin(memory, error) != 0)
        return -1;
    if (profile_update(memory, caller, NULL, bounds, error) == 0)
        return memory_commit(memory, error);
    memory_rollback(memory);
    return -1;
}

static int renew_all(const struct instance *instance, struct memory_store *memory, size_t *callers,
                     renewal_rest *rest, void *ctx, bool *ended, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(instance->settings);
    struct memory_callers all;
    int result = 0;
    if (memory_callers(memory, &(const struct memory_callers_filter){0}, &all, error) != 0)
        return -1;
    for (size_t i = 0; i < all.count && result == 0 && !*ended; i++) {
        int64_t started = clock_us();
        result = renew(memory, &bounds, all.items[i].caller, error);
        *callers += result == 0;
        *ended = rest && !rest(ctx, clock_us() - started);
    }
    memory_callers_free(&all);
    return result;
}

int renewal_run(const struct instance *instance, struct memory_store *memory, size_t *callers,
                renewal_rest *rest, void *ctx, struct error *error)
{
    char line[MOST], path[MOST];
    bool ended = false;
    *callers = 0;
    int len = snprintf(path, sizeof path, "%s/told", setting_text(instance->settings, CALLMEM_STATE_DIR));
    if (strcmp(memory_mode(memory), "remote") == 0 || len < 0 || (size_t)len >= sizeof path ||
        !print_settings(instance->settings, line) || is_same(path, line))
        return 0;
    if (renew_all(instance, memory, callers, rest, ctx, &ended, error) != 0)
        return -1;
    return ended ? 0 : write_line(path, line, error);
}
