#include "people/kin.h"

#include "base/json.h"
#include "people/line_read.h"
#include "people/link.h"
#include "people/privacy.h"
#include "understand/person_name.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool has_name(const struct person *person, const char *name)
{
    for (size_t i = 0; i < person->name_count; i++)
        if (name_compare(person->names[i], name) == NAME_SAME)
            return true;
    return false;
}

static size_t find_named(const struct line *line, const char *name)
{
    size_t found = NOBODY;
    for (size_t i = 0; i < line->person_count; i++) {
        if (!line->persons[i].speaks || !has_name(&line->persons[i], name))
            continue;
        if (found != NOBODY)
            return NOBODY;
        found = i;
    }
    return found;
}

size_t kin_person(const struct line *line, const char *name)
{
    const struct person *only = line_person(line);
    if (line_speakers(line) > 1)
        return *name ? find_named(line, name) : NOBODY;
    return !only || !*name || only->name_count == 0 || has_name(only, name) ? KIN_EVERYBODY : NOBODY;
}

/* --- The lines --- */

static bool is_among(const struct kin *kin, const char *line)
{
    for (size_t i = 0; i < kin->count; i++)
        if (strcmp(kin->lines[i], line) == 0)
            return true;
    return false;
}

static void note_line(struct kin *kin, const char *line)
{
    if (kin->count < KIN_LINES && strlen(line) < CALLER_SIZE && !is_among(kin, line))
        snprintf(kin->lines[kin->count++], CALLER_SIZE, "%s", line);
}

static int note_links(struct kin *kin, const struct memory_list *memories, struct error *error)
{
    size_t count;
    struct arena *arena = arena_new();
    const struct link *links = arena ? links_read(arena, memories, &count) : NULL;
    for (size_t i = 0; links && i < count; i++)
        note_line(kin, links[i].other);
    arena_free(arena);
    return links ? 0 : error_no_memory(error);
}

int kin_lines(struct memory_store *store, const char *caller, const struct memory_list *memories,
              struct kin *kin, struct error *error)
{
    *kin = (struct kin){0};
    note_line(kin, caller);
    if (note_links(kin, memories, error) != 0)
        return -1;
    for (size_t i = 1; i < kin->count; i++) {
        const struct memory_filter links = {.caller = kin->lines[i], .kinds = 1u << KIND_LINK};
        struct memory_list list;
        if (memory_list(store, &links, &list, error) != 0)
            return -1;
        int result = note_links(kin, &list, error);
        memory_list_free(&list);
        if (result != 0)
            return -1;
    }
    return 0;
}

/* --- What is shared --- */

/* Somebody on a line. */
struct node {
    const char *line, *name;
};

struct walk {
    struct memory_store *store;
    const char *caller;
    struct kin_share *share;
    struct node nodes[KIN_LINES]; /* in the order in which they were found */
    size_t count;
};

static void note_node(struct walk *walk, const char *line, const char *name)
{
    bool known = strcmp(line, walk->caller) == 0 || walk->count == KIN_LINES;
    for (size_t i = 0; i < walk->count; i++)
        known = known || (strcmp(walk->nodes[i].line, line) == 0 && strcmp(walk->nodes[i].name, name) == 0);
    if (!known)
        walk->nodes[walk->count++] = (struct node){line, name};
}

static bool has_place(const struct kin_share *share, const char *line, const char *conversation)
{
    for (size_t i = 0; i < share->count; i++)
        if (strcmp(share->places[i].caller, line) == 0 &&
            strcmp(share->places[i].conversation, conversation) == 0)
            return true;
    return false;
}

static int add_place(struct kin_share *share, const char *line, const char *conversation, struct error *error)
{
    if (has_place(share, line, conversation))
        return 0;
    if (share->count == share->room) {
        size_t room = share->room ? 2 * share->room : 16;
        struct memory_place *places = realloc(share->places, room * sizeof *places);
        if (!places)
            return error_no_memory(error);
        share->places = places;
        share->room = room;
    }
    const char *copy = arena_text(share->arena, conversation, strlen(conversation));
    share->places[share->count] = (struct memory_place){line, copy};
    share->count += copy != NULL;
    return copy ? 0 : error_no_memory(error);
}

/* Of a call in which several gave a name it is not clear who said what. */
static bool has_one_speaker(const struct memory_list *list, const char *conversation)
{
    size_t names = 0;
    for (size_t i = 0; i < list->count; i++)
        names += list->items[i].kind == KIND_NAME && strcmp(list->items[i].conversation, conversation) == 0;
    return names <= 1;
}

