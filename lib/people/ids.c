#include "people/ids.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "people/fact.h"
#include "people/remark.h"
#include "understand/person_name.h"

#include <stdio.h>
#include <string.h>

#define DIGITS    8            /* hexadecimal, of a hash */
#define HEAD_SIZE (DIGITS + 2) /* "f3a91c07b" and its end */
#define MEMBER    "ids"

/* What an id begins with. False when out of memory. */
static bool head_of(const struct memory *memory, char head[HEAD_SIZE])
{
    unsigned char hash[DIGEST_SIZE];
    char digits[2 * DIGEST_SIZE + 1];
    struct buf b = BUF_INIT;
    buf_printf(&b, "%s\n%s", kind_name(memory->kind), memory->content);
    bool good = buf_text(&b) && digest_sha256(b.data, b.len, hash);
    buf_free(&b);
    if (!good)
        return false;
    text_hex(hash, DIGEST_SIZE, digits);
    snprintf(head, HEAD_SIZE, "f%.*s", DIGITS, digits);
    return true;
}

const char *ids_of(struct arena *arena, const struct memory *memory)
{
    char head[HEAD_SIZE];
    if (!memory_is_call(memory->conversation))
        return arena_text(arena, memory->conversation, strlen(memory->conversation));
    return head_of(memory, head) ? arena_printf(arena, "%s.%s", head, memory->conversation) : NULL;
}

const char *ids_conversation(const char *id)
{
    if (!memory_is_call(id))
        return id;
    size_t len = strspn(id + (*id == 'f'), "0123456789abcdef");
    return *id == 'f' && len == DIGITS && id[len + 1] == '.' && id[len + 2] ? id + len + 2 : NULL;
}

static bool has_id(const cJSON *ids, const char *head)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, ids)
    {
        if (cJSON_IsString(each) && strcmp(each->valuestring, head) == 0)
            return true;
    }
    return false;
}

int ids_match(const struct memory *memory, const char *id)
{
    char head[HEAD_SIZE], wanted[HEAD_SIZE];
    struct error error = {0};
    if (!ids_conversation(id) || !head_of(memory, head))
        return -1;
    snprintf(wanted, sizeof wanted, "%s", id);
    if (strcmp(wanted, head) == 0)
        return 2;
    if (!strstr(memory->metadata, wanted))
        return 0;
    cJSON *metadata = json_parse(memory->metadata, strlen(memory->metadata), &error);
    bool was = has_id(json_array(metadata, MEMBER), wanted);
    cJSON_Delete(metadata);
    return error.code != ERROR_NONE && error_is_transient(error.code) ? -1 : was;
}

/* --- Keeping them --- */

static bool is_named(const struct memory *memory)
{
    return memory->kind == KIND_NAME || fact_is_kind(memory->kind);
}

static bool is_said(const struct memory *items, size_t count, const struct memory *memory)
{
    for (size_t i = 0; i < count; i++)
        if (items[i].kind == memory->kind && strcmp(items[i].content, memory->content) == 0)
            return true;
    return false;
}

/* Whether a name is another form of the one that was heard. */
static bool same_name(struct arena *arena, const struct memory *old, const struct memory *now, bool *failed)
{
    struct speaker was, is;
    if (!fact_read_speaker(arena, old, &was) || !fact_read_speaker(arena, now, &is)) {
        *failed = true;
        return false;
    }
    return name_compare(*was.full ? was.full : was.called, *is.full ? is.full : is.called) == NAME_SAME;
}

/* Whether a statement is the same in other words, as an operator's remark on the old one would find it. */
static bool same_statement(struct arena *arena, const struct memory *old, const struct memory *now,
                           bool *failed)
{
    struct fact was, is;
    struct carriers carriers;
    if (!fact_read(arena, old, &was) || !fact_read(arena, now, &is) ||
        !carriers_read(arena, is.statement.text, &carriers)) {
        *failed = true;
        return false;
    }
    struct remark remark = {.memory = old,
                            .act = REMARK_CORRECT,
                            .conversation = old->conversation,
                            .kind = old->kind,
                            .whose = was.statement.whose,
                            .text = was.statement.text,
                            .slot = was.statement.slot,
                            .value = was.statement.value,
                            .turn = was.statement.turn};
    if (!carriers_read(arena, remark.text, &remark.carriers)) {
        *failed = true;
        return false;
    }
    return remark_means(&remark, now, &is.statement, &carriers, failed) == REMARK_THIS;
}

/* The metadata with the old one's ids; NULL when out of memory. */
static const char *with_ids(struct arena *arena, const struct memory *old, const struct memory *now)
{
    char head[HEAD_SIZE];
    cJSON *metadata = cJSON_Parse(now->metadata), *before = cJSON_Parse(old->metadata);
    cJSON *ids = cJSON_DetachItemFromObjectCaseSensitive(before, MEMBER);
    if (!cJSON_IsArray(ids)) {
        cJSON_Delete(ids);
        ids = cJSON_CreateArray();
    }
    bool good = metadata && head_of(old, head) && cJSON_AddItemToArray(ids, cJSON_CreateString(head));
    if (good && cJSON_AddItemToObject(metadata, MEMBER, ids))
        ids = NULL;
    else
        good = false;
    cJSON_Delete(ids);
    cJSON_Delete(before);
    if (good)
        return fact_json(arena, metadata);
    cJSON_Delete(metadata);
    return NULL;
}

/* The same words keep what they had been called before. */
static const char *same_ids(struct arena *arena, const struct memory *old, const struct memory *now)
{
    cJSON *metadata = cJSON_Parse(now->metadata), *before = cJSON_Parse(old->metadata);
    cJSON *ids = cJSON_DetachItemFromObjectCaseSensitive(before, MEMBER);
    bool good = metadata && before && (!ids || cJSON_AddItemToObject(metadata, MEMBER, ids));
    cJSON_Delete(before);
    if (good)
        return fact_json(arena, metadata);
    cJSON_Delete(metadata);
    return NULL;
}

static bool keep_ids(struct arena *arena, const struct memory_list *old, struct memory *item,
                     const struct memory *items, size_t count)
{
    bool failed = false;
    for (size_t i = 0; i < old->count && !failed; i++) {
        const struct memory *was = &old->items[i];
        if (!is_named(was) || (was->kind == KIND_NAME) != (item->kind == KIND_NAME))
            continue;
        bool same = was->kind == item->kind && strcmp(was->content, item->content) == 0;
        if (same && !strstr(was->metadata, "\"" MEMBER "\""))
            return true;
        if (!same && (is_said(items, count, was) ||
                      !(was->kind == KIND_NAME ? same_name(arena, was, item, &failed)
                                               : same_statement(arena, was, item, &failed))))
            continue;
        item->metadata = same ? same_ids(arena, was, item) : with_ids(arena, was, item);
        return item->metadata != NULL;
    }
    return !failed;
}

bool ids_keep(struct arena *arena, const struct memory_list *old, struct memory *items, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_named(&items[i]) && !keep_ids(arena, old, &items[i], items, count))
            return false;
    return true;
}
