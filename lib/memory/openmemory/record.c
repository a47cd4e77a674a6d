#include "memory/openmemory/record.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define PART_BYTES    300000 /* of JSON in one record; servers take a million bytes */
#define CONTENT_CHARS 1500   /* of what a server makes its own index of */
#define SALT_WORDS    6      /* at the first attempt, twice as many at each further one */
#define SALT_MOST     96
#define WORD_LETTERS  10
#define CALLS_MOST    100000

static int broken(struct error *error, const char *what)
{
    return error_set(error, ERROR_MEMORY_UNAVAILABLE, "a record on the OpenMemory server is broken: %s",
                     what);
}

static const char *text_of(const cJSON *json, const char *name)
{
    const char *text = json_text(json, name);
    return text ? text : "";
}

/* An id goes into paths and lists: letters, digits and dashes, as servers give. */
static bool is_id(const char *id)
{
    size_t len = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    return len > 0 && len < OM_ID_SIZE && id[len] == '\0';
}

/* --- What an answer has --- */

bool om_item_read(const cJSON *json, struct om_item *item)
{
    const cJSON *mark = json_object(json_object(json, "metadata"), "callmem");
    const char *id = json_text(json, "id"), *caller = json_text(mark, "caller"),
               *type = json_text(mark, "type");
    const char *user = json_text(json, "user_id");
    if (!mark || !id || !is_id(id) || !caller || !*caller || !type)
        return false;
    *item = (struct om_item){
        .version = json_int(json, "version", 0), .user = user ? user : "", .caller = caller, .mark = mark};
    memcpy(item->id, id, strlen(id) + 1);
    if (json_int(mark, "format", 0) > OM_FORMAT)
        item->type = OM_NEWER;
    else if (json_int(mark, "format", 0) == OM_FORMAT && strcmp(type, "call") == 0)
        item->type = OM_CALL;
    else if (json_int(mark, "format", 0) == OM_FORMAT && strcmp(type, "state") == 0)
        item->type = OM_STATE;
    return item->type != OM_FOREIGN;
}

int om_items_add(struct om_items *items, cJSON *whole, const cJSON *list)
{
    size_t room = items->count + (size_t)cJSON_GetArraySize(list);
    cJSON **answers = realloc(items->whole, (items->answers + 1) * sizeof *answers);
    struct om_item *more = realloc(items->items, (room + 1) * sizeof *more);
    if (answers)
        items->whole = answers;
    if (more)
        items->items = more;
    if (!answers || !more) {
        cJSON_Delete(whole);
        return -1;
    }
    items->whole[items->answers++] = whole;
    const cJSON *each;
    cJSON_ArrayForEach(each, list)
    {
        items->all++;
        if (om_item_read(each, &items->items[items->count]))
            items->count++;
    }
    return 0;
}

void om_items_free(struct om_items *items)
{
    for (size_t i = 0; i < items->answers; i++)
        cJSON_Delete(items->whole[i]);
    free(items->whole);
    free(items->items);
    *items = (struct om_items){0};
}

/* --- The state --- */

/* One call of a state's list. */
static int read_call(struct om_known *known, struct om_known *before, const cJSON *json, struct error *error)
{
    const char *conversation = json_text(json, "conversation"), *digest = json_text(json, "digest");
    const cJSON *ids = json_array(json, "records"), *id;
    int64_t written = json_int(json, "written", 0);
    if (!conversation || !digest || strlen(digest) != OM_DIGEST_SIZE - 1 || !ids)
        return broken(error, "a call in a state is invalid");
    struct om_call *call = om_known_call(known, conversation);
    if (call && call->written >= written)
        return 0;
    call = om_known_put(known, conversation);
    if (!call)
        return error_no_memory(error);
    cJSON_ArrayForEach(id, ids)
    {
        if (!cJSON_IsString(id) || !is_id(id->valuestring))
            return broken(error, "a call in a state has no records");
        if (!om_ids_add(&call->ids, id->valuestring))
            return error_no_memory(error);
    }
    if (!call->ids)
        return broken(error, "a call in a state has no records");
    memcpy(call->digest, digest, OM_DIGEST_SIZE);
    call->agent = text_dup(text_of(json, "agent"));
    call->language = text_dup(text_of(json, "language"));
    if (!call->agent || !call->language)
        return error_no_memory(error);
    call->count = json_int(json, "memories", 0);
    call->started_at = json_int(json, "started_at", 0);
    call->written = written;
    const struct om_call *old = before ? om_known_call(before, conversation) : NULL;
    call->mirrored = old && old->mirrored && strcmp(old->digest, digest) == 0;
    return 0;
}

