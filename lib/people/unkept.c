#include "people/unkept.h"

#include "base/arena.h"
#include "people/privacy.h"

#include <string.h>

/* The wish as it stands in memory, alone in the list; an empty one where there is none. */
static int find_wish(struct memory_store *store, const struct event *event, struct memory_list *found,
                     struct request *wish, struct error *error)
{
    const struct memory_filter filter = {
        .caller = event->caller, .conversation = event->conversation, .kinds = 1u << KIND_PRIVACY};
    if (memory_list(store, &filter, found, error) != 0)
        return -1;
    for (size_t i = 0; i < found->count; i++) {
        if (!privacy_read(&found->items[i], wish)) {
            memory_list_free(found);
            return error_no_memory(error);
        }
        if (wish->kind == PRIVACY_DO_NOT_RECORD) {
            found->items[0] = found->items[i];
            found->count = 1;
            return 0;
        }
    }
    found->count = 0;
    return 0;
}

int unkept_is_wished(struct memory_store *store, const struct event *event,
                     const struct understanding *understanding, bool *wished, struct error *error)
{
    struct memory_list found;
    struct request wish = {.state = REQUEST_OPEN};
    if (find_wish(store, event, &found, &wish, error) != 0)
        return -1;
    bool said = found.count > 0 || understanding->request == PRIVACY_DO_NOT_RECORD;
    *wished = said && (found.count == 0 || wish.state != REQUEST_DISMISSED);
    memory_list_free(&found);
    return 0;
}

static struct memory item_of(const struct event *event, enum kind kind, const char *content,
                             const char *metadata)
{
    return (struct memory){.caller = event->caller,
                           .agent = event->agent,
                           .conversation = event->conversation,
                           .language = event->transcript.language,
                           .kind = kind,
                           .sector = kind_sector(kind),
                           .speaker = "",
                           .content = content,
                           .salience = kind_salience(kind),
                           .tags = "",
                           .metadata = metadata,
                           .created_at = event->transcript.started_at};
}

static int store(struct memory_store *store, const struct event *event, const char *wish, struct error *error)
{
    const struct memory items[] = {
        item_of(event, KIND_ATTEMPT, "There was a call of which the caller asked that it not be kept.",
                event->transcript.outbound ? "{\"direction\":\"outbound\",\"reason\":\"do_not_record\"}"
                                           : "{\"direction\":\"inbound\",\"reason\":\"do_not_record\"}"),
        item_of(event, KIND_PRIVACY, privacy_content(PRIVACY_DO_NOT_RECORD), wish)};
    if (memory_forget_conversation(store, event->caller, event->conversation, error) != 0 &&
        error->code != ERROR_NOT_FOUND)
        return -1;
    return memory_add(store, items, sizeof items / sizeof *items, NULL, error);
}

int unkept_store(struct memory_store *memory, const struct event *event, struct error *error)
{
    const struct request fresh = {.kind = PRIVACY_DO_NOT_RECORD, .turn = -1};
    struct memory_list found;
    struct request old;
    struct arena *arena = arena_new();
    if (!arena)
        return error_no_memory(error);
    int result = find_wish(memory, event, &found, &old, error);
    if (result == 0) {
        const char *wish = found.count ? found.items[0].metadata : privacy_metadata(arena, &fresh);
        result = wish ? store(memory, event, wish, error) : error_no_memory(error);
        memory_list_free(&found);
    }
    arena_free(arena);
    return result;
}
