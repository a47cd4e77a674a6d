#include "people/passed.h"

#include "base/clock.h"
#include "base/json.h"
#include "people/profile.h"

#include <stdlib.h>
#include <string.h>

#define BATCH 100 /* remarks that are looked up at once */

/* Whether the day is over and the memory does not say so yet, which the last profile noted there. What was
 * taken back is told in no case. */
static bool is_due(const struct memory *memory, const char *now)
{
    struct error error = {0};
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const char *until = json_text_or_empty(metadata, "until");
    size_t len = strlen(until);
    bool due = len > 0 && !*json_text_or_empty(metadata, "over") && !memory_is_hidden(memory->metadata) &&
               strncmp(until, now, len < 16 ? 10 : 16) < 0;
    cJSON_Delete(metadata);
    return due;
}

static int renew(struct memory_store *store, const struct settings *settings, const char *caller,
                 struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    if (memory_begin(store, error) != 0)
        return -1;
    if (profile_update(store, caller, NULL, &bounds, error) == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

int passed_run(struct memory_store *store, const struct settings *settings, size_t *count,
               struct error *error)
{
    char now[CLOCK_STAMP_SIZE], *after = strdup("");
    int result = after ? 0 : error_no_memory(error);
    bool more = true;
    *count = 0;
    clock_stamp(clock_now(), now);
    while (result == 0 && more) {
        struct memory_list found;
        result = memory_dated_remarks(store, after, BATCH, &found, error);
        if (result != 0)
            break;
        for (size_t i = 0; i < found.count && result == 0; i++) {
            if (!is_due(&found.items[i], now))
                continue;
            result = renew(store, settings, found.items[i].caller, error);
            *count += result == 0;
        }
        more = found.count == BATCH;
        char *last = more ? strdup(found.items[found.count - 1].conversation) : NULL;
        if (more && !last)
            result = error_no_memory(error);
        if (last) {
            free(after);
            after = last;
        }
        memory_list_free(&found);
    }
    free(after);
    return result;
}
