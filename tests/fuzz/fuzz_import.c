/*
 * An export, as `callmem import` reads it: whatever is in it, there is a caller whose memories can be listed,
 * searched and made a profile of, or a complaint and nothing stored; and the same again changes nothing.
 */
#include "operate/import.h"

#include "base/json.h"
#include "base/utf8.h"
#include "memory/open.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct instance instance;
static char folder[] = "/dev/shm/callmem-fuzz-import-XXXXXX", path[64];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void clean_up(void)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    char name[96];
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        snprintf(name, sizeof name, "%s%s", path, endings[i]);
        unlink(name);
    }
    rmdir(folder);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    struct buf complaints = BUF_INIT, warnings = BUF_INIT;
    (void)argc;
    (void)argv;
    must(mkdtemp(folder) != NULL);
    snprintf(path, sizeof path, "%s/db", folder);
    atexit(clean_up);
    instance.settings = settings_parse("", 0, "FILE", &complaints, &warnings);
    must(instance.settings != NULL);
    instance.memory = (struct memory_options){.path = path, .timeout_ms = 60000, .upgrades = true};
    buf_free(&complaints);
    buf_free(&warnings);
    return 0;
}

static size_t count(struct memory_store *store, const char *caller)
{
    struct error error = {0};
    struct memory_list list;
    const struct memory_filter filter = {.caller = caller};
    must(memory_list(store, &filter, &list, &error) == 0);
    size_t found = list.count;
    for (size_t i = 0; i < found; i++)
        must(list.items[i].kind < KINDS && list.items[i].sector < SECTORS && list.items[i].content &&
             utf8_is_valid(list.items[i].content, strlen(list.items[i].content)));
    memory_list_free(&list);
    return found;
}

static void check_caller(const cJSON *whole, const struct imported *imported)
{
    struct error error = {0};
    struct imported again = {0};
    struct memory_list found;
    const struct memory_filter filter = {.caller = imported->caller};
    struct memory_store *store = memory_open(&instance.memory);
    must(store != NULL);
    size_t before = count(store, imported->caller);
    must(before <= imported->memories);
    must(memory_search(store, &filter, "when does the walnut table come", &found, &error) == 0);
    memory_list_free(&found);
    must(import_object(&instance, whole, &again, &error) == 0 && again.memories == imported->memories);
    must(count(store, imported->caller) == before);
    must(memory_forget(store, imported->caller, NULL, &error) == 0);
    memory_close(store);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error error = {0};
    struct imported imported = {0};
    cJSON *whole = json_parse((const char *)data, size, &error);
    if (!whole)
        return 0;
    if (import_object(&instance, whole, &imported, &error) == 0) {
        check_caller(whole, &imported);
    } else {
        must(error.message[0] && utf8_is_valid(error.message, strlen(error.message)));
        must(error.code == ERROR_INVALID_REQUEST);
        if (*imported.caller) {
            struct memory_store *store = memory_open(&instance.memory);
            must(store && count(store, imported.caller) == 0);
            memory_close(store);
        }
    }
    cJSON_Delete(whole);
    return 0;
}
