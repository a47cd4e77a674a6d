#include "operate/dossier.h"

#include "people/line_read.h"

#include <string.h>

/* Whether a conversation of a line goes with the caller: it is shared, or it is the link. */
static bool is_linked(const struct kin_share *share, const struct memory_list *memories, const char *line,
                      const char *conversation)
{
    for (size_t i = 0; i < share->count; i++)
        if (strcmp(share->places[i].caller, line) == 0 &&
            strcmp(share->places[i].conversation, conversation) == 0)
            return true;
    for (size_t i = 0; i < memories->count; i++)
        if (memories->items[i].kind == KIND_LINK &&
            strcmp(memories->items[i].conversation, conversation) == 0)
            return true;
    return false;
}

static int read_linked(struct dossier *dossier, const struct kin_share *share, const char *line,
                       struct error *error)
{
    const struct memory_filter filter = {.caller = line};
    struct dossier_line *linked = &dossier->linked[dossier->linked_count++];
    size_t count = 0;
    linked->caller = line;
    if (memory_conversations(dossier->memory, line, &linked->calls, error) != 0 ||
        memory_list(dossier->memory, &filter, &linked->memories, error) != 0)
        return -1;
    for (size_t i = 0; i < linked->calls.count; i++)
        if (is_linked(share, &linked->memories, line, linked->calls.items[i].conversation))
            linked->calls.items[count++] = linked->calls.items[i];
    linked->calls.count = count;
    return 0;
}

static int read_kin(struct dossier *dossier, struct error *error)
{
    struct kin_share share;
    int result = linking_read(dossier->memory, dossier->caller, &dossier->kin, &share, error);
    for (size_t i = 1; i < dossier->kin.count && result == 0; i++)
        result = read_linked(dossier, &share, dossier->kin.lines[i], error);
    kin_free(&share);
    return result;
}

int dossier_open(struct dossier *dossier, const struct instance *instance, struct error *error)
{
    const struct memory_filter filter = {.caller = dossier->caller};
    dossier->memory = memory_open(&instance->memory);
    if (!dossier->memory)
        return error_no_memory(error);
    if (memory_profile(dossier->memory, dossier->caller, "", &dossier->profile, error) != 0 ||
        memory_conversations(dossier->memory, dossier->caller, &dossier->calls, error) != 0 ||
        memory_list(dossier->memory, &filter, &dossier->memories, error) != 0 ||
        read_kin(dossier, error) != 0)
        return -1;
    return line_read(dossier->memory, dossier->caller, "", &dossier->told, &dossier->line, error);
}

void dossier_close(struct dossier *dossier)
{
    for (size_t i = 0; i < dossier->linked_count; i++) {
        memory_list_free(&dossier->linked[i].calls);
        memory_list_free(&dossier->linked[i].memories);
    }
    line_close(&dossier->line);
    memory_list_free(&dossier->told);
    memory_list_free(&dossier->calls);
    memory_list_free(&dossier->memories);
    memory_profile_free(&dossier->profile);
    memory_close(dossier->memory);
}
