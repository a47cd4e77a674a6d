#include "people/fact.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

static const enum kind kinds[STATEMENTS] = {
    [STATEMENT_NEED] = KIND_NEED,
    [STATEMENT_PREFERENCE] = KIND_PREFERENCE,
    [STATEMENT_INSTRUCTION] = KIND_INSTRUCTION,
    [STATEMENT_FACT] = KIND_FACT,
    [STATEMENT_CONTACT] = KIND_CONTACT,
    [STATEMENT_ID] = KIND_ID,
    [STATEMENT_ENDED] = KIND_ENDED,
    [STATEMENT_OPEN] = KIND_REQUEST,
};

enum kind fact_kind(const struct statement *statement)
{
    if (statement->kind == STATEMENT_OPEN && strcmp(statement->by, "agent") == 0)
        return KIND_PROMISE;
    return kinds[statement->kind];
}

static enum statement_kind statement_kind_of(enum kind kind)
{
    int i = 0;
    if (kind == KIND_PROMISE)
        return STATEMENT_OPEN;
    while (i < STATEMENTS && kinds[i] != kind)
        i++;
    return (enum statement_kind)i;
}

bool fact_is_kind(enum kind kind)
{
    return statement_kind_of(kind) != STATEMENTS;
}

const char *fact_json(struct arena *arena, cJSON *object)
{
    struct buf b = BUF_INIT;
    json_add(&b, object);
    const char *text = object && buf_text(&b) ? arena_text(arena, buf_text(&b), b.len) : NULL;
    buf_free(&b);
    cJSON_Delete(object);
    return text;
}

const char *fact_content(struct arena *arena, const struct statement *statement)
{
    const char *until = statement->until;
    if (statement->kind == STATEMENT_OPEN && *until)
        return arena_printf(arena, "%s%s%s (%s)", statement->whose, *statement->whose ? ": " : "",
                            statement->text, until);
    if (*statement->whose && strcmp(statement->whose, WHOSE_UNCLEAR) != 0)
        return arena_printf(arena, "%s: %s", statement->whose, statement->text);
    return arena_text(arena, statement->text, strlen(statement->text));
}

/* Adds a text unless it is empty. */
static bool add(cJSON *object, const char *name, const char *text)
{
    return !*text || cJSON_AddStringToObject(object, name, text);
}

const char *fact_metadata(struct arena *arena, const struct statement *statement, const char *author)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && add(object, "whose", statement->whose) && add(object, "text", statement->text) &&
                add(object, "slot", statement->slot) && add(object, "value", statement->value) &&
                add(object, "by", statement->by) && add(object, "until", statement->until) &&
                add(object, "source", source_name(statement->source)) && add(object, "author", author) &&
                (statement->turn < 0 || cJSON_AddNumberToObject(object, "turn", statement->turn));
    if (good)
        return fact_json(arena, object);
    cJSON_Delete(object);
    return NULL;
}

/* A member of the object as text of the arena, "" when it is not there; NULL when out of memory. */
static const char *text_of(struct arena *arena, const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text ? arena_text(arena, text, strlen(text)) : "";
}

static enum source source_of(const cJSON *object)
{
    const char *name = json_text(object, "source");
    enum source source = name ? source_find(name) : SOURCE_RULE;
    return source == SOURCES ? SOURCE_RULE : source;
}

/* The metadata of a memory; what cannot be read is empty. NULL when out of memory. */
static cJSON *metadata_of(const struct memory *memory)
{
    struct error error = {0};
    cJSON *object = json_parse(memory->metadata, strlen(memory->metadata), &error);
    return object || error_is_transient(error.code) ? object : cJSON_CreateObject();
}

bool fact_read(struct arena *arena, const struct memory *memory, struct fact *fact)
{
    cJSON *object = metadata_of(memory);
    struct statement *statement = &fact->statement;
    *fact = (struct fact){.memory = memory, .over = ""};
    *statement = (struct statement){
        .kind = statement_kind_of(memory->kind),
        .whose = text_of(arena, object, "whose"),
        .text = text_of(arena, object, "text"),
        .slot = text_of(arena, object, "slot"),
        .value = text_of(arena, object, "value"),
        .by = memory->kind == KIND_PROMISE   ? "agent"
              : memory->kind == KIND_REQUEST ? "caller"
                                             : "",
        .source = source_of(object),
        .turn = (int)json_int(object, "turn", -1),
    };
    fact->author = text_of(arena, object, "author");
    fact->over = text_of(arena, object, "over");
    const char *until = text_of(arena, object, "until");
    bool good = object && statement->whose && statement->text && statement->slot && statement->value &&
                fact->author && fact->over && until;
    if (good && strlen(until) < UNTIL_SIZE)
        memcpy(statement->until, until, strlen(until) + 1);
    if (good && !*statement->text)
        statement->text = memory->content;
    cJSON_Delete(object);
    return good;
}

const char *fact_speaker_content(struct arena *arena, const struct speaker *speaker)
{
    const char *name = *speaker->full ? speaker->full : speaker->called;
    if (!*name)
        return arena_printf(arena, "On the line: %s", speaker->role);
    const char *role = *speaker->role ? arena_printf(arena, " (%s)", speaker->role) : "";
    if (*speaker->called && strcmp(speaker->called, name) != 0)
        return arena_printf(arena, "Name: %s, called %s%s", name, speaker->called, role ? role : "");
    return arena_printf(arena, "Name: %s%s", name, role ? role : "");
}

const char *fact_speaker_metadata(struct arena *arena, const struct speaker *speaker)
{
    cJSON *object = cJSON_CreateObject();
    const char *name = *speaker->full ? speaker->full : speaker->called;
    bool good = object && add(object, "full", speaker->full) && add(object, "called", speaker->called) &&
                add(object, "role", speaker->role) && add(object, "was", speaker->was) &&
                (!speaker->renamed || cJSON_AddTrueToObject(object, "renamed")) &&
                add(object, "slot", "name") && add(object, "value", name) &&
                add(object, "source", source_name(speaker->source)) &&
                (speaker->turn < 0 || cJSON_AddNumberToObject(object, "turn", speaker->turn));
    if (good)
        return fact_json(arena, object);
    cJSON_Delete(object);
    return NULL;
}

bool fact_read_speaker(struct arena *arena, const struct memory *memory, struct speaker *speaker)
{
    cJSON *object = metadata_of(memory);
    /* The first version kept no more than a value. */
    bool old =
        object && !json_text(object, "full") && !json_text(object, "called") && !json_text(object, "role");
    *speaker = (struct speaker){
        .full = text_of(arena, object, old ? "value" : "full"),
        .called = text_of(arena, object, "called"),
        .role = text_of(arena, object, "role"),
        .was = text_of(arena, object, "was"),
        .renamed = json_bool(object, "renamed", false),
        .source = source_of(object),
        .turn = (int)json_int(object, "turn", -1),
    };
    bool good = object && speaker->full && speaker->called && speaker->role && speaker->was;
    cJSON_Delete(object);
    return good;
}
