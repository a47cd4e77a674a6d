#include "people/linking.h"

#include "base/clock.h"
#include "base/text.h"
#include "people/context.h"
#include "people/kin.h"
#include "people/line_read.h"
#include "people/profile.h"
#include "people/remark.h"

#include <stdlib.h>
#include <string.h>

void linked_free(struct linked *linked)
{
    arena_free(linked->arena);
    *linked = (struct linked){0};
}

/* --- Who is meant --- */

/* The memories of a line without what it shares. */
static int list_own(struct memory_store *store, const char *caller, struct memory_list *list,
                    struct error *error)
{
    const struct memory_filter own = {.caller = caller, .kinds = ~(1u << KIND_TURN | 1u << KIND_EVIDENCE)};
    return memory_list(store, &own, list, error);
}

static size_t count_calls(const struct line *line, size_t who)
{
    size_t count = 0;
    for (size_t i = 0; i < line->call_count; i++)
        count += !line->calls[i].attempt && (who == KIN_EVERYBODY || line->calls[i].speaker == who);
    return count;
}

/* The name by which the link knows the person on this line: as it is known here, else as the operator says.
 */
static const char *name_here(const struct line *line, size_t who, const char *name)
{
    const struct person *person = who == KIN_EVERYBODY ? line_person(line) : &line->persons[who];
    return person && *person->full ? person->full : person && *person->called ? person->called : name;
}

