#include "people/link.h"

#include "base/digest.h"
#include "base/json.h"
#include "base/text.h"
#include "people/fact.h"

#include <stdio.h>
#include <string.h>

#define ID_BYTES 6 /* of the digest */

bool link_id(const char *a, const char *b, const char *name, char id[LINK_ID_SIZE])
{
    unsigned char digest[DIGEST_SIZE];
    char digits[2 * ID_BYTES + 1];
    struct buf key = BUF_INIT;
    bool in_order = strcmp(a, b) < 0;
    buf_printf(&key, "%s\n%s\n%s", in_order ? a : b, in_order ? b : a, name);
    bool good = buf_text(&key) && digest_ready() && digest_sha256(key.data, key.len, digest);
    if (good) {
        text_hex(digest, ID_BYTES, digits);
        snprintf(id, LINK_ID_SIZE, MEMORY_OPERATOR "%s", digits);
    }
    buf_free(&key);
    return good;
}

const char *link_content(struct arena *arena, const struct link *link)
{
    bool named = *link->other_name != '\0';
    return arena_printf(arena, "%s is the same person as %s of %s",
                        *link->name ? link->name : "The person of this line",
                        named ? link->other_name : "the person", link->other);
}

const char *link_metadata(struct arena *arena, const struct link *link)
{
    cJSON *object = cJSON_CreateObject();
    bool good = object && cJSON_AddStringToObject(object, "other", link->other) &&
                cJSON_AddStringToObject(object, "name", link->name) &&
                cJSON_AddStringToObject(object, "other_name", link->other_name) &&
                cJSON_AddStringToObject(object, "author", link->by);
    if (good)
        return fact_json(arena, object);
    cJSON_Delete(object);
    return NULL;
}

static const char *copy(struct arena *arena, const cJSON *object, const char *name)
{
    const char *text = json_text_or_empty(object, name);
    return arena_text(arena, text, strlen(text));
}

/* False when out of memory. */
static bool read_link(struct arena *arena, const struct memory *memory, struct link *link)
{
    struct error error = {0};
    cJSON *object = json_parse(memory->metadata, strlen(memory->metadata), &error);
    *link = (struct link){.memory = memory,
                          .other = copy(arena, object, "other"),
                          .name = copy(arena, object, "name"),
                          .other_name = copy(arena, object, "other_name"),
                          .by = copy(arena, object, "author")};
    cJSON_Delete(object);
    return !arena_failed(arena) && !error_is_transient(error.code);
}

struct link *links_read(struct arena *arena, const struct memory_list *memories, size_t *count)
{
    size_t most = 0;
    *count = 0;
    for (size_t i = 0; i < memories->count; i++)
        most += memories->items[i].kind == KIND_LINK;
    struct link *links = arena_alloc(arena, (most + 1) * sizeof *links);
    for (size_t i = 0; i < memories->count && links; i++) {
        struct link *link = &links[*count];
        if (memories->items[i].kind != KIND_LINK)
            continue;
        if (!read_link(arena, &memories->items[i], link))
            return NULL;
        /* An import may have brought anything. */
        *count += *link->other != '\0' && strcmp(link->other, memories->items[i].caller) != 0;
    }
    return links;
}
