/*
 * What an OpenMemory server answers, read as records: nothing in it breaks the reader, and what is taken for
 * ours holds what it must.
 */
#include "memory/openmemory/record.h"

#include "base/json.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_known(struct om_known *known)
{
    char id[OM_ID_SIZE];
    for (size_t i = 0; i < known->call_count; i++) {
        const char *at = known->calls[i].ids;
        must(known->calls[i].conversation && at && om_ids_next(&at, id));
        must(om_known_call(known, known->calls[i].conversation) == &known->calls[i]);
    }
    cJSON *metadata = om_state_write(known);
    must(metadata != NULL);
    cJSON_Delete(metadata);
}

static void read_state(struct om_known *known, const struct om_item *item, bool merge)
{
    struct error error = {0};
    if (om_state_read(known, item, merge, &error) == 0) {
        check_known(known);
    } else {
        /* What was read so far counts no more. */
        must(error.message[0] && utf8_is_valid(error.message, strlen(error.message)));
        om_known_clear(known);
    }
}

static void read_call(const struct om_item *item, struct om_bundle *bundle)
{
    struct error error = {0};
    struct memory *memories = NULL;
    size_t count = 0;
    const char *conversation, *digest;
    int64_t part, parts, written;
    if (om_part_read(item, &conversation, &digest, &part, &parts, &written))
        must(*conversation && part >= 0 && part < parts);
    if (om_part_memories(item, &memories, &count, &error) == 0 && count) {
        struct memory_list list = {.items = memories, .count = count};
        for (size_t i = 0; i < count; i++)
            must(memories[i].kind < KINDS && memories[i].sector < SECTORS && memories[i].content &&
                 memories[i].salience >= 0 && memories[i].salience <= 1);
        must(om_bundle_make(bundle, &list, 1) == 0 && bundle->count > 0);
        om_bundle_free(bundle);
    }
    free(memories);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    cJSON *whole = json_parse((const char *)data, size, NULL);
    struct om_items items = {0};
    struct om_bundle bundle = {0};
    struct om_known known = {.caller = strdup("+15550600001")};
    if (whole && known.caller) {
        const cJSON *list = json_array(whole, "items");
        must(om_items_add(&items, whole, list) == 0);
        for (size_t i = 0; i < items.count; i++) {
            must(items.items[i].id[0] && items.items[i].caller[0] && items.items[i].type != OM_FOREIGN);
            read_state(&known, &items.items[i], i % 2 == 1);
            read_call(&items.items[i], &bundle);
        }
    }
    om_known_free(&known);
    om_items_free(&items);
    return 0;
}
