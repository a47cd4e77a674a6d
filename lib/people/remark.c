#include "people/remark.h"

#include "base/json.h"
#include "base/text.h"
#include "people/fact.h"
#include "understand/person_name.h"

#include <stdlib.h>
#include <string.h>

#define LIKE 0.75 /* of the words that carry a statement: then it is the same one, said otherwise */

static const char *const act_names[REMARK_ACTS] = {"note", "correct", "drop", "name", "split"};

const char *remark_act_name(enum remark_act act)
{
    return act_names[act];
}

static enum remark_act act_find(const char *name)
{
    for (int i = 0; i < REMARK_ACTS && name; i++)
        if (strcmp(act_names[i], name) == 0)
            return (enum remark_act)i;
    return REMARK_NOTE;
}

/* --- Its memory --- */

static const char *text_of(struct arena *arena, const cJSON *object, const char *name)
{
    const char *text = json_text(object, name);
    return text ? arena_text(arena, text, strlen(text)) : "";
}

bool remark_read(struct arena *arena, const struct memory *memory, struct remark *remark)
{
    struct error error = {0};
    cJSON *object = json_parse(memory->metadata, strlen(memory->metadata), &error);
    const cJSON *of = json_object(object, "of");
    const char *kind = json_text(of, "kind");
    *remark = (struct remark){
        .memory = memory,
        .act = act_find(json_text(object, "act")),
        .author = text_of(arena, object, "author"),
        .conversation = text_of(arena, of, "conversation"),
        .kind = kind ? kind_find(kind) : KINDS,
        .whose = text_of(arena, of, "whose"),
        .text = text_of(arena, of, "text"),
        .slot = text_of(arena, of, "slot"),
        .value = text_of(arena, of, "value"),
        .turn = (int)json_int(of, "turn", -1),
        .name = text_of(arena, object, "name"),
        .called = text_of(arena, object, "called"),
        .calls = text_of(arena, object, "calls"),
    };
    bool read = (object || !error_is_transient(error.code)) && !arena_failed(arena) &&
                carriers_read(arena, remark->text, &remark->carriers);
    cJSON_Delete(object);
    return read;
}

const char *remark_content(struct arena *arena, const struct remark *remark)
{
    switch (remark->act) {
    case REMARK_CORRECT:
        return arena_printf(arena, "Corrected: %s", remark->text);
    case REMARK_DROP:
        return arena_printf(arena, "Dropped: %s", remark->text);
    case REMARK_NAME:
        return *remark->text ? arena_printf(arena, "Not %s but %s", remark->text, remark->name)
                             : arena_printf(arena, "Named %s", remark->name);
    case REMARK_SPLIT:
        return arena_printf(arena, "%s is a person of their own", remark->name);
    case REMARK_NOTE:
    case REMARK_ACTS:
    default:
        return arena_text(arena, "Noted", 5);
    }
}

/* Adds a text unless it is empty. */
static bool add(cJSON *object, const char *name, const char *text)
{
    return !text || !*text || cJSON_AddStringToObject(object, name, text);
}

static bool add_target(cJSON *object, const struct remark *remark)
{
    cJSON *of = cJSON_AddObjectToObject(object, "of");
    return of && add(of, "conversation", remark->conversation) && add(of, "kind", kind_name(remark->kind)) &&
           add(of, "whose", remark->whose) && add(of, "text", remark->text) &&
           add(of, "slot", remark->slot) && add(of, "value", remark->value) &&
           (remark->turn < 0 || cJSON_AddNumberToObject(of, "turn", remark->turn));
}

const char *remark_metadata(struct arena *arena, const struct remark *remark)
{
    bool about = remark->act == REMARK_CORRECT || remark->act == REMARK_DROP || remark->act == REMARK_NAME;
    cJSON *object = cJSON_CreateObject();
    if (object && add(object, "act", act_names[remark->act]) && add(object, "author", remark->author) &&
        add(object, "source", source_name(SOURCE_OPERATOR)) && add(object, "name", remark->name) &&
        add(object, "called", remark->called) && add(object, "calls", remark->calls) &&
        (!about || add_target(object, remark)))
        return fact_json(arena, object);
    cJSON_Delete(object);
    return NULL;
}

