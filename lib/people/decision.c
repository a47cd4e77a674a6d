#include "people/decision.h"

#include "base/clock.h"
#include "people/profile.h"
#include "understand/requests.h"

#include <stdlib.h>
#include <string.h>

#define REQUESTS_MOST 10000 /* that are looked at, of all callers */

int decision_find(struct memory_store *store, const char *id, struct memory_list *found, struct error *error)
{
    if (memory_requests(store, REQUESTS_MOST, found, error) != 0)
        return -1;
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->items[i].id, id) == 0) {
            found->items[0] = found->items[i];
            found->count = 1;
            return 0;
        }
    memory_list_free(found);
    return error_set(error, ERROR_NOT_FOUND, "there is no request %.60s", id);
}

int decision_count_open(struct memory_store *store, size_t *open, struct error *error)
{
    struct memory_list list;
    *open = 0;
    if (memory_requests(store, REQUESTS_MOST, &list, error) != 0)
        return -1;
    for (size_t i = 0; i < list.count; i++) {
        struct request request;
        *open += privacy_read(&list.items[i], &request) && request.state == REQUEST_OPEN;
    }
    memory_list_free(&list);
    return 0;
}

static int renew(struct memory_store *store, const struct settings *settings, const char *caller,
                 struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    return profile_update(store, caller, NULL, &bounds, error);
}

static int write_request(struct memory_store *store, const struct memory *memory,
                         const struct request *request, struct error *error)
{
    struct arena *arena = arena_new();
    struct memory change = *memory;
    change.metadata = arena ? privacy_metadata(arena, request) : NULL;
    int result = change.metadata ? memory_update(store, memory->caller, memory->id, &change, error)
                                 : error_no_memory(error);
    arena_free(arena);
    return result;
}

/* Takes back what a rule made of a request not to call. */
static int remove_instruction(struct memory_store *store, const struct memory *request, struct error *error)
{
    const struct memory_filter filter = {
        .caller = request->caller, .conversation = request->conversation, .kinds = 1u << KIND_INSTRUCTION};
    struct memory_list list;
    int result = memory_list(store, &filter, &list, error);
    for (size_t i = 0; i < list.count && result == 0; i++)
        if (strcmp(list.items[i].content, REQUESTS_NOT_CALLED) == 0)
            result = memory_delete(store, request->caller, list.items[i].id, error);
    memory_list_free(&list);
    return result;
}

static int change(struct memory_store *store, const struct settings *settings, const struct memory *memory,
                  const struct request *request, struct error *error)
{
    if (memory_begin(store, error) != 0)
        return -1;
    int result = write_request(store, memory, request, error);
    if (result == 0 && request->kind == PRIVACY_DO_NOT_CALL && request->state == REQUEST_DISMISSED)
        result = remove_instruction(store, memory, error);
    if (result == 0)
        result = renew(store, settings, memory->caller, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

int decision_set(struct memory_store *store, const struct settings *settings, const struct memory *memory,
                 enum request_state state, struct error *error)
{
    struct request request;
    if (!privacy_read(memory, &request))
        return error_no_memory(error);
    request.state = state;
    request.decided = clock_now();
    request.hidden = 0;
    return change(store, settings, memory, &request, error);
}

/* --- Going through them --- */

struct round {
    struct memory_store *store;
    const struct settings *settings;
    decision_erase *erase;
    void *ctx;
    struct decision_review *review;
};

static bool is_due(const struct settings *settings, const struct request *request)
{
    int64_t days = setting_int(settings, CALLMEM_FORGET_AFTER_DAYS);
    return request->kind == PRIVACY_ERASE && request->state == REQUEST_OPEN &&
           setting_choice(settings, CALLMEM_FORGET_ON_REQUEST) == FORGET_HIDE && request->hidden &&
           clock_now() - request->hidden >= days * CLOCK_DAY;
}

static int review_erasure(const struct round *round, const struct memory *memory, struct request *request,
                          struct error *error)
{
    bool hide = setting_choice(round->settings, CALLMEM_FORGET_ON_REQUEST) == FORGET_HIDE;
    if (is_due(round->settings, request)) {
        if (round->erase(round->ctx, memory->caller, error) != 0)
            return -1;
        round->review->erased++;
        round->review->open--;
        return 0;
    }
    if (hide == (request->hidden > 0))
        return 0;
    request->hidden = hide ? clock_now() : 0;
    return change(round->store, round->settings, memory, request, error);
}

static bool is_erased(const struct memory_list *list, size_t at, const bool *erased)
{
    for (size_t i = 0; i < at; i++)
        if (erased[i] && strcmp(list->items[i].caller, list->items[at].caller) == 0)
            return true;
    return false;
}

int decision_review(struct memory_store *store, const struct settings *settings, decision_erase *erase,
                    void *ctx, struct decision_review *review, struct error *error)
{
    const struct round round = {store, settings, erase, ctx, review};
    struct memory_list list;
    int result = 0;
    *review = (struct decision_review){0};
    if (memory_requests(store, REQUESTS_MOST, &list, error) != 0)
        return -1;
    bool *erased = calloc(list.count + 1, sizeof *erased);
    if (!erased)
        result = error_no_memory(error);
    for (size_t i = 0; i < list.count && erased; i++) {
        struct request request;
        struct error why = {0};
        size_t before = review->erased;
        if (is_erased(&list, i, erased) || !privacy_read(&list.items[i], &request) ||
            request.state != REQUEST_OPEN)
            continue;
        review->open++;
        if (request.kind != PRIVACY_ERASE)
            continue;
        if (review_erasure(&round, &list.items[i], &request, &why) != 0 && result == 0) {
            *error = why;
            result = -1;
        }
        erased[i] = review->erased > before;
    }
    free(erased);
    memory_list_free(&list);
    return result;
}

int decision_count_due(struct memory_store *store, const struct settings *settings, size_t *due,
                       struct error *error)
{
    struct memory_list list;
    *due = 0;
    if (memory_requests(store, REQUESTS_MOST, &list, error) != 0)
        return -1;
    bool *counted = calloc(list.count + 1, sizeof *counted);
    for (size_t i = 0; i < list.count && counted; i++) {
        struct request request;
        counted[i] = !is_erased(&list, i, counted) && privacy_read(&list.items[i], &request) &&
                     is_due(settings, &request);
        *due += counted[i];
    }
    int result = counted ? 0 : error_no_memory(error);
    free(counted);
    memory_list_free(&list);
    return result;
}
