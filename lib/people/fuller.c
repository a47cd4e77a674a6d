#include "people/fuller.h"

#include "base/json.h"

#include <string.h>

/* Stored: only append. */
enum { PART_ANALYSIS = 1, PART_TURNS = 2, PART_UNREDACTED = 4 };

unsigned fuller_parts(const struct event *event)
{
    return (event->analysed ? PART_ANALYSIS : 0u) | (event->transcript.turn_count ? PART_TURNS : 0u) |
           (event->unredacted ? PART_UNREDACTED : 0u);
}

/* Of summaries that an older version made only the text is known. */
static unsigned stored_parts(const struct memory *summary)
{
    cJSON *metadata = json_parse(summary->metadata, strlen(summary->metadata), NULL);
    int64_t parts = json_int(metadata, "parts", *summary->content ? PART_ANALYSIS : 0);
    cJSON_Delete(metadata);
    return (unsigned)parts;
}

void fuller_restore(const struct memory *summary, struct event *event)
{
    unsigned parts = stored_parts(summary);
    event->analysed = parts & PART_ANALYSIS;
    event->unredacted = parts & PART_UNREDACTED;
}

int fuller_is_less(struct memory_store *store, const struct event *event, bool *less, struct error *error)
{
    struct memory_list found = {0};
    const struct memory_filter filter = {
        .caller = event->caller, .conversation = event->conversation, .kinds = 1u << KIND_SUMMARY};
    *less = false;
    if (memory_list(store, &filter, &found, error) != 0)
        return -1;
    if (found.count) {
        unsigned old = stored_parts(&found.items[0]), new = fuller_parts(event);
        *less = (old & PART_UNREDACTED && !(new &PART_UNREDACTED)) || (old != new && (old & new) == new);
    }
    memory_list_free(&found);
    return 0;
}