static int read_calls(struct om_known *known, struct om_known *before, const cJSON *mark, struct error *error)
{
    const cJSON *calls = json_array(mark, "calls"), *call;
    if (!calls || cJSON_GetArraySize(calls) > CALLS_MOST)
        return broken(error, "a state has no calls");
    cJSON_ArrayForEach(call, calls)
    {
        if (read_call(known, before, call, error) != 0)
            return -1;
    }
    return 0;
}

/* Replaces `*kept` with a copy of an object of texts. */
static int keep_texts(cJSON **kept, const cJSON *texts, struct error *error)
{
    const cJSON *each;
    cJSON_ArrayForEach(each, texts)
    {
        if (!cJSON_IsString(each))
            return broken(error, "a profile in a state is not text");
    }
    cJSON *copy = texts ? cJSON_Duplicate(texts, true) : NULL;
    if (texts && !copy)
        return error_no_memory(error);
    cJSON_Delete(*kept);
    *kept = copy;
    return 0;
}

/* Profiles of a state; of several states the one that was written last has them. Their languages are missing
 * in what an older callmem wrote. */
static int read_profiles(struct om_known *known, const cJSON *mark, struct error *error)
{
    const cJSON *profiles = json_object(mark, "profiles");
    if (!profiles)
        return broken(error, "a state has no profiles");
    if (keep_texts(&known->profiles, profiles, error) != 0)
        return -1;
    return keep_texts(&known->languages, json_object(mark, "languages"), error);
}

int om_state_read(struct om_known *known, const struct om_item *item, bool merge, struct error *error)
{
    const char *stamp = json_text(item->mark, "stamp");
    int64_t serial = json_int(item->mark, "serial", 0);
    struct om_known before = {0};
    if (item->type != OM_STATE || !stamp || strlen(stamp) != OM_DIGEST_SIZE - 1)
        return broken(error, "a state has no stamp");
    if (!merge) {
        before = *known;
        *known = (struct om_known){.caller = before.caller,
                                   .asked_at = before.asked_at,
                                   .weight = before.weight,
                                   .mirror_ready = before.mirror_ready};
    }
    int result = read_calls(known, merge ? NULL : &before, item->mark, error);
    if (result == 0 && (!merge || serial > known->serial))
        result = read_profiles(known, item->mark, error);
    if (!merge) {
        memcpy(known->id, item->id, OM_ID_SIZE);
        memcpy(known->stamp, stamp, OM_DIGEST_SIZE);
        known->version = item->version;
        before.caller = NULL;
        om_known_free(&before);
    }
    if (serial > known->serial)
        known->serial = serial;
    return result;
}

/* What was built, unless memory ran out on the way: a part that is missing would be stored as missing. */
static cJSON *whole(cJSON *json, bool good)
{
    if (good)
        return json;
    cJSON_Delete(json);
    return NULL;
}

static bool add_text(cJSON *json, const char *name, const char *text)
{
    return cJSON_AddStringToObject(json, name, text) != NULL;
}

static bool add_number(cJSON *json, const char *name, double number)
{
    return cJSON_AddNumberToObject(json, name, number) != NULL;
}