static int share_calls(struct walk *walk, const struct node *node, const struct line *line, size_t who,
                       struct error *error)
{
    for (size_t i = 0; i < line->call_count; i++) {
        const char *conversation = line->calls[i].memory->conversation;
        bool theirs = who == KIN_EVERYBODY ||
                      (line->calls[i].speaker == who && has_one_speaker(line->list, conversation));
        if (theirs && add_place(walk->share, node->line, conversation, error) != 0)
            return -1;
    }
    return 0;
}

/* Whether an operator's remark is about a call that is shared. */
static bool is_about(const struct kin_share *share, const struct node *node, const struct memory *remark)
{
    struct error error = {0};
    cJSON *metadata = json_parse(remark->metadata, strlen(remark->metadata), &error);
    const char *conversation = json_text_or_empty(json_object(metadata, "of"), "conversation");
    bool about = *conversation && has_place(share, node->line, conversation);
    cJSON_Delete(metadata);
    return about;
}

/* What operators said of the calls that are shared goes with them. */
static int share_remarks(struct walk *walk, const struct node *node, const struct memory_list *list,
                         size_t who, struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct memory *memory = &list->items[i];
        if (memory->kind == KIND_OPERATOR && (who == KIN_EVERYBODY || is_about(walk->share, node, memory)) &&
            add_place(walk->share, node->line, memory->conversation, error) != 0)
            return -1;
    }
    return 0;
}

/* The links of the same person lead on. */
static int follow(struct walk *walk, const struct line *line, size_t who, struct error *error)
{
    size_t count;
    const struct link *links = links_read(walk->share->arena, line->list, &count);
    for (size_t i = 0; links && i < count; i++) {
        struct link link = links[i];
        if (who == KIN_EVERYBODY || (*link.name && has_name(&line->persons[who], link.name)))
            note_node(walk, link.other, link.other_name);
    }
    return links ? 0 : error_no_memory(error);
}

static int share_node(struct walk *walk, const struct node *node, struct error *error)
{
    const struct memory_filter filter = {.caller = node->line,
                                         .kinds = ~(1u << KIND_TURN | 1u << KIND_EVIDENCE)};
    struct memory_list list;
    struct line line;
    if (memory_list(walk->store, &filter, &list, error) != 0)
        return -1;
    int result = line_open(&line, &list, "", error);
    size_t who = result == 0 ? kin_person(&line, node->name) : NOBODY;
    if (who != NOBODY && !privacy_hides(&list)) {
        if (share_calls(walk, node, &line, who, error) != 0 ||
            share_remarks(walk, node, &list, who, error) != 0)
            result = -1;
    }
    if (result == 0 && who != NOBODY)
        result = follow(walk, &line, who, error);
    line_close(&line);
    memory_list_free(&list);
    return result;
}

static int by_line(const void *a, const void *b)
{
    const struct memory_place *left = a, *right = b;
    int order = strcmp(left->caller, right->caller);
    return order ? order : strcmp(left->conversation, right->conversation);
}

int kin_read(struct memory_store *store, const char *caller, const struct memory_list *memories,
             struct kin_share *share, struct error *error)
{
    struct walk walk = {.store = store, .caller = caller, .share = share};
    size_t count = 0;
    *share = (struct kin_share){.arena = arena_new()};
    const struct link *links = share->arena ? links_read(share->arena, memories, &count) : NULL;
    int result = links ? 0 : error_no_memory(error);
    for (size_t i = 0; i < count && links && memory_can_share(store); i++)
        note_node(&walk, links[i].other, links[i].other_name);
    for (size_t i = 0; i < walk.count && result == 0; i++) {
        const struct node node = walk.nodes[i];
        result = share_node(&walk, &node, error);
    }
    if (result == 0 && share->count)
        qsort(share->places, share->count, sizeof *share->places, by_line);
    return result;
}

void kin_free(struct kin_share *share)
{
    free(share->places);
    arena_free(share->arena);
    *share = (struct kin_share){0};
}

int kin_is_whole(struct memory_store *store, const struct kin_share *share, const char *line, bool *whole,
                 struct error *error)
{
    struct memory_list calls;
    if (memory_conversations(store, line, &calls, error) != 0)
        return -1;
    *whole = true;
    for (size_t i = 0; i < calls.count; i++)
        if (memory_is_call(calls.items[i].conversation))
            *whole = *whole && has_place(share, line, calls.items[i].conversation);
    memory_list_free(&calls);
    return 0;
}