/* --- What it is about --- */

static bool same_text(const char *a, const char *b, bool *failed)
{
    if (strcmp(a, b) == 0)
        return true;
    char *one = text_folded(a), *other = text_folded(b);
    bool same = one && other && strcmp(one, other) == 0;
    *failed = *failed || !one || !other;
    free(one);
    free(other);
    return same;
}

/* What is open, what has ended, and what is so are never the same. */
static int class_of(enum kind kind)
{
    return kind == KIND_REQUEST || kind == KIND_PROMISE ? 1 : kind == KIND_ENDED ? 2 : 0;
}

static double likeness(const struct carriers *a, const struct carriers *b)
{
    size_t least = a->count < b->count ? a->count : b->count;
    return least ? (double)carriers_shared(a, b) / (double)least : 0;
}

static bool same_carriers(const struct carriers *a, const struct carriers *b)
{
    return a->count >= 2 && a->count == b->count && carriers_shared(a, b) == a->count &&
           carriers_shared(b, a) == b->count;
}

/* In the call itself other words, and another kind, may be found for the same when it is understood again. */
static bool is_this(const struct remark *remark, const struct statement *statement,
                    const struct carriers *carriers)
{
    bool same_turn = remark->turn >= 0 && remark->turn == statement->turn;
    if (same_turn && *remark->slot && strcmp(remark->slot, statement->slot) == 0)
        return true;
    return likeness(&remark->carriers, carriers) >= (same_turn ? 0.5 : LIKE);
}

enum remark_match remark_means(const struct remark *remark, const struct memory *memory,
                               const struct statement *statement, const struct carriers *carriers,
                               bool *failed)
{
    bool here = strcmp(remark->conversation, memory->conversation) == 0;
    if ((remark->act != REMARK_CORRECT && remark->act != REMARK_DROP) || remark->kind == KIND_NAME ||
        class_of(remark->kind) != class_of(memory->kind) || strcmp(remark->whose, statement->whose) != 0)
        return REMARK_OTHER;
    /* What is left open once more, or promised again, is another thing. */
    if (!here && class_of(remark->kind) == 1 && memory->created_at > remark->memory->created_at)
        return REMARK_OTHER;
    bool same = same_text(remark->text, statement->text, failed) ||
                (*remark->value && strcmp(remark->value, statement->value) == 0);
    if (here)
        return same || is_this(remark, statement, carriers) ? REMARK_THIS : REMARK_OTHER;
    return same || same_carriers(&remark->carriers, carriers) ? REMARK_SAME : REMARK_OTHER;
}

bool remark_means_name(const struct remark *remark, const char *conversation, const struct speaker *speaker,
                       bool *failed)
{
    bool here = strcmp(remark->conversation, conversation) == 0;
    const char *heard = *speaker->full ? speaker->full : speaker->called;
    if (remark->kind != KIND_NAME || (remark->act != REMARK_NAME && remark->act != REMARK_DROP) || !*heard)
        return false;
    if (!*remark->text)
        return here;
    return same_text(remark->text, heard, failed) || (here && name_compare(remark->text, heard) == NAME_SAME);
}

bool remark_has_call(const struct remark *remark, const char *conversation)
{
    size_t len = strlen(conversation);
    for (const char *at = remark->calls; (at = strstr(at, conversation)); at += len)
        if ((at == remark->calls || at[-1] == ' ') && (at[len] == ',' || !at[len]))
            return true;
    return false;
}

bool remark_is_theirs(const struct remark *remark, const char *conversation, const struct speaker *speaker,
                      bool *failed)
{
    if (remark->act != REMARK_SPLIT)
        return false;
    return remark_has_call(remark, conversation) ||
           (*speaker->full && same_text(remark->name, speaker->full, failed)) ||
           (*speaker->called && same_text(remark->name, speaker->called, failed));
}

int remark_forget(struct memory_store *store, const char *caller, const char *conversation,
                  struct error *error)
{
    return memory_seal(store, caller, conversation, error) == 0
               ? memory_forget_conversation(store, caller, conversation, error)
               : -1;
}