/* Takes over the item. */
static bool add_to_array(cJSON *array, cJSON *item)
{
    if (item && cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

static bool add_ids(cJSON *json, const char *name, const char *ids)
{
    cJSON *array = cJSON_AddArrayToObject(json, name);
    char id[OM_ID_SIZE];
    bool good = array != NULL;
    while (good && om_ids_next(&ids, id))
        good = add_to_array(array, cJSON_CreateString(id));
    return good;
}

static cJSON *write_call(const struct om_call *call)
{
    cJSON *json = cJSON_CreateObject();
    bool good = add_text(json, "conversation", call->conversation) && add_text(json, "agent", call->agent) &&
                add_text(json, "language", call->language) &&
                add_number(json, "started_at", (double)call->started_at) &&
                add_number(json, "memories", (double)call->count) &&
                add_number(json, "written", (double)call->written) &&
                add_text(json, "digest", call->digest) && add_ids(json, "records", call->ids);
    return whole(json, good);
}

/* Metadata with our mark in it; `*mark` is the mark. A server takes the sector from here; and by their sector
 * states can be listed alone. */
static cJSON *marked(const char *type, const char *sector, const char *caller, cJSON **mark)
{
    cJSON *metadata = cJSON_CreateObject();
    *mark = cJSON_AddObjectToObject(metadata, "callmem");
    bool good = add_number(*mark, "format", OM_FORMAT) && add_text(*mark, "type", type) &&
                add_text(*mark, "caller", caller) && add_text(metadata, "sector", sector);
    return whole(metadata, good);
}

static bool add_calls(cJSON *mark, const struct om_known *known)
{
    cJSON *calls = cJSON_AddArrayToObject(mark, "calls");
    bool good = calls != NULL;
    for (size_t i = 0; i < known->call_count && good; i++)
        if (!known->calls[i].gone)
            good = add_to_array(calls, write_call(&known->calls[i]));
    return good;
}

/* Adds a copy of an object; NULL is an empty one. */
static bool add_texts(cJSON *json, const char *name, const cJSON *texts)
{
    cJSON *copy = texts ? cJSON_Duplicate(texts, true) : cJSON_CreateObject();
    if (copy && cJSON_AddItemToObject(json, name, copy))
        return true;
    cJSON_Delete(copy);
    return false;
}

cJSON *om_state_write(const struct om_known *known)
{
    cJSON *mark, *metadata = marked("state", sector_name(SECTOR_REFLECTIVE), known->caller, &mark);
    if (!metadata)
        return NULL;
    bool good = add_text(mark, "stamp", known->stamp) && add_number(mark, "serial", (double)known->serial) &&
                add_calls(mark, known);
    return whole(metadata, good && add_texts(mark, "profiles", known->profiles) &&
                               add_texts(mark, "languages", known->languages));
}

/* --- A call --- */

static cJSON *write_memory(const struct memory *memory, bool dated)
{
    cJSON *json = cJSON_CreateObject();
    bool good = add_text(json, "kind", kind_name(memory->kind)) &&
                add_text(json, "sector", sector_name(memory->sector)) &&
                add_number(json, "position", memory->position) &&
                add_text(json, "speaker", memory->speaker) && add_text(json, "content", memory->content) &&
                add_number(json, "salience", memory->salience) &&
                add_number(json, "decay_lambda", memory->decay_lambda) &&
                add_text(json, "tags", memory->tags) && add_text(json, "metadata", memory->metadata) &&
                add_number(json, "created_at", (double)memory->created_at) &&
                (!dated || add_number(json, "updated_at", (double)memory->updated_at));
    return whole(json, good);
}

/* Of the contents alone: when a memory was written does not count. */
static int digest_of(const struct memory_list *memories, char digest[OM_DIGEST_SIZE])
{
    struct buf text = BUF_INIT;
    bool good = true;
    buf_printf(&text, "%s\n%s\n%s\n", memories->items[0].conversation, memories->items[0].agent,
               memories->items[0].language);
    for (size_t i = 0; i < memories->count; i++) {
        cJSON *json = write_memory(&memories->items[i], false);
        good = good && json;
        json_add(&text, json);
        buf_putc(&text, '\n');
        cJSON_Delete(json);
    }
    unsigned char hash[DIGEST_SIZE];
    good = good && buf_text(&text) && digest_sha256(text.data, text.len, hash);
    buf_free(&text);
    if (good)
        text_hex(hash, (OM_DIGEST_SIZE - 1) / 2, digest);
    return good ? 0 : -1;
}

static size_t size_of(const struct memory *memory)
{
    return strlen(memory->content) + strlen(memory->metadata) + strlen(memory->tags) + 300;
}

static cJSON *new_part(struct om_bundle *bundle, const struct memory *first, int64_t written)
{
    cJSON **parts = realloc(bundle->parts, (bundle->count + 1) * sizeof *parts);
    cJSON *mark;
    if (!parts)
        return NULL;
    bundle->parts = parts;
    cJSON *metadata = marked("call", sector_name(SECTOR_EPISODIC), first->caller, &mark);
    if (!metadata)
        return NULL;
    parts[bundle->count++] = metadata;
    bool good = add_text(mark, "conversation", first->conversation) &&
                add_text(mark, "agent", first->agent) && add_text(mark, "language", first->language) &&
                add_text(mark, "digest", bundle->digest) && add_number(mark, "written", (double)written);
    return good ? cJSON_AddArrayToObject(mark, "memories") : NULL;
}

/* A call in words: the summary, then what was learnt. What was said word for word is in the metadata only. */
static void describe(struct buf *content, const struct memory_list *memories)
{
    size_t room = CONTENT_CHARS;
    for (int summaries = 1; summaries >= 0; summaries--)
        for (size_t i = 0; i < memories->count && room > 20; i++) {
            const struct memory *memory = &memories->items[i];
            size_t before = content->len;
            if (memory->kind == KIND_TURN || !kind_is_searched(memory->kind) ||
                (memory->kind == KIND_SUMMARY) != (summaries == 1) || !*memory->content)
                continue;
            text_add_line(content, memory->content, room);
            if (content->len > before && !strchr(".!?", content->data[content->len - 1]))
                buf_putc(content, '.');
            buf_putc(content, ' ');
            size_t chars = text_chars(content->data + before);
            room = chars < room ? room - chars : 0;
        }
    if (content->len == 0)
        buf_puts(content, "A call. ");
}

int om_bundle_make(struct om_bundle *bundle, const struct memory_list *memories, int64_t written)
{
    cJSON *array = NULL;
    size_t size = 0;
    *bundle = (struct om_bundle){.content = BUF_INIT};
    if (digest_of(memories, bundle->digest) != 0)
        return -1;
    for (size_t i = 0; i < memories->count; i++) {
        if (!array || size + size_of(&memories->items[i]) > PART_BYTES) {
            array = new_part(bundle, &memories->items[i], written);
            size = 0;
        }
        if (!array || !add_to_array(array, write_memory(&memories->items[i], true)))
            return -1;
        size += size_of(&memories->items[i]);
    }
    for (size_t i = 0; i < bundle->count; i++) {
        cJSON *mark = cJSON_GetObjectItemCaseSensitive(bundle->parts[i], "callmem");
        if (!add_number(mark, "part", (double)i) || !add_number(mark, "parts", (double)bundle->count))
            return -1;
    }
    describe(&bundle->content, memories);
    return buf_text(&bundle->content) ? 0 : -1;
}

void om_bundle_free(struct om_bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++)
        cJSON_Delete(bundle->parts[i]);
    free(bundle->parts);
    buf_free(&bundle->content);
    *bundle = (struct om_bundle){.content = BUF_INIT};
}

bool om_part_read(const struct om_item *item, const char **conversation, const char **digest, int64_t *part,
                  int64_t *parts, int64_t *written)
{
    *conversation = json_text(item->mark, "conversation");
    *digest = json_text(item->mark, "digest");
    *part = json_int(item->mark, "part", -1);
    *parts = json_int(item->mark, "parts", 0);
    *written = json_int(item->mark, "written", 0);
    return item->type == OM_CALL && *conversation && **conversation && *digest &&
           strlen(*digest) == OM_DIGEST_SIZE - 1 && *part >= 0 && *part < *parts && *parts <= CALLS_MOST;
}

static double between(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

static bool read_memory(const cJSON *mark, const cJSON *json, struct memory *memory)
{
    int64_t position = json_int(json, "position", -1);
    *memory = (struct memory){
        .caller = text_of(mark, "caller"),
        .agent = text_of(mark, "agent"),
        .conversation = text_of(mark, "conversation"),
        .language = text_of(mark, "language"),
        .kind = kind_find(text_of(json, "kind")),
        .sector = sector_find(text_of(json, "sector")),
        .position = (int)position,
        .speaker = text_of(json, "speaker"),
        .content = text_of(json, "content"),
        .salience = between(json_number(json, "salience", 0.5), 0, 1),
        .decay_lambda = between(json_number(json, "decay_lambda", 0), 0, 1000),
        .tags = text_of(json, "tags"),
        .metadata = text_of(json, "metadata"),
        .created_at = json_int(json, "created_at", 0),
        .updated_at = json_int(json, "updated_at", 0),
    };
    return memory->kind != KINDS && memory->sector != SECTORS && position >= 0 && position <= INT32_MAX;
}

int om_part_memories(const struct om_item *item, struct memory **memories, size_t *count, struct error *error)
{
    const cJSON *list = json_array(item->mark, "memories"), *json;
    struct memory *more = realloc(*memories, (*count + (size_t)cJSON_GetArraySize(list) + 1) * sizeof *more);
    if (!more)
        return error_no_memory(error);
    *memories = more;
    cJSON_ArrayForEach(json, list)
    {
        if (!read_memory(item->mark, json, &more[*count]))
            return broken(error, "a memory in a call is invalid");
        ++*count;
    }
    return 0;
}

/* --- Salt --- */

/* A server treats two texts as one when the hash of their words is the same: 32 bits, each set by the
 * majority of the words. Among many words a few cannot change it, so at each attempt there are twice as many.
 * Letters only: a server that looks at words alone would not see digits. */
void om_add_salt(struct buf *text, const char *seed, unsigned attempt)
{
    size_t words = SALT_WORDS;
    for (unsigned i = 0; i < attempt && words < SALT_MOST; i++)
        words *= 2;
    buf_puts(text, "Ref");
    for (size_t word = 0; word < words; word++) {
        unsigned char hash[DIGEST_SIZE];
        struct buf source = BUF_INIT;
        buf_printf(&source, "%s\n%u\n%zu", seed, attempt, word);
        bool good = buf_text(&source) && digest_sha256(source.data, source.len, hash);
        buf_free(&source);
        if (!good) {
            text->failed = true;
            return;
        }
        buf_putc(text, ' ');
        for (size_t i = 0; i < WORD_LETTERS; i++)
            buf_putc(text, (char)('a' + hash[i] % 26));
    }
    buf_putc(text, '.');
}
