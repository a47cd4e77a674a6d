/* Memories that are there already are replaced, so that an import can be repeated. */
#include "operate/import.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/json.h"
#include "operate/commands.h"
#include "operate/report.h"
#include "people/caller.h"
#include "people/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMPORT_FORMAT  "callmem-export"
#define IMPORT_VERSION 1

static int wrong(struct error *error, const char *what)
{
    return error_set(error, ERROR_INVALID_REQUEST, "this is no export of callmem: %s", what);
}

static const char *text_of(const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text ? text : "";
}

static int read_time(const cJSON *object, const char *name, int64_t *when, struct error *error)
{
    return clock_parse(text_of(object, name), when) ? 0 : wrong(error, "a memory has no created_at");
}

/* One memory; its metadata is printed into the arena. */
static int read_memory(const cJSON *json, struct memory *memory, struct arena *arena, struct error *error)
{
    struct buf metadata = BUF_INIT;
    const cJSON *object = json_object(json, "metadata");
    memory->kind = kind_find(text_of(json, "kind"));
    memory->sector = sector_find(text_of(json, "sector"));
    if (memory->kind == KINDS || memory->sector == SECTORS)
        return wrong(error, "a memory has an unknown kind or sector");
    if (!json_text(json, "content"))
        return wrong(error, "a memory has no content");
    if (object)
        json_add(&metadata, object);
    const char *text = buf_text(&metadata);
    memory->metadata = text ? arena_text(arena, text, metadata.len) : NULL;
    buf_free(&metadata);
    memory->position = (int)json_int(json, "position", 0);
    memory->speaker = text_of(json, "speaker");
    memory->content = text_of(json, "content");
    memory->salience = json_number(json, "salience", 0.5);
    memory->decay_lambda = json_number(json, "decay_lambda", 0);
    memory->tags = text_of(json, "tags");
    if (!memory->metadata)
        return error_no_memory(error);
    return read_time(json, "created_at", &memory->created_at, error);
}

static int import_call(struct memory_store *store, const char *caller, const cJSON *call, size_t *memories,
                       struct error *error)
{
    const cJSON *list = json_array(call, "memories"), *entry;
    const char *conversation = text_of(call, "conversation_id");
    size_t count = 0, room = (size_t)cJSON_GetArraySize(list);
    if (!list || !*conversation)
        return wrong(error, "a conversation has no conversation_id or no memories");
    struct arena *arena = arena_new();
    struct memory *items = calloc(room + 1, sizeof *items);
    int result = arena && items ? 0 : error_no_memory(error);
    cJSON_ArrayForEach(entry, list)
    {
        if (result != 0)
            break;
        items[count] = (struct memory){.caller = caller,
                                       .agent = text_of(call, "agent_id"),
                                       .conversation = conversation,
                                       .language = text_of(call, "language")};
        result = read_memory(entry, &items[count++], arena, error);
    }
    if (result == 0)
        result = memory_add(store, items, count, NULL, error);
    *memories += count;
    free(items);
    arena_free(arena);
    return result;
}

/* The conversations of one caller, and the profiles that follow from them. */
static int import_calls(const struct instance *instance, struct memory_store *store, const char *caller,
                        const cJSON *calls, size_t *memories, struct error *error)
{
    const struct context_bounds bounds = profile_bounds(instance->settings);
    const cJSON *call;
    int result = 0;
    cJSON_ArrayForEach(call, calls)
    {
        if (result == 0)
            result = import_call(store, caller, call, memories, error);
    }
    /* Of all agents at once: once for each conversation would cost the square of their number. */
    if (result == 0)
        result = profile_update(store, caller, NULL, &bounds, error);
    return result;
}

static int read_caller(const cJSON *object, char caller[CALLER_SIZE], struct error *error)
{
    enum caller_kind kind = caller_parse(text_of(object, "caller"), caller);
    return kind == CALLER_NUMBER || kind == CALLER_OTHER ? 0 : wrong(error, "its caller is invalid");
}

/* The calls of the same person on other lines. */
static int import_linked(const struct instance *instance, struct memory_store *store, const cJSON *whole,
                         struct imported *imported, struct error *error)
{
    const cJSON *line, *list = json_array(whole, "linked");
    cJSON_ArrayForEach(line, list)
    {
        char caller[CALLER_SIZE];
        const cJSON *calls = json_array(line, "conversations");
        if (!calls)
            return wrong(error, "conversations of a linked line are missing");
        if (read_caller(line, caller, error) != 0 ||
            import_calls(instance, store, caller, calls, &imported->memories, error) != 0)
            return -1;
        imported->conversations += cJSON_GetArraySize(calls);
    }
    return 0;
}

/* All of it in one transaction. */
static int import_all(const struct instance *instance, struct memory_store *store, const cJSON *whole,
                      const cJSON *calls, struct imported *imported, struct error *error)
{
    if (memory_begin(store, error) != 0)
        return -1;
    int result = import_calls(instance, store, imported->caller, calls, &imported->memories, error);
    if (result == 0)
        result = import_linked(instance, store, whole, imported, error);
    if (result == 0)
        return memory_commit(store, error);
    memory_rollback(store);
    return -1;
}

int import_object(const struct instance *instance, const cJSON *whole, struct imported *imported,
                  struct error *error)
{
    const cJSON *calls = json_array(whole, "conversations");
    if (strcmp(text_of(whole, "format"), IMPORT_FORMAT) != 0 || !calls)
        return wrong(error, "format or conversations are missing");
    if (json_int(whole, "version", 0) != IMPORT_VERSION)
        return wrong(error, "its version is not 1");
    if (read_caller(whole, imported->caller, error) != 0)
        return -1;
    imported->conversations = cJSON_GetArraySize(calls);
    struct memory_store *store = memory_open(&instance->memory);
    int result = store ? import_all(instance, store, whole, calls, imported, error) : error_no_memory(error);
    memory_close(store);
    return result;
}

static int print_imported(const struct args *args, const struct imported *imported)
{
    const struct report_count counts[] = {{"memories", NULL, (int64_t)imported->memories},
                                          {"conversations", NULL, imported->conversations}};
    if (args->json)
        return report_json(report_object(counts, sizeof counts / sizeof *counts));
    printf("Imported %zu %s of %d %s for %s.\n", imported->memories,
           report_noun((int64_t)imported->memories, "memory", "memories"), imported->conversations,
           report_noun((int64_t)imported->conversations, "conversation", "conversations"), imported->caller);
    return EXIT_SUCCESS;
}

int import_command(struct instance *instance, const struct args *args)
{
    struct error error = {0};
    struct buf text = BUF_INIT;
    struct imported imported = {0};
    cJSON *whole = NULL;
    int result = args_read(args, &text, &error);
    if (result == 0) {
        whole = json_parse(text.data ? text.data : "", text.len, &error);
        result = whole ? import_object(instance, whole, &imported, &error) : -1;
    }
    cJSON_Delete(whole);
    buf_free(&text);
    return result == 0 ? print_imported(args, &imported) : report_failure(&error);
}