/* Fills one side of `linked`; `who` is NOBODY where it is not clear. */
static int read_side(struct memory_store *store, const char *name, struct linked *linked,
                     struct linked_line *side, size_t *who, struct error *error)
{
    struct memory_list list;
    struct line line;
    if (list_own(store, side->caller, &list, error) != 0)
        return -1;
    int result = line_open(&line, &list, "", error);
    char *people = result == 0 ? context_people(&line) : NULL;
    if (result == 0) {
        *who = kin_person(&line, name);
        const char *person = *who == NOBODY ? "" : name_here(&line, *who, name);
        side->people = people ? arena_text(linked->arena, people, strlen(people)) : NULL;
        side->person = arena_text(linked->arena, person, strlen(person));
        side->calls = *who == NOBODY ? 0 : count_calls(&line, *who);
        if (!side->people || !side->person)
            result = error_no_memory(error);
    }
    free(people);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

static int refuse(const struct linked *linked, const size_t who[2], bool named, struct error *error)
{
    for (int i = 0; i < 2; i++)
        if (who[i] == NOBODY)
            return error_set(error, ERROR_INVALID_REQUEST,
                             named ? "the name is not that of one person on the %s line"
                                   : "several people use the %s line: the name of the person is needed",
                             i ? "second" : "first");
    if (linked->lines[0].calls + linked->lines[1].calls == 0)
        return error_set(error, ERROR_INVALID_REQUEST, "nobody has called on either line");
    return 0;
}

/* --- Making a link --- */

static int add_side(const struct linking *linking, const struct linked *linked, int at, struct error *error)
{
    const struct linked_line *here = &linked->lines[at], *there = &linked->lines[!at];
    const struct link link = {
        .other = there->caller, .name = here->person, .other_name = there->person, .by = linking->by};
    const struct memory memory = {.caller = here->caller,
                                  .agent = "",
                                  .conversation = linked->id,
                                  .language = "",
                                  .kind = KIND_LINK,
                                  .sector = kind_sector(KIND_LINK),
                                  .speaker = "",
                                  .content = link_content(linked->arena, &link),
                                  .salience = kind_salience(KIND_LINK),
                                  .tags = "",
                                  .metadata = link_metadata(linked->arena, &link),
                                  .created_at = clock_now()};
    if (!memory.content || !memory.metadata)
        return error_no_memory(error);
    return memory_add(linking->store, &memory, 1, NULL, error);
}

/* Whether both sides say so already: then who said so first, and when, stays. */
static int check_before(const struct linking *linking, struct linked *linked, struct error *error)
{
    linked->before = true;
    for (int i = 0; i < 2; i++) {
        const struct memory_filter filter = {
            .caller = linked->lines[i].caller, .conversation = linked->id, .kinds = 1u << KIND_LINK};
        struct memory_list list;
        if (memory_list(linking->store, &filter, &list, error) != 0)
            return -1;
        linked->before = linked->before && list.count > 0;
        memory_list_free(&list);
    }
    return 0;
}

/* Within a transaction, in which it is decided who is meant. */
static int link_lines(const struct linking *linking, const char *name, struct linked *linked,
                      struct error *error)
{
    const struct context_bounds bounds = profile_bounds(linking->settings);
    size_t who[2] = {NOBODY, NOBODY};
    for (int i = 0; i < 2; i++)
        if (read_side(linking->store, name, linked, &linked->lines[i], &who[i], error) != 0)
            return -1;
    if (refuse(linked, who, *name, error) != 0)
        return -1;
    const char *person = *linked->lines[0].person ? linked->lines[0].person : linked->lines[1].person;
    if (!link_id(linked->lines[0].caller, linked->lines[1].caller, person, linked->id))
        return error_no_memory(error);
    if (check_before(linking, linked, error) != 0)
        return -1;
    for (int i = 0; i < 2 && !linking->dry && !linked->before; i++)
        if (add_side(linking, linked, i, error) != 0)
            return -1;
    return linking->dry ? 0 : profile_update(linking->store, linked->lines[0].caller, NULL, &bounds, error);
}

static int finish(const struct linking *linking, int result, struct error *error)
{
    if (result == 0 && !linking->dry)
        return memory_commit(linking->store, error);
    memory_rollback(linking->store);
    return result;
}

int linking_link(const struct linking *linking, const char *a, const char *b, const char *name,
                 struct linked *linked, struct error *error)
{
    *linked = (struct linked){.arena = arena_new()};
    if (!linked->arena)
        return error_no_memory(error);
    for (int i = 0; i < 2; i++) {
        const char *caller = i ? b : a;
        linked->lines[i] = (struct linked_line){
            .caller = arena_text(linked->arena, caller, strlen(caller)), .person = "", .people = ""};
        if (!linked->lines[i].caller)
            return error_no_memory(error);
    }
    if (strcmp(a, b) == 0)
        return error_set(error, ERROR_INVALID_REQUEST, "both are the same line");
    if (!memory_can_share(linking->store))
        return error_set(error, ERROR_INVALID_REQUEST,
                         "lines cannot be linked with memory on an OpenMemory server");
    char *line = text_line(name ? name : "", LINKING_NAME_CHARS);
    int result = line ? memory_begin(linking->store, error) : error_no_memory(error);
    if (result == 0)
        result = finish(linking, link_lines(linking, line, linked, error), error);
    free(line);
    return result;
}

/* --- Taking it back --- */

/* Forgets the links of a line to another, and counts them. */
static int forget_links(struct memory_store *store, const char *line, const char *other, bool dry,
                        size_t *count, struct error *error)
{
    const struct memory_filter filter = {.caller = line, .kinds = 1u << KIND_LINK};
    struct memory_list list;
    size_t found;
    if (memory_list(store, &filter, &list, error) != 0)
        return -1;
    struct arena *arena = arena_new();
    const struct link *links = arena ? links_read(arena, &list, &found) : NULL;
    int result = links ? 0 : error_no_memory(error);
    for (size_t i = 0; links && i < found && result == 0; i++) {
        if (strcmp(links[i].other, other) != 0)
            continue;
        ++*count;
        if (!dry)
            result = remark_forget(store, line, links[i].memory->conversation, error);
    }
    arena_free(arena);
    memory_list_free(&list);
    return result;
}

/* All lines that were joined: they may be apart now. */
static int renew(struct memory_store *store, const struct settings *settings, const struct kin *kin,
                 struct error *error)
{
    const struct context_bounds bounds = profile_bounds(settings);
    for (size_t i = 0; i < kin->count; i++)
        if (profile_update(store, kin->lines[i], NULL, &bounds, error) != 0)
            return -1;
    return 0;
}

int linking_read(struct memory_store *store, const char *caller, struct kin *kin, struct kin_share *share,
                 struct error *error)
{
    struct memory_list list;
    *kin = (struct kin){0};
    *share = (struct kin_share){0};
    if (list_own(store, caller, &list, error) != 0)
        return -1;
    int result = kin_lines(store, caller, &list, kin, error);
    if (result == 0)
        result = kin_read(store, caller, &list, share, error);
    memory_list_free(&list);
    return result;
}

static int unlink_lines(const struct linking *linking, const char *a, const char *b, size_t *count,
                        struct error *error)
{
    struct kin_share share;
    struct kin kin;
    size_t sides[2] = {0, 0};
    int result = linking_read(linking->store, a, &kin, &share, error);
    kin_free(&share);
    if (result != 0 || forget_links(linking->store, a, b, linking->dry, &sides[0], error) != 0 ||
        forget_links(linking->store, b, a, linking->dry, &sides[1], error) != 0)
        return -1;
    *count = sides[0] > sides[1] ? sides[0] : sides[1];
    if (*count == 0)
        return error_set(error, ERROR_NOT_FOUND, "the two lines are not linked");
    return linking->dry ? 0 : renew(linking->store, linking->settings, &kin, error);
}

int linking_unlink(const struct linking *linking, const char *a, const char *b, size_t *count,
                   struct error *error)
{
    *count = 0;
    if (memory_begin(linking->store, error) != 0)
        return -1;
    return finish(linking, unlink_lines(linking, a, b, count, error), error);
}

/* --- Forgetting --- */

static int count_memories(struct memory_store *store, const struct memory_place *place, size_t *count,
                          struct error *error)
{
    const struct memory_filter filter = {.caller = place->caller, .conversation = place->conversation};
    struct memory_list list;
    if (memory_list(store, &filter, &list, error) != 0)
        return -1;
    *count += list.count;
    memory_list_free(&list);
    return 0;
}

/* A line on which nobody has called any more goes with what operators said of it. */
static int forget_empty(struct memory_store *store, const char *line, struct error *error)
{
    struct memory_list calls;
    bool any = false;
    if (memory_conversations(store, line, &calls, error) != 0)
        return -1;
    for (size_t i = 0; i < calls.count; i++)
        any = any || memory_is_call(calls.items[i].conversation);
    memory_list_free(&calls);
    return any ? 0 : memory_forget(store, line, NULL, error);
}

static int forget_joined(struct memory_store *store, const char *caller, const struct kin *kin,
                         const struct kin_share *share, size_t *count, struct error *error)
{
    size_t ignored = 0;
    for (size_t i = 0; i < share->count; i++)
        if (count_memories(store, &share->places[i], count, error) != 0 ||
            memory_forget_conversation(store, share->places[i].caller, share->places[i].conversation,
                                       error) != 0)
            return -1;
    for (size_t i = 1; i < kin->count; i++)
        if (forget_links(store, kin->lines[i], caller, false, &ignored, error) != 0 ||
            forget_empty(store, kin->lines[i], error) != 0)
            return -1;
    return 0;
}

static int forget_all(struct memory_store *store, const struct settings *settings, const char *caller,
                      size_t *count, struct error *error)
{
    struct kin kin;
    struct kin_share share;
    size_t more = 0;
    int result = linking_read(store, caller, &kin, &share, error);
    if (result == 0)
        result = memory_forget(store, caller, count, error);
    if (result == 0)
        result = forget_joined(store, caller, &kin, &share, &more, error);
    if (result == 0 && kin.count > 1)
        result = renew(store, settings, &kin, error);
    kin_free(&share);
    *count += more;
    return result;
}

int linking_forget(struct memory_store *store, const struct settings *settings, const char *caller,
                   size_t *count, struct error *error)
{
    *count = 0;
    if (memory_begin(store, error) != 0)
        return -1;
    if (forget_all(store, settings, caller, count, error) == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}
